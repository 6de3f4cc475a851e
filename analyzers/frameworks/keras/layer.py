"""``keras.layers.Layer``: names, weights, building on first call, and steps of the functional API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.arguments_of_calls import (
    cannot_be_a_tensor,
    data_tensor,
    filled_in,
    is_data,
    leaves,
    linked,
    not_a_tensor,
    plain,
)
from analyzers.frameworks.keras.building import build_and_call
from analyzers.frameworks.keras.installed import is_keras_3
from analyzers.frameworks.keras.names import NAMES_OF_LAYERS
from analyzers.frameworks.keras.naming import automatic_name
from analyzers.frameworks.keras.older import ARGUMENTS_OF_KERAS_2, OLDER_ARGUMENTS
from analyzers.frameworks.keras.shapes import is_open, is_shape, open_shape, static_nest, static_shape
from analyzers.frameworks.keras.state import changed, is_input_layer, prepare, state_of
from analyzers.frameworks.keras.weights import register, register_weight, weight_of
from analyzers.frameworks.numpy.arguments import foreign
from analyzers.interpreter.graph import Step, replaced, tensors_below
from analyzers.interpreter.hosts import ModuleHost, hosts_of
from analyzers.interpreter.missing_entry import missing_entry
from analyzers.interpreter.overlays import layer
from analyzers.interpreter.parameters import nearest, unknown_argument
from analyzers.interpreter.values import MISSING, BoundMethod, Class, Function, Instance, Partial
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

BASE_ARGUMENTS = ("activity_regularizer", "trainable", "dtype", "autocast", "name")
SHAPE_ARGUMENTS = ("input_shape", "batch_input_shape", "input_dim", "input_length", "batch_size", "weights", "dynamic")
"""What older code passes to any layer besides, mostly to the first of a Sequential."""
LEGACY_ARGUMENTS = (
    "alpha", "fused", "implementation", "renorm", "virtual_batch_size", "adjustment", "rms_scaling", "time_major",
    "reset_after", "use_cudnn", "keep_dims", "input_tensor",
)  # fmt: skip
"""What single layers took in Keras 2 and read over in Keras 3."""


# -- what a layer is -----------------------------------------------------------------------------


def is_layer(value: Any) -> bool:
    return isinstance(value, Instance) and Layer in hosts_of(value.class_)


def is_kind(value: Any, host: type) -> bool:
    """Whether an instance's class derives from this host class."""
    return isinstance(value, Instance) and host in hosts_of(value.class_)


PLAIN = frozenset((str, int, float, bool, type(None)))
"""What most attributes are, none of them a layer or a container."""


def layers_below(value: Any, depth: int = 0) -> Iterator[Instance]:
    """The layers in an attribute: itself, or those kept in lists, tuples and dicts."""
    if is_layer(value):
        yield value
    elif isinstance(value, (list, tuple, dict)) and depth < 4:
        for part in list(value.values() if isinstance(value, dict) else value):
            yield from layers_below(part, depth + 1)


def sublayers(module: Instance) -> list[Instance]:
    """The layers a layer keeps in its attributes, in order."""
    found: dict[int, Instance] = {}
    for value in module.attributes.values():
        if type(value) not in PLAIN:
            found.update((id(part), part) for part in layers_below(value))
    for other in (module, *state_of(module).wrapped):
        found.pop(id(other), None)
    return list(found.values())


def graph_layers(module: Instance) -> list[Instance]:
    """The layers that are steps of a functional model's graph."""
    graph = state_of(module).graph
    return [step for step in graph.operations if is_layer(step)] if graph is not None else []


def parts_of(module: Instance) -> list[Instance]:
    """The layers right below one: what a Sequential is made of, the steps of its graph, and what it keeps; each once,
    inputs left out."""
    stack = [part for part in state_of(module).stack or () if is_layer(part)]
    every = {id(part): part for part in (*stack, *graph_layers(module), *sublayers(module))}
    return [part for part in every.values() if not is_input_layer(part)]


# -- the layer ---------------------------------------------------------------------------------


