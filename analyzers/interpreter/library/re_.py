"""``re`` and ``keyword``: Python's own matcher, on short texts and patterns that cannot backtrack for long."""

from __future__ import annotations

import keyword
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.budget import MAXIMUM_STRING
from analyzers.interpreter.capabilities import SupportsAttributes
from analyzers.unknown import PlainUnknown, Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

MAXIMUM_TEXT = 2_000
MAXIMUM_PATTERN = 4_000
MAXIMUM_TRIES = 20_000_000
"""Bound on ``len(text) ** (number of open repeats)``, the worst a pattern without nested repeats can do."""

_OPEN = 30
"""A repeat with more turns than this counts as unbounded."""


def _repeats(pattern: Any) -> int:
    """How many variable repeats a parsed pattern has; raises ValueError where one lies inside another."""
    found = 0
    for operation, argument in pattern:
        name = str(operation)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            low, high, body = argument
            inner = _repeats(body)
            if inner and high > 1:
                raise ValueError("nested repeats")
            found += inner + (high - low > _OPEN or high > _OPEN)
        elif name == "BRANCH":
            found += sum(_repeats(branch) for branch in argument[1])
        elif name in ("SUBPATTERN", "ATOMIC_GROUP", "ASSERT", "ASSERT_NOT"):
            found += _repeats(argument[-1] if name != "ATOMIC_GROUP" else argument)
        elif name == "GROUPREF_EXISTS":
            raise ValueError("conditional groups")
    return found


def _parser() -> Any:
    parser = getattr(re, "_parser", None)
    if parser is None:
        import sre_parse as parser  # Python 3.10
    return parser


@lru_cache(maxsize=500)
def _compiled(pattern: str, flags: int) -> tuple[int, re.Pattern[str]]:
    """(variable repeats, the compiled pattern); raises what Python does, and ValueError."""
    return _repeats(_parser().parse(pattern, flags)), re.compile(pattern, flags)


def _unknown(why: str) -> UnknownUsed:
    return UnknownUsed(PlainUnknown(why))


class Pattern(SupportsAttributes):
    """A compiled pattern together with what it may cost."""

    def __init__(self, pattern: Any, flags: int = 0) -> None:
        if isinstance(pattern, Unknown):
            raise UnknownUsed(pattern)
        if not isinstance(pattern, str) or len(pattern) > MAXIMUM_PATTERN:
            raise _unknown("a regular expression that is not short text")
        try:
            self.repeats, self.compiled = _compiled(str(pattern), flags)
        except (re.error, ValueError, OverflowError, RecursionError) as error:
            raise _unknown(f"the regular expression {pattern!r} is not followed ({error})") from None
        self.pattern = pattern

    def checked(self, text: Any) -> str:
        if isinstance(text, Unknown):
            raise UnknownUsed(text)
        if not isinstance(text, str):
            raise TypeError("expected string or bytes-like object")
        if len(text) > MAXIMUM_TEXT or (len(text) + 1) ** (self.repeats + 1) > MAXIMUM_TRIES:
            raise _unknown("a regular expression on a long text")
        return text

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        if name == "pattern":
            return self.pattern
        function = METHODS.get(name)
        if function is None:
            return machine.unknown(f"the attribute {name} of a pattern")

        def method(*args: Any, machine: Machine, **kwargs: Any) -> Any:
            return function(self, *args, machine=machine, **kwargs)

        return method


class Match(SupportsAttributes):
    """A match object."""

    def __init__(self, match: Any) -> None:
        self.match = match

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        if name not in ("group", "groups", "groupdict", "start", "end", "span", "expand"):
            return getattr(self.match, name) if name in ("string", "lastindex", "pos") else machine.unknown(name)

        def method(*args: Any) -> Any:
            return getattr(self.match, name)(*args)

        return method

    def __getitem__(self, key: Any) -> Any:
        return self.match[key]


def _found(match: Any) -> Match | None:
    return Match(match) if match is not None else None


def _of(pattern: Any, flags: Any = 0) -> Pattern:
    return pattern if isinstance(pattern, Pattern) else Pattern(pattern, int(flags))


