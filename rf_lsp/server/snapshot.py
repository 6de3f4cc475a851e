"""What a request is answered from: an open module and what is known of it, as they are at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from analyzers.facts import Fix, Place
from rf_lsp.server.analysis import AnalysisSnapshot
from rf_lsp.server.client import Client
from rf_lsp.server.closed_files import ClosedFiles
from rf_lsp.server.documents import Document
from rf_lsp.server.line_map import LineMap
from rf_lsp.server.view_cache import ViewCache
from rf_lsp.settings import Settings
from rf_lsp.shapes import NamedShape


class WaitFor(Enum):
    """What must be known before a request is answered."""

    ALL_MODELS = auto()
    """All models of the newest text."""
    FIRST_MODELS = auto()
    """Any models of the newest text: as many as are known so far."""
    NOTHING = auto()
    """The answer comes from what is known, of whatever text."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose for a module: the one context (target, layer) whose numbers are shown, inputs of single
    models, and whether hints are shown."""

    pin: tuple[str, str] | None = None
    inputs: Mapping[str, list[NamedShape]] = field(default_factory=dict)
    hints: bool = True


@dataclass(frozen=True, slots=True)
class ModuleState:
    """What the client said of an open module. It is replaced as a whole, so that any thread may read it.

    ``revision`` counts the texts, and the times that what they depend on changed; ``line_map`` leads from the lines
    of earlier revisions to the present ones.
    """

    document: Document
    revision: int
    line_map: LineMap = field(default_factory=LineMap)
    choices: Choices = field(default_factory=Choices)


@dataclass(frozen=True, slots=True, eq=False)
class ModuleSnapshot:
    """All that a handler may read.

    ``analyses`` are that of the module itself and those of the open modules that it is read for, ``documents`` those of
    all open modules by path. ``views`` and ``fixes`` keep answers that were made from this very state.
    """

    client: Client
    state: ModuleState
    analyses: Sequence[AnalysisSnapshot]
    documents: Mapping[str, Document]
    files: ClosedFiles
    views: ViewCache
    fixes: dict[tuple[str, Place], list[Fix]]

    @property
    def analysis(self) -> AnalysisSnapshot:
        """What is known of the module by itself."""
        return self.analyses[0]

    @property
    def others(self) -> Sequence[AnalysisSnapshot]:
        """What is known of it as a part of others."""
        return self.analyses[1:]

    @property
    def document(self) -> Document:
        return self.state.document

    @property
    def path(self) -> str:
        return self.document.path

    @property
    def settings(self) -> Settings:
        return self.analysis.settings

    @property
    def pin(self) -> tuple[str, str] | None:
        return self.state.choices.pin

    def is_of(
        self, state: ModuleState, documents: Mapping[str, Document], analyses: Sequence[AnalysisSnapshot]
    ) -> bool:
        """Whether nothing has changed since."""
        return self.state is state and self.documents == documents and self.analyses == analyses

    @property
    def texts(self) -> dict[str, str]:
        """Of all open modules, as the engine reads them."""
        return {path: document.text for path, document in self.documents.items()}
