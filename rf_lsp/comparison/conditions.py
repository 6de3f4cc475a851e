"""``diff --fail-on``: what a change must not do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rf_lsp.comparison.models import Comparison, ModelChange, summary_of
from rf_lsp.errors import UsageError

METRICS = ("parameters", "macs", "memory")
WORDS = ("coverage-drop", "new-errors", "new-warnings", "new-findings", "output-change", "model-removed")
_LIMIT = re.compile(r"(\w+)\s*>\s*(\+?)\s*(\d+(?:\.\d+)?)\s*(%?)")


@dataclass(frozen=True, slots=True)
class Condition:
    """A word, or a ``metric`` with the most it may be or (``grows``) grow, in per cent where ``relative``."""

    text: str
    metric: str | None = None
    limit: float = 0.0
    grows: bool = False
    relative: bool = False


def parse(texts: Sequence[str]) -> list[Condition]:
    """``coverage-drop,parameters>+10%,macs>4000000000,new-errors``; raises :class:`UsageError`."""
    return [_parsed(part.strip()) for text in texts for part in text.split(",") if part.strip()]


def _parsed(text: str) -> Condition:
    if text in WORDS:
        return Condition(text)
    found = _LIMIT.fullmatch(text)
    if found is None or found[1] not in METRICS or (found[4] and not found[2]):
        limits = f"{', '.join(WORDS)}, or {'|'.join(METRICS)} with a limit such as parameters>+10% or macs>4000000000"
        raise UsageError(f"--fail-on: {text!r} is none of {limits}")
    return Condition(text, found[1], float(found[3]), bool(found[2]), bool(found[4]))


def met(conditions: Sequence[Condition], comparison: Comparison) -> list[str]:
    """One sentence for each thing that must not be."""
    return [sentence for condition in conditions for sentence in _met(condition, comparison)]


def _met(condition: Condition, comparison: Comparison) -> Iterator[str]:
    levels = {"new-errors": ("error",), "new-warnings": ("error", "warning"), "new-findings": None}
    if condition.text in levels:
        wanted = levels[condition.text]
        count = sum(wanted is None or finding.severity in wanted for finding in comparison.all_new_findings)
        if count:
            yield f"{condition.text}: {count}"
        return
    for model in comparison.models:
        if condition.metric is not None:
            yield from _exceeded(condition, model)
        elif condition.text == "model-removed" and model.change == "removed":
            yield f"{condition.text}: {model.target}"
        elif model.old is not None and model.new is not None:
            yield from _differs(condition.text, model)


def _differs(word: str, model: ModelChange) -> Iterator[str]:
    assert model.old is not None and model.new is not None
    old, new = summary_of(model.old), summary_of(model.new)
    if word == "output-change" and old.outputs != new.outputs:
        yield f"{word}: {model.target}"
    if word == "coverage-drop":
        pairs = zip(old.coverage or (), new.coverage or ())
        if any(a is not None and b is not None and b < a for a, b in pairs):
            yield f"{word}: {model.target}"


def _exceeded(condition: Condition, model: ModelChange) -> Iterator[str]:
    old, new = (_metric(condition.metric, side) if side is not None else None for side in (model.old, model.new))
    if not isinstance(new, int):
        return
    if not condition.grows:
        if new > condition.limit:
            yield f"{condition.text}: {model.target} has {new:,}"
    elif isinstance(old, int):
        most = old * (1 + condition.limit / 100) if condition.relative else old + condition.limit
        if new > most:
            yield f"{condition.text}: {model.target} goes from {old:,} to {new:,}"


def _metric(name: str | None, model: Any) -> Any:
    summary = summary_of(model)
    return summary.memory.forward if name == "memory" else getattr(summary, name or "")
