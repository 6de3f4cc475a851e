"""Attribute access: ``a.b``, ``a.b = c`` and ``del a.b`` for every kind of value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any

from analyzers.interpreter import overlays
from analyzers.interpreter.capabilities import SupportsAttributes
from analyzers.interpreter.function_data import FUNCTION_DATA, qualified_name
from analyzers.interpreter.hosts import ModuleHost, hosts_of
from analyzers.interpreter.iteration import type_name
from analyzers.interpreter.object_methods import (
    collection_init,
    object_delattr,
    object_eq,
    object_getattribute,
    object_hash,
    object_init,
    object_new,
    object_setattr,
    operation,
    type_call,
    type_new,
)
from analyzers.interpreter.values import (
    MISSING,
    BoundMethod,
    CachedProperty,
    Class,
    ClassMethod,
    Function,
    HostMethod,
    Instance,
    NativeModule,
    Partial,
    PartialMethod,
    Property,
    StaticMethod,
    Super,
    TypingForm,
)
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import NotModelled, Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

HOST_METHODS: dict[type, frozenset[str]] = {
    list: frozenset("append extend insert pop remove clear index count sort reverse copy".split()),
    dict: frozenset("get items keys values pop popitem setdefault update copy clear fromkeys move_to_end".split()),
    tuple: frozenset(["index", "count"]),
    set: frozenset(
        "add remove discard pop clear union intersection difference symmetric_difference update "
        "intersection_update difference_update issubset issuperset isdisjoint copy".split()
    ),
    frozenset: frozenset(
        "union intersection difference symmetric_difference issubset issuperset isdisjoint copy".split()
    ),
    str: frozenset(
        "capitalize casefold count encode endswith find index isalnum isalpha isdigit isdecimal isidentifier "
        "islower isnumeric isspace istitle isupper join lower lstrip partition removeprefix removesuffix replace "
        "rfind rindex rpartition rsplit rstrip split splitlines startswith strip swapcase title upper format "
        "format_map ljust rjust center zfill translate expandtabs".split()
    ),
    bytes: frozenset("decode hex startswith endswith split join".split()),
    int: frozenset("bit_length bit_count conjugate real imag numerator denominator is_integer to_bytes".split()),
    float: frozenset("is_integer hex conjugate real imag as_integer_ratio".split()),
    bool: frozenset("bit_length conjugate real imag".split()),
    complex: frozenset("conjugate real imag".split()),
    range: frozenset("start stop step index count".split()),
    slice: frozenset("start stop step indices".split()),
    Counter: frozenset("most_common subtract elements total".split()),
}

UNBOUND: dict[type, frozenset[str]] = {
    str: frozenset(["maketrans"]),
    int: frozenset(["from_bytes"]),
    bytes: frozenset(["fromhex"]),
    float: frozenset(["fromhex"]),
}
"""Constructors that are methods of the type."""
COLLECTION_METHODS = frozenset().union(*(HOST_METHODS[kind] for kind in (list, dict, set, str)))
FUNCTION_TYPE = TypingForm("function")
HOST_DATA = frozenset("real imag numerator denominator start stop step".split())


def get_attribute(machine: Machine, value: Any, name: str, default: Any = None) -> Any:
    """The attribute; absent: ``default`` if that is MISSING, else AttributeError in the program."""
    finder = FINDERS.get(type(value), _find)
    found = finder(machine, value, name)
    if found is not MISSING or default is MISSING:
        return found
    raise machine.exception("AttributeError", f"{type_name(value)} object has no attribute {name}")


def _find(machine: Machine, value: Any, name: str) -> Any:
    kind = type(value)
    if kind in FINDERS:
        return FINDERS[kind](machine, value, name)
    if isinstance(value, SupportsAttributes):
        return value.lookup_attribute(machine, name)
    if isinstance(value, Unknown):
        if name.startswith("register_") and name.endswith("_hook"):
            machine.recorder.has_hooks = True
        return value.used()
    if isinstance(value, Tensor):
        return _of_tensor(machine, value, name)
    return _of_host(machine, value, name)


def _of_instance(machine: Machine, value: Instance, name: str, fallback: Any = None) -> Any:
    if fallback is None and value.class_.find("__getattribute__") is not MISSING and name[:2] != "__":
        return _looked_up_by_class(machine, value, name)
    attribute = value.class_.find(name)
    kind = type(attribute)
    if kind is Property:
        return _read_property(machine, value, attribute)
    if kind is Instance and attribute.class_.find("__set__") is not MISSING:
        return bind_to(machine, attribute, value, value.class_)
    if name in value.attributes:
        return value.attributes[name]
    if kind is Function or kind is FunctionType:
        return BoundMethod(value, attribute)
    if attribute is not MISSING:
        return bind_to(machine, attribute, value, value.class_)
    return _special_of_instance(machine, value, name, fallback or _fallback)


def _looked_up_by_class(machine: Machine, value: Instance, name: str) -> Any:
    """The class's own ``__getattribute__``, and its ``__getattr__`` where that finds nothing."""
    hook = value.class_.find("__getattribute__")
    found = hook if isinstance(hook, Unknown) else _call_hook(machine, value, hook, name)
    return _fallback(machine, value, name) if found is MISSING else found


