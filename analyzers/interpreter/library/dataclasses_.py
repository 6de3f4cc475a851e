"""``dataclasses``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from analyzers.interpreter import comparison
from analyzers.interpreter.capabilities import SupportsAttributes
from analyzers.interpreter.classes import NamedTuple as TupleValue
from analyzers.interpreter.classes import field_values
from analyzers.interpreter.exceptions import builtin_exception
from analyzers.interpreter.formatting import as_text
from analyzers.interpreter.library.copy_ import deep_copy
from analyzers.interpreter.values import MISSING, Class, Instance, Property, Raised
from analyzers.tensors.errors import PythonError
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


class FieldSpec:
    """``dataclasses.field(default=…, default_factory=…)``."""

    __slots__ = ("compare", "default", "factory", "init", "keyword_only", "metadata", "shown")

    def __init__(self, default: Any = MISSING, factory: Any = MISSING, **options: Any) -> None:
        self.default = default
        self.factory = factory
        self.init = bool(options.get("init", True))
        self.shown = bool(options.get("repr", True))
        self.compare = bool(options.get("compare", True))
        self.keyword_only = bool(options.get("kw_only", False))
        self.metadata = options.get("metadata") or {}


class Parameters:
    """``__dataclass_params__``: what the decorator was given."""

    def __init__(self, options: dict[str, Any]) -> None:
        for name in ("init", "repr", "eq", "order", "unsafe_hash", "frozen", "match_args", "kw_only", "slots"):
            setattr(self, name, options.get(name, name in ("init", "repr", "eq", "match_args")))


PLAIN = FieldSpec()


def spec_of(default: Any) -> FieldSpec:
    return default if isinstance(default, FieldSpec) else PLAIN


def made_dataclass(machine: Machine, made: Class, options: dict[str, Any]) -> Class:
    """``@dataclass(**options)`` applied to a class: fields in order of the hierarchy."""
    initial: dict[str, Any] = {}
    only, passed_on = set(), set()
    for base in reversed(made.mro):
        if not isinstance(base, Class):
            continue
        only |= base.traits.keyword_only
        keyword_only = base is made and options.get("kw_only") is True
        for name, annotation in base.namespace.get("__annotations__", {}).items():
            if annotation == "KW_ONLY":
                keyword_only = True
            elif annotation != "ClassVar" and (base is made or base.traits.fields is not None):
                initial[name] = _declared(base, name)
                only |= {name} if keyword_only or spec_of(initial[name]).keyword_only else set()
                passed_on = passed_on | {name} if annotation == "InitVar" else passed_on - {name}
    fields = {name: default for name, default in initial.items() if name not in passed_on}
    made.traits.fields, made.traits.initial, made.traits.keyword_only = fields, initial, only
    made.traits.is_frozen = options.get("frozen") is True
    for name, spec in initial.items():
        if isinstance(spec, FieldSpec) and made.namespace.get(name) is spec:
            made.traits.specs[name] = made.namespace.pop(name)
            if spec.default is not MISSING:
                made.namespace[name] = spec.default
    for name, method in _generated(options).items():
        if name not in made.namespace:
            made.namespace[name] = method
    made.assign("__dataclass_fields__", fields)
    made.assign("__dataclass_params__", Parameters(options))
    made.namespace.setdefault("__match_args__", tuple(n for n in initial if n not in only))
    return made


def _declared(base: Class, name: str) -> Any:
    """A default as the class body gave it (a ``field(…)`` leaves the namespace when the class is finished)."""
    specs = base.traits.specs
    return specs[name] if name in specs else base.namespace.get(name, MISSING)


def _generated(options: dict[str, Any]) -> dict[str, Any]:
    methods: dict[str, Any] = {"__init__": _init} if options.get("init") is not False else {}
    if options.get("repr") is not False:
        methods["__repr__"] = _repr
    if options.get("eq") is not False:
        methods["__eq__"] = _eq
    if options.get("order") is True:
        methods.update({f"__{name}__": _ordering(name) for name in ORDERINGS})
    if options.get("frozen") is True:
        methods.update(__setattr__=_refuse, __delattr__=_refuse)
    if options.get("frozen") is True or options.get("unsafe_hash") is True:
        methods["__hash__"] = _hash
    return methods


ORDERINGS = ("lt", "le", "gt", "ge")


def fields_of(value: Any) -> dict[str, Any]:
    """Name → default of a dataclass or an object of one; PythonError for anything else, as Python raises."""
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    if isinstance(value, SupportsAttributes):
        raise UnknownUsed(Unknown("the fields of an object that stands in"))
    for unknown in (value.unknown_because, value.class_.opaque) if isinstance(value, Instance) else ():
        if unknown is not None:
            raise UnknownUsed(unknown)
    class_ = value if isinstance(value, Class) else value.class_ if isinstance(value, Instance) else None
    for base in class_.mro if class_ is not None else ():
        if isinstance(base, Class) and base.traits.fields is not None:
            return base.traits.fields
    raise PythonError("TypeError", "a dataclass or an object of one is needed")


class _Layout(NamedTuple):
    """How a generated constructor lays its arguments out; the same for all objects of a class."""

    ordered: dict[str, Any]
    """The arguments in order: name → default."""
    positional: int
    stored: tuple[tuple[str, Any], ...]
    """What becomes an attribute: name and default."""
    passed_on: tuple[tuple[str, Any], ...]
    """What only ``__post_init__`` is given."""
    is_simple: bool
    """Whether nothing of the class takes part when attributes are set."""


def _layout(class_: Class, fields: dict[str, Any]) -> _Layout:
    known = class_.prototypes.get(_init)
    if known is None:
        initial = next(b.traits.initial for b in class_.mro if isinstance(b, Class) and b.traits.fields is fields)
        only = class_.traits.keyword_only
        settable = {n: _optional(d) for n, d in initial.items() if spec_of(d).init}
        ordered = {n: d for n, d in settable.items() if n not in only}
        ordered.update((n, d) for n, d in settable.items() if n in only)
        stored = [
            (n, d) for n, d in fields.items() if n in ordered or spec_of(d) is PLAIN or _optional(d) is not MISSING
        ]
        # A frozen class refuses assignments, but not those of its own constructor.
        is_frozen = any(isinstance(c, Class) and c.traits.is_frozen for c in class_.mro)
        hooks = ["__setattr__", *(n for n, _ in stored if type(class_.find(n)) in (Property, Instance))]
        is_simple = is_frozen or all(class_.find(name) is MISSING for name in hooks)
        passed_on = tuple([(name, default) for name, default in initial.items() if name not in fields])
        known = _Layout(ordered, len(settable) - len(only & settable.keys()), tuple(stored), passed_on, is_simple)
        class_.prototypes[_init] = known
    return known


def _init(self: Instance, *args: Any, machine: Machine, **kwargs: Any) -> None:
    layout = _layout(self.class_, fields_of(self))
    values = field_values(machine, self.class_, layout.ordered, list(args), kwargs, layout.positional)
    if values is None:
        object.__setattr__(self, "unknown_because", Unknown("its arguments do not fit", machine.site()))
        return
    machine.journal.touch(self.attributes)
    for name, default in layout.stored:
        value = values.get(name, default)
        if isinstance(default, FieldSpec):
            value = _field_value(machine, value, default)
        if layout.is_simple:
            self.attributes[name] = value
        else:
            machine.set_attribute(self, name, value)
    hook = machine.get_attribute(self, "__post_init__", default=MISSING)
    if hook is not MISSING:
        passed_on = [_field_value(machine, values.get(name, default), default) for name, default in layout.passed_on]
        machine.call(hook, passed_on)


def _optional(default: Any) -> Any:
    if isinstance(default, FieldSpec) and default.default is MISSING and default.factory is MISSING:
        return MISSING
    return default


def _field_value(machine: Machine, value: Any, default: Any) -> Any:
    if value is not default or not isinstance(default, FieldSpec):
        return value
    if default.factory is not MISSING:
        return machine.call(default.factory)
    return None if default.default is MISSING else default.default


# -- what the decorator writes -----------------------------------------------------------------


def _compared(value: Instance) -> tuple:
    return tuple(value.attributes.get(n) for n, d in fields_of(value).items() if spec_of(d).compare)


def _eq(self: Instance, other: Any, *, machine: Machine) -> Any:
    if not isinstance(other, Instance) or other.class_ is not self.class_:
        return NotImplemented
    known = comparison.equals(machine, _compared(self), _compared(other))
    return machine.unknown("whether two objects are equal") if known is None else known


def _ordering(name: str) -> Any:
    def compare(self: Instance, other: Any, *, machine: Machine) -> Any:
        if not isinstance(other, Instance) or other.class_ is not self.class_:
            return NotImplemented
        return comparison.compare(machine, name, _compared(self), _compared(other))

    return compare


def _hash(self: Instance) -> int:
    return hash(_compared(self))


def _repr(self: Instance, *, machine: Machine) -> Any:
    parts = []
    for name, default in fields_of(self).items():
        if spec_of(default).shown:
            shown = as_text(machine, self.attributes.get(name), representation=True)
            if isinstance(shown, Unknown):
                return shown
            parts.append(f"{name}={shown}")
    return f"{self.class_.name}({', '.join(parts)})"


def _refuse(self: Instance, name: Any, *_: Any) -> None:
    machine = self.machine
    class_ = Class("FrozenInstanceError", (builtin_exception(machine, "AttributeError"),), {}, "dataclasses")
    error = Instance(class_, machine, machine.site())
    error.attributes["args"] = (f"cannot assign to field {name!r}",)
    raise Raised(error, machine.site())


# -- the module ----------------------------------------------------------------------------------


def _dataclass(cls: Any = None, *, machine: Machine, **options: Any) -> Any:
    def apply(cls: Any, *, machine: Machine) -> Any:
        return made_dataclass(machine, cls, options) if isinstance(cls, Class) else cls

    return apply if cls is None else apply(cls, machine=machine)


def _field(*, default: Any = MISSING, default_factory: Any = MISSING, **options: Any) -> FieldSpec:
    return FieldSpec(default, default_factory, **options)


def _replace(obj: Any, *, machine: Machine, **changes: Any) -> Any:
    settable = [n for n, d in fields_of(obj).items() if spec_of(d).init]
    values = {n: obj.attributes[n] for n in settable if n in obj.attributes}
    return machine.call(obj.class_, (), {**values, **changes})


def _asdict(obj: Any, *, machine: Machine, **_: Any) -> dict:
    return {n: _plain(obj.attributes.get(n), machine, _asdict) for n in fields_of(obj)}


def _astuple(obj: Any, *, machine: Machine, **_: Any) -> tuple:
    return tuple(_plain(obj.attributes.get(n), machine, _astuple) for n in fields_of(obj))


def _plain(value: Any, machine: Machine, convert: Any) -> Any:
    """Dataclasses below become plain as well; other objects are copied."""
    if isinstance(value, Instance) and _is_dataclass(value):
        return convert(value, machine=machine)
    if type(value) is list:
        return [_plain(v, machine, convert) for v in value]
    if type(value) is tuple:
        return tuple(_plain(v, machine, convert) for v in value)
    if isinstance(value, TupleValue):
        return value
    if type(value) is dict:
        return {k: _plain(v, machine, convert) for k, v in value.items()}
    return deep_copy(machine, value, {})


class FieldInfo:
    """What ``dataclasses.fields`` lists."""

    def __init__(self, name: str, default: Any) -> None:
        spec = spec_of(default)
        self.name = name
        self.default = spec.default if isinstance(default, FieldSpec) else default
        self.default_factory = spec.factory
        self.init = spec.init
        self.metadata = spec.metadata
        self.type = Unknown("an annotation")


def _fields(class_or_instance: Any) -> tuple:
    return tuple(FieldInfo(n, d) for n, d in fields_of(class_or_instance).items())


def _is_dataclass(obj: Any) -> Any:
    class_ = obj if isinstance(obj, Class) else getattr(obj, "class_", None)
    if isinstance(obj, Unknown):
        raise UnknownUsed(obj)
    return isinstance(class_, Class) and any(c.traits.fields is not None for c in class_.mro if isinstance(c, Class))


MODULES: dict[str, dict[str, Any]] = {
    "dataclasses": {
        "dataclass": _dataclass, "field": _field, "replace": _replace, "asdict": _asdict, "astuple": _astuple,
        "fields": _fields, "is_dataclass": _is_dataclass, "MISSING": MISSING,
        "FrozenInstanceError": Class("FrozenInstanceError", (), {}, "dataclasses"),
        "KW_ONLY": None,
    },
}  # fmt: skip

__all__ = ["MODULES", "FieldSpec"]
