"""The two ways from text to program, held against each other."""

from __future__ import annotations

import re
from typing import Any

from analyzers.source import program
from analyzers.source.program import NOWHERE
from analyzers.source.python_lowering import F_STRINGS_HAVE_PLACES
from analyzers.source.python_parser import program_of

PARENTHESISED = (program.Tuple, program.GeneratorExp, program.BoolOp)
"""Where these begin and end follows from what they are made of, once with parentheses around that, once without."""
_BETWEEN = re.compile(r"(?:[()\s\\,]|#.*)*")


class Comparison:
    """Of a program with the one that ``ast`` says of the same text."""

    def __init__(self, text: str) -> None:
        self.lines = re.split("\r\n|\n|\r", text)
        self.found: list[str] = []
        self.compares_places = True

    def compare(self, ours: Any, theirs: Any, path: str = "") -> None:
        if type(ours) is not type(theirs) or (isinstance(ours, tuple) and len(ours) != len(theirs)):
            self.found.append(f"{path}: {shown(ours)} instead of {shown(theirs)}")
        elif isinstance(ours, tuple):
            for index, (our, their) in enumerate(zip(ours, theirs, strict=True)):
                self.compare(our, their, f"{path}[{index}]")
        elif isinstance(ours, program.Node):
            self._nodes(ours, theirs, f"{path}.{type(ours).__name__}")
        elif repr(ours) != repr(theirs):
            self.found.append(f"{path}: {ours!r} instead of {theirs!r}")

    def _nodes(self, ours: program.Node, theirs: program.Node, path: str) -> None:
        if self.compares_places and ours.at != theirs.at and not self._differ_by_parentheses(ours, theirs):
            self.found.append(f"{path}: at {ours.span} instead of {theirs.span}")
        outside = self.compares_places
        self.compares_places &= F_STRINGS_HAVE_PLACES or not isinstance(ours, program.FormattedString)
        for field in program.FIELDS[type(ours)][1:]:
            our, their = getattr(ours, field), getattr(theirs, field)
            self.compare(our, their, f"{path}.{field}")
        self.compares_places = outside

    def _differ_by_parentheses(self, ours: program.Node, theirs: program.Node) -> bool:
        if not isinstance(ours, PARENTHESISED) or NOWHERE in (ours.at, theirs.at):
            return False
        starts = sorted((ours.span[:2], theirs.span[:2]))
        ends = sorted((ours.span[2:], theirs.span[2:]))
        return all(_BETWEEN.fullmatch(self._text(*pair)) for pair in (starts, ends))

    def _text(self, start: tuple[int, int], end: tuple[int, int]) -> str:
        lines = self.lines[start[0] : end[0] + 1]
        lines[-1] = lines[-1][: end[1]]
        return "\n".join(lines)[start[1] :]


def differences(ours: program.Suite, text: str) -> list[str]:
    """Where a program is not what ``ast`` says of its text; places are compared where ``ast`` has one."""
    comparison = Comparison(text)
    theirs = program_of(text)
    if theirs is None:
        raise SyntaxError(text)
    comparison.compare(ours, theirs)
    return comparison.found


def shown(part: Any) -> str:
    """A program on one line."""
    if isinstance(part, program.Node):
        values = [f"{name}={shown(getattr(part, name))}" for name in program.FIELDS[type(part)][1:]]
        return f"{type(part).__name__}({', '.join(values)})"
    return f"({', '.join(map(shown, part))})" if isinstance(part, tuple) else repr(part)
