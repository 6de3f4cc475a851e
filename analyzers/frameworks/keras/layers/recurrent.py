"""Recurrent layers, their cells, and convolutional LSTMs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.layer import Layer, add_weights
from analyzers.frameworks.keras.layers.arguments import (
    SEQUENCE,
    activation_of,
    as_tensor,
    in_steps,
    keras_layer,
    layout,
    maps,
    padding_mode,
    require_rank,
    whole,
)
from analyzers.frameworks.keras.layers.convolution import Convolution, convolve, convolved, geometry_of, set_up
from analyzers.frameworks.keras.shapes import open_shape
from analyzers.frameworks.keras.state import changed, input_features
from analyzers.frameworks.keras.weights import size_of
from analyzers.geometry import Geometry
from analyzers.interpreter.graph import tensors_below
from analyzers.interpreter.hosts import host_of
from analyzers.tensors.dims import Dim, counted, product, require, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.layout import Layouts
from analyzers.tensors.operations import axis_names
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

GATES = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}
STATES = {"SimpleRNN": 1, "LSTM": 2, "GRU": 1}


def require_features(x: Tensor, expected: Dim, result: Any) -> None:
    """Raises feature-size-mismatch for a sequence of other features than the layer was built for."""
    if require(x.shape[-1], expected) is False:
        raise OperationError(
            "feature-size-mismatch",
            f"{{subject}} was built for {counted(expected, 'feature')}, gets {text(x.shape[-1])}",
            result=result,
            exception="ValueError",
            expected=expected,
            actual=x.shape[-1],
        )


class SequenceLayer(Layer):
    """What every layer holds that runs along a sequence."""

    return_sequences: bool
    return_state: bool
    go_backwards: bool
    stateful: bool


def outputs_of(self: SequenceLayer, last: Tensor, sequence: Tensor, states: list[Tensor]) -> Any:
    """What a recurrent layer returns: the last output or all, and its states where asked for."""
    output = sequence if self.return_sequences else last
    return (output, *states) if self.return_state else output


def _require_states(initial_state: Any, count: int, units: Dim, result: Any) -> None:
    """Given initial states must be as many and as wide as the layer's own."""
    if initial_state is None or isinstance(initial_state, Unknown):
        return
    given = list(tensors_below(initial_state))
    wrong = next((t for t in given if t.rank and require(t.shape[-1], units) is False), None)
    if wrong is not None:
        raise OperationError(
            "feature-size-mismatch",
            f"{{subject}} has {text(units)} units, gets an initial state of {text(wrong.shape[-1])}",
            result=result,
            expected=units,
            actual=wrong.shape[-1],
        )
    if len(given) != count:
        raise OperationError(
            "invalid-argument",
            f"{{subject}} has {count} state{'s' * (count != 1)}, gets {len(given)} initial ones",
            result=result,
            exception="ValueError",
            argument="initial_state",
        )


def _add_gates(self: Recurrent | Cell, features: Dim) -> None:
    """The weights of all gates, for steps of so many features."""
    changed(self).features = features
    units, gates = self.units, GATES[host_of(self).kind]
    bias: Any = (2, units * gates) if host_of(self).kind == "GRU" and self.reset_after else (units * gates,)
    add_weights(
        self,
        kernel=(features, units * gates),
        recurrent_kernel=(units, units * gates),
        bias=bias if self.use_bias else None,
    )


def _step(x: Tensor) -> Tensor:
    """One step of a sequence (N, T, …): (N, …) that depends on all of them."""
    shape, axes = (x.shape[0], *x.shape[2:]), axis_names.without(x.axes, (1,))
    return Tensor(shape, x.field.mix((1,)).remove((1,)), x.dtype, axes=axes)


def _set_returns(self: SequenceLayer, sequences: Any, state: Any, backwards: Any, stateful: Any) -> None:
    self.return_sequences = bool(sequences)
    self.return_state = bool(state)
    self.go_backwards = bool(backwards)
    self.stateful = bool(stateful)


