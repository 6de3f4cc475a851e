"""What the abstract machine computes with.

Numbers, strings, tuples, lists, dicts, sets and ranges are Python's own; tensors are
:class:`analyzers.tensors.tensor.Tensor`; what could not be determined is
:class:`analyzers.unknown.Unknown`. The rest – functions, classes, instances, modules – is here.
A plain Python function as a value is a *native* (framework or library knowledge).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakSet

from analyzers.interpreter.capabilities import SupportsAttributeAssignment, SupportsAttributes, SupportsCall
from analyzers.interpreter.linearisation import merged
from analyzers.interpreter.traits import ClassTraits
from analyzers.unknown import ModelResult, NotModelled, PlainUnknown, Unknown, UnknownNumber

if TYPE_CHECKING:
    from analyzers.interpreter.hosts import HostObject
    from analyzers.interpreter.machine import Machine
    from analyzers.interpreter.parameters import Parameters
    from analyzers.interpreter.scope import Scope
    from analyzers.interpreter.state import State
    from analyzers.signature import Signature
    from analyzers.source import program
    from analyzers.source.blocks import Block


class Site(NamedTuple):
    """A node in a block of source; becomes a Place (which needs positions) only when shown."""

    block: Block
    node: Any
    path: str


class Invocation(NamedTuple):
    """A call as the program makes it; ``args`` without the receiver, empty together with ``kwargs`` where what was
    given is only known inside (``callee`` is a :class:`Function`)."""

    callee: Any
    site: Site | None
    args: tuple
    kwargs: dict[str, Any]


class Function:
    """A ``def`` or ``lambda`` together with the scope it closes over."""

    __slots__ = (
        "attributes",
        "decorated_by",
        "defaults",
        "is_generator",
        "makes_context",
        "memo",
        "name",
        "node",
        "node_is_lambda",
        "owner",
        "parameters",
        "scope",
        "signature",
        "site",
    )

    def __init__(
        self, name: str, node: program.FunctionDef | program.Lambda, parameters: Parameters, scope: Scope, site: Site
    ) -> None:
        self.name = name
        self.node = node
        self.parameters = parameters
        self.scope = scope
        self.site = site
        self.defaults: dict[str, Any] = {}
        self.owner: Class | None = None
        self.is_generator = False
        self.makes_context = False
        """Whether ``contextlib.contextmanager`` makes context managers of its generators, which decorate, too."""
        self.node_is_lambda = False
        self.attributes: dict[str, Any] = {}
        self.decorated_by: Unknown | None = None
        """A decorator that is not known: which arguments it hands on and which attributes it gives is not known."""
        self.memo: dict[Any, Any] | None = None
        """Results by arguments, where ``functools.lru_cache`` keeps them."""
        self.signature: Signature | None = None
        """As facts tell it, once somebody has asked."""

    def __repr__(self) -> str:
        return f"<function {self.name}>"


class BoundMethod:
    """A function with its first argument."""

    __slots__ = ("function", "receiver")

    def __init__(self, receiver: Any, function: Any) -> None:
        self.receiver = receiver
        self.function = function


class HostMethod:
    """A method of one of Python's own values (or, with a type as receiver, the unbound method)."""

    __slots__ = ("name", "receiver")

    def __init__(self, receiver: Any, name: str) -> None:
        self.receiver = receiver
        self.name = name


class Partial:
    """``functools.partial``."""

    __slots__ = ("args", "function", "keywords")

    def __init__(self, function: Any, args: tuple, keywords: dict[str, Any]) -> None:
        self.function = function
        self.args = args
        self.keywords = keywords


class Property:
    """``@property``, with its setter and deleter."""

    __slots__ = ("deleter", "getter", "setter")

    def __init__(self, getter: Any, setter: Any = None, deleter: Any = None) -> None:
        self.getter = getter
        self.setter = setter
        self.deleter = deleter


class CachedProperty:
    """``functools.cached_property``: what it gives becomes an attribute of the object."""

    __slots__ = ("function", "name")

    def __init__(self, function: Any, name: str) -> None:
        self.function = function
        self.name = name


class PartialMethod:
    """``functools.partialmethod``."""

    __slots__ = ("args", "function", "keywords")

    def __init__(self, function: Any, args: tuple, keywords: dict[str, Any]) -> None:
        self.function = function
        self.args = args
        self.keywords = keywords


class StaticMethod:
    __slots__ = ("function",)

    def __init__(self, function: Any) -> None:
        self.function = function


class ClassMethod:
    __slots__ = ("function",)

    def __init__(self, function: Any) -> None:
        self.function = function


class Super:
    """``super()``: attribute look-up starts behind ``after`` in the receiver's MRO."""

    __slots__ = ("after", "receiver")

    def __init__(self, after: Class, receiver: Any) -> None:
        self.after = after
        self.receiver = receiver


