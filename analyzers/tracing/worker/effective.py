"""Runs a model with many seeds and hands what its maps depend on to :mod:`erf`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import torch

from analyzers.tracing.worker import weights
from analyzers.tracing.worker.calls import first_tensor
from analyzers.tracing.worker.checkpoint import fill
from analyzers.tracing.worker.devices import everything_on
from analyzers.tracing.worker.erf import ITEMS, Effective, calibrate, centre
from analyzers.tracing.worker.pictures import Pictures


class EffectiveFields:
    """Measures the maps that a request names.

    ``state`` are the weights of a checkpoint: then they are the model's, as they are, and only inputs are random.
    Raises :class:`Impossible` for a folder of pictures that cannot be used.
    """

    def __init__(
        self, framework: Any, request: dict[str, Any], build: Callable[[], Any], state: dict[str, torch.Tensor] | None
    ) -> None:
        self.framework = framework
        self.request = request
        self.build = build
        self.state = state
        wanted = request["erf"]
        self.wanted = wanted["layers"]
        self.axes: list[int] = wanted["axes"]
        self.input: str = wanted["input"]
        self.device: str = request.get("device") or "cpu"
        self.pictures = Pictures(wanted["images"]) if wanted.get("images") else None

    def measured(self, progress: Callable[[str], None]) -> list[dict[str, Any]]:
        maps = [Effective(wanted) for wanted in self.wanted]
        seeds = int(self.request["erf"]["seeds"])
        model = None
        for seed in range(seeds):
            progress(f"effective field, seed {seed + 1} of {seeds}")
            torch.manual_seed(seed)
            if model is None or self.state is None:
                model = self._initialised()
            self._seed(model, seed, maps)
        results = [one.result(bool(self.request["erf"].get("whole"))) for one in maps]
        return [found for found in results if found is not None]

    def _initialised(self) -> Any:
        weights.initialising[0] = True
        try:
            model = self.build()
        finally:
            weights.initialising[0] = False
        if self.state is not None:
            fill(model, self.state)
        return model if self.device == "cpu" else model.to(self.device)

    def _seed(self, model: Any, seed: int, maps: list[Effective]) -> None:
        tensors = {one["name"]: self._input(one, seed) for one in self.request["inputs"]}
        generator = torch.Generator().manual_seed(seed)
        is_torch = self.framework.name == "torch"
        with everything_on(self.device) if is_torch else contextlib.nullcontext():
            positional, named = self.framework.arguments(model, self.request, tensors)
            if self.state is None:
                calibrate(model, lambda: model(*positional, **named))
            given = tensors[self.input].requires_grad_(True)
            outputs = self._outputs(model, positional, named)
        for one in maps:
            output = outputs.get((one.wanted["layer"], one.wanted["call"]))
            if output is None:
                continue
            value = centre(output, one.wanted["dims"], generator)
            (gradient,) = torch.autograd.grad(value, given, retain_graph=True, allow_unused=True)
            if gradient is not None:
                one.add(gradient.cpu(), self.axes)

    def _input(self, one: dict[str, Any], seed: int) -> torch.Tensor:
        if not one["dtype"].startswith("float"):
            return torch.zeros(one["shape"], dtype=getattr(torch, one["dtype"]), device=self.device)
        items = ITEMS if one.get("batched") else one["shape"][0]
        if self.pictures is not None and one["name"] == self.input:
            channels = self.request["erf"].get("channels")
            made = self.pictures.batch(items, seed * items, one["shape"], self.axes, channels)
        else:
            made = torch.randn([items, *one["shape"][1:]])
        return made.to(self.device)

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
