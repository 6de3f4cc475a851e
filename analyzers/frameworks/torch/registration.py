"""Registers one native under ``torch.name`` and ``Tensor.name``, with torch's spellings of arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from analyzers.frameworks.torch.functional.arguments import tensor
from analyzers.interpreter.overlays import METHODS, NAMES
from analyzers.interpreter.parameters import NativeSignature
from analyzers.tensors.operations.elementwise import in_place
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import UnknownUsed

Native = TypeVar("Native", bound=Callable[..., Any])

SPELLINGS = {
    "axis": "dim", "keepdims": "keepdim", "x": "input", "a": "input", "x1": "input", "x2": "other", "tensor": "other", "values": "other",
    "input": "A", "abs": "real", "angle": "imag", "sections": "indices_or_sections", "indices": "indices_or_sections",
}  # fmt: skip
"""Argument names that torch accepts as well (NumPy's), or has for one function among several that share a native."""
PRODUCTS = frozenset(("matmul", "dot", "vdot", "inner", "outer", "ger", "kron", "cross"))
"""Functions of two tensors neither of which may be a number."""
OF_NO_CONSEQUENCE = frozenset(("out", "out_dtype"))


ALSO_FUNCTIONS = frozenset((
    "abs", "addmv", "clamp", "clamp_max", "clamp_min", "clip", "gcd", "index_put", "lcm", "ldexp", "logit",
    "nan_to_num", "round", "xlogy",
))  # fmt: skip
"""Functions whose in-place form torch has as ``torch.clamp_`` as well."""


def torch_call(definition: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The native under its torch name, with NumPy's argument names understood and ``out=`` ignored.

    A first argument called ``input`` or ``self`` must be a tensor (or a number that is combined with
    one), an Unknown makes the result unknown.
    """
    signature = NativeSignature(getattr(definition, "definition", definition))
    code = definition.__code__
    parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    first = parameters[0] if parameters[:1] in (("input",), ("self",)) else None
    elementwise = parameters[1:2] in (("other",), ("exponent",), ("boundaries",)) and name not in PRODUCTS
    short = name.rpartition(".")[2]

    def native(*arguments: Any, **named: Any) -> Any:
        if named:
            named = _respelled(named, parameters)
        if first is not None and (arguments or first in named) and not (elementwise and is_scaled(arguments)):
            tensor(arguments[0] if arguments else named[first])
        try:
            return definition(*arguments, **named)
        except TypeError:
            signature.check(short, arguments, named)
            raise

    native.__name__ = native.__qualname__ = short
    native.__doc__ = definition.__doc__
    return native


def is_scaled(arguments: tuple[Any, ...]) -> bool:
    """Whether a number is combined with a tensor or with another number, as in ``torch.mul(2, x)``."""
    numbers = (int, float, complex)
    return len(arguments) > 1 and isinstance(arguments[0], numbers) and isinstance(arguments[1], (Tensor, *numbers))


def _respelled(named: dict[str, Any], parameters: tuple[str, ...]) -> dict[str, Any]:
    result = {}
    for name, value in named.items():
        if name in OF_NO_CONSEQUENCE and name not in parameters:
            continue
        other = SPELLINGS.get(name)
        is_other = other in parameters and name not in parameters and other not in named
        result[other if is_other else name] = value
    return result


def torch_function(*names: str) -> Callable[[Native], Native]:
    """``torch.name`` for every name (``"fft.rfft"`` is ``torch.fft.rfft``)."""

    def register(definition: Native) -> Native:
        for name in names:
            NAMES[f"torch.{name}"] = torch_call(definition, name)
        return definition

    return register


def tensor_method(*names: str) -> Callable[[Native], Native]:
    """``Tensor.name``, ``self`` first."""

    def register(definition: Native) -> Native:
        for name in names:
            METHODS[name] = torch_call(definition, name)
        return definition

    return register


def shared(*names: str) -> Callable[[Native], Native]:
    """``torch.name(input, …)`` and ``input.name(…)``."""

    def register(definition: Native) -> Native:
        torch_function(*names)(definition)
        for name in names:
            METHODS[name] = NAMES[f"torch.{name}"]
        return definition

    return register


def shared_in_place(*names: str) -> Callable[[Native], Native]:
    """:func:`shared`, and ``input.name_(…)``, whose result must keep the shape of ``input``."""

    def register(definition: Native) -> Native:
        shared(*names)(definition)
        for name in names:
            METHODS[f"{name}_"] = torch_call(in_place_form(definition), f"{name}_")
            if name in ALSO_FUNCTIONS:
                NAMES[f"torch.{name}_"] = METHODS[f"{name}_"]
        return definition

    return register


def in_place_form(definition: Callable[..., Any], write: Callable[[Any, Any], Any] = in_place) -> Callable[..., Any]:
    """The native that writes the definition's result into its first argument."""

    def native(self: Tensor, *arguments: Any, **named: Any) -> Any:
        try:
            result = definition(self, *arguments, **named)
        except UnknownUsed:
            self.content = None
            raise
        return write(self, result)

    native.definition = definition  # type: ignore[attr-defined]
    return native
