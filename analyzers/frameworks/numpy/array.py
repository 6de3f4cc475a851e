"""Values of numpy: arrays, scalars (``np.float32(3)``) and scalars whose number is not known.

Methods and attributes stand in two tables that numpy's functions fill (``registration``); arrays and scalars share
them, as they do in numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from analyzers.frameworks.numpy.dtypes import KINDS
from analyzers.interpreter.attributes import HOST_DATA, HOST_METHODS
from analyzers.interpreter.values import MISSING, UNKNOWNS, BoundMethod, HostMethod, NativeValue
from analyzers.tensors.dims import Dim, Expression
from analyzers.tensors.field import Field
from analyzers.tensors.operations.content import element_count
from analyzers.tensors.operations.dtypes import round_float
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

METHODS: dict[str, Callable[..., Any]] = {}
"""Method of arrays and scalars → native function (``self`` first)."""
PROPERTIES: dict[str, Callable[..., Any]] = {}
"""Attribute of arrays and scalars → native function of the value."""
SETTERS: dict[str, Callable[..., Any]] = {}
"""Attribute that can be assigned → native function of the array and the new value."""
NOT_MODELLED = frozenset(
    "byteswap choose compress ctypes data device dump dumps flags getfield newbyteorder partition setfield setflags "
    "strides __class_getitem__ __delitem__ to_device tobytes tofile tostring itemset ptp "
    "__array__ __array_interface__ __array_priority__ __array_struct__ __array_ufunc__ __array_wrap__ "
    "__array_function__ __array_finalize__ __array_namespace__ __buffer__ __dlpack__ __dlpack_device__ __reduce__ "
    "__reduce_ex__ __setstate__ __sizeof__ __doc__ __dir__ __format__ __getstate__".split()
)
"""What numpy's arrays have (some of it in older versions) and the tables do not."""


def look_up(machine: Machine, value: Any, name: str) -> Any:
    """An attribute or method out of the tables, else MISSING."""
    getter = PROPERTIES.get(name)
    if getter is not None:
        return machine.call(getter, (value,))
    method = METHODS.get(name)
    if method is not None:
        return BoundMethod(value, method)
    return machine.unknown(f"the attribute {name} of an array is not modelled") if name in NOT_MODELLED else MISSING


# -- arrays ------------------------------------------------------------------------------------------


class Array(NativeValue, Tensor):
    """``np.ndarray``: a shape, a dtype, and the numbers of a small one; they can be written over.

    ``content`` may hold symbolic sizes among whole numbers. ``shared`` are the arrays that look at the same memory
    (the array among them), None while there is only one.
    """

    __slots__ = ("__weakref__", "shared")
    is_array = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shared: WeakSet[Array] | None = None

    @classmethod
    def of(cls, tensor: Tensor) -> Array:
        """The array with shape, field, dtype and numbers of a tensor."""
        numbers = tensor.content if fits(tensor.content, tensor.shape) else None
        return cls(tensor.shape, tensor.field, tensor.dtype, content=numbers)

    def view(self, tensor: Tensor) -> Array:
        """The array of ``tensor``, which looks at the memory of this one."""
        made = Array.of(tensor)
        if self.shared is None:
            self.shared = WeakSet((self,))
        self.shared.add(made)
        made.shared = self.shared
        return made

    def overwrite(self, content: tuple | None) -> None:
        """Other numbers in this memory; of the other arrays that look at it nothing more is known."""
        for other in self.shared or ():
            other.content = None
        self.content = content if fits(content, self.shape) else None

    def forget_content(self) -> None:
        self.overwrite(None)

    def of_same_class(self, **changes: Any) -> Array:
        return Array.of(self.with_(**changes))

    def plain(self) -> Tensor:
        return self.with_(content=plain_content(self.content))

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        return look_up(machine, self, name)

    def assign_attribute(self, machine: Machine, name: str, value: Any) -> None:
        if name in SETTERS:
            machine.call(SETTERS[name], (self, value))


def fits(content: tuple | None, shape: tuple[Dim, ...]) -> bool:
    """Whether these are as many numbers as there are elements, as far as that is known."""
    return content is not None and element_count(shape) == len(content)


def is_foreign(value: Any) -> bool:
    """A tensor of torch or Keras."""
    return isinstance(value, Tensor) and not isinstance(value, Array)


def plain_content(content: Any) -> Any:
    """The numbers as a tensor keeps them; None where symbolic sizes or texts are among them."""
    if content is None or any(isinstance(number, (Expression, str)) or number is None for number in content):
        return None
    return content


# -- scalars -----------------------------------------------------------------------------------------


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {}
"""Python's operator → what numpy makes of two single numbers."""


