"""A tree for a text the parser rejects: what is broken is replaced by a stand-in on the same lines.

A stand-in names ``_incomplete_``, which nothing defines: what was being typed is unknown and not absent:
``self.conv = nn.Conv2d(3,`` becomes ``self.conv = _incomplete_``; a header keeps its body; a line
inside a longer list becomes the element ``_incomplete_``. All other lines stay where and as they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyzers.source.lexical import COMMENT, INCOMPLETE, STRING, split_lines, without_strings
from analyzers.source.parsed import Parsed, attempt
from analyzers.source.statements import Statement, statements

if TYPE_CHECKING:
    import libcst

_MAXIMUM_ATTEMPTS = 16
_MAXIMUM_WORK = 500_000
"""Characters parsed for one repair, all attempts together, but at least three attempts."""

_KEYWORD = re.compile(r"@|(?:async[ \t]+(?=def|for|with))?[^\W\d]\w*")
_ASSIGNMENT = re.compile(
    r"((?:[^\W\d][\w.]*(?:\[[^\]=\r\n]*\])?)(?:[ \t]*,[ \t]*[^\W\d][\w.]*)*)"
    r"[ \t]*(?::[^=\r\n]*)?(?:[-+*/|&@%]|//|\*\*)?=(?!=)"
)
_DEFINITION = re.compile(r"((?:async[ \t]+)?(?:def|class))[ \t]+([^\W\d]\w*)")
_KEYWORD_ARGUMENT = re.compile(r"\s*(?:[^\W\d]\w*\s*=|\*\*)")
_STRING_OR_COMMENT = re.compile(rf"{STRING}|(?P<comment>{COMMENT})")
_HALF_KEYWORD = re.compile(r"[^\W\d]\w*(?:[ \t]+[^\W\d][^=()]*)?")
_HEADERS = frozenset(
    (
        "def",
        "class",
        "if",
        "for",
        "while",
        "with",
        "try",
        "elif",
        "else",
        "except",
        "finally",
        "match",
        "case",
    )
)
_BRANCHES = {
    "elif": f"elif {INCOMPLETE}:",
    "else": "else:",
    "except": "except Exception:",
    "finally": "finally:",
}
_IF = f"if {INCOMPLETE}:"


def repaired(text: str, error: tuple[int, int, str]) -> Parsed:
    """The parse of a text that libcst rejected with ``error``."""
    repair = _Repair(text)
    repair.lexical()
    repair.structure()
    tree = repair.grammar(error if not repair.errors else None)
    if tree is None:
        return Parsed(text, None, repair.errors or [(max(error[0], 0), _worded(error[2]))])
    errors = sorted(dict(reversed(repair.errors)).items())
    return Parsed(text, tree, errors, shifts=repair.shifts, repaired=repair.joined())


def _worded(message: str) -> str:
    """The parser's message without its list of two dozen tokens."""
    return "invalid syntax" if "expected one of" in message else f"invalid syntax: {message}"


