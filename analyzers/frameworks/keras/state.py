"""What is kept of a Keras layer beside its attributes: weights, steps, graphs, what it was built for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.state import State, names_of
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.graph import Graph, Step
    from analyzers.interpreter.values import Instance
    from analyzers.tensors.dims import Dim
    from analyzers.tensors.tensor import Tensor


@dataclass(slots=True)
class KerasState(State):
    """Of a layer or model; see :func:`state_of` and :func:`changed`."""

    is_initialised: bool = False
    """Whether the constructor of ``Layer`` has run."""
    is_named: bool = False
    """Whether the program gives it its name."""
    trainable: bool = True
    weights: dict[str, Any] = field(default_factory=dict)
    """Name → weight; unknown where only some branches make it."""
    fixed: set[str] = field(default_factory=set)
    """Names of weights that never train (the statistics of a batch normalisation)."""
    nodes: list[Step] = field(default_factory=list)
    """The steps of graphs that calls of the layer on symbolic tensors are. Never taken back: a step that belongs to a
    branch is in no graph but the branch's."""
    is_symbolic: bool = True
    """Whether the last call was on symbolic tensors."""

    features: Dim | None = None
    """Channels or features of the input that it was built for."""
    sizes: tuple[Dim, ...] = ()
    """Of a normalisation: the sizes along its axes. Of an einsum: the shape of its kernel."""
    rank: int | None = None
    """Dims of the input that it was built for, where they must stay as many."""
    first_shape: Any = None
    """The batch shape that ``input_shape=`` and its relatives said."""
    wrapped: tuple[Instance, ...] = ()
    """Layers whose weights a wrapper shows as its own; they are no layers of the model."""

    input_tensor: Tensor | None = None
    """Of an input layer: what it gives."""
    graph: Graph | None = None
    input_nest: Any = None
    """The inputs of the graph in the lists and dictionaries they were given in."""
    may_be_called: bool = False
    """Whether it was called on what is not known, which may have been a symbolic tensor."""
    may_be_built: bool = False
    """Whether it was trained or tried on something, which builds it."""
    begins: list[Tensor] | None = None
    """The symbolic tensors that were given as inputs, whether a graph came of it or not."""
    declared_shape: Any = None
    """What ``model.build`` was told."""
    loss: str | None = None
    """What ``compile`` was told, by its name."""
    stack: list[Any] | None = None
    """The layers of a Sequential, its input layer among them."""


def state_of(layer: Instance) -> KerasState:
    """To be read; of a layer that was never prepared, nothing is set."""
    return layer.state if isinstance(layer.state, KerasState) else KerasState()


def prepare(layer: Instance) -> None:
    if not isinstance(layer.state, KerasState):
        state = KerasState()
        object.__setattr__(layer, "state", state)
        journal = layer.machine.journal
        journal.made(state)
        for name in names_of(KerasState):
            part = getattr(state, name)
            if isinstance(part, (list, dict, set)):
                journal.made(part)


def changed(layer: Instance) -> KerasState:
    """To be changed: the journal remembers how it was."""
    prepare(layer)
    state = state_of(layer)
    layer.machine.journal.touch(state)
    return state


def changed_weights(layer: Instance) -> dict[str, Any]:
    weights = changed(layer).weights
    layer.machine.journal.touch(weights)
    return weights


def changed_stack(layer: Instance) -> list[Any]:
    """The layers of a Sequential, to be changed."""
    stack = state_of(layer).stack
    if stack is None:
        stack = changed(layer).stack = []
    layer.machine.journal.touch(stack)
    return stack


def is_input_layer(layer: Any) -> bool:
    return isinstance(layer.state, KerasState) and layer.state.input_tensor is not None


def input_features(layer: Instance) -> Dim:
    """The channels or features that it was built for."""
    features = state_of(layer).features
    if features is None:
        raise UnknownUsed(Unknown("what the layer was built for is not known"))
    return features
