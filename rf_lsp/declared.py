"""Models that the settings declare: entries whose file does not exist are findings of the settings file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

from analyzers.facts import Finding, Place
from analyzers.rules import invalid_comment
from analyzers.rules.support.settings import RuleSettings
from rf_lsp.engine import ProjectSettings, located_target
from rf_lsp.suggestions import closest

LARGEST_SETTINGS = 1 << 20
"""Characters that are looked through for the line of an entry."""


def missing_files(project: ProjectSettings, rules: RuleSettings) -> list[Finding]:
    """RF904 for each entry of ``models`` whose target is in no file."""
    settings, code = project.settings, invalid_comment.RULE.code
    if settings.source is None or rules.levels is None or code not in rules.levels:
        return []
    if code in rules.ignored_in(settings.source):
        return []
    return list(_missing(project, settings.source, settings["models"]))


def _missing(project: ProjectSettings, source: str, entries: Sequence[dict[str, Any]]) -> Iterator[Finding]:
    for entry in entries:
        target: str = entry["target"]
        path, _, _ = located_target(project, target).partition("::")
        if not os.path.isfile(path):
            named = target.partition("::")[0]
            what = "is a folder" if os.path.isdir(path) else f"does not exist{_hint(project, named)}"
            message = f"the settings declare a model in {named}, which {what}"
            yield invalid_comment.RULE.finding(_place(source, target), message)


def _hint(project: ProjectSettings, named: str) -> str:
    """The file of the nearest name in the folder that is meant."""
    folder, name = os.path.split(project.settings.path(named))
    try:
        names = [entry.name for entry in os.scandir(folder) if entry.name.endswith((".py", ".ipynb"))]
    except OSError:
        return ""
    near = closest(name, sorted(names), 0.6)
    return "" if near is None else f"; did you mean {os.path.join(os.path.dirname(named), near)}?"


def _place(source: str, target: str) -> Place:
    """The line of the settings file that names the target; the first where that cannot be found (``extend``)."""
    try:
        with open(source, encoding="utf-8", errors="replace") as file:
            lines = file.read(LARGEST_SETTINGS).splitlines()
    except OSError:
        lines = []
    for number, line in enumerate(lines):
        column = line.find(target)
        if column >= 0 and "target" in line[:column]:
            return Place(source, number, column, number, column + len(target))
    return Place(source, 0, 0, 0, 0)
