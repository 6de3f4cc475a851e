"""The folder of a project that no marker names: the one from which the imports of its files are found."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from analyzers.imports.folders import ancestors, listing, small_text
from analyzers.imports.imported import imported_modules

MAXIMUM_LEVELS = 4
MAXIMUM_FILES = 20
"""Files of the folder whose imports are looked at, the one itself first."""
LONGEST = 20_000


def root_by_imports(path: str, folder: str) -> str:
    """The folder above ``folder`` that most absolute imports of its files begin in, the nearest of several;
    ``folder`` itself where they are found from there or nowhere."""
    own = _Candidate(folder, _package_root(folder))
    names = [name for name in sorted(_imported(path, folder)) if not own.has(name)]
    best, most = folder, 0
    for candidate in _above(folder) if names else ():
        count = sum(map(_Candidate(candidate).has, names))
        if count > most:
            best, most = candidate, count
    return best


class _Candidate:
    """Folders that imports may begin in."""

    def __init__(self, *folders: str) -> None:
        self.folders = folders

    def has(self, name: str) -> bool:
        return any(_is_module(os.path.join(folder, *name.split("."))) for folder in self.folders)


def _is_module(path: str) -> bool:
    if os.path.isfile(path + ".py"):
        return True
    return os.path.isdir(path) and any(name.endswith(".py") for name in listing(path))


def _package_root(folder: str) -> str:
    return next(one for one in ancestors(folder) if not os.path.isfile(os.path.join(one, "__init__.py")))


def _above(folder: str) -> Iterator[str]:
    """As far as folders may be packages, and neither a person's home nor the whole disk."""
    home = os.path.abspath(os.path.expanduser("~"))
    for _ in range(MAXIMUM_LEVELS):
        folder, name = os.path.split(folder)
        if not name.isidentifier() or folder == home or folder == os.path.dirname(folder):
            return
        yield folder


def _imported(path: str, folder: str) -> set[str]:
    others = [os.path.join(folder, name) for name in listing(folder) if name.endswith(".py")]
    found: set[str] = set()
    first = [path] if path.endswith(".py") else []
    for file in [*first, *others[:MAXIMUM_FILES]]:
        found.update(imported_modules(small_text(file, LONGEST)))
    return {name for name in found if name.partition(".")[0] not in sys.stdlib_module_names}
