"""Recurrent layers: RNN, LSTM, GRU and their cells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.naming import nn_layer
from analyzers.frameworks.torch.nn.padding import check_rank
from analyzers.frameworks.torch.nn.weights import below, check_size, check_whole, invalid, register_optional, weight
from analyzers.frameworks.torch.packed import PackedSequence, packed_of
from analyzers.tensors.dims import Dim, exact_quotient, unknown_dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.field import Field
from analyzers.tensors.layout import Layout, Layouts
from analyzers.tensors.operations.elementwise import merged_field
from analyzers.tensors.operations.recurrent import cell, recurrent, require_state
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

SIZES = ("input_size", "hidden_size")
GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}


STEPS_PER_LAYER = 20
"""What registering one layer's weights takes of the analysis' budget."""


def check_arguments(input_size: Any, hidden_size: Any, num_layers: Any, dropout: Any, proj_size: Any) -> None:
    """ValueError for sizes below 1, dropout outside 0…1 and projections that do not shrink."""
    if isinstance(dropout, (bool, str)) or (isinstance(dropout, (int, float)) and not 0 <= dropout <= 1):
        raise invalid(f"{{subject}} needs a dropout between 0 and 1, gets {dropout}", argument="dropout")
    sizes = (("input_size", input_size), ("hidden_size", hidden_size), ("num_layers", num_layers))
    for name, size in sizes:
        if isinstance(size, float):
            raise invalid(f"{{subject}} takes a whole number as {name}, gets {size}", "TypeError", argument=name)
        check_whole(size)
    for name, size in sizes:
        if below(size, 1):
            raise invalid(f"{{subject}} needs {name} above 0, gets {size}", argument=name, actual=size)
    if below(proj_size, 0):
        raise invalid(f"{{subject}} needs a proj_size of 0 or more, gets {proj_size}", argument="proj_size")
    if isinstance(proj_size, int) and isinstance(hidden_size, int) and proj_size >= hidden_size:
        message = f"{{subject}} needs a proj_size below the hidden_size {hidden_size}, gets {proj_size}"
        raise invalid(message, argument="proj_size", actual=proj_size)


def check_flags(bias: Any, batch_first: Any) -> None:
    """TypeError for flags that are given something else (``nn.LSTM(8, 16, 2, 0.5)``)."""
    for name, value in (("bias", bias), ("batch_first", batch_first)):
        if not isinstance(value, (bool, Unknown)):
            raise invalid(f"{{subject}} takes True or False as {name}, gets {value!r}", "TypeError", argument=name)


def sequence(batch_first: Any, features: Any) -> Layout:
    """Steps of so many features; the batch comes second unless told otherwise."""
    return Layout.of("N T E" if batch_first else "T N E", E=features)


@nn_layer("rnn", SIZES)
class RNNBase(Module):
    """What RNN, LSTM and GRU share: their weights, one set for each layer and direction.

    ``weight_ih_l0`` is gates·hidden × input, ``weight_hh_l0`` gates·hidden × hidden (or proj_size).
    """

    def __init__(
        self,
        mode: str,
        input_size: Any,
        hidden_size: Any,
        num_layers: Any = 1,
        bias: Any = True,
        batch_first: Any = False,
        dropout: Any = 0.0,
        bidirectional: Any = False,
        proj_size: Any = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = dropout
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        check_flags(bias, batch_first)
        check_arguments(input_size, hidden_size, num_layers, dropout, proj_size)
        if mode not in GATES:
            raise invalid(f"{{subject}} does not know the mode {mode!r}")
        self._all_weights = []
        for layer in range(num_layers):
            self.machine.budget.spend(STEPS_PER_LAYER)
            for suffix in ("", "_reverse")[: directions(self)]:
                self._all_weights.append(_register_layer(self, layer, suffix))

    def input_layouts(self, place: int) -> Layouts:
        """The sequence, or a state for every layer and direction."""
        if not place:
            return (sequence(self.batch_first, self.input_size),)
        return (Layout((None, "N", "E"), (self.num_layers * directions(self), None, output_size(self))),)

    def flatten_parameters(self) -> None:
        """Rearranges memory; shapes stay."""

    def reset_parameters(self) -> None:
        """Draws new values; shapes stay."""

    @property
    def all_weights(self) -> list[list[Tensor]]:
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def forward(self, input: Tensor, hx: Any = None) -> tuple[Tensor | PackedSequence, Any]:
        return run(self, input, hx)

    def extra_repr(self) -> str:
        return f"{self.input_size}, {self.hidden_size}"


def directions(self: RNNBase) -> int:
    return 2 if self.bidirectional else 1


def output_size(self: RNNBase) -> Dim:
    """Features that one direction gives out."""
    projected = isinstance(self.proj_size, int) and self.proj_size == 0
    return self.hidden_size if projected else self.proj_size


def _register_layer(self: RNNBase, layer: int, suffix: str) -> list[str]:
    end = f"l{layer}{suffix}"
    shapes = dict(_layer_shapes(self, layer))
    for name, shape in shapes.items():
        setattr(self, f"{name}_{end}", weight(*shape))
    return [f"{name}_{end}" for name in shapes]


def _layer_shapes(self: RNNBase, layer: int) -> Iterator[tuple[str, tuple[Dim, ...]]]:
    gates = GATES[self.mode] * self.hidden_size
    size = output_size(self)
    yield "weight_ih", (gates, self.input_size if layer == 0 else size * directions(self))
    yield "weight_hh", (gates, size)
    if self.bias:
        yield "bias_ih", (gates,)
        yield "bias_hh", (gates,)
    if self.proj_size:
        yield "weight_hr", (self.proj_size, self.hidden_size)


def run(self: RNNBase, input: Any, hx: Any) -> tuple[Tensor | PackedSequence, Any]:
    """One pass over a sequence L×N×features (N×L with batch_first, or L×features).

    Gives L×N×(directions·output) and the last state (layers·directions)×N×output; of an LSTM the
    pair of hidden and cell state. Every element sees the whole sequence.
    """
    if not isinstance(input, Tensor):
        return _run_packed(self, packed_of(input), hx)
    output, hidden, cell = _sequence(self, input, bool(self.batch_first))
    before = _state_seen(self, input, hx)
    if before is not None:
        output = output.with_(field=merged_field([output, before], output.rank), cost=output.cost)
    result = _result(self, output, hidden, cell)
    _check_states(self, hx, (hidden, cell), result)
    return result


def _run_packed(self: RNNBase, input: PackedSequence, hx: Any) -> tuple[PackedSequence, Any]:
    """The same over packed sequences; each state is that after its sequence's own last step."""
    output, hidden, cell = _sequence(self, input.padded, True)
    count = output.shape[0] * output.shape[1]
    total = input.data.shape[0]
    each = exact_quotient(output.cost, count)
    cost = unknown_dim("how long the packed sequences are") if each is None else each * total
    result = (input.of_layer(output, cost), (hidden, cell) if self.mode == "LSTM" else hidden)
    _check_states(self, hx, (hidden, cell), result)
    return result


