"""What is known of an open module, and how an edit brings that up to date."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analyzers.facts import FileFacts, Finding, ModelFact, Problem
from analyzers.source.module import SourceModule
from analyzers.source.sources import SourceError
from analyzers.stop import Stop, Stopped
from rf_lsp.errors import UsageError
from rf_lsp.server import gc_policy
from rf_lsp.server.projects import Projects
from rf_lsp.settings import Settings
from rf_lsp.shapes import NamedShape

if TYPE_CHECKING:
    from analyzers.source.blocks import Block
    from rf_lsp.engine import Engine

BETWEEN_STAGES = 1.0
"""Seconds after which what is new is shown although more is to come."""

FIRST_STAGE = 0.25
"""Seconds after which something is shown of a file that is analysed for the first time."""

PAUSE = 0.02
"""Seconds in which the loop's thread has Python for itself to answer with the first results."""

logger = logging.getLogger(__name__)


Held = tuple[ModelFact, dict[str, int]]
"""A model of an earlier text, and the revisions its places belong to."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to analyse. ``texts`` and ``revisions`` are those of all open modules at this moment,
    ``view`` the lines on the screen, ``inputs`` what the person gave for single targets."""

    path: str
    texts: dict[str, str]
    revisions: dict[str, int]
    view: tuple[int, int] | None = None
    inputs: dict[str, list[NamedShape]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.texts[self.path]

    @property
    def revision(self) -> int:
        return self.revisions[self.path]


@dataclass(slots=True)
class Analysis:
    """What an analysis of one revision told. ``held`` are models of an earlier text that this one does not
    show (yet), with the revisions their places belong to; ``crash`` is an internal error."""

    path: str
    revision: int
    revisions: dict[str, int]
    facts: FileFacts
    findings: list[Finding]
    settings: Settings
    complete: bool = True
    held: list[Held] = field(default_factory=list)
    dependencies: frozenset[str] = frozenset()
    texts: dict[str, str] = field(default_factory=dict)
    crash: str | None = None
    seconds: float = 0.0
    number: int = 0
    """Given when it is taken over: no two have the same."""


@dataclass(slots=True)
class _Earlier:
    """A complete analysis and the ground it stands on."""

    analysis: Analysis
    module: SourceModule
    stamps: dict[str, str]
    inputs: dict[str, list[NamedShape]]
    engine: Engine


class Analyst:
    """Analyses modules, one after the other, remembering what the next edit can build on."""

    def __init__(self, projects: Projects) -> None:
        self.projects = projects
        self._earlier: dict[str, _Earlier] = {}
        self._texts: dict[str, str] = {}

    def lay_over(self, texts: dict[str, str]) -> None:
        """Let the open buffers stand for their files, and no others."""
        sources = self.projects.sources
        for path in self._texts.keys() - texts.keys():
            sources.forget(path)
        for path, text in texts.items():
            if self._texts.get(path) is not text:
                sources.overlay(path, text)
        self._texts = texts

    def forget(self, path: str) -> None:
        self._earlier.pop(path, None)

    def analyse(self, order: Order, stop: Stop, publish: Callable[[Analysis], None]) -> Analysis:
        """The analysis of an order; what is known before the end is published. Raises only ``Stopped``."""
        begun = time.perf_counter()
        try:
            analysis = _Run(self, order, stop, publish).run()
        except (SourceError, UsageError) as error:
            analysis = self._nothing(order, None)
            logger.info("%s: %s", order.path, error)
        except Exception as error:
            logger.exception("internal error in the analysis of %s", order.path)
            analysis = self._nothing(order, f"{type(error).__name__}: {error}")
        analysis.seconds = time.perf_counter() - begun
        return analysis

    def _nothing(self, order: Order, crash: str | None) -> Analysis:
        """After a failure: the models of the last good analysis, held."""
        earlier = self._earlier.pop(order.path, None)
        settings = self.projects.settings(order.path)
        analysis = Analysis(
            order.path, order.revision, order.revisions, FileFacts(order.path), [], settings, crash=crash
        )
        if earlier is not None:
            analysis.held = held_of(earlier.analysis)
        return analysis

    def earlier(self, path: str) -> _Earlier | None:
        return self._earlier.get(path)

    def remember(self, path: str, earlier: _Earlier) -> None:
        self._earlier[path] = earlier


class _Run:
    """One analysis."""

    def __init__(self, analyst: Analyst, order: Order, stop: Stop, publish: Callable[[Analysis], None]) -> None:
        self.analyst = analyst
        self.order = order
        self.stop = stop
        self.publish = publish
        self.engine, self.rules = analyst.projects.of(order.path)
        self.earlier = self._usable(analyst.earlier(order.path))
        self.models: list[ModelFact] = []
        self.kept: dict[str, ModelFact] = {}
        self.waiting: set[str] = set()
        self.changed: list[Block] = []
        self.first: tuple[str, ...] = ()
        self.shown = time.perf_counter() - BETWEEN_STAGES + FIRST_STAGE

    def run(self) -> Analysis:
        from analyzers.request import Request

        module = self.engine.sources.module(self.order.path)
        self._prepare(module)
        request = Request(
            self.order.path,
            inputs_of=self.order.inputs,
            first=self.first,
            kept={name: fact.parts for name, fact in self.kept.items()},
            done=self._done,
            stop=self.stop,
            open=frozenset(self.order.texts),
        )
        facts = self.engine.analyzed(request)
        analysis = self._finished(facts, module)
        self._remember(analysis, module)
        return analysis

    def _usable(self, earlier: _Earlier | None) -> _Earlier | None:
        """The earlier analysis, if nothing outside of the file's own text has changed since."""
        if earlier is None or earlier.engine is not self.engine or earlier.inputs != self.order.inputs:
            return None
        stamp = self.engine.sources.stamp
        same = all(stamp(path) == old for path, old in earlier.stamps.items())
        return earlier if same else None

    # -- what an edit leaves alone -----------------------------------------------------------------

    def _prepare(self, module: SourceModule) -> None:
        if self.earlier is None:
            return
        from analyzers.incremental.relocate import Relocator
        from analyzers.incremental.reuse import moved_lines, untouched

        models = {name_of(fact): fact for fact in self.earlier.analysis.facts.models}
        candidates = [name for name, fact in models.items() if is_candidate(fact)]
        kept, self.changed = untouched(self.earlier.module, module, candidates)
        relocator = Relocator(self.order.path, moved_lines(self.earlier.module, module))
        self.kept = {name: relocator.model(models[name]) for name in candidates if name in kept}
        self.relocator = relocator
        self.waiting = set(models) - kept
        self.first = self._first([models[name] for name in self.waiting])

    def _first(self, models: list[ModelFact]) -> tuple[str, ...]:
        """The smallest model that uses what was edited, one that is seen on the screen if there is any."""
        spans = [(block.first_line, block.end_line) for block in self.changed]
        touching = [fact for fact in models if _touches(fact, self.order.path, spans)] or models
        if self.order.view is not None:
            touching = [fact for fact in touching if _touches(fact, self.order.path, [self.order.view])] or touching
        smallest = min(touching, key=lambda fact: len(fact.layers), default=None)
        return (name_of(smallest),) if smallest is not None else ()

    # -- results -------------------------------------------------------------------------------------

    def _done(self, fact: ModelFact) -> None:
        """A model is known: show it if enough time has passed since something was shown."""
        self.models.append(fact)
        self.waiting.discard(name_of(fact))
        now = time.perf_counter()
        is_first = len(self.models) == 1 and bool(self.waiting)
        if is_first or now - self.shown >= BETWEEN_STAGES:
            self.shown = now
            facts = FileFacts(self.order.path, self._sorted([*self.models, *self.kept.values()]))
            facts.problems = self._kept_problems(frozenset())
            facts.ignores = self.engine.ignores(self.order.path)
            self.publish(self._analysis(facts, complete=False))
            if is_first:
                time.sleep(PAUSE)
        gc_policy.collect_young()

    def _sorted(self, models: list[ModelFact]) -> list[ModelFact]:
        """In the order of the source, as if all had been analysed at once."""
        parts = frozenset().union(*(fact.parts for fact in models))
        own = [fact for fact in models if not _is_class_model(fact) or class_name(fact) not in parts]
        return sorted(own, key=_order_of)

    def _kept_problems(self, seen: frozenset[Any]) -> list[Problem]:
        """Problems outside of models that stood in blocks which were not looked at again."""
        if self.earlier is None or not self.kept:
            return []
        old = self.earlier.module
        problems = []
        for problem in self.earlier.analysis.facts.problems:
            block = old.block_at(problem.place.line) if problem.place is not None else None
            if block is not None and any(name in self.kept for name in block.binds):
                problems.append(self.relocator.value(problem))
        return [problem for problem in problems if (problem.rule, problem.place) not in seen]

    def _finished(self, facts: FileFacts, module: SourceModule) -> Analysis:
        facts.models = self._sorted([*facts.models, *self.kept.values()])
        seen = frozenset((problem.rule, problem.place) for problem in facts.problems)
        facts.problems = facts.problems + self._kept_problems(seen)
        analysis = self._analysis(facts, complete=True)
        wrong = bool(facts.problems) or any(block.is_parsed and block.errors for block in module.blocks)
        analysis.held = self._held(analysis, wrong, frozenset(module.bound_names))
        return analysis

    def _held(self, analysis: Analysis, wrong: bool, bound: frozenset[str] | None = None) -> list[Held]:
        """Earlier models that are still to come, or of which less is known now because the text is wrong:
        their names must still be ``bound`` unless the text as a whole is broken."""
        if self.earlier is None:
            return []
        models = {name_of(fact): fact for fact in analysis.facts.models}
        parts = frozenset().union(*(fact.parts for fact in models.values()))
        held = []
        for fact, revisions in held_of(self.earlier.analysis):
            now = models.get(name_of(fact))
            gone = now is None and (wrong or bound is None or name_of(fact) in bound) and fact.class_name not in parts
            worse = now is not None and now.status != "complete" and (wrong or bool(now.problems))
            if gone or worse:
                held.append((fact, revisions))
        return held

    def _analysis(self, facts: FileFacts, complete: bool) -> Analysis:
        order = self.order
        if self.stop.requested:
            raise Stopped
        report = self.engine.report(facts, self.rules)
        analysis = Analysis(
            order.path,
            order.revision,
            order.revisions,
            facts,
            report.findings,
            self.engine.project.settings,
            complete,
            dependencies=frozenset(self.engine.sources.dependencies),
            texts=order.texts,
        )
        if not complete:
            analysis.held = self._held(analysis, wrong=True)
        return analysis

    def _remember(self, analysis: Analysis, module: SourceModule) -> None:
        stamps = {path: stamp for path, stamp in self.engine.sources.dependencies.items() if path != self.order.path}
        if self.earlier is not None:
            stamps = {**self.earlier.stamps, **stamps}
            analysis.dependencies |= frozenset(self.earlier.stamps)
        self.analyst.remember(self.order.path, _Earlier(analysis, module, stamps, self.order.inputs, self.engine))


def held_of(analysis: Analysis) -> list[Held]:
    """The models of an analysis that are worth holding: of each name the newest that is complete."""
    own = [(fact, analysis.revisions) for fact in analysis.facts.models]
    found: dict[str, Held] = {}
    for fact, revisions in [*own, *analysis.held]:
        if fact.status == "complete":
            found.setdefault(name_of(fact), (fact, revisions))
    return list(found.values())


def name_of(fact: ModelFact) -> str:
    """The name in the file's namespace that the model was found by, or its expression."""
    return fact.target.partition("::")[2].removesuffix("()")


def is_candidate(fact: ModelFact) -> bool:
    """Whether it was found by its name and not by an expression in a comment or the settings."""
    return name_of(fact).isidentifier() and fact.place is not None


def class_name(fact: ModelFact) -> str:
    return fact.class_name


def _is_class_model(fact: ModelFact) -> bool:
    return fact.target.endswith("()") and fact.class_name.rpartition(".")[2] == name_of(fact)


def _order_of(fact: ModelFact) -> tuple[bool, int, int]:
    place = fact.place
    return (_is_class_model(fact), place.line, place.column) if place is not None else (False, -1, 0)


def _touches(fact: ModelFact, path: str, spans: Sequence[tuple[int, int]]) -> bool:
    places = [place for layer in fact.layers for place in (layer.definition, layer.assigned)]
    places += [call.place for layer in fact.layers for call in layer.per_call]
    places += [expression.place for expression in fact.expressions]
    lines = {place.line for place in (*places, fact.place) if place is not None and place.file == path}
    return any(first <= line < end for line in lines for first, end in spans)
