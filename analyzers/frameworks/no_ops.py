"""What stands around models in any framework and has no bearing on shapes: settings, seeds, modes, scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.capabilities import SupportsCall
from analyzers.interpreter.values import Function

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def nothing(*_: Any, **__: Any) -> None:
    return None


class Scope(SupportsCall):
    """``torch.no_grad()``, ``tf.name_scope(…)``: a context manager and decorator that changes nothing we look at."""

    def call_value(self, machine: Machine, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return _decorated(args, self)


def scope(*args: Any, **_: Any) -> Any:
    return _decorated(args, Scope())


def _decorated(args: Any, otherwise: Scope) -> Any:
    """A decorated function is the function."""
    return args[0] if args and isinstance(args[0], Function) else otherwise
