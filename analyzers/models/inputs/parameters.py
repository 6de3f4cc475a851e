"""What a call of a model must and may be given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.framework import framework_of
from analyzers.interpreter.values import MISSING, BoundMethod, Function, Instance

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def entry_of(machine: Machine, root: Instance) -> Any:
    """The function that a call of the model runs; MISSING where it has none."""
    framework = framework_of(root)
    entry = machine.get_attribute(root, framework.entry if framework is not None else "forward", default=MISSING)
    return entry.function if isinstance(entry, BoundMethod) else entry


class CallParameters:
    """The inputs of a model by name, in order; a forward that takes ``*inputs`` may get further ones."""

    def __init__(self, machine: Machine, root: Instance, core: Instance) -> None:
        self.entry = entry_of(machine, core)
        self.names = _required(self.entry, core)
        self._core = core
        outer = entry_of(machine, root)
        self.rest = outer.parameters.rest if isinstance(outer, Function) else None
        """The name under which forward takes any number of inputs."""
        self.defaults: dict[str, Any] = outer.defaults if isinstance(outer, Function) else {}

    @property
    def optional(self) -> list[str]:
        """The inputs that may be left out, in the order in which they are given by position."""
        if _declared_names(self._core) is not None or not isinstance(self.entry, Function):
            return []
        return [p for p in self.entry.parameters.positional[1:] if p in self.entry.defaults]

    @property
    def by_position(self) -> list[str]:
        """The inputs in the order in which they are given by position."""
        return [*self.names, *self.optional]

    def further(self) -> str | None:
        """One more input of a forward that takes ``*inputs``."""
        if self.rest is None:
            return None
        self.names.append(f"{self.rest}{len(self.names)}")
        return self.names[-1]

    def possible(self) -> list[str] | None:
        """Every input a call may give by name; None where any name goes."""
        if _declared_names(self._core) is not None or not isinstance(self.entry, Function):
            return None
        parameters = self.entry.parameters
        if parameters.keywords is not None or parameters.rest is not None:
            return None
        return [*parameters.positional[1:], *parameters.keyword_only]


def _declared_names(root: Instance) -> list[str] | None:
    framework = framework_of(root)
    return framework.input_names(root) if framework is not None else None


def _required(entry: Any, root: Instance) -> list[str]:
    """The names of the inputs a call must give: those the model declares, else its forward's parameters without a
    default."""
    names = _declared_names(root)
    if names is not None:
        return list(names)
    if isinstance(entry, Function):
        required = [p for p in entry.parameters.positional if p not in entry.defaults]
        return ["x"] if not required[1:] and entry.parameters.rest else required[1:]
    code = getattr(entry, "__code__", None)
    if code is None:
        return ["x"]
    count = code.co_argcount - len(getattr(entry, "__defaults__", None) or ())
    return list(code.co_varnames[1:count])