@layer("keras.layers.Layer", "keras.Layer", "tensorflow.Module")
class Layer(ModuleHost):
    """The base of every Keras layer and model."""

    tells_all_names = True
    may_have = NAMES_OF_LAYERS
    takes_data = False
    """Whether it is called on plain numbers and texts too, as preprocessing layers are."""
    other_keywords: frozenset[str] | None = frozenset((*BASE_ARGUMENTS, *SHAPE_ARGUMENTS, *LEGACY_ARGUMENTS))
    """What any layer's ``**kwargs`` may hold."""
    older_arguments = OLDER_ARGUMENTS

    @staticmethod
    def prepare(instance: Instance) -> None:
        """What is kept beside the attributes; framework layers are prepared before their own constructor runs."""
        prepare(instance)

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: Any = True,
        dtype: Any = None,
        autocast: Any = True,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        for key in kwargs:
            if key not in SHAPE_ARGUMENTS:
                raise _unknown_keyword(self, key)
        _refuse_by_version(self, name, kwargs)
        values = self.attributes
        values["name"] = name if isinstance(name, str) else automatic_name(self.machine, self.class_.name, self)
        values["built"] = values.get("built", False)
        values["dtype"] = dtype if isinstance(dtype, str) else "float32"
        state = changed(self)
        state.is_initialised, state.trainable = True, trainable is not False
        state.first_shape = _given_shape(kwargs)
        state.is_named = isinstance(name, str)

    # -- calling ---------------------------------------------------------------------------------

    def __call__(self, *args: Any, machine: Machine, **kwargs: Any) -> Any:
        """Build on the first call, call, and on symbolic tensors become a step of their graph."""
        if state_of(self).unknown_because is not None:
            return state_of(self).unknown_because
        if state_of(self).stack is not None:
            changed(self).may_be_built = True
            changed(self).may_be_called |= any(isinstance(value, Unknown) for value in leaves((args, kwargs)))
        if not state_of(self).is_initialised and self.unknown_because is None:
            if self.class_.opaque is None:
                return machine.problem(_without_super(self))
            Layer.__init__(self)  # What a base that is not known has done.
        entry = machine.get_attribute(self, "call", default=MISSING)
        if entry is MISSING:
            raise missing_entry(machine, self, "call")
        kwargs = filled_in(entry, args, kwargs)
        wrong = next((v for v in leaves(args) if cannot_be_a_tensor(v)), None)
        if isinstance(wrong, (bool, int, float, str)) and args and is_data(self, args[0]):
            args, wrong = (data_tensor(args[0]), *args[1:]), None
        if wrong is not None and state_of(self).graph is None:
            return machine.problem(not_a_tensor(wrong), self.attributes.get("name"))
        changed(self).is_symbolic = any(t.history is not None for t in tensors_below((args, kwargs)))
        plain_args, plain_kwargs = replaced(list(args), plain), replaced(kwargs, plain)
        inputs = list(tensors_below((plain_args, plain_kwargs)))
        work = Partial(build_and_call, (self, entry), {})
        result = machine.recorder.call_module(self, work, plain_args, plain_kwargs, inputs)
        if not any(t.history is not None for t in tensors_below((args, kwargs))):
            return result
        return linked(self, list(args), kwargs, result)

    def call(self, *args: Any, machine: Machine, **kwargs: Any) -> Any:
        raise missing_entry(machine, self, "call")

    def build(self, input_shape: Any = None) -> None:
        self.attributes["built"] = True

    def compute_output_shape(self, input_shape: Any, *, machine: Machine) -> Any:
        return static_nest(_output_for(self, input_shape, machine))

    def compute_output_spec(self, *args: Any, machine: Machine, **kwargs: Any) -> Any:
        return machine.call(self, args, kwargs)

    def compute_mask(self, inputs: Any = None, mask: Any = None, previous_mask: Any = None) -> Any:
        return mask

    # -- weights ---------------------------------------------------------------------------------

    def add_weight(
        self,
        shape: Any = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: Any = True,
        autocast: Any = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: Any = None,
        overwrite_with_gradient: Any = False,
        name: Any = None,
        **kwargs: Any,
    ) -> Any:
        """A new weight; Keras 2's order (name first) is understood."""
        if isinstance(shape, str):
            name, shape, initializer = shape, initializer if name is None else name, None
        made = weight_of(() if shape is None else shape, dtype, trainable is not False)
        return self.machine.call(BoundMethod(self, register_weight), (name, made))

    add_variable = add_weight

    def register_buffer(self, name: Any, tensor: Any, persistent: Any = True) -> None:
        """Where torch is the backend, a layer is a module of torch, too."""
        setattr(self, name, tensor)

    @property
    def trainable(self) -> Any:
        return state_of(self).trainable

    @trainable.setter
    def trainable(self, value: Any) -> None:
        set_trainable(self, value, set())

    @property
    def weights(self) -> list:
        return list(every_weight(self))

    @property
    def variables(self) -> list:
        return list(every_weight(self))

    @property
    def trainable_weights(self) -> list:
        return [t for t in every_weight(self) if t.trainable]

    @property
    def trainable_variables(self) -> list:
        return [t for t in every_weight(self) if t.trainable]

    @property
    def non_trainable_weights(self) -> list:
        return [t for t in every_weight(self) if not t.trainable]

    @property
    def non_trainable_variables(self) -> list:
        return [t for t in every_weight(self) if not t.trainable]

    def get_weights(self) -> list:
        return [foreign(t.with_()) for t in every_weight(self)]

    def set_weights(self, weights: Any) -> None:
        return None

    def load_weights(self, *args: Any, **kwargs: Any) -> None:
        return None

    save_weights = load_weights

    def count_params(self) -> Any:
        total: Any = 0
        for tensor in every_weight(self):
            total = total + tensor.numel()
        return total

    # -- looking around --------------------------------------------------------------------------

    @property
    def input(self) -> Any:
        return _one(_inputs_of(_node(self)))

    @property
    def output(self) -> Any:
        return _one(_node(self).outputs)

    @property
    def input_shape(self) -> Any:
        return _one([static_shape(t.shape) for t in _inputs_of(_node(self))])

    @property
    def output_shape(self) -> Any:
        return _one([static_shape(t.shape) for t in _node(self).outputs])

    def get_input_at(self, node_index: Any) -> Any:
        return _one(_inputs_of(state_of(self).nodes[node_index]))

    def get_output_at(self, node_index: Any) -> Any:
        return _one(state_of(self).nodes[node_index].outputs)

    def get_config(self) -> dict:
        values = self.attributes
        return {"name": values["name"], "trainable": state_of(self).trainable, "dtype": values["dtype"]}

    def add_loss(self, *args: Any, **kwargs: Any) -> None:
        return None

    add_metric = add_loss

    @property
    def losses(self) -> list:
        return []

    @property
    def path(self) -> Any:
        return self.attributes.get("name")

    @property
    def compute_dtype(self) -> Any:
        return self.attributes.get("dtype")

    variable_dtype = input_dtype = compute_dtype

    if not TYPE_CHECKING:  # What is not declared is a mistake to the type checker.

        def __getattr__(self, name: str) -> Any:
            weights = state_of(self).weights
            if name in weights:
                self.machine.recorder.read.add(id(self))
                return weights[name]
            if name in ("_layers", "input_spec", "activity_regularizer", "supports_masking", "stateful", "_keras_mask"):
                return sublayers(self) if name == "_layers" else None
            return MISSING

    def __setattr__(self, name: str, value: Any) -> None:
        self.machine.journal.touch(self.attributes)
        if isinstance(value, Tensor) and value.parameter and self.state is not None:
            register(self, name, value)
        self.attributes[name] = value