class TypingForm:
    """Something of ``typing`` or ``collections.abc``: subscriptable, ignored as a base (``is_form``), checked by name."""

    __slots__ = ("name", "options")
    is_form = True

    def __init__(self, name: str, options: tuple = ()) -> None:
        self.name = name
        self.options = options
        """Of a union of types: the types."""

    def __repr__(self) -> str:
        return f"typing.{self.name}"


class NativeType(TypingForm, SupportsAttributes, SupportsCall):
    """A class of a library that a table knows (``np.ndarray``, ``np.float32``): called, subscripted, asked for instances."""

    __slots__ = ()

    def includes(self, value: Any) -> bool | None:
        """``isinstance(value, self)``; None where it is not known."""
        raise NotImplementedError

    def derives_from(self, kind: Any) -> bool:
        """``issubclass(self, kind)``."""
        return kind is self or kind is object


class NativeValue(SupportsAttributeAssignment):
    """A value of a library (an array of numpy) on which Python's syntax does what the library says.

    The machine asks ``lookup_attribute`` for whatever a program does with it: attributes, methods, and the special
    methods behind operators, subscripts, ``len``, ``bool`` and ``int`` (``__add__``, ``__getitem__``, …). Special
    methods are called with the other operand and may return NotImplemented, as in Python.
    """

    __slots__ = ()

    def compute(self, operator: str, left: Any, right: Any) -> Any:
        """``left <op> right`` of numbers alone, one of them this one; NotImplemented: the special methods decide."""
        return NotImplemented

    def assign_attribute(self, machine: Machine, name: str, value: Any) -> None:
        """``self.name = value``; what does not change the value is of no consequence."""

    def is_instance_of(self, kind: Any) -> bool:
        """``isinstance(self, kind)`` of one of Python's own types or of a class of the program."""
        return kind is object


class _SuperFunction:
    """The builtin ``super`` itself."""

    __slots__ = ()


SUPER = _SuperFunction()


class Class:
    """A class: its namespace, bases and C3 linearisation.

    ``host`` is the Python class that holds the knowledge of a framework class; ``bases`` may also
    hold Python's own types (``dict``, ``int``), whose instances carry a ``payload``.
    """

    __slots__ = (
        "__weakref__", "_found", "_subclasses", "bases", "host", "module", "mro", "name", "namespace", "opaque",
        "payload_type", "prototypes", "site", "traits",
    )  # fmt: skip

    def __init__(
        self, name: str, bases: tuple, namespace: dict[str, Any], module: str, site: Site | None = None
    ) -> None:
        self.name = name
        self.bases = bases
        self.namespace = namespace
        self.module = module
        self.site = site
        self.host: type[HostObject] | None = None
        self.traits = ClassTraits()
        self._found: dict[str, Any] = {}
        self.prototypes: dict[Any, Any] = {}
        """What constructors make of objects of this class, by constructor and arguments; see :mod:`prototypes`."""
        self._subclasses: WeakSet[Class] = WeakSet()
        for base in bases:
            if isinstance(base, Class):
                base._subclasses.add(self)
        lines = [[*b.mro] if isinstance(b, Class) else [b] for b in bases]
        self.mro: tuple = (self, *merged(lines, list(bases)))
        self.opaque: Unknown | None = next((b for b in self.mro if isinstance(b, Unknown)), None)
        """The base class that is not known: it may bring any attribute."""
        self.payload_type: type | None = next((b for b in self.mro if isinstance(b, type) and b is not object), None)

    @property
    def qualified_name(self) -> str:
        return f"{self.module}.{self.name}" if self.module else self.name

    @property
    def metaclass(self) -> Any:
        """``type(…)`` of the class."""
        return type if self.traits.metaclass is None else self.traits.metaclass

    def find(self, name: str) -> Any:
        """The attribute as it stands in the first class of the MRO that has it, else MISSING."""
        found = self._found
        if name not in found:
            found[name] = self._search(name)
        return found[name]

    def _search(self, name: str) -> Any:
        for base in self.mro:
            if isinstance(base, Class) and name in base.namespace:
                return base.namespace[name]
        return MISSING

    def assign(self, name: str, value: Any) -> None:
        """Set an attribute of the class; what subclasses have looked up is forgotten."""
        self.namespace[name] = value
        self.forget()

    def forget(self) -> None:
        self._found.clear()
        self.prototypes.clear()
        for subclass in self._subclasses:
            subclass.forget()

    def find_after(self, after: Class, name: str) -> Any:
        """What ``super()`` finds behind a class; an ancestor that is not known may have any name."""
        mro = self.mro
        start = mro.index(after) + 1 if after in mro else 0
        for base in mro[start:]:
            if isinstance(base, Unknown):
                return base
            if isinstance(base, Class) and name in base.namespace:
                return base.namespace[name]
        return MISSING

    @property
    def has_subclasses(self) -> bool:
        return len(self._subclasses) > 0

    def is_subclass(self, other: Any) -> bool:
        return other in self.mro

    def __repr__(self) -> str:
        return f"<class {self.qualified_name}>"


class _Missing:
    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()


