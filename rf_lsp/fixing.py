"""Fixes that hold: every proposal is tried on the text and looked at by the engine before it is offered.

A fix must remove its finding and add none. The command line and the server share this.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analyzers import fixes
from analyzers.facts import Edit, FileFacts, Finding, Fix
from analyzers.interpreter.budget import Stop
from analyzers.rules.support.settings import RuleSettings
from analyzers.source.lexical import line_starts, split_lines
from rf_lsp.engine import Engine
from rf_lsp.shapes import NamedShape

MOST_ROUNDS = 50
"""Fixes applied to one file one after the other; more are left for the next run."""


@dataclass(slots=True)
class Checked:
    """One look at a text: its facts and findings."""

    text: str
    facts: FileFacts
    findings: list[Finding]


class Fixer:
    """Tries fixes on one file, whose text may be unsaved. The text is laid over the file while it works; whoever
    laid another one over it does so again afterwards (``restore``)."""

    def __init__(
        self,
        engine: Engine,
        rules: RuleSettings,
        path: str,
        inputs: Sequence[NamedShape] = (),
        inputs_of: dict[str, list[NamedShape]] | None = None,
        stop: Stop | None = None,
    ) -> None:
        self._engine = engine
        self._rules = rules
        self._path = path
        self._inputs = list(inputs)
        self._inputs_of = inputs_of or {}
        self._stop = stop

    def look(self, text: str) -> Checked:
        """Analyse the file with this text. Raises as :meth:`Engine.facts`."""
        from analyzers.analysis import Request

        request = Request(self._path, [], self._inputs, text, inputs_of=self._inputs_of, stop=self._stop)
        facts = self._engine.analyzed(request)
        return Checked(text, facts, self._engine.report(facts, self._rules).findings)

    def fixes(self, checked: Checked, finding: Finding, only_safe: bool = False) -> list[Fix]:
        """The fixes of a finding that hold."""
        proposed = fixes.proposals(finding, checked.facts, self._engine.sources.module)
        return [fix for fix in proposed if (fix.safe or not only_safe) and self.after(checked, finding, fix)]

    def after(self, checked: Checked, finding: Finding, fix: Fix) -> Checked | None:
        """The file after a fix; ``None`` when it does not hold."""
        if any(edit.place.file != self._path for edit in fix.edits):
            return None
        text = applied(checked.text, fix.edits)
        try:
            result = self.look(text)
        finally:
            self.restore(checked.text)
        return result if holds(checked.findings, result.findings, finding) else None

    def restore(self, text: str) -> None:
        self._engine.sources.overlay(self._path, text)

    def fix_all(self, text: str, wanted: Callable[[Finding, Fix], bool]) -> tuple[str, list[tuple[Finding, Fix]]]:
        """Apply every wanted fix that holds, one after the other, until none is left."""
        checked = self.look(text)
        done: list[tuple[Finding, Fix]] = []
        refused: set[tuple[str, str]] = set()
        while len(done) < MOST_ROUNDS:
            step = self._step(checked, wanted, refused)
            if step is None:
                break
            checked, finding, fix = step
            done.append((finding, fix))
        return checked.text, done

    def _step(
        self, checked: Checked, wanted: Callable[[Finding, Fix], bool], refused: set[tuple[str, str]]
    ) -> tuple[Checked, Finding, Fix] | None:
        for finding in checked.findings:
            if finding.place.file != self._path:
                continue
            for fix in fixes.proposals(finding, checked.facts, self._engine.sources.module):
                key = (finding.message, fix.title)
                if key in refused or not wanted(finding, fix):
                    continue
                result = self.after(checked, finding, fix)
                if result is not None:
                    self.restore(result.text)
                    return result, finding, fix
                refused.add(key)
        return None


def holds(before: Sequence[Finding], after: Sequence[Finding], mended: Finding) -> bool:
    """Whether the finding is gone and nothing is there that was not before.

    Findings are counted by rule, for numbers in messages may change. An error hides what comes behind it, so
    mending one may bring to light what is no error.
    """
    old, new = (Counter(finding.code for finding in findings) for findings in (before, after))
    counted = after if mended.severity != "error" else [finding for finding in after if finding.severity == "error"]
    return new[mended.code] < old[mended.code] and all(new[f.code] <= old[f.code] for f in counted)


def applied(text: str, edits: Sequence[Edit]) -> str:
    """The text with edits made; they must not overlap. Of two insertions at one place the first comes first."""
    starts = line_starts(text)

    def offset(line: int, column: int) -> int:
        return min(starts[line] + column, len(text)) if line < len(starts) else len(text)

    spans = [
        (
            offset(edit.place.line, edit.place.column),
            offset(edit.place.end_line, edit.place.end_column),
            edit.text,
        )
        for edit in edits
    ]
    pieces, at = [], 0
    for start, end, new in sorted(spans, key=lambda span: span[:2]):
        pieces += [text[at:start], new]
        at = max(end, at)
    return "".join([*pieces, text[at:]])


def safe(finding: Finding, fix: Fix) -> bool:
    """What ``--fix`` and ``source.fixAll.rf`` apply."""
    return fix.safe


def diff(path: str, old: str, new: str) -> str:
    """A unified diff, as ``check --diff`` prints it."""
    before, after = split_lines(old), split_lines(new)
    return "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
        for line in difflib.unified_diff(before, after, f"a/{path}", f"b/{path}")
    )
