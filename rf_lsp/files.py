"""Which files a command reads: the paths given, folders walked with respect to .gitignore and exclude."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from analyzers.imports.resolver import workspace_root
from analyzers.source.gate import read_text
from analyzers.source.sources import NOTEBOOK, NothingToRead, SourceError, Sources
from rf_lsp.errors import UsageError
from rf_lsp.paths import is_inside, relative

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SUFFIXES = (".py", NOTEBOOK)
LARGEST_IGNORE = 1_000_000
"""Bytes of a .gitignore that is read."""
MOST_WILDCARDS = 6
DEEPEST = 100
"""Folders in folders that are looked through."""
DEFAULT_EXCLUDES = frozenset(
    {
        "buck-out",
        "_build",
        "build",
        ".bzr",
        ".direnv",
        "dist",
        ".eggs",
        ".git",
        ".hg",
        ".ipynb_checkpoints",
        ".mypy_cache",
        "node_modules",
        ".nox",
        ".pants.d",
        "__pycache__",
        ".pyenv",
        "__pypackages__",
        ".pytest_cache",
        ".pytype",
        ".rf_lsp_cache",
        ".ruff_cache",
        "site-packages",
        ".svn",
        ".tox",
        "venv",
        ".venv",
        ".vscode",
    }
)
"""Names of folders that are left out unless they are given themselves."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """Patterns with the folder they are relative to."""

    base: str
    spec: GitIgnoreSpec

    def matches(self, path: str, is_folder: bool) -> bool | None:
        """Whether ``path`` is ignored (False: taken back by ``!``); ``None`` when nothing is said."""
        seen = relative(path, self.base)
        if not is_inside(seen):
            return None
        return self.spec.check_file(seen.replace(os.sep, "/") + "/" * is_folder).include


def ignore_of(base: str, lines: Sequence[str]) -> Ignore:
    """Raises :class:`UsageError` for a pattern that cannot be read."""
    from pathspec import GitIgnoreSpec

    costly = next((line for line in lines if _is_costly(line)), None)
    if costly is not None:
        raise UsageError(f"impossible exclude pattern: more than {MOST_WILDCARDS} wildcards in {costly[:40]!r}")
    try:
        return Ignore(base, GitIgnoreSpec.from_lines(lines))
    except (ValueError, re.error) as error:
        raise UsageError(f"impossible exclude pattern: {error}") from None


def _is_costly(pattern: str) -> bool:
    """Whether matching may take exponentially long: with many wildcards in one name, or many ``**``."""
    names = pattern.split("/")
    return max(name.count("*") for name in names) > MOST_WILDCARDS or names.count("**") > MOST_WILDCARDS


def python_files(
    paths: Sequence[str],
    exclude: Sequence[str] = (),
    root: str = ".",
    force_exclude: bool = False,
    exclude_here: Sequence[str] = (),
    most: int | None = None,
) -> list[str]:
    """The Python files and notebooks of ``paths``, each once, in order; of a folder the first ``most``.

    ``exclude`` holds .gitignore patterns relative to ``root``, ``exclude_here`` others relative to the
    working directory. A path that is given itself is read although it is excluded, unless
    ``force_exclude``, which a program gives that names all files it has: a notebook without code is none to tell of then. Raises :class:`UsageError` for a folder that cannot be read or holds no Python.
    """
    given = ((os.path.abspath(root), exclude), (os.getcwd(), exclude_here))
    excludes = [ignore_of(base, patterns) for base, patterns in given if patterns]
    found: dict[str, None] = {}
    for path in paths:
        inherited = _ignores_above(os.path.abspath(path))
        if force_exclude and (_ignored(path, excludes + inherited) or _default_excluded(path)):
            continue
        if not (force_exclude and os.path.isfile(path)):
            with_code(path)
        found.update(dict.fromkeys(_files_of(path, excludes, inherited, most)))
    return list(found)


def checked_folders(folders: Sequence[str]) -> tuple[str, ...]:
    """The ``--search-path`` folders; raises :class:`UsageError`."""
    for folder in folders:
        if not os.path.isdir(folder):
            raise UsageError(f"{folder}: no such folder (--search-path)")
    return tuple(folders)


def with_code(path: str) -> str:
    """The path of a file that was named itself; raises :class:`UsageError` for a notebook without code."""
    if not path.endswith(NOTEBOOK) or not os.path.isfile(path):
        return path
    try:
        Sources().read(path)
    except NothingToRead as error:
        if error.language is None:
            raise UsageError(str(error).rstrip(".")) from None
    except SourceError:
        pass  # told with the other files that cannot be read
    return path


def _files_of(path: str, excludes: list[Ignore], inherited: list[Ignore], most: int | None) -> list[str]:
    if not os.path.isdir(path):
        return [path]
    given = [] if _ignored(path, inherited) else inherited
    tree = _Tree(path)
    files = tree.without_second_names(list(islice(_walk(path, [*excludes, *given], tree), most)))
    if not files and not excludes:
        raise UsageError(f"{path}: the folder holds no Python file")
    return files


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file that can be reached (a link to itself cannot)."""
    try:
        return entry.is_file()
    except OSError:
        return False


