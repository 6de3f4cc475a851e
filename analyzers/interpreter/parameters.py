"""Function signatures and how arguments bind to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analyzers.interpreter.values import UnknownTail
from analyzers.source import program
from analyzers.tensors.errors import OperationError


class Parameters:
    """The parameters of an interpreted function; ``default_nodes`` are evaluated once, at definition."""

    __slots__ = (
        "count", "default_nodes", "is_plain", "keyword_only", "keywords", "positional", "positional_only", "rest",
    )  # fmt: skip

    def __init__(self, node: program.Parameters) -> None:
        self.positional = [p.name for p in (*node.positional_only, *node.positional)]
        self.positional_only = len(node.positional_only)
        self.keyword_only = [p.name for p in node.keyword_only]
        self.rest = node.rest
        self.keywords = node.keywords
        self.is_plain = self.rest is None and self.keywords is None and not self.keyword_only
        self.count = (
            len(self.positional) + len(self.keyword_only) + (self.rest is not None) + (self.keywords is not None)
        )
        self.default_nodes = {p.name: p.default for p in node.named if p.default is not None}


def bind(
    name: str, parameters: Parameters, defaults: dict[str, Any], args: tuple | list, kwargs: dict[str, Any]
) -> dict[str, Any]:
    """Names → values as Python binds them.

    Raises OperationError (``unknown-argument``, ``missing-argument``) where Python raises TypeError.
    An unknown ``*args`` (an UnknownTail at the end) leaves what it might have filled unknown.
    """
    if (
        parameters.is_plain
        and not kwargs
        and len(args) == len(parameters.positional)
        and UnknownTail not in map(type, args)
    ):
        return dict(zip(parameters.positional, args))
    unknown, given = None, args
    if UnknownTail in map(type, args):
        unknown = next(a for a in args if type(a) is UnknownTail)
        given = [a for a in args if type(a) is not UnknownTail]
    bound = dict(zip(parameters.positional, given))
    surplus = given[len(parameters.positional) :]
    if parameters.rest is not None:
        bound[parameters.rest] = tuple(surplus) + ((unknown,) if unknown is not None else ())
    elif surplus:
        hidden = name.endswith("(…)")  # the object that is made
        raise too_many(name, len(parameters.positional) - hidden, len(given) - hidden)
    if kwargs or parameters.keywords is not None:
        _bind_keywords(name, parameters, kwargs, bound)
    if unknown is None and "**" in kwargs:
        unknown = kwargs["**"]
    if len(bound) < parameters.count:
        _fill(name, parameters, defaults, bound, unknown)
    return bound


def _bind_keywords(name: str, parameters: Parameters, kwargs: dict[str, Any], bound: dict[str, Any]) -> None:
    extra: dict[str, Any] = {}
    allowed = parameters.positional[parameters.positional_only :]
    for key, value in kwargs.items():
        if key == "**":
            continue
        if key in parameters.keyword_only or key in allowed:
            if key in bound and key != parameters.rest:
                raise OperationError(
                    "unknown-argument", f"{_called(name)} got two values for the argument {key}", exception="TypeError"
                )
            bound[key] = value
        else:
            extra[key] = value
    if parameters.keywords is not None:
        bound[parameters.keywords] = {**extra, "**": kwargs["**"]} if "**" in kwargs else extra
    elif extra:
        raise unknown_argument(name, next(iter(extra)), [*allowed, *parameters.keyword_only])


def _fill(name: str, parameters: Parameters, defaults: dict[str, Any], bound: dict[str, Any], unknown: Any) -> None:
    missing = []
    for key in (*parameters.positional, *parameters.keyword_only):
        if key in bound:
            continue
        if unknown is not None:
            bound[key] = unknown
        elif key in defaults:
            bound[key] = defaults[key]
        else:
            missing.append(key)
    if missing:
        raise missing_argument(name, missing)


def too_many(name: str, takes: int, given: int) -> OperationError:
    message = f"{_called(name)} takes {takes} positional argument{'s' * (takes != 1)}, gets {given}"
    return OperationError("unknown-argument", message, exception="TypeError")


def _called(name: str) -> str:
    return name if name.endswith(")") else f"{name}()"


Older = Mapping[str, tuple[str, ...]]
"""Former name of an argument → what may have taken its place."""
NOTHING_OLDER: Older = {}


def unknown_argument(
    name: str, argument: str, known: Sequence[str], given: Sequence[str] = (), older: Older = NOTHING_OLDER
) -> OperationError:
    """``known`` are the names it does take, of which the one that took the place of an ``older`` one is offered, else the
    nearest; ``given`` those that have a value."""
    near = next((name for name in older.get(argument, ()) if name in known), None) or nearest(argument, known)
    hint = f"; did you mean {near}?" if near else ""
    return OperationError(
        "unknown-argument",
        f"{name} has no argument {argument}{hint}",
        exception="TypeError",
        argument=argument,
        suggestion=near,
        known=[*known, *given],
    )


MOST_LISTED = 20
"""Arguments that a message names."""


def missing_argument(name: str, missing: list[str]) -> OperationError:
    listed = " and ".join(missing) if len(missing) < 3 else ", ".join(missing[:MOST_LISTED])
    listed += f" and {len(missing) - MOST_LISTED} more" if len(missing) > MOST_LISTED else ""
    plural = "s" if len(missing) > 1 else ""
    return OperationError(
        "missing-argument", f"{name} needs the argument{plural} {listed}", exception="TypeError", missing=missing
    )


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known name meant by a misspelled one, where one is close enough."""
    import difflib

    parts = set(word.split("_"))
    alike = next((k for k in known if difflib.get_close_matches(word, k.split("_"), n=1, cutoff=0.8)), None)
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close or alike:
        return close[0] if close else alike
    return next((k for k in known if parts & set(k.split("_")) - {"size", "num", "in", "out"}), None) or next(
        (k for k in known if parts & set(k.split("_"))), None
    )