class Recurrent(SequenceLayer):
    """What ``SimpleRNN``, ``LSTM`` and ``GRU`` share: (N, T, features) → (N, units) or (N, T, units)."""

    other_keywords = frozenset((*(Layer.other_keywords or ()), "zero_output_for_mask"))

    kind = "SimpleRNN"

    def _setup(self, units: Any, activation: Any, recurrent_activation: Any, options: dict[str, Any]) -> None:
        own = {k: options.pop(k, v) for k, v in _SEQUENCE_OPTIONS.items()}
        weights = {k: options.pop(k) for k in list(options) if k in _WEIGHT_OPTIONS}
        Layer.__init__(self, **options)
        self.units = whole(units, "units")
        self.activation = activation_of(activation, self.machine)
        self.recurrent_activation = activation_of(recurrent_activation, self.machine)
        self.use_bias = bool(weights.get("use_bias", True))
        self.reset_after = bool(weights.get("reset_after", True))
        self.state_size = [units] * STATES[host_of(self).kind] if STATES[host_of(self).kind] > 1 else units
        for name, value in own.items():
            setattr(self, name, value)

    def input_layouts(self, place: int) -> Layouts:
        return SEQUENCE

    def build(self, input_shape: Any = None) -> None:
        if input_shape and isinstance(input_shape[0], (tuple, list)):
            input_shape = input_shape[0]
        if len(input_shape) != 3:
            require_rank(Tensor(open_shape(input_shape)), 3)
        _add_gates(self, size_of(input_shape))

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: Any = False) -> Any:
        if isinstance(sequences, (list, tuple)) and len(sequences) > 1:
            sequences, initial_state = sequences[0], list(sequences[1:])
        x = as_tensor(sequences)
        require_rank(x, 3)
        units, gates = self.units, GATES[host_of(self).kind]
        field = x.field.mix((1, 2))
        cost = product(x.shape[:2]) * units * gates * (input_features(self) + units)
        sequence = Tensor((*x.shape[:2], units), field, cost=cost, axes=("N", "T", "E"))
        last = Tensor((x.shape[0], units), field.remove((1,)), cost=cost, axes=("N", "E"))
        states = [last.with_() for _ in range(STATES[host_of(self).kind])]
        result = outputs_of(self, last, sequence, states)
        require_features(x, input_features(self), result)
        _require_states(initial_state, STATES[host_of(self).kind], units, result)
        return result

    def reset_states(self, *args: Any, **kwargs: Any) -> None:
        return None

    reset_state = reset_states


_SEQUENCE_OPTIONS = {
    "return_sequences": False,
    "return_state": False,
    "go_backwards": False,
    "stateful": False,
    "unroll": False,
    "zero_output_for_mask": False,
    "time_major": False,
}
_WEIGHT_OPTIONS = frozenset(
    "use_bias kernel_initializer recurrent_initializer bias_initializer unit_forget_bias kernel_regularizer "
    "recurrent_regularizer bias_regularizer kernel_constraint recurrent_constraint bias_constraint dropout "
    "recurrent_dropout seed reset_after use_cudnn implementation".split()
)


