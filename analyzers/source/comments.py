"""``# rf:`` comments: inputs, models and suppressions written into the source."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analyzers.source.lexical import COMMENT, STRING, line_starts, position
from analyzers.vocabulary import MAXIMUM_RANK

Shape = tuple[int | str, ...]

_DIRECTIVE = re.compile(r"#[ \t]*rf[ \t]*:[ \t]*(.*)", re.IGNORECASE)
_STRING_OR_COMMENT = re.compile(rf"{STRING}|(?P<comment>{COMMENT})|(?P<open>\"\"\"[\s\S]*|'''[\s\S]*)")
_IGNORE = re.compile(
    r"(?P<word>file-ignore|ignore)\b[ \t]*(?:\[(?P<codes>[^\]]*)(?P<close>\])?)?[ \t]*(?P<rest>.*)", re.DOTALL
)
_SETTING = re.compile(r"(?P<key>[\w-]+)[ \t]*=[ \t]*(?P<value>.*)", re.DOTALL)
_CODE = re.compile(r"RF\d{3}|[a-z]+(?:-[a-z0-9]+)*", re.IGNORECASE)
_NAMED = re.compile(r"\s*(?:(?P<name>[^\W\d][\w.]*)\s*=\s*)?(?P<shape>.*?)\s*", re.DOTALL)
_DIMENSION = re.compile(r"\d+|[^\W\d]\w*")
_SEPARATORS = re.compile(r"[xX×]")


@dataclass(frozen=True, slots=True)
class Directive:
    """One ``# rf:`` comment.

    ``kind`` is "input", "model", "ignore" or "file-ignore"; ``value`` what stands behind the ``=``;
    ``inputs`` the parsed shapes (name or None, shape); ``codes`` what is ignored (empty: everything).
    ``trailing``: code precedes it on its line. ``error`` says what is wrong with it.
    """

    kind: str
    line: int
    column: int
    end_column: int
    trailing: bool
    value: str = ""
    inputs: tuple[tuple[str | None, Shape], ...] = ()
    codes: tuple[str, ...] = ()
    error: str | None = None


def directives(text: str, first_line: int = 0) -> list[Directive]:
    """The ``# rf:`` comments of a text whose first line is ``first_line``, in order; what only looks like one
    inside a string is not."""
    if _DIRECTIVE.search(text) is None:
        return []
    starts = line_starts(text)
    found: list[Directive] = []
    for match in _STRING_OR_COMMENT.finditer(text):
        comment = match["comment"]
        directive = _DIRECTIVE.search(comment) if comment else None
        if directive:
            line, column = position(starts, match.start() + directive.start())
            trailing = bool(text[starts[line] : match.start()].strip())
            found.append(_directive(directive, first_line + line, column, trailing))
    return found


def _directive(match: re.Match[str], line: int, column: int, trailing: bool) -> Directive:
    body = match[1].rstrip()
    end = column + len(match[0].rstrip())
    try:
        kind, details = _parsed(body)
    except ValueError as error:
        return Directive(_kind_of(body), line, column, end, trailing, value=body, error=str(error))
    return Directive(kind, line, column, end, trailing, **details)


def _kind_of(body: str) -> str:
    word = re.match(r"[\w-]*", body)
    return word[0] if word else ""


def _parsed(body: str) -> tuple[str, dict]:
    """The kind of a directive and its fields; ValueError says what is wrong."""
    if match := _IGNORE.fullmatch(body):
        return match["word"], {"codes": _codes(match)}
    match = _SETTING.fullmatch(body)
    if match is None or match["key"] not in ("input", "model"):
        word = _kind_of(body) or body
        raise ValueError(f"'{word}' is not one of input=, model=, ignore, file-ignore{_meant(word)}")
    value = match["value"].partition("#")[0].rstrip() if match["key"] == "input" else match["value"]
    if not value:
        raise ValueError(f"{match['key']}= needs a value.")
    return match["key"], {"value": value, "inputs": parse_inputs(value) if match["key"] == "input" else ()}


def _meant(word: str) -> str:
    import difflib

    close = difflib.get_close_matches(word.lower(), ("input", "model", "ignore", "file-ignore"), 1, 0.6)
    return f"; did you mean {close[0]}{'=' if close[0] in ('input', 'model') else ''}?" if close else "."


def _codes(match: re.Match[str]) -> tuple[str, ...]:
    if match["codes"] is None:
        if match["rest"] and not match["rest"].startswith(("#", "-", "–", "—", ":")):
            raise ValueError(f"after '{match['word']}' comes nothing or a list in brackets, such as [RF201].")
        return ()
    if not match["close"]:
        raise ValueError("the list of rules is not closed with ']'.")
    codes = tuple(code.strip() for code in match["codes"].split(",") if code.strip())
    if not codes:
        raise ValueError("the list of rules is empty.")
    for code in codes:
        if not _CODE.fullmatch(code):
            raise ValueError(f"'{code}' is not a rule code or name.")
    return tuple(code.upper() if code[:2].upper() == "RF" and code[2:].isdigit() else code.lower() for code in codes)


def parse_inputs(text: str) -> tuple[tuple[str | None, Shape], ...]:
    """Several shapes, ``1x3x32x32, mask=1x10``, as (name or None, shape) pairs.

    Raises:
        ValueError: with a sentence about the first that is malformed.
    """
    return tuple(parse_input(part) for part in text.split(","))


def parse_input(text: str) -> tuple[str | None, Shape]:
    """``SHAPE`` or ``name=SHAPE`` as (name or None, shape).

    Raises:
        ValueError: as :func:`parse_shape`.
    """
    match = _NAMED.fullmatch(text)
    assert match is not None
    return match["name"], parse_shape(match["shape"])


def parse_shape(text: str) -> Shape:
    """A shape such as ``1x3x224x224`` or ``Nx3xHxW``: numbers as ints, symbols as strings, batch first.

    Raises:
        ValueError: with a sentence that says what is wrong.
    """
    text = text.strip()
    if not text:
        raise ValueError("the shape is empty; write it like 1x3x224x224.")
    parts = _SEPARATORS.split(text)
    if len(parts) > MAXIMUM_RANK:
        raise ValueError(f"a shape of {len(parts)} dimensions; a tensor has at most {MAXIMUM_RANK}.")
    return tuple(_dimension(part, text) for part in parts)


def _dimension(part: str, shape: str) -> int | str:
    part = part.strip()
    if not part:
        raise ValueError(f"'{shape}' has an empty dimension; write a shape like 1x3x224x224.")
    if not _DIMENSION.fullmatch(part):
        raise ValueError(f"'{part}' in '{shape}' is neither a number nor a letter; write a shape like 1x3x224x224.")
    if not part[0].isdecimal():
        return part
    if len(part) > 12 or int(part) < 1:
        raise ValueError(f"the dimension {part} in '{shape}' is not between 1 and 10^12.")
    return int(part)
