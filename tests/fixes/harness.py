"""What every offered fix must do, looked at from outside: by an engine that starts afresh, and by torch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzers.facts import Finding, Fix
from analyzers.request import Request
from analyzers.rules.support.settings import RuleSettings
from rf_lsp.editing import Texts
from rf_lsp.engine import Engine, project_settings_for, rule_settings, settings_for
from rf_lsp.fixing import Checked, Fixer

Shapes = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class TriedFix:
    """One fix of one finding, what was wrong with it (nothing: ``""``), and whether other errors are left."""

    finding: Finding
    fix: Fix
    text: str
    wrong: str
    errors_left: bool

    def __str__(self) -> str:
        return f"{self.finding.code} {self.finding.message}: {self.fix.title}: {self.wrong or 'good'}"


class FixTester:
    """Looks at texts of one file under one expression and one input."""

    def __init__(self, path: Path, expression: str = "", inputs: Shapes = (), settings: RuleSettings | None = None):
        self.path = path
        self.expressions = [expression] if expression else []
        self.inputs = [(None, tuple(shape)) for shape in inputs]
        self.settings = settings
        self.fixer = self._fixer()

    def _fixer(self) -> Fixer:
        project = project_settings_for(settings_for(str(self.path)), str(self.path))
        rules = rule_settings(project)
        request = Request(str(self.path), list(self.expressions), list(self.inputs))
        return Fixer(Engine(project), self.settings or rules, request)

    def look(self, text: str) -> Checked:
        return self.fixer.look(Texts((text,)))

    def look_afresh(self, text: str) -> Checked:
        """By an engine that has seen nothing else."""
        return self._fixer().look(Texts((text,)))

    def tried(self, text: str, known: Sequence[Finding] = ()) -> Iterator[TriedFix]:
        """Every fix of every finding but the ``known`` ones."""
        checked = self.look(text)
        old = {(finding.code, finding.message) for finding in known}
        for finding in checked.findings:
            if (finding.code, finding.message) not in old:
                for fix in self.fixer.fixes(checked, finding):
                    new = Texts((text,)).edited(fix.edits).module
                    after = self.look_afresh(new)
                    yield TriedFix(finding, fix, new, _wrong(checked, finding, after), bool(_errors(after)))

    def settles(self, text: str) -> str:
        """Apply the first fix of every finding until none is left; a second run must find nothing to do."""
        once, done = self.fixer.fix_all(Texts((text,)), lambda finding: True)
        twice, more = self._fixer().fix_all(once, lambda finding: True)
        left = ", ".join(f"{finding.code} {fix.title}" for finding, fix in more)
        return "" if twice == once and not more else f"after {len(done)} fixes a second run does: {left}"


def _wrong(before: Checked, finding: Finding, after: Checked) -> str:
    old, new = (Counter(found.code for found in checked.findings) for checked in (before, after))
    if new[finding.code] >= old[finding.code]:
        return "the finding is still there"
    added = new - old
    if finding.severity == "error":  # what an error hid may come to light, but no other error
        added = Counter({code: n for code, n in added.items() if code in _errors(after)})
    return f"new: {', '.join(added)}" if added else ""


def _errors(checked: Checked) -> set[str]:
    return {finding.code for finding in checked.findings if finding.severity == "error"}