@keras_layer("SimpleRNN")
class SimpleRNN(Recurrent):
    kind = "SimpleRNN"

    def __init__(
        self, units: Any, activation: Any = "tanh", use_bias: Any = True, kernel_initializer: Any = None,
        recurrent_initializer: Any = None, bias_initializer: Any = None, kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None, bias_regularizer: Any = None, activity_regularizer: Any = None,
        kernel_constraint: Any = None, recurrent_constraint: Any = None, bias_constraint: Any = None,
        dropout: Any = 0.0, recurrent_dropout: Any = 0.0, return_sequences: Any = False, return_state: Any = False,
        go_backwards: Any = False, stateful: Any = False, unroll: Any = False, seed: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        options = {"return_sequences": return_sequences, "return_state": return_state, "go_backwards": go_backwards}
        Recurrent._setup(
            self, units, activation, None, {**kwargs, **options, "use_bias": use_bias, "stateful": stateful}
        )


@keras_layer("LSTM", "CuDNNLSTM")
class LSTM(Recurrent):
    kind = "LSTM"

    def __init__(
        self, units: Any, activation: Any = "tanh", recurrent_activation: Any = "sigmoid", use_bias: Any = True,
        kernel_initializer: Any = None, recurrent_initializer: Any = None, bias_initializer: Any = None,
        unit_forget_bias: Any = True, kernel_regularizer: Any = None, recurrent_regularizer: Any = None,
        bias_regularizer: Any = None, activity_regularizer: Any = None, kernel_constraint: Any = None,
        recurrent_constraint: Any = None, bias_constraint: Any = None, dropout: Any = 0.0,
        recurrent_dropout: Any = 0.0, seed: Any = None, return_sequences: Any = False, return_state: Any = False,
        go_backwards: Any = False, stateful: Any = False, unroll: Any = False, use_cudnn: Any = "auto", **kwargs: Any,
    ) -> None:  # fmt: skip
        options = {"return_sequences": return_sequences, "return_state": return_state, "go_backwards": go_backwards}
        options = {**kwargs, **options, "use_bias": use_bias, "stateful": stateful}
        Recurrent._setup(self, units, activation, recurrent_activation, options)


@keras_layer("GRU", "CuDNNGRU")
class GRU(Recurrent):
    kind = "GRU"

    def __init__(
        self, units: Any, activation: Any = "tanh", recurrent_activation: Any = "sigmoid", use_bias: Any = True,
        kernel_initializer: Any = None, recurrent_initializer: Any = None, bias_initializer: Any = None,
        kernel_regularizer: Any = None, recurrent_regularizer: Any = None, bias_regularizer: Any = None,
        activity_regularizer: Any = None, kernel_constraint: Any = None, recurrent_constraint: Any = None,
        bias_constraint: Any = None, dropout: Any = 0.0, recurrent_dropout: Any = 0.0, seed: Any = None,
        return_sequences: Any = False, return_state: Any = False, go_backwards: Any = False, stateful: Any = False,
        unroll: Any = False, reset_after: Any = True, use_cudnn: Any = "auto", **kwargs: Any,
    ) -> None:  # fmt: skip
        options = {"return_sequences": return_sequences, "return_state": return_state, "go_backwards": go_backwards}
        options = {**kwargs, **options, "use_bias": use_bias, "stateful": stateful, "reset_after": reset_after}
        Recurrent._setup(self, units, activation, recurrent_activation, options)


# -- cells -------------------------------------------------------------------------------------------


class Cell(Layer):
    """One step: (N, features), states → (N, units), states."""

    other_keywords = frozenset((*(Layer.other_keywords or ()), *_WEIGHT_OPTIONS))

    kind = "SimpleRNN"

    def __init__(
        self,
        units: Any,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: Any = True,
        **kwargs: Any,
    ) -> None:
        reset_after = kwargs.pop("reset_after", True)
        Layer.__init__(self, **{k: v for k, v in kwargs.items() if k not in _WEIGHT_OPTIONS})
        count = STATES[host_of(self).kind]
        self.units = whole(units, "units")
        self.use_bias = bool(use_bias)
        self.reset_after = bool(reset_after)
        self.state_size = [units] * count if count > 1 else units
        self.output_size = units

    def build(self, input_shape: Any = None) -> None:
        _add_gates(self, size_of(input_shape))

    def call(self, sequence: Any, states: Any = None, training: Any = False) -> Any:
        x = as_tensor(sequence)
        units = self.units
        cost = x.shape[0] * units * GATES[host_of(self).kind] * (input_features(self) + units)
        axes = axis_names.last(x.axes, x.rank)
        result = Tensor((*x.shape[:-1], units), x.field.mix((x.rank - 1,)), cost=cost, axes=axes)
        require_features(x, input_features(self), (result, [result.with_()] * STATES[host_of(self).kind]))
        return result, [result.with_() for _ in range(STATES[host_of(self).kind])]

    def get_initial_state(self, batch_size: Any = None, inputs: Any = None, dtype: Any = None) -> Any:
        size = batch_size if inputs is None else inputs.shape[0]
        return [Tensor((size, self.units)) for _ in range(STATES[host_of(self).kind])]


@keras_layer("SimpleRNNCell")
class SimpleRNNCell(Cell):
    kind = "SimpleRNN"


@keras_layer("LSTMCell")
class LSTMCell(Cell):
    kind = "LSTM"


@keras_layer("GRUCell")
class GRUCell(Cell):
    kind = "GRU"


@keras_layer("StackedRNNCells")
class StackedRNNCells(Layer):
    """Cells one on top of the other."""

    def __init__(self, cells: Any, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)
        self.cells = list(cells)
        self.state_size = [c.state_size for c in cells]
        self.output_size = cells[-1].units if hasattr(cells[-1], "units") else None

    def call(self, inputs: Any, states: Any = None, training: Any = False, *, machine: Machine) -> Any:
        kept = []
        for index, cell in enumerate(self.cells):
            given = states[index] if isinstance(states, (list, tuple)) and len(states) == len(self.cells) else None
            inputs, state = machine.call(cell, (inputs, given))
            kept.append(state)
        return inputs, kept


@keras_layer("RNN")
class RNN(SequenceLayer):
    """A cell run along a sequence."""

    def __init__(
        self, cell: Any, return_sequences: Any = False, return_state: Any = False, go_backwards: Any = False,
        stateful: Any = False, unroll: Any = False, zero_output_for_mask: Any = False, *, machine: Machine, **kwargs: Any,
    ) -> None:  # fmt: skip
        Layer.__init__(self, **kwargs)
        if isinstance(cell, (list, tuple)):
            cell = machine.call(machine.class_of_host(StackedRNNCells), (list(cell),))
        self.cell = cell
        _set_returns(self, return_sequences, return_state, go_backwards, stateful)

    def input_layouts(self, place: int) -> Layouts:
        return SEQUENCE

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: Any = False, *, machine: Machine
    ) -> Any:
        x = as_tensor(sequences)
        if x.rank < 3:
            require_rank(x, 3)
        step = _step(x)
        states = initial_state if initial_state is not None else _first_states(self.cell, step, machine)
        made = machine.call(self.cell, (step, states))
        if isinstance(made, Unknown):
            raise UnknownUsed(made)
        last, kept = made
        if isinstance(last, Unknown):
            raise UnknownUsed(last)
        shape, axes = (last.shape[0], x.shape[1], *last.shape[1:]), axis_names.inserted(last.axes, 1, "T")
        sequence = Tensor(shape, last.field.insert(1), last.dtype, axes=axes)
        return outputs_of(self, last, sequence, list(tensors_below(kept)))


