"""Classes: from source, from framework knowledge, and the ones Python builds (dataclass, Enum, NamedTuple)."""

from __future__ import annotations

from types import FunctionType
from typing import Any

from analyzers.interpreter.parameters import missing_argument, too_many, unknown_argument
from analyzers.interpreter.values import (
    MISSING,
    BoundMethod,
    Class,
    ClassMethod,
    Function,
    Instance,
    Property,
    StaticMethod,
    TypingForm,
)
from analyzers.unknown import Unknown, UnknownUsed


def class_of_host(machine: Any, host: type) -> Class:
    """The Class for a framework class that is written down as a Python class; one per machine."""
    known = machine.host_classes.get(host)
    if known is not None:
        return known
    bases = tuple(class_of_host(machine, b) for b in host.__bases__ if b is not object)
    module, _, name = host.__dict__.get("qualified_name", host.__name__).rpartition(".")
    namespace = {k: _host_member(host, k, v) for k, v in vars(host).items() if _is_public(k)}
    made = Class(name, bases, namespace, module)
    made.host = host
    machine.host_classes[host] = made
    return made


HIDDEN = frozenset(["__dict__", "__weakref__", "__doc__", "__module__", "__qualname__", "__annotations__"])


def _is_public(name: str) -> bool:
    return name not in HIDDEN and name not in ("qualified_name", "prepare", "__static_attributes__", "__firstlineno__")


def _host_member(host: type, name: str, value: Any) -> Any:
    if isinstance(value, property):
        return Property(value.fget, value.fset)
    if isinstance(value, staticmethod):
        return StaticMethod(value.__func__)
    if isinstance(value, classmethod):
        return ClassMethod(value.__func__)
    if name == "__init__" and isinstance(value, FunctionType) and hasattr(host, "prepare"):
        value.layer_class = host  # type: ignore[attr-defined]
    return value


def bare_instance(machine: Any, class_: Class) -> Instance:
    """``object.__new__(class_)``."""
    instance = Instance(class_, machine, machine.site())
    opaque = next((b for b in class_.mro if isinstance(b, Unknown)), None)
    if opaque is not None:
        object.__setattr__(instance, "broken", opaque)
    return instance


