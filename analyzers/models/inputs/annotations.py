"""Shapes that a model's author wrote down: jaxtyping and ``Annotated`` annotations, docstrings."""

from __future__ import annotations

import re

import libcst as cst

from analyzers.interpreter.values import Function

Shape = tuple[int | str, ...]
_QUOTED = re.compile(r"""\[.*(["'])(.+?)\1\s*\]\s*$""")
"""The shape in an annotation that is itself written in quotes."""
_DIMENSION = re.compile(r"\d+|[A-Za-z_]\w*")
_DOCUMENTED = (
    r"\b{name}\b[^\n(\[]*(?:\([Tt]ensor[^)]*\)|:)[^\n(\[]*[(\[](?P<shape>\s*\w+(?:\s*[,x×]\s*\w+){{1,4}})\s*[)\]]"
)


def annotated_shapes(forward: Function) -> list[tuple[str, Shape]]:
    """(parameter, shape) for every parameter of ``forward`` whose shape its annotation or docstring gives."""
    node = forward.node
    if not isinstance(node, cst.FunctionDef):
        return []
    documentation = node.get_docstring() or ""
    found = []
    for parameter in node.params.params[1:]:
        shape = _annotation(parameter) or _documented(parameter.name.value, documentation)
        if shape is not None:
            found.append((parameter.name.value, shape))
    return found


def _annotation(parameter: cst.Param) -> Shape | None:
    """The string in ``Float[Tensor, "b 3 224 224"]`` or ``Annotated[Tensor, "N 3 H W"]``."""
    annotation = parameter.annotation.annotation if parameter.annotation is not None else None
    if isinstance(annotation, cst.SimpleString):
        quoted = _QUOTED.search(str(annotation.evaluated_value))
        return _parsed(quoted[2].replace(",", " ").split()) if quoted is not None else None
    if not isinstance(annotation, cst.Subscript):
        return None
    for element in reversed(annotation.slice):
        value = element.slice.value if isinstance(element.slice, cst.Index) else None
        if isinstance(value, cst.SimpleString):
            return _parsed(str(value.evaluated_value).replace(",", " ").split())
    return None


def _documented(name: str, documentation: str) -> Shape | None:
    """``x: (N, 3, 224, 224)`` in a docstring; only where every size but the batch is a number."""
    match = re.search(_DOCUMENTED.format(name=re.escape(name)), documentation)
    if match is None:
        return None
    shape = _parsed(re.split(r"\s*[,x×]\s*", match["shape"].strip()))
    return shape if shape is not None and all(isinstance(d, int) for d in shape[1:]) else None


def _parsed(words: list[str]) -> Shape | None:
    """Numbers and names; None where a word is anything else (``*batch``, ``...``, ``2*h``)."""
    if len(words) < 2 or not all(_DIMENSION.fullmatch(word) for word in words):
        return None
    first, *rest = (int(word) if word.isdigit() else word for word in words)
    return ("N" if isinstance(first, str) else first, *rest)
