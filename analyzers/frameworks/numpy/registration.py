"""Registers numpy's functions, methods and attributes, with numpy's own signatures and exceptions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from analyzers.frameworks.numpy.array import METHODS, PROPERTIES, SETTERS, Array, Scalar, is_foreign, result_of
from analyzers.interpreter.overlays import NAMES
from analyzers.interpreter.parameters import NativeSignature
from analyzers.tensors.errors import OperationError
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

Native = TypeVar("Native", bound=Callable[..., Any])

NUMBERS_PER_STEP = 64
"""Numbers whose making costs the analysis as much as one step of the program."""


def native_of(
    definition: Callable[..., Any], name: str, hidden: int = 0, keeps: Callable[[tuple], bool] = lambda arguments: False
) -> Callable[..., Any]:
    """The native under its numpy name: results become arrays and scalars, errors those that numpy raises.

    ``hidden`` leading parameters (``self``) are not counted in messages. ``keeps`` says of the arguments whether
    tensors among the results stay as they are.
    """
    signature = NativeSignature(definition)

    def native(*arguments: Any, machine: Machine, **named: Any) -> Any:
        given = {**named, "machine": machine} if signature.wants_machine else named
        try:
            result = definition(*arguments, **given)
            if isinstance(result, Scalar):
                return result
            return _as_tensors(result) if keeps(arguments) else _delivered(machine, result)
        except TypeError:
            signature.check(name, arguments, named, skip=hidden)
            raise
        except UnknownUsed:
            if isinstance(named.get("out"), Array):
                named["out"].overwrite(None)
            raise
        except OperationError as error:
            raise as_numpy_raises(error) from None

    native.__name__ = native.__qualname__ = name
    native.__doc__ = definition.__doc__
    native.definition = definition  # type: ignore[attr-defined]
    return native


def _as_tensors(result: Any) -> Any:
    return result.plain() if isinstance(result, Tensor) else result


def _delivered(machine: Machine, result: Any) -> Any:
    """Tensors as numpy returns them; the making of their numbers is paid for."""
    if isinstance(result, Tensor):
        if result.content is not None:
            machine.budget.spend(len(result.content) // NUMBERS_PER_STEP)
        return result if isinstance(result, Array) else result_of(result)
    if type(result) in (tuple, list) and any(isinstance(part, Tensor) for part in result):
        return type(result)([_delivered(machine, part) for part in result])
    return result


def as_numpy_raises(error: OperationError) -> OperationError:
    """ValueError where torch raises RuntimeError; what the operation would have returned is an array."""
    if error.exception == "RuntimeError":
        error.exception = "ValueError"
    if isinstance(error.result, Tensor) and not isinstance(error.result, Array):
        error.result = Array.of(error.result)
    return error


def function(*names: str) -> Callable[[Native], Native]:
    """``np.name`` for every name (``"random.rand"`` is ``np.random.rand``)."""

    def register(definition: Native) -> Native:
        for name in names:
            NAMES[f"numpy.{name}"] = native_of(definition, name.rpartition(".")[2])
        return definition

    return register


def universal(*names: str) -> Callable[[Native], Native]:
    """:func:`function` for what numpy hands back to the framework whose tensors it is given (``np.sqrt(tensor)``)."""

    def register(definition: Native) -> Native:
        for name in names:
            NAMES[f"numpy.{name}"] = native_of(definition, name, keeps=_has_foreign)
        return definition

    return register


def _has_foreign(arguments: tuple[Any, ...]) -> bool:
    return any(is_foreign(value) for value in arguments)


def method(*names: str) -> Callable[[Native], Native]:
    """``array.name(…)``, ``self`` first."""

    def register(definition: Native) -> Native:
        for name in names:
            METHODS[name] = native_of(definition, name.strip("_"), hidden=1)
        return definition

    return register


def shared(*names: str) -> Callable[[Native], Native]:
    """``np.name(a, …)`` (:func:`universal`) and ``a.name(…)`` with the same arguments."""

    def register(definition: Native) -> Native:
        universal(*names)(definition)
        return method(*names)(definition)

    return register


def attribute(*names: str) -> Callable[[Native], Native]:
    """``array.name`` without parentheses."""

    def register(definition: Native) -> Native:
        for name in names:
            PROPERTIES[name] = native_of(definition, name)
        return definition

    return register


def setter(name: str) -> Callable[[Native], Native]:
    """``array.name = value``."""

    def register(definition: Native) -> Native:
        SETTERS[name] = native_of(definition, name)
        return definition

    return register
