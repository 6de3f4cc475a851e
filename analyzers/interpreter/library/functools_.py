"""``functools`` and ``contextlib``."""

from __future__ import annotations

from typing import Any

from analyzers.interpreter.values import MISSING, BoundMethod, Function, Partial, Property


def _partial(func: Any, *args: Any, **keywords: Any) -> Partial:
    if isinstance(func, Partial):
        return Partial(func.function, (*func.args, *args), {**func.keywords, **keywords})
    return Partial(func, args, keywords)


_partial.makes = Partial  # type: ignore[attr-defined]  # what isinstance(…, functools.partial) looks for


def _reduce(function: Any, sequence: Any, initial: Any = MISSING, *, machine: Any) -> Any:
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


def same_or_factory(value: Any = None, *_: Any, **__: Any) -> Any:
    """Used both as ``@cache`` and ``@lru_cache(maxsize=…)``."""
    return value if isinstance(value, (Function, BoundMethod)) else same


def _wraps(wrapped: Any, *_: Any, **__: Any) -> Any:
    def decorate(function: Any) -> Any:
        return _update_wrapper(function, wrapped)

    return decorate


def _update_wrapper(wrapper: Any, wrapped: Any, *_: Any, **__: Any) -> Any:
    """The wrapper remembers what it wraps, as ``inspect.signature`` wants to know."""
    if isinstance(wrapper, Function):
        wrapper.attributes["__wrapped__"] = wrapped
        if isinstance(wrapped, Function):
            wrapper.attributes["__name__"] = wrapped.attributes.get("__name__", wrapped.name)
    return wrapper


def _cached_property(function: Any) -> Property:
    return Property(function)


def _context(function: Any) -> Any:
    return function


def _nullcontext(value: Any = None) -> Any:
    return None


MODULES: dict[str, dict[str, Any]] = {
    "functools": {
        "partial": _partial, "reduce": _reduce, "wraps": _wraps, "lru_cache": same_or_factory,
        "cache": same_or_factory, "cached_property": _cached_property, "total_ordering": same,
        "update_wrapper": _update_wrapper, "singledispatch": same, "partialmethod": _partial,
    },
    "contextlib": {
        "contextmanager": _context, "nullcontext": _nullcontext, "suppress": _nullcontext,
    },
}  # fmt: skip
