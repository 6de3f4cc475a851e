"""What Python's operators, conversions and builtins do to arrays and scalars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.numpy import arithmetic, dtypes
from analyzers.frameworks.numpy.arguments import NUMBERS, SEQUENCES, array_of, operand, plain_number
from analyzers.frameworks.numpy.array import ARRAY_VALUE, OPERATORS, Array, Scalar, UnknownScalar, is_foreign
from analyzers.frameworks.numpy.elementwise import combined, update
from analyzers.frameworks.numpy.registration import attribute, method
from analyzers.frameworks.numpy.types import type_of
from analyzers.frameworks.numpy.ufuncs import TABLE, Ufunc, answer, of_two_numbers, run
from analyzers.interpreter.values import Instance
from analyzers.tensors.dims import Expression
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.operations.arguments import integer
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

BINARY = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "floordiv": "floor_divide",
    "mod": "remainder", "pow": "power", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
    "lshift": "left_shift", "rshift": "right_shift",
}  # fmt: skip
"""Python's operator → numpy's function."""
COMPARISONS = {
    "eq": "equal", "ne": "not_equal", "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal",
}  # fmt: skip
UNARY = {"neg": "negative", "pos": "positive", "abs": "absolute", "invert": "invert"}


# -- operators ---------------------------------------------------------------------------------------


def takes_part(self: Array | Scalar, other: Any) -> bool:
    """Whether numpy works with the other operand (else that is asked in its turn).

    Raises UnknownUsed, TypeError for what is no operand at all.
    """
    if isinstance(other, Unknown) and not isinstance(other, UnknownScalar):
        raise UnknownUsed(other)
    if isinstance(other, Instance):
        return isinstance(other.payload, (*NUMBERS, *SEQUENCES))
    if other is None or isinstance(other, (dict, set)) or (isinstance(other, str) and self.dtype != "str"):
        raise PythonError("TypeError", f"unsupported operand type(s): array and {type(other).__name__}")
    return isinstance(other, (Array, Scalar, UnknownScalar, Expression, str, *NUMBERS, *SEQUENCES))


def _repeats(self: Array | Scalar, symbol: str, other: Any) -> bool:
    """A whole scalar times a list is the list, repeated; raises TypeError for a float."""
    if symbol != "mul" or not isinstance(self, Scalar) or not isinstance(other, (list, tuple, str)):
        return False
    if not isinstance(self, int):
        raise PythonError("TypeError", f"can't multiply sequence by non-int of type 'numpy.{self.dtype}'")
    return True


def _register_binary(symbol: str, ufunc: Ufunc) -> None:
    def forward(self: Array | Scalar, other: Any) -> Any:
        declined = _repeats(self, symbol, other) or not takes_part(self, other)
        return NotImplemented if declined else answer(ufunc, (self, other))

    def reflected(self: Array | Scalar, other: Any) -> Any:
        declined = _repeats(self, symbol, other) or not takes_part(self, other)
        return NotImplemented if declined else answer(ufunc, (other, self))

    def in_place(self: Array | Scalar, other: Any, *, machine: Machine) -> Any:
        if not isinstance(self, Array):
            return NotImplemented
        try:
            if not takes_part(self, other) and not is_foreign(other):
                return NotImplemented
            written(self, run(ufunc, (self, other)), machine)
        except UnknownUsed:
            self.overwrite(None)
            raise
        return self

    method(f"__{symbol}__")(forward)
    method(f"__r{symbol}__")(reflected)
    method(f"__i{symbol}__")(in_place)


def written(self: Array, result: Tensor, machine: Machine) -> None:
    """``a += …``; raises invalid-argument (TypeError) where whole numbers would become floats."""
    order = "biufc"
    own, new = dtypes.KINDS[self.dtype], dtypes.KINDS[result.dtype]
    if own in order and new in order and order.index(own.replace("u", "i")) < order.index(new.replace("u", "i")):
        raise OperationError(
            "invalid-argument",
            f"{{subject}} cannot put numbers of {result.dtype} into an array of {self.dtype}",
            result=self,
            exception="TypeError",
        )
    update(machine, self, result)


def _register_comparison(symbol: str, ufunc: Ufunc) -> None:
    def compare(self: Array | Scalar, other: Any) -> Any:
        if symbol in ("eq", "ne") and (other is None or isinstance(other, str)):
            return run(ufunc, (self, other))
        return answer(ufunc, (self, other)) if takes_part(self, other) else NotImplemented

    method(f"__{symbol}__")(compare)


for _symbol, _name in {**BINARY, **COMPARISONS}.items():
    OPERATORS[_symbol] = of_two_numbers(TABLE[_name])


def _register_unary(symbol: str, ufunc: Ufunc) -> None:
    def apply(self: Array | Scalar) -> Any:
        return answer(ufunc, (self,))

    method(f"__{symbol}__")(apply)


for _symbol, _name in BINARY.items():
    _register_binary(_symbol, TABLE[_name])
for _symbol, _name in COMPARISONS.items():
    _register_comparison(_symbol, TABLE[_name])
for _symbol, _name in UNARY.items():
    _register_unary(_symbol, TABLE[_name])


@method("__divmod__")
def divmod_of(self: Array | Scalar, other: Any) -> Any:
    return run(TABLE["floor_divide"], (self, other)), run(TABLE["remainder"], (self, other))


@method("__rdivmod__")
def divmod_reflected(self: Array | Scalar, other: Any) -> Any:
    return divmod_of(other, self)


# -- conversions -------------------------------------------------------------------------------------


def single(self: Array | Scalar) -> Any:
    """The number of a scalar or an array with one element (numpy before 2.4 takes any of these), None: not known."""
    array = array_of(self)
    count = array.numel()
    if isinstance(count, int) and count != 1:
        raise PythonError("TypeError", "only 0-dimensional arrays can be converted to Python scalars")
    return array.content[0] if array.content is not None else None


@method("__int__")
def as_int(self: Array | Scalar) -> Any:
    number = single(self)
    if number is None:
        return Unknown(ARRAY_VALUE)
    return number if isinstance(number, Expression) else int(number)


@method("__index__")
def as_index(self: Array | Scalar) -> Any:
    if dtypes.KINDS[self.dtype] not in dtypes.WHOLE or self.dtype == "bool":
        raise PythonError("TypeError", "only integer scalar arrays can be converted to a scalar index")
    return as_int(self)


@method("__float__")
def as_float(self: Array | Scalar) -> Any:
    number = single(self)
    return Unknown(ARRAY_VALUE) if number is None or isinstance(number, Expression) else float(number)


@method("__complex__")
def as_complex(self: Array | Scalar) -> Any:
    number = single(self)
    return Unknown(ARRAY_VALUE) if number is None or isinstance(number, Expression) else complex(number)


@method("__bool__")
def as_bool(self: Array | Scalar) -> Any:
    """Of an array with one element its own; raises invalid-argument (ValueError) for any other number of them."""
    array = array_of(self)
    count = array.numel()
    if isinstance(count, int) and count != 1:
        raise OperationError(
            "invalid-argument",
            f"the truth value of an array with {count} elements is ambiguous",
            exception="ValueError",
        )
    if array.content is None or isinstance(array.content[0], Expression):
        return Unknown(ARRAY_VALUE)
    return bool(array.content[0])


@method("__round__")
def as_rounded(self: Array | Scalar, ndigits: Any = None) -> Any:
    """Only scalars have it; without digits it is a Python int."""
    if isinstance(self, Array):
        raise PythonError("TypeError", "type numpy.ndarray doesn't define __round__ method")
    if isinstance(self, UnknownScalar):
        return Unknown(ARRAY_VALUE)
    if ndigits is None:
        return round(plain_number(self))
    digits = integer(ndigits)
    return combined(lambda x: arithmetic.to_decimals(x, digits), [operand(self)], self.dtype, self.dtype)


@method("__hash__")
def hash_of(self: Array | Scalar) -> Any:
    if isinstance(self, Array):
        raise PythonError("TypeError", "unhashable type: 'numpy.ndarray'")
    return hash(self)


@attribute("__class__")
def class_of(self: Array | Scalar) -> Any:
    return type_of(self)
