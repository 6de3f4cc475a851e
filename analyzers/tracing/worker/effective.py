"""Runs a model with many seeds and hands what its maps depend on to :mod:`erf`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from analyzers.tracing.worker import weights
from analyzers.tracing.worker.calls import first_tensor
from analyzers.tracing.worker.erf import ITEMS, Effective, calibrate, centre


class EffectiveFields:
    """Measures the maps that a request names."""

    def __init__(self, framework: Any, request: dict[str, Any], build: Callable[[], Any]) -> None:
        self.framework = framework
        self.request = request
        self.build = build
        self.wanted = request["erf"]["layers"]
        self.axes: list[int] = request["erf"]["axes"]
        self.input: str = request["erf"]["input"]

    def measured(self, progress: Callable[[str], None]) -> list[dict[str, Any]]:
        maps = [Effective(wanted) for wanted in self.wanted]
        seeds = int(self.request["erf"]["seeds"])
        for seed in range(seeds):
            progress(f"effective field, seed {seed + 1} of {seeds}")
            torch.manual_seed(seed)
            weights.initialising[0] = True
            try:
                model = self.build()
            finally:
                weights.initialising[0] = False
            self._seed(model, seed, maps)
        results = [one.result(bool(self.request["erf"].get("whole"))) for one in maps]
        return [found for found in results if found is not None]

    def _seed(self, model: Any, seed: int, maps: list[Effective]) -> None:
        tensors = {
            one["name"]: torch.randn([ITEMS if one.get("batched") else one["shape"][0], *one["shape"][1:]])
            if one["dtype"].startswith("float")
            else torch.zeros(one["shape"], dtype=getattr(torch, one["dtype"]))
            for one in self.request["inputs"]
        }
        positional, named = self.framework.arguments(model, self.request, tensors)
        calibrate(model, lambda: model(*positional, **named))
        given = tensors[self.input].requires_grad_(True)
        outputs = self._outputs(model, positional, named)
        generator = torch.Generator().manual_seed(seed)
        for one in maps:
            output = outputs.get((one.wanted["layer"], one.wanted["call"]))
            if output is None:
                continue
            value = centre(output, one.wanted["dims"], generator)
            (gradient,) = torch.autograd.grad(value, given, retain_graph=True, allow_unused=True)
            if gradient is not None:
                one.add(gradient, self.axes)

    def _outputs(self, model: Any, positional: list[Any], named: dict[str, Any]) -> dict[tuple[str, int], torch.Tensor]:
        calls = self.framework.calls(lambda tensor: tensor)
        with calls.watched():
            model(*positional, **named)
        found = {}
        for name, number, call in self.framework.leaves(calls, model):
            tensor = first_tensor(call.seen)
            if tensor is not None:
                found[name, number] = tensor
        return found
