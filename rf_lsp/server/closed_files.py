"""The texts of files that are not open, for places that findings and hints lead to."""

from __future__ import annotations

from collections.abc import Iterable

from analyzers.source.gate import read_text
from analyzers.source.sources import MAXIMUM_NOTEBOOK_SIZE
from rf_lsp.server.text import Text


class ClosedFiles:
    """Read once, until they are forgotten. ``encoding`` is how the client counts columns."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._texts: dict[str, Text | None] = {}

    def text(self, path: str) -> Text | None:
        """``None`` when the file cannot be read."""
        if path not in self._texts:
            try:
                self._texts[path] = Text(read_text(path, MAXIMUM_NOTEBOOK_SIZE), self._encoding)
            except OSError:
                self._texts[path] = None
        return self._texts[path]

    def forget(self, paths: Iterable[str]) -> None:
        """They have changed."""
        for path in paths:
            self._texts.pop(path, None)
