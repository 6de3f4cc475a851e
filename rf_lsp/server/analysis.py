"""What is known of an open module at one moment. Plain data that nobody changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from analyzers.facts import FileFacts, Finding, ModelFact
from rf_lsp.settings import Settings
from rf_lsp.shapes import NamedShape

if TYPE_CHECKING:
    from analyzers.tracing.results import ModelResult


class StaleModel(NamedTuple):
    """A model of an earlier text, and the revisions its places belong to."""

    model: ModelFact
    revisions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class AnalysisJob:
    """What to analyse. ``texts`` and ``revisions`` are those of all open modules at this moment,
    ``view`` the lines on the screen, which ``view_now`` says again when they may have changed, ``inputs`` what the
    person gave for single targets."""

    path: str
    texts: Mapping[str, str]
    revisions: Mapping[str, int]
    view: tuple[int, int] | None = None
    inputs: Mapping[str, list[NamedShape]] = field(default_factory=dict)
    view_now: Callable[[], tuple[int, int] | None] | None = None

    @property
    def text(self) -> str:
        return self.texts[self.path]

    @property
    def revision(self) -> int:
        return self.revisions[self.path]


@dataclass(frozen=True, slots=True, eq=False)
class AnalysisSnapshot:
    """What an analysis of one revision told.

    ``revisions`` and ``texts`` are those of all open modules when it began; ``complete``: all models are in it;
    ``stale`` are models of an earlier text that this one does not show (yet); ``dependencies`` the files that were
    read; ``crash`` is an internal error; ``traced`` holds, by target, what tracing told of models
    that are still the same.
    """

    path: str
    revision: int
    revisions: Mapping[str, int]
    texts: Mapping[str, str]
    facts: FileFacts
    findings: Sequence[Finding]
    settings: Settings
    complete: bool = True
    stale: Sequence[StaleModel] = ()
    dependencies: frozenset[str] = frozenset()
    crash: str | None = None
    traced: Mapping[str, ModelResult] = field(default_factory=dict)


def newest_models(analysis: AnalysisSnapshot) -> list[StaleModel]:
    """The models of an analysis that are worth keeping: of each name the newest that is complete."""
    own = [StaleModel(fact, analysis.revisions) for fact in analysis.facts.models]
    found: dict[str, StaleModel] = {}
    for entry in [*own, *analysis.stale]:
        if entry.model.status == "complete":
            found.setdefault(name_of(entry.model), entry)
    return list(found.values())


def name_of(fact: ModelFact) -> str:
    """The name in the file's namespace that the model was found by, or its expression."""
    return fact.target.partition("::")[2].removesuffix("()")
