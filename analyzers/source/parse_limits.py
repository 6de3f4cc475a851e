"""Which texts are not given to libcst's native parser.

The parser is recursive: deep nesting overflows the native stack, which ends the process, and takes time and
memory in the square of the depth (nested ``case`` patterns and ``del`` targets: exponential). Measured
with libcst 1.9 in a thread with the 512 kB stack of macOS: it overflows at 100 nested brackets, 50
indented blocks, 50 nested lambda defaults, 400 operators in a row; a token of code takes 2 kB. The limits
stay well below that and keep each parse around a second and 200 MB. They are far above what people write:
none of 635,000 lines of the standard library, Keras, timm and torchvision is refused.
"""

from __future__ import annotations

import re

from analyzers.source.lexical import COMMENT, NEWLINE, STRING

MAXIMUM_LENGTH = 300_000
MAXIMUM_TOKENS = 60_000
MAXIMUM_DEPTH = 200
"""Of the estimated depth: an operator counts 1, a string in a row of strings ½, and the following more."""

_BRACKET = 4
_CASE_BRACKET = 40
_DEL_BRACKET = 20
_LAMBDA = 6
_MAXIMUM_INDENTATION = 25
_MAXIMUM_BRANCHES = 150

_TOKEN = re.compile(r"\w+|[^\w\s]")
_OPERATOR_LIKE = re.compile(r"""[-+*/%@&|^~.<>=(\[{"']|\b(?:not|and|or|if|in|is|for|lambda|await|yield)\b""")
_INDENTATION = re.compile(r"^([ \t]+)(?=[^\s#])", re.MULTILINE)
_BRANCH = re.compile(r"^([ \t]*)(elif\b|else\b|[^\s#])", re.MULTILINE)
_EXPONENTIAL = re.compile(r"\b(?:case|del)\b")
_STATEMENT = re.compile(
    rf"{NEWLINE}(?=[ \t]*"
    r"(?:(?:return|def|class|raise|with|while|try|import|pass|assert|elif|finally|except)\b"
    r"|[^\W\d]\w*\.[\w.]+[ \t]*=(?!=)))"
)
_STEP = re.compile(
    rf"(?P<prefix>\b[A-Za-z]{{1,2}})?(?P<string>{STRING})|{COMMENT}|(?P<open>[(\[{{])|(?P<close>[)\]}}])|(?P<comma>[,;])"
    rf"|(?P<end>{NEWLINE})|(?P<lambda>\blambda\b)|(?P<costly>\b(?:case|del)\b)"
    r"|(?P<operator>\*\*|//|<<|>>|[<>=!]=|->|[-+*/%@&|^~.<>]|\b(?:not|and|or|if|in|is|for|await|yield)\b)"
)
_DOUBLED = re.compile(r"\{\{|\}\}")
_INTERPOLATION = re.compile(r"[(\[{]|[)\]}]")


def refusal(text: str, depth: int = 0) -> str | None:
    """Why a statement must not be parsed, as a sentence; None when it may be.

    Args:
        text: the text of a block.
        depth: how deep its brackets nest, as :func:`analyzers.source.blocks.split` found.
    """
    if len(text) > MAXIMUM_LENGTH:
        return f"this statement is too long to be analysed ({len(text) // 1000} kB)"
    if depth * _BRACKET > MAXIMUM_DEPTH:
        return f"brackets are nested too deep to be analysed ({depth} levels)"
    if len(text) > MAXIMUM_TOKENS // 2 and len(_TOKEN.findall(text)) > MAXIMUM_TOKENS:
        return "this statement has too many tokens to be analysed"
    if text.count("elif") > _MAXIMUM_BRANCHES and _longest_chain(text) > _MAXIMUM_BRANCHES:
        return "this chain of elif branches is too long to be analysed"
    return _too_deep(text, depth)


def _longest_chain(text: str) -> int:
    """The most ``elif`` that follow one ``if``."""
    counts: dict[int, int] = {}
    longest = 0
    for match in _BRANCH.finditer(text):
        indent = len(match[1].expandtabs(8))
        counts = {width: count for width, count in counts.items() if width <= indent}
        if match[2] == "elif":
            counts[indent] = counts.get(indent, 0) + 1
            longest = max(longest, counts[indent])
        elif match[2] != "else":
            counts.pop(indent, None)
    return longest


