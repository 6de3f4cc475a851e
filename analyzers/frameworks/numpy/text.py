"""The text of arrays, where it is one short line of whole numbers or truth values."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.numpy.array import Array, Scalar, UnknownScalar
from analyzers.frameworks.numpy.registration import method
from analyzers.unknown import Unknown

LINE = 75
"""Characters after which numpy breaks the line."""


@method("__str__")
def as_text(self: Array | Scalar) -> Any:
    return _text(self, " ")


@method("__repr__")
def as_representation(self: Array | Scalar) -> Any:
    if not isinstance(self, Array):
        return Unknown("the text of a number") if isinstance(self, UnknownScalar) else repr(self)
    inner = _text(self, ", ")
    plain = isinstance(inner, str) and self.dtype in ("int64", "bool") and self.content
    return f"array({inner})" if plain else Unknown("the text of an array")


def _text(self: Array | Scalar, separator: str) -> Any:
    if isinstance(self, UnknownScalar):
        return Unknown("the text of a number")
    if not isinstance(self, Array):
        return str(self)
    if self.content is None or self.rank != 1 or not all(isinstance(n, int) for n in self.content):
        return Unknown("the text of an array")
    words = [str(number) for number in self.content]
    width = max(map(len, words), default=0)
    line = f"[{separator.join(word.rjust(width) for word in words)}]"
    return line if len(line) <= LINE else Unknown("the text of a long array")
