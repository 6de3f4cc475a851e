"""Numpy's dtypes by their plain names: kinds, promotion (NEP 50), what a dtype makes of a number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from analyzers.tensors.dims import Expression
from analyzers.tensors.operations.dtypes import ITEM_SIZES, round_float

KINDS = {
    "bool": "b",
    **dict.fromkeys(("int8", "int16", "int32", "int64"), "i"),
    **dict.fromkeys(("uint8", "uint16", "uint32", "uint64"), "u"),
    **dict.fromkeys(("float16", "float32", "float64"), "f"),
    **dict.fromkeys(("complex64", "complex128"), "c"),
    "str": "U",
    "object": "O",
}
"""Dtype name → numpy's letter for its kind (``b`` bool, ``i`` and ``u`` whole, ``f`` floating, ``c`` complex)."""
WHOLE = "biu"
NUMERIC = "biufc"
CHARACTERS = {
    "?": "bool", "b": "int8", "h": "int16", "i": "int32", "l": "int64", "q": "int64", "p": "int64", "n": "int64",
    "B": "uint8", "H": "uint16", "I": "uint32", "L": "uint64", "Q": "uint64", "P": "uint64", "e": "float16",
    "f": "float32", "d": "float64", "g": "float64", "F": "complex64", "D": "complex128", "U": "str", "S": "str",
    "O": "object",
}  # fmt: skip
ALIASES = {
    "int": "int64", "int_": "int64", "intp": "int64", "uint": "uint64", "long": "int64", "ulong": "uint64",
    "longlong": "int64", "ulonglong": "uint64", "intc": "int32", "uintc": "uint32", "short": "int16",
    "ushort": "uint16", "byte": "int8", "ubyte": "uint8", "float": "float64", "double": "float64",
    "single": "float32", "half": "float16", "longdouble": "float64", "float_": "float64", "complex_": "complex128", "complex": "complex128", "csingle": "complex64",
    "cdouble": "complex128", "bool_": "bool", "str_": "str", "unicode": "str", "string": "str", "object_": "object",
}  # fmt: skip
"""Other names (on a 64-bit machine) → the dtype's own."""
PYTHON_TYPES: dict[type, str] = {
    bool: "bool", int: "int64", float: "float64", complex: "complex128", str: "str", object: "object",
}  # fmt: skip


def named(text: str) -> str | None:
    """The dtype that a text means: ``float32``, ``f4``, ``<i8``, ``int``; None for another kind (dates, records)."""
    name = ALIASES.get(text, text)
    if name in KINDS:
        return name
    plain = text.lstrip("<>=|")
    if plain in CHARACTERS:
        return CHARACTERS[plain]
    if plain[:1] in ("U", "S") and plain[1:].isdigit():
        return "str"
    sized = {kind + str(ITEM_SIZES[n]): n for n, kind in KINDS.items() if n in ITEM_SIZES}
    return sized.get("b1" if plain == "b1" else plain)


# -- promotion -----------------------------------------------------------------------------------


def float_bits(dtype: str) -> int:
    """Bits of the smallest floating dtype that holds the numbers of this one."""
    kind, size = KINDS[dtype], ITEM_SIZES[dtype]
    if kind == "f":
        return size * 8
    if kind == "c":
        return size * 4
    return {1: 16, 2: 32}.get(size, 64)


def floating(dtype: str) -> str:
    """What ``sqrt`` and its like give: floats stay, whole numbers become the smallest float that holds them."""
    return dtype if KINDS[dtype] in "fc" else f"float{float_bits(dtype)}"


def real_of(dtype: str) -> str:
    """The dtype of ``real``, ``imag`` and ``abs``."""
    return f"float{float_bits(dtype)}" if KINDS[dtype] == "c" else dtype


