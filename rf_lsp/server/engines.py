"""Which settings and which engine count for a file; made once for each settings file and folder."""

from __future__ import annotations

import os
from typing import Any

from analyzers.rules.support.settings import RuleSettings
from analyzers.source.sources import Sources
from rf_lsp.engine import Engine, project_settings_for, rule_settings, settings_for
from rf_lsp.errors import UsageError
from rf_lsp.programs import Programs
from rf_lsp.settings import Settings, checked


class Engines:
    """Used by the analysing thread alone. ``warnings`` are sentences that nobody has been shown yet."""

    def __init__(self) -> None:
        self.sources = Sources()
        self.programs = Programs()
        self.warnings: list[str] = []
        self._warned: set[str] = set()
        self._editor: dict[str, Any] = {}
        self._engines: dict[tuple[Any, ...], tuple[Engine, RuleSettings]] = {}
        self._folders: dict[str, tuple[Engine, RuleSettings]] = {}

    def configure(self, values: dict[str, Any]) -> None:
        """Use the editor's settings; those of a settings file come before them."""
        self._editor = {}
        for name, value in values.items():
            try:
                self._editor.update(checked({name: value}, "the editor's settings"))
            except UsageError as error:
                self._warn(str(error))
        self.forget()

    def forget(self) -> None:
        """Read the settings files and look for environments anew."""
        self._engines.clear()
        self._folders.clear()
        self.sources.refresh()

    def settings(self, path: str) -> Settings:
        return self.of(path)[0].project.settings

    def of(self, path: str) -> tuple[Engine, RuleSettings]:
        """The engine and the rules' settings for a file. Never raises: wrong settings are left out and told."""
        folder = os.path.dirname(path)
        found = self._folders.get(folder)
        if found is None:
            found = self._folders[folder] = self._made(path)
        return found

    def new_warnings(self) -> list[str]:
        """The sentences to show now."""
        warnings, self.warnings = self.warnings, []
        return warnings

    def _made(self, path: str) -> tuple[Engine, RuleSettings]:
        try:
            return self._engine(self._settings(path), path)
        except UsageError as error:
            self._warn(str(error))
            return self._engine(Settings(root=os.path.dirname(path)), path)

    def _settings(self, path: str) -> Settings:
        settings = settings_for(path)
        return Settings({**self._editor, **settings.values}, settings.root, settings.source)

    def _engine(self, settings: Settings, path: str) -> tuple[Engine, RuleSettings]:
        project = project_settings_for(settings, path)
        key = (settings.source, settings.root, project.root)
        if key not in self._engines:
            self._engines[key] = Engine(project, self.sources, self.programs), rule_settings(project)
        return self._engines[key]

    def _warn(self, sentence: str) -> None:
        if sentence not in self._warned:
            self._warned.add(sentence)
            self.warnings.append(sentence)
