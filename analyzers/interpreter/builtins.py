"""Python's builtin functions and constructors, on abstract values."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analyzers.interpreter import comparison, formatting, operators, overlays
from analyzers.interpreter.attributes import may_lack
from analyzers.interpreter.bounded_operations import modular_power
from analyzers.interpreter.budget import MAXIMUM_BITS
from analyzers.interpreter.conversions import (
    make_bool,
    make_bytes,
    make_complex,
    make_dict,
    make_float,
    make_frozenset,
    make_int,
    make_list,
    make_repr,
    make_set,
    make_slice,
    make_str,
    make_tuple,
)
from analyzers.interpreter.eval_strings import compiled, evaluated, executed
from analyzers.interpreter.graph import tensors_below
from analyzers.interpreter.instances import is_callable, is_instance
from analyzers.interpreter.iteration import elements, is_exception, known_set, whole_dict
from analyzers.interpreter.lazy_iterators import LazyIterator
from analyzers.interpreter.module import Module
from analyzers.interpreter.module_names import names_of_module
from analyzers.interpreter.native_values import call_special
from analyzers.interpreter.ordering import greatest, least, sorted_of
from analyzers.interpreter.values import (
    MISSING,
    SUPER,
    Class,
    ClassMethod,
    Instance,
    MaybeMissing,
    NativeModule,
    NativeType,
    NativeValue,
    Property,
    Raised,
    StaticMethod,
    UnknownTail,
)
from analyzers.tensors.dims import Expression, is_sure_less, symbol
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations.arguments import integer
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

# -- sizes and numbers -----------------------------------------------------------------------


def _len(value: Any, *, machine: Machine) -> Any:
    if isinstance(value, NativeValue):
        return call_special(machine, value, "__len__")
    if isinstance(value, Tensor):
        if not value.shape:
            raise OperationError("rank-mismatch", "{subject} gets a tensor without dimensions", exception="TypeError")
        return value.shape[0]
    if isinstance(value, Instance):
        method = machine.get_attribute(value, "__len__", default=MISSING)
        if method is not MISSING:
            return machine.call(method)
        if value.payload is not None:
            return _len(value.payload, machine=machine)
        if value.unknown_because is not None:
            return value.unknown_because
        raise TypeError(f"object of type {value.class_.name} has no len()")
    if isinstance(value, (set, frozenset)):
        return len(known_set(list(value)))
    if isinstance(value, (list, tuple, deque)):
        machine.budget.read(value)
        if UnknownTail not in map(type, value):
            return len(value)
        return next(v for v in value if type(v) is UnknownTail).plain()
    if isinstance(value, Class) and value.traits.members is not None:
        return len(machine.iterate(value))
    if isinstance(value, Class) and isinstance(value.traits.metaclass, Class):
        return machine.call(machine.get_attribute(value.traits.metaclass, "__len__"), (value,))
    sized: Any = whole_dict(machine, value) if isinstance(value, dict) else value
    return len(sized)


def _abs(value: Any, *, machine: Machine) -> Any:
    if isinstance(value, NativeValue):
        return call_special(machine, value, "__abs__")
    if isinstance(value, Tensor):
        return machine.call(machine.get_attribute(value, "abs"))
    if isinstance(value, Instance) and value.class_.find("__abs__") is not MISSING:
        return machine.call(machine.get_attribute(value, "__abs__"))
    return abs(value.payload if isinstance(value, Instance) else value)


def _sum(values: Any, start: Any = 0, *, machine: Machine) -> Any:
    total = start
    for item in machine.iterate(values):
        machine.budget.spend()
        total = operators.binary(machine, "add", total, item)
        if isinstance(total, Unknown):
            return total
    return total


def _round(number: Any, ndigits: Any = None, *, machine: Machine) -> Any:
    if isinstance(number, NativeValue):
        return call_special(machine, number, "__round__", ndigits)
    if isinstance(number, Tensor):
        return machine.call(machine.get_attribute(number, "round"))
    return round(number) if ndigits is None else round(number, ndigits)


def _pow(base: Any, exp: Any, mod: Any = None, *, machine: Machine) -> Any:
    if mod is not None:
        return modular_power(machine, base, exp, mod)
    return operators.binary(machine, "pow", base, exp)


def _divmod(a: Any, b: Any, *, machine: Machine) -> Any:
    quotient = operators.binary(machine, "floordiv", a, b)
    return quotient, operators.binary(machine, "mod", a, b)


# -- iteration -------------------------------------------------------------------------------


def _up_to_unknown(rows: Any) -> Iterator[Any]:
    """Rows of elements of several iterables; from where one of them is not known, nothing of the rows is."""
    for row in rows:
        tail = next((item for item in row if type(item) is UnknownTail), None)
        yield row if tail is None else tail
        if tail is not None:
            return


def _enumerate(iterable: Any, start: Any = 0, *, machine: Machine) -> LazyIterator:
    return LazyIterator(_up_to_unknown(enumerate(elements(machine, iterable), start)))


def _zip(*iterables: Any, strict: Any = False, machine: Machine) -> LazyIterator:
    return LazyIterator(_up_to_unknown(zip(*[elements(machine, i) for i in iterables], strict=strict is True)))


def _map(function: Any, *iterables: Any, machine: Machine) -> LazyIterator:
    rows = _up_to_unknown(zip(*[elements(machine, i) for i in iterables]))
    return LazyIterator(row if type(row) is UnknownTail else machine.call(function, row) for row in rows)


def _filter(function: Any, iterable: Any, *, machine: Machine) -> Any:
    return LazyIterator(_filtered(machine, function, elements(machine, iterable)))


def _filtered(machine: Machine, function: Any, items: Any) -> Iterator[Any]:
    for item in items:
        known = machine.truth(item if function is None else machine.call(function, (item,)))
        if isinstance(item, UnknownTail):
            yield UnknownTail("filtered by a condition that is not known", machine.site())
            return
        if known is None:
            yield UnknownTail("filtered by a condition that is not known", machine.site(), item)
        elif known:
            yield item


def _reversed(value: Any, *, machine: Machine) -> Any:
    if isinstance(value, Instance) and value.class_.find("__reversed__") is not MISSING:
        return machine.call(machine.get_attribute(value, "__reversed__"))
    return LazyIterator(iter(machine.iterate(value)[::-1]))


def _all(iterable: Any, *, machine: Machine) -> Any:
    return _quantified(machine, iterable, False)


def _any(iterable: Any, *, machine: Machine) -> Any:
    return _quantified(machine, iterable, True)


def _quantified(machine: Machine, iterable: Any, decisive: bool) -> Any:
    unsure = False
    for item in elements(machine, iterable):
        if isinstance(item, UnknownTail):
            raise UnknownUsed(item.plain())
        known = machine.truth(item)
        if known is decisive:
            return decisive
        unsure = unsure or known is None
    return machine.unknown("a condition that is not known") if unsure else not decisive


def _iter(value: Any, sentinel: Any = MISSING, *, machine: Machine) -> Any:
    if sentinel is not MISSING:
        return LazyIterator(_until(machine, value, sentinel))
    if isinstance(value, Instance) and value.class_.find("__iter__") is not MISSING:
        return machine.call(machine.get_attribute(value, "__iter__"))
    return value if isinstance(value, LazyIterator) else LazyIterator(iter(machine.iterate(value)))


def _until(machine: Machine, function: Any, sentinel: Any) -> Iterator[Any]:
    """``iter(function, sentinel)``."""
    while True:
        machine.budget.spend()
        item = machine.call(function)
        if comparison.equals(machine, item, sentinel) is not False:
            return
        yield item


def _next(iterator: Any, default: Any = MISSING, *, machine: Machine) -> Any:
    if isinstance(iterator, Instance):
        try:
            return machine.call(machine.get_attribute(iterator, "__next__"))
        except Raised as raised:
            if default is not MISSING and is_exception(raised.value, "StopIteration"):
                return default
            raise
    if isinstance(iterator, (list, tuple, dict, set, str, range)):
        raise TypeError(f"{type(iterator).__name__!r} object is not an iterator")
    source = iterator.source if isinstance(iterator, LazyIterator) else iter(machine.iterate(iterator))
    for item in source:
        return item.plain() if isinstance(item, UnknownTail) else item
    if default is MISSING:
        raise machine.exception("StopIteration")
    return default


def _range(*ends: Any, machine: Machine) -> Any:
    if any(isinstance(end, Expression) for end in ends):
        reason = "a range of symbolic length"
        start, stop, step = (0, *ends, 1) if len(ends) == 1 else (*ends, 1)[:3]
        turns = is_sure_less(start, stop) or (start == 0 and _is_size(machine, stop))
        if type(start) is int and type(step) is int and step > 0 and turns:
            return [start, UnknownTail(reason, machine.site(), symbol("i"))]
        raise UnknownUsed(Unknown(reason))
    return range(*[integer(end) if isinstance(end, (Tensor, NativeValue)) else end for end in ends])


def _is_size(machine: Machine, dim: Any) -> bool:
    """Whether a tensor has it as a size, which is one at least."""
    records = machine.recorder.records
    return any(dim in tensor.shape for record in records for tensor in tensors_below(record.output))


# -- types -----------------------------------------------------------------------------------


def _isinstance(value: Any, kinds: Any, *, machine: Machine) -> Any:
    known = is_instance(machine, value, kinds)
    return machine.unknown("the type of a value") if known is None else known


def _issubclass(value: Any, kinds: Any, *, machine: Machine) -> Any:
    if isinstance(kinds, (tuple, list)):
        answers = [_issubclass(value, kind, machine=machine) for kind in kinds]
        return any(a is True for a in answers)
    if isinstance(value, Class):
        if value.is_subclass(kinds) or kinds is object:
            return True
        opaque = next((b for b in value.mro if isinstance(b, Unknown)), None)
        return False if opaque is None else opaque
    if isinstance(value, NativeType):
        return value.derives_from(kinds)
    if isinstance(value, type) and isinstance(kinds, type):
        return issubclass(value, kinds)
    return False if not isinstance(value, Unknown) else value


def _type(value: Any, bases: Any = None, namespace: Any = None, *, machine: Machine) -> Any:
    if bases is not None:
        from analyzers.interpreter.classes import make_class

        return make_class(machine, value, machine.iterate(bases), {}, dict(namespace), "")
    if isinstance(value, NativeValue):
        return machine.get_attribute(value, "__class__")
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Instance):
        return value.class_
    if isinstance(value, Tensor):
        return machine.modules.import_module("torch.Tensor")
    if isinstance(value, (Class, type)):
        return value.metaclass if isinstance(value, Class) else type
    if isinstance(value, Expression):
        return int
    return getattr(value, "class_", type(value))


def _callable(value: Any, *, machine: Machine) -> Any:
    return is_callable(value)


def _hasattr(value: Any, name: Any, *, machine: Machine) -> Any:
    found = _attribute_if_any(machine, value, name)
    unsure = isinstance(found, Unknown) and (
        _is_opaque(value) or type(found) is MaybeMissing or may_lack(machine, value, name, found)
    )
    return found if unsure else found is not MISSING


def _is_opaque(value: Any) -> bool:
    return isinstance(value, (Unknown, NativeModule, Tensor))


def _getattr(value: Any, name: Any, default: Any = MISSING, *, machine: Machine) -> Any:
    if isinstance(name, Unknown):
        return name
    if default is MISSING:
        return machine.get_attribute(value, name)
    found = _attribute_if_any(machine, value, name)
    return default if found is MISSING else found


def _attribute_if_any(machine: Machine, value: Any, name: Any) -> Any:
    """MISSING where there is none, or a property says that there is none."""
    try:
        return machine.get_attribute(value, name, default=MISSING)
    except Raised as raised:
        if not is_exception(raised.value, "AttributeError"):
            raise
        return MISSING


def _setattr(value: Any, name: Any, new: Any, *, machine: Machine) -> None:
    if isinstance(name, str):
        machine.set_attribute(value, name, new)
    else:
        machine.recorder.open_objects.add(id(value))


def _delattr(value: Any, name: Any, *, machine: Machine) -> None:
    from analyzers.interpreter.attribute_setting import delete_attribute

    delete_attribute(machine, value, name)


def _vars(value: Any = None, *, machine: Machine) -> Any:
    return machine.frames[-1].scope.names if value is None else machine.get_attribute(value, "__dict__")


def _locals(*, machine: Machine) -> Any:
    frame = machine.frames[-1]
    names = dict(frame.scope.names)
    if frame.block.mentions("exec"):
        names["**"] = machine.unknown("code in a text may bind more names")
    return names


def _globals(*, machine: Machine) -> Any:
    module = machine.frames[-1].module
    for block in module.source.blocks:
        for name in block.binds:
            module.look_up(name)
    return module.scope.names


def _dir(value: Any, *, machine: Machine) -> Any:
    """Names an object has; a framework's module has more than the tables hold (UnknownTail)."""
    if isinstance(value, NativeModule):
        start = f"{value.name}."
        below = {n[len(start) :].partition(".")[0] for n in overlays.NAMES if n.startswith(start)}
        known = sorted({*below, *value.members, *value.assigned})
        return [*known, UnknownTail("names that are not modelled", machine.site())]
    if isinstance(value, (Instance, Class)):
        class_ = value.class_ if isinstance(value, Instance) else value
        names = {n for c in class_.mro if isinstance(c, Class) for n in c.namespace}
        tables = value.attributes.values() if isinstance(value, Instance) else ()
        names.update(value.attributes if isinstance(value, Instance) else ())
        names.update(n for table in tables if isinstance(table, dict) for n in table if isinstance(n, str))
        return sorted(names)
    if isinstance(value, Module):
        return names_of_module(machine, value)
    return machine.unknown("dir() of a value")


