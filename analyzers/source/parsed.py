"""One parse of a text by libcst: the tree or the reason there is none, and where its nodes are.

libcst is imported when the first text is parsed and not before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyzers.source.lexical import NEWLINE
from analyzers.source.program import Suite, packed

if TYPE_CHECKING:
    import libcst

    from analyzers.source.positions import Positions

_LONE_RETURN = re.compile(r"\r(?!\n)")
_FORM_FEED = re.compile(r"\f")


class Parsed:
    """What parsing one text gave: a tree or a reason, the errors, and where nodes are."""

    __slots__ = (
        "_lengths",
        "_positions",
        "_program",
        "_tree",
        "errors",
        "has_tree",
        "refusal",
        "repaired",
        "shifts",
        "stale",
        "text",
    )

    def __init__(
        self,
        text: str,
        tree: libcst.Module | None,
        errors: list[tuple[int, str]],
        *,
        refusal: str | None = None,
        shifts: dict[int, int] | None = None,
        repaired: str | None = None,
    ) -> None:
        self.text = text
        self._tree = tree
        self.has_tree = tree is not None
        self.errors = errors
        self.refusal = refusal
        self.shifts = shifts or {}
        self.repaired = text if repaired is None else repaired
        self.stale = False
        self._positions: Positions | None = None
        self._lengths: list[int] = []
        self._program: Suite | None = None

    @property
    def tree(self) -> libcst.Module | None:
        """libcst's tree; of a text that parses it is made anew where it was let go."""
        if self._tree is None and self.has_tree:
            self._tree, _ = attempt(self.text)
        return self._tree

    @property
    def is_clean(self) -> bool:
        """Whether the tree is that of the text as it is."""
        return self.has_tree and not self.errors and not self.stale and not self.shifts and self.repaired is self.text

    @property
    def program(self) -> Suite | None:
        """What the text says, as the interpreter runs it; None where there is no tree. A tree that can be made again
        is let go: it takes many times the memory."""
        if self._program is None and self.has_tree:
            from analyzers.source.lowering import lowered

            assert self.tree is not None
            self._program = lowered(self.tree, self.positions.at if self.is_clean else self._at)
            if self.is_clean:
                self._tree = self._positions = None
        return self._program

    def _at(self, node: libcst.CSTNode) -> int:
        return packed(self.span(node)) if node in self.positions else packed((0, 0, 0, 0))

    @property
    def positions(self) -> Positions:
        """Where the nodes are in the repaired text, found at the first use."""
        if self._positions is None:
            from analyzers.source.positions import Positions

            assert self.tree is not None
            self._positions = Positions(self.tree)
        return self._positions

    def span(self, node: libcst.CSTNode) -> tuple[int, int, int, int]:
        """Zero-based (line, column, end line, end column) of a node within the text.

        Raises:
            KeyError: the node is not one of this tree's.
        """
        line, column, end_line, end_column = self.positions[node]
        if self.shifts:
            column += self.shifts.get(line, 0)
            end_column += self.shifts.get(end_line, 0)
        if self.repaired is not self.text:
            column, end_column = self._within(line, column), self._within(end_line, end_column)
        return line, column, end_line, end_column

    def _within(self, line: int, column: int) -> int:
        """A column no further than the end of the line in the text as it is, stand-ins aside."""
        if not self._lengths:
            self._lengths = [len(line) for line in re.split(NEWLINE, self.text)]
        return min(column, self._lengths[line]) if line < len(self._lengths) else 0


def attempt(text: str) -> tuple[libcst.Module | None, tuple[int, int, str] | None]:
    """Try libcst's parser once: the tree, or (zero-based line, column, message) of the error."""
    from libcst import ParserSyntaxError, native  # pyright: ignore[reportAttributeAccessIssue] - compiled

    try:
        return native.parse_module(plain(text), None), None
    except ParserSyntaxError as error:
        return None, _place(error.message)
    except (SyntaxError, RecursionError, ValueError, TypeError, AttributeError, UnicodeError, MemoryError) as error:
        return None, (-1, -1, f"the parser gave up: {error}")


_ERROR = re.compile(r"(?:\w+ error: )?(?:error at (\d+):(\d+): )?(.*)", re.DOTALL)


def _place(message: str) -> tuple[int, int, str]:
    """The place in a message of libcst's parser; tokenizer errors have none: line -1."""
    match = _ERROR.fullmatch(message)
    if match is None or match[1] is None:
        return -1, -1, match[3] if match else message
    return int(match[1]) - 1, int(match[2]), match[3]


def plain(text: str) -> str:
    """A text of the same length that libcst reproduces to the character."""
    if "\r" in text:
        text = _LONE_RETURN.sub("\n", text)
    if "\f" in text:
        text = _FORM_FEED.sub(" ", text)
    return text.replace("\0", " ") if "\0" in text else text
