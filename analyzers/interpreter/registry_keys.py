"""Which of many files may enter something into a registry under a key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from analyzers.source.outline import is_kept
from analyzers.source.sources import SourceError

if TYPE_CHECKING:
    from analyzers.source.outline import Outline
    from analyzers.source.sources import Sources


class RegistryKeys:
    """Asks the outlines of files, each once in an analysis. A file whose outline is not kept is cut only if it has the
    key anywhere in its text."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._outlines: dict[str, Outline] = {}
        self._texts: dict[str, str] = {}
        self._seen: set[str] = set()
        self._by_key: dict[str, set[str]] = {}

    def among(self, paths: Iterable[str], key: str) -> list[str]:
        """Those of the files that may, in their order."""
        for path in paths:
            if path not in self._seen:
                self._look_at(path)
        found = self._by_key.get(key, set()).union(self._others(key))
        return [path for path in paths if path in found] if found else []

    def _look_at(self, path: str) -> None:
        self._seen.add(path)
        if not path.endswith(".py"):
            return
        outline = self._sources.outline(path, kept=True)
        if outline is not None:
            self._note(path, outline)
            return
        try:
            self._texts[path] = self._sources.read(path)
        except SourceError:
            return

    def _note(self, path: str, outline: Outline) -> None:
        self._outlines[path] = outline
        for key in outline.entries:
            self._by_key.setdefault(key, set()).add(path)

    def _others(self, key: str) -> Iterator[str]:
        """Files that were not cut before, and all where the key is none that outlines keep."""
        for path in [path for path, text in self._texts.items() if key in text]:
            outline = self._sources.outline(path)
            del self._texts[path]
            if outline is not None:
                self._note(path, outline)
                if outline.may_enter(key):
                    yield path
        if not is_kept(key):
            yield from self._outlines