def _sequence(self: RNNBase, input: Tensor, batch_first: bool) -> tuple[Tensor, Tensor, Tensor]:
    try:
        return recurrent(
            input,
            gates=GATES[self.mode],
            input_size=self.input_size,
            hidden_size=self.hidden_size,
            num_layers=self.num_layers,
            directions=directions(self),
            projection=self.proj_size,
            batch_first=batch_first,
        )
    except OperationError as error:
        error.result = None if error.result is None else _result(self, *error.result)
        raise


def _result(self: RNNBase, output: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, Any]:
    return output, ((hidden, cell) if self.mode == "LSTM" else hidden)


def _state_seen(self: RNNBase, input: Tensor, hx: Any) -> Tensor | None:
    """What the initial state saw, laid out as the output; None when it saw no input."""
    first = hx[0] if isinstance(hx, (tuple, list)) and hx else hx
    if not isinstance(first, Tensor) or first.field is Field.EMPTY or first.rank != input.rank:
        return None
    time = 1 if self.batch_first and input.rank == 3 else 0
    field = first.field.mix((0, first.rank - 1)).remove((0,)).insert(time)
    return input.with_(field=field)


def _check_states(self: RNNBase, hx: Any, expected: tuple[Tensor, Tensor], result: Any) -> None:
    if hx is None or isinstance(hx, Unknown):
        return
    if self.mode == "LSTM" and isinstance(hx, Tensor):  # both states in one
        return
    given: Any = hx if self.mode == "LSTM" else (hx,)
    for state, like in zip(given, expected, strict=False):
        if isinstance(state, Tensor):
            require_state(state, like.shape, "hx", result)


