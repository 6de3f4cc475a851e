"""What an agent may have read: the folders that its client names, and installed packages; nothing that a link leads to
elsewhere, no pipe, no device."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from analyzers.imports.environment import of_interpreter, packages_for
from analyzers.imports.resolver import ImportResolver, workspace_root
from analyzers.rules.support.settings import RuleSettings
from analyzers.source.gate import is_regular, is_regular_or_folder
from analyzers.source.sources import SourceError, Sources
from rf_lsp.engine import ProjectSettings, own_search_paths, rule_settings
from rf_lsp.errors import UsageError
from rf_lsp.files import python_files
from rf_lsp.settings import FILE_NAMES, Settings, extended_by, find, load

if TYPE_CHECKING:
    from analyzers.source.notebook import Notebook


class Confinement:
    """The folders as they are once links are followed; everything is asked again for each question, since files change
    between them."""

    def __init__(self, roots: Sequence[str]) -> None:
        self.roots = list(map(_real, roots))
        self._packages: set[str] = set()
        self._projects: dict[str, tuple[ProjectSettings, RuleSettings]] = {}
        self.sources = ConfinedSources(self)

    def refresh(self) -> None:
        """Look at everything anew, for the next question."""
        self.sources.refresh()
        self._packages.clear()
        self._projects.clear()

    def allows(self, path: str) -> bool:
        """Whether a file or folder may be read."""
        real = _real(path)
        return _is_within(real, self.roots) or _is_within(real, self._packages)

    def path(self, text: str) -> str:
        """An existing path that is meant, absolute; relative ones are looked for in each folder. Raises
        :class:`UsageError`."""
        candidates = [os.path.join(root, os.path.expanduser(text)) for root in self.roots]
        found = next((path for path in candidates if os.path.lexists(path)), candidates[0])
        if not _is_within(_real(found), self.roots):
            raise UsageError(f"{text} is outside of the folders that may be read: {', '.join(self.roots)}")
        if not os.path.exists(found):
            raise UsageError(f"{text}: no such file or folder")
        return os.path.normpath(found)

    def files(self, text: str) -> list[str]:
        """The Python files and notebooks that a path means; links out are left out. Raises :class:`UsageError`."""
        path = self.path(text)
        settings = self.settings(path)
        files = python_files([path], settings["exclude"], settings.root) if os.path.isdir(path) else [path]
        return [file for file in files if _is_within(_real(file), self.roots)]

    def settings(self, path: str) -> Settings:
        """Those of the nearest file within the folders; raises :class:`UsageError`."""
        found = find(path if os.path.isdir(path) else os.path.dirname(path), self._is_own)
        if found is None:
            return Settings(root=workspace_root(path))
        self.check_settings(found)
        return load(found)

    def check_settings(self, path: str) -> None:
        """Raises :class:`UsageError` for settings that extend a file elsewhere, or are no file."""
        seen: set[str] = set()
        current: str | None = path
        while current is not None and current not in seen:
            seen.add(current)
            if not self._is_own(current):
                raise UsageError(f"{path} leads to {current}, which is outside of the folders that may be read")
            current = extended_by(current)

    def _is_own(self, path: str) -> bool:
        """Whether it is a file within the folders."""
        return _is_within(_real(path), self.roots) and is_regular(path)

    def check_settings_in(self, folder: str) -> None:
        """The same for every settings file below a folder."""
        for where, _, names in os.walk(folder):
            for name in {*FILE_NAMES}.intersection(names):
                self.check_settings(os.path.join(where, name))

    def project(self, path: str) -> tuple[ProjectSettings, RuleSettings]:
        """As :func:`rf_lsp.engine.project_settings_for`. Packages of an environment that the project brings or names count
        where they lie in the folders; of one that is the user's, whatever it holds."""
        folder = path if os.path.isdir(path) else os.path.dirname(path)
        if folder not in self._projects:
            settings, root = self.settings(folder), workspace_root(folder)
            folders = tuple(own_search_paths(settings, root))
            project = ProjectSettings(settings, root, folders, tuple(self._site_packages(settings, root)))
            self._projects[folder] = project, rule_settings(project)
        return self._projects[folder]

    def _site_packages(self, settings: Settings, root: str) -> Iterator[str]:
        named = settings["python"]
        if named:
            executable = settings.path(named) if os.path.dirname(named) or named.startswith(".") else named
            yield from filter(self.allows, of_interpreter(executable))
            return
        found = packages_for(root)
        if found.environment is not None and found.environment.from_project:
            yield from filter(self.allows, found.folders)
            return
        elsewhere = ImportResolver(Sources(), [], [], found.folders).site_directories()
        self._packages.update(map(_real, [*found.folders, *elsewhere]))
        yield from found.folders


class ConfinedSources(Sources):
    """Reads what a confinement allows; everything else does not exist."""

    def __init__(self, confinement: Confinement) -> None:
        super().__init__()
        self._confinement = confinement
        self._sifted: dict[str, dict[str, bool]] = {}

    def _from_disk(self, path: str) -> tuple[str, Notebook | None]:
        if not self._confinement.allows(path):
            raise SourceError(f"{path} is outside of the folders that may be read.")
        return super()._from_disk(path)

    def _new_stamp(self, path: str) -> str:
        return super()._new_stamp(path) if self._confinement.allows(path) else ""

    def _listed(self, path: str) -> bool | None:
        """The folders themselves stand in ones that may not be listed."""
        parent = os.path.dirname(path)
        if self._confinement.allows(parent) or not self._confinement.allows(path):
            return super()._listed(path)
        self.stamp(path)
        return os.path.isdir(path) if os.path.exists(path) else None

    def _listing(self, path: str) -> dict[str, bool]:
        """Without what links lead out to, and what is neither file nor folder."""
        if not self._confinement.allows(path):
            return {}
        found = super()._listing(path)
        if self._sifted.get(path) is found:
            return found
        self._sifted[path] = found
        for name in [name for name in found if not self._may_be_read(os.path.join(path, name))]:
            del found[name]
        return found

    def _may_be_read(self, path: str) -> bool:
        is_allowed = not os.path.islink(path) or self._confinement.allows(path)
        return is_allowed and is_regular_or_folder(path)


def _real(path: str) -> str:
    return os.path.normcase(os.path.realpath(path))


def _is_within(real: str, folders: Sequence[str] | set[str]) -> bool:
    return any(real == folder or real.startswith(os.path.join(folder, "")) for folder in folders)
