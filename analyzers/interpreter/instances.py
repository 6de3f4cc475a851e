"""Whether a value is an instance of a class, a type or a typing form."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.lazy_iterators import LazyIterator
from analyzers.interpreter.values import (
    MISSING,
    NOWHERE,
    BoundMethod,
    Class,
    Function,
    HostMethod,
    Instance,
    ModuleValue,
    NativeType,
    NativeValue,
    Partial,
    Site,
    TypingForm,
)
from analyzers.tensors.dims import Expression
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import NotModelled, Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def note_assignment(value: Instance, name: str, site: Site | None) -> None:
    """Remember where an attribute was assigned."""
    if value.assigned_at is NOWHERE:
        object.__setattr__(value, "assigned_at", {})
    value.assigned_at[name] = site


def is_instance(machine: Machine, value: Any, kinds: Any) -> bool | None:
    """``isinstance``; None where it is not known."""
    if type(value) is Instance and type(kinds) is Class:
        return _instance_fits(value, kinds)
    if isinstance(kinds, Instance) and kinds.payload is not None:
        kinds = kinds.payload
    if isinstance(kinds, (tuple, list)):
        answers = [is_instance(machine, value, kind) for kind in kinds]
        return True if True in answers else None if None in answers else False
    if isinstance(value, Unknown) or isinstance(kinds, Unknown):
        return False if value is None and isinstance(kinds, NotModelled) else None
    if isinstance(kinds, NativeType):
        return kinds.includes(value)
    if isinstance(kinds, TypingForm):
        if kinds.options:
            return is_instance(machine, value, tuple(type(None) if k is None else k for k in kinds.options))
        return _fits_form(value, kinds.name)
    if isinstance(value, NativeValue) and isinstance(kinds, (Class, type)):
        return value.is_instance_of(kinds)
    made = getattr(kinds, "makes", None)
    if made is not None and callable(kinds):
        return type(value) is made
    if isinstance(value, Instance):
        return _instance_fits(value, kinds)
    if isinstance(kinds, Class):
        return _class_fits(value, kinds)
    if isinstance(kinds, type):
        return _host_fits(value, kinds)
    return None


def _instance_fits(value: Instance, kind: Any) -> bool | None:
    if value.class_.is_subclass(kind) or kind is object:
        return True
    return None if value.class_.opaque is not None else False


def _class_fits(value: Any, kind: Class) -> bool:
    if isinstance(value, Class):
        if value.traits.is_enumeration and kind.qualified_name == "enum.EnumMeta":
            return True
        metaclass = value.traits.metaclass
        return isinstance(metaclass, Class) and metaclass.is_subclass(kind)
    if isinstance(value, Tensor):
        parameter = kind.qualified_name.endswith("Parameter")
        return kind.qualified_name.startswith("torch.") and (
            kind.name in ("Tensor", "FloatTensor") or (parameter and value.parameter)
        )
    return getattr(value, "class_", None) is kind


def _host_fits(value: Any, kind: type) -> bool:
    if kind is object:
        return True
    if isinstance(value, (Class, type)) and kind is type:
        return True
    if isinstance(value, Expression):
        return kind is int
    if isinstance(value, ModuleValue):
        return False
    own = type(value).__module__.startswith("analyzers.") and not kind.__module__.startswith("analyzers.")
    return isinstance(value, kind) and (not own or kind in (tuple, dict, list, set))


_SHAPES: dict[str, tuple[type, ...]] = {
    "Sequence": (list, tuple, str, range, bytes),
    "MutableSequence": (list,),
    "Iterable": (list, tuple, str, range, bytes, dict, set, frozenset, LazyIterator, Tensor),
    "Collection": (list, tuple, str, range, bytes, dict, set, frozenset),
    "Sized": (list, tuple, str, range, bytes, dict, set, frozenset, Tensor),
    "Container": (list, tuple, str, range, bytes, dict, set, frozenset),
    "Mapping": (dict,),
    "MutableMapping": (dict,),
    "Set": (set, frozenset),
    "Iterator": (LazyIterator,),
    "Generator": (LazyIterator,),
    "Hashable": (int, str, float, tuple, frozenset, type(None)),
    "Number": (int, float, complex),
    "Integral": (int,),
    "Real": (int, float),
    "List": (list,),
    "Dict": (dict,),
    "Tuple": (tuple,),
}


def _fits_form(value: Any, name: str) -> bool | None:
    if name == "Callable":
        return is_callable(value)
    if name in ("Any", "object"):
        return True
    if name in ("FunctionType", "LambdaType", "function", "MethodType", "ModuleType"):
        return _fits_type_of_code(value, name)
    shapes = _SHAPES.get(name)
    if shapes is None:
        return None
    if isinstance(value, Instance):
        if value.payload is not None:
            return isinstance(value.payload, shapes)
        wanted = {"Mapping": "keys", "Sized": "__len__"}.get(name, "__iter__")
        return value.class_.find(wanted) is not MISSING
    return isinstance(value, shapes)


def _fits_type_of_code(value: Any, name: str) -> bool | None:
    """``types.FunctionType`` and its kin; whether a framework's function is one in Python is not known."""
    if name == "ModuleType":
        return isinstance(value, ModuleValue)
    if name == "MethodType":
        return isinstance(value, BoundMethod)
    return None if isinstance(value, FunctionType) else isinstance(value, Function)


def is_callable(value: Any) -> Any:
    """``callable``; of what is not known it is not known."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Instance):
        return value.class_.find("__call__") is not MISSING
    known = (Function, BoundMethod, Class, Partial, HostMethod, NativeType, type)
    return isinstance(value, known) or callable(value)
