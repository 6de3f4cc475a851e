"""``re`` and ``keyword``: Python's own matcher, on short texts and patterns that cannot backtrack for long."""

from __future__ import annotations

import keyword
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from analyzers.interpreter.budget import MAXIMUM_STRING
from analyzers.interpreter.capabilities import SupportsAttributes
from analyzers.unknown import PlainUnknown, Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

MAXIMUM_TEXT = 2_000
MAXIMUM_PATTERN = 4_000
MAXIMUM_TRIES = 20_000_000
"""Bound on the ways in which a pattern may be tried on a text, at every start: the worst that the matcher can do."""
TRIES_PER_STEP = 20_000

_OPEN = 30
"""A repeat with more turns than this counts as unbounded."""


class Ways(NamedTuple):
    """In how many ways a pattern can be matched: ``bounded`` of its own, times the text's length for each open repeat."""

    bounded: int = 1
    open: int = 0

    def then(self, other: Ways) -> Ways:
        return Ways(min(self.bounded * other.bounded, MAXIMUM_TRIES), self.open + other.open)

    @property
    def is_one(self) -> bool:
        return self == Ways()


def _ways(pattern: Any) -> Ways:
    """Raises ValueError where an open repeat holds something that can itself match in several ways."""
    found = Ways()
    for operation, argument in pattern:
        name = str(operation)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            found = found.then(_of_repeat(*argument))
        elif name == "BRANCH":
            found = found.then(_of_branches(argument[1]))
        elif name in ("SUBPATTERN", "ATOMIC_GROUP", "ASSERT", "ASSERT_NOT"):
            found = found.then(_ways(argument[-1] if name != "ATOMIC_GROUP" else argument))
        elif name == "GROUPREF_EXISTS":
            raise ValueError("conditional groups")
    return found


def _of_repeat(low: int, high: int, body: Any) -> Ways:
    inner = _ways(body)
    if high > _OPEN:
        if not inner.is_one:
            raise ValueError("nested repeats")
        return Ways(1, 1)
    if inner.open and high > 1:
        raise ValueError("nested repeats")
    most = min(inner.bounded**high, MAXIMUM_TRIES)
    return Ways(min(most * (high - low + 1), MAXIMUM_TRIES), inner.open)


def _of_branches(branches: Any) -> Ways:
    """Branches that start with different letters exclude each other."""
    ways = [_ways(branch) for branch in branches]
    starts = [_start(branch) for branch in branches]
    exclude = None not in starts and len(set(starts)) == len(starts)
    bounded = max(w.bounded for w in ways) if exclude else min(sum(w.bounded for w in ways), MAXIMUM_TRIES)
    return Ways(bounded, max(w.open for w in ways))


def _start(branch: Any) -> Any:
    """The letter that a branch starts with; None where there are several."""
    first = next(iter(branch), None)
    return first[1] if first is not None and str(first[0]) == "LITERAL" else None


def _parser() -> Any:
    parser = getattr(re, "_parser", None)
    if parser is None:
        import sre_parse as parser  # Python 3.10
    return parser


@lru_cache(maxsize=500)
def _compiled(pattern: str, flags: int) -> tuple[Ways, re.Pattern[str]] | str:
    """(in how many ways it can match, the compiled pattern), or why it is not followed."""
    try:
        return _ways(_parser().parse(pattern, flags)), re.compile(pattern, flags)
    except (re.error, ValueError, OverflowError, RecursionError) as error:
        return str(error)


def _unknown(why: str) -> UnknownUsed:
    return UnknownUsed(PlainUnknown(why))


class Pattern(SupportsAttributes):
    """A compiled pattern together with what it may cost."""

    def __init__(self, pattern: Any, flags: int = 0) -> None:
        if isinstance(pattern, Unknown):
            raise UnknownUsed(pattern)
        if not isinstance(pattern, str) or len(pattern) > MAXIMUM_PATTERN:
            raise _unknown("a regular expression that is not short text")
        compiled = _compiled(str(pattern), flags)
        if isinstance(compiled, str):
            raise _unknown(f"the regular expression {pattern!r} is not followed ({compiled})")
        self.ways, self.compiled = compiled
        self.pattern = pattern

    def checked(self, text: Any, machine: Machine) -> str:
        if isinstance(text, Unknown):
            raise UnknownUsed(text)
        if not isinstance(text, str):
            raise TypeError("expected string or bytes-like object")
        open_ways = (len(text) + 1) ** (min(self.ways.open, 10) + 1)
        tries = open_ways * self.ways.bounded
        if len(text) > MAXIMUM_TEXT or tries > MAXIMUM_TRIES:
            raise _unknown("a regular expression that may take long on this text")
        if tries > TRIES_PER_STEP:
            machine.budget.spend(tries // TRIES_PER_STEP)
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
    return _found(known.compiled.match(known.checked(string, machine)))


def _search(pattern: Any, string: Any, flags: Any = 0, *, machine: Machine) -> Any:
    known = _of(pattern, flags)
    return _found(known.compiled.search(known.checked(string, machine)))


def _fullmatch(pattern: Any, string: Any, flags: Any = 0, *, machine: Machine) -> Any:
    known = _of(pattern, flags)
    return _found(known.compiled.fullmatch(known.checked(string, machine)))


def _split(pattern: Any, string: Any, maxsplit: Any = 0, flags: Any = 0, *, machine: Machine) -> Any:
    known = _of(pattern, flags)
    return known.compiled.split(known.checked(string, machine), int(maxsplit))


def _findall(pattern: Any, string: Any, flags: Any = 0, *, machine: Machine) -> Any:
    known = _of(pattern, flags)
    return known.compiled.findall(known.checked(string, machine))


def _finditer(pattern: Any, string: Any, flags: Any = 0, *, machine: Machine) -> Any:
    known = _of(pattern, flags)
    return [Match(m) for m in known.compiled.finditer(known.checked(string, machine))]


def _sub(pattern: Any, repl: Any, string: Any, count: Any = 0, flags: Any = 0, *, machine: Machine) -> Any:
    known = _of(pattern, flags)
    text = known.checked(string, machine)
    parts: list[str] = []
    last = length = 0
    for number, match in enumerate(known.compiled.finditer(text)):
        if count and number >= count:
            break
        new = _replacement(match, repl, machine)
        parts += [text[last : match.start()], new]
        length += len(new)
        if length > MAXIMUM_STRING:
            raise _unknown("a string that is too long")
        last = match.end()
    return "".join([*parts, text[last:]])


def _replacement(match: Any, repl: Any, machine: Machine) -> str:
    if isinstance(repl, str):
        try:
            return _expanded(match, repl)
        except (re.error, IndexError):
            raise _unknown(f"the replacement {repl!r} is not followed") from None
    new = machine.call(repl, (Match(match),))
    if isinstance(new, Unknown):
        raise UnknownUsed(new)
    return new


def _expanded(match: Any, repl: str) -> str:
    if len(repl) * (len(match.string) + 1) > MAXIMUM_STRING * 10 and "\\" in repl:
        raise _unknown("a string that is too long")
    return match.expand(repl)


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
