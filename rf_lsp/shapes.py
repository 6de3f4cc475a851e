"""Shapes as people write them (``1x3x224x224``) and as they are shown (``1×3×224×224``)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from analyzers.source import comments
from analyzers.source.comments import Shape
from rf_lsp.errors import UsageError

NamedShape = tuple[str | None, Shape]
UNKNOWN = "?"

_SYMBOL = re.compile(r"[A-Za-z]\d?|\?|\*")


def parse_input(text: str) -> NamedShape:
    """``"x=1x3x224x224"`` → ``("x", (1, 3, 224, 224))``: dimensions joined by ``x``, batch first; without a name the
    first item is ``None``.

    The spelling is that of ``# rf: input=`` comments, but a symbol is a single letter, so that a slip of the pen is
    not taken for one. Raises :class:`UsageError`.
    """
    try:
        name, shape = comments.parse_input(text)
    except ValueError as error:
        raise UsageError(f"impossible shape {text!r}: {error}") from None
    strange = next((dim for dim in shape if isinstance(dim, str) and not _SYMBOL.fullmatch(dim)), None)
    if strange is not None:
        raise UsageError(f"impossible shape {text!r}: {strange!r} is no dimension; write it like 1x3x224x224")
    return name, shape


def parse_shape(text: str) -> Shape:
    """``"1x3x224x224"`` → ``(1, 3, 224, 224)``; raises :class:`UsageError`."""
    name, shape = parse_input(text)
    if name is not None:
        raise UsageError(f"impossible shape {text!r}: no name is expected here")
    return shape


def dim_text(dim: Any) -> str:
    """``224``, ``H/2``; ``?`` where it is not known."""
    if dim is None:
        return UNKNOWN
    if isinstance(dim, int | str):
        return str(dim)
    from analyzers.tensors.dim_text import text

    return text(dim)


def shape_text(shape: Sequence[Any] | None, joint: str = "×") -> str:
    """All dimensions; ``scalar`` where there are none, ``?`` where the shape is not known."""
    if shape is None:
        return UNKNOWN
    return joint.join(map(dim_text, shape)) or "scalar"
