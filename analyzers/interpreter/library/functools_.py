"""``functools``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.capabilities import SupportsAttributes, SupportsCall
from analyzers.interpreter.instances import is_instance
from analyzers.interpreter.values import (
    MISSING,
    BoundMethod,
    CachedProperty,
    Class,
    Function,
    Partial,
    PartialMethod,
    Property,
)
from analyzers.unknown import UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def _partial(func: Any, *args: Any, **keywords: Any) -> Partial:
    if isinstance(func, Partial):
        return Partial(func.function, (*func.args, *args), {**func.keywords, **keywords})
    return Partial(func, args, keywords)


_partial.makes = Partial  # type: ignore[attr-defined]  # what isinstance(…, functools.partial) looks for


def _reduce(function: Any, sequence: Any, initial: Any = MISSING, *, machine: Machine) -> Any:
    items = machine.iterate(sequence)
    if initial is not MISSING:
        items = [initial, *items]
    if not items:
        raise TypeError("reduce() of empty iterable with no initial value")
    total = items[0]
    for item in items[1:]:
        total = machine.call(function, (total, item))
    return total


def same(value: Any = None, *_: Any, **__: Any) -> Any:
    """A decorator that changes nothing we look at."""
    return value


def _remembering(user_function: Any = None, *_: Any, **__: Any) -> Any:
    """``@cache`` and ``@lru_cache(maxsize=…)``."""
    if not isinstance(user_function, (Function, BoundMethod)):
        return _remembering
    if isinstance(user_function, Function):
        user_function.memo = {}
    return user_function


def _wraps(wrapped: Any, *_: Any, **__: Any) -> Any:
    def decorate(function: Any, *, machine: Machine) -> Any:
        return _update_wrapper(function, wrapped, machine=machine)

    return decorate


def _update_wrapper(wrapper: Any, wrapped: Any, *_: Any, machine: Machine, **__: Any) -> Any:
    """The wrapper remembers what it wraps, as ``inspect.signature`` wants to know."""
    if isinstance(wrapper, Function):
        wrapper.attributes["__wrapped__"] = wrapped
        if isinstance(wrapped, Function):
            wrapper.attributes["__name__"] = wrapped.attributes.get("__name__", wrapped.name)
            wrapper.attributes.update({k: v for k, v in wrapped.attributes.items() if k != "__wrapped__"})
            wrapper.attributes["__doc__"] = machine.get_attribute(wrapped, "__doc__")
    return wrapper


def _cached_property(func: Any) -> Any:
    return CachedProperty(func, func.name) if isinstance(func, Function) else Property(func)


def _partial_method(func: Any, *args: Any, **keywords: Any) -> PartialMethod:
    return PartialMethod(func, args, keywords)


def _total_ordering(cls: Any) -> Any:
    if isinstance(cls, Class):
        cls.traits.has_total_ordering = True
    return cls


def _cmp_to_key(mycmp: Any) -> Any:
    from analyzers.interpreter.ordering import Ranked

    def key(obj: Any, *, machine: Machine) -> Any:
        return Ranked(machine, mycmp, obj)

    return key


class Dispatcher(SupportsAttributes, SupportsCall):
    """``functools.singledispatch``: the function registered for the class of the first argument."""

    def __init__(self, function: Any) -> None:
        self.function = function
        self.registered: list[tuple[Any, Any]] = []

    def call_value(self, machine: Machine, args: Any, kwargs: Any) -> Any:
        return machine.call(self.chosen(machine, args[0]) if args else self.function, args, kwargs)

    def chosen(self, machine: Machine, value: Any) -> Any:
        for kind, function in reversed(self.registered):
            fits = is_instance(machine, value, kind)
            if fits is None:
                raise UnknownUsed(machine.unknown("the type of a value"))
            if fits:
                return function
        return self.function

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        return self.register if name == "register" else MISSING

    @property
    def register(self) -> Any:
        def register(cls: Any, func: Any = None, *, machine: Machine) -> Any:
            if isinstance(cls, Function):
                return self.add(_first_annotation(machine, cls), cls)
            return self.add(cls, func) if func is not None else lambda function: self.add(cls, function)

        return register

    def add(self, kind: Any, function: Any) -> Any:
        self.registered.append((kind, function))
        return function


def _first_annotation(machine: Machine, function: Function) -> Any:
    from analyzers.interpreter.execution import evaluate

    params = function.node.parameters.positional
    if not params or params[0].annotation is None:
        return machine.unknown("a function that is registered for no class")
    return evaluate(machine, machine.frames[-1], params[0].annotation)


def _single_dispatch(func: Any) -> Dispatcher:
    return Dispatcher(func)


MODULES: dict[str, dict[str, Any]] = {
    "functools": {
        "partial": _partial, "reduce": _reduce, "wraps": _wraps, "lru_cache": _remembering,
        "cache": _remembering, "cached_property": _cached_property, "total_ordering": _total_ordering,
        "update_wrapper": _update_wrapper, "singledispatch": _single_dispatch, "partialmethod": _partial_method,
        "cmp_to_key": _cmp_to_key,
    },
}  # fmt: skip
