"""Fixes that hold: every proposal is tried on the text and looked at by the engine before it is offered.

A fix must remove its finding and add none, and leave the output sizes of models that run. The command line and the server share this.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analyzers import fixes
from analyzers.facts import FileFacts, Finding, Fix, ModelFact
from analyzers.rules.support.registry import RULES
from analyzers.rules.support.settings import RuleSettings
from analyzers.source.sources import SourceError
from analyzers.vocabulary import SEVERITIES
from rf_lsp.editing import Source, source_of
from rf_lsp.engine import Engine
from rf_lsp.errors import UsageError
from rf_lsp.output.text import macs_text, short_count, size_text
from rf_lsp.shapes import UNKNOWN, shape_text

if TYPE_CHECKING:
    from analyzers.request import Request

MOST_ROUNDS = 50
"""Fixes applied to one file one after the other; more are left for the next run."""

MOST_TRIALS, FEWEST_TRIALS, MOST_LAYERS = 100, 4, 5_000
"""Proposals that are tried when the fixes of a finding or of a whole file are asked for, and how many layers are looked
at on their account: a trial looks at all of the file's models again."""


CHARACTERS_PER_LAYER = 500
"""Text that takes as long to look at as a layer; so does a finding."""


@dataclass(slots=True)
class Checked:
    """One look at a source: its facts and findings."""

    source: Source
    facts: FileFacts
    findings: list[Finding]


class Fixer:
    """Tries fixes on the file of a request, whose text may be unsaved. Sources that are tried are laid over the
    file; afterwards the one that was looked at lies there (:meth:`restore`), or none (:meth:`forget`)."""

    def __init__(self, engine: Engine, rules: RuleSettings, request: Request) -> None:
        self._engine = engine
        self._rules = rules
        self._path = os.path.abspath(request.path)
        self._request = replace(request, path=self._path, text=None)

    def source(self) -> Source:
        """The file as it is now. Raises :class:`SourceError`."""
        sources = self._engine.sources
        return source_of(sources.read(self._path), sources.notebook(self._path))

    def look(self, source: Source) -> Checked:
        """Analyse the file with this source. Raises as :meth:`Engine.facts`."""
        self.restore(source)
        facts = self._engine.analyzed(replace(self._request))
        return Checked(source, facts, self._engine.report(facts, self._rules).findings)

    def fixes(self, checked: Checked, finding: Finding) -> list[Fix]:
        """The fixes of a finding that hold, best first."""
        return self._tried(checked, finding, self._proposals(checked, finding)[: _most_trials(checked)])

    def _tried(self, checked: Checked, finding: Finding, proposed: Sequence[Fix]) -> list[Fix]:
        """Those that hold, with what they change of the model in their titles."""
        tried = ((fix, self.after(checked, finding, fix)) for fix in proposed)
        return [replace(fix, title=titled(fix, finding, checked, result)) for fix, result in tried if result]

    def add_fixes(self, checked: Checked, wanted: Callable[[Finding], bool]) -> None:
        """Put the fixes that hold into the wanted findings, those of the most severe findings first."""
        left = _most_trials(checked)
        worst_first = sorted(checked.findings, key=lambda finding: SEVERITIES.index(finding.severity))
        for finding in filter(wanted, worst_first):
            if left <= 0:
                break
            proposed = self._proposals(checked, finding)[:left]
            left -= len(proposed)
            finding.fixes = self._tried(checked, finding, proposed)

    def _proposals(self, checked: Checked, finding: Finding) -> list[Fix]:
        """Those that change this file alone."""
        proposed = fixes.proposals(finding, checked.facts, self._engine.sources.module)
        return [fix for fix in proposed if all(edit.place.file == self._path for edit in fix.edits)]

    def after(self, checked: Checked, finding: Finding, fix: Fix) -> Checked | None:
        """The file after a fix; ``None`` when it does not hold."""
        try:
            result = self.look(checked.source.edited(fix.edits))
        except (SourceError, UsageError):
            return None
        finally:
            self.restore(checked.source)
        kept = finding.severity == "error" or _outputs(checked.facts) == _outputs(result.facts)
        return result if kept and holds(checked.findings, result.findings, finding) else None

    def restore(self, source: Source) -> None:
        self._engine.sources.overlay(self._path, source.module)

    def forget(self) -> None:
        self._engine.sources.forget(self._path)

    def fix_all(self, source: Source, wanted: Callable[[Finding], bool]) -> tuple[Source, list[tuple[Finding, Fix]]]:
        """Apply every fix of a wanted finding that holds, one after the other, until none is left."""
        checked = self.look(source)
        done: list[tuple[Finding, Fix]] = []
        refused: set[tuple[str, str]] = set()
        while len(done) < MOST_ROUNDS:
            step = self._step(checked, wanted, refused)
            if step is None:
                break
            checked, finding, fix = step
            done.append((finding, fix))
        return checked.source, done

    def _step(
        self, checked: Checked, wanted: Callable[[Finding], bool], refused: set[tuple[str, str]]
    ) -> tuple[Checked, Finding, Fix] | None:
        """From the last line to the first, so that no line moves before its turn."""
        fixable = [found for found in checked.findings if found.place.file == self._path and wanted(found)]
        for finding in reversed(fixable):
            for fix in self._proposals(checked, finding):
                key = (finding.message, fix.title)
                if key in refused:
                    continue
                result = self.after(checked, finding, fix)
                if result is not None:
                    self.restore(result.source)
                    return result, finding, fix
                refused.add(key)
        return None


