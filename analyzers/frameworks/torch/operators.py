"""Python's operators, subscripts and iteration on tensors: its special methods, each by torch's function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzers.frameworks.torch.registration import in_place_form, tensor_method
from analyzers.frameworks.torch.torch_functions import arithmetic
from analyzers.interpreter.overlays import METHODS, NAMES
from analyzers.tensors.dims import Dim
from analyzers.tensors.errors import PythonError
from analyzers.tensors.operations import concat_split, indexing
from analyzers.tensors.operations.arguments import TENSOR_VALUE
from analyzers.tensors.operations.elementwise import broadcast, updated
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

OPERATORS = {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "div",
    "floordiv": "floor_divide", "mod": "remainder",
    "pow": "pow", "and": "bitwise_and", "or": "bitwise_or",
    "xor": "bitwise_xor", "lshift": "bitwise_left_shift",
    "rshift": "bitwise_right_shift", "matmul": "matmul",
}  # fmt: skip
"""Python's operator → torch's function; each also exists reflected and in place."""
OPERATOR_COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")


def _register_operator(symbol: str, name: str) -> None:
    function = NAMES[f"torch.{name}"]

    def forward(self: Tensor, other: Any) -> Tensor:
        return function(self, other)

    def reflected(self: Tensor, other: Any) -> Tensor:
        return _reflected(name, self, other)

    tensor_method(f"__{symbol}__")(forward)
    tensor_method(f"__r{symbol}__")(reflected)
    tensor_method(f"__i{symbol}__")(in_place_form(forward, updated))


def _reflected(name: str, self: Tensor, other: Any) -> Tensor:
    """``other <op> self`` where other is a number (or a tensor)."""
    if isinstance(other, Tensor):
        return NAMES[f"torch.{name}"](other, self)
    first = arithmetic.operand(other)
    if name in ("add", "mul", "bitwise_and", "bitwise_or", "bitwise_xor"):
        return NAMES[f"torch.{name}"](self, first)
    definition = _DEFINITIONS.get(name)
    return definition(first, self) if definition is not None else broadcast(first, self)


_DEFINITIONS: dict[str, Callable[[Any, Any], Tensor]] = {
    "sub": arithmetic.sub,
    "div": arithmetic.div,
    "pow": arithmetic.power,
}

for _symbol, _name in OPERATORS.items():
    _register_operator(_symbol, _name)
for _name in OPERATOR_COMPARISONS:
    METHODS[f"__{_name}__"] = METHODS[_name]
for _symbol, _name in {"neg": "neg", "pos": "positive", "abs": "abs", "invert": "bitwise_not"}.items():
    METHODS[f"__{_symbol}__"] = METHODS[_name]


@tensor_method("__getitem__")
def get_item(self: Tensor, key: Any) -> Tensor:
    return indexing.getitem(self, key)


@tensor_method("__setitem__")
def set_item(self: Tensor, key: Any, value: Any) -> None:
    indexing.setitem(self, key, value)


@tensor_method("__len__")
def length(self: Tensor) -> Dim:
    if not self.rank:
        raise PythonError("TypeError", "len() of a 0-d tensor")
    return self.shape[0]


@tensor_method("__iter__")
def iterate(self: Tensor) -> list[Tensor]:
    if not self.rank:
        raise PythonError("TypeError", "iteration over a 0-d tensor")
    return concat_split.unbind(self, 0)


@tensor_method("__contains__")
def contains(self: Tensor, element: Any) -> Any:
    return Unknown(TENSOR_VALUE)
