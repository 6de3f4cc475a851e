"""RF203: the layer gets the least padding that leaves it one position."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import Fix, Place
from analyzers.fixes.support.bench import Bench

POSITIONS = {"Conv": 4, "Pool": 2}


def propose(bench: Bench) -> Iterator[Fix]:
    problem = bench.problem
    if problem is None:
        return
    extents, padded = _numbers(problem.data.get("expected")), _numbers(problem.data.get("actual"))
    definition = problem.data.get("definition") or problem.place
    call = bench.call(definition) if isinstance(definition, Place) else None
    if call is None or not isinstance(definition, Place) or not len(extents) == len(padded) > 0:
        return
    layer = next(iter(bench.layers_at(definition)), None)
    old = layer.attributes.get("padding", 0) if layer is not None else 0
    olds = (old,) * len(extents) if isinstance(old, int) else _numbers(old)
    if len(olds) != len(extents):
        return
    wanted = [more + max(-(-(extent - size) // 2), 0) for more, extent, size in zip(olds, extents, padded, strict=True)]
    text = str(wanted[0]) if len(set(wanted)) == 1 else f"({', '.join(map(str, wanted))})"
    kind = next((kind for kind in POSITIONS if layer is not None and kind in layer.type), None)
    edit = call.set("padding", POSITIONS[kind] if kind else None, text)
    if edit is not None:
        yield Fix(f"Set padding to {text}", False, (edit,))


def _numbers(values: object) -> tuple[int, ...]:
    """The numbers of a tuple of whole numbers; none for anything else."""
    known = isinstance(values, tuple) and all(type(value) is int for value in values)
    return tuple(values) if known and isinstance(values, tuple) else ()
