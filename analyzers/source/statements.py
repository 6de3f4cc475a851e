"""The logical lines of a block whose text the parser rejected.

Read with the tolerance a half-typed text needs: a bracket or a string that was not closed ends where the
next statement plainly begins.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from analyzers.source.lexical import COMMENT, CONTINUATION, NEWLINE, STRING, careful_string, line_starts

_MEMBER = r"[ \t]*(?:async[ \t]+)?(?:def[ \t]+\w+[ \t]*[(\[]|class[ \t]+\w+[ \t]*[:(\[])"


def _token(string: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<string>{string})|(?P<comment>{COMMENT})|(?P<join>{CONTINUATION})|(?P<end>{NEWLINE})"
        r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<triple>\"\"\"|''')|(?P<stray>[\"'\\][^\r\n]*)"
        r"|(?P<invalid>[$?`]|!(?!=))|(?P<space>[ \t\f]+)|(?P<code>[^\"'#\\\r\n()\[\]{}$?`! \t\f]+|!=)"
    )


_TOKEN = _token(STRING)
_CAREFUL_TOKEN = _token(careful_string(_MEMBER))
_BLANK = re.compile(rf"(?:[ \t\f]*(?:{COMMENT})?{NEWLINE})*")
_CODE_LINE = re.compile(
    r"[ \t]*(?:(?:return|raise|pass|break|continue|assert|del|import|def|class|async|try|global)\b"
    r"|from[ \t]+[.\w]+[ \t]+import\b|@[ \t]*\w|super\(|\w+\.[\w.]+[ \t]*(?:[-+*/]=|=(?!=))"
    r"|(?:for|while|if|with|elif|else|except|finally)\b[^\r\n]*:[ \t]*(?:#[^\r\n]*)?(?:[\r\n]|\Z)"
    r"|\w+ = (?![^\r\n]*,[ \t]*(?:#[^\r\n]*)?(?:[\r\n]|\Z)))"
)
"""A line that begins a statement even where a bracket seems to be open."""

_TEXT_ENDS = re.compile(rf"{NEWLINE}(?={_CODE_LINE.pattern}|[ \t]*[\w.]+\(|[ \t]*\"\"\")")
_WORD_LINE = re.compile(r"[ \t]*(?!(?:and|or|if|else|for|in|is|not)\b)[^\W\d@]")
_HEADER = re.compile(
    r"(?:async[ \t]+)?(?:def|class|if|for|while|with|try|elif|else|except|finally|match|case)\b"
    r"(?![ \t]*[=.,])"
)
_CLOSER = {"(": ")", "[": "]", "{": "}"}


class Statement:
    """One logical line: physical lines ``first`` … ``last``, ``indent`` its width, ``code`` without comments
    behind it, ``closers`` the brackets that are missing, ``problem`` what is lexically wrong."""

    __slots__ = ("closers", "code", "code_end", "first", "indent", "last", "problem")

    def __init__(self, first: int, indent: int) -> None:
        self.first = self.last = first
        self.indent = indent
        self.code = ""
        self.code_end = 0
        self.closers = ""
        self.problem: str | None = None

    @property
    def opens(self) -> bool:
        """Whether an indented body must follow."""
        return self.code.endswith(":") and _HEADER.match(self.code) is not None


def statements(text: str) -> list[Statement]:
    """The logical lines of a text, in order; blank lines and comments belong to none."""
    found = _read(text, _TOKEN)
    if found is None:
        found = _read(text, _CAREFUL_TOKEN)
    return found or []


def _read(text: str, token: re.Pattern[str]) -> list[Statement] | None:
    """None when a triple-quoted string is open at the end and the strings should be read with more care."""
    starts = line_starts(text)
    found: list[Statement] = []
    at = _after_blank(text, 0)
    while at < len(text):
        reader = _Reader(text, token, at)
        statement = reader.read()
        if reader.open_string and token is _TOKEN:
            return None
        statement.first = bisect_right(starts, reader.start) - 1
        statement.last = bisect_right(starts, reader.code_end - 1) - 1
        statement.code_end = reader.code_end
        if statement.code:
            found.append(statement)
        at = _after_blank(text, max(reader.at, at + 1))
    return found


def _after_blank(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


class _Reader:
    """Reads one logical line."""

    def __init__(self, text: str, token: re.Pattern[str], at: int) -> None:
        self.text = text
        self.token = token
        self.at = at
        self.start = at
        self.code_end = at + 1
        self.brackets: list[str] = []
        self.open_string = False
        self.problem: str | None = None
        self.indent = 0

    def read(self) -> Statement:
        match = re.compile(r"[ \t\f]*").match(self.text, self.at)
        assert match is not None
        self.indent = len(match[0].rpartition("\f")[2].expandtabs(8))
        self.at = begin = match.end()
        while self.at < len(self.text) and self._step():
            pass
        statement = Statement(0, self.indent)
        statement.code = self.text[begin : self.code_end].strip()
        statement.closers = "".join(_CLOSER[bracket] for bracket in reversed(self.brackets))
        if self.brackets and self.problem is None:
            self.problem = f"'{self.brackets[-1]}' was never closed"
        statement.problem = self.problem
        return statement

    def _step(self) -> bool:
        """Take one token; False when the statement ends."""
        match = self.token.match(self.text, self.at)
        if match is None:
            self.at += 1
            return True
        kind, self.at = match.lastgroup, match.end()
        if kind == "end":
            return self._goes_on()
        if kind == "triple":
            return self._open_string()
        if kind not in ("space", "comment"):
            self.code_end = self.at
        if kind == "open":
            self.brackets.append(match[0])
        elif kind == "close":
            self._close(match[0])
        elif kind == "stray":
            self._note(
                "unexpected character after line continuation" if match[0][0] == "\\" else "unterminated string literal"
            )
        elif kind == "invalid":
            self._note(f"invalid character '{match[0]}'")
        return True

    def _note(self, problem: str) -> None:
        self.problem = self.problem or problem

    def _close(self, bracket: str) -> None:
        if not self.brackets:
            self._note(f"unmatched '{bracket}'")
        elif _CLOSER[self.brackets.pop()] != bracket:
            self._note(f"'{bracket}' does not match the bracket it closes")

    def _goes_on(self) -> bool:
        """Whether a bracket is open and no statement begins on the next line."""
        if not self.brackets:
            return False
        self.at = _after_blank(self.text, self.at)
        if self.at >= len(self.text) or _CODE_LINE.match(self.text, self.at):
            return False
        word = _WORD_LINE.match(self.text, self.at)
        return word is None or len(word[0].expandtabs(8)) - 1 > self.indent

    def _open_string(self) -> bool:
        self.open_string = True
        self._note("unterminated triple-quoted string literal")
        match = _TEXT_ENDS.search(self.text, self.at)
        self.at = match.end() if match else len(self.text)
        self.code_end = match.start() if match else len(self.text.rstrip("\r\n"))
        return False
