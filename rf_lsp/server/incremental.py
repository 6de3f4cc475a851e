"""How an edit brings what is known of an open module up to date: by looking again only at what it can reach."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from analyzers.facts import FileFacts, ModelFact, Problem
from analyzers.source.module import SourceModule
from analyzers.source.sources import SourceError
from analyzers.stop import Stop, Stopped
from rf_lsp.errors import UsageError
from rf_lsp.server import gc_policy
from rf_lsp.server.analysis import AnalysisJob, AnalysisSnapshot, StaleModel, name_of, newest_models
from rf_lsp.server.confirmations import Confirmations
from rf_lsp.server.engines import Engines

if TYPE_CHECKING:
    from analyzers.rules.support.settings import RuleSettings
    from analyzers.tracing.results import ModelResult
    from rf_lsp.engine import Engine
    from rf_lsp.shapes import NamedShape

BETWEEN_STAGES = 1.0
"""Seconds after which what is new is shown although more is to come."""

FIRST_STAGE = 0.25
"""Seconds after which something is shown of a file that is analysed for the first time."""

PAUSE = 0.02
"""Seconds in which the loop's thread has Python for itself to answer with the first results."""

logger = logging.getLogger(__name__)

Publish = Callable[[AnalysisSnapshot], None]


@dataclass(frozen=True, slots=True)
class _Baseline:
    """A complete analysis and what it rests on: the text, the stamps of all other files, inputs and settings."""

    analysis: AnalysisSnapshot
    module: SourceModule
    stamps: Mapping[str, str]
    inputs: Mapping[str, list[NamedShape]]
    engine: Engine
    lines: Mapping[str, frozenset[int]]
    """Model → the lines of the file that it has to do with."""


class IncrementalAnalyzer:
    """Analyses modules, one after the other, remembering what the next edit can build on. Used by the analysing
    thread alone."""

    def __init__(self, engines: Engines, confirmations: Confirmations | None = None) -> None:
        self.engines = engines
        self._confirmations = confirmations or Confirmations()
        self._baselines: dict[str, _Baseline] = {}
        self._texts: Mapping[str, str] = {}

    def lay_over(self, texts: Mapping[str, str]) -> None:
        """Let the texts of open modules stand for their files, and no others."""
        sources = self.engines.sources
        for path in self._texts.keys() - texts.keys():
            sources.forget(path)
        for path, text in texts.items():
            if self._texts.get(path) is not text:
                sources.overlay(path, text)
        self._texts = texts

    def forget(self, path: str) -> None:
        """Of a module that was closed nothing is kept."""
        self._baselines.pop(path, None)
        self.lay_over({other: text for other, text in self._texts.items() if other != path})

    def tidy(self) -> None:
        """In a quiet moment: keep what sources were lowered to for the next process."""
        self.engines.programs.save()

    def analyse(self, job: AnalysisJob, stop: Stop, publish: Publish) -> AnalysisSnapshot:
        """All that can be told of a module; what is known before the end is published. Raises only ``Stopped``."""
        self.lay_over(job.texts)
        try:
            baseline = self._baselines.get(job.path)
            run = _AnalysisRun(*self.engines.of(job.path), job, baseline, self._confirmations, stop, publish)
            self._baselines[job.path] = baseline = run.run()
            return baseline.analysis
        except (SourceError, UsageError) as error:
            logger.info("%s: %s", job.path, error)
            return self._nothing(job)
        except Exception as error:
            logger.exception("internal error in the analysis of %s", job.path)
            return self._nothing(job, f"{type(error).__name__}: {error}")

    def _nothing(self, job: AnalysisJob, crash: str | None = None) -> AnalysisSnapshot:
        """After a failure: the models of the last good analysis, stale."""
        baseline = self._baselines.pop(job.path, None)
        return AnalysisSnapshot(
            job.path,
            job.revision,
            job.revisions,
            job.texts,
            FileFacts(job.path),
            findings=(),
            settings=self.engines.settings(job.path),
            stale=newest_models(baseline.analysis) if baseline is not None else (),
            crash=crash,
        )