class Scalar(NativeValue):
    """A known number of one of numpy's scalar types; also a number of Python, so that natives can use it."""

    __slots__ = ()
    dtype = ""

    def compute(self, operator: str, left: Any, right: Any) -> Any:
        return OPERATORS[operator](left, right) if operator in OPERATORS else NotImplemented

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        found = look_up(machine, self, name)
        if found is not MISSING:
            return found
        if not any(name in HOST_METHODS.get(kind, ()) for kind in type(self).__mro__):
            return MISSING
        return scalar(getattr(self, name), self.dtype) if name in HOST_DATA else HostMethod(self, name)

    def __reduce__(self) -> Any:
        """Facts that leave the engine hold a number of Python."""
        return PLAIN[KINDS[self.dtype]], (PLAIN[KINDS[self.dtype]](self),)

    def is_instance_of(self, kind: Any) -> bool:
        """``np.float64``, ``np.complex128`` and ``np.str_`` derive from Python's types, the others do not."""
        return kind is object or (isinstance(self, kind) and DERIVED.get(self.dtype) is kind)


PLAIN: dict[str, Any] = {"b": bool, "i": int, "u": int, "f": float, "c": complex, "U": str}
"""Kind of a dtype → Python's type of such numbers."""
DERIVED: dict[str, type] = {"float64": float, "complex128": complex, "str": str}


class _Whole(Scalar, int):
    __slots__ = ()

    def __repr__(self) -> str:
        return f"np.{self.dtype}({int(self)})"

    def __str__(self) -> str:
        return str(int(self))

    def __format__(self, spec: str) -> str:
        return format(int(self), spec)


class _Bool(Scalar, int):
    __slots__ = ()

    def __repr__(self) -> str:
        return f"np.{bool(self)}_"

    def __str__(self) -> str:
        return str(bool(self))

    def __format__(self, spec: str) -> str:
        return format(bool(self), spec)


class _Float(Scalar, float):
    __slots__ = ()

    def __repr__(self) -> str:
        return f"np.{self.dtype}({shortest(float(self), self.dtype)})"

    def __str__(self) -> str:
        return shortest(float(self), self.dtype)

    def __format__(self, spec: str) -> str:
        return format(float(self), spec)


class _Complex(Scalar, complex):
    __slots__ = ()


class _Text(Scalar, str):
    __slots__ = ()

    def __repr__(self) -> str:
        return f"np.str_({str.__repr__(self)})"

    def __str__(self) -> str:
        return str.__str__(self)


_HOSTS: dict[str, type] = {"b": _Bool, "i": _Whole, "u": _Whole, "f": _Float, "c": _Complex, "U": _Text}
SCALARS: dict[str, type] = {
    name: type(name, (_HOSTS[kind],), {"__slots__": (), "dtype": name})
    for name, kind in KINDS.items()
    if kind in _HOSTS
}
"""Dtype → the class of its scalars."""
MOST_DIGITS = 9


def shortest(value: float, dtype: str) -> str:
    """The shortest text that means the number in its dtype."""
    if dtype != "float64" and value == value:
        texts = (f"{value:.{digits}g}" for digits in range(1, MOST_DIGITS))
        value = next((float(t) for t in texts if round_float(float(t), dtype) == value), value)
    return repr(value)


class UnknownScalar(NativeValue, Unknown):
    """A scalar of a known dtype whose number is not known (the mean of random numbers)."""

    __slots__ = ("dtype",)

    def __init__(self, reason: str, dtype: str, place: Any = None) -> None:
        super().__init__(reason, place)
        self.dtype = dtype

    def used(self) -> Unknown:
        """What Python's functions make of it is no scalar of NumPy's any more."""
        return Unknown(self.reason, self.place)

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        return look_up(machine, self, name)


UNKNOWNS.add(UnknownScalar)
ARRAY_VALUE = "value of an array"


def scalar(number: Any, dtype: str) -> Any:
    """The scalar of a number (None: it is not known); a symbolic size stands for itself."""
    if number is None:
        return UnknownScalar(ARRAY_VALUE, dtype)
    if isinstance(number, Expression):
        return number
    made = SCALARS.get(dtype)
    return made(number) if made is not None else number


def result_of(tensor: Tensor) -> Any:
    """What numpy returns where this comes out: an array, or a scalar where no dimension is left."""
    if tensor.rank:
        return tensor if isinstance(tensor, Array) else Array.of(tensor)
    if tensor.field is not Field.EMPTY and tensor.content is None:
        return Array.of(tensor)
    return scalar(tensor.content[0] if tensor.content is not None else None, tensor.dtype)
