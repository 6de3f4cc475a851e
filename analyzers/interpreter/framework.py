"""Modules of any framework: what the engine asks of a model, whoever's layers it is made of.

Each framework registers one :class:`Framework`; the functions below find the one a module belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from analyzers.geometry import Geometry
from analyzers.interpreter.graph import tensors_below
from analyzers.interpreter.hosts import HostObject, ModuleHost, hosts_of
from analyzers.interpreter.values import UNKNOWNS, BoundMethod, Class, Function, Instance, Invocation
from analyzers.tensors.dims import Dim
from analyzers.tensors.layout import Layouts, names_taken
from analyzers.tensors.tensor import Tensor, is_shaped
from analyzers.unknown import PlainUnknown, Unknown, UnknownNumber, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

MAY_BE_MODULES = UNKNOWNS - {PlainUnknown, UnknownNumber}
FRAMEWORKS: list[Framework] = []
"""The frameworks whose tables are loaded."""


class DeclaredInput(NamedTuple):
    """An input that a model itself declares (``keras.Input(shape=…)``)."""

    name: str
    shape: tuple[Dim, ...]
    dtype: str


class Made(NamedTuple):
    """A model that the program makes: in which function (None: in none), and below which others."""

    model: Instance
    function: Function | None
    callers: frozenset[Function]


class Framework:
    """How one framework's modules nest, are named, counted and called."""

    name = ""
    packages: tuple[str, ...] = ()
    """The packages that a file names which is written for the framework."""
    base: type[ModuleHost]
    """The host class every module of the framework derives from."""
    model: type[HostObject]
    """The host class of what counts as a model when a file is searched for them."""
    entry = ""
    """The method that a call runs."""
    builds_graphs = False
    """Whether top-level code builds its models step by step, so that a file is best run in order."""
    builds_on_call = False
    """Whether the first call of a layer decides the shapes of its weights for good."""

    def children(self, module: Instance) -> dict[str, Any]:
        """Attribute or position → child module, in order."""
        raise NotImplementedError

    def child_name(self, prefix: str, key: str, child: Instance) -> str:
        """The full name of a child of the module named ``prefix`` (the root's is empty)."""
        return f"{prefix}.{key}" if prefix else key

    def parameter_table(self, module: Instance) -> dict[str, Any]:
        """Name → parameter that the module itself holds, or what is not known or absent in its place."""
        raise NotImplementedError

    def child_table(self, module: Instance) -> dict[str, Any]:
        """Where the framework registers children apart from attributes: name → module, or what is not known."""
        return {}

    def declared_inputs(self, root: Instance) -> list[DeclaredInput]:
        """The inputs the model itself declares; empty where the call decides."""
        return []

    def input_names(self, root: Instance) -> list[str] | None:
        """The names of the inputs, where the model knows them better than its forward's signature."""
        return None

    def made(self, machine: Machine) -> list[Made]:
        """The models that the program has made so far, where the framework takes note of it."""
        return []

    def argument_of_builder(self, name: str) -> Any:
        """What a parameter of this name is by custom; None where there is none."""
        return None

    def is_building(self, module: Instance) -> bool:
        """Whether the module is being called to build a model, on no data."""
        return False

    def before_build(self, machine: Machine) -> None:
        """A model is about to be built on request, after the file's own code."""

    def finalize_model(self, root: Instance) -> None:
        """The model is built: whatever waited for that is put in order before it is run and reported."""

    def arguments(self, root: Instance, values: list[Any]) -> list[Any]:
        """The positional arguments of a call of the model with these inputs."""
        return values


def framework_of(value: Any) -> Framework | None:
    """The framework whose module this is (None: it is no module)."""
    if not isinstance(value, Instance):
        return None
    traits = value.class_.traits
    return traits.framework if traits.is_framework_known else framework_of_class(value.class_)


def framework_of_class(class_: Class) -> Framework | None:
    traits = class_.traits
    if not traits.is_framework_known:
        hosts = list(hosts_of(class_))
        traits.framework = next((f for f in FRAMEWORKS if f.base in hosts), None)
        traits.is_framework_known = True
    return traits.framework


def is_building(module: Instance | None, called: Invocation | None) -> bool:
    """Whether a module is called, or a function, to build a model by the program's own code."""
    if called is not None and any(tensor.history is not None for tensor in tensors_below((called.args, called.kwargs))):
        return True
    framework = framework_of(module)
    return framework is not None and module is not None and framework.is_building(module)


def is_module(value: Any) -> bool:
    return framework_of(value) is not None


