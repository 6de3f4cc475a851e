"""The engine as the command line and the server start it: settings in, facts and findings out."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzers.facts import FileFacts, IgnoreFact
from analyzers.imports.environment import site_packages
from analyzers.imports.resolver import ImportResolver, workspace_root
from analyzers.rules.support.report import Report, report
from analyzers.rules.support.selection import UnknownRule, codes_of, levels
from analyzers.rules.support.settings import ModelSettings, RuleSettings
from analyzers.source.sources import NOTEBOOK, SourceError, Sources
from rf_lsp.errors import UsageError
from rf_lsp.output.text import path_text
from rf_lsp.settings import Settings, find, load, parse_bytes, pixels
from rf_lsp.shapes import parse_shape
from rf_lsp.suggestions import closest
from rf_lsp.syntax import broken_blocks

if TYPE_CHECKING:
    from analyzers.analysis import Analyzer
    from analyzers.request import Request, TargetError, WorkspaceOptions
    from rf_lsp.programs import Programs


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """One project: its settings and the folders that source is looked for in. Picklable."""

    settings: Settings
    root: str
    search_paths: tuple[str, ...] = ()
    site_packages: tuple[str, ...] = ()
    names_others: bool = False
    """Whether the settings name search paths outside of the workspace, which do not count."""


def settings_for(path: str, config: str | None = None) -> Settings:
    """The settings that count for a file or folder; raises :class:`UsageError`."""
    if config:
        return load(config)
    folder = path if os.path.isdir(path) else os.path.dirname(os.path.abspath(path))
    found = find(folder)
    return load(found) if found else Settings(root=workspace_root(path))


def project_settings_for(
    settings: Settings, path: str, search_paths: tuple[str, ...] = (), python: str | None = None
) -> ProjectSettings:
    """The project of ``path``; options of the command line come before the settings."""
    root = workspace_root(path)
    own = own_search_paths(settings, root)
    interpreter = python or (_located(settings, settings["python"]) if settings["python"] else None)
    folders = [os.path.abspath(text) for text in search_paths]
    packages = site_packages(interpreter, root)
    if interpreter and not packages:
        raise UsageError(f"no Python environment at {interpreter!r}")
    return ProjectSettings(settings, root, (*folders, *own), tuple(packages), len(own) < len(settings["search-paths"]))


def own_search_paths(settings: Settings, root: str) -> list[str]:
    """The search paths of the settings that lie in the workspace: a repository names none of other places."""
    folders = (settings.path(text) for text in settings["search-paths"])
    base = os.path.join(os.path.realpath(root), "")
    return [folder for folder in folders if os.path.join(os.path.realpath(folder), "").startswith(base)]


def outside_search_paths(project: ProjectSettings) -> str:
    """What is said where the settings name search paths outside of the workspace."""
    source = path_text(project.settings.source or project.root)
    return f"{source}: search-paths outside of the workspace do not count; --search-path gives them"


def _located(settings: Settings, python: str) -> str:
    """A path is relative to the settings file, a bare name (``python3.12``) is looked up in PATH."""
    return settings.path(python) if os.path.dirname(python) or python.startswith(".") else python


def options_of(project: ProjectSettings) -> WorkspaceOptions:
    from analyzers.request import WorkspaceOptions

    settings = project.settings
    return WorkspaceOptions(
        roots=[project.root],
        search_paths=list(project.search_paths),
        site_packages=list(project.site_packages),
        default_input=settings.default_input,
        models=[{**entry, "target": located_target(project, entry["target"])} for entry in settings["models"]],
        layers=settings["layers"],
    )


def located_target(project: ProjectSettings, target: str) -> str:
    """A target of the settings with the path of its file, absolute; a module that is nowhere keeps its name."""
    path, separator, expression = target.partition("::")
    located = project.settings.path(path)
    if not os.path.exists(located) and not path.endswith((".py", NOTEBOOK)):
        roots = list(dict.fromkeys((project.root, os.path.abspath(project.settings.root))))
        resolver = ImportResolver(Sources(), roots, list(project.search_paths), list(project.site_packages))
        located = resolver.find(path) or path
    return located + separator + expression


def rule_settings(
    project: ProjectSettings, select: list[str] | None = None, ignore: list[str] | None = None
) -> RuleSettings:
    """What the rules are told; ``select`` replaces that of the settings, ``ignore`` is added to it.

    Raises :class:`UsageError` for a rule that does not exist.
    """
    settings = project.settings
    chosen = settings["select"] if select is None else select
    try:
        enabled = levels(chosen, [*settings["ignore"], *(ignore or [])], settings["severity"])
        ignored = tuple(
            (_glob(settings, pattern), codes_of(codes)) for pattern, codes in settings["per-file-ignores"].items()
        )
    except UnknownRule as error:
        raise UsageError(str(error)) from None
    entries = tuple(_model_settings(project, entry) for entry in settings["models"])
    workspace = (os.path.abspath(project.root), *map(os.path.abspath, project.search_paths))
    share = settings["required-coverage"]
    return RuleSettings(enabled, share, settings.target_size, entries, ignored, workspace)


def _model_settings(project: ProjectSettings, entry: dict) -> ModelSettings:
    outputs = entry.get("output")
    return ModelSettings(
        located_target(project, entry["target"]),
        entry.get("required-coverage"),
        pixels(entry.get("target-size")),
        entry.get("max-parameters"),
        entry.get("max-macs"),
        parse_bytes(entry.get("max-memory")),
        None if outputs is None else tuple(parse_shape(text) for text in outputs),
    )


def _glob(settings: Settings, pattern: str) -> str:
    """A glob over absolute POSIX paths; one without a slash fits file names anywhere."""
    if "/" not in pattern:
        return f"*/{pattern}"
    return settings.path(pattern).replace(os.sep, "/")


def is_missed(package: str) -> bool:
    """Whether less is known of models where the source of a package is not there: neither do tables say what is in it,
    nor does it only log and draw."""
    from analyzers.frameworks import is_native_root
    from analyzers.interpreter.modules import REPORTING
    from analyzers.interpreter.overlays import is_partly_known

    return package not in REPORTING and (not is_native_root(package) or is_partly_known(package))


class Engine:
    """Analyses the files of one project; source is read and parsed once."""

    def __init__(
        self, project: ProjectSettings, sources: Sources | None = None, programs: Programs | None = None
    ) -> None:
        """``programs`` are what is kept of sources from one process to the next."""
        self.project = project
        self.sources = sources or Sources()
        if programs is not None:
            programs.add_workspace(project.root)
            self.sources.programs_of, self.sources.outlines_of = programs.of, programs.outlines.of
        self.analyzer = _analyzer(self.sources, project)

    def request(self, target: str) -> Request:
        """What a TARGET means. Raises :class:`SourceError`, and :class:`UsageError` with what the file holds
        instead."""
        from analyzers.request import TargetError

        try:
            return self.analyzer.resolve_target(target)
        except TargetError as error:
            raise _usage(error) from None

    def facts(self, request: Request) -> FileFacts:
        """The facts of one request with its ignore comments and the file's syntax errors. Raises as
        :meth:`analyzed`."""
        facts = self.analyzed(request)
        module = self.sources.module(request.path)
        if not facts.broken_blocks or module.offsets:
            facts.broken_blocks = broken_blocks(module) or facts.broken_blocks
        return facts

    def analyzed(self, request: Request) -> FileFacts:
        """The facts of one request with its ignore comments; what was read for it is in the sources'
        dependencies. Raises as :meth:`request`."""
        from analyzers.request import TargetError

        self.sources.begin()
        request.path = os.path.abspath(request.path)
        try:
            facts = self.analyzer.analyze(request)
        except TargetError as error:
            raise _usage(error) from None
        if not facts.ignores:
            facts.ignores = self.ignores(request.path)
        return facts

    def missing_packages(self, path: str) -> list[str]:
        """Packages that the file imports, that are nowhere to be found and are missed."""
        from analyzers.imports.missing import missing_packages

        project = self.project
        resolver = ImportResolver(self.sources, [project.root], list(project.search_paths), list(project.site_packages))
        missing = missing_packages(self.sources.module(os.path.abspath(path)), resolver)
        return list(filter(is_missed, missing))

    def ignores(self, path: str) -> list[IgnoreFact]:
        """The ignore comments of the file and of the workspace's files read for it."""
        root = os.path.abspath(self.project.root) + os.sep
        read = [name for name, stamp in self.sources.dependencies.items() if stamp and name.endswith(".py")]
        own = [name for name in read if name.startswith(root) and "-packages" + os.sep not in name]
        others = [name for name in own if name != path]
        return [ignore for name in (path, *others) for ignore in self._ignores_in(name)]

    def _ignores_in(self, path: str) -> list[IgnoreFact]:
        from analyzers.ignores import ignores_of

        try:
            if "ignore" not in self.sources.read(path):  # hundreds are read that are only searched
                return []
            module = self.sources.module(path)
        except SourceError:
            return []
        return ignores_of(path, module.text, module.comments)

    def report(self, facts: FileFacts, settings: RuleSettings) -> Report:
        return report(facts, settings)


def _analyzer(sources: Sources, project: ProjectSettings) -> Analyzer:
    from analyzers.analysis import Analyzer

    return Analyzer(sources, options_of(project))


def _usage(error: TargetError) -> UsageError:
    """One sentence with what the file does hold, unless the sentence says so itself."""
    sentence = str(error).rstrip(".")
    told = all(name in sentence for name in error.held[:3])
    near = closest(error.wanted, error.held, 0.6) if error.wanted else None
    meant = "" if near is None else f"; did you mean {near}?"
    return UsageError(sentence if told else f"{sentence}{meant} (it holds {_listed(error.held)})")


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:20])
    return f"{shown} and {len(names) - 20} more" if len(names) > 20 else shown
