"""Setting what a layer was built for to what arrives."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import Fix
from analyzers.fixes.support.arguments import find
from analyzers.fixes.support.context import FixContext


def set_to_actual(context: FixContext) -> Iterator[Fix]:
    problem = context.problem
    if problem is None:
        return
    argument, actual, expected = (problem.data.get(name) for name in ("argument", "actual", "expected"))
    if not isinstance(argument, str) or type(actual) is not int:
        return
    target = find(context, problem.calls, argument)
    if target is not None and target.is_given and _holds(target.value, expected):
        yield Fix(f"Set {target.slot.name} to {actual}", (target.set(str(actual)),))


def _holds(value: object, expected: object) -> bool:
    """Whether an argument is the size that was expected, or a shape of that size alone."""
    return expected in (value, (value,)) or value == (expected,)
