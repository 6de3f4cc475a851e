"""``np.dtype`` objects, and numpy's classes: ``np.ndarray``, ``np.float32``, ``np.integer`` …"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.numpy.array import Array, Scalar
from analyzers.frameworks.numpy.dtypes import ALIASES, CHARACTERS, KINDS, PYTHON_TYPES, named
from analyzers.interpreter.overlays import NAMES
from analyzers.interpreter.values import MISSING, Instance, NativeType
from analyzers.tensors.operations.dtypes import ITEM_SIZES
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

CONSTRUCTORS: dict[str, Callable[..., Any]] = {}
"""``array`` and ``scalar`` → the native that a call of such a class runs (the class first)."""


class DType:
    """``array.dtype``: equal to whatever names the same dtype."""

    __slots__ = ("alignment", "char", "dtype", "itemsize", "kind", "name", "str", "type")
    byteorder = "="
    names = fields = subdtype = metadata = None
    shape: tuple[int, ...] = ()
    ndim = 0
    isnative = True

    def __init__(self, name: str) -> None:
        self.dtype = self.name = name
        self.kind = KINDS[name]
        self.itemsize = self.alignment = ITEM_SIZES.get(name, 8)
        self.char = next(c for c, n in CHARACTERS.items() if n == name)
        self.str = f"{'|' if self.itemsize == 1 else '<'}{self.kind}{self.itemsize}"
        self.type = TYPES[name]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (DType, NumpyType)):
            return self.name == other.dtype
        if isinstance(other, str):
            return named(other) == self.name
        return isinstance(other, type) and PYTHON_TYPES.get(other) == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"dtype({self.name!r})"


class NumpyType(NativeType):
    """A class of numpy: of arrays (``dtypes`` empty), or of the scalars of one dtype or a kind of dtypes."""

    __slots__ = ("dtype", "dtypes")

    def __init__(self, name: str, dtypes: frozenset[str] = frozenset(), dtype: str | None = None) -> None:
        super().__init__(name)
        self.dtypes = dtypes
        self.dtype = dtype
        """The dtype that the class stands for as an argument."""

    def includes(self, value: Any) -> bool | None:
        if isinstance(value, Instance) and value.class_.opaque is not None:
            return None
        if not self.dtypes:
            return isinstance(value, Array)
        return isinstance(value, Scalar) and value.dtype in self.dtypes

    def derives_from(self, kind: Any) -> bool:
        """``issubclass(self, kind)``."""
        if isinstance(kind, NumpyType):
            return kind is self or bool(self.dtypes and self.dtypes <= kind.dtypes)
        return kind is object or (
            self.dtype in ("float64", "complex128", "str") and PYTHON_TYPES.get(kind) == self.dtype
        )

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        known = {"__name__": self.name, "__qualname__": self.name, "__module__": "numpy", "__class__": type}
        if name in known:
            return known[name]
        return MISSING if name.startswith("__") else Unknown(f"the attribute {name} of np.{self.name}")

    def call_value(self, machine: Machine, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return machine.call(CONSTRUCTORS["scalar" if self.dtypes else "array"], [self, *args], kwargs)

    def __repr__(self) -> str:
        return f"<class 'numpy.{self.name}'>"


def _of_kinds(kinds: str) -> frozenset[str]:
    return frozenset(name for name, kind in KINDS.items() if kind in kinds)


ABSTRACT = {
    "generic": ("biufcUO", None), "number": ("iufc", "float64"), "integer": ("iu", "int64"),
    "signedinteger": ("i", "int64"), "unsignedinteger": ("u", "uint64"), "inexact": ("fc", "float64"),
    "floating": ("f", "float64"), "complexfloating": ("c", "complex128"), "flexible": ("U", "str"),
    "character": ("U", "str"),
}  # fmt: skip
"""Class of scalars → kinds of dtypes below it, dtype it stands for."""
NDARRAY = NumpyType("ndarray")
TYPES = {
    dtype: NumpyType({"str": "str_", "object": "object_"}.get(dtype, dtype), frozenset((dtype,)), dtype)
    for dtype in KINDS
}
"""Dtype → the class of its scalars."""


def _register() -> None:
    NAMES["numpy.ndarray"] = NDARRAY
    for name, (kinds, dtype) in ABSTRACT.items():
        NAMES[f"numpy.{name}"] = NumpyType(name, _of_kinds(kinds), dtype)
    for dtype, kind in TYPES.items():
        NAMES[f"numpy.{dtype}"] = kind
    for alias, dtype in ALIASES.items():
        NAMES[f"numpy.{alias}"] = TYPES[dtype]
    for old, python in {"int": int, "float": float, "complex": complex, "object": object, "str": str}.items():
        NAMES[f"numpy.{old}"] = python


_register()
DTYPES = {name: DType(name) for name in KINDS}
"""Name → the dtype object."""


def type_of(value: Any) -> NumpyType:
    """The class of an array or scalar."""
    return NDARRAY if isinstance(value, Array) else TYPES[value.dtype]