class _AnalysisRun:
    """One analysis."""

    def __init__(
        self,
        engine: Engine,
        rules: RuleSettings,
        job: AnalysisJob,
        baseline: _Baseline | None,
        confirmations: Confirmations,
        stop: Stop,
        publish: Publish,
    ) -> None:
        self.engine = engine
        self.rules = rules
        self.job = job
        self.baseline = baseline if baseline is not None and _holds(baseline, engine, job) else None
        self.confirmations = confirmations
        self.stop = stop
        self.publish = publish
        self.module = engine.sources.module(job.path)
        self.reused = _reused(self.baseline, self.module, job) if self.baseline is not None else _Reused()
        self.pending = set(self.reused.pending)
        self.models: list[ModelFact] = []
        self.published = time.perf_counter() - BETWEEN_STAGES + FIRST_STAGE

    def run(self) -> _Baseline:
        """Raises ``Stopped``, and :class:`SourceError` and :class:`UsageError` where nothing can be told."""
        from analyzers.request import Request

        request = Request(
            self.job.path,
            inputs_of=dict(self.job.inputs),
            first=self.reused.first,
            kept={name: fact.parts for name, fact in self.reused.models.items()},
            done=self._done,
            stop=self.stop,
            view=self.job.view_now,
            open=frozenset(self.job.texts),
        )
        analysis = self._whole(self.engine.analyzed(request))
        lines = {name_of(fact): _lines(fact, self.job.path) for fact in analysis.facts.models}
        return _Baseline(analysis, self.module, self._stamps(), self.job.inputs, self.engine, lines)

    def _done(self, fact: ModelFact) -> None:
        """A model is known: show it if enough time has passed since something was shown."""
        self.models.append(fact)
        self.pending.discard(name_of(fact))
        now = time.perf_counter()
        is_first = len(self.models) == 1 and bool(self.pending)
        if is_first or now - self.published >= BETWEEN_STAGES:
            self.published = now
            self.publish(self._part())
            if is_first:
                time.sleep(PAUSE)
        if len(self.models) > 1:
            gc_policy.collect_young(typing=self.baseline is not None)

    def _part(self) -> AnalysisSnapshot:
        """What is known before the end."""
        facts = FileFacts(self.job.path, in_source_order([*self.models, *self.reused.models.values()]))
        facts.problems = list(self.reused.problems)
        facts.ignores = self.engine.ignores(self.job.path)
        return self._snapshot(facts, complete=False, stale=self._stale(facts.models, is_wrong=True))

    def _whole(self, facts: FileFacts) -> AnalysisSnapshot:
        facts.models = in_source_order([*facts.models, *self.reused.models.values()])
        seen = {(problem.rule, problem.place) for problem in facts.problems}
        kept = (problem for problem in self.reused.problems if (problem.rule, problem.place) not in seen)
        facts.problems = [*facts.problems, *kept]
        is_wrong = bool(facts.problems) or any(block.is_parsed and block.errors for block in self.module.blocks)
        stale = self._stale(facts.models, is_wrong, frozenset(self.module.bound_names))
        return self._snapshot(facts, complete=True, stale=stale)

    def _stale(
        self, models: Sequence[ModelFact], is_wrong: bool, bound: frozenset[str] | None = None
    ) -> list[StaleModel]:
        """Earlier models that are still to come, or of which less is known now because the text is wrong:
        their names must still be ``bound`` unless the text as a whole is broken."""
        if self.baseline is None:
            return []
        present = {name_of(fact): fact for fact in models}
        parts = frozenset().union(*(fact.parts for fact in models))
        found = []
        for entry in newest_models(self.baseline.analysis):
            name, now = name_of(entry.model), present.get(name_of(entry.model))
            may_come = is_wrong or bound is None or name in bound
            is_gone = now is None and may_come and entry.model.class_name not in parts
            is_worse = now is not None and now.status != "complete" and (is_wrong or bool(now.problems))
            if is_gone or is_worse:
                found.append(entry)
        return found

    def _snapshot(self, facts: FileFacts, complete: bool, stale: Sequence[StaleModel]) -> AnalysisSnapshot:
        if self.stop.nobody_waits:
            raise Stopped
        job = self.job
        dependencies = frozenset(self.engine.sources.dependencies)
        if complete and self.baseline is not None:
            dependencies |= frozenset(self.baseline.stamps)
        traced = self.confirmations.results(self.engine, self.module, facts.models) if complete else {}
        return AnalysisSnapshot(
            job.path,
            job.revision,
            job.revisions,
            job.texts,
            facts,
            self.engine.report(_with_traced(facts, traced.values()), self.rules).findings,
            self.engine.project.settings,
            complete,
            stale,
            dependencies,
            traced=traced,
        )

    def _stamps(self) -> dict[str, str]:
        """Of all files that the analysis or the models it kept rest on, its own excepted."""
        earlier = self.baseline.stamps if self.baseline is not None else {}
        own = self.engine.sources.dependencies.items()
        return {**earlier, **{path: stamp for path, stamp in own if path != self.job.path}}


