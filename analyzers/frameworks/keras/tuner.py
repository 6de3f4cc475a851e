"""What keras-tuner gives a builder: each hyperparameter has its default, which is its first value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.capabilities import SupportsAttributeAssignment
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


class HyperParameters(SupportsAttributeAssignment):
    """``hp``: the values of the first trial."""

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        return WAYS.get(name, Unknown(f"the hyperparameters' {name}"))

    def assign_attribute(self, machine: Machine, name: str, value: Any) -> None:
        return None


def _first(default: Any, first: Any) -> Any:
    return first if default is None else default


def whole(
    name: Any, min_value: Any, max_value: Any = None, step: Any = None, *_: Any, default: Any = None, **__: Any
) -> Any:
    return _first(default, min_value)


def choice(name: Any, values: Any, ordered: Any = None, default: Any = None, *_: Any, **__: Any) -> Any:
    return _first(default, values[0] if isinstance(values, (list, tuple)) and values else Unknown("a choice"))


def flag(name: Any, default: Any = False, *_: Any, **__: Any) -> Any:
    return default


def fixed(name: Any, value: Any, *_: Any, **__: Any) -> Any:
    return value


WAYS = {"Int": whole, "Float": whole, "Choice": choice, "Boolean": flag, "Fixed": fixed}
"""What declares a hyperparameter and gives its value."""