def _most_trials(checked: Checked) -> int:
    layers = sum(len(model.layers) for model in checked.facts.models)
    looked_at = layers + len(checked.findings) + len(str(checked.source.module)) // CHARACTERS_PER_LAYER
    return min(max(MOST_LAYERS // max(looked_at, 1), FEWEST_TRIALS), MOST_TRIALS)


def _outputs(facts: FileFacts) -> dict[str, list[tuple[str, str]]]:
    """What comes out of each model: what runs already must go on to give the same."""
    return {model.target: [(out.path, shape_text(out.shape)) for out in model.outputs] for model in facts.models}


def holds(before: Sequence[Finding], after: Sequence[Finding], fixed: Finding) -> bool:
    """Whether the finding is gone and nothing is there that was not before.

    Findings are counted by rule, for numbers in messages may change. An error hides what comes behind it, so
    fixing one may bring to light what is no error.
    """
    old, new = (Counter(finding.code for finding in findings) for findings in (before, after))
    counted = after if fixed.severity != "error" else [finding for finding in after if finding.severity == "error"]
    return new[fixed.code] < old[fixed.code] and all(new[f.code] <= old[f.code] for f in counted)


def titled(fix: Fix, finding: Finding, before: Checked, after: Checked) -> str:
    """The title of a fix, and for one that changes the field of the finding's model its RF, parameters and MACs before
    and after: ``Dilate `3` by 4: RF 9 → 15 · 1.9 k params as before · 0.4 → 0.6 MMACs``."""
    old, new = (_model(checked.facts, finding.model) for checked in (before, after))
    if old is None or new is None or _field(old) == _field(new):
        return fix.title
    parameters = _change(short_count(old.parameters), short_count(new.parameters), " params")
    macs = _change(macs_text(old.macs).removesuffix("MACs"), macs_text(new.macs).removesuffix("MACs"), "MACs")
    return f"{fix.title}: {_change(f'RF {_field(old)}', _field(new), '')} · {parameters} · {macs}"


def _model(facts: FileFacts, target: str | None) -> ModelFact | None:
    return next((model for model in facts.models if model.target == target), None)


def _field(model: ModelFact) -> str:
    field = model.deepest or model.field
    return size_text(field) if field is not None else UNKNOWN


def _change(old: str, new: str, unit: str) -> str:
    return f"{old}{unit} as before" if old == new else f"{old.strip()} → {new}{unit}"


def is_fixed_safely(finding: Finding) -> bool:
    """Whether ``--fix`` and ``source.fixAll.rf`` apply the fixes of its rule."""
    rule = RULES.get(finding.code)
    return rule is not None and rule.fixes_safely
