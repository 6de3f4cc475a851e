"""One side of a comparison: the models of a file and what is found in it."""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass, field

from analyzers.facts import Finding, ModelFact
from analyzers.request import Request
from analyzers.source.sources import NothingToRead, SourceError, Sources
from rf_lsp.cells import Cells
from rf_lsp.comparison.trees import Tree
from rf_lsp.engine import Engine, ProjectSettings, project_settings_for, rule_settings, settings_for
from rf_lsp.errors import UsageError
from rf_lsp.shapes import NamedShape


@dataclass(slots=True)
class Looked:
    """``error`` says why a file could not be looked at, or not all of it."""

    models: list[ModelFact] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    error: str | None = None


class Side:
    """Looks at the files of one tree under the settings that count there."""

    def __init__(
        self,
        tree: Tree,
        config: str | None,
        inputs: list[NamedShape],
        python: str | None,
        sources: Sources | None = None,
    ) -> None:
        """``sources`` are what files are read with, where not everything may be."""
        self.tree = tree
        self._sources = sources
        self._config = config
        self._inputs = inputs
        self._python = python
        self._engines: dict[str, tuple[Engine, ProjectSettings]] = {}

    def look(self, path: str | None) -> Looked:
        """The models of a file by its path in the tree; nothing of one that is not there."""
        if path is None:
            return Looked()
        file = os.path.abspath(self.tree.absolute(path))
        engine, project = self._engine(os.path.dirname(file))
        try:
            request = Request(file, list(self.tree.expressions), list(self._inputs))
            facts = engine.facts(request)
        except NothingToRead:
            return Looked()
        except (SourceError, UsageError) as error:
            return Looked(error=str(error).replace(file, path))
        cells = Cells(facts, engine.sources.notebook(file))
        findings = engine.report(facts, rule_settings(project)).findings
        broken = f"{path}:{facts.broken_blocks[0][0].line + 1}: cannot be parsed" if facts.broken_blocks else None
        return Looked([cells(model) for model in facts.models], [cells(finding) for finding in findings], broken)

    def _engine(self, folder: str) -> tuple[Engine, ProjectSettings]:
        if folder not in self._engines:
            settings = settings_for(folder, self._config)
            project = project_settings_for(settings, folder, self.tree.search_paths, self._python)
            if self.tree.site_packages is not None:
                project = dataclasses.replace(project, site_packages=self.tree.site_packages)
            self._engines[folder] = self._shared(project), project
        return self._engines[folder]

    def _shared(self, project: ProjectSettings) -> Engine:
        """One engine for all folders of a project."""
        known = (engine for engine, other in self._engines.values() if other == project)
        return next(known, None) or Engine(project, self._read_with())

    def _read_with(self) -> Sources | None:
        if not self.tree.unsaved:
            return self._sources
        sources = self._sources or Sources()
        for path, text in self.tree.unsaved.items():
            sources.overlay(path, text)
        return sources