def _match(pattern: Any, string: Any, flags: Any = 0, *, machine: Machine) -> Any:
    known = _of(pattern, flags)
    return _found(known.compiled.match(known.checked(string)))


def _search(pattern: Any, string: Any, flags: Any = 0, *, machine: Machine) -> Any:
    known = _of(pattern, flags)
    return _found(known.compiled.search(known.checked(string)))


def _fullmatch(pattern: Any, string: Any, flags: Any = 0, *, machine: Machine) -> Any:
    known = _of(pattern, flags)
    return _found(known.compiled.fullmatch(known.checked(string)))


def _split(pattern: Any, string: Any, maxsplit: Any = 0, flags: Any = 0, *, machine: Machine) -> Any:
    known = _of(pattern, flags)
    return known.compiled.split(known.checked(string), int(maxsplit))


def _findall(pattern: Any, string: Any, flags: Any = 0, *, machine: Machine) -> Any:
    known = _of(pattern, flags)
    return known.compiled.findall(known.checked(string))


def _finditer(pattern: Any, string: Any, flags: Any = 0, *, machine: Machine) -> Any:
    known = _of(pattern, flags)
    return [Match(m) for m in known.compiled.finditer(known.checked(string))]


def _sub(pattern: Any, repl: Any, string: Any, count: Any = 0, flags: Any = 0, *, machine: Machine) -> Any:
    known = _of(pattern, flags)
    text = known.checked(string)
    parts: list[str] = []
    last = 0
    for number, match in enumerate(known.compiled.finditer(text)):
        if count and number >= count:
            break
        new = _replacement(match, repl, machine)
        parts += [text[last : match.start()], new]
        last = match.end()
    if sum(len(p) for p in parts) > MAXIMUM_STRING:
        raise _unknown("a string that is too long")
    return "".join([*parts, text[last:]])


def _replacement(match: Any, repl: Any, machine: Machine) -> str:
    if isinstance(repl, str):
        try:
            return match.expand(repl)
        except (re.error, IndexError):
            raise _unknown(f"the replacement {repl!r} is not followed") from None
    new = machine.call(repl, (Match(match),))
    if isinstance(new, Unknown):
        raise UnknownUsed(new)
    return new


def _compile(pattern: Any, flags: Any = 0) -> Any:
    return _of(pattern, flags)


def _escape(pattern: Any) -> Any:
    return re.escape(pattern)


METHODS: dict[str, Any] = {
    "match": _match,
    "search": _search,
    "fullmatch": _fullmatch,
    "split": _split,
    "findall": _findall,
    "finditer": _finditer,
    "sub": _sub,
}

_MEMBERS: dict[str, Any] = {
    **METHODS,
    "compile": _compile,
    "escape": _escape,
    **{f.name: int(f) for f in (re.IGNORECASE, re.MULTILINE, re.DOTALL, re.VERBOSE, re.ASCII) if f.name},
    "I": int(re.IGNORECASE), "M": int(re.MULTILINE), "S": int(re.DOTALL), "X": int(re.VERBOSE),
}  # fmt: skip

OPTIONS = frozenset(("pattern", "string", "repl", "flags", "maxsplit", "count"))
"""What the functions of ``re`` are given."""


def _of_regex(function: Any) -> Any:
    """The function of the package ``regex`` that is called so: it takes what ``re`` takes, and more that is not followed."""

    def call(*args: Any, machine: Machine, **options: Any) -> Any:
        if not options.keys() <= OPTIONS:
            raise _unknown("an option of the package regex")
        return function(*args, machine=machine, **options)

    return call


_REGEX = {name: _of_regex(value) if name in METHODS else value for name, value in _MEMBERS.items()}
_KEYWORDS = {"iskeyword": lambda s, /: keyword.iskeyword(s), "kwlist": keyword.kwlist}

MODULES: dict[str, dict[str, Any]] = {"re": _MEMBERS, "regex": _REGEX, "keyword": _KEYWORDS}
