"""``--input``: dimensions joined by ``x``, batch first, optionally named (``mask=1x1x64x64``).

The spelling is that of ``# rf: input=`` comments; on the command line a symbol is a single letter, so
that a slip of the pen is not taken for one.
"""

from __future__ import annotations

import re

from analyzers.source import comments
from analyzers.source.comments import Shape
from rf_lsp.errors import UsageError

NamedShape = tuple[str | None, Shape]

_SYMBOL = re.compile(r"[A-Za-z]\d?|\?|\*")


def parse_input(text: str) -> NamedShape:
    """``"x=1x3x224x224"`` → ``("x", (1, 3, 224, 224))``; without a name the first item is ``None``.

    Raises :class:`UsageError`.
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


def shape_text(shape: tuple) -> str:
    """``(1, 3, 224, 224)`` → ``"1x3x224x224"``."""
    return "x".join(map(str, shape))