NOWHERE: dict[str, Any] = {}
"""Of an object to which nothing was assigned; never written to."""


class Instance:
    """An object of a :class:`Class`.

    Native methods read and write simulated attributes as if they were the object's own
    (``self.kernel_size``); interpreted code goes through ``Machine.get_attribute``.
    """

    __slots__ = (
        "assigned_at", "attributes", "class_", "constructors", "machine", "payload", "site", "state", "unknown_because",
    )  # fmt: skip

    assigned_at: dict[str, Site | None]
    """Of a module: where its parts, and containers, were assigned to attributes."""
    attributes: dict[str, Any]
    class_: Class
    constructors: tuple[Invocation, ...]
    machine: Machine
    payload: Any
    site: Site | None
    state: State | None
    """What a framework keeps of the object beside its attributes."""
    unknown_because: Unknown | None

    def __init__(self, class_: Class, machine: Machine, site: Site | None = None) -> None:
        object.__setattr__(self, "class_", class_)
        object.__setattr__(self, "machine", machine)
        object.__setattr__(self, "site", site)
        attributes: dict[str, Any] = {}
        object.__setattr__(self, "attributes", attributes)
        machine.journal.made(attributes)
        object.__setattr__(self, "payload", None)
        object.__setattr__(self, "unknown_because", None)
        object.__setattr__(self, "constructors", ())
        object.__setattr__(self, "assigned_at", NOWHERE)
        object.__setattr__(self, "state", None)

    if not TYPE_CHECKING:  # What a host class does not declare is a mistake to the type checker.

        def __getattr__(self, name: str) -> Any:
            attributes = self.attributes
            if name in attributes and self.class_.find(name) is MISSING:
                return attributes[name]
            value = self.machine.get_attribute(self, name, MISSING)
            if value is MISSING:
                raise AttributeError(name, name=name, obj=self)
            if type(value) is BoundMethod:
                return NativeView(self.machine, value)
            return value

        def __setattr__(self, name: str, value: Any) -> None:
            self.machine.set_attribute(self, name, value)

    def __eq__(self, other: Any) -> bool:
        return self is other or self.machine.is_equal(self, other)

    def __hash__(self) -> int:
        return self.machine.hash_of(self)

    def __lt__(self, other: Any) -> bool:
        return self.machine.is_less(self, other)

    def __gt__(self, other: Any) -> bool:
        return self.machine.is_less(other, self)

    def __index__(self) -> int:
        return self.machine.index_of(self)

    def __repr__(self) -> str:
        return f"<{self.class_.name} object>"


class NativeView:
    """A bound method as native code sees it: callable."""

    __slots__ = ("machine", "value")

    def __init__(self, machine: Machine, value: BoundMethod) -> None:
        self.machine = machine
        self.value = value

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.machine.call(self.value, args, kwargs)


def blank_copy(value: Instance, machine: Machine) -> Instance:
    """An object of the same class that was built at the same place, without attributes."""
    made = Instance(value.class_, machine, value.site)
    object.__setattr__(made, "constructors", value.constructors)
    return made


class ModuleValue:
    """A module as a value of the program."""

    __slots__ = ()


class NativeModule(ModuleValue):
    """A module of a framework or the standard library that is known by a table, not by source."""

    __slots__ = ("assigned", "found", "members", "name")

    def __init__(self, name: str, members: dict[str, Any]) -> None:
        self.name = name
        self.members = members
        self.assigned: dict[str, Any] = {}
        self.found: dict[str, Any] = {}
        """Names that were looked up in the tables before."""

    def __repr__(self) -> str:
        return f"<module {self.name}>"


class Raised(Exception):
    """An exception of the interpreted program, on its way up.

    ``recorded_error`` is the problem it was raised for: reported where the handlers that catch it let it out again.
    ``unfinished`` are the calls of modules that it ended.
    """

    def __init__(self, value: Any, site: Site | None, recorded_error: Any = None) -> None:
        super().__init__()
        self.value = value
        self.site = site
        self.recorded_error = recorded_error
        self.unfinished: list[Any] = []


class UnknownTail(Unknown):
    """Stands in a list for an unknown number of further elements; with an ``element``, for this one or none
    (``repeats``: or any number of such)."""

    __slots__ = ("element", "repeats")

    def __init__(self, reason: str, place: Any = None, element: Any = MISSING, repeats: bool = False) -> None:
        super().__init__(reason, place)
        self.element = element
        self.repeats = repeats

    def plain(self) -> Unknown:
        """The unknown it is when it leaves the list."""
        return Unknown(self.reason, self.place)


class MaybeMissing(Unknown):
    """Stands under a key that may or may not be in a dictionary, with a value that is not known."""

    __slots__ = ()


UNKNOWNS: set[type] = {Unknown, UnknownTail, MaybeMissing, NotModelled, PlainUnknown, UnknownNumber, ModelResult}
"""The types of what is not known; a library may have one of its own."""


Native = Callable[..., Any]