def is_entry(method: BoundMethod) -> bool:
    """Whether this is what a call of a module runs (``net.forward``), as the program writes it."""
    framework = framework_of(method.receiver)
    return framework is not None and type(method.function) is Function and method.function.name == framework.entry


def layouts_of(module: Instance, place: int = 0) -> Layouts:
    """What a framework's layer takes as its ``place``-th input; nothing where the module does not say."""
    declare = _declaration(module.class_)
    if declare is None or module.unknown_because is not None:
        return ()
    try:
        return declare(module, place)
    except (
        AttributeError,
        LookupError,
        UnknownUsed,
    ):  # A constructor of the user's own left out what the layer's sets.
        return ()


def name_dims(module: Instance, tensor: Any) -> None:
    """Dims of a layer's first input that nobody has named are what the layer that takes it calls them."""
    if not is_shaped(tensor) or (tensor.axes is not None and None not in tensor.axes):
        return
    taken = names_taken(layouts_of(module), tensor.shape)
    if taken is not None:
        known = tensor.axes or (None,) * len(taken)
        tensor.axes = tuple([own or name for own, name in zip(known, taken, strict=True)])


def _declaration(class_: Class) -> Callable[[Instance, int], Layouts] | None:
    """``input_layouts`` of the nearest class of a framework's."""
    traits = class_.traits
    if not traits.is_layout_known:
        traits.input_layouts = getattr(next(hosts_of(class_), None), "input_layouts", None)
        traits.is_layout_known = True
    return traits.input_layouts


def is_model(value: Any) -> bool:
    """Whether this is a model when a file is searched for them (a lone Keras layer is not)."""
    return isinstance(value, Instance) and is_model_class(value.class_)


def is_model_class(class_: Class) -> bool:
    """Whether a class statement makes a model (in torch any module, in Keras a ``Model``)."""
    framework = framework_of_class(class_)
    return framework is not None and framework.model in hosts_of(class_)


def children_of(module: Instance) -> dict[str, Any]:
    """Name → child module (or None)."""
    framework = framework_of(module)
    return framework.children(module) if framework is not None else {}


def walk(module: Instance, prefix: str = "") -> Iterator[tuple[str, Instance]]:
    """Every module once, under the first name it is reached by; parents before their children."""
    seen: set[int] = set()
    waiting = [(prefix, module, framework_of(module))]
    while waiting:
        name, module, framework = waiting.pop()
        if id(module) in seen:
            continue
        seen.add(id(module))
        yield name, module
        if framework is not None:
            waiting += reversed(_named_children(name, module, framework))


def _named_children(
    prefix: str, module: Instance, framework: Framework
) -> list[tuple[str, Instance, Framework | None]]:
    named = []
    for key, child in framework.children(module).items():
        if isinstance(child, Instance):
            own = framework_of(child)
            named.append(((own or framework).child_name(prefix, str(key), child), child, own))
    return named


def own_parameters(module: Instance) -> Iterator[tuple[str, Tensor]]:
    """The parameters that a module holds itself."""
    framework = framework_of(module)
    for name, tensor in framework.parameter_table(module).items() if framework is not None else ():
        if isinstance(tensor, Tensor):
            yield name, tensor


def may_hold_more(module: Instance) -> bool:
    """Whether a parameter or child of it may be one that is not known."""
    doubtful = module.state is not None and module.state.unknown_because is not None
    known = module.unknown_because is None and module.class_.opaque is None and not doubtful
    known = known and module.machine.possible_change(module) is None
    return not known or any(not MAY_BE_MODULES.isdisjoint(map(type, t.values())) for t in _tables(module))


def doubtful_attributes(module: Instance) -> Iterator[Unknown]:
    """What may be a parameter or child of it and is not known."""
    for table in _tables(module) if may_hold_more(module) else ():
        yield from (value for value in table.values() if type(value) in MAY_BE_MODULES)


def _tables(module: Instance) -> list[dict[str, Any]]:
    framework = framework_of(module)
    own = [] if framework is None else [framework.parameter_table(module), framework.child_table(module)]
    return [module.attributes, *own]


def geometry_of(module: Instance) -> Geometry | None:
    """The window that a module slides over its input, as the framework class it derives from says."""
    framework = framework_of(module)
    if framework is None:
        return None
    layer: Any = next((host for host in hosts_of(module.class_) if issubclass(host, framework.base)), None)
    return layer.geometry(module) if layer is not None else None


def all_parameters(modules: Iterable[tuple[str, Instance]]) -> Iterator[Tensor]:
    """The parameters that these modules hold themselves, shared ones once."""
    seen: set[int] = set()
    for _, owner in modules:
        for _, tensor in own_parameters(owner):
            if id(tensor) not in seen:
                seen.add(id(tensor))
                yield tensor