def own_attribute(machine: Machine, value: Instance, name: str) -> Any:
    """``object.__getattribute__``: no ``__getattr__`` is asked."""
    return _of_instance(machine, value, name, _without_hook)


def _special_of_instance(machine: Machine, value: Instance, name: str, fallback: Any) -> Any:
    """What the interpreter keeps about an object, the value it carries, or what its class makes up."""
    if name == "__class__":
        return value.class_
    if name == "__dict__":
        return value.attributes
    if name == "__module__":
        return value.class_.module
    if value.payload is not None:
        found = _find(machine, value.payload, name)
        if found is not MISSING:
            return found
    return fallback(machine, value, name)


def _fallback(machine: Machine, value: Instance, name: str) -> Any:
    """The class's own ``__getattr__``, where there is nothing else."""
    hook = value.class_.find("__getattr__")
    if hook is not MISSING and not (name[:2] == "__" == name[-2:]):
        is_own = type(hook) is FunctionType and not hook.__kwdefaults__ and "machine" not in hook.__code__.co_varnames
        found = hook(value, name) if is_own else _call_hook(machine, value, hook, name)
        if found is not MISSING:
            return found
    return _without_hook(machine, value, name)


def _without_hook(machine: Machine, value: Instance, name: str) -> Any:
    """What a broken or partly unknown object may have is unknown."""
    if value.unknown_because is not None:
        return value.unknown_because
    change = machine.possible_change(value)
    if change is not None and name[:2] != "__":
        return change
    if name == "__doc__":
        return None
    if _may_have(value.class_, name):
        return NotModelled(f"{value.class_.name}.{name} is not modelled")
    return next(_unknown_parts(value.class_, name), MISSING)


def _may_have(class_: Class, name: str) -> bool:
    """Whether a library's class may have an attribute that the tables do not."""
    if class_.host is not None and not issubclass(class_.host, ModuleHost):
        return name[:1] != "_"
    return any(issubclass(host, ModuleHost) and name in host.may_have for host in hosts_of(class_))


def _unknown_parts(class_: Class, name: str) -> Iterator[Unknown]:
    """What may bring the attribute: a base, or a decorator, that is not known."""
    if class_.opaque is not None:
        yield class_.opaque
    if name[:2] != "__":
        yield from (
            c.traits.decorated_by for c in class_.mro if isinstance(c, Class) and c.traits.decorated_by is not None
        )


def may_lack(machine: Machine, value: Any, name: str, found: Any) -> bool:
    """Whether what was found under a name only stands for something that may not be there."""
    if isinstance(value, Function):
        return found is value.decorated_by
    if type(found) is NotModelled:
        return True
    if isinstance(value, Instance) and found in (value.unknown_because, machine.possible_change(value)):
        return True
    class_ = value.class_ if isinstance(value, Instance) else value
    return isinstance(class_, Class) and any(found is part for part in _unknown_parts(class_, name))


def _call_hook(machine: Machine, value: Instance, hook: Any, name: str) -> Any:
    from analyzers.interpreter.iteration import is_exception
    from analyzers.interpreter.values import Raised

    try:
        return machine.call(bind_to(machine, hook, value, value.class_), (name,))
    except Raised as raised:
        if is_exception(raised.value, "AttributeError"):
            return MISSING
        raise


def _read_property(machine: Machine, receiver: Any, attribute: Property) -> Any:
    return machine.call(attribute.getter, (receiver,))


def bind_to(machine: Machine, attribute: Any, receiver: Any, class_: Class) -> Any:
    """The descriptor protocol for what a class namespace holds."""
    kind = type(attribute)
    if kind is Function or kind is FunctionType:
        return BoundMethod(receiver, attribute)
    if kind is HostMethod and isinstance(attribute.receiver, type):
        return HostMethod(receiver.payload, attribute.name)
    if kind is ClassMethod:
        return BoundMethod(class_, attribute.function)
    if kind is StaticMethod:
        return attribute.function
    if kind is Property:
        return _read_property(machine, receiver, attribute)
    if kind is Instance and attribute.class_.find("__get__") is not MISSING:
        return machine.call(machine.get_attribute(attribute, "__get__"), (receiver, class_))
    if kind is CachedProperty:
        return _computed_once(machine, attribute, receiver)
    if kind is PartialMethod:
        return Partial(bind_to(machine, attribute.function, receiver, class_), attribute.args, attribute.keywords)
    return attribute


