"""Classes: from source, from framework knowledge, and the ones Python builds (dataclass, Enum, NamedTuple)."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.capabilities import SupportsAttributes
from analyzers.interpreter.framework import FRAMEWORKS, framework_of_class
from analyzers.interpreter.hosts import UNSEEN, HostObject, ModuleHost, is_host
from analyzers.interpreter.parameters import missing_argument, too_many, unknown_argument
from analyzers.interpreter.values import (
    MISSING,
    BoundMethod,
    CachedProperty,
    Class,
    ClassMethod,
    Function,
    Instance,
    Partial,
    PartialMethod,
    Property,
    StaticMethod,
    TypingForm,
)
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def class_of_host(machine: Machine, host: type[HostObject]) -> Class:
    """The Class for a framework class that is written down as a Python class; one per machine."""
    known = machine.host_classes.get(host)
    if known is not None:
        return known
    bases = tuple(class_of_host(machine, b) for b in host.__bases__ if b not in UNSEEN)
    module, _, name = host.__dict__.get("qualified_name", host.__name__).rpartition(".")
    namespace = {k: _host_member(host, k, v) for k, v in vars(host).items() if _is_public(k)}
    made = Class(name, bases, namespace, module)
    made.host = host
    machine.host_classes[host] = made
    return made


HIDDEN = frozenset(
    "__dict__ __weakref__ __doc__ __module__ __qualname__ __annotations__ __annotate__ __annotate_func__ "
    "__annotations_cache__ __conditional_annotations__".split()
)


ENGINE_MEMBERS = frozenset(
    "qualified_name prepare array_of geometry argument_names tells_all_names may_have input_layouts takes_data other_keywords kind spatial_axes amounts "
    "input_rank _setup _pointwise _outputs".split()
)
"""What host classes say to the engine alone: no attributes of the program's objects."""


def _is_public(name: str) -> bool:
    return (
        name not in HIDDEN and name not in ENGINE_MEMBERS and name not in ("__static_attributes__", "__firstlineno__")
    )


def _host_member(host: type[HostObject], name: str, value: Any) -> Any:
    if isinstance(value, property):
        return Property(value.fget, value.fset, value.fdel)
    if isinstance(value, staticmethod):
        return StaticMethod(value.__func__)
    if isinstance(value, classmethod):
        return ClassMethod(value.__func__)
    if name == "__init__" and isinstance(value, FunctionType) and issubclass(host, ModuleHost):
        value.layer_class = host  # type: ignore[attr-defined]
    return value


def _refuse_abstract(machine: Machine, class_: Class) -> None:
    """A class with abstract methods left has no instances (its bases say so by ``ABC``)."""
    missing = class_.traits.abstract
    if missing is None:
        missing = class_.traits.abstract = _abstract_members(class_)
    if missing:
        listed = ", ".join(missing)
        message = f"Can't instantiate abstract class {class_.name} with abstract methods {listed}"
        raise machine.exception("TypeError", message)


def _abstract_members(class_: Class) -> list[str]:
    if not class_.traits.may_be_abstract:
        return []
    names = {n for c in class_.mro if isinstance(c, Class) for n in c.namespace}
    return sorted(n for n in names if _is_abstract(class_.find(n)))


def _note_abstract(made: Class, metaclass: Any) -> None:
    """Whether the class, by ABC or ABCMeta, may have abstract methods."""
    above = [b for b in made.bases if isinstance(b, Class)] + ([metaclass] if isinstance(metaclass, Class) else [])
    if any(b.traits.may_be_abstract for b in above):
        made.traits.may_be_abstract = True


def _is_abstract(member: Any) -> bool:
    if isinstance(member, (ClassMethod, StaticMethod)):
        member = member.function
    if isinstance(member, Property):
        return _is_abstract(member.getter)
    return isinstance(member, Function) and member.attributes.get("__isabstractmethod__") is True


def bare_instance(machine: Machine, class_: Class) -> Instance:
    """``object.__new__(class_)``."""
    instance = Instance(class_, machine, machine.site())
    if class_.opaque is not None:
        framework = framework_of_class(class_)
        if framework is None:
            object.__setattr__(instance, "unknown_because", class_.opaque)
        else:
            framework.base.prepare(instance)
    return instance


STEPS_PER_INSTANCE = 10
"""What making an object takes of the analysis' budget: it costs memory, too."""


