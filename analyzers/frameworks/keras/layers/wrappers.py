"""``TimeDistributed``, ``Bidirectional``, ``SpectralNormalization``: layers around layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.layer import Layer, add_weights, every_layer, is_layer, sublayers
from analyzers.frameworks.keras.layers.arguments import as_tensor, in_steps, invalid, keras_layer, require_rank
from analyzers.frameworks.keras.state import changed, changed_weights, state_of
from analyzers.interpreter.framework import layouts_of
from analyzers.interpreter.values import Instance, blank_copy
from analyzers.tensors.dims import Dim
from analyzers.tensors.layout import SPATIAL, Layout, Layouts
from analyzers.tensors.operations import axis_names
from analyzers.tensors.operations.concat_split import cat
from analyzers.tensors.operations.elementwise import broadcast
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def require_layer(value: Any) -> Instance:
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    if not is_layer(value):
        raise invalid("{subject} expects a layer", "layer")
    return value


def adopt(self: Layer, prefix: str, inner: Instance) -> None:
    """The wrapper shows the weights of the layer it wraps as its own."""
    for module in every_layer(inner):
        for name, tensor in state_of(module).weights.items():
            own = state_of(self).weights
            if not any(known is tensor for known in own.values()):
                changed_weights(self)[f"{prefix}/{module.attributes.get('name')}/{name}"] = tensor


def inner_call(inner: Instance, arguments: list[Any], machine: Machine) -> Any:
    """Build and call a wrapped layer without a record of its own."""
    recorder = machine.recorder
    with recorder.unrecorded() as records:
        result = machine.call(inner, arguments)
    for record in records:
        recorder.add_cost(record.cost)
    return result


@keras_layer("TimeDistributed")
class TimeDistributed(Layer):
    """The same layer on every slice along dim 1."""

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        require_layer(layer)
        Layer.__init__(self, **kwargs)
        self.layer = layer
        if not _has_parts(layer):
            changed(self).wrapped = (layer,)

    def input_layouts(self, place: int) -> Layouts:
        graph = state_of(self.layer).graph
        taken = layouts_of(self.layer) if graph is None else tuple(map(_layout_of, graph.inputs[:1]))
        return in_steps(tuple(one for one in taken if one.names[0] == "N"))

    def call(self, inputs: Any, training: Any = None, mask: Any = None, *, machine: Machine) -> Any:
        x = as_tensor(inputs)
        if x.rank < 3:
            require_rank(x, 3)
        inner, is_wrapped = self.layer, bool(state_of(self).wrapped)
        located = x.field.located(1)
        field = x.field.forget((1,), "a step of its own at every time") if located else x.field
        shape, axes = (x.shape[0] * x.shape[1], *x.shape[2:]), axis_names.without(x.axes, (1,))
        merged = Tensor(shape, field.remove((1,)), x.dtype, axes=axes)
        result = inner_call(inner, [merged], machine) if is_wrapped else machine.call(inner, (merged,))
        if is_wrapped:
            adopt(self, "layer", inner)
        if not isinstance(result, Tensor):
            raise UnknownUsed(result if isinstance(result, Unknown) else Unknown("several outputs of every step"))
        keeps_time = located and x.rank == 3 and result.rank == 2
        field = x.field.mix((2,)) if keeps_time else result.field.insert(1)
        shape, axes = (x.shape[0], x.shape[1], *result.shape[1:]), axis_names.inserted(result.axes, 1, "T")
        return Tensor(shape, field, result.dtype, cost=result.cost, axes=axes)


def _layout_of(input: Tensor) -> Layout:
    """What a graph takes as the input it begins with: channels or features last, and as many as that has."""
    if input.rank < 3:
        names: tuple[str, ...] = ("N", "E")[: input.rank]
    else:
        names = ("N", *SPATIAL.get(input.rank - 2, (None,) * (input.rank - 2)), "C" if input.rank > 3 else "E")
    return Layout(names, tuple(size if isinstance(size, int) else None for size in input.shape), input.dtype)


def _has_parts(inner: Instance) -> bool:
    state = state_of(inner)
    return state.stack is not None or state.graph is not None or bool(sublayers(inner))


@keras_layer("Bidirectional")
class Bidirectional(Layer):
    """A recurrent layer forwards and a copy of it backwards."""

    def __init__(
        self,
        layer: Any,
        merge_mode: Any = "concat",
        weights: Any = None,
        backward_layer: Any = None,
        **kwargs: Any,
    ) -> None:
        require_layer(layer)
        if not isinstance(merge_mode, Unknown) and merge_mode not in ("sum", "mul", "ave", "concat", None):
            raise invalid(
                f"{{subject}} has merge_mode {merge_mode!r}, expects sum, mul, ave, concat or None", "merge_mode"
            )
        Layer.__init__(self, **kwargs)
        other = backward_layer if is_layer(backward_layer) else copy_of(layer)
        _require_opposite(layer, backward_layer)
        self.layer = self.forward_layer = layer
        self.backward_layer = other
        changed(self).wrapped = (layer, other)
        self.merge_mode = merge_mode

    def input_layouts(self, place: int) -> Layouts:
        return layouts_of(self.forward_layer, place)

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: Any = None, *, machine: Machine
    ) -> Any:
        given = [sequences] if initial_state is None else [sequences, initial_state]
        forward, backward = state_of(self).wrapped
        if initial_state is not None and isinstance(initial_state, (list, tuple)):
            half = len(initial_state) // 2
            first = inner_call(forward, [sequences, list(initial_state[:half])], machine)
            second = inner_call(backward, [sequences, list(initial_state[half:])], machine)
        else:
            first, second = inner_call(forward, given, machine), inner_call(backward, given, machine)
        adopt(self, "forward", forward)
        adopt(self, "backward", backward)
        for value in (first, second):
            if isinstance(value, Unknown):
                raise UnknownUsed(value)
        return _both(self.merge_mode, first, second)


def _require_opposite(layer: Instance, backward_layer: Any) -> None:
    """One of the two must run backwards; the copy of a layer that already does would run the same way."""
    second = backward_layer.attributes.get("go_backwards") if is_layer(backward_layer) else True
    if layer.attributes.get("go_backwards") is second:
        raise invalid("{subject} gets two layers of the same direction (go_backwards)", "layer")


def copy_of(inner: Instance) -> Instance:
    """A layer of the same class and configuration with weights of its own."""
    made = blank_copy(inner, inner.machine)
    made.attributes.update(inner.attributes)
    made.attributes.update(built=False, name=f"backward_{inner.attributes.get('name')}")
    state = state_of(inner).copy()
    state.weights, state.fixed, state.nodes = {}, set(), []
    object.__setattr__(made, "state", state)
    return made


def _both(mode: Any, first: Any, second: Any) -> Any:
    """The outputs of both directions merged; the states of both behind them."""
    if isinstance(first, tuple):
        merged = _both(mode, first[0], second[0])
        return (*(merged if isinstance(merged, tuple) else (merged,)), *first[1:], *second[1:])
    if mode is None:
        return first, second
    cost: Dim = first.cost + second.cost
    made = cat([first, second], -1) if mode == "concat" else broadcast(first, second)
    made.cost = cost
    return made


@keras_layer("SpectralNormalization")
class SpectralNormalization(Layer):
    def __init__(self, layer: Any, power_iterations: Any = 1, **kwargs: Any) -> None:
        require_layer(layer)
        Layer.__init__(self, **kwargs)
        self.layer = layer
        changed(self).wrapped = (layer,)

    def call(self, inputs: Any, training: Any = False, *, machine: Machine) -> Any:
        inner = self.layer
        result = inner_call(inner, [inputs], machine)
        adopt(self, "layer", inner)
        weights = state_of(inner).weights
        kernel = weights.get("kernel", weights.get("embeddings"))
        if kernel is not None and "vector_u" not in state_of(self).weights:
            add_weights(self, False, vector_u=(1, kernel.shape[-1]))
        return result


__all__ = ["Bidirectional", "TimeDistributed"]
