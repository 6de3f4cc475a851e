"""Which files of a workspace use others: what breaks in a block shows in the models that are built of it."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from analyzers.facts import Finding
from analyzers.source.sources import SourceError, Sources
from rf_lsp.relevance import Relevance
from rf_lsp.results import FileResult

MOST_SEARCHED = 2_000
"""Files of a workspace whose text is looked at."""
MOST_USERS = 20
"""Files that are analysed for those that use the checked ones."""
INIT = "__init__.py"


def users_of(
    files: Sequence[str], candidates: Sequence[str], root: str, search_paths: Sequence[str]
) -> tuple[list[str], int]:
    """Those of the ``candidates`` that can hold models and import any of ``files``, directly or through others, in their
    order, and how many there are; the nearest :data:`MOST_USERS` where there are more. All paths are absolute."""
    sources = Sources()
    relevance = Relevance([root], search_paths, sources)
    searched = [path for path in candidates[:MOST_SEARCHED] if path not in set(files)]
    found: list[str] = []
    wanted = set(files)
    while wanted:
        fresh = [path for path in searched if path not in found and _imports(relevance, sources, path, wanted)]
        found += fresh
        wanted = set(fresh)
    users = [path for path in found if relevance.of(path) and os.path.basename(path) != INIT]
    chosen = set(users[:MOST_USERS])
    return [path for path in searched if path in chosen], len(users)


def _imports(relevance: Relevance, sources: Sources, path: str, files: Collection[str]) -> bool:
    try:
        named = _names(files).search(sources.read(path))
    except SourceError:
        return False
    return named is not None and not set(relevance.imports_of(path)).isdisjoint(files)


def _names(files: Iterable[str]) -> re.Pattern[str]:
    """What stands in a program that imports one of the files."""
    names = {_module_name(path) for path in files}
    alternatives = "|".join(map(re.escape, sorted(names)))
    relative = r"|from\s+\.+\s+import" if any(path.endswith(INIT) for path in files) else ""
    return re.compile(rf"\b(?:{alternatives})\b{relative}")


def _module_name(path: str) -> str:
    folder, name = os.path.split(path)
    return os.path.basename(folder) if name == INIT else os.path.splitext(name)[0]


def with_users(results: Sequence[FileResult], users: Iterable[FileResult]) -> list[FileResult]:
    """The results of files with what is found in them where other files use them, and with the errors of those that
    their layers lead to."""
    found = {result.path: result for result in results}
    for user in users:
        for path, own in found.items():
            found[path] = replace(
                own,
                findings=[*own.findings, *(finding for finding in user.findings if _concerns(finding, path))],
                ignored=[*own.ignored, *(finding for finding in user.ignored if _concerns(finding, path))],
                used_ignores=[*own.used_ignores, *(one for one in user.used_ignores if one[0] == path)],
            )
    return list(found.values())


def _concerns(finding: Finding, path: str) -> bool:
    if finding.place.file == path:
        return True
    places = [*(place for _, place in finding.related), *(step.place for step in finding.steps)]
    return finding.severity == "error" and any(place is not None and place.file == path for place in places)