class _Repair:
    """The lines of a text being repaired; statements keep their line numbers throughout."""

    def __init__(self, text: str) -> None:
        self.lines = split_lines(text)
        self.statements = statements(text)
        self.errors: list[tuple[int, str]] = []
        self.shifts: dict[int, int] = {}
        self.tried: dict[int, list[str]] = {}
        self.attempts = min(_MAXIMUM_ATTEMPTS, max(3, _MAXIMUM_WORK // (len(text) + 1)))

    def joined(self) -> str:
        return "".join(self.lines)

    def _replace(self, statement: Statement, code: str) -> None:
        """Put ``code`` on the statement's first line and leave its other lines empty."""
        first = self.lines[statement.first]
        indent = first[: len(first) - len(first.lstrip(" \t\f"))]
        ends = [_line_end(line) for line in self.lines[statement.first : statement.last + 1]]
        self.lines[statement.first : statement.last + 1] = [indent + code + ends[0], *ends[1:]]
        statement.code = code
        statement.closers = ""

    def _has_body(self, index: int) -> bool:
        following = self.statements[index + 1 : index + 2]
        return bool(following) and following[0].indent > self.statements[index].indent

    def lexical(self) -> None:
        """Replace what has open strings, open or unmatched brackets, characters Python does not know."""
        for index, statement in enumerate(self.statements):
            if statement.problem and not self._close_element(statement):
                self._give_up(index, statement.first, statement.problem)

    def _close_element(self, statement: Statement) -> bool:
        """An unclosed bracket in one line of a longer list: replace that line, if the rest then is whole."""
        lines = self.lines[statement.first : statement.last + 1]
        for at in range(1, min(len(lines) - 1, 200)):
            if _net(lines[at]) <= 0 or len(_indent_of(lines[at + 1])) > len(_indent_of(lines[at])):
                continue
            mended = [*lines[:at], _element(lines[at]), *lines[at + 1 :]]
            whole = statements("".join(mended))
            if len(whole) == 1 and whole[0].problem is None:
                self.lines[statement.first : statement.last + 1] = mended
                self.errors.append((statement.first + at, statement.problem or ""))
                return True
        return False

    def _give_up(self, index: int, line: int, problem: str) -> bool:
        """Replace a statement by its next stand-in; False when there is none left."""
        statement = self.statements[index]
        if index not in self.tried:
            self.tried[index] = _stand_ins(statement, self._has_body(index))
        if not self.tried[index]:
            return False
        self._replace(statement, self.tried[index].pop(0))
        self.errors.append((line, problem))
        return True

    def structure(self) -> None:
        """Give headers their bodies and statements an indentation that matches."""
        levels = [self.statements[0].indent if self.statements else 0]
        if levels[0]:
            levels[0] = self._reindent(0, 0)
        for index in range(1, len(self.statements)):
            self._place(index, levels)
        if self.statements and self.statements[-1].opens:
            self._add_body(len(self.statements) - 1)
        for index, statement in enumerate(self.statements):
            if _keyword(statement.code) == "try" and statement.opens and not self._is_handled(index):
                self._replace(statement, "if True:")
                self.errors.append((statement.first, "'try' without 'except' or 'finally'"))

    def _place(self, index: int, levels: list[int]) -> None:
        """Check one statement's indentation against the levels that are open before it."""
        previous, statement = self.statements[index - 1], self.statements[index]
        self._align_with_next(index, levels)
        if statement.indent > levels[-1]:
            if previous.opens or self._made_header(index - 1):
                levels.append(statement.indent)
            else:
                self._reindent(index, levels[-1])
            return
        if previous.opens:
            self._add_body(index - 1)
        left = levels[-1]
        while len(levels) > 1 and levels[-1] > statement.indent:
            left = levels.pop()
        if levels[-1] != statement.indent:
            levels.append(left)
            self._reindent(index, left)

    def _align_with_next(self, index: int, levels: list[int]) -> None:
        """Move what stands left of the next statement, though it is no header, to that one's column."""
        statement = self.statements[index]
        if _keyword(statement.code) in _HEADERS or statement.code.endswith(":") or not self._has_body(index):
            return
        width = self.statements[index + 1].indent
        if statement.indent in levels[1:]:
            return
        if width in levels or self.statements[index - 1].opens:
            self._reindent(index, width)

    def _made_header(self, index: int) -> bool:
        """Turn a statement with a body below it into a header, if it is one without its colon."""
        statement = self.statements[index]
        word = _keyword(statement.code)
        if word in _HEADERS and not statement.opens and index not in self.tried:
            return self._give_up(index, statement.first, "expected ':'") and statement.opens
        if index in self.tried or statement.code.endswith(":") or _HALF_KEYWORD.fullmatch(statement.code):
            self._replace(statement, _IF)
            return True
        return False

    def _add_body(self, index: int) -> None:
        """An indented body is missing: ``pass`` on the header's own line."""
        statement = self.statements[index]
        line = self.lines[statement.last]
        code, end = line.rstrip("\r\n"), _line_end(line)
        at = _code_length(code)
        self.lines[statement.last] = code[:at] + " pass" + end
        statement.code += " pass"
        if index not in self.tried:
            self.errors.append((statement.first, "expected an indented block"))

    def _reindent(self, index: int, width: int) -> int:
        statement = self.statements[index]
        line = self.lines[statement.first]
        body = line.lstrip(" \t\f")
        self.lines[statement.first] = " " * width + body
        self.shifts[statement.first] = len(line) - len(body) - width
        statement.indent = width
        self.errors.append((statement.first, "unexpected indentation"))
        return width

    def _is_handled(self, index: int) -> bool:
        indent = self.statements[index].indent
        for statement in self.statements[index + 1 :]:
            if statement.indent <= indent:
                return statement.indent == indent and _keyword(statement.code) in ("except", "finally")
        return False

    def grammar(self, error: tuple[int, int, str] | None) -> libcst.Module | None:
        """Replace what the parser stumbles over until it does not."""
        while self.attempts > 0:
            if error is None:
                tree, error = self._attempt()
                if error is None:
                    return tree
            if not self._mend(error):
                return None
            error = None
        return None

    def _attempt(self) -> tuple[libcst.Module | None, tuple[int, int, str] | None]:
        self.attempts -= 1
        return attempt(self.joined())

    def _mend(self, error: tuple[int, int, str]) -> bool:
        line, column, message = error
        if line < 0:
            return self._mend_tokens(message)
        line, column = self._before_line_end(line, column)
        index = self._statement_at(line)
        if index is None:
            return False
        statement = self.statements[index]
        if statement.first < statement.last and self._mend_element(statement, line, column, message):
            return True
        for candidate in (index, index - 1):
            at = line if candidate == index else self.statements[candidate].first
            if candidate >= 0 and self._give_up(candidate, at, _worded(message)):
                self._complete_body(candidate)
                return True
        return False

    def _before_line_end(self, line: int, column: int) -> tuple[int, int]:
        """The parser reports the end of the token it did not expect; a line end's is on the next line."""
        if line >= len(self.lines):
            line, column = len(self.lines) - 1, 1 << 20
        text = self.lines[line]
        while line > 0 and column <= len(text) - len(text.lstrip(" \t\f")):
            line -= 1
            text = self.lines[line]
            column = 1 << 20
        return line, column

    def _complete_body(self, index: int) -> None:
        """After a replacement: a header needs a body, a body needs a header."""
        statement = self.statements[index]
        has_body = self._has_body(index)
        if statement.opens and not has_body:
            self._add_body(index)
        elif has_body and not statement.opens:
            self._replace(statement, _IF)

    def _statement_at(self, line: int) -> int | None:
        """The last statement that begins at or above a line."""
        found = None
        for index, statement in enumerate(self.statements):
            if statement.first > line:
                break
            found = index
        return found

    def _mend_element(self, statement: Statement, line: int, column: int, message: str) -> bool:
        """Replace one line inside brackets by an element, where that makes the statement whole."""
        starts_line = len(self.lines[line][:column].split()) <= 1
        for at in (line - 1, line) if starts_line else (line, line - 1):
            if not statement.first < at <= statement.last or not self.lines[at].strip():
                continue
            before = self.lines[at]
            if _net(before):
                continue
            self.lines[at] = _element(before)
            _, error = self._attempt()
            if error is None or self._before_line_end(*error[:2])[0] > statement.last:
                self.errors.append((at, _worded(message)))
                return True
            self.lines[at] = before
        return False

    def _mend_tokens(self, message: str) -> bool:
        """An error without a place is the tokenizer's: look for the statements it rejects by themselves."""
        found = False
        for index, statement in enumerate(self.statements):
            _, error = attempt(statement.code)
            if error is not None and error[0] < 0 and self._give_up(index, statement.first, error[2]):
                self._complete_body(index)
                found = True
        return found or self._expand_tabs()

    def _expand_tabs(self) -> bool:
        if not any(line.startswith((" ", "\t")) and "\t" in line for line in self.lines):
            return False
        for index, line in enumerate(self.lines):
            body = line.lstrip(" \t")
            indent = line[: len(line) - len(body)]
            if "\t" in indent:
                self.lines[index] = indent.expandtabs(8) + body
                self.shifts[index] = self.shifts.get(index, 0) + len(indent) - len(indent.expandtabs(8))
        return True


def _keyword(code: str) -> str:
    match = _KEYWORD.match(code)
    return match[0].split()[-1] if match else ""


def _line_end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _code_length(line: str) -> int:
    """The length of a physical line without the comment behind its code."""
    for match in _STRING_OR_COMMENT.finditer(line):
        if match["comment"] is not None:
            return len(line[: match.start()].rstrip())
    return len(line.rstrip())


def _net(line: str) -> int:
    """How many more brackets a line opens than it closes."""
    code = without_strings(line)
    return sum(map(code.count, "([{")) - sum(map(code.count, ")]}"))


def _indent_of(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t\f"))]


def _element(line: str) -> str:
    """A line inside brackets as an unknown element; behind keyword arguments an unknown mapping."""
    stars = "**" if _KEYWORD_ARGUMENT.match(line) else ""
    return f"{_indent_of(line)}{stars}{INCOMPLETE},{_line_end(line)}"


def _stand_ins(statement: Statement, has_body: bool) -> list[str]:
    """What may stand for a broken statement, the closest to it first."""
    code = statement.code
    word = _keyword(code)
    if word == "@":
        return [""]
    if word in _HEADERS and (has_body or word not in ("match", "case")):
        return _header_stand_ins(statement, word)
    if has_body:
        return [_IF]
    if match := _ASSIGNMENT.match(code):
        return [f"{match[1]} = {INCOMPLETE}", "pass"]
    return [f"return {INCOMPLETE}", "pass"] if word == "return" else ["pass"]


def _header_stand_ins(statement: Statement, word: str) -> list[str]:
    mendable = "\n" not in statement.code and (statement.problem is None or statement.closers)
    completed = [statement.code.rstrip(":, \t") + statement.closers + ":"] if mendable else []
    definition = _DEFINITION.match(statement.code)
    if definition and definition[1].endswith("def"):
        return [*completed, f"{definition[1]} {definition[2]}(*args, **kwargs):", _IF]
    if definition:
        return [*completed, f"class {definition[2]}({INCOMPLETE}):", _IF]
    branch = [_BRANCHES[word]] if word in _BRANCHES else []
    return [*(completed if statement.closers or not statement.code.endswith(":") else []), *branch, _IF]
