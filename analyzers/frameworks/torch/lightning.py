"""Lightning's LightningModule: a torch module that keeps its constructor's arguments as ``hparams``.

Source: the documentation of ``LightningModule`` and ``save_hyperparameters`` (lightning.ai/docs).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.torch.dtypes import Device
from analyzers.frameworks.torch.module import Module
from analyzers.interpreter import overlays
from analyzers.interpreter.capabilities import SupportsAttributeAssignment
from analyzers.interpreter.overlays import layer
from analyzers.interpreter.values import MISSING, Instance
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

PACKAGES = ("pytorch_lightning", "lightning.pytorch", "lightning")
PLACES = ("LightningModule", "core.LightningModule", "core.lightning.LightningModule", "core.module.LightningModule")


class HyperParameters(dict, SupportsAttributeAssignment):
    """Read by key or as attributes; what nobody saved is not known."""

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        if name in self:
            return self[name]
        found = machine.get_attribute(dict(self), name, default=MISSING)
        return Unknown(f"the hyperparameter {name}") if found is MISSING else found

    def assign_attribute(self, machine: Machine, name: str, value: Any) -> None:
        machine.journal.touch(self)
        self[name] = value


@layer(*(f"{package}.{place}" for package in PACKAGES for place in PLACES))
class LightningModule(Module):
    """Everything of torch's Module, hyperparameters, and calls that log and change nothing."""

    tells_all_names = False
    example_input_array = None
    current_epoch = global_step = local_rank = global_rank = 0
    automatic_optimization = True

    def save_hyperparameters(
        self, *args: Any, ignore: Any = None, frame: Any = None, logger: Any = True, machine: Machine
    ) -> None:
        """``self.hparams`` gets the arguments of the constructor that calls this, or those that are named."""
        ignored = {ignore} if isinstance(ignore, str) else set(ignore or ())
        names = {name for name in args if isinstance(name, str)}
        saved = _arguments(machine)
        for given in args:
            if not isinstance(given, str):
                saved = _entries(machine, given)
        kept = {n: v for n, v in saved.items() if n not in ignored and (not names or n in names)}
        _parameters_of(self).update(kept)

    @property
    def hparams(self) -> HyperParameters:
        return _parameters_of(self)

    @property
    def device(self) -> Any:
        return Device("cpu")

    def log(self, *args: Any, **kwargs: Any) -> None:
        return None

    log_dict = print = toggle_optimizer = untoggle_optimizer = log


def _parameters_of(module: Instance) -> HyperParameters:
    return module.attributes.setdefault("_hparams", HyperParameters())


def _arguments(machine: Machine) -> dict[str, Any]:
    """What the constructor that is running was called with, its ``**kwargs`` spread."""
    frame = next((f for f in reversed(machine.frames) if f.function is not None), None)
    if frame is None or frame.function.name != "__init__":
        return {}
    parameters = frame.function.parameters
    names = frame.scope.names
    own = (*parameters.positional[1:], *parameters.keyword_only)
    found = {name: names[name] for name in own if name in names}
    spread = names.get(parameters.keywords)
    return {**found, **spread} if isinstance(spread, dict) else found


def _entries(machine: Machine, given: Any) -> dict[str, Any]:
    """The entries of a dict, or the attributes of a namespace."""
    if isinstance(given, dict):
        return dict(given)
    if isinstance(given, Instance):
        return dict(given.attributes)
    found = machine.get_attribute(given, "__dict__", default=MISSING)
    return dict(found) if isinstance(found, dict) else {}


for _root in ("pytorch_lightning", "lightning"):
    overlays.SOURCED[_root] = str
