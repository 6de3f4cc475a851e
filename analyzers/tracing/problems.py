"""What the findings RF501 and RF502 are made of: the first difference of each kind, since others follow from it."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import Place, Problem
from analyzers.tracing.results import LayerResult, ModelResult

DISAGREES, FAILED = "trace-disagrees", "trace-failed"


def problems_of(result: ModelResult) -> list[Problem]:
    """In the order of the model."""
    if result.verdict == "failed":
        place = result.model.place
        return [Problem(FAILED, f"`{result.model.name}` could not be traced: {result.message}", place)]
    return list(_differences(result)) or list(_of_totals(result))


def _differences(result: ModelResult) -> Iterator[Problem]:
    seen: dict[str, list[tuple[LayerResult, str]]] = {}
    for layer in result.layers:
        for text in layer.differences:
            seen.setdefault(_kind(text), []).append((layer, text))
    for found in seen.values():
        layer, text = found[0]
        others = len({id(other) for other, _ in found}) - 1
        more = f" (and {others} more call{'s' * (others != 1)})" if others else ""
        place = layer.place or layer.definition or result.model.place
        problem = Problem(DISAGREES, f"`{layer.name}`: {text}{more}", place)
        if layer.definition is not None and layer.definition != place:
            problem.related.append((f"{layer.name} is built here", layer.definition))
        yield problem


def _kind(text: str) -> str:
    """What a difference is about: its words without numbers."""
    return "".join(letter for letter in text.partition(",")[0] if not letter.isdigit()).split("×")[0][:10]


def _of_totals(result: ModelResult) -> Iterator[Problem]:
    place: Place | None = result.model.place
    static, traced = result.parameters
    if static is not None and traced is not None and static != traced:
        yield Problem(DISAGREES, f"`{result.model.name}`: {static:,} parameters, torch {traced:,}", place)
    elif result.verdict == "differs":
        shapes = [_text(side) for side in result.outputs]
        yield Problem(DISAGREES, f"`{result.model.name}`: output {shapes[0]}, torch {shapes[1]}", place)


def _text(outputs: list[dict]) -> str:
    return ", ".join("×".join("?" if size is None else str(size) for size in one["shape"] or []) for one in outputs)