def instantiate(machine: Any, class_: Class, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``class_(*args, **kwargs)``."""
    machine.budget.spend()
    special = class_.metadata.get("construct")
    if special is not None:
        return special(machine, class_, args, kwargs)
    creator = class_.find("__new__")
    if isinstance(creator, (Function, StaticMethod, FunctionType)):
        instance = machine.call(creator, [class_, *args], kwargs)
        if not isinstance(instance, Instance) or not instance.class_.is_subclass(class_):
            return instance
    else:
        instance = bare_instance(machine, class_)
    if machine.recorder.idle and class_.host is None:
        machine.recorder.built.append(instance)
    _give_payload(machine, class_, instance, args, kwargs)
    initialiser = class_.find("__init__")
    if initialiser is not MISSING:
        machine.call(BoundMethod(instance, initialiser), args, kwargs)
    elif class_.payload_type is None and (args or kwargs) and not isinstance(creator, Function):
        _too_much(machine, class_, args, kwargs)
    return instance


def _too_much(machine: Any, class_: Class, args: list[Any], kwargs: dict[str, Any]) -> None:
    if any(isinstance(b, (Unknown, TypingForm)) for b in class_.mro) or "metaclass" in class_.metadata:
        return
    error = too_many(class_.name, 0, len(args)) if args else unknown_argument(class_.name, next(iter(kwargs)), [])
    machine.problem(error)


def _give_payload(machine: Any, class_: Class, instance: Instance, args: list[Any], kwargs: dict[str, Any]) -> None:
    """Instances of subclasses of Python's own types carry a value of that type."""
    kind = class_.payload_type
    if kind is None:
        return
    own_init = isinstance(class_.find("__init__"), Function)
    if own_init and kind in (dict, list, set):
        object.__setattr__(instance, "payload", kind())
        return
    try:
        payload = machine.call(kind, args, {} if own_init else kwargs)
    except Exception as error:
        payload = machine.unknown(f"a value of {kind.__name__}: {error}")
    object.__setattr__(instance, "payload", payload)


# -- class statements ------------------------------------------------------------------------


def make_class(
    machine: Any, name: str, bases: list[Any], keywords: dict[str, Any], namespace: dict[str, Any], module: str
) -> Class:
    """What a ``class`` statement builds, from its evaluated bases and executed body."""
    kept = tuple(_base(machine, b) for b in bases if not isinstance(b, TypingForm) and b is not object)
    made = Class(name, kept, namespace, module, machine.site())
    if "metaclass" in keywords:
        made.metadata["metaclass"] = keywords["metaclass"]
    for implicit in ("__init_subclass__", "__class_getitem__"):
        if isinstance(namespace.get(implicit), Function):
            namespace[implicit] = ClassMethod(namespace[implicit])
    for member in namespace.values():
        _own(made, member)
    _inherit(machine, made, bases)
    hook = made.find_after(made, "__init_subclass__")
    if isinstance(hook, (ClassMethod, Function)):
        function = hook.function if isinstance(hook, ClassMethod) else hook
        machine.call(function, [made], {k: v for k, v in keywords.items() if k != "metaclass"})
    return made


def _base(machine: Any, base: Any) -> Any:
    if isinstance(base, (Class, Unknown)):
        return base
    if isinstance(base, type):
        return class_of_host(machine, base) if hasattr(base, "qualified_name") else base
    return machine.unknown("a base class that is not known")


def _own(made: Class, member: Any) -> None:
    """Tell methods which class they stand in (for ``super()``)."""
    if isinstance(member, (StaticMethod, ClassMethod)):
        member = member.function
    if isinstance(member, Property):
        for part in (member.getter, member.setter):
            _own(made, part)
    if isinstance(member, Function) and member.owner is None:
        member.owner = made


def _inherit(machine: Any, made: Class, bases: list[Any]) -> None:
    """Behaviour that comes with a base: enumerations, named tuples, inherited dataclasses."""
    if any(isinstance(b, TypingForm) and b.name == "NamedTuple" for b in bases):
        made_tuple(machine, made)
    for base in made.mro[1:]:
        if isinstance(base, Class) and "enumeration" in base.metadata:
            made_enumeration(machine, made, base)
            return
        if isinstance(base, Class) and "construct" in base.metadata and "construct" not in made.metadata:
            made.metadata["construct"] = base.metadata["construct"]
            made.metadata.setdefault("fields", base.metadata.get("fields"))


# -- named tuples ----------------------------------------------------------------------------


class NamedTuple(tuple):
    """A value of a NamedTuple class: a tuple whose elements have names."""

    class_: Class
    fields: tuple[str, ...]

    def lookup_attribute(self, machine: Any, name: str) -> Any:
        if name in self.fields:
            return self[self.fields.index(name)]
        special = {"_fields": self.fields, "__class__": self.class_}
        if name in special:
            return special[name]
        if name in ("_asdict", "_replace"):
            return BoundMethod(self, _as_dict if name == "_asdict" else _replace)
        found = self.class_.find(name)
        if found is not MISSING:
            from analyzers.interpreter.attributes import bind_to

            return bind_to(machine, found, self, self.class_)
        from analyzers.interpreter.values import HostMethod

        return HostMethod(self, name) if name in ("index", "count") else MISSING


def _as_dict(self: NamedTuple) -> dict[str, Any]:
    return dict(zip(self.fields, self))


def _replace(self: NamedTuple, **changes: Any) -> NamedTuple:
    made = NamedTuple(changes.get(n, v) for n, v in zip(self.fields, self))
    made.class_, made.fields = self.class_, self.fields
    return made


def made_tuple(machine: Any, made: Class) -> None:
    fields = tuple(made.namespace.get("__annotations__", {}))
    made.metadata["fields"] = {f: made.namespace.get(f, MISSING) for f in fields}
    made.metadata["construct"] = construct_tuple


def construct_tuple(machine: Any, class_: Class, args: list[Any], kwargs: dict[str, Any]) -> Any:
    fields = class_.metadata["fields"]
    values = _field_values(machine, class_, fields, args, kwargs)
    if values is None:
        return Unknown("its arguments do not fit", machine.site())
    made = NamedTuple(values[f] for f in fields)
    made.class_, made.fields = class_, tuple(fields)
    return made


def _field_values(
    machine: Any, class_: Class, fields: dict[str, Any], args: list[Any], kwargs: dict[str, Any]
) -> dict[str, Any] | None:
    """Positional and keyword arguments laid out over fields; a misfit is a problem and gives None."""
    if len(args) > len(fields):
        machine.problem(too_many(class_.name, len(fields), len(args)))
        return None
    values = dict(zip(fields, args))
    for key, value in kwargs.items():
        if key not in fields:
            machine.problem(unknown_argument(class_.name, key, list(fields)))
            return None
        values[key] = value
    missing = [f for f, default in fields.items() if f not in values and default is MISSING]
    if missing:
        machine.problem(missing_argument(class_.name, missing))
        return None
    for name, default in fields.items():
        if name not in values:
            values[name] = default
    return values


# -- dataclasses -----------------------------------------------------------------------------


class FieldSpec:
    """``dataclasses.field(default=…, default_factory=…)``."""

    __slots__ = ("default", "factory", "init")

    def __init__(self, default: Any = MISSING, factory: Any = MISSING, init: bool = True) -> None:
        self.default = default
        self.factory = factory
        self.init = init


def made_dataclass(machine: Any, made: Class) -> Class:
    """``@dataclass`` applied to a class: fields in order of the hierarchy."""
    fields: dict[str, Any] = {}
    for base in reversed(made.mro):
        if isinstance(base, Class):
            for name, annotation in base.namespace.get("__annotations__", {}).items():
                if annotation != "ClassVar":
                    fields[name] = base.namespace.get(name, MISSING)
    made.metadata["fields"] = fields
    if "__init__" not in made.namespace:
        made.assign("__init__", _dataclass_init)
    made.assign("__dataclass_fields__", fields)
    return made


def _dataclass_init(self: Instance, *args: Any, machine: Any, **kwargs: Any) -> None:
    fields = next(c.metadata["fields"] for c in self.class_.mro if isinstance(c, Class) and "fields" in c.metadata)
    optional = {n: _optional(d) for n, d in fields.items() if not (isinstance(d, FieldSpec) and not d.init)}
    values = _field_values(machine, self.class_, optional, list(args), kwargs)
    if values is None:
        object.__setattr__(self, "broken", Unknown("its arguments do not fit", machine.site()))
        return
    for name, default in fields.items():
        machine.set_attribute(self, name, _field_value(machine, values.get(name, default), default))
    hook = machine.get_attribute(self, "__post_init__", default=MISSING)
    if hook is not MISSING:
        machine.call(hook)


def _optional(default: Any) -> Any:
    if isinstance(default, FieldSpec) and default.default is MISSING and default.factory is MISSING:
        return MISSING
    return default


def _field_value(machine: Any, value: Any, default: Any) -> Any:
    if value is not default or not isinstance(default, FieldSpec):
        return value
    if default.factory is not MISSING:
        return machine.call(default.factory)
    return None if default.default is MISSING else default.default


# -- enumerations ----------------------------------------------------------------------------


def made_enumeration(machine: Any, made: Class, base: Class) -> None:
    """Turn the plain assignments of an Enum class's body into its members."""
    members: dict[str, Any] = {}
    counter = 0
    for name, value in list(made.namespace.items()):
        if name.startswith("_") or isinstance(value, (Function, Property, StaticMethod, ClassMethod, FunctionType)):
            continue
        counter = counter + 1 if value is AUTO else (value if isinstance(value, int) else counter)
        members[name] = _member(machine, made, name, counter if value is AUTO else value)
    made.namespace.update(members)
    made.forget()
    made.metadata["members"] = members
    made.metadata["enumeration"] = True
    made.metadata["construct"] = _look_up_member


class _Auto:
    __slots__ = ()


AUTO = _Auto()


def _member(machine: Any, made: Class, name: str, value: Any) -> Instance:
    instance = Instance(made, machine, machine.site())
    instance.attributes.update(name=name, _name_=name, value=value, _value_=value)
    if made.payload_type is not None:
        object.__setattr__(instance, "payload", value)
    initialiser = made.find("__init__")
    if isinstance(initialiser, Function):
        machine.call(BoundMethod(instance, initialiser), list(value) if isinstance(value, tuple) else [value])
    return instance


def _look_up_member(machine: Any, class_: Class, args: list[Any], kwargs: dict[str, Any]) -> Any:
    wanted = args[0] if args else None
    for member in class_.metadata.get("members", {}).values():
        if member is wanted or _equal(member.attributes["value"], wanted):
            return member
    if isinstance(wanted, Unknown):
        return wanted
    raise machine.exception("ValueError", f"not a valid {class_.name}")


def _equal(left: Any, right: Any) -> bool:
    try:
        return bool(left == right)
    except UnknownUsed:
        return False
