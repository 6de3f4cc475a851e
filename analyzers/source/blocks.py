"""A file as a sequence of column-0 blocks, found without parsing.

A block is one statement that starts at column 0 with everything that belongs to it: decorators,
the indented body, ``else`` and its kin, continuation lines. Blank lines and comments between two
statements are a block of kind "comment", so that the blocks' texts joined are the file's text. Text is
read as Python's tokenizer reads it; what is half-typed ends at the next line that can only be the
start of a statement, so one broken statement never swallows the next.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from analyzers.source import names
from analyzers.source.lexical import (
    BLANK_LINES,
    COMMENT,
    CONTINUATION,
    IDENTIFIER,
    NEWLINE,
    STRING,
    careful_string,
    count_lines,
)

if TYPE_CHECKING:
    import libcst

    from analyzers.source.parsed import Parsed
    from analyzers.source.program import Node, Span, Suite
    from analyzers.source.tree import TreeStore

_STRONG = (
    rf"(?:async[ \t]+def\b|def[ \t]+{IDENTIFIER}|class[ \t]+{IDENTIFIER}|import[ \t]+{IDENTIFIER}"
    rf"|from[ \t]+[.\w]+[ \t]+import\b|@[ \t]*{IDENTIFIER}|if[ \t]+__name__\b)"
)
"""A line that begins so at column 0 starts a statement even where a bracket or string is still open."""

_FLAT = r"""[^()\[\]{}"'#\\\r\n]*"""
_GAP = rf"{BLANK_LINES}(?:[ \t\f]*(?:{COMMENT})?\Z|(?:[ \t\f]*\f)?)"
_INDENTED = r"(?=(?:[ \t\f]*\f)?[ \t]+[^ \t\f\r\n#])"


def _step(string: str) -> re.Pattern[str]:
    """One step of the scan: everything that cannot end a block, then what the loop must look at.

    Skipped inside the regular expression: plain text, strings, comments, flat brackets, line ends before
    an indented line. Left to the loop: other brackets, line ends before column-0 text, open strings.
    """
    skipped = (
        rf"""[^()\[\]{{}}"'#\\\r\n]+|\({_FLAT}\)|\[{_FLAT}\]|{string}|{COMMENT}|{CONTINUATION}"""
        rf"|{NEWLINE}{BLANK_LINES}{_INDENTED}"
    )
    return re.compile(
        rf"(?:{skipped})*(?:(?P<open>[(\[{{]+)|(?P<close>[)\]}}])|(?P<end>{NEWLINE})(?P<gap>{_GAP})"
        r"|(?P<triple>\"\"\"|''')|(?P<stray>[\"'][^\r\n]*|\\)|(?P<eof>\Z))"
    )


_STEP = _step(STRING)
_careful_step = lru_cache(maxsize=1)(lambda: _step(careful_string(_STRONG)))
"""Of texts with an open string, which are rare."""
_FIRST_GAP = re.compile(_GAP)
_STRONG_HERE = re.compile(_STRONG)
_NEXT_STRONG = re.compile(rf"{NEWLINE}(?={_STRONG})")
_WEAK_HERE = re.compile(
    rf"{_STRONG}|(?!(?:else|elif|except|finally|for|in|is|not|and|or|if)\b)[^\W\d]"
    rf"|(?:if|for)\b[^\r\n]*:[ \t]*(?:{COMMENT})?(?=[\r\n]|\Z)"
)
_BRANCH_HERE = re.compile(r"(?:else|elif|except|finally)\b|case\b(?![ \t]*[=.,:])")
_KEYWORD = re.compile(rf"[ \t]*(@|(?:async[ \t]+)?(?P<word>{IDENTIFIER})?)")
_DECORATED_HERE = re.compile(r"@|(?:async[ \t]+def|def|class)\b")
_HEADERS = frozenset(("@", "def", "class", *names.COMPOUND))
_HAS_BRANCHES = frozenset(("if", "elif", "else", "for", "while", "try", "except", "finally"))


class Block:
    """One column-0 statement (or a run of blank lines and comments) of a file.

    ``first_line`` is zero-based in the file; ``first_column`` is 0 but after a form feed. ``kind`` is
    "def", "class", "import", "assign", "other" or "comment"; ``keyword`` the statement's first word
    (behind decorators and ``async``). ``broken`` says that a bracket or string was still open where the block
    had to end; ``depth`` is how deep its brackets nest, give or take one.
    """

    __slots__ = (
        "_bound",
        "_identifiers",
        "_mutated",
        "_parsed",
        "_program",
        "broken",
        "depth",
        "first_column",
        "first_line",
        "index",
        "keyword",
        "kind",
        "line_count",
        "occurrence",
        "store",
        "text",
    )

    def __init__(self, text: str, keyword: str, *, broken: bool = False, depth: int = 0) -> None:
        self.index = 0
        self.first_line = 0
        self.first_column = 0
        self.line_count = count_lines(text) + (text[-1:] not in ("\n", "\r", ""))
        self.text = text
        self.keyword = keyword
        self.broken = broken
        self.depth = depth
        self.occurrence = 0
        self.kind = names.kind_of(keyword, text)
        self.store: TreeStore | None = None
        self._bound: names.Bound | None = None
        self._identifiers: frozenset[str] | None = None
        self._mutated: frozenset[str] | None = None
        self._parsed: Parsed | None = None
        self._program: Suite | None = None

    def __repr__(self) -> str:
        return f"<Block {self.index} {self.kind} line {self.first_line + 1} {self.text[:40]!r}>"

    @property
    def end_line(self) -> int:
        """The line after the last one, zero-based in the file."""
        return self.first_line + self.line_count

    @property
    def bound(self) -> names.Bound:
        if self._bound is None:
            self._bound = names.bound_by(self.kind, self.keyword, self.text)
        return self._bound

    @property
    def binds(self) -> tuple[str, ...]:
        """The names this block may bind in the module's namespace, in order, without repetition."""
        return self.bound.names

    @property
    def star_imports(self) -> tuple[str, ...]:
        """The modules imported from with ``*``, with their leading dots."""
        return self.bound.stars

    @property
    def decorated(self) -> bool:
        return self.text.startswith("@")

    @property
    def identifiers(self) -> frozenset[str]:
        """Every identifier in the block's code (f-strings included, other strings and comments not)."""
        if self._identifiers is None:
            self._identifiers = names.identifiers(self.text)
        return self._identifiers

    @property
    def mutated(self) -> frozenset[str]:
        """The names whose ``append``, ``update`` and the like are called."""
        if self._mutated is None:
            self._mutated = names.mutated(self.text)
        return self._mutated

    def mentions(self, name: str) -> bool:
        """Whether the identifier occurs in the block's code."""
        return name in self.text and name in self.identifiers

    @property
    def parsed(self) -> Parsed:
        """The result of parsing, made at the first use."""
        if self._parsed is None:
            from analyzers.source import tree

            self._parsed = tree.parse_block(self)
        return self._parsed

    @property
    def is_parsed(self) -> bool:
        return self._parsed is not None

    def resemble(self, other: Block) -> None:
        """Take over what is known of another block with the same text."""
        self._bound, self._identifiers, self._mutated = other._bound, other._identifiers, other._mutated
        if other._parsed is None or not other._parsed.stale:
            self._parsed, self._program = other._parsed, other._program

    def tree(self) -> libcst.Module | None:
        """The syntax tree, repaired where the text is broken; None when refused or beyond repair."""
        return self.parsed.tree

    @property
    def refusal(self) -> str | None:
        """Why the text is not given to the parser, as a sentence."""
        return self.parsed.refusal

    @property
    def errors(self) -> list[tuple[int, str]]:
        """Syntax errors: (zero-based line in the file, message)."""
        return [(line + self.first_line, message) for line, message in self.parsed.errors]

    @property
    def stale(self) -> bool:
        """Whether the tree is that of an earlier text, because the present one cannot be parsed."""
        return self.parsed.stale

    @property
    def program(self) -> Suite | None:
        """The statement as the interpreter runs it; None when refused or beyond repair."""
        if self._program is None:
            from analyzers.source import tree

            self._program = tree.program_of(self)
        return self._program

    def span(self, node: Node) -> Span:
        """Zero-based (line, column, end line, end column) in the file of a node of :attr:`program`.

        Raises:
            KeyError: the node stands in no file.
        """
        return self._in_file(node.span)

    def code(self, node: Node) -> str:
        """The text of a node, on one line. Raises KeyError where it has no place."""
        line, column, end_line, end_column = node.span
        lines = self.text.splitlines()[line : end_line + 1]
        if lines:
            lines[-1] = lines[-1][:end_column]
            lines[0] = lines[0][column:]
        return " ".join(" ".join(lines).split())

    def tree_span(self, node: libcst.CSTNode) -> Span:
        """The same of a node of :meth:`tree`; KeyError when it is none of it."""
        return self._in_file(self.parsed.span(node))

    def _in_file(self, span: Span) -> Span:
        line, column, end_line, end_column = span
        first = self.first_line
        if self.first_column:
            column += self.first_column if line == 0 else 0
            end_column += self.first_column if end_line == 0 else 0
        return line + first, column, end_line + first, end_column


def split(text: str, offsets: Sequence[int] = ()) -> list[Block]:
    """The blocks of a file; their texts joined are the file's text.

    At each of ``offsets``, the starts of lines, a new statement begins whatever stands before it.
    """
    bounds = [0, *offsets, len(text)]
    blocks = [block for start, end in pairwise(bounds) for block in _blocks(text[start:end])]
    _number(blocks)
    return blocks


def _blocks(text: str) -> list[Block]:
    blocks: list[Block] = []
    covered = 0
    for piece in _pieces(text):
        if piece.start > covered:
            blocks.append(Block(text[covered : piece.start], "#"))
        blocks.append(Block(text[piece.start : piece.code_end], piece.keyword, broken=piece.broken, depth=piece.depth))
        covered = piece.code_end
    if covered < len(text):
        blocks.append(Block(text[covered:], "#"))
    return blocks


def _number(blocks: list[Block]) -> None:
    """Give every block its index and its place in the file."""
    line = column = 0
    seen: dict[str, int] = {}
    for index, block in enumerate(blocks):
        block.index, block.first_line, block.first_column = index, line, column
        block.occurrence = seen[block.text] = seen.get(block.text, -1) + 1
        if block.text[-1:] in ("\n", "\r"):
            line, column = line + block.line_count, 0
        elif index + 1 < len(blocks):  # a form feed before the next block's first line
            line += block.line_count - 1
            column = len(re.split(NEWLINE, block.text)[-1])


class _Piece(NamedTuple):
    """One statement: its text is ``[start, code_end)``, the next one begins at ``next_start``."""

    start: int
    code_end: int
    next_start: int
    keyword: str
    depth: int
    broken: bool
    open_string: bool = False


def _pieces(text: str) -> list[_Piece]:
    """The file's statements.

    When the end of the file is inside a triple-quoted string, some string was not closed, and every
    triple-quoted string after it is inside out: then the file is read again with strings that end
    before a line at column 0 such as ``def f``.
    """
    pieces = _scan(text, _STEP)
    return _scan(text, _careful_step()) if pieces and pieces[-1].open_string else pieces


def _scan(text: str, step: re.Pattern[str]) -> list[_Piece]:
    pieces: list[_Piece] = []
    gap = _FIRST_GAP.match(text)
    start = gap.end() if gap else 0
    doubtful = 0  # up to here an open bracket was seen to swallow statements
    while start < len(text):
        piece = _piece(text, start, step, _STRONG_HERE if start >= doubtful else _WEAK_HERE)
        if piece.broken and not piece.open_string and start >= doubtful:
            doubtful = piece.next_start
            piece = _piece(text, start, step, _WEAK_HERE)
        if pieces and _is_stray(text, piece, pieces[-1]):
            piece = _joined(pieces.pop(), piece)
        pieces.append(piece)
        if piece.open_string and step is _STEP:
            break
        start = piece.next_start
    return pieces


def _is_stray(text: str, piece: _Piece, previous: _Piece) -> bool:
    """Whether a statement stands at column 0 in the middle of the definition before it.

    It has indented lines below it although it is not a header: its own indentation was deleted.
    """
    if previous.keyword not in ("def", "class") or piece.keyword in _HEADERS:
        return False
    last_line = max(
        text.rfind("\n", piece.start, piece.code_end - 1), text.rfind("\r", piece.start, piece.code_end - 2)
    )
    if last_line < 0 or text[last_line + 1 : last_line + 2] not in (" ", "\t"):
        return False
    from analyzers.source.statements import statements

    return len(statements(text[piece.start : piece.code_end])) > 1


def _joined(first: _Piece, second: _Piece) -> _Piece:
    return first._replace(
        code_end=second.code_end,
        next_start=second.next_start,
        depth=max(first.depth, second.depth),
        broken=True,
        open_string=second.open_string,
    )


def _piece(text: str, start: int, step: re.Pattern[str], breaks: re.Pattern[str]) -> _Piece:
    """The statement at ``start``, up to the next one at column 0.

    ``breaks`` matches where a line at column 0 ends the statement although a bracket is open.
    """
    keyword = _keyword(text, start)
    depth = deepest = 0
    at = start
    while True:
        match = step.match(text, at)
        assert match is not None
        kind, at = match.lastgroup, match.end()
        if kind == "open":
            depth += match.end("open") - match.start("open")
            deepest = max(deepest, depth)
        elif kind == "close":
            depth = max(depth - 1, 0)
        elif kind == "gap":
            if at < len(text) and depth and not breaks.match(text, at):
                continue
            if at < len(text) and not depth and _goes_on(text, at, keyword):
                keyword = _keyword(text, at) if keyword == "@" else keyword
                continue
            return _Piece(start, match.end("end"), at, keyword, deepest, depth > 0)
        elif kind == "eof":
            return _Piece(start, at, at, keyword, deepest, depth > 0)
        elif kind == "triple":
            strong = _NEXT_STRONG.search(text, at)
            end = strong.end() if strong else len(text)
            return _Piece(start, end, end, keyword, deepest, True, open_string=True)


def _goes_on(text: str, at: int, keyword: str) -> bool:
    """Whether the column-0 line at ``at`` belongs to the statement that began with ``keyword``."""
    if keyword == "@":
        return _DECORATED_HERE.match(text, at) is not None
    branch = _BRANCH_HERE.match(text, at)
    if branch is None:
        return False
    return keyword == "match" if branch[0].startswith("case") else keyword in _HAS_BRANCHES


def _keyword(text: str, at: int) -> str:
    match = _KEYWORD.match(text, at)
    if match is None:
        return ""
    return "@" if match[1] == "@" else match["word"] or ""