def _too_deep(text: str, depth: int) -> str | None:
    indentations = len(set(_INDENTATION.findall(text)))
    exponential = depth > 3 and _EXPONENTIAL.search(text) is not None
    if indentations <= _MAXIMUM_INDENTATION and not exponential and not _may_have_long_chain(text, depth):
        return None
    scan = _Scan()
    scan.run(text)
    if scan.indentation > _MAXIMUM_INDENTATION:
        return f"this code is indented too deep to be analysed ({scan.indentation} levels)"
    if scan.deepest > MAXIMUM_DEPTH:
        line = scan.deepest_line + 1
        return f"an expression around line {line} of this statement is nested too deep to be analysed"
    return None


def _may_have_long_chain(text: str, depth: int) -> bool:
    """A quick upper bound: whether one statement could reach the maximum.

    Split where the parser would stop if it still were inside the statement before, so that nothing nests
    across; then no piece can be deeper than its brackets, operators and lambdas together.
    """
    spare = MAXIMUM_DEPTH - depth * _BRACKET
    if len(text) <= spare // 2:
        return False
    pieces = _STATEMENT.split(text)
    return any(_bound(piece) > spare for piece in pieces if len(piece) > spare // 2 or spare < MAXIMUM_DEPTH // 2)


def _bound(piece: str) -> int:
    return len(_OPERATOR_LIKE.findall(piece)) + piece.count("lambda") * _LAMBDA + piece.count("{") * _BRACKET // 2


class _Scan:
    """Estimates, token by token, how deep the parser would recurse."""

    def __init__(self) -> None:
        self.levels: list[list[float]] = []
        self.weight = _BRACKET
        self.chain = 0.0
        self.held = 0.0
        self.below = 0.0
        self.interpolated = 0
        self.after_string = False
        self.line = self.deepest_line = 0
        self.deepest = 0.0
        self.indents: list[int] = [0]
        self.indentation = 0

    def run(self, text: str) -> None:
        self._indent(text, 0)
        for match in _STEP.finditer(text):
            kind = match.lastgroup
            if kind == "string":
                self._string(match)
            elif kind is not None:
                self._take(kind, match, text)

    def _take(self, kind: str, match: re.Match[str], text: str) -> None:
        if kind == "open":
            self._open()
        elif kind == "close":
            self._close()
        elif kind == "comma":
            self.chain = 0
        elif kind == "end":
            self._end_line(text, match.end())
        elif kind == "lambda":
            self._add(0, held=_LAMBDA)
        elif kind == "costly":
            self._costly(match, text)
        else:
            self._add(1)
            if match[0] == "if" and not self.levels:
                self.weight = _BRACKET  # the guard of a case is an expression like any other
        self.after_string = self.after_string and kind == "end"

    def _add(self, amount: float, held: float = 0) -> None:
        self.chain += amount
        self.held += held
        depth = self.below + self.chain + self.held + self.interpolated * _BRACKET
        if depth > self.deepest:
            self.deepest, self.deepest_line = depth, self.line

    def _open(self) -> None:
        self.levels.append([self.chain, self.held, self.weight])
        self.below += self.chain + self.held + self.weight
        self.chain = self.held = 0
        self._add(1)

    def _close(self) -> None:
        if self.levels:
            self.chain, self.held, weight = self.levels.pop()
            self.below -= self.chain + self.held + weight
        self._add(1)

    def _string(self, match: re.Match[str]) -> None:
        """Strings in a row nest; so do replacement fields, whose quotes may be the string's own."""
        if self.after_string:
            self._add(0.5)
        self.after_string = True
        if "f" not in (match["prefix"] or "").lower() and "t" not in (match["prefix"] or "").lower():
            return
        for bracket in _INTERPOLATION.findall(_DOUBLED.sub("", match["string"])):
            self.interpolated = max(self.interpolated + (1 if bracket in "([{" else -1), 0)
            self._add(0)

    def _end_line(self, text: str, at: int) -> None:
        self.line += 1
        if not self.levels:
            self.chain = self.held = 0
            self.interpolated = 0
            self.weight = _BRACKET
            self._indent(text, at)

    def _indent(self, text: str, at: int) -> None:
        match = _INDENT_HERE.match(text, at)
        if match is None:
            return
        width = len(match[1].expandtabs(8))
        while self.indents and self.indents[-1] >= width:
            self.indents.pop()
        self.indents.append(width)
        self.indentation = max(self.indentation, len(self.indents) - 1)

    def _costly(self, match: re.Match[str], text: str) -> None:
        """Brackets behind ``case`` at the start of a line and behind ``del`` cost exponentially."""
        if self.levels:
            return
        if match[0] == "del":
            self.weight = _DEL_BRACKET
        elif not text[text.rfind("\n", 0, match.start()) + 1 : match.start()].strip():
            self.weight = _CASE_BRACKET


_INDENT_HERE = re.compile(r"([ \t]*)[^\s#]")
