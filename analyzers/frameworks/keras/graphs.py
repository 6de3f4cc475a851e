"""Functional graphs: their ends, their layers, running them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.arguments_of_calls import leaves
from analyzers.frameworks.keras.installed import is_keras_3
from analyzers.frameworks.keras.layer import (
    is_layer,
    sublayers,
)
from analyzers.frameworks.keras.state import changed, is_input_layer, state_of
from analyzers.interpreter.certain import told
from analyzers.interpreter.graph import Graph, tensors_below
from analyzers.interpreter.values import Function, Instance
from analyzers.tensors.dim_text import counted, shape_text
from analyzers.tensors.dims import require, symbol
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.operations import reshape
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def graph_ends(args: list[Any], kwargs: dict[str, Any]) -> tuple[Any, Any, dict[str, Any]]:
    """``Model(inputs, outputs, name)`` or its keywords (Keras 1's ``input``, ``output`` too)."""
    kwargs = dict(kwargs)
    inputs = kwargs.pop("inputs", kwargs.pop("input", None))
    outputs = kwargs.pop("outputs", kwargs.pop("output", None))
    if (args and any(True for _ in tensors_below(args[0]))) or len(args) > 1 or (args and isinstance(args[0], Unknown)):
        inputs, outputs = args[0], args[1] if len(args) > 1 else outputs
        if len(args) > 2:
            kwargs["name"] = args[2]
    elif args and isinstance(args[0], str):
        kwargs["name"] = args[0]
    return inputs, outputs, kwargs


def set_graph(self: Instance, inputs: Any, outputs: Any) -> None:
    """Make the instance the graph between these symbolic tensors."""
    changed(self).begins = [t for t in tensors_below(inputs) if t.history is not None]
    for value in (inputs, outputs):
        for part in (
            value if isinstance(value, (list, tuple)) else value.values() if isinstance(value, dict) else [value]
        ):
            if isinstance(part, Unknown):
                raise UnknownUsed(part)
    for name, value in (("inputs", inputs), ("outputs", outputs)):
        wrong = next((v for v in leaves(value) if not isinstance(v, (Tensor, Unknown))), None)
        if wrong is not None:
            raise OperationError(
                "invalid-argument",
                f"{{subject}} expects symbolic tensors as {name}, gets {type(wrong).__name__} {wrong!r}",
                exception="ValueError",
                argument=name,
            )
    flat = list(tensors_below(inputs))
    for tensor in [*flat, *tensors_below(outputs)]:
        if tensor.history is None:
            raise OperationError(
                "invalid-argument",
                "{subject} expects symbolic tensors that come from keras.Input as inputs and outputs",
                exception="ValueError",
                argument="inputs",
            )
    graph = Graph(flat, outputs)
    if graph.missing() is not None:
        raise OperationError(
            "invalid-argument",
            "{subject} has outputs that cannot be reached from its inputs",
            exception="ValueError",
            argument="inputs",
        )
    if state_of(self).stack is None:
        _refuse_equal_names(self, graph)
    state = changed(self)
    state.graph, state.input_nest = graph, inputs
    self.attributes["built"] = True


def refuse(self: Instance, message: str) -> None:
    """Report what Keras does not let a model be made of; the analysis goes on as if it did."""
    error = OperationError("invalid-argument", message, exception="ValueError", of_building=True)
    self.machine.problem(error, self.class_.name)


def _refuse_equal_names(self: Instance, graph: Graph) -> None:
    """Two layers of a model that the program gives the same name."""
    every: list[Any] = [
        step.kwargs.get("layer") if step.operation is None else step.operation for step in graph.by_depth()
    ]
    named = [str(layer.attributes["name"]) for layer in every if is_layer(layer) and state_of(layer).is_named]
    twice = next((name for i, name in enumerate(named) if name in named[:i]), None)
    if twice is not None:
        message = f"{{subject}} has {named.count(twice)} layers of the name {twice!r}: every name must be its own"
        refuse(self, message)


def graph_of(self: Instance) -> Graph:
    graph = state_of(self).graph
    if graph is None and _is_certainly_unbuilt(self):
        message = (
            f"{self.attributes.get('name')} has no inputs and outputs yet: it begins with no Input and is never called"
        )
        raise told(self.machine, self.machine.exception("AttributeError", message), message)
    doubt = self.unknown_because or state_of(self).unknown_because
    if graph is None and doubt is not None:
        raise UnknownUsed(doubt)
    if graph is None:
        raise PythonError("AttributeError", f"The model {self.attributes.get('name')} has no defined inputs yet")
    return graph


def _is_certainly_unbuilt(self: Instance) -> bool:
    """A Sequential of known layers that neither a call nor training on what is not known may have built."""
    state = state_of(self)
    is_known = bool(state.stack) and all(is_layer(p) and p.unknown_because is None for p in state.stack or ())
    touched = state.may_be_built or self.attributes.get("built") or self.machine.possible_change(self) is not None
    return is_known and not touched and self.unknown_because is None and state.unknown_because is None


def is_called(self: Instance, end: str) -> bool:
    """Whether ``input`` and ``output`` of a Sequential are those of its first call on symbolic tensors, as Keras 3 has it;
    Keras 2 has those of its own graph. Raises what Keras 3 raises where there certainly was no call, and UnknownUsed
    where there was one and it is not known which Keras it is."""
    state, machine = state_of(self), self.machine
    if state.graph is None:
        return False
    if not is_keras_3(machine):
        if state.nodes:
            raise UnknownUsed(
                machine.unknown(f"the {end} of a Sequential that is called depends on the version of Keras")
            )
        return False
    doubts = machine.possible_change(self), self.unknown_because, state.unknown_because
    if not state.nodes and not state.may_be_called and all(doubt is None for doubt in doubts):
        name = self.attributes.get("name")
        message = f"{name} has no {end} in Keras 3, as it was never called on a symbolic tensor: take {end}s"
        raise told(machine, machine.exception("AttributeError", message), message)
    return bool(state.nodes)


def run_graph(self: Instance, graph: Graph, inputs: Any, machine: Machine) -> Any:
    """The outputs for these inputs: one tensor, or a list or dict as the model was made with."""
    if isinstance(inputs, Unknown):
        raise UnknownUsed(inputs)
    given = _in_order(self, graph, inputs)
    with machine.at(None if machine.frames else graph.inputs[0].history.site):
        tensors = _all_fitting(self, given, graph, machine)
    result = graph.run(machine, tensors)
    return result[0] if isinstance(result, (list, tuple)) and len(result) == 1 else result


def _all_fitting(self: Instance, given: list[Any], graph: Graph, machine: Machine) -> list[Any]:
    """The inputs as the model takes them; one that does not fit is a problem where the model is called."""
    tensors = []
    for tensor, reference in zip(given, graph.inputs):
        try:
            tensors.append(fitting(tensor, reference))
        except OperationError as error:
            error.result = _as_declared(tensor, reference)
            tensors.append(machine.problem(error, self.attributes.get("name")))
    return tensors


def _as_declared(tensor: Tensor, reference: Tensor) -> Tensor:
    """What to go on with after a wrong input: the declared shape, with the batch that was given."""
    if tensor.rank != reference.rank:
        return Tensor((*tensor.shape[:1], *reference.shape[1:]), dtype=reference.dtype)
    dims = [w if isinstance(w, int) and i else h for i, (h, w) in enumerate(zip(tensor.shape, reference.shape))]
    return tensor.with_(shape=dims)


def _in_order(self: Instance, graph: Graph, inputs: Any) -> list[Any]:
    """The tensors of a call, in the order of the model's inputs."""
    if isinstance(inputs, dict):
        nest = state_of(self).input_nest
        names = list(nest) if isinstance(nest, dict) else None
        names = names or [t.history.kwargs.get("name") for t in graph.inputs]
        inputs = [inputs[n] for n in names if n in inputs]
    given = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    if len(given) != len(graph.inputs):
        raise OperationError(
            "invalid-argument",
            f"{{subject}} takes {counted(len(graph.inputs), 'input')}, gets {len(given)}",
            exception="ValueError",
            as_tensor=isinstance(inputs, Tensor),
        )
    return given


def fitting(tensor: Any, reference: Tensor, exact: bool = True) -> Any:
    """The input as the model takes it: a missing or surplus last dim of 1 is mended, the rest must agree; of a
    Sequential on values (not ``exact``) only the rank, its layers look at the rest."""
    if not isinstance(tensor, Tensor):
        return tensor
    shape = reference.shape
    if tensor.rank == len(shape) + 1 and require(tensor.shape[-1], 1) is True:
        tensor = reshape.squeeze(tensor, -1)
    elif tensor.rank == len(shape) - 1 and shape[-1] == 1:
        tensor = reshape.unsqueeze(tensor, -1)
    loose = shape[-1:] == (1,) or tensor.shape[-1:] == (1,)
    checked = list(zip(tensor.shape, shape))[: -1 if loose else None] if exact else []
    if tensor.rank != len(shape) or any(isinstance(w, int) and require(h, w) is False for h, w in checked):
        rank = tensor.rank != len(shape)
        raise OperationError(
            "rank-mismatch" if rank else "feature-size-mismatch",
            f"{{subject}} expects an input of {shape_text(shape)}, gets {shape_text(tensor.shape)}",
            exception="ValueError",
            expected=shape,
            actual=tensor.shape,
        )
    return tensor


def direct_layers(self: Instance) -> list[Instance]:
    """``model.layers``: those of the graph, its input layers among them, or those in the attributes."""
    stack, graph = state_of(self).stack, state_of(self).graph
    if stack is not None:
        return [part for part in stack if not is_input_layer(part)]
    if graph is None:
        return sublayers(self)
    every: list[Any] = [
        step.kwargs.get("layer") if step.operation is None else step.operation for step in graph.by_depth()
    ]
    return [layer for layer in every if is_layer(layer)]


def note_use(self: Instance, x: Any, machine: Machine) -> None:
    """Training tells what the input looks like: an array whose first dim is the number of examples."""
    changed(self).may_be_built = True
    tensors = list(tensors_below(x))
    is_called = not isinstance(self.class_.find("train_step"), Function) or isinstance(
        self.class_.find("call"), Function
    )
    if tensors and state_of(self).graph is None and is_called:
        shaped = [t.with_(shape=(symbol("N"), *t.shape[1:])) if t.rank else t for t in tensors]
        machine.call(self, (shaped[0] if len(shaped) == 1 else shaped,))
