"""``check`` without its command line: files in, results out, several at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from sys import intern
from typing import TYPE_CHECKING

from analyzers.facts import FileFacts, Finding, ModelFact, Place
from analyzers.rules.support.settings import RuleSettings
from analyzers.source.sources import NOTEBOOK, NothingToRead, SourceError, Sources, notebook_from
from analyzers.vocabulary import SEVERITIES
from rf_lsp.cache import Cache, key_of
from rf_lsp.cells import Cells
from rf_lsp.engine import Engine, ProjectSettings
from rf_lsp.errors import UsageError
from rf_lsp.journey import add_steps
from rf_lsp.output import order
from rf_lsp.output.text import count_text, covers_text, inputs_text, line_text, outputs_text
from rf_lsp.programs import Programs
from rf_lsp.relevance import Relevance
from rf_lsp.results import FileResult, FixScope, ModelRow
from rf_lsp.shapes import NamedShape

if TYPE_CHECKING:
    from analyzers.request import Request


@dataclass(frozen=True)
class CheckTask:
    """Everything but the file that a result depends on. Picklable."""

    project: ProjectSettings
    rules: RuleSettings
    inputs: tuple[NamedShape, ...] = ()
    fixes: FixScope = "safe"
    """Which findings come with the fixes that hold."""
    keeps_programs: bool = False
    """Whether what sources were lowered to is kept for the next process."""

    @cached_property
    def key(self) -> str:
        settings = self.project.settings
        return key_of(settings.values, settings.root, self.project, self.rules, self.inputs, self.fixes)


class Checker:
    """Checks files under one task; made once in each process. ``sources`` are what it reads files with."""

    def __init__(self, task: CheckTask, sources: Sources | None = None) -> None:
        self._task = task
        self.programs = Programs() if task.keeps_programs else None
        self._engine = Engine(task.project, sources, self.programs)

    def save(self, *, every: float = 0.0) -> None:
        """Keep what sources were lowered to for the next process."""
        if self.programs is not None:
            self.programs.save(every=every)

    def check(self, path: str, text: str | None = None) -> FileResult:
        """One file, or the unsaved ``text`` that stands for it. Never raises: see ``error`` and ``crash``."""
        from analyzers.request import Request

        try:
            request = Request(path, [], list(self._task.inputs), laid_over(self._engine.sources, path, text))
            facts = self._engine.facts(request)
            dependencies = dict(self._engine.sources.dependencies)
            result = self._result(request, facts)
            result.dependencies = dependencies
            return result
        except NothingToRead as error:
            result = FileResult(path, skipped=str(error))
        except (SourceError, UsageError) as error:
            result = FileResult(path, error=str(error))
        except (Exception, RecursionError) as error:
            if os.environ.get("RF_LSP_DEBUG"):
                raise
            result = FileResult(path, crash=_sentence(error))
        result.dependencies = dict(self._engine.sources.dependencies)
        return result

    def _result(self, request: Request, facts: FileFacts) -> FileResult:
        path = request.path
        report = self._engine.report(facts, self._task.rules)
        cells = Cells(facts, self._engine.sources.notebook(path))
        add_fixes(self._engine, self._task.rules, request, facts, report.findings, self._task.fixes)
        add_steps(facts, report.findings)
        _add_models(facts, report.findings)
        return FileResult(
            path,
            [cells(finding) for finding in report.findings],
            [(ignore.place.file, ignore.place.line) for ignore in report.used_ignores],
            _statuses(facts.models),
            _lost(facts, cells),
            [(place.line, text, place.cell) for place, text in cells(facts.broken_blocks)],
            ignored=[cells(finding) for finding in report.ignored],
            rows=[_row(model) for model in facts.models],
        )


def _add_models(facts: FileFacts, findings: Sequence[Finding]) -> None:
    """What is found in another file than the model's says which model it is found in."""
    places = {model.target: (model.name, model.place) for model in facts.models}
    for finding in findings:
        name, place = places.get(finding.model or "", ("", None))
        if place is not None and place.file != finding.place.file:
            finding.related.append((f"found in the model {name}", place))


def laid_over(sources: Sources, path: str, text: str | None) -> str | None:
    """The unsaved text of a Python file; the JSON of a notebook is laid over its file here."""
    if text is None or not path.endswith(NOTEBOOK):
        return text
    sources.overlay(path, notebook_from(text, path))
    return None