def _with_traced(facts: FileFacts, results: Collection[ModelResult]) -> FileFacts:
    """The facts with what tracing found wrong; they themselves stay what the source says."""
    if not results:
        return facts
    from analyzers.tracing.problems import problems_of

    return replace(facts, problems=[*facts.problems, *(problem for one in results for problem in problems_of(one))])


def _holds(baseline: _Baseline, engine: Engine, job: AnalysisJob) -> bool:
    """Whether nothing outside of the file's own text has changed since."""
    if baseline.engine is not engine or baseline.inputs != job.inputs:
        return False
    stamp = engine.sources.stamp
    return all(stamp(path) == old for path, old in baseline.stamps.items())


# -- what an edit leaves alone -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reused:
    """What is taken over from the last analysis: models by name, and problems outside of models. ``pending`` names
    the models that must be looked at again, ``first`` the one to begin with."""

    models: Mapping[str, ModelFact] = field(default_factory=dict)
    problems: Sequence[Problem] = ()
    pending: frozenset[str] = frozenset()
    first: tuple[str, ...] = ()


def _reused(baseline: _Baseline, module: SourceModule, job: AnalysisJob) -> _Reused:
    from analyzers.incremental.relocate import Relocator
    from analyzers.incremental.reuse import moved_lines, untouched

    models = {name_of(fact): fact for fact in baseline.analysis.facts.models}
    candidates = [name for name, fact in models.items() if is_candidate(fact)]
    same, changed = untouched(baseline.module, module, candidates)
    relocator = Relocator(job.path, moved_lines(baseline.module, module))
    kept = {name: relocator.model(models[name]) for name in candidates if name in same}
    problems = [relocator.value(problem) for problem in _problems_of(baseline, kept)] if kept else []
    pending = {name: fact for name, fact in models.items() if name not in same}
    spans = [(block.first_line, block.end_line) for block in changed]
    return _Reused(kept, problems, frozenset(pending), _first(list(pending.values()), job, spans, baseline.lines))


def _problems_of(baseline: _Baseline, names: Mapping[str, ModelFact]) -> list[Problem]:
    """Problems outside of models that stand in the blocks of ``names``."""
    found = []
    for problem in baseline.analysis.facts.problems:
        block = baseline.module.block_at(problem.place.line) if problem.place is not None else None
        if block is not None and any(name in names for name in block.binds):
            found.append(problem)
    return found


def _first(
    models: list[ModelFact], job: AnalysisJob, spans: Sequence[tuple[int, int]], lines: Mapping[str, frozenset[int]]
) -> tuple[str, ...]:
    """The smallest model that uses what was edited, one that is seen on the screen if there is any."""

    def touching(found: list[ModelFact], spans: Sequence[tuple[int, int]]) -> list[ModelFact]:
        wanted = {line for first, end in spans for line in range(first, end)}
        return [fact for fact in found if not wanted.isdisjoint(lines[name_of(fact)])] or found

    found = touching(models, spans)
    if job.view is not None:
        found = touching(found, [job.view])
    smallest = min(found, key=lambda fact: len(fact.layers), default=None)
    return (name_of(smallest),) if smallest is not None else ()


def _lines(fact: ModelFact, path: str) -> frozenset[int]:
    places = [place for layer in fact.layers for place in (layer.definition, layer.assigned)]
    places += [call.place for layer in fact.layers for call in layer.per_call]
    places += [expression.place for expression in fact.expressions]
    return frozenset(place.line for place in (*places, fact.place) if place is not None and place.file == path)


def is_candidate(fact: ModelFact) -> bool:
    """Whether it was found by its name and not by an expression in a comment or the settings."""
    return name_of(fact).isidentifier() and fact.place is not None


# -- the order of models -------------------------------------------------------------------------------


def in_source_order(models: Sequence[ModelFact]) -> list[ModelFact]:
    """As if all had been analysed at once: no class that is a part of another, in the order of the source."""
    parts = frozenset().union(*(fact.parts for fact in models))
    own = [fact for fact in models if not _is_class_model(fact) or fact.class_name not in parts]
    return sorted(own, key=_source_order)


def _source_order(fact: ModelFact) -> tuple[bool, int, int]:
    place = fact.place
    return (_is_class_model(fact), place.line, place.column) if place is not None else (False, -1, 0)


def _is_class_model(fact: ModelFact) -> bool:
    return fact.target.endswith("()") and fact.class_name.rpartition(".")[2] == name_of(fact)