def instantiate(machine: Machine, class_: Class, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``class_(*args, **kwargs)``."""
    machine.budget.spend(STEPS_PER_INSTANCE)
    special = class_.traits.construct
    if special is not None:
        return special(machine, class_, args, kwargs)
    metaclass = class_.traits.metaclass
    if isinstance(metaclass, Class) and isinstance(metaclass.find("__call__"), Function):
        return machine.call(BoundMethod(class_, metaclass.find("__call__")), args, kwargs)
    return instantiate_plainly(machine, class_, args, kwargs)


def instantiate_plainly(machine: Machine, class_: Class, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``type.__call__(class_, *args, **kwargs)``."""
    _refuse_abstract(machine, class_)
    creator = class_.find("__new__")
    if isinstance(creator, (Function, StaticMethod, FunctionType)):
        instance = machine.call(creator, [class_, *args], kwargs)
        if not isinstance(instance, Instance) or not instance.class_.is_subclass(class_):
            return instance
    else:
        instance = bare_instance(machine, class_)
    if instance.payload is None:
        give_payload(machine, class_, instance, args, kwargs)
    initialiser = instance.class_.find("__init__")
    if initialiser is not MISSING:
        machine.call(BoundMethod(instance, initialiser), args, kwargs)
    elif class_.payload_type is None and (args or kwargs) and not isinstance(creator, Function):
        _too_much(machine, class_, args, kwargs)
    if machine.recorder.suspended_depth and class_.host is None:
        machine.recorder.built.append(instance)
        machine.recorder.given[id(instance)] = args, kwargs
    return instance


def _too_much(machine: Machine, class_: Class, args: list[Any], kwargs: dict[str, Any]) -> None:
    if any(isinstance(b, (Unknown, TypingForm)) for b in class_.mro) or class_.traits.metaclass is not None:
        return
    if class_.traits.decorated_by is not None:
        return
    error = too_many(class_.name, 0, len(args)) if args else unknown_argument(class_.name, next(iter(kwargs)), [])
    machine.problem(error)


def give_payload(machine: Machine, class_: Class, instance: Instance, args: list[Any], kwargs: dict[str, Any]) -> None:
    """Instances of subclasses of Python's own types carry a value of that type."""
    kind = class_.payload_type
    if kind is None:
        return
    own_init = isinstance(class_.find("__init__"), Function)
    if own_init and kind in (dict, list, set):
        object.__setattr__(instance, "payload", kind())
        return
    payload = machine.call(kind, args, {} if own_init else kwargs)
    object.__setattr__(instance, "payload", payload)


# -- class statements ------------------------------------------------------------------------


def make_class(
    machine: Machine, name: str, bases: list[Any], keywords: dict[str, Any], namespace: dict[str, Any], module: str
) -> Any:
    """What a ``class`` statement builds, from its evaluated bases and executed body: its metaclass decides."""
    metaclass = keywords.get("metaclass") or next(
        (b.traits.metaclass for b in bases if isinstance(b, Class) and b.traits.metaclass is not None), None
    )
    options = {k: v for k, v in keywords.items() if k != "metaclass"}
    if not isinstance(metaclass, Class):
        made = make_plain_class(machine, name, bases, options, namespace, module)
        if metaclass is not None:
            made.traits.metaclass = metaclass
        return made
    creator = metaclass.find("__new__")
    if isinstance(creator, Function):
        made = machine.call(creator, (metaclass, name, tuple(bases), namespace), options)
    else:
        made = make_plain_class(machine, name, bases, options, namespace, module, metaclass)
    if isinstance(made, Class):
        made.module = module
        initialiser = metaclass.find("__init__")
        if isinstance(initialiser, Function):
            machine.call(BoundMethod(made, initialiser), (name, tuple(bases), namespace), options)
    return made


def make_plain_class(
    machine: Machine,
    name: str,
    bases: list[Any],
    keywords: dict[str, Any],
    namespace: dict[str, Any],
    module: str,
    metaclass: Any = None,
) -> Class:
    """``type.__new__``."""
    bases = [_with_mixins(b) for b in bases]
    kept = tuple(_base(machine, b) for b in bases if b is not object and not (isinstance(b, TypingForm) and b.is_form))
    if any(isinstance(b, Unknown) for b in kept):
        kept = (*kept, *_assumed_bases(machine, kept, namespace))
    made = Class(name, kept, namespace, module, machine.site())
    if metaclass is not None:
        made.traits.metaclass = metaclass
    for implicit in ("__init_subclass__", "__class_getitem__"):
        if isinstance(namespace.get(implicit), Function):
            namespace[implicit] = ClassMethod(namespace[implicit])
    _note_abstract(made, metaclass)
    for key, member in namespace.items():
        _own(made, member)
        if type(member) is Instance and member.class_.find("__set_name__") is not MISSING:
            machine.call(machine.get_attribute(member, "__set_name__"), (made, key))
    _inherit(machine, made, bases)
    hook = made.find_after(made, "__init_subclass__")
    if isinstance(hook, (ClassMethod, Function)):
        function = hook.function if isinstance(hook, ClassMethod) else hook
        machine.call(function, [made], keywords)
    return made


MAXIMUM_ANCESTORS = 200


def _with_mixins(base: Any) -> Any:
    """Of the abstract classes of collections those that bring methods."""
    from analyzers.interpreter.library.mappings import MIXINS

    return MIXINS.get(base.name, base) if type(base) is TypingForm else base


def _base(machine: Machine, base: Any) -> Any:
    if isinstance(base, Class) and len(base.mro) > MAXIMUM_ANCESTORS:
        return machine.unknown(f"a class with more than {MAXIMUM_ANCESTORS} ancestors")
    if isinstance(base, (Class, Unknown)):
        return base
    if isinstance(base, type):
        return class_of_host(machine, base) if is_host(base) else base
    makes = getattr(base, "makes", None)
    if isinstance(makes, type) and makes.__name__ == "Ordered":
        return dict
    return machine.unknown("a base class that is not known")


def _assumed_bases(machine: Machine, bases: tuple, namespace: dict[str, Any]) -> tuple[Class, ...]:
    """A class with a forward on a base that cannot be found, in a file that speaks of torch, is one of torch's
    modules: what the base adds stays unknown, what the class itself says does not."""
    if any(isinstance(b, Class) and framework_of_class(b) is not None for b in bases):
        return ()
    blocks = machine.frames[-1].module.source.blocks if machine.frames else ()
    for framework in FRAMEWORKS:
        if isinstance(namespace.get(framework.entry), Function):
            named = (b.mentions(p) for b in blocks if b.kind == "import" for p in framework.packages)
            if any(named):
                return (class_of_host(machine, framework.model),)
    return ()


def _own(made: Class, member: Any) -> None:
    """Tell methods which class they stand in (for ``super()``)."""
    if isinstance(member, (StaticMethod, ClassMethod)):
        member = member.function
    if isinstance(member, Property):
        for part in (member.getter, member.setter, member.deleter):
            _own(made, part)
    if isinstance(member, (CachedProperty, Partial, PartialMethod)):
        _own(made, member.function)
    if isinstance(member, Function) and member.owner is None:
        member.owner = made


def _inherit(machine: Machine, made: Class, bases: list[Any]) -> None:
    """Behaviour that comes with a base: enumerations, named tuples, inherited dataclasses."""
    if any(isinstance(b, TypingForm) and b.name == "NamedTuple" for b in bases):
        made_tuple(machine, made)
    if any(isinstance(b, TypingForm) and b.name == "TypedDict" for b in bases):
        made.traits.construct = _construct_dict
    for base in made.mro[1:]:
        if isinstance(base, Class) and base.traits.is_enumeration:
            made_enumeration(machine, made, base)
            return
        if isinstance(base, Class) and base.traits.construct is not None and made.traits.construct is None:
            made.traits.construct = base.traits.construct
            made.traits.fields = base.traits.fields if made.traits.fields is None else made.traits.fields


# -- named tuples ----------------------------------------------------------------------------


class NamedTuple(tuple, SupportsAttributes):
    """A value of a NamedTuple class: a tuple whose elements have names."""

    class_: Class
    fields: tuple[str, ...]

    def same_kind(self, items: Any) -> NamedTuple:
        """A value of the same class with other elements."""
        made = NamedTuple(items)
        made.class_, made.fields = self.class_, self.fields
        return made

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
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
    return self.same_kind(changes.get(n, v) for n, v in zip(self.fields, self))


def made_tuple(machine: Machine, made: Class) -> None:
    fields = tuple(made.namespace.get("__annotations__", {}))
    name_fields(made, {f: made.namespace.get(f, MISSING) for f in fields})


def name_fields(made: Class, fields: dict[str, Any]) -> None:
    """Make ``made`` a class of tuples with these fields (name → default or MISSING)."""
    made.traits.fields = fields
    made.traits.construct = construct_tuple
    made.namespace.update(
        _fields=tuple(fields),
        _field_defaults={n: d for n, d in fields.items() if d is not MISSING},
        _make=ClassMethod(_make_tuple),
    )
    made.forget()


def _make_tuple(cls: Class, iterable: Any, *, machine: Machine) -> Any:
    return construct_tuple(machine, cls, machine.iterate(iterable), {})


def leave_constructor_open(made: Class, decorator: Unknown) -> None:
    """A decorator that is not known (``flax.struct.dataclass``, ``attrs.define``) may have given the class a
    constructor, where neither it nor a base has one, or call the one it has with arguments of its own."""
    made.traits.decorated_by = decorator
    initialiser = made.namespace.get("__init__")
    if isinstance(initialiser, Function):
        initialiser.decorated_by = decorator
    own = any("__init__" in c.namespace for c in made.mro if isinstance(c, Class))
    if made.opaque is None and not own and made.namespace.get("__annotations__"):
        made.traits.construct = _construct_unknown


def _construct_unknown(machine: Machine, class_: Class, args: list[Any], kwargs: dict[str, Any]) -> Any:
    return machine.unknown(f"the decorator of {class_.name}, which makes its constructor, is not known")


def _construct_dict(machine: Machine, class_: Class, args: list[Any], kwargs: dict[str, Any]) -> Any:
    return machine.call(dict, args, kwargs)


def construct_tuple(machine: Machine, class_: Class, args: list[Any], kwargs: dict[str, Any]) -> Any:
    fields = class_.traits.fields or {}
    values = field_values(machine, class_, fields, args, kwargs)
    if values is None:
        return Unknown("its arguments do not fit", machine.site())
    made = NamedTuple(values[f] for f in fields)
    made.class_, made.fields = class_, tuple(fields)
    return made


def field_values(
    machine: Machine,
    class_: Class,
    fields: dict[str, Any],
    args: list[Any],
    kwargs: dict[str, Any],
    positional: int | None = None,
) -> dict[str, Any] | None:
    """Positional and keyword arguments laid out over fields; a misfit is a problem and gives None."""
    machine.budget.visit(len(fields))
    positional = len(fields) if positional is None else positional
    if len(args) > positional:
        machine.problem(too_many(class_.name, positional, len(args)))
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
    return {**fields, **values}


# -- enumerations ----------------------------------------------------------------------------


def made_enumeration(machine: Machine, made: Class, base: Class) -> None:
    """Turn the plain assignments of an Enum class's body into its members."""
    members: dict[str, Any] = {}
    counter = 0
    for name, value in list(made.namespace.items()):
        if name.startswith("_") or isinstance(value, (Function, Property, StaticMethod, ClassMethod, FunctionType)):
            continue
        counter = counter + 1 if value is AUTO else (value if isinstance(value, int) else counter)
        if value is AUTO:
            value = name.lower() if made.payload_type is str else counter
        alias = next((m for m in members.values() if _equal(m.attributes["value"], value)), None)
        members[name] = alias or _member(machine, made, name, value)
    made.namespace.update(members)
    made.forget()
    made.traits.members = members
    made.traits.is_enumeration = True
    made.traits.construct = look_up_member


class _Auto:
    __slots__ = ()


AUTO = _Auto()


def _member(machine: Machine, made: Class, name: str, value: Any) -> Instance:
    instance = Instance(made, machine, machine.site())
    instance.attributes.update(name=name, _name_=name, value=value, _value_=value)
    if made.payload_type is not None:
        object.__setattr__(instance, "payload", value)
    initialiser = made.find("__init__")
    if isinstance(initialiser, Function):
        machine.call(BoundMethod(instance, initialiser), list(value) if isinstance(value, tuple) else [value])
    return instance


def look_up_member(machine: Machine, class_: Class, args: list[Any], kwargs: dict[str, Any]) -> Any:
    wanted = args[0] if args else None
    members = class_.traits.members or {}
    if len(args) > 1 and not members:
        return _functional(machine, class_, wanted, args[1])
    for member in members.values():
        if member is wanted or _equal(member.attributes["value"], wanted):
            return member
    if isinstance(wanted, Unknown):
        return wanted
    hook = class_.find("_missing_")
    found = machine.call(BoundMethod(class_, hook.function), (wanted,)) if isinstance(hook, ClassMethod) else None
    if isinstance(found, (Instance, Unknown)):
        return found
    raise machine.exception("ValueError", f"{wanted!r} is not a valid {class_.name}")


def _functional(machine: Machine, base: Class, name: Any, names: Any) -> Any:
    """``Enum("Color", "RED GREEN")``."""
    if isinstance(names, str):
        names = names.replace(",", " ").split()
    numbered = names if isinstance(names, dict) else {n: i + 1 for i, n in enumerate(machine.iterate(names))}
    return make_class(machine, name, [base], {}, dict(numbered), base.module)


def _equal(left: Any, right: Any) -> bool:
    try:
        return bool(left == right)
    except UnknownUsed:
        return False