def _refuse_by_version(self: Instance, name: Any, kwargs: dict[str, Any]) -> None:
    """Report what Keras 3 refuses and Keras 2 took, where Keras 3 is installed; it is built all the same."""
    machine = self.machine
    key = next((key for key in kwargs if key in ARGUMENTS_OF_KERAS_2), None)
    slash = isinstance(name, str) and "/" in name
    if (key is None and not slash) or not is_keras_3(machine):
        return
    if slash:
        message = f"{{subject}} cannot have the name {name!r}: Keras 3 takes no / in names"
        error = OperationError("invalid-argument", message, exception="ValueError", argument="name")
    else:
        message = f"{self.class_.name} has no argument {key} in Keras 3: begin with keras.Input(batch_shape=…)"
        error = OperationError("unknown-argument", message, exception="ValueError", argument=key)
    error.data["of_building"] = True
    machine.problem(error, self.class_.name)


def _unknown_keyword(self: Instance, key: str) -> OperationError:
    """What a layer's constructor says to a keyword that neither it nor the base class takes."""
    known = _constructor_arguments(self)
    error = unknown_argument(self.class_.name, key, known, older=OLDER_ARGUMENTS)
    error.exception = "ValueError"
    if error.data.get("suggestion") is None:
        error.data["suggestion"] = nearest(key, known)
    return error


