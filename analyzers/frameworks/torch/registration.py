"""Registers one native under ``torch.name`` and ``Tensor.name``, with torch's spellings of arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from analyzers.frameworks.registry import METHODS, NAMES
from analyzers.frameworks.torch.functional.arguments import tensor
from analyzers.tensors.operations.elementwise import in_place
from analyzers.unknown import UnknownUsed

Native = TypeVar("Native", bound=Callable[..., Any])

SPELLINGS = {"axis": "dim", "keepdims": "keepdim", "x": "input", "x2": "other"}
"""NumPy's argument names, which torch accepts as well."""


ALSO_FUNCTIONS = frozenset((
    "abs", "addmv", "clamp", "clamp_max", "clamp_min", "clip", "gcd", "index_put", "lcm", "ldexp", "logit",
    "nan_to_num", "round", "xlogy",
))  # fmt: skip
"""Functions whose in-place form torch has as ``torch.clamp_`` as well."""


def torch_call(definition: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The native under its torch name, with NumPy's argument names understood and ``out=`` ignored.

    A first argument called ``input`` or ``self`` must be a tensor, an Unknown makes the result unknown.
    """
    code = definition.__code__
    parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    first = parameters[0] if parameters[:1] in (("input",), ("self",)) else None

    def native(*arguments: Any, **named: Any) -> Any:
        if named:
            named = _respelled(named, parameters)
        if first is not None and (arguments or first in named):
            tensor(arguments[0] if arguments else named[first])
        return definition(*arguments, **named)

    native.__name__ = native.__qualname__ = name.rpartition(".")[2]
    native.__doc__ = definition.__doc__
    return native


def _respelled(named: dict[str, Any], parameters: tuple[str, ...]) -> dict[str, Any]:
    result = {}
    for name, value in named.items():
        if name == "out" and name not in parameters:
            continue
        other = SPELLINGS.get(name)
        result[other if other in parameters and name not in parameters else name] = value
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

    def native(self: Any, *arguments: Any, **named: Any) -> Any:
        try:
            result = definition(self, *arguments, **named)
        except UnknownUsed:
            self.content = None
            raise
        return write(self, result)

    return native
