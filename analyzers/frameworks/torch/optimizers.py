"""Optimisers: what they do to weights is of no consequence for shapes, and none of them is a module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.overlays import attribute
from analyzers.interpreter.values import MISSING, NativeType
from analyzers.unknown import PlainUnknown, Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

NAMES = (
    "ASGD Adadelta Adafactor Adagrad Adam AdamW Adamax LBFGS Muon NAdam RAdam RMSprop Rprop SGD SparseAdam Optimizer"
).split()


class OptimizerType(NativeType):
    """A class of ``torch.optim``."""

    __slots__ = ()
    is_form = False

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        return (
            self.name
            if name == "__name__"
            else MISSING
            if name.startswith("__")
            else machine.unknown(f"{self.name}.{name}")
        )

    def call_value(self, machine: Machine, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return PlainUnknown(f"an optimiser ({self.name})", machine.site())

    def includes(self, value: Any) -> bool | None:
        return None if isinstance(value, Unknown) else False


for _name in NAMES:
    attribute(f"torch.optim.{_name}", OptimizerType(_name))
