"""What ``inspect`` says of a target: its models, each with what the rules say about it, and what is loose in the file."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analyzers.facts import FileFacts, Finding, Fix, ModelFact, Place
from analyzers.source.sources import NothingToRead, SourceError
from rf_lsp.cells import Cells
from rf_lsp.checking import add_fixes
from rf_lsp.engine import Engine
from rf_lsp.errors import UsageError
from rf_lsp.files import python_files, with_code
from rf_lsp.output import Inspected, InspectReport
from rf_lsp.output.text import enumerated, line_text, path_text
from rf_lsp.shapes import NamedShape

if TYPE_CHECKING:
    from analyzers.request import Request
    from analyzers.rules.support.settings import RuleSettings

Fixes = dict[tuple[str, Place, str | None], list[Fix]]


@dataclass
class Inspection:
    """Looks at one target after the other; ``notes`` are sentences on what could not be read or parsed."""

    inputs: Sequence[NamedShape] = ()
    wants_fixes: bool = True
    wants_tiling: bool = True
    report: InspectReport = field(default_factory=InspectReport)
    notes: list[str] = field(default_factory=list)

    def look(self, target: str, engine: Engine, rules: RuleSettings) -> None:
        """Add what a file, a module or an expression in one of them holds; raises :class:`UsageError`."""
        try:
            request = engine.request(target)
            request.inputs, request.tiling = list(self.inputs) or request.inputs, self.wants_tiling
            facts = engine.facts(request)
        except NothingToRead as error:
            self.notes.append(f"skipped: {error}")
            return
        except SourceError as error:
            raise UsageError(str(error).rstrip(".")) from None
        if not facts.models and (missing := engine.missing_packages(request.path)):
            there = f"in {engine.project.site_packages[0]}" if engine.project.site_packages else "in any environment"
            self.notes.append(f"{target}: {enumerated(missing)} not found {there}; --python names another environment")
        cells = Cells(facts, engine.sources.notebook(request.path))
        for place, text in cells(facts.broken_blocks):
            where = line_text(path_text(place.file), place.line, place.cell)
            self.notes.append(f"{where}: cannot be parsed: {text}")
        fixes = _fixes(engine, rules, request, facts) if self.wants_fixes else {}
        self._add(facts, cells, lambda part: _findings(part, engine, rules, fixes))

    def _add(self, facts: FileFacts, cells: Cells, findings: Callable[[FileFacts], list[Finding]]) -> None:
        """Judge each model by itself, so that a finding of two models stands with both; what the file's own run met as well
        stands with the models alone."""
        told = set()
        for model in facts.models:
            found = findings(FileFacts(facts.path, models=[model], ignores=facts.ignores))
            told.update((finding.code, finding.place) for finding in found)
            self.report.models.append(Inspected(cells(model), cells(found)))
        loose = findings(FileFacts(facts.path, problems=facts.problems, ignores=facts.ignores))
        self.report.findings.extend(cells([f for f in loose if (f.code, f.place) not in told]))
        self.report.unknowns.extend(cells(facts.unknowns))


def report_of(model: ModelFact, facts: FileFacts, engine: Engine, rules: RuleSettings) -> InspectReport:
    """What there is to say of one model of a file that has been looked at."""
    cells = Cells(facts, engine.sources.notebook(facts.path))
    found = _findings(FileFacts(facts.path, models=[model], ignores=facts.ignores), engine, rules, {})
    return InspectReport([Inspected(cells(model), cells(found))])


def targets_in(target: str) -> list[str]:
    """The target, or the Python files and notebooks of a folder; raises :class:`UsageError`."""
    with_code(target.partition("::")[0])
    return python_files([target]) if os.path.isdir(target) else [target]


def _fixes(engine: Engine, rules: RuleSettings, request: Request, facts: FileFacts) -> Fixes:
    """The fixes that hold for the file as a whole."""
    findings = engine.report(facts, rules).findings
    add_fixes(engine, rules, request, facts, findings)
    return {(finding.code, finding.place, finding.model): finding.fixes for finding in findings}


def _findings(part: FileFacts, engine: Engine, rules: RuleSettings, fixes: Fixes) -> list[Finding]:
    """Without unused ignores: a part of a file cannot tell."""
    findings = [finding for finding in engine.report(part, rules).findings if finding.code != "RF903"]
    for finding in findings:
        finding.fixes = fixes.get((finding.code, finding.place, finding.model), [])
    return findings
