"""Which names star imports may bring, so that only those modules are read that may have the one that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from analyzers.imports.resolver import ImportResolver

Names = frozenset[str]


class Star(NamedTuple):
    """``from spec import *``: ``file`` is None where there is none; then a table may say what is in the module, if
    ``is_open``."""

    spec: str
    file: str | None
    is_open: bool = False


class StarredNames:
    """``has_table`` tells of a dotted name whether a table, and no source, says first of all what is in the module."""

    def __init__(self, resolver: ImportResolver, has_table: Callable[[str], bool]) -> None:
        self._resolver = resolver
        self._has_table = has_table
        self._names: dict[str, Names | None] = {}
        self._stars: dict[str, tuple[Star, ...]] = {}

    def may_have(self, path: str, name: str) -> bool:
        """Whether a star import of a file may find the name in it."""
        names = self.names(path)
        return names is None or name in names

    def names(self, path: str) -> Names | None:
        """Every name that a star import of a file may find; None where it may be any."""
        if path not in self._names:
            self._names[path] = self._gathered(path)
        return self._names[path]

    def _gathered(self, path: str) -> Names | None:
        found: set[str] = set()
        waiting, seen = [path], {path}
        while waiting:
            here = waiting.pop()
            if here in self._names:
                known = self._names[here]
                if known is None:
                    return None
                found |= known
                continue
            outline = self._resolver.sources.outline(here)
            found.update(outline.given if outline is not None else ())
            for star in self.of(here):
                if star.is_open:
                    return None
                if star.file is not None and star.file not in seen:
                    seen.add(star.file)
                    waiting.append(star.file)
        return frozenset(found)

    def of(self, path: str) -> tuple[Star, ...]:
        """The star imports of a file, the last first."""
        known = self._stars.get(path)
        if known is None:
            outline = self._resolver.sources.outline(path)
            specs = outline.stars if outline is not None else ()
            known = self._stars[path] = tuple(self._star(spec, path) for spec in reversed(specs))
        return known

    def _star(self, spec: str, path: str) -> Star:
        dotted = spec.lstrip(".")
        if level := len(spec) - len(dotted):
            return Star(spec, self._resolver.resolve_relative(path, level, dotted))
        found = None if self._has_table(dotted) else self._resolver.find(dotted, path)
        return Star(spec, found, found is None)
