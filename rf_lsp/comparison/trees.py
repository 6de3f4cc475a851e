"""Which files of two trees belong together, and which of them a change reaches."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache

from rf_lsp.comparison.revision import LARGEST_NOTEBOOK, SUFFIXES
from rf_lsp.errors import UsageError
from rf_lsp.files import DEFAULT_EXCLUDES
from rf_lsp.paths import portable
from rf_lsp.relevance import Relevance
from rf_lsp.settings import FILE_NAMES, load

ALIKE = 0.5
"""Share of lines that two files have in common when one is the other renamed."""
MOST_COMPARED = 400
"""Pairs of files that are held against each other for that."""
CODE = (".py", ".ipynb")


@dataclass(frozen=True)
class Tree:
    """The files of one side, relative to ``root``; ``name`` is what people call the side."""

    root: str
    name: str
    files: tuple[str, ...] = ()
    expressions: tuple[str, ...] = ()
    """What to look at in its files; none: every model."""
    site_packages: tuple[str, ...] | None = None
    """Where that is not found beside the files."""
    search_paths: tuple[str, ...] = ()
    is_file: bool = False
    """Whether it is a single file that was named, beside which nothing counts."""
    unsaved: Mapping[str, str] = field(default_factory=dict)
    """Absolute path → what a file will hold once it is saved."""

    def content(self, path: str) -> bytes | None:
        """Of a file by its path in the tree, or what it will be; ``None`` for what is no file, or is so large that nobody
        reads models from it."""
        file = self.absolute(path)
        return self.unsaved[file].encode() if file in self.unsaved else _content(file)

    def absolute(self, path: str) -> str:
        return os.path.join(self.root, path)

    def relative(self, path: str) -> str:
        """With forward slashes; what is not of this tree stays as it is."""
        inside = path.startswith(os.path.join(self.root, ""))
        return portable(path, self.root) if inside else path


@dataclass(frozen=True)
class FilePair:
    """A file of the old tree and what it is in the new one; one of them may be missing."""

    old: str | None
    new: str | None


@dataclass
class Pairs:
    """All pairs, and of each whether a change reaches it."""

    old: Tree
    new: Tree
    pairs: list[FilePair] = field(default_factory=list)

    def reached(self) -> list[FilePair]:
        """The pairs that differ, or import, directly or through others, a file that does, or may read changed data; all where
        settings differ."""
        if self.old.is_file or self.new.is_file:
            return self.pairs
        everything = self._settings_differ()
        words = self._changed_data()
        old = _Reader(self.old, self._changed(self.old, self.new, {pair.old: pair.new for pair in self.pairs}), words)
        new = _Reader(self.new, self._changed(self.new, self.old, {pair.new: pair.old for pair in self.pairs}), words)
        return [pair for pair in self.pairs if old.concerns(pair.old, everything) or new.concerns(pair.new, everything)]

    def _changed(self, tree: Tree, other: Tree, partner: dict[str | None, str | None]) -> set[str]:
        """The Python files of a side whose text is not that of the other side's file."""
        found = set()
        for path in _all_files(tree, CODE):
            same = partner.get(path) or path
            if tree.content(path) != other.content(same):
                found.add(tree.absolute(path))
        return found

    def _settings_differ(self) -> bool:
        names = {name for tree in (self.old, self.new) for name in _all_files(tree, FILE_NAMES)}
        return any(_settings(self.old.absolute(name)) != _settings(self.new.absolute(name)) for name in names)

    def _changed_data(self) -> re.Pattern[str] | None:
        """The endings of the data that differ (``yaml``), one of which stands in a program that reads them."""
        suffixes = tuple(suffix for suffix in SUFFIXES if suffix not in CODE)
        names = {name for tree in (self.old, self.new) for name in _all_files(tree, suffixes)}
        differ = (
            name for name in names if not name.endswith(FILE_NAMES) and self.old.content(name) != self.new.content(name)
        )
        words = {os.path.splitext(name)[1].lstrip(".") for name in differ} - {""}
        words |= {"yaml", "yml"} if words & {"yaml", "yml"} else set()
        return re.compile(rf"(?<![a-zA-Z])(?:{'|'.join(map(re.escape, sorted(words)))})(?![a-zA-Z])") if words else None


