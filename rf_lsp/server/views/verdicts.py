"""What tracing told of a model, in a line, and of single calls of its layers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from analyzers.facts import LayerFact, ModelFact
from rf_lsp.server.views.occurrences import Fact, Occurrence

if TYPE_CHECKING:
    from analyzers.tracing.results import LayerResult, ModelResult

LONGEST = 300


class Verdicts:
    """What the traces of some models say of the calls of their layers. A trace speaks of the very model that it is
    kept with, and of nothing that an earlier text said."""

    def __init__(self, results: Iterable[ModelResult] = ()) -> None:
        self._models: dict[int, ModelResult] = {}
        self._calls: dict[int, LayerResult] = {}
        self._results = tuple(results)
        for result in self._results:
            self._models[id(result.model)] = result
            self._calls.update(_by_call(result))

    def __bool__(self) -> bool:
        return bool(self._results)

    def trace_of(self, model: ModelFact) -> ModelResult | None:
        return self._models.get(id(model))

    def verdict_of(self, fact: Fact) -> LayerResult | None:
        """What was traced beside one call; None where it was not traced."""
        return self._calls.get(id(fact))

    def confirm(self, found: Sequence[Occurrence]) -> bool:
        """Whether torch did what is said of every call, of a module with layers what is said of each of these."""
        return bool(found) and all(self._confirms(o) for o in found)

    def _confirms(self, occurrence: Occurrence) -> bool:
        layer, trace = occurrence.layer, self.trace_of(occurrence.model)
        if layer is None or trace is None:
            return False
        verdicts = [verdict for fact in occurrence.facts if (verdict := self.verdict_of(fact)) is not None]
        if len(verdicts) < len(occurrence.facts):
            verdicts = _inside(trace, layer)
        return bool(verdicts) and all(verdict.verdict == "confirmed" for verdict in verdicts)


def _by_call(result: ModelResult) -> dict[int, LayerResult]:
    from analyzers.tracing.comparison import calls_of

    found = {(one.name, one.call): one for one in result.layers}
    calls = calls_of(result.model)
    return {id(call): one for layer, number, call in calls if (one := found.get((layer.name, number))) is not None}


def _inside(result: ModelResult, stage: LayerFact) -> list[LayerResult]:
    """The layers of a module that is made of layers."""
    return [one for one in result.layers if one.name.startswith(f"{stage.name}.")]


def verdict_text(result: ModelResult) -> str | None:
    """``✓ confirmed with torch 2.13.0, 54 of 54 layers, 0.9 s``; ``None`` where it could not be traced."""
    if result.verdict == "failed":
        return None
    mark = "✓ confirmed with" if result.verdict == "confirmed" else "✗ differs from"
    names = {layer.name for layer in result.layers}
    wrong = {layer.name for layer in result.layers if layer.verdict != "confirmed"}
    layers = f"{len(names - wrong)} of {len(names)} layers"
    return f"{mark} {result.framework} {result.framework_version}, {layers}, {sum(result.seconds.values()):.1f} s"


def verdict_message(result: ModelResult) -> str:
    """For the screen: with the first difference, or the reason why it could not be traced. What a program says may
    hold anything, so that it is one line without links."""
    from analyzers.tracing.problems import problems_of

    text = verdict_text(result)
    whole = f"{result.model.name}: {text.removeprefix('✓ ').removeprefix('✗ ')}" if text is not None else ""
    first = next((problem.message for problem in problems_of(result)), None)
    if result.verdict == "differs" and first is None:
        first = "the source does not say all that torch does"
    return _plain("; ".join(part for part in (whole, first) if part))


def _plain(text: str) -> str:
    line = "".join(filter(str.isprintable, " ".join(text.split()))).replace("](", "] (")
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
