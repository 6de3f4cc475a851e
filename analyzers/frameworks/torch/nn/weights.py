"""Making the parameters of a layer: shapes are checked as ``torch.empty`` checks them."""

from __future__ import annotations

import reprlib
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.framework import is_module
from analyzers.interpreter.values import Class, Function
from analyzers.tensors.dims import Dim, product, require, unknown_dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations.arguments import described
from analyzers.tensors.tensor import Tensor, parameter
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.frameworks.torch.module import Module


def weight(*shape: Dim) -> Tensor:
    """A learned parameter of this shape; raises where ``torch.empty(shape)`` would.

    Of a shape torch minds truth values only in the first place.
    """
    for size in shape:
        check_size(size)
    if shape and isinstance(shape[0], bool):
        message = f"{{subject}} takes whole numbers as sizes, gets {shape[0]}"
        raise OperationError("invalid-argument", message, exception="TypeError", actual=shape[0])
    return parameter(shape)


LITERALS = (float, str, list, tuple)
NEVER_SIZES = (*LITERALS, dict, Class, Function)


def check_size(size: Any) -> None:
    """A size must be a whole number (TypeError) and not negative (RuntimeError)."""
    if type(size) is int and size >= 0:
        return
    check_whole(size)
    if isinstance(size, int) and size < 0:
        raise OperationError("invalid-argument", f"{{subject}} gets the negative size {size}", actual=size)


def check_whole(size: Any) -> None:
    """TypeError for what is certainly no whole number."""
    if isinstance(size, Unknown):
        bool(size)
    if size is None or isinstance(size, NEVER_SIZES) or is_module(size):
        said = reprlib.repr(size) if isinstance(size, LITERALS) or size is None else described(size)
        raise OperationError(
            "invalid-argument",
            f"{{subject}} takes whole numbers as sizes, gets {said}",
            exception="TypeError",
            actual=size,
        )


def length(size: Any) -> Any:
    """How many numbers a parameter holds whose size ``torch.empty`` also takes as a sequence of sizes."""
    if not isinstance(size, (tuple, list)):
        return size
    for one in size:
        check_size(one)
    return product(size)


def register_optional(module: Module, name: str, wanted: Any, *shape: Dim) -> None:
    """Register a parameter that an argument such as ``bias=`` turns on or off.

    Where that argument is unknown the parameter is there with an unknown size: the layer's shape
    does not depend on it, but its parameter count does.
    """
    if isinstance(wanted, Unknown):
        setattr(module, name, parameter((unknown_dim(wanted.reason),)))
    elif wanted:
        setattr(module, name, weight(*shape))
    else:
        module.register_parameter(name, None)


def on(flag: Any) -> bool:
    """A flag that only decides whether parameters exist; unknown counts as on (see above)."""
    return isinstance(flag, Unknown) or bool(flag)


def divisible(size: Any, divisor: Any) -> bool:
    """False only when ``size`` is certainly no multiple of ``divisor``; TypeError for what is no number."""
    for number in (size, divisor):
        if not isinstance(number, float):
            check_whole(number)
    if isinstance(size, float) or isinstance(divisor, float):
        return not all(isinstance(number, (int, float)) for number in (size, divisor)) or size % divisor == 0
    return require(size % divisor, 0) is not False


def invalid(message: str, exception: str = "ValueError", **data: Any) -> OperationError:
    """An argument that the framework refuses."""
    return OperationError("invalid-argument", message, exception=exception, **data)


def below(size: Any, bound: int) -> bool:
    """Whether a size is certainly smaller than a bound (symbolic dims are not)."""
    return isinstance(size, (int, float)) and size < bound
