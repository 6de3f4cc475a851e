"""What is in the result of a call: tensors with their paths, unknowns, and the cost for one item of the batch."""

from __future__ import annotations

from typing import Any

from analyzers.facts import OutputFact, batch_dim
from analyzers.interpreter.values import Instance
from analyzers.tensors.dims import substitute, symbols
from analyzers.tensors.tensor import Tensor, is_shaped
from analyzers.unknown import Unknown


def first_tensor(value: Any) -> Tensor | None:
    """The first tensor in a value (a probe, whose shape is not known, does not count)."""
    if is_shaped(value):
        return value
    if isinstance(value, Instance):
        value = value.payload if value.payload is not None else list(value.attributes.values())
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, (tuple, list)) else ():
        found = first_tensor(part) if not isinstance(part, Instance) else None
        if found is not None:
            return found
    return None


def outputs_of(result: Any) -> list[OutputFact]:
    """Every tensor of a model's result with the path that reaches it."""
    return [
        OutputFact(path, part.shape, batch_dim(part.axes), part.axes) if is_shaped(part) else OutputFact(path, None)
        for path, part in parts_of(result)
    ]


def parts_of(value: Any, path: str = "", depth: int = 0) -> list[tuple[str, Any]]:
    """(path, part) of every tensor in a value, and of whatever in it is not known; what an object beside them keeps (the
    keys and values of a cache) is no result."""
    if isinstance(value, (Unknown, Tensor)):
        return [(path, value)]
    if isinstance(value, Instance):
        if depth and value.payload is None and value.class_.traits.fields is None:
            return []
        value = value.payload if value.payload is not None else value.attributes
    if depth > 5:
        return []
    names = getattr(value, "fields", None) if isinstance(value, tuple) else None
    if isinstance(value, (tuple, list)):
        pairs = zip(names or map(str, range(len(value))), value)
    elif isinstance(value, dict):
        pairs = ((str(k), v) for k, v in value.items())
    else:
        return []
    return [found for name, part in pairs for found in parts_of(part, f"{path}.{name}" if path else name, depth + 1)]


def known_outputs(result: Any) -> list[OutputFact]:
    """The outputs, or none at all where one of them is not known."""
    outputs = outputs_of(result)
    return outputs if all(o.shape is not None for o in outputs) else []


def unknowns_in(value: Any, depth: int = 0) -> list[Unknown]:
    if isinstance(value, Unknown):
        return [value]
    if isinstance(value, (tuple, list)) and depth < 3:
        return [u for v in value for u in unknowns_in(v, depth + 1)]
    if isinstance(value, dict) and depth < 3:
        return [u for v in value.values() for u in unknowns_in(v, depth + 1)]
    return []


def per_item(cost: Any, batch: Any) -> Any:
    """The cost for one item of a ``batch`` of known size, or of the symbol N."""
    if isinstance(cost, int):
        return cost // batch if isinstance(batch, int) and batch > 0 and cost % batch == 0 else cost
    return substitute(cost, {s: 1 for s in symbols(cost) if s.name == "N"})
