"""Shapes that a model's author wrote down: jaxtyping and ``Annotated`` annotations, docstrings."""

from __future__ import annotations

import re

from analyzers.interpreter.values import Function
from analyzers.source import program

Shape = tuple[int | str, ...]
_QUOTED = re.compile(r"""\[.*(["'])(.+?)\1\s*\]\s*$""")
"""The shape in an annotation that is itself written in quotes."""
_DIMENSION = re.compile(r"\d+|[A-Za-z_]\w*")
_DOCUMENTED = (
    r"\b{name}\b[^\n(\[]*(?:\([Tt]ensor[^)]*\)|:)[^\n(\[]*(?<![\w×])[(\[](?P<shape>\s*\w+(?:\s*[,x×]\s*\w+){{1,4}})\s*[)\]]"
    r"(?![\w×])"
)


def annotated_shapes(forward: Function) -> list[tuple[str, Shape]]:
    """(parameter, shape) for every parameter of ``forward`` whose shape its annotation or docstring gives."""
    node = forward.node
    if not isinstance(node, program.FunctionDef):
        return []
    documentation = node.docstring or ""
    found = []
    for parameter in node.parameters.positional[1:]:
        shape = _annotation(parameter.annotation) or _documented(parameter.name, documentation)
        if shape is not None:
            found.append((parameter.name, shape))
    return found


def _annotation(annotation: program.Expression | None) -> Shape | None:
    """The string in ``Float[Tensor, "b 3 224 224"]`` or ``Annotated[Tensor, "N 3 H W"]``."""
    if isinstance(annotation, program.Constant) and isinstance(annotation.value, str):
        quoted = _QUOTED.search(annotation.value)
        return _parsed(quoted[2].replace(",", " ").split()) if quoted is not None else None
    if not isinstance(annotation, program.Subscript):
        return None
    key = annotation.key
    for element in reversed(key.elements if isinstance(key, program.Tuple) else (key,)):
        if isinstance(element, program.Constant) and isinstance(element.value, str):
            return _parsed(element.value.replace(",", " ").split())
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