# -- constructors ----------------------------------------------------------------------------


def _make_object() -> Any:
    return _Object()


class _Object:
    __slots__ = ()


def _make_property(fget: Any = None, fset: Any = None, fdel: Any = None, doc: Any = None) -> Property:
    return Property(fget, fset, fdel)


def _print(*values: Any, **options: Any) -> None:
    return None


def _id(value: Any) -> int:
    return id(value)


def _hash(value: Any) -> int:
    return hash(value)


def _oct(value: Any) -> str:
    return oct(value)


def _ascii(value: Any, *, machine: Machine) -> Any:
    return formatting.format_value(machine, value, "", "a")


def _chr(value: Any) -> str:
    return chr(value)


def _ord(value: Any) -> int:
    return ord(value)


def _bin(value: Any) -> str:
    if abs(value).bit_length() > MAXIMUM_BITS:
        raise UnknownUsed(Unknown("a number that is too large"))
    return bin(value)


def _hex(value: Any) -> str:
    return hex(value)


def _format(value: Any, spec: Any = "", *, machine: Machine) -> Any:
    return formatting.format_value(machine, value, spec)


def _input(*_: Any, machine: Machine) -> Any:
    return machine.unknown("what a person types")


def _not_run(*_: Any, machine: Machine, **__: Any) -> Any:
    return machine.unknown("code that is only known when it runs")