@nn_layer("rnn", SIZES)
class RNN(RNNBase):
    """L×N×input → (L×N×hidden·directions, layers·directions×N×hidden)."""

    def __init__(
        self,
        input_size: Any,
        hidden_size: Any,
        num_layers: Any = 1,
        nonlinearity: Any = "tanh",
        bias: Any = True,
        batch_first: Any = False,
        dropout: Any = 0.0,
        bidirectional: Any = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        self.nonlinearity = nonlinearity
        if nonlinearity not in ("tanh", "relu"):
            raise invalid(f"{{subject}} takes nonlinearity 'tanh' or 'relu', not {nonlinearity!r}")
        mode = "RNN_TANH" if nonlinearity == "tanh" else "RNN_RELU"
        sizes = input_size, hidden_size, num_layers
        RNNBase.__init__(self, mode, *sizes, bias, batch_first, dropout, bidirectional)


@nn_layer("rnn", (*SIZES, "proj_size"))
class LSTM(RNNBase):
    """L×N×input → (L×N×output·directions, (hidden state, cell state)); output is proj_size if given."""

    def __init__(
        self,
        input_size: Any,
        hidden_size: Any,
        num_layers: Any = 1,
        bias: Any = True,
        batch_first: Any = False,
        dropout: Any = 0.0,
        bidirectional: Any = False,
        proj_size: Any = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        sizes = input_size, hidden_size, num_layers
        RNNBase.__init__(self, "LSTM", *sizes, bias, batch_first, dropout, bidirectional, proj_size)


@nn_layer("rnn", SIZES)
class GRU(RNNBase):
    """L×N×input → (L×N×hidden·directions, layers·directions×N×hidden)."""

    def __init__(
        self,
        input_size: Any,
        hidden_size: Any,
        num_layers: Any = 1,
        bias: Any = True,
        batch_first: Any = False,
        dropout: Any = 0.0,
        bidirectional: Any = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        sizes = input_size, hidden_size, num_layers
        RNNBase.__init__(self, "GRU", *sizes, bias, batch_first, dropout, bidirectional)


@nn_layer("rnn", SIZES)
class RNNCellBase(Module):
    """The weights of one recurrent step: ``weight_ih`` chunks·hidden × input, ``weight_hh`` … × hidden."""

    def __init__(
        self,
        input_size: Any,
        hidden_size: Any,
        bias: Any,
        num_chunks: int,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        check_size(hidden_size)
        gates = num_chunks * hidden_size
        self.weight_ih = weight(gates, input_size)
        self.weight_hh = weight(gates, hidden_size)
        register_optional(self, "bias_ih", bias, gates)
        register_optional(self, "bias_hh", bias, gates)

    def input_layouts(self, place: int) -> Layouts:
        return (Layout.of("N E", E=self.hidden_size if place else self.input_size),)

    def reset_parameters(self) -> None:
        """Draws new values; shapes stay."""


def step(self: RNNCellBase, input: Tensor, states: tuple[Any, ...]) -> Tensor:
    """One recurrent step: N×input → N×hidden (or without N). ValueError for other ranks."""
    given = [state for state in states if isinstance(state, Tensor)]
    for state in given:
        check_rank(state, 1, 2)
    gates = exact_quotient(self.weight_ih.shape[0], self.hidden_size)
    sizes = {"input_size": self.input_size, "hidden_size": self.hidden_size}
    result = cell(input, gates=gates if isinstance(gates, int) else 1, **sizes)
    for state in given:
        require_state(state, result.shape, "hx", result)
    mixed = [state.with_(field=state.field.mix((state.rank - 1,))) for state in given]
    return result.with_(field=merged_field([result, *mixed], result.rank), cost=result.cost)


@nn_layer("rnn", SIZES)
class RNNCell(RNNCellBase):
    """N×input and N×hidden → N×hidden."""

    def __init__(
        self,
        input_size: Any,
        hidden_size: Any,
        bias: Any = True,
        nonlinearity: Any = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        RNNCellBase.__init__(self, input_size, hidden_size, bias, 1)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Any = None) -> Tensor:
        if isinstance(self.nonlinearity, str) and self.nonlinearity not in ("tanh", "relu"):
            raise OperationError("invalid-argument", f"{{subject}} has no nonlinearity {self.nonlinearity!r}")
        return step(self, input, (hx,))


@nn_layer("rnn", SIZES)
class LSTMCell(RNNCellBase):
    """N×input and (N×hidden, N×hidden) → (hidden state, cell state), both N×hidden."""

    def __init__(
        self, input_size: Any, hidden_size: Any, bias: Any = True, device: Any = None, dtype: Any = None
    ) -> None:
        RNNCellBase.__init__(self, input_size, hidden_size, bias, 4)

    def forward(self, input: Tensor, hx: Any = None) -> tuple[Tensor, Tensor]:
        try:
            hidden = step(self, input, () if hx is None else tuple(hx))
        except OperationError as error:
            error.result = (error.result, error.result)
            raise
        return hidden, hidden.with_()


@nn_layer("rnn", SIZES)
class GRUCell(RNNCellBase):
    """N×input and N×hidden → N×hidden."""

    def __init__(
        self, input_size: Any, hidden_size: Any, bias: Any = True, device: Any = None, dtype: Any = None
    ) -> None:
        RNNCellBase.__init__(self, input_size, hidden_size, bias, 3)

    def forward(self, input: Tensor, hx: Any = None) -> Tensor:
        return step(self, input, (hx,))
