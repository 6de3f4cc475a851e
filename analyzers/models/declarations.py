"""Shapes that annotations declare, to be held against what is there.

jaxtyping's ``Float[Tensor, "b 3 h w"]`` and ``Annotated[Tensor, "N 3 H W"]``, also in quotes, optional, or in a tuple. What may
as well be prose is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeGuard

from analyzers.interpreter.values import Function
from analyzers.source import program
from analyzers.source.quoted import expression_of

ANY, REST = "_", "..."
"""A dim of any size, and any number of such dims."""
_JAXTYPING = re.compile(r"(?:B?Float|Real|Inexact|Num|Shaped|Complex|U?Int|Integer|Bool)(?:\d+(?:e\dm\d\w*)?)?")
"""The types of jaxtyping that are subscripted with an array's type and its shape."""
_NAME = re.compile(r"[^\W\d_]\w*")
_BATCH = re.compile(r"[A-Z]|[bn]|bs|batch(?:_size)?|\d+", re.IGNORECASE)
"""What the first dim is called in an ``Annotated`` that speaks of a shape."""


class Declared(NamedTuple):
    """``dims`` are numbers, names, :data:`ANY` and at most one :data:`REST`; ``node`` is the annotation."""

    dims: tuple[int | str, ...]
    node: Any

    def __str__(self) -> str:
        return "×".join(map(str, self.dims)) or "a scalar"


class Declarations(NamedTuple):
    """What a function's annotations say: parameter → shape, and the result's (several: of a tuple's items, None where
    an item's is not declared)."""

    parameters: dict[str, Declared]
    result: list[Declared | None]
    is_tuple: bool


def declarations_of(function: Function) -> Declarations | None:
    """None where the function declares no shape for its result."""
    node = function.node
    if not isinstance(node, program.FunctionDef) or node.returns is None:
        return None
    annotation = node.returns
    items = _tuple_items(annotation)
    result = [_declared(item, function) for item in items or [annotation]]
    if not any(result):
        return None
    return Declarations(dict(_parameters(node, function)), result, items is not None)


def _parameters(node: program.FunctionDef, function: Function) -> Iterator[tuple[str, Declared]]:
    for parameter in node.parameters.positional:
        declared = _declared(parameter.annotation, function) if parameter.annotation is not None else None
        if declared is not None:
            yield parameter.name, declared


def _tuple_items(annotation: program.Expression) -> list[program.Expression] | None:
    """The items of ``tuple[A, B]``; None for anything else, a tuple of any length among it."""
    if not isinstance(annotation, program.Subscript) or _last_name(annotation.value) not in ("tuple", "Tuple"):
        return None
    items = list(_elements(annotation))
    return None if any(isinstance(item, program.Constant) and item.value is ... for item in items) else items


def _declared(annotation: program.Expression, function: Function) -> Declared | None:
    meant = annotation
    if _is_text(annotation):
        meant = expression_of(annotation.value) if "[" in annotation.value else None
    shape = (
        _shape(_without_none(meant), "jaxtyping" in function.scope.module.source.text) if meant is not None else None
    )
    dims = _dims(shape.split()) if shape is not None else None
    return Declared(dims, annotation) if dims is not None else None


def _is_text(expression: program.Expression) -> TypeGuard[program.Constant]:
    return isinstance(expression, program.Constant) and isinstance(expression.value, str)


def _without_none(annotation: program.Expression) -> program.Expression:
    """``A`` in ``A | None`` and ``Optional[A]``."""
    if isinstance(annotation, program.Subscript) and _last_name(annotation.value) == "Optional":
        return next(_elements(annotation), annotation)
    if isinstance(annotation, program.BinOp) and annotation.operator == "or":
        sides = (annotation.left, annotation.right)
        others = [side for side in sides if not (isinstance(side, program.Constant) and side.value is None)]
        return others[0] if len(others) == 1 else annotation
    return annotation


def _shape(annotation: program.Expression, knows_jaxtyping: bool) -> str | None:
    """The string that is a shape."""
    if not isinstance(annotation, program.Subscript):
        return None
    items = list(_elements(annotation))
    last = items[-1] if len(items) == 2 else None
    text = last.value if last is not None and _is_text(last) else None
    name = _last_name(annotation.value)
    if text is None or (knows_jaxtyping and _JAXTYPING.fullmatch(name)):
        return text
    words = text.replace(",", " ").split()
    speaks_of_a_shape = len(words) > 1 and _BATCH.fullmatch(words[0]) and any(word.isdigit() for word in words)
    return " ".join(words) if name == "Annotated" and speaks_of_a_shape else None


def _elements(annotation: program.Subscript) -> Iterator[program.Expression]:
    elements = annotation.key.elements if isinstance(annotation.key, program.Tuple) else (annotation.key,)
    return (element for element in elements if not isinstance(element, program.Slice))


def _last_name(expression: program.Expression) -> str:
    """``Float`` of ``jaxtyping.Float``."""
    if isinstance(expression, program.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, program.Name) else ""


def _dims(words: list[str]) -> tuple[int | str, ...] | None:
    """jaxtyping's words: sizes, names, ``*several``, ``#broadcast``, ``_any``, ``name=3``, ``2*name`` and the like."""
    dims = tuple(_dim(word) for word in words)
    return dims if dims.count(REST) < 2 else None


def _dim(word: str) -> int | str:
    word = word.rpartition("=")[2] or word
    if word.isdigit():
        return int(word)
    if word == REST or (word.startswith("*") and _NAME.fullmatch(word[1:])):
        return REST
    return word if _NAME.fullmatch(word) else ANY