def _computed_once(machine: Machine, attribute: CachedProperty, receiver: Any) -> Any:
    value = machine.call(attribute.function, (receiver,))
    if isinstance(receiver, Instance):
        machine.journal.touch(receiver.attributes)
        receiver.attributes[attribute.name] = value
    return value


def _of_class(machine: Machine, value: Class, name: str) -> Any:
    attribute = value.find(name)
    if attribute is MISSING:
        return _of_class_itself(machine, value, name)
    kind = type(attribute)
    if kind is ClassMethod:
        return BoundMethod(value, attribute.function)
    if kind is StaticMethod:
        return attribute.function
    if kind is Instance and attribute.class_.find("__get__") is not MISSING:
        return machine.call(machine.get_attribute(attribute, "__get__"), (None, value))
    return attribute


def _of_class_itself(machine: Machine, value: Class, name: str) -> Any:
    special = {
        "__name__": value.name,
        "__qualname__": value.name,
        "__module__": value.module,
        "__mro__": (*value.mro, object) if object not in value.mro else value.mro,
        "__bases__": value.bases or (object,),
        "__class__": value.metaclass,
        "__dict__": value.namespace,
        "__doc__": None,
    }
    if name in special:
        return special[name]
    if name == "__members__" and value.traits.members is not None:
        return value.traits.members
    if value.payload_type is not None:
        found = _of_host(machine, value.payload_type, name)
        if found is not MISSING:
            return found
    if value.opaque is not None:
        return value.opaque
    metaclass = value.traits.metaclass
    if isinstance(metaclass, Class):
        found = metaclass.find(name)
        if found is not MISSING:
            return bind_to(machine, found, value, metaclass)
    if name in ("__init__", "__new__", "__setattr__"):
        return OBJECT_METHODS[name]
    return next(_unknown_parts(value, name), MISSING)


def _of_super(machine: Machine, value: Super, name: str) -> Any:
    receiver = value.receiver
    class_ = receiver if isinstance(receiver, Class) else receiver.class_
    if isinstance(receiver, Class) and value.after not in receiver.mro:
        class_ = receiver if receiver.traits.metaclass is None else receiver.traits.metaclass
        attribute = class_.find_after(value.after, name)
        if attribute is MISSING:
            return _super_of_object(machine, receiver, class_, name)
        return BoundMethod(receiver, attribute)
    attribute = class_.find_after(value.after, name)
    if attribute is MISSING:
        return _super_of_object(machine, receiver, class_, name)
    if isinstance(receiver, Class):
        return BoundMethod(receiver, attribute.function) if type(attribute) is ClassMethod else attribute
    return bind_to(machine, attribute, receiver, class_)


def _super_of_object(machine: Machine, receiver: Any, class_: Class, name: str) -> Any:
    if class_.opaque is not None:
        return class_.opaque
    if class_.payload_type is type and name in TYPE_METHODS:
        return BoundMethod(receiver, TYPE_METHODS[name])
    if isinstance(receiver, Instance) and receiver.payload is not None:
        found = _find(machine, receiver.payload, name)
        if found is not MISSING:
            return found
        if name == "__init__" and isinstance(receiver.payload, (dict, list, set)):
            return BoundMethod(receiver, collection_init)
        if name in PAYLOAD_METHODS:
            return BoundMethod(receiver, PAYLOAD_METHODS[name])
    return BoundMethod(receiver, OBJECT_METHODS[name]) if name in OBJECT_METHODS else MISSING


TYPE_METHODS: dict[str, Any] = {"__new__": type_new, "__init__": object_init, "__call__": type_call}


PAYLOAD_METHODS: dict[str, Any] = {
    name: operation(name)
    for name in "__getitem__ __setitem__ __delitem__ __contains__ __len__ __iter__ __eq__ __ne__ __lt__ __gt__ __le__ "
    "__ge__ __add__ __sub__ __mul__ __floordiv__ __truediv__ __mod__ __or__ __and__ __xor__ __pow__ __str__ __repr__ "
    "__bool__ __int__ __hash__".split()
}


OBJECT_METHODS: dict[str, Any] = {
    "__init__": object_init,
    "__init_subclass__": object_init,
    "__setattr__": object_setattr,
    "__delattr__": object_delattr,
    "__getattribute__": object_getattribute,
    "__eq__": object_eq,
    "__hash__": object_hash,
    "__new__": object_new,
    "__post_init__": object_init,
}


def _of_tensor(machine: Machine, value: Tensor, name: str) -> Any:
    getter = overlays.PROPERTIES.get(name)
    if getter is not None:
        return calls_native(machine, getter, value)
    method = overlays.METHODS.get(name)
    if method is not None:
        return BoundMethod(value, method)
    return NotModelled(f"the tensor attribute {name} is not modelled", machine.site())


