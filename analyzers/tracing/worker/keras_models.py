"""Keras models, by Keras 3 on its torch backend: built and run on the CPU."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import torch

from analyzers.tracing.worker.building import Impossible, arguments_for, built, tensor_of
from analyzers.tracing.worker.calls import Call, Calls, tensors_in

OWN_LAYERS = "keras.src.layers"
"""Where Keras' own layers are: what happens inside one is its own affair."""


class KerasModels:
    """What is asked of a framework, for Keras."""

    name = "keras"
    precision = torch.float32
    """Of derivatives: its layers cast what they get to the type they were made for."""

    def __init__(self) -> None:
        import keras  # type: ignore[import-not-found]

        self.keras = keras
        if keras.backend.backend() != "torch":
            raise Impossible(f"Keras is set to its {keras.backend.backend()} backend; models are traced on torch's")

    @property
    def version(self) -> str:
        return self.keras.__version__

    def devices(self) -> list[str]:
        return ["cpu"]

    def build(self, request: dict[str, Any], namespace: dict[str, Any], device: str) -> Any:
        """Raises what the program raises, and :class:`Impossible`."""
        model = built(request, namespace)
        if not isinstance(model, self.keras.Layer):
            raise Impossible(f"{request['expression']} is a {type(model).__name__}, no model")
        tensors = {given["name"]: tensor_of(given["shape"], given["dtype"]) for given in request["inputs"]}
        with torch.no_grad():
            positional, named = self.arguments(model, request, tensors)
            model(*positional, **named)  # Builds what is not built yet; for that, layers are called several times.
        return model

    def arguments(
        self, model: Any, request: dict[str, Any], tensors: dict[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        """A model that declares its inputs takes them as one, or as a list."""
        try:
            declared = len(model.inputs)
        except (AttributeError, ValueError):
            return arguments_for(request, tensors)
        given = list(tensors.values())
        return ([given[0]] if declared == 1 and len(given) == 1 else [given]), {}

    def forward(self, model: Any, request: dict[str, Any], device: str) -> tuple[Calls, Any]:
        calls = self.calls(None)
        tensors = {given["name"]: tensor_of(given["shape"], given["dtype"]) for given in request["inputs"]}
        positional, named = self.arguments(model, request, tensors)
        with torch.no_grad(), calls.watched():
            output = model(*positional, **named)
        return calls, output

    def calls(self, observe: Callable[[torch.Tensor], Any] | None) -> Calls:
        return KerasCalls(self.keras.Layer, observe)

    @contextlib.contextmanager
    def any_size(self) -> Iterator[None]:
        """A functional model takes inputs of other sizes than it declares."""
        from keras.src.models.functional import Functional  # type: ignore[import-not-found]

        original = Functional._assert_input_compatibility
        setattr(Functional, "_assert_input_compatibility", lambda *_: None)  # noqa: B010
        try:
            yield
        finally:
            Functional._assert_input_compatibility = original

    def leaves(self, calls: Calls, model: Any) -> list[tuple[str, int, Call]]:
        return calls.leaves(model)

    def parameters(self, model: Any) -> tuple[int, int]:
        """(all, those that are trained)."""
        trained = sum(int(torch.Size(tuple(weight.shape)).numel()) for weight in model.trainable_weights)
        return int(model.count_params()), trained

    def own_parameters(self, layer: Any) -> int:
        return int(layer.count_params()) if layer.built else 0

    def outputs(self, output: Any) -> list[dict[str, Any]]:
        return [{"path": path, "shape": list(tensor.shape)} for path, tensor in tensors_in(output)]


class KerasCalls(Calls):
    """Calls of layers, told by ``Layer.__call__`` itself."""

    def __init__(self, layer: Any, observe: Callable[[torch.Tensor], Any] | None) -> None:
        super().__init__(observe)
        self._layer = layer
        self._running: list[Any] = []
        self._parents: set[int] = set()

    @contextlib.contextmanager
    def watched(self) -> Iterator[Calls]:
        original = self._layer.__call__
        calls = self

        def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
            if any(type(outer).__module__.startswith(OWN_LAYERS) for outer in calls._running):
                return original(layer, *args, **kwargs)
            calls._parents.update(id(outer) for outer in calls._running)
            calls.enter(layer)
            calls._running.append(layer)
            try:
                output = original(layer, *args, **kwargs)
            finally:
                calls._running.pop()
            calls.leave(layer, output)
            return output

        self._layer.__call__ = call
        try:
            yield self
        finally:
            self._layer.__call__ = original

    def leaves(self, model: Any) -> list[tuple[str, int, Call]]:
        found: dict[int, list[Call]] = {key: [] for key in self.started}
        for call in self.made:
            found[id(call.module)].append(call)
        return [
            (self.started[key].name, number, call)
            for key, calls in found.items()
            if key not in self._parents
            for number, call in enumerate(calls, 1)
        ]