class NativeSignature:
    """What a native function accepts, read off its code object once."""

    __slots__ = ("keyword_only", "keywords", "positional", "required", "rest", "wants_machine")

    def __init__(self, function: Any) -> None:
        code = function.__code__
        names = code.co_varnames
        count = code.co_argcount
        self.positional = list(names[:count])
        self.required = count - len(function.__defaults__ or ())
        end = count + code.co_kwonlyargcount
        self.keyword_only = [n for n in names[count:end] if n != "machine"]
        self.wants_machine = "machine" in names[count:end]
        self.rest = bool(code.co_flags & 0x04)
        self.keywords = bool(code.co_flags & 0x08)

    def check(
        self,
        name: str,
        args: tuple | list,
        kwargs: dict[str, Any],
        skip: int = 0,
        others: frozenset[str] | None = None,
        older: Older = NOTHING_OLDER,
    ) -> None:
        """Raise OperationError where Python would refuse to bind; ``skip`` hides ``self``.

        ``others`` are the names that ``**kwargs`` may hold (None: any); ``older`` what former names became.
        """
        if len(args) > len(self.positional) and not self.rest:
            raise too_many(name, len(self.positional) - skip, len(args) - skip)
        for key in kwargs:
            known = key in self.positional or key in self.keyword_only
            if key != "machine" and not known and not self.keywords:
                raise unknown_argument(name, key, self.positional[skip:] + self.keyword_only, older=older)
            if not known and self.keywords and others is not None and key not in others and key != "**":
                free = [n for n in self.positional[len(args) :] if n not in kwargs]
                raise unknown_argument(name, key, [*free, *self.keyword_only, *sorted(others)], self.positional, older)
            if key in self.positional[: len(args)]:
                raise OperationError(
                    "unknown-argument", f"{name} got two values for the argument {key}", exception="TypeError"
                )
        missing = [n for n in self.positional[len(args) : self.required] if n not in kwargs]
        if missing:
            raise missing_argument(name, missing)


__all__ = ["NativeSignature", "Parameters", "bind", "nearest"]