def _constructor_arguments(self: Instance) -> list[str]:
    names: list[str] = []
    for base in self.class_.mro:
        initialiser = base.namespace.get("__init__") if isinstance(base, Class) else None
        if isinstance(initialiser, Function):
            names += [*initialiser.parameters.positional[1:], *initialiser.parameters.keyword_only]
        elif initialiser is not None:
            code = initialiser.__code__
            names += code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    return list(dict.fromkeys(names))


def _given_shape(kwargs: dict[str, Any]) -> Any:
    """The batch shape that ``input_shape=`` and its relatives mean, or None."""
    if kwargs.get("batch_input_shape") is not None:
        return tuple(kwargs["batch_input_shape"])
    shape = kwargs.get("input_shape")
    if shape is None and kwargs.get("input_dim") is not None:
        length = kwargs.get("input_length")
        shape = (kwargs["input_dim"],) if "input_length" not in kwargs else (length, kwargs["input_dim"])
    if shape is None:
        return None
    if isinstance(shape, Unknown):
        return shape
    dims = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    return (kwargs.get("batch_size"), *dims)


def _without_super(self: Instance) -> OperationError:
    return OperationError(
        "missing-super-init",
        f"{self.class_.name} never calls super().__init__()",
        exception="RuntimeError",
        class_name=self.class_.name,
    )


def _output_for(self: Instance, input_shape: Any, machine: Machine) -> Any:
    """The result of a call on tensors of this shape, leaving no trace in the record."""
    made = Tensor(open_shape(input_shape)) if is_shape(input_shape) else [Tensor(open_shape(s)) for s in input_shape]
    with machine.recorder.unrecorded():
        return machine.call(self, (made,))


# -- weights -------------------------------------------------------------------------------------


def add_weights(self: Instance, trainable: bool = True, **shapes: Any) -> None:
    """Weights of these names and shapes, added by a framework layer's ``build``; Keras makes none of an open size."""
    if state_of(self).is_symbolic and any(is_open(self.machine, d) for shape in shapes.values() for d in shape or ()):
        self.machine.problem(open_size(), self.attributes.get("name"))
    for name, shape in shapes.items():
        if shape is not None:
            register_weight(self, name, weight_of(shape, None, trainable))
    self.attributes["built"] = True


def open_size() -> OperationError:
    return OperationError(
        "invalid-argument",
        "{subject} makes weights for a size of its input that is open (None), which Keras refuses: give Input a whole shape",
        exception="ValueError",
    )


def every_layer(module: Instance, seen: set[int] | None = None) -> Iterator[Instance]:
    """A layer and all below it, each once."""
    seen = set() if seen is None else seen
    if id(module) in seen:
        return
    seen.add(id(module))
    yield module
    for child in parts_of(module):
        yield from every_layer(child, seen)


def every_weight(module: Instance) -> Iterator[Any]:
    """The weights of a layer and of all below it."""
    for part in every_layer(module):
        yield from state_of(part).weights.values()


def set_trainable(module: Instance, value: Any, seen: set[int]) -> None:
    """What ``layer.trainable = …`` does: to its own weights that can train, and to every layer below."""
    if isinstance(value, Unknown) or id(module) in seen:
        return
    seen.add(id(module))
    state = changed(module)
    state.trainable = bool(value)
    for name, tensor in state.weights.items():
        if name not in state.fixed and isinstance(tensor, Tensor):
            tensor.trainable = bool(value)
    for child in parts_of(module):
        set_trainable(child, value, seen)


def _node(self: Instance) -> Step:
    nodes = state_of(self).nodes
    if not nodes:
        raise PythonError("AttributeError", f"The layer {self.attributes.get('name')} has never been called")
    return nodes[0]


def _inputs_of(node: Step) -> list[Any]:
    """What a step takes; an InputLayer takes what it gives."""
    return node.inputs or node.outputs


def _one(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
