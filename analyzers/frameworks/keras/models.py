"""``Input``, ``Model`` (functional and subclassed) and ``Sequential``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras import training
from analyzers.frameworks.keras.framework import KERAS, note_made
from analyzers.frameworks.keras.graphs import (
    direct_layers,
    fitting,
    graph_ends,
    graph_of,
    is_called,
    note_use,
    refuse,
    run_graph,
    set_graph,
)
from analyzers.frameworks.keras.installed import is_keras_3
from analyzers.frameworks.keras.layer import BASE_ARGUMENTS, Layer, is_layer
from analyzers.frameworks.keras.older import METHODS_OF_KERAS_2, OLDER_ARGUMENTS
from analyzers.frameworks.keras.opaque_objects import CrossEntropy
from analyzers.frameworks.keras.shapes import AXIS_LETTERS, note_open, open_shape, static_nest, static_shape
from analyzers.frameworks.keras.state import changed, changed_stack, is_input_layer, state_of
from analyzers.frameworks.logits import applied_to_model
from analyzers.frameworks.numpy.arguments import foreign
from analyzers.interpreter.classes import bare_instance
from analyzers.interpreter.graph import Graph, Step, replaced, tensors_below
from analyzers.interpreter.missing_entry import missing_entry
from analyzers.interpreter.overlays import function, layer
from analyzers.interpreter.parameters import unknown_argument
from analyzers.interpreter.values import Instance
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

# -- inputs ------------------------------------------------------------------------------------


@layer("keras.layers.InputLayer")
class InputLayer(Layer):
    """Where a graph begins."""

    def __init__(
        self,
        shape: Any = None,
        batch_size: Any = None,
        dtype: Any = None,
        sparse: Any = None,
        ragged: Any = None,
        batch_shape: Any = None,
        input_tensor: Any = None,
        optional: Any = False,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        kwargs = {"input_shape" if k == "shape" else k: v for k, v in kwargs.items()}
        batch_shape = kwargs.pop("batch_input_shape", batch_shape)
        shape = kwargs.pop("input_shape", shape)
        Layer.__init__(self, name=name, dtype=dtype, **kwargs)
        tensor = input_tensor
        if not isinstance(tensor, Tensor):
            full = tuple(batch_shape) if batch_shape is not None else (batch_size, *_dims_of(shape, self.class_.name))
            tensor = symbolic_input(self, full, dtype)
        changed(self).input_tensor = tensor
        self.attributes.update(built=True, batch_shape=static_shape(tensor.shape))

    def call(self) -> Any:
        return state_of(self).input_tensor


def _dims_of(shape: Any, subject: str) -> tuple:
    """The dims of ``shape=``: a tuple or list; Keras refuses a bare number."""
    if shape is None:
        raise OperationError("missing-argument", f"{subject} needs a shape", exception="ValueError", missing=["shape"])
    if isinstance(shape, Unknown):
        raise UnknownUsed(shape)
    if isinstance(shape, (int, float)):
        raise OperationError(
            "invalid-argument",
            f"{{subject}} expects a tuple as shape, gets the number {shape}: write ({shape},)",
            exception="ValueError",
            argument="shape",
        )
    return tuple(shape)


def symbolic_input(owner: Instance, shape: tuple, dtype: Any) -> Tensor:
    """A symbolic tensor of this batch shape, made by ``owner``."""
    tokens = isinstance(dtype, str) and dtype.startswith("int") and len(shape) == 2
    letters = ("N", "T") if tokens else AXIS_LETTERS.get(len(shape), ())
    made = Tensor(open_shape(shape, letters), dtype=dtype if isinstance(dtype, str) else "float32")
    note_open(owner.machine, (size for size, given in zip(made.shape, shape, strict=True) if given is None))
    step = Step(None, [], {"name": owner.attributes["name"]}, [made], owner.machine.site())
    made.history = step
    changed(owner).nodes.append(step)
    owner.machine.recorder.symbolic = True
    return made


@function("keras.Input", "keras.layers.Input", "keras.models.Input")
def Input(
    shape: Any = None,
    batch_size: Any = None,
    dtype: Any = None,
    sparse: Any = None,
    ragged: Any = None,
    batch_shape: Any = None,
    name: Any = None,
    tensor: Any = None,
    optional: Any = False,
    *,
    machine: Machine,
    batch_input_shape: Any = None,
    type_spec: Any = None,
) -> Any:
    """A symbolic tensor with the batch in front of ``shape``; ``type_spec`` is Keras 2's."""
    if type_spec is not None:
        return Unknown("an input described by a type_spec")
    if isinstance(shape, Unknown) or isinstance(batch_shape, Unknown):
        raise UnknownUsed(shape if isinstance(shape, Unknown) else batch_shape)
    if shape is None and batch_shape is None and batch_input_shape is None and tensor is None:
        raise OperationError("missing-argument", "Input needs a shape", exception="ValueError", missing=["shape"])
    if batch_shape is None and batch_input_shape is None and tensor is None:
        _dims_of(shape, "Input")
    kwargs = {"shape": shape, "batch_size": batch_size, "dtype": dtype, "name": name, "input_tensor": tensor}
    if batch_shape is not None or batch_input_shape is not None:
        kwargs["batch_shape"] = batch_shape if batch_shape is not None else batch_input_shape
    made = machine.call(machine.class_of_host(InputLayer), (), kwargs)
    if made.unknown_because is not None:
        return made.unknown_because
    tensor = state_of(made).input_tensor
    tensor.history.kwargs["layer"] = made
    return tensor


