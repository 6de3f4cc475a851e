"""The modules that the client has open, by path and by its URIs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from analyzers.facts import Fix, Place
from rf_lsp.server.analysis import AnalysisSnapshot
from rf_lsp.server.documents import Document
from rf_lsp.server.line_map import LineEdit
from rf_lsp.server.snapshot import Choices, ModuleSnapshot, ModuleState

REVISIONS_APART = 1000
"""A document that is opened again is another text: its revisions begin so far above all others."""


class OpenModule:
    """All that the server keeps of one module. Only the loop's thread changes it; others may read ``state`` and
    ``view``.

    ``view`` are the lines on the screen; ``analysis`` is the newest there is, of this text or an earlier one;
    ``fixes`` are those that the engine agreed to for findings of this text; ``snapshot`` is what the last request was
    answered from; ``answered_early``: the client was answered with less than is known in the end.
    """

    def __init__(self, state: ModuleState, analysis: AnalysisSnapshot | None = None) -> None:
        self.state = state
        self.view: tuple[int, int] | None = None
        self.analysis = analysis
        self.fixes: dict[tuple[str, Place], list[Fix]] = {}
        self.answered_early = False
        self.snapshot: ModuleSnapshot | None = None

    @property
    def document(self) -> Document:
        return self.state.document

    @property
    def path(self) -> str:
        return self.document.path

    @property
    def revision(self) -> int:
        return self.state.revision

    @property
    def is_analysed(self) -> bool:
        """Whether everything is known of its newest text."""
        analysis = self.analysis
        return analysis is not None and analysis.complete and analysis.revision == self.revision

    def edit(self, document: Document, edits: Iterable[LineEdit]) -> None:
        """It has another text now, by these edits, one after the other."""
        revision, line_map = self.state.revision, self.state.line_map
        for edit in edits:
            revision += 1
            line_map = line_map.with_edit(revision, edit)
        self._become(replace(self.state, document=document, revision=revision, line_map=line_map))

    def renew(self) -> None:
        """What it depends on has changed: the same text is another revision."""
        self._become(replace(self.state, revision=self.revision + 1))

    def choose(self, choices: Choices) -> None:
        """A person chose something else."""
        self.state = replace(self.state, choices=choices)

    def _become(self, state: ModuleState) -> None:
        self.state = state
        self.fixes = {}

    def depends_on(self, paths: Iterable[str]) -> bool:
        return self.analysis is not None and not self.analysis.dependencies.isdisjoint(paths)


class OpenModules:
    """By path the module that was opened last, by URI the one that the client means. Any thread may iterate over
    them."""

    def __init__(self) -> None:
        self._by_uri: dict[str, OpenModule] = {}
        self._by_path: dict[str, OpenModule] = {}
        self._choices: dict[str, Choices] = {}
        self._newest_revision = 0
        self.hints = True

    def __iter__(self) -> Iterator[OpenModule]:
        return iter(self._by_path.values())

    def get(self, uri: str) -> OpenModule | None:
        return self._by_uri.get(uri)

    def at(self, path: str) -> OpenModule | None:
        return self._by_path.get(path)

    def is_open(self, module: OpenModule) -> bool:
        return self.at(module.path) is module

    def open(self, document: Document) -> OpenModule:
        """Open it, or open it anew, with what a person chose for it before."""
        earlier = self.at(document.path)
        if earlier is not None:
            state = ModuleState(document, earlier.revision + 1, choices=earlier.state.choices)
            module = OpenModule(state, earlier.analysis)
        else:
            choices = replace(self._choices.pop(document.path, Choices()), hints=self.hints)
            module = OpenModule(ModuleState(document, self._next_revision(), choices=choices))
        self._by_path = {**self._by_path, document.path: module}
        self.index(module)
        return module

    def _next_revision(self) -> int:
        newest = max([self._newest_revision, *(module.revision for module in self)])
        self._newest_revision = newest + REVISIONS_APART
        return self._newest_revision

    def show_hints(self, shown: bool) -> None:
        """A person wants to see hints, or none, in all modules."""
        self.hints = shown
        for module in self:
            module.choose(replace(module.state.choices, hints=shown))

    def index(self, module: OpenModule) -> None:
        """Know the module by its present documents."""
        others = {uri: other for uri, other in self._by_uri.items() if other is not module}
        self._by_uri = {**others, **dict.fromkeys(module.document.all_uris, module)}

    def close(self, uri: str) -> OpenModule | None:
        """Close what is known by the URI, if anything."""
        module = self._by_uri.get(uri)
        if module is None:
            return None
        self._newest_revision = max(self._newest_revision, module.revision)
        self._by_uri = {name: other for name, other in self._by_uri.items() if other is not module}
        if self.is_open(module):
            self._choices[module.path] = module.state.choices
            self._by_path = {path: other for path, other in self._by_path.items() if other is not module}
        return module