def calls_native(machine: Machine, native: Any, value: Any) -> Any:
    return machine.call(native, (value,))


def _of_function(machine: Machine, value: Any, name: str) -> Any:
    if name in value.attributes:
        return value.attributes[name]
    if name == "__name__":
        return value.name
    if name == "__qualname__":
        return qualified_name(value)
    if name == "__module__":
        return value.scope.module.name
    if name == "__class__":
        return FUNCTION_TYPE
    found = FUNCTION_DATA.get(name)
    if found is not None:
        return found(machine, value)
    return MISSING if value.decorated_by is None else value.decorated_by


def _of_partial(machine: Machine, value: Partial, name: str) -> Any:
    return {"func": value.function, "args": value.args, "keywords": value.keywords}.get(name, MISSING)


def _of_bound(machine: Machine, value: BoundMethod, name: str) -> Any:
    special = {"__self__": value.receiver, "__func__": value.function}
    return special[name] if name in special else _find(machine, value.function, name)


def _of_native_module(machine: Machine, value: NativeModule, name: str) -> Any:
    if name in value.assigned:
        return value.assigned[name]
    if name in value.found:
        return value.found[name]
    return machine.modules.native_member(value, name)


def _of_property(machine: Machine, value: Property, name: str) -> Any:
    def getter(function: Any) -> Property:
        return Property(function, value.setter, value.deleter)

    def setter(function: Any) -> Property:
        return Property(value.getter, function, value.deleter)

    def deleter(function: Any) -> Property:
        return Property(value.getter, value.setter, function)

    special = {"getter": getter, "setter": setter, "deleter": deleter, "fget": value.getter, "fset": value.setter}
    return special.get(name, MISSING)


def _of_typing(machine: Machine, value: TypingForm, name: str) -> Any:
    if name == "__module__":
        return "builtins" if value is FUNCTION_TYPE else "typing"
    return value.name if name in ("__name__", "__qualname__") else MISSING


def _of_host(machine: Machine, value: Any, name: str) -> Any:
    """Methods of Python's own values, and public attributes of our helper objects."""
    for kind in type(value).__mro__:
        if name in HOST_METHODS.get(kind, ()):
            return getattr(value, name) if name in HOST_DATA else HostMethod(value, name)
    if isinstance(value, type):
        return _of_host_type(value, name)
    if type(value).__module__.startswith("analyzers.") and not name.startswith("_"):
        return getattr(value, name, MISSING)
    if name == "__class__":
        return type(value)
    if name == "__name__":
        found = getattr(value, "__name__", MISSING)
        return found.strip("_") if isinstance(found, str) else found
    if callable(value):
        return _of_native(machine, value, name)
    return MISSING


def _of_native(machine: Machine, value: Any, name: str) -> Any:
    """A function of a library's: its signature is the library's own."""
    if name in NATIVE_DATA and type(value) is FunctionType:
        return NATIVE_DATA[name](value)
    return machine.unknown(f"the attribute {name} of a function") if not name.startswith("__") else MISSING


NATIVE_DATA: dict[str, Any] = {
    "__defaults__": lambda native: native.__defaults__,
    "__kwdefaults__": lambda native: {k: v for k, v in (native.__kwdefaults__ or {}).items() if k != "machine"} or None,
    "__dict__": lambda native: {},
    "__qualname__": lambda native: native.__name__.strip("_"),
    "__doc__": lambda native: Unknown("the text of a function of a library"),
}


def _of_host_type(value: type, name: str) -> Any:
    if name in ("__name__", "__qualname__"):
        return value.__name__
    if name == "__module__":
        return "builtins"
    if name in HOST_METHODS.get(value, ()):
        return HostMethod(value, name)
    if value is type and name in TYPE_METHODS:
        return TYPE_METHODS[name]
    if name == "__init__":
        return object_init
    if name in PAYLOAD_METHODS and value is not object:
        return PAYLOAD_METHODS[name]
    if name in UNBOUND.get(value, ()):
        return HostMethod(value, name)
    if value.__module__.startswith("analyzers.") and not name.startswith("_"):
        return getattr(value, name, MISSING)
    return OBJECT_METHODS.get(name, MISSING)


FINDERS: dict[type, Any] = {
    Instance: _of_instance,
    Tensor: _of_tensor,
    Class: _of_class,
    Super: _of_super,
    Function: _of_function,
    Partial: _of_partial,
    BoundMethod: _of_bound,
    NativeModule: _of_native_module,
    Property: _of_property,
    TypingForm: _of_typing,
}


# -- assignment ------------------------------------------------------------------------------
