"""RF203: the layer gets the least padding that leaves it one position."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import Fix
from analyzers.fixes.support.arguments import find
from analyzers.fixes.support.context import FixContext


def propose(context: FixContext) -> Iterator[Fix]:
    problem = context.problem
    target = find(context, problem.calls, "padding") if problem is not None else None
    if problem is None or target is None:
        return
    given = problem.data.get("expected"), problem.data.get("actual")
    text = '"same"' if target.parameter.takes_words else _padding(target.value, *given)
    if text is not None:
        yield Fix(f"Set padding to {text}", (target.set(text),))


def _padding(old: object, extents: object, padded: object) -> str | None:
    """What is there and as much more as the kernel's extents exceed the padded sizes."""
    needed, given = _numbers(extents), _numbers(padded)
    olds = _numbers(0 if old == "valid" else old)
    olds = olds * len(needed) if len(olds) == 1 else olds
    if not len(olds) == len(needed) == len(given) > 0:
        return None
    wanted = [more + max(-(-(extent - size) // 2), 0) for more, extent, size in zip(olds, needed, given, strict=True)]
    return str(wanted[0]) if len(set(wanted)) == 1 else f"({', '.join(map(str, wanted))})"


def _numbers(values: object) -> tuple[int, ...]:
    """A whole number, or a tuple of them; none for anything else."""
    found = values if isinstance(values, tuple) else (values,)
    return tuple(value for value in found if type(value) is int) if all(type(v) is int for v in found) else ()