class _Tree:
    """The folder that is walked, and where links in it may lead."""

    def __init__(self, top: str) -> None:
        self.depth = os.path.abspath(top).count(os.sep)
        self._real = os.path.join(os.path.realpath(workspace_root(top)), "")
        self._links: dict[str, str] = {}

    def holds(self, entry: os.DirEntry[str]) -> bool:
        """Whether a file lies in the workspace itself: what is outside is not read because a link names it."""
        if not entry.is_symlink():
            return True
        real = os.path.realpath(entry.path)
        self._links[os.path.normpath(entry.path)] = real
        return real.startswith(self._real)

    def without_second_names(self, files: list[str]) -> list[str]:
        """The files without the links to others of them: what is found in a file is told once."""
        if not self._links:
            return files
        known = {os.path.realpath(path) for path in files if path not in self._links}
        found = []
        for path in files:
            real = self._links.get(path)
            if real is None or real not in known:
                found.append(path)
            if real is not None:
                known.add(real)
        return found

    def is_too_deep(self, folder: str) -> bool:
        return os.path.abspath(folder).count(os.sep) - self.depth > DEEPEST


def _walk(folder: str, ignores: list[Ignore], tree: _Tree) -> Iterator[str]:
    if tree.is_too_deep(folder):
        return
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be read ({error.strerror})") from None
    ignores = [*ignores, *_gitignore(folder)]
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in DEFAULT_EXCLUDES and not _matched(entry.path, True, ignores):
                yield from _walk(entry.path, ignores, tree)
        elif (
            entry.name.endswith(SUFFIXES)
            and _is_file(entry)
            and tree.holds(entry)
            and not _matched(entry.path, False, ignores)
        ):
            yield os.path.normpath(entry.path)


def _matched(path: str, is_folder: bool, ignores: Sequence[Ignore]) -> bool:
    """The last pattern file that says anything decides, as in git."""
    for ignore in reversed(ignores):
        said = ignore.matches(os.path.abspath(path), is_folder)
        if said is not None:
            return said
    return False


def _ignored(path: str, ignores: Sequence[Ignore]) -> bool:
    """Whether the path or a folder above it is ignored."""
    current = os.path.abspath(path)
    while True:
        if _matched(current, os.path.isdir(current), ignores):
            return True
        parent = os.path.dirname(current)
        if parent == current:
            return False
        current = parent


def _default_excluded(path: str) -> bool:
    return not DEFAULT_EXCLUDES.isdisjoint(relative(path).split(os.sep))


def _gitignore(folder: str) -> list[Ignore]:
    """Patterns that cannot be read, or that take very long to match, are left out: they are somebody else's."""
    try:
        lines = read_text(os.path.join(folder, ".gitignore"), LARGEST_IGNORE).splitlines()
    except OSError:
        return []
    return [ignore_of(os.path.abspath(folder), [line for line in lines if _is_readable(line)])]


def _is_readable(pattern: str) -> bool:
    try:
        ignore_of("", [pattern])
    except UsageError:
        return False
    return True


def _ignores_above(path: str) -> list[Ignore]:
    """The .gitignore files of the repository above ``path``, outermost first; none outside of one."""
    folders: list[str] = []
    current = path
    while not os.path.exists(os.path.join(current, ".git")):
        parent = os.path.dirname(current)
        if parent == current:
            return []
        folders.append(parent)
        current = parent
    return [ignore for folder in reversed(folders) for ignore in _gitignore(folder)]