def _open(*args: Any, machine: Machine, **kwargs: Any) -> Any:
    from analyzers.interpreter.library.files_ import OPEN

    return OPEN(*args, machine=machine, **kwargs)


def _exit(*_: Any, machine: Machine) -> Any:
    raise machine.exception("SystemExit")


CONSTRUCTORS: dict[type, Any] = {
    int: make_int,
    float: make_float,
    bool: make_bool,
    str: make_str,
    list: make_list,
    tuple: make_tuple,
    set: make_set,
    frozenset: make_frozenset,
    dict: make_dict,
    complex: make_complex,
    bytes: make_bytes,
    slice: make_slice,
    object: _make_object,
    range: _range,
    type: _type,
}
for _kind, _constructor in CONSTRUCTORS.items():
    _constructor.__name__ = _kind.__name__  # What messages call it.

BUILTINS: dict[str, Any] = {
    "len": _len, "abs": _abs, "max": greatest, "min": least, "sum": _sum, "round": _round, "pow": _pow,
    "divmod": _divmod, "enumerate": _enumerate, "zip": _zip, "map": _map, "filter": _filter,
    "reversed": _reversed, "sorted": sorted_of, "all": _all, "any": _any, "iter": _iter, "next": _next,
    "isinstance": _isinstance, "issubclass": _issubclass, "callable": _callable, "hasattr": _hasattr,
    "getattr": _getattr, "setattr": _setattr, "delattr": _delattr, "vars": _vars, "locals": _locals,
    "globals": _globals, "dir": _dir, "repr": make_repr, "print": _print, "id": _id, "hash": _hash, "chr": _chr,
    "ord": _ord, "bin": _bin, "hex": _hex, "oct": _oct, "ascii": _ascii, "format": _format, "input": _input,
    "property": _make_property,
    "staticmethod": StaticMethod, "classmethod": ClassMethod, "super": SUPER, "exit": _exit, "quit": _exit,
    "eval": evaluated, "exec": executed, "compile": compiled, "open": _open, "__import__": _not_run,
    "NotImplemented": NotImplemented, "Ellipsis": ..., "True": True, "False": False, "None": None,
    "__debug__": True,
    **{kind.__name__: kind for kind in CONSTRUCTORS},
}  # fmt: skip

CONSTRUCTORS[StaticMethod] = lambda function: StaticMethod(function)
CONSTRUCTORS[ClassMethod] = lambda function: ClassMethod(function)