class _Reader:
    """Follows the imports of one tree to the files that ``changed``, or that name a kind of data that did (``words``)."""

    def __init__(self, tree: Tree, changed: set[str], words: re.Pattern[str] | None) -> None:
        self._tree = tree
        self._changed = changed
        self._words = words
        self._relevance = Relevance([tree.root], tree.search_paths)

    def concerns(self, path: str | None, everything: bool) -> bool:
        """Whether a file can hold models and a change reaches it."""
        if path is None:
            return False
        file = self._tree.absolute(path)
        return (everything or self._reaches(file)) and self._relevance.of(file)

    def _reaches(self, path: str) -> bool:
        seen, queue = {path}, [path]
        while queue:
            current = queue.pop()
            if current in self._changed or (self._words and self._relevance.mentions(current, self._words)):
                return True
            fresh = [found for found in self._relevance.imports_of(current) if found not in seen]
            seen.update(fresh)
            queue.extend(fresh)
        return False


def paired(old: Tree, new: Tree) -> Pairs:
    """Files of the same path, files that were renamed, and the rest."""
    both = [path for path in new.files if path in set(old.files)]
    gone = [path for path in old.files if path not in set(both)]
    fresh = [path for path in new.files if path not in set(both)]
    if old.is_file and new.is_file:
        return Pairs(old, new, [FilePair(old.files[0], new.files[0])])
    renamed = dict(_renamed(old, new, gone, fresh))
    pairs = [FilePair(path, path) for path in both]
    pairs += [FilePair(path, renamed.get(path)) for path in gone]
    pairs += [FilePair(None, path) for path in fresh if path not in set(renamed.values())]
    return Pairs(old, new, sorted(pairs, key=lambda pair: pair.new or pair.old or ""))


def _renamed(old: Tree, new: Tree, gone: Sequence[str], fresh: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The most alike first; of very many only those that are the same to the letter."""
    few = len(gone) * len(fresh) <= MOST_COMPARED
    likeness: Callable[[str, str], float] = cache(lambda a, b: _likeness(old.content(a), new.content(b), few))
    pairs = [(likeness(a, b), a, b) for a in gone for b in fresh if os.path.splitext(a)[1] == os.path.splitext(b)[1]]
    taken: set[str] = set()
    for share, a, b in sorted(pairs, key=lambda pair: (-pair[0], pair[1:])):
        if share >= ALIKE and f"-{a}" not in taken and f"+{b}" not in taken:
            taken.update((f"-{a}", f"+{b}"))
            yield a, b


def _likeness(a: bytes | None, b: bytes | None, few: bool) -> float:
    if a is None or b is None or not a.strip():
        return 0.0
    if a == b or not few:
        return float(a == b)
    return SequenceMatcher(None, a.splitlines(), b.splitlines(), autojunk=False).ratio()


def _all_files(tree: Tree, suffixes: tuple[str, ...]) -> list[str]:
    """The paths of all files of a tree with these suffixes."""
    found = []
    for folder, folders, names in os.walk(tree.root):
        folders[:] = [name for name in folders if name not in DEFAULT_EXCLUDES]
        relative = os.path.relpath(folder, tree.root)
        found += [os.path.normpath(os.path.join(relative, name)) for name in names if name.endswith(suffixes)]
    return found


def _settings(path: str) -> object:
    """Our settings in a file; what is wrong with them where they cannot be read, None where there are none."""
    if not os.path.isfile(path):
        return None
    try:
        return {**load(path).values}
    except UsageError as error:
        return str(error).replace(path, "")


def _content(path: str) -> bytes | None:
    try:
        if not os.path.isfile(path) or os.path.islink(path) or os.path.getsize(path) > LARGEST_NOTEBOOK:
            return None
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None
