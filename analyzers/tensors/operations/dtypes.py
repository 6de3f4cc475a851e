"""Plain dtype names: categories, promotion and the rounding of kept numbers."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

ITEM_SIZES = {
    "bool": 1, "uint8": 1, "int8": 1, "uint16": 2, "int16": 2, "uint32": 4,
    "int32": 4, "uint64": 8, "int64": 8,
    "float8_e4m3fn": 1, "float8_e5m2": 1, "float16": 2, "bfloat16": 2, "float32": 4, "float64": 8,
    "complex32": 4, "complex64": 8, "complex128": 16,
}  # fmt: skip
"""Dtype name → bytes of one element, within a category in order of promotion."""

_ORDER = {name: position for position, name in enumerate(ITEM_SIZES)}
_COMPLEX_OF = {
    "float16": "complex32",
    "bfloat16": "complex64",
    "float32": "complex64",
    "float64": "complex128",
}
REAL_OF = {"complex32": "float16", "complex64": "float32", "complex128": "float64"}


def category(dtype: str) -> int:
    """0 bool, 1 integer, 2 floating point, 3 complex."""
    if dtype == "bool":
        return 0
    if dtype.startswith("complex"):
        return 3
    return 2 if "float" in dtype else 1


def number_dtype(value: Any) -> str:
    """The default dtype of a Python number."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, complex):
        return "complex64"
    return "float32" if isinstance(value, float) else "int64"


def promote(first: str, second: str) -> str:
    """The dtype of combining two tensors of equal priority (torch.promote_types)."""
    if first == second:
        return first
    low, high = sorted((first, second), key=lambda name: (category(name), _ORDER[name]))
    if category(high) == 3 and category(low) == 2:
        return max(high, complex_of(low), key=_ORDER.__getitem__)
    if category(low) != category(high):
        return high
    if {low, high} == {"float16", "bfloat16"}:
        return "float32"
    if low == "uint8" and high == "int8":
        return "int16"
    return high


def complex_of(dtype: str) -> str:
    """The complex dtype whose parts are of this dtype."""
    return dtype if category(dtype) == 3 else _COMPLEX_OF.get(dtype, "complex64")


def as_floating(dtype: str) -> str:
    """What true division and transcendental functions give."""
    return dtype if category(dtype) >= 2 else "float32"


def convert(value: Any, dtype: str) -> Any:
    """A Python number as this dtype would hold it; raises OverflowError beyond 64 bits."""
    kind = category(dtype)
    if kind == 0:
        return bool(value)
    if kind == 1:
        whole = int(value)
        if not -(2**63) <= whole < 2**64:
            raise OverflowError("an integer of more than 64 bits")
        return whole
    if kind == 3:
        return complex(value)
    return round_float(float(value), dtype)


NUMBERS = frozenset((int, float, bool))


def convert_all(values: Sequence[Any], dtype: str) -> tuple[Any, ...]:
    """:func:`convert` of each; those of the usual dtype in one go."""
    if dtype == "float32" and NUMBERS.issuperset(map(type, values)):
        singles = struct.Struct(f"{len(values)}f")
        try:
            return singles.unpack(singles.pack(*values))
        except OverflowError:  # One of them has none, or an infinite one.
            pass
    return tuple([convert(value, dtype) for value in values])


def round_float(value: float, dtype: str) -> float:
    """The nearest value of a floating dtype."""
    if dtype == "float64":
        return value
    try:
        if dtype == "float16":
            return struct.unpack("e", struct.pack("e", value))[0]
        single = struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
    return _bfloat16(single) if dtype == "bfloat16" else single


def _bfloat16(value: float) -> float:
    bits = struct.unpack("I", struct.pack("f", value))[0]
    if value != value:
        return value
    rounded = (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000
    return struct.unpack("f", struct.pack("I", rounded & 0xFFFFFFFF))[0]