def promote(first: str, second: str) -> str:
    """``np.promote_types``."""
    if first == second:
        return first
    kinds = KINDS[first] + KINDS[second]
    if "O" in kinds:
        return "object"
    if "U" in kinds:
        return "str"
    if "c" in kinds:
        return "complex64" if max(float_bits(first), float_bits(second)) <= 32 else "complex128"
    if "f" in kinds:
        return f"float{max(float_bits(first), float_bits(second))}"
    return _promoted_whole(first, second)


def _promoted_whole(first: str, second: str) -> str:
    kinds = {KINDS[first]: first, KINDS[second]: second}
    if "b" in kinds:
        return next(name for kind, name in kinds.items() if kind != "b")
    if len(kinds) == 1:
        return max(first, second, key=ITEM_SIZES.__getitem__)
    signed, unsigned = ITEM_SIZES[kinds["i"]], ITEM_SIZES[kinds["u"]]
    if signed > unsigned:
        return kinds["i"]
    return "float64" if unsigned == 8 else f"int{unsigned * 16}"


WEAK = {"int": "int64", "float": "float64", "complex": "complex128"}
"""Kind of a Python number → the dtype it has among its own kind."""
_STEPS = ("int", "float", "complex")


def weak_kind(number: Any) -> str:
    """``int``, ``float`` or ``complex`` of a Python number that is no bool."""
    return "complex" if isinstance(number, complex) else "float" if isinstance(number, float) else "int"


def result_type(dtypes: Iterable[str], weak: Iterable[str] = ()) -> str:
    """``np.result_type``: of arrays and numpy scalars by their dtypes, of Python numbers by their :data:`WEAK` kind."""
    strong: str | None = None
    for dtype in dtypes:
        strong = dtype if strong is None else promote(strong, dtype)
    kinds = sorted(set(weak), key=_STEPS.index)
    if not kinds:
        return strong or "float64"
    highest = kinds[-1]
    if strong is None:
        return WEAK[highest]
    kind = KINDS[strong]
    if kind in "UO" or (highest == "int" and kind != "b") or (highest == "float" and kind in "fc"):
        return strong
    if highest == "complex" and kind in "fc":
        return strong if kind == "c" else ("complex128" if strong == "float64" else "complex64")
    return WEAK[highest]


# -- what a dtype makes of a number ---------------------------------------------------------------


def bounds(dtype: str) -> tuple[int, int]:
    """The least and greatest of whole numbers."""
    bits = ITEM_SIZES[dtype] * 8
    return (0, 2**bits - 1) if KINDS[dtype] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def wrapped(value: int, dtype: str) -> int:
    """A whole number as it is left after an overflow."""
    low, high = bounds(dtype)
    if low <= value <= high:
        return value
    return (value - low) % (high - low + 1) + low


def cast(value: Any, dtype: str) -> Any:
    """``astype`` of one number: whole numbers wrap, floats are rounded or cut.

    Raises ValueError where the result depends on the machine (nan as a whole number) or is not kept.
    """
    kind = KINDS[dtype]
    if isinstance(value, Expression):
        if kind in "iu":
            return value
        raise ValueError("a symbolic size as another number")
    if kind in "UO":
        return _cast_other(value, kind)
    if isinstance(value, str):
        value = float(value) if kind in "fc" else int(value)
    if kind == "b":
        return bool(value)
    if kind in "iu":
        return wrapped(_whole(value), dtype)
    return _cast_floating(value, dtype)


def _whole(value: Any) -> int:
    if isinstance(value, complex):
        value = value.real
    whole = int(value)
    if isinstance(value, float) and not -(2**63) <= whole < 2**63:
        raise ValueError("a float beyond the whole numbers")
    return whole


def _cast_floating(value: Any, dtype: str) -> Any:
    if KINDS[dtype] == "f":
        value = value.real if isinstance(value, complex) else value
        return round_float(float(value), dtype)
    part = real_of(dtype)
    number = complex(value)
    return complex(round_float(number.real, part), round_float(number.imag, part))


def _cast_other(value: Any, kind: str) -> Any:
    if kind == "O" or isinstance(value, str):
        return value
    if isinstance(value, (bool, int)):
        return str(value)
    raise ValueError("a float as a text")