def add_fixes(
    engine: Engine,
    rules: RuleSettings,
    request: Request,
    facts: FileFacts,
    findings: Sequence[Finding],
    scope: FixScope = "all",
) -> None:
    """Put the fixes that hold into the findings of one look at a file, or only into those with safe fixes."""
    from analyzers.fixes import has_fixes

    if not any(map(has_fixes, findings)):
        return
    from rf_lsp.fixing import Checked, Fixer, is_fixed_safely

    wanted = is_fixed_safely if scope == "safe" else has_fixes
    if not any(map(wanted, findings)):
        return
    overlaid = engine.sources.is_overlaid(request.path)
    fixer = Fixer(engine, rules, request)
    checked = Checked(fixer.source(), facts, list(findings))
    try:
        fixer.add_fixes(checked, wanted)
    finally:
        fixer.restore(checked.source)
        if not overlaid:
            fixer.forget()


def _sentence(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _statuses(models: Sequence[ModelFact]) -> dict[str, int]:
    found: dict[str, int] = {}
    for model in models:
        found[model.status] = found.get(model.status, 0) + 1
    return found


def _row(model: ModelFact) -> ModelRow:
    return ModelRow(
        model.target,
        model.name,
        inputs_text(model),
        outputs_text(model),
        count_text(model.parameters),
        count_text(model.macs),
        covers_text(model).removeprefix("RF "),
    )


def _lost(facts: FileFacts, cells: Cells) -> list[tuple[str, str]]:
    unknowns = [*facts.unknowns, *(unknown for model in facts.models for unknown in model.unknowns)]
    return list(dict.fromkeys((_line_of(cells(unknown.place)), unknown.reason) for unknown in unknowns))


def _line_of(place: Place | None) -> str:
    return line_text(place.file, place.line, place.cell) if place is not None else ""


Analyse = Callable[[CheckTask, Sequence[str]], Iterator[FileResult]]
"""Checks files under one task, in any order: see ``rf_lsp/machines.py``."""


def check_files(
    task: CheckTask, paths: Sequence[str], cache: Cache | None, analyse: Analyse, done: Callable[[int], None]
) -> list[FileResult]:
    """The results of absolute ``paths`` in their order; ``done(n)`` is told of every ``n`` files finished."""
    kept = {path: result for path in paths if cache and (result := cache.get(path))}
    rest = [path for path in paths if path not in kept]
    relevant = _relevant(task, rest)
    done(len(paths) - len(relevant))
    for result in analyse(task, relevant) if relevant else ():
        kept[result.path] = result
        result.dependencies = _shared(result.dependencies) if cache else {}
        if cache:
            cache.put(result)
        done(1)
    if cache:
        cache.save()
    return [kept.get(path) or FileResult(path) for path in paths]


def _shared(dependencies: dict[str, str]) -> dict[str, str]:
    """The same texts: thousands of files depend on the same ones."""
    return {intern(path): intern(stamp) for path, stamp in dependencies.items()}


def _relevant(task: CheckTask, paths: Sequence[str]) -> list[str]:
    """The files that can hold a model."""
    relevance = Relevance([task.project.root], task.project.search_paths)
    return [path for path in paths if relevance.of(path)]


def crash_finding(result: FileResult) -> Finding:
    """RF900 for a file on which the analysis failed."""
    from analyzers.rules.internal_error import RULE

    return RULE.finding(Place(result.path, 0, 0, 0, 0), f"rf-lsp failed on this file: {result.crash}")


def silenced(results: Sequence[FileResult]) -> list[Finding]:
    """What comments silenced in all files, each once."""
    found = {(finding.code, finding.place): finding for result in results for finding in result.ignored}
    return sorted(found.values(), key=order)


def merged(results: Sequence[FileResult]) -> list[Finding]:
    """The findings of all files: those in shared modules once, comments used by any file not as unused. What is found in
    a block by itself and in a model of another file is told as the model has it."""
    used = {entry for result in results for entry in result.used_ignores}
    found: dict[tuple, Finding] = {}
    for result in results:
        for finding in [*result.findings, *([crash_finding(result)] if result.crash else [])]:
            if finding.code == "RF903" and finding.place.cell is None and _line(finding.place) in used:
                continue
            known = found.get((finding.code, finding.place), finding)
            told, other = (finding, known) if _precedence(finding) < _precedence(known) else (known, finding)
            told.fixes = told.fixes or other.fixes
            found[finding.code, finding.place] = told
    return sorted(found.values(), key=order)


def _precedence(finding: Finding) -> tuple[int, bool]:
    """Lowest for what is to be told of several findings at one place: the worst, and before what a file says of itself."""
    path, separator, _ = (finding.model or "").partition("::")
    return SEVERITIES.index(finding.severity), not separator or path == finding.place.file


def _line(place: Place) -> tuple[str, int]:
    return place.file, place.line
