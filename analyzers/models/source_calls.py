"""Constructors and functions as facts: what they take, and what the program gave them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from types import FunctionType
from typing import Any

from analyzers.facts import Place, SourceCall
from analyzers.interpreter.values import Function, Invocation, Site
from analyzers.signature import Parameter, Signature

PLAIN = (int, float, str, bool, type(None))


@lru_cache(maxsize=4096)
def native_signature(native: FunctionType, host: type | None = None) -> Signature:
    """The signature that a function of a framework, or the constructor of its layer class ``host``, is written with."""
    code = native.__code__
    names, count = code.co_varnames, code.co_argcount
    defaults = native.__defaults__ or ()
    first, required = 0 if host is None else 1, count - len(defaults)
    found = [
        Parameter(name, at - first, at < required, None if at < required else _plain(defaults[at - required]))
        for at, name in enumerate(names[:count])
        if at >= first
    ]
    by_name = native.__kwdefaults__ or {}
    only = [name for name in names[count : count + code.co_kwonlyargcount] if name != "machine"]
    found += [Parameter(name, None, name not in by_name, _plain(by_name.get(name))) for name in only]
    behind = list(names[count + code.co_kwonlyargcount :])
    rest = behind.pop(0) if code.co_flags & 0x04 else None
    keywords = behind.pop(0) if code.co_flags & 0x08 else None
    return Signature(tuple(found), getattr(host, "argument_names", {}), rest, keywords)


def _constructor_signature(function: Function) -> Signature:
    """The signature of an ``__init__`` of the program; most build many objects."""
    known = function.signature
    if known is None:
        known = _signature_of(function)
        if not any(isinstance(default, list) for default in function.defaults.values()):  # It may change.
            function.signature = known
    return known


def _signature_of(function: Function) -> Signature:
    parameters = function.parameters
    found = [
        Parameter(name, at, name not in function.defaults, _plain(function.defaults.get(name)))
        for at, name in enumerate(parameters.positional[1:])
    ]
    found += [
        Parameter(name, None, name not in function.defaults, _plain(function.defaults.get(name)))
        for name in parameters.keyword_only
    ]
    return Signature(tuple(found), {}, parameters.rest, parameters.keywords)


def _plain(value: Any) -> Any:
    """A number, word or tuple of such; ``None`` for anything else."""
    if isinstance(value, tuple | list):
        return tuple(map(_plain, value))
    return value if type(value) in PLAIN else None


def source_calls(
    invocations: tuple[Invocation, ...], place_of: Callable[[Site | None], Place | None]
) -> tuple[SourceCall, ...]:
    """The calls that stand in a source, up to the first that does not."""
    calls: list[SourceCall] = []
    for invocation in invocations:
        place = place_of(invocation.site)
        if place is None:
            break
        calls.append(_source_call(invocation, place))
    return tuple(calls)


def _source_call(invocation: Invocation, place: Place) -> SourceCall:
    if isinstance(invocation.callee, Function):
        return SourceCall(_constructor_signature(invocation.callee), place)
    native = getattr(invocation.callee, "__wrapped__", invocation.callee)
    signature = native_signature(native, native.__dict__.get("layer_class"))
    given = {p.name: value for p, value in zip(signature.parameters, invocation.args) if p.position is not None}
    known = {name: _plain(value) for name, value in {**given, **invocation.kwargs}.items() if _is_plain(value)}
    return SourceCall(signature, place, known, len(invocation.args))


def _is_plain(value: Any) -> bool:
    return all(map(_is_plain, value)) if isinstance(value, tuple | list) else type(value) in PLAIN
