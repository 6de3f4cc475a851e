"""PyTorch models: built and run on the meta device, on the CPU where that cannot be."""

from __future__ import annotations

import contextlib
import copy
import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from analyzers.tracing.worker.building import Impossible, arguments_for, built, tensor_of
from analyzers.tracing.worker.calls import PARAMETRIZATIONS, Call, Calls, tensors_in
from analyzers.tracing.worker.devices import everything_on

BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


class TorchModels:
    """What is asked of a framework, for torch."""

    name = "torch"
    precision = torch.float64
    """Of derivatives."""

    @property
    def version(self) -> str:
        return torch.__version__

    def devices(self) -> list[str]:
        return ["meta", "cpu"]

    def build(self, request: dict[str, Any], namespace: dict[str, Any], device: str) -> nn.Module:
        """Raises what the program raises, and :class:`Impossible`."""
        with everything_on(device):
            model = built(request, namespace)
        if not isinstance(model, nn.Module):
            raise Impossible(f"{request['expression']} is a {type(model).__name__}, no model")
        made_on = {parameter.device.type for parameter in model.parameters()}
        if device == "meta" and made_on - {"meta"}:
            model = copy.deepcopy(model).to(device)
        elif device != "meta" and "meta" in made_on:
            raise Impossible("the program makes its parameters on the meta device")
        return model.eval()

    def forward(self, model: nn.Module, request: dict[str, Any], device: str) -> tuple[Calls, Any]:
        calls = self.calls(None)
        with torch.no_grad(), everything_on(device), calls.watched():
            tensors = {given["name"]: tensor_of(given["shape"], given["dtype"]) for given in request["inputs"]}
            positional, named = self.arguments(model, request, tensors)
            output = model(*positional, **named)
        return calls, output

    def arguments(
        self, model: Any, request: dict[str, Any], tensors: dict[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        positional, named = arguments_for(request, tensors)
        return positional, {**unsaid(model, len(positional), named), **named}

    def calls(self, observe: Callable[[torch.Tensor], Any] | None) -> Calls:
        return Calls(observe)

    def any_size(self) -> contextlib.AbstractContextManager[None]:
        """Models take inputs of any size that their layers do."""
        return contextlib.nullcontext()

    def leaves(self, calls: Calls, model: nn.Module) -> list[tuple[str, int, Call]]:
        return calls.leaves(model)

    def parameters(self, model: nn.Module) -> tuple[int, int]:
        """(all, those that are trained)."""
        every = list(model.parameters())
        return sum(p.numel() for p in every), sum(p.numel() for p in every if p.requires_grad)

    def own_parameters(self, module: nn.Module) -> int:
        parametrized = getattr(module, PARAMETRIZATIONS, None)
        made_of = parametrized.parameters() if isinstance(parametrized, nn.Module) else ()
        return sum(p.numel() for p in (*module.parameters(recurse=False), *made_of))

    def outputs(self, output: Any) -> list[dict[str, Any]]:
        return [{"path": path, "shape": list(tensor.shape)} for path, tensor in tensors_in(output)]


def unsaid(model: nn.Module, given: int, named: dict[str, Any]) -> dict[str, None]:
    """What a forward must be given beside its tensors, of which nobody looks at anything: nothing."""
    parameters = list(inspect.signature(model.forward).parameters.values())[given:]
    needed = [one for one in parameters if one.default is one.empty and one.kind in BY_NAME]
    return {one.name: None for one in needed if one.name not in named} if given or named else {}


def give_numbers(model: nn.Module) -> None:
    """Weights that nobody has initialised may hold anything, NaN too."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.is_floating_point():
                parameter.copy_(torch.rand(parameter.shape, generator=generator).mul_(0.1).add_(0.01))
