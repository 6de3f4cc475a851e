"""torch.float32 and its like, torch.device, torch.Size, torch.finfo and torch.iinfo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.builtins import CONSTRUCTORS
from analyzers.interpreter.capabilities import ShapeTuple
from analyzers.interpreter.conversions import make_tuple
from analyzers.interpreter.overlays import attribute, function
from analyzers.tensors.dims import Dim, product
from analyzers.tensors.errors import PythonError
from analyzers.tensors.operations.dtypes import (
    ITEM_SIZES,
    REAL_OF,
    category,
    complex_of,
    promote,
)

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


class DType:
    """A torch dtype; ``name`` is what :class:`Tensor` keeps."""

    __slots__ = ("is_complex", "is_floating_point", "is_signed", "itemsize", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_floating_point = category(name) == 2
        self.is_complex = category(name) == 3
        self.is_signed = name != "bool" and not name.startswith("uint")
        self.itemsize = ITEM_SIZES[name]

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def to_complex(self) -> DType:
        return DTYPES[complex_of(self.name)]

    def to_real(self) -> DType:
        return DTYPES[REAL_OF.get(self.name, self.name)]


DTYPES = {name: DType(name) for name in ITEM_SIZES}
ALIASES = {
    "float": "float32", "double": "float64", "half": "float16",
    "int": "int32", "long": "int64", "short": "int16",
    "cfloat": "complex64", "cdouble": "complex128", "chalf": "complex32",
}  # fmt: skip
TENSOR_TYPES = {
    "FloatTensor": "float32", "DoubleTensor": "float64", "HalfTensor": "float16",
    "BFloat16Tensor": "bfloat16",
    "ByteTensor": "uint8", "CharTensor": "int8", "ShortTensor": "int16", "IntTensor": "int32",
    "LongTensor": "int64", "BoolTensor": "bool",
}  # fmt: skip
_PYTHON_TYPES = {float: "float32", int: "int64", bool: "bool", complex: "complex64"}

for _name, _dtype in DTYPES.items():
    attribute(f"torch.{_name}", _dtype)
for _alias, _name in ALIASES.items():
    attribute(f"torch.{_alias}", DTYPES[_name])
attribute("torch.dtype", DType)


def dtype_name(value: Any, default: str) -> str:
    """The plain name of a dtype argument; the default for None, Unknown and what is no dtype."""
    if isinstance(value, DType):
        return value.name
    if isinstance(value, str):
        name = value.rpartition(".")[2]
        name = ALIASES.get(name, TENSOR_TYPES.get(name, name))
        return name if name in DTYPES else default
    if isinstance(value, type):
        return _PYTHON_TYPES.get(value, default)
    return default


def names_dtype(value: Any) -> bool:
    """Whether an argument of ``to``, ``type`` or ``view`` is a dtype."""
    return isinstance(value, DType) or (isinstance(value, type) and value in _PYTHON_TYPES)


class Size(ShapeTuple):
    """torch.Size: a tuple of dims."""

    def numel(self) -> Dim:
        return product(self)

    def __getitem__(self, key: Any) -> Any:
        item = tuple.__getitem__(self, key)
        return Size(item) if isinstance(key, slice) else item

    def __add__(self, other: Any) -> Any:
        return Size(tuple.__add__(self, tuple(other)))

    def __radd__(self, other: Any) -> Any:
        return Size(tuple.__add__(other, self)) if isinstance(other, tuple) else NotImplemented

    def __mul__(self, count: Any) -> Any:
        return Size(tuple.__mul__(self, count))

    __rmul__ = __mul__

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"


def _size(sizes: Any = (), *, machine: Machine) -> Size:
    return Size(make_tuple(sizes, machine=machine))


CONSTRUCTORS[Size] = _size
attribute("torch.Size", Size)


class Device:
    """torch.device: a type and an index. Tensors are said to be on the CPU."""

    __slots__ = ("index", "type")

    def __init__(self, type: Any = "cpu", index: Any = None) -> None:
        if isinstance(type, Device):
            type, index = type.type, type.index
        if isinstance(type, str) and ":" in type:
            type, _, number = type.partition(":")
            index = int(number) if number.isdigit() else None
        if isinstance(type, int):
            type, index = "cuda", type
        self.type = type
        self.index = index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __repr__(self) -> str:
        return f"device(type={self.type!r})"


def device(type: Any = "cpu", index: Any = None) -> Device:
    """``torch.device("cuda", 0)``, ``torch.device("cuda:0")``."""
    return Device(type, index)


device.makes = Device  # type: ignore[attr-defined]
CPU = Device("cpu")
attribute("torch.device", device)
attribute("torch.strided", "torch.strided")
attribute("torch.contiguous_format", "torch.contiguous_format")
attribute("torch.channels_last", "torch.channels_last")
attribute("torch.channels_last_3d", "torch.channels_last_3d")
attribute("torch.preserve_format", "torch.preserve_format")
attribute("torch.pi", 3.141592653589793)
attribute("torch.e", 2.718281828459045)
attribute("torch.inf", float("inf"))
attribute("torch.nan", float("nan"))

# bits, largest, eps, smallest normal
_FLOAT_LIMITS = {
    "float16": (16, 65504.0, 2.0**-10, 2.0**-14),
    "bfloat16": (16, 3.3895313892515355e38, 2.0**-7, 2.0**-126),
    "float32": (32, 3.4028234663852886e38, 2.0**-23, 2.0**-126),
    "float64": (64, 1.7976931348623157e308, 2.0**-52, 2.0**-1022),
}


class FloatInfo:
    """torch.finfo."""

    __slots__ = ("bits", "dtype", "eps", "max", "min", "resolution", "smallest_normal", "tiny")

    def __init__(self, type: Any = None) -> None:
        name = REAL_OF.get(dtype_name(type, "float32"), dtype_name(type, "float32"))
        if name not in _FLOAT_LIMITS:
            raise PythonError("TypeError", f"torch.finfo() requires a floating point input type, not {name}")
        self.dtype = name
        self.bits, self.max, self.eps, self.tiny = _FLOAT_LIMITS[name]
        self.min = -self.max
        self.smallest_normal = self.tiny
        self.resolution = {"float16": 1e-3, "bfloat16": 1e-2, "float32": 1e-6, "float64": 1e-15}[name]


class IntegerInfo:
    """torch.iinfo."""

    __slots__ = ("bits", "dtype", "max", "min")

    def __init__(self, type: Any) -> None:
        name = dtype_name(type, "int64")
        if category(name) != 1:
            raise PythonError("TypeError", f"torch.iinfo() requires an integer input type, not {name}")
        self.dtype = name
        self.bits = 8 * ITEM_SIZES[name]
        unsigned = name.startswith("uint")
        self.max = 2**self.bits - 1 if unsigned else 2 ** (self.bits - 1) - 1
        self.min = 0 if unsigned else -(2 ** (self.bits - 1))


attribute("torch.finfo", FloatInfo)
attribute("torch.iinfo", IntegerInfo)


@function("torch.get_default_dtype")
def get_default_dtype() -> DType:
    return DTYPES["float32"]


@function("torch.promote_types")
def promote_types(type1: DType, type2: DType) -> DType:
    return DTYPES[promote(type1.name, type2.name)]