# -- models ------------------------------------------------------------------------------------


@layer(
    "keras.Model",
    "keras.models.Model",
    "keras.models.Functional",
    "keras.Functional",
    "keras.models.functional.Functional",
)
class Model(Layer):
    """A model: a graph from ``inputs`` to ``outputs``, or a subclass with its own ``call``."""

    other_keywords = frozenset(["inputs", "outputs", "input", "output", *BASE_ARGUMENTS])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        inputs, outputs, kwargs = graph_ends(list(args), kwargs)
        kwargs.pop("trainable" if kwargs.get("trainable") is None else "", None)
        Layer.__init__(self, **{**kwargs, "name": kwargs.get("name")})
        note_made(self)
        if not isinstance(kwargs.get("name"), str) and outputs is not None and self.class_.host is Model:
            _rename(self, "functional")
        if outputs is not None:
            set_graph(self, inputs, outputs)

    def call(self, inputs: Any, *, machine: Machine, training: Any = None, mask: Any = None) -> Any:
        graph = state_of(self).graph
        if graph is None:
            raise missing_entry(machine, self, "call")
        return run_graph(self, graph, inputs, machine)

    # -- what is asked of a finished model ---------------------------------------------------------

    @property
    def layers(self) -> list:
        return direct_layers(self)

    @property
    def inputs(self) -> Any:
        return list(graph_of(self).inputs)

    @property
    def outputs(self) -> Any:
        return list(tensors_below(graph_of(self).outputs))

    @property
    def input(self) -> Any:
        inputs = graph_of(self).inputs
        return inputs[0] if len(inputs) == 1 else list(inputs)

    @property
    def output(self) -> Any:
        outputs = graph_of(self).outputs
        return outputs[0] if isinstance(outputs, (list, tuple)) and len(outputs) == 1 else outputs

    @property
    def input_shape(self) -> Any:
        shapes = [static_shape(t.shape) for t in graph_of(self).inputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_shape(self) -> Any:
        return static_nest(graph_of(self).outputs)

    @property
    def input_names(self) -> list:
        return [t.history.kwargs.get("name") for t in graph_of(self).inputs]

    def get_layer(self, name: Any = None, index: Any = None) -> Any:
        layers = direct_layers(self)
        if isinstance(name, Unknown) or isinstance(index, Unknown):
            raise UnknownUsed(name if isinstance(name, Unknown) else index)
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise PythonError("ValueError", f"There is no layer {index}, the model has {len(layers)}")
            return layers[index]
        found = next((part for part in layers if part.attributes.get("name") == name), None)
        if found is None:
            raise PythonError("ValueError", f"No such layer: {name}")
        return found

    # -- training ------------------------------------------------------------------------------------

    def compile(self, optimizer: Any = None, loss: Any = None, *args: Any, machine: Machine, **kwargs: Any) -> None:
        given = loss[0] if isinstance(loss, (list, tuple)) and len(loss) == 1 else loss
        changed(self).loss = training.loss_name(given)
        if isinstance(given, CrossEntropy) and given.from_logits:
            applied_to_model(machine, self, given.title)

    def summary(self, *args: Any, **kwargs: Any) -> None:
        return None

    def fit(
        self, x: Any = None, y: Any = None, batch_size: Any = None, epochs: Any = 1, verbose: Any = "auto",
        callbacks: Any = None, validation_split: Any = 0.0, validation_data: Any = None, *args: Any, machine: Machine,
        **kwargs: Any,
    ) -> Any:  # fmt: skip
        refuse_keywords("fit", kwargs)
        note_use(self, x, machine)
        training.check(self, training.Data("fit", x, y), machine)
        pair = validation_data if isinstance(validation_data, (list, tuple)) else (validation_data, None)
        if len(pair) > 1:
            training.check(self, training.Data("fit", *pair[:2]), machine)
        return Unknown("the history of training")

    def predict(self, x: Any = None, *args: Any, machine: Machine, **kwargs: Any) -> Any:
        """Arrays, whatever went in."""
        changed(self).may_be_built = True
        if training.check(self, training.Data("predict", x), machine):
            return Unknown("a prediction")
        return replaced(machine.call(self, (x,)), foreign) if isinstance(x, Tensor) else Unknown("a prediction")

    def evaluate(self, x: Any = None, y: Any = None, *args: Any, machine: Machine, **kwargs: Any) -> Any:
        note_use(self, x, machine)
        training.check(self, training.Data("evaluate", x, y), machine)
        return Unknown("the result of an evaluation")

    train_on_batch = test_on_batch = evaluate

    def predict_on_batch(self, x: Any = None, *args: Any, machine: Machine, **kwargs: Any) -> Any:
        note_use(self, x, machine)
        return Unknown("a prediction")

    def save(self, *args: Any, **kwargs: Any) -> None:
        return None

    export = save

    def to_json(self, **kwargs: Any) -> Any:
        return Unknown("a description of the model")

    def build(self, input_shape: Any = None) -> None:
        """``model.build(shape)`` of a subclass calls it once on symbolic tensors of that shape."""
        if state_of(self).graph is not None or input_shape is None or isinstance(input_shape, Unknown):
            return
        changed(self).declared_shape = input_shape


def _method_of_keras_2(name: str, successor: str) -> None:
    """A method that models have no more; what it was given is what its successor takes."""

    def former(self: Model, x: Any = None, *args: Any, machine: Machine, **kwargs: Any) -> Any:
        if is_keras_3(machine):
            message = f"{self.class_.name} has no {name} in Keras 3; {successor} does it"
            raise OperationError("certain-exception", message, exception="AttributeError")
        training.check(self, training.Data(name, x), machine)
        return Unknown(f"what {name} gives")

    former.__name__, former.__qualname__ = name, f"Model.{name}"
    setattr(Model, name, former)


for _name, _successor in METHODS_OF_KERAS_2.items():
    _method_of_keras_2(_name, _successor)
KERAS.model = Model
ARGUMENTS_OF_FIT: Sequence[str] = (
    "x y batch_size epochs verbose callbacks validation_split validation_data shuffle class_weight sample_weight "
    "initial_epoch steps_per_epoch validation_steps validation_batch_size validation_freq max_queue_size workers "
    "use_multiprocessing"
).split()
"""Of Keras 2, too."""


def refuse_keywords(method: str, given: dict[str, Any]) -> None:
    """Raises unknown-argument for what no ``fit`` takes."""
    wrong = next((key for key in given if key not in ARGUMENTS_OF_FIT and key != "**"), None)
    if wrong is not None:
        raise unknown_argument(method, wrong, ARGUMENTS_OF_FIT, older=OLDER_ARGUMENTS)


def _rename(self: Instance, kind: str) -> None:
    from analyzers.frameworks.keras.naming import automatic_name, names_of

    names = names_of(self.machine)
    if names.made and names.made[-1][2] is self:
        names.counters[names.made.pop()[3]] -= 1
    self.attributes["name"] = automatic_name(self.machine, kind, self)


# -- Sequential ----------------------------------------------------------------------------------


@layer("keras.Sequential", "keras.models.Sequential")
class Sequential(Model):
    """Layers called one after the other; built as soon as the first one's input shape is known."""

    def __init__(self, layers: Any = None, trainable: Any = True, name: Any = None, *, machine: Machine) -> None:
        Layer.__init__(self, trainable=trainable, name=name)
        note_made(self)
        stack = changed(self).stack = []
        machine.journal.made(stack)
        if layers is not None:
            for part in machine.iterate(layers):
                _push(self, part, machine)

    def add(self, layer: Any, rebuild: Any = True, *, machine: Machine) -> None:
        _push(self, layer, machine)

    def pop(self, rebuild: Any = True, *, machine: Machine) -> Any:
        stack = changed_stack(self)
        if not stack:
            raise PythonError("IndexError", "pop from an empty Sequential")
        last = stack.pop()
        _chain(self, machine)
        return last

    def call(self, inputs: Any, *, machine: Machine, training: Any = None, mask: Any = None) -> Any:
        state = state_of(self)
        if isinstance(inputs, (list, tuple)) and len(inputs) == 1:
            inputs = inputs[0]
        if state.graph is not None and isinstance(inputs, Tensor):
            inputs = fitting(inputs, state.graph.inputs[0], state.is_symbolic)
        for part in state.stack or ():
            if isinstance(part, Unknown):
                return part
            if not is_input_layer(part):
                with machine.at(part.site):
                    inputs = machine.call(part, (inputs,))
        return inputs

    @property
    def input(self) -> Any:
        return (Layer if is_called(self, "input") else Model).input.__get__(self)

    @property
    def output(self) -> Any:
        return (Layer if is_called(self, "output") else Model).output.__get__(self)

    def build(self, input_shape: Any = None) -> None:
        """Put an input layer of this batch shape in front."""
        changed(self).may_be_built = True
        if input_shape is None or not state_of(self).stack or state_of(self).graph is not None:
            return
        _begin(self, open_shape(input_shape), self.machine)
        _chain(self, self.machine)


def _push(self: Instance, part: Any, machine: Machine) -> None:
    stack = changed_stack(self)
    if isinstance(part, Unknown):
        part = _unknown_layer(part, machine)
    if isinstance(part, Tensor) and part.history is not None:
        part = part.history.kwargs.get("layer", part)
    if not isinstance(part, Instance) or not is_layer(part):
        raise OperationError(
            "invalid-argument",
            f"{{subject}} takes layers, not {_described(part)}",
            exception="ValueError",
            argument="layers",
        )
    _refuse_known_name(self, part)
    first = state_of(part)
    if not stack and first.first_shape is not None:
        _begin(self, first.first_shape, machine)
    elif not stack and first.graph is not None and not is_input_layer(part):
        _begin(self, first.graph.inputs[0].shape, machine)
    stack.append(part)
    if len(stack) == 1 or part.unknown_because is not None:
        _start(self, part)
    if state_of(self).graph is not None or is_input_layer(part):
        _extend_chain(self, part, machine)


def _unknown_layer(because: Unknown, machine: Machine) -> Instance:
    """A layer of which nothing is known, as one of the stack."""
    made = bare_instance(machine, machine.class_of_host(Layer))
    object.__setattr__(made, "unknown_because", because)
    return made


def _refuse_known_name(self: Instance, part: Instance) -> None:
    """A layer that the program gives the name of another one in the stack."""
    name = part.attributes.get("name")
    named = [other for other in state_of(self).stack or () if is_layer(other) and state_of(other).is_named]
    if state_of(part).is_named and any(o is not part and o.attributes.get("name") == name for o in named):
        message = f"{{subject}} has a layer of the name {name!r} already: every name must be its own"
        refuse(self, message)


def _described(value: Any) -> str:
    name = getattr(value, "name", None) or type(value).__name__
    return f"the class {name} (call it)" if type(value).__name__ == "Class" else f"a {name}"


def _begin(self: Instance, shape: Any, machine: Machine) -> None:
    """An input layer of this batch shape as the first of the stack."""
    if isinstance(shape, Unknown):
        return
    first = machine.call(machine.class_of_host(InputLayer), (), {"batch_shape": tuple(shape)})
    tensor = state_of(first).input_tensor
    if tensor is not None:
        tensor.history.kwargs["layer"] = first
        changed_stack(self).insert(0, first)
        _start(self, first)


def _start(self: Instance, part: Instance) -> None:
    """A first layer that knows its input (an input layer, a built model) starts the graph."""
    tensor = state_of(part).input_tensor
    if tensor is not None:
        tensor.history.kwargs.setdefault("layer", part)
        set_graph(self, [tensor], tensor)


def _extend_chain(self: Instance, part: Instance, machine: Machine) -> None:
    """Call the new layer on what the last one gave."""
    graph = state_of(self).graph
    if graph is None or is_input_layer(part):
        return
    with machine.at(part.site), machine.recorder.unrecorded():
        output = machine.call(part, (graph.outputs,))
    if isinstance(output, Unknown) or not all(t.history is not None for t in tensors_below(output)):
        changed(self).graph = None
        return
    set_graph(self, graph.inputs, output)


def _chain(self: Instance, machine: Machine) -> None:
    """Build the whole chain anew."""
    stack = state_of(self).stack
    changed(self).graph = None
    if stack and is_input_layer(stack[0]):
        _start(self, stack[0])
        for part in stack[1:]:
            _extend_chain(self, part, machine)


@function("keras.models.clone_model")
def clone_model(model: Any, *_: Any, machine: Machine, **__: Any) -> Any:
    return model


@function("keras.models.load_model", "keras.saving.load_model", "keras.models.model_from_json")
def load_model(*_: Any, machine: Machine, **__: Any) -> Any:
    """What is in a file is not known, nor whether there is one: a program that asks may have to do without."""
    if machine.handlers:
        machine.possible += [
            machine.exception("OSError", "no such file"),
            machine.exception("ValueError", "no such file"),
        ]
    return Unknown("what a file holds")


@function("keras.ops.operation_utils.get_source_inputs", "keras.utils.get_source_inputs")
def get_source_inputs(tensor: Any) -> Any:
    """The inputs a symbolic tensor was computed from."""
    graph = Graph([], tensor)
    begin = [t for s in graph.steps for t in s.inputs if t.history.operation is None]
    return list({id(t): t for t in begin or [tensor]}.values())


__all__ = ["Input", "InputLayer", "Model", "Sequential"]
