"""What ``check`` knows of one file, and its JSON for the cache."""

from __future__ import annotations

from dataclasses import astuple, dataclass, field
from typing import Any, Literal

from analyzers.facts import Edit, Finding, Fix, Place, Step

FixScope = Literal["safe", "all"]
"""Fixes are tried for the findings that ``--fix`` fixes, or for all."""
Lost = tuple[str, str]
"""Where (``path:line``) and why a shape became unknown."""


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model as a row of a table, all of it text."""

    target: str
    name: str
    inputs: str
    outputs: str
    parameters: str
    macs: str
    field: str


@dataclass(slots=True)
class FileResult:
    """``models`` counts models by status; ``lost`` says where shapes were lost; ``broken`` are the blocks
    that are not Python, with line and cell; ``used_ignores`` the ignore comments (file, line) of any file
    that silenced something, ``ignored`` what they silenced; ``rows`` the models as a table; ``error`` why the file cannot be read; ``skipped`` why it was not looked at
    although nothing is wrong with it; ``crash`` an internal error; ``dependencies`` the stamps of all that
    was read; ``text`` the unsaved buffer that was checked instead of the file."""

    path: str
    findings: list[Finding] = field(default_factory=list)
    used_ignores: list[tuple[str, int]] = field(default_factory=list)
    models: dict[str, int] = field(default_factory=dict)
    lost: list[Lost] = field(default_factory=list)
    broken: list[tuple[int, str, int | None]] = field(default_factory=list)
    error: str | None = None
    crash: str | None = None
    dependencies: dict[str, str] = field(default_factory=dict)
    text: str | None = None
    skipped: str | None = None
    ignored: list[Finding] = field(default_factory=list)
    rows: list[ModelRow] = field(default_factory=list)


def to_json(result: FileResult) -> dict[str, Any]:
    """Everything but the path and the dependencies, empty parts left out."""
    data = {
        "findings": [_finding(finding) for finding in result.findings],
        "used_ignores": result.used_ignores,
        "models": result.models,
        "lost": result.lost,
        "broken": result.broken,
        "error": result.error,
        "skipped": result.skipped,
        "ignored": [_finding(finding) for finding in result.ignored],
        "rows": [astuple(row) for row in result.rows],
    }
    return {name: value for name, value in data.items() if value}


def from_json(path: str, data: dict[str, Any]) -> FileResult:
    """The inverse of :func:`to_json`; raises ``TypeError``, ``KeyError`` or ``ValueError`` for other data."""
    return FileResult(
        path,
        [_read_finding(entry) for entry in data.get("findings", ())],
        [(file, line) for file, line in data.get("used_ignores", ())],
        dict(data.get("models", {})),
        [(place, reason) for place, reason in data.get("lost", ())],
        [(line, text, cell) for line, text, cell in data.get("broken", ())],
        data.get("error"),
        skipped=data.get("skipped"),
        ignored=[_read_finding(entry) for entry in data.get("ignored", ())],
        rows=[ModelRow(*row) for row in data.get("rows", ())],
    )


def _place(place: Place) -> list[Any]:
    return [place.file, place.line, place.column, place.end_line, place.end_column, place.cell]


def _finding(finding: Finding) -> list[Any]:
    fixes = [[fix.title, [[_place(edit.place), edit.text] for edit in fix.edits]] for fix in finding.fixes]
    related = [[text, _place(place)] for text, place in finding.related]
    head = [finding.code, finding.name, finding.severity, finding.message, _place(finding.place)]
    steps = [[_place(step.place), step.layer, step.before, step.after] for step in finding.steps]
    return [*head, related, fixes, finding.model, steps]


def _read_finding(data: list[Any]) -> Finding:
    code, name, severity, message, place, related, fixes, model, steps = data
    return Finding(
        code,
        name,
        severity,
        message,
        Place(*place),
        [(text, Place(*at)) for text, at in related],
        [Fix(title, tuple(Edit(Place(*at), text) for at, text in edits)) for title, edits in fixes],
        model,
        [Step(Place(*at), *texts) for at, *texts in steps],
    )
