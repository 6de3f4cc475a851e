"""Which file an import means, found without importing anything."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzers.imports.folders import ancestors, folder_of
from analyzers.imports.roots import root_by_imports
from analyzers.source.sources import MAXIMUM_SIZE

if TYPE_CHECKING:
    from analyzers.source.sources import Sources

_ROOT_MARKERS = ("pyproject.toml", ".git", "setup.py", "setup.cfg")
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
MAXIMUM_PACKAGE_FILES = 2_000
"""Files looked through for the definition that enters a name in a registry."""

_EDITABLE_MAPPING = re.compile(r"""^MAPPING[^=]*=\s*(\{.*\})\s*$""", re.MULTILINE)


def is_stdlib(name: str) -> bool:
    """Whether the top-level package of a dotted name belongs to the standard library."""
    return name.partition(".")[0] in sys.stdlib_module_names


def workspace_root(path: str) -> str:
    """The nearest ancestor directory with a project marker; where none has one, the directory that the file's imports
    begin in. A directory without is its own root."""
    marked = marked_root(path)
    if marked is not None or os.path.isdir(path):
        return marked or os.path.abspath(path)
    return root_by_imports(os.path.abspath(path), folder_of(path))


def marked_root(path: str) -> str | None:
    """The nearest ancestor directory with a project marker."""
    for ancestor in ancestors(folder_of(path)):
        if any(os.path.exists(os.path.join(ancestor, marker)) for marker in _ROOT_MARKERS):
            return ancestor
    return None


class ImportResolver:
    """Finds modules in the workspace and in the environment's site-packages.

    The order: the importing file's directory and package root, each root and its ``src``,
    the search paths, site-packages with the directories its ``.pth`` files name.
    """

    def __init__(
        self,
        sources: Sources,
        roots: list[str],
        search_paths: list[str] | None = None,
        site_packages: list[str] | None = None,
    ) -> None:
        self.sources = sources
        self.roots = [os.path.abspath(root) for root in roots]
        self.search_paths = [os.path.abspath(path) for path in search_paths or []]
        self.site_packages = [os.path.abspath(path) for path in site_packages or []]
        self._found: dict[tuple[str, str | None, str | None], str | None] = {}
        self._site_directories: list[str] | None = None
        self._editable: dict[str, str] = {}
        self._real_folders: dict[str, str] = {}

    def forget(self) -> None:
        """Drop what was found; files have come or gone."""
        self._found.clear()
        self._real_folders.clear()
        self._site_directories = None
        self._editable = {}

    def is_installed(self, path: str) -> bool:
        """Whether a file lies in the environment's site-packages."""
        return any(path.startswith(os.path.join(folder, "")) for folder in self.site_packages)

    def absence(self, module: str | None) -> str | None:
        """Why nothing is known of a module whose source would be read: its package is not installed; None where it is."""
        package = (module or "").partition(".")[0]
        if not package or self.find(package) is not None:
            return None
        where = self.site_packages[0] if self.site_packages else "any environment"
        return f"{package} is not installed in {where}, so {module} is not known; --python names another environment"

    def find(self, module: str, path: str | None = None) -> str | None:
        """The file of an absolute dotted name imported by the file ``path``.

        ``X.py`` or ``X/__init__.py``; the directory of a namespace package; None when there is no such
        source (compiled modules and stubs do not count). A file of a package that is called like another package
        (``tools/jax.py``) does not mean itself.
        """
        own = os.path.abspath(path) if path else None
        namesake = own if own and own.endswith(f"{os.sep}{module}.py") else None
        key = (module, os.path.dirname(own) if own else None, namesake)
        if key not in self._found:
            self._found[key] = self._search(module, path, namesake)
        return self._found[key]

    def _search(self, module: str, path: str | None, namesake: str | None) -> str | None:
        parts = module.split(".")
        if not all(_IDENTIFIER.fullmatch(part) for part in parts):
            return None
        namespace: str | None = None
        for directory in self._search_order(path):
            found = self._in_directory(directory, parts)
            if found is not None and found == namesake and path and self.import_root(path) != directory:
                continue
            if found is not None and not self.sources.is_dir(found):
                return found
            namespace = namespace or found
        return self._in_editable(parts) or namespace

    def _search_order(self, path: str | None) -> Iterator[str]:
        seen: set[str] = set()
        for directory in self._directories(path):
            if directory not in seen:
                seen.add(directory)
                yield directory

    def _directories(self, path: str | None) -> Iterator[str]:
        if path:
            directory = os.path.dirname(os.path.abspath(path))
            yield self.import_root(path)
            yield directory
        for root in self.roots:
            yield root
            yield os.path.join(root, "src")
        yield from self.search_paths
        yield from self._sites()

    def _in_directory(self, directory: str, parts: list[str]) -> str | None:
        """The module's file below one directory of the search order."""
        for part in parts[:-1]:
            directory = os.path.join(directory, part)
            if not self.sources.is_dir(directory):
                return None
        return self._module_in(directory, parts[-1])

    def _module_in(self, directory: str, name: str) -> str | None:
        package = os.path.join(directory, name)
        is_package = self.sources.is_dir(package)
        initializer = os.path.join(package, "__init__.py")
        if is_package and self.sources.is_file(initializer):
            return initializer if self._is_inside(initializer) else None
        if self.sources.is_file(package + ".py"):
            return package + ".py" if self._is_inside(package + ".py") else None
        return package if is_package else None

    def _is_inside(self, path: str) -> bool:
        """Whether a file can be read as source and lies where it seems to: a link must not lead out of the workspace, the
        search paths and the environment. An environment may be made of links."""
        if self.sources.is_overlaid(path):
            return True
        if not _is_source(path):
            return False
        folder = os.path.dirname(path)
        real = self._real_folders.get(folder)
        if real is None:
            real = self._real_folders[folder] = os.path.realpath(folder)
        if real == folder and not os.path.islink(path):
            return True
        sites = self._sites()
        if any(_is_below(path, site) for site in sites):
            return True
        target = os.path.realpath(path)
        bases = (*self.roots, *self.search_paths, *sites)
        return any(_is_below(target, os.path.realpath(base)) for base in bases)

    def import_root(self, path: str) -> str:
        """The directory a file's package is imported from: its nearest ancestor without ``__init__.py``."""
        directory = os.path.dirname(os.path.abspath(path))
        for ancestor in ancestors(directory):
            if not self.sources.is_file(os.path.join(ancestor, "__init__.py")):
                return ancestor
        return directory

    def module_name(self, path: str) -> str:
        """The dotted name a file is imported by, from the packages it lies in.

        A file in no package is named from the root, ``src`` or search path above it when the way there could
        be a namespace package, else by its file name alone.
        """
        path = os.path.abspath(path)
        stem = os.path.splitext(os.path.basename(path))[0]
        root = self.import_root(path)
        if root == os.path.dirname(path):
            root = self._base_above(root) or root
        parts = _parts(os.path.relpath(os.path.dirname(path), root))
        return ".".join(parts if stem == "__init__" and parts else [*parts, stem])

    def _base_above(self, directory: str) -> str | None:
        """The deepest directory of the search order above a directory that is reached through identifiers."""
        bases = [base for root in self.roots for base in (os.path.join(root, "src"), root)]
        above = [base for base in [*bases, *self.search_paths, *self.site_packages] if _is_below(directory, base)]
        base = max(above, key=len, default=None)
        if base is None or not all(_IDENTIFIER.fullmatch(part) for part in _parts(os.path.relpath(directory, base))):
            return None
        return base

    def resolve_relative(self, path: str, level: int, module: str | None) -> str | None:
        """The file that ``from ..module import`` (level 2) means in the file ``path``.

        Without a module the package itself: its ``__init__.py``, or its directory when there is none.
        """
        directory = os.path.dirname(os.path.abspath(path))
        for _ in range(level - 1):
            directory = os.path.dirname(directory)
        if module:
            return self._in_directory(directory, module.split("."))
        initializer = os.path.join(directory, "__init__.py")
        if self.sources.is_file(initializer):
            return initializer
        return directory if self.sources.is_dir(directory) else None

    def submodule(self, package: str, name: str) -> str | None:
        """The file of a submodule, given its package's ``__init__.py`` or directory."""
        directory = package if self.sources.is_dir(package) else os.path.dirname(package)
        is_package = directory == package or os.path.basename(package) == "__init__.py"
        return self._module_in(directory, name) if is_package else None

    def package_files(self, path: str) -> Iterator[str]:
        """The Python files of the outermost package a file lies in (else of its folder), nearest first."""
        directory = os.path.dirname(os.path.abspath(path))
        root = self.import_root(path)
        top = directory
        while top not in (root, os.path.dirname(top)) and os.path.dirname(top) != root:
            top = os.path.dirname(top)
        seen: set[str] = set()
        budget = [MAXIMUM_PACKAGE_FILES]
        while _is_below(directory, top):
            yield from self._files_below(directory, seen, budget)
            directory = os.path.dirname(directory)

    def _files_below(self, directory: str, seen: set[str], budget: list[int]) -> Iterator[str]:
        if directory in seen:
            return
        seen.add(directory)
        names = self.sources.list_dir(directory)
        for name in names:
            if name.endswith(".py") and budget[0] > 0:
                budget[0] -= 1
                yield os.path.join(directory, name)
        for name in names:
            path = os.path.join(directory, name)
            if _IDENTIFIER.fullmatch(name) and budget[0] > 0 and self.sources.is_dir(path):
                yield from self._files_below(path, seen, budget)

    def site_directories(self) -> list[str]:
        """Where installed packages are found: site-packages, and what the files of editable installs in it name."""
        return [*self._sites(), *self._editable.values()]

    def _sites(self) -> list[str]:
        if self._site_directories is None:
            self._site_directories = []
            for site in self.site_packages:
                self._site_directories += [site, *self._path_files(site)]
        return self._site_directories

    def _path_files(self, site: str) -> Iterator[str]:
        """The directories named by the ``.pth`` files of a site-packages directory."""
        for name in self.sources.list_dir(site):
            if name.endswith(".pth"):
                for line in _lines(self._read(os.path.join(site, name))):
                    directory = os.path.abspath(os.path.join(site, line))
                    if self.sources.is_dir(directory):
                        yield directory
            elif name.startswith("__editable__") and name.endswith("_finder.py"):
                self._read_finder(os.path.join(site, name))

    def _read(self, path: str) -> str:
        from analyzers.source.sources import SourceError

        try:
            return self.sources.read(path)
        except SourceError:
            return ""

    def _read_finder(self, path: str) -> None:
        """The package → directory table in the finder module that setuptools' editable installs write."""
        match = _EDITABLE_MAPPING.search(self._read(path))
        if match:
            pairs = re.findall(r"""['"]([\w.]+)['"]\s*:\s*['"]((?:[^'"\\]|\\.)+)['"]""", match[1])
            self._editable.update((name, location.replace("\\\\", "\\")) for name, location in pairs)

    def _in_editable(self, parts: list[str]) -> str | None:
        self._sites()
        for length in range(len(parts), 0, -1):
            location = self._editable.get(".".join(parts[:length]))
            if location is not None:
                parent, name = os.path.split(os.path.abspath(location))
                return self._in_directory(parent, [name.removesuffix(".py"), *parts[length:]])
        return None


def _lines(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith(("#", "import ", "import\t"))]


def _is_source(path: str) -> bool:
    """Whether it is a regular file of a size that is read."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size <= MAXIMUM_SIZE


def _parts(relative: str) -> list[str]:
    return [] if relative == os.curdir else relative.split(os.sep)


def _is_below(directory: str, base: str) -> bool:
    return directory == base or directory.startswith(base.rstrip(os.sep) + os.sep)
