"""RF203: the layer gets the least padding that leaves it one position."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from analyzers.facts import Fix, Place
from analyzers.fixes.support.arguments import Argument, argument_of
from analyzers.fixes.support.calls import Call
from analyzers.fixes.support.context import Bench


def propose(bench: Bench) -> Iterator[Fix]:
    problem = bench.problem
    definition = problem.data.get("definition") or problem.place if problem is not None else None
    call = bench.call(definition) if isinstance(definition, Place) else None
    if problem is None or call is None:
        return
    name = _callee(call)
    is_keras = name.endswith(("1D", "2D", "3D"))  # torch has Conv2d
    where = argument_of(f"keras.{name}" if is_keras else name, "padding")
    text = '"same"' if is_keras else _padding(call, where, problem.data.get("expected"), problem.data.get("actual"))
    edit = call.set(*where, text) if text is not None else None
    if edit is not None:
        yield Fix(f"Set padding to {text}", False, (edit,))


def _callee(call: Call) -> str:
    function = call.node.func
    name = function.attr if isinstance(function, cst.Attribute) else function
    return name.value if isinstance(name, cst.Name) else ""


def _padding(call: Call, where: Argument, extents: object, padded: object) -> str | None:
    """What is there and as much more as the kernel's extents exceed the padded sizes."""
    needed, given = _numbers(extents), _numbers(padded)
    written = call.argument(*where)
    old = _numbers(_literal(written.value)) if written is not None else (0,)
    olds = old * len(needed) if len(old) == 1 else old
    if not len(olds) == len(needed) == len(given) > 0:
        return None
    wanted = [more + max(-(-(extent - size) // 2), 0) for more, extent, size in zip(olds, needed, given, strict=True)]
    return str(wanted[0]) if len(set(wanted)) == 1 else f"({', '.join(map(str, wanted))})"


def _literal(node: cst.BaseExpression) -> object:
    """The value of a number or of a tuple of numbers."""
    if isinstance(node, cst.Integer):
        return (int(node.value, 0),)
    if isinstance(node, cst.Tuple | cst.List):
        items = [element.value for element in node.elements]
        return tuple(int(item.value, 0) if isinstance(item, cst.Integer) else None for item in items)
    return None


def _numbers(values: object) -> tuple[int, ...]:
    """The numbers of a tuple of whole numbers; none for anything else."""
    known = isinstance(values, tuple) and all(type(value) is int for value in values)
    return tuple(values) if known and isinstance(values, tuple) else ()
