"""Whether a file can hold models at all, seen from its text.

A file is analysed when a framework's name stands in it, or in any file of the workspace that it
imports, directly or through others. That is a text test, so it errs on the side of analysing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from analyzers.imports.resolver import ImportResolver
from analyzers.source.sources import SourceError, Sources

_FRAMEWORK = re.compile(r"torch|keras|tensorflow|timm|einops|fastai|lightning|monai|\bnn\.")
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*)[ \t]*([\w.]*)[ \t]+import[ \t]*\(?([^#\n;]*)|import[ \t]+([^#\n;]+))",
    re.MULTILINE,
)


class Relevance:
    """Answers for one set of folders in which imports are looked for; remembers what it read."""

    def __init__(self, roots: Sequence[str], search_paths: Sequence[str] = (), sources: Sources | None = None) -> None:
        self._sources = sources or Sources()
        self._project = ImportResolver(self._sources, list(roots), list(search_paths))
        self._imports: dict[str, list[str] | None] = {}
        self._direct: dict[str, list[str]] = {}

    def of(self, path: str) -> bool:
        """Whether to analyse the file of an absolute path."""
        self._sources.begin()
        seen = {path}
        queue = [path]
        while queue:
            imported = self._look(queue.pop())
            if imported is None:
                return True
            fresh = [found for found in imported if found not in seen]
            seen.update(fresh)
            queue.extend(fresh)
        return False

    def imports_of(self, path: str) -> list[str]:
        """The workspace's files that a file imports itself; none of one that cannot be read."""
        if path not in self._direct:
            try:
                self._direct[path] = list(dict.fromkeys(self._imported(path, self._sources.read(path))))
            except SourceError:
                self._direct[path] = []
        return self._direct[path]

    def reaches(self, path: str, files: Collection[str]) -> bool:
        """Whether a file imports any of ``files``, directly or through others."""
        seen = {path}
        queue = [path]
        while queue:
            fresh = [found for found in self.imports_of(queue.pop()) if found not in seen]
            if any(found in files for found in fresh):
                return True
            seen.update(fresh)
            queue.extend(fresh)
        return False

    def mentions(self, path: str, words: re.Pattern[str]) -> bool:
        """Whether any of the words stands in a file."""
        try:
            return words.search(self._sources.read(path)) is not None
        except SourceError:
            return False

    def _look(self, path: str) -> list[str] | None:
        """The workspace's files that a file imports; ``None`` when the file itself is to be analysed
        (also where only the analysis can say what is wrong with it)."""
        if path not in self._imports:
            try:
                text = self._sources.read(path)
            except SourceError:
                self._imports[path] = None
            else:
                framework = _FRAMEWORK.search(text)
                self._imports[path] = None if framework else list(dict.fromkeys(self._imported(path, text)))
        return self._imports[path]

    def _imported(self, path: str, text: str) -> Iterator[str]:
        for dots, module, names, plain in _IMPORT.findall(text):
            for dotted in _modules(module, names, plain):
                found = (
                    self._project.resolve_relative(path, len(dots), dotted or None)
                    if dots
                    else self._project.find(dotted, path)
                )
                if found and found.endswith(".py"):
                    yield found


def _modules(module: str, names: str, plain: str) -> Iterator[str]:
    """Every module an import statement may load: ``from a.b import c`` may load a, a.b and a.b.c."""
    if plain:
        yield from (prefix for name in _first_words(plain) for prefix in _prefixes(name))
        return
    yield from _prefixes(module) if module else [""]
    yield from (f"{module}.{name}" if module else name for name in _first_words(names))


def _prefixes(dotted: str) -> list[str]:
    parts = dotted.split(".")
    return [".".join(parts[: count + 1]) for count in range(len(parts))]


def _first_words(names: str) -> list[str]:
    """``"a.b as c, d"`` → ``["a.b", "d"]``."""
    words = (part.split() for part in names.replace("(", " ").replace(")", " ").split(","))
    return [first[0] for first in words if first and first[0] != "*"]
