"""The two sides that are compared, for the command line and for Python: two files, two folders, or a revision of git and
the work tree."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from analyzers.source.sources import Sources
from rf_lsp.comparison.looking import Side
from rf_lsp.comparison.models import Comparison, compare
from rf_lsp.comparison.revision import commit_of, repository_of, write_files
from rf_lsp.comparison.trees import Tree, paired
from rf_lsp.engine import project_settings_for, settings_for
from rf_lsp.errors import UsageError
from rf_lsp.files import python_files
from rf_lsp.output.text import path_text
from rf_lsp.shapes import NamedShape

WORK_TREE = "work tree"


@dataclass(frozen=True)
class DiffOptions:
    """What is asked besides the two sides."""

    inputs: tuple[NamedShape, ...] = ()
    config: str | None = None
    search_paths: tuple[str, ...] = ()
    python: str | None = None
    unsaved: Mapping[str, str] = field(default_factory=dict)
    """Absolute path → what a file of the work tree will hold once it is saved."""

    def compared(self, old: Tree, new: Tree, sources: Sources | None = None) -> Comparison:
        """``sources`` are what files are read with, where not everything may be."""
        before, after = (Side(tree, self.config, list(self.inputs), self.python, sources) for tree in (old, new))
        looked = [(pair, before.look(pair.old), after.look(pair.new)) for pair in paired(old, new).reached()]
        return compare(old, new, looked)

    def given(self, path: str) -> Tree:
        """A side that was named: a folder, or a file with what to look at in it. Raises :class:`UsageError`."""
        file, separator, expression = path.partition("::")
        if not os.path.exists(file):
            raise UsageError(f"{file}: no such file or folder")
        if os.path.isdir(file):
            if separator:
                raise UsageError(f"{file} is a folder: name a file in it")
            root = os.path.abspath(file)
            return Tree(root, path_text(root), self._files(root, [root]), search_paths=self.search_paths)
        root, name = os.path.split(os.path.abspath(file))
        expressions = (expression.strip(),) if separator else ()
        return Tree(root, path, (name,), expressions, search_paths=self.search_paths, is_file=True)

    @contextmanager
    def since(self, base: str, paths: Sequence[str]) -> Iterator[tuple[Tree, Tree]]:
        """A revision of git and the work tree; what git gives is in a folder of ours as long as it is needed. Raises
        :class:`UsageError`."""
        first = paths[0]
        repository = repository_of(first if os.path.isdir(first) else os.path.dirname(os.path.abspath(first)))
        commit = commit_of(repository, base)
        with tempfile.TemporaryDirectory(prefix="rf-lsp-") as folder:
            folder = os.path.realpath(folder)
            write_files(repository, commit, folder)
            yield self._of_revision(folder, repository, base, paths), self._of_work_tree(repository, paths)

    def _of_work_tree(self, repository: str, paths: Sequence[str]) -> Tree:
        chosen = [path for path in map(os.path.realpath, paths) if os.path.exists(path)]
        files = self._files(repository, chosen)
        return Tree(repository, WORK_TREE, files, search_paths=self.search_paths, unsaved=self.unsaved)

    def _of_revision(self, folder: str, repository: str, base: str, paths: Sequence[str]) -> Tree:
        """The revision's files, with the work tree's environment and its search paths as they were."""
        inside = [os.path.relpath(os.path.realpath(path), repository) for path in paths]
        if any(path.startswith(os.pardir) for path in inside):
            raise UsageError(f"a path is outside of the repository {repository}")
        chosen = [
            path for path in (os.path.normpath(os.path.join(folder, name)) for name in inside) if os.path.exists(path)
        ]
        if not chosen and not any(map(os.path.exists, paths)):
            raise UsageError(f"{', '.join(paths)}: no such file or folder, neither now nor in {base}")
        project = project_settings_for(settings_for(repository, self.config), repository, (), self.python)
        folders = tuple(_moved(path, repository, folder) for path in self.search_paths)
        files = self._files(folder, chosen)
        return Tree(folder, base, files, site_packages=project.site_packages, search_paths=folders)

    def _files(self, root: str, paths: Sequence[str]) -> tuple[str, ...]:
        """The Python files and notebooks of paths, relative to the root."""
        found: dict[str, None] = {}
        for path in paths:
            settings = settings_for(path, self.config)
            try:
                files = python_files([path], settings["exclude"], settings.root, force_exclude=True)
            except UsageError:
                continue  # a folder without Python
            found.update(dict.fromkeys(os.path.relpath(file, root) for file in files))
        return tuple(found)


def _moved(path: str, repository: str, folder: str) -> str:
    relative = os.path.relpath(os.path.realpath(path), repository)
    return path if relative.startswith(os.pardir) else os.path.normpath(os.path.join(folder, relative))