def _first_states(cell: Any, step: Tensor, machine: Machine) -> list[Any]:
    """Zeros of the sizes that the cell's ``state_size`` names."""
    sizes = machine.get_attribute(cell, "state_size")
    sizes = sizes if isinstance(sizes, (list, tuple)) else [sizes]
    return [_state(size, step) for size in sizes]


def _state(size: Any, step: Tensor) -> Any:
    if isinstance(size, (list, tuple)) and size and isinstance(size[0], (list, tuple)):
        return [_state(part, step) for part in size]
    if isinstance(size, (list, tuple)):
        return [Tensor((step.shape[0], part)) for part in size]
    return Tensor((step.shape[0], size))


# -- convolutional -----------------------------------------------------------------------------------


class ConvLSTM(SequenceLayer, Convolution):
    """An LSTM of maps: (N, T, space, channels) → (N, space, filters) or with the time kept."""

    filters: Dim

    spatial_axes = 2

    def geometry(self) -> Geometry | None:
        """Of the convolution of the input; its bias goes into gates."""
        found = geometry_of(self)
        return replace(found, biased=False) if found is not None else None

    def __init__(
        self, filters: Any, kernel_size: Any, strides: Any = 1, padding: Any = "valid", data_format: Any = None,
        dilation_rate: Any = 1, activation: Any = "tanh", recurrent_activation: Any = "sigmoid", use_bias: Any = True,
        kernel_initializer: Any = None, recurrent_initializer: Any = None, bias_initializer: Any = None,
        unit_forget_bias: Any = True, kernel_regularizer: Any = None, recurrent_regularizer: Any = None,
        bias_regularizer: Any = None, activity_regularizer: Any = None, kernel_constraint: Any = None,
        recurrent_constraint: Any = None, bias_constraint: Any = None, dropout: Any = 0.0, recurrent_dropout: Any = 0.0,
        seed: Any = None, return_sequences: Any = False, return_state: Any = False, go_backwards: Any = False,
        stateful: Any = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        set_up(
            self, host_of(self).spatial_axes, kernel_size, strides, padding_mode(padding), data_format, dilation_rate, use_bias, kwargs,
            filters=filters,
        )  # fmt: skip
        _set_returns(self, return_sequences, return_state, go_backwards, stateful)

    def input_layouts(self, place: int) -> Layouts:
        return in_steps(maps(self.data_format, self.rank))

    def build(self, input_shape: Any = None) -> None:
        if len(input_shape) != self.rank + 3:
            require_rank(Tensor(open_shape(input_shape)), self.rank + 3)
        channels = size_of(input_shape, 2 if self.data_format == "channels_first" else -1)
        changed(self).features = channels
        many = self.filters * 4
        add_weights(
            self,
            kernel=(*self.kernel_size, channels, many),
            recurrent_kernel=(*self.kernel_size, self.filters, many),
            bias=(many,) if self.use_bias else None,
        )

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: Any = False) -> Any:
        x = as_tensor(sequences)
        require_rank(x, self.rank + 3)
        try:
            last = convolved(self, _step(x), self.filters)
        except OperationError as error:
            if error.result is not None:
                error.result = ConvLSTM._outputs(self, x, error.result)
            raise
        return ConvLSTM._outputs(self, x, last)

    def _outputs(self, x: Tensor, last: Tensor) -> Any:
        """What comes of the convolution of one step."""
        ones = (1,) * self.rank
        inner = convolve(
            last.with_(), in_channels=self.filters, out_channels=self.filters, kernel=self.kernel_size, strides=ones,
            padding="same", dilation=ones, format=self.data_format,
        )  # fmt: skip
        _, dims = layout(last.rank, self.data_format)
        field = inner.field.forget(dims, "a convolution repeated at every step")
        cost = (last.cost + inner.cost) * 4 * x.shape[1]
        last = last.with_(field=field, cost=cost)
        shape, axes = (last.shape[0], x.shape[1], *last.shape[1:]), axis_names.inserted(last.axes, 1, "T")
        sequence = Tensor(shape, field.insert(1), cost=cost, axes=axes)
        return outputs_of(self, last, sequence, [last.with_(), last.with_()])


@keras_layer("ConvLSTM1D")
class ConvLSTM1D(ConvLSTM):
    spatial_axes = 1


@keras_layer("ConvLSTM2D")
class ConvLSTM2D(ConvLSTM):
    spatial_axes = 2


@keras_layer("ConvLSTM3D")
class ConvLSTM3D(ConvLSTM):
    spatial_axes = 3


__all__ = ["Recurrent"]
