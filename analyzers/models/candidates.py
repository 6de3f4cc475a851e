"""Which classes, functions and assignments of a file are or make models, in which order they are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analyzers.facts import ModelFact, Problem
from analyzers.interpreter.framework import Made, children_of, is_model, is_model_class
from analyzers.interpreter.missing_entry import MISSING_FORWARD
from analyzers.interpreter.values import Class, Function, Instance, Site
from analyzers.models.alternatives import alternatives
from analyzers.models.builders import uncalled
from analyzers.models.construction import Construction
from analyzers.models.context import FileContext
from analyzers.models.extraction import OF_CODE, place_of
from analyzers.models.lone import computes_no_features, is_lone, is_plain_layer
from analyzers.models.model import model_fact
from analyzers.models.runner import STEPS_PER_CANDIDATE, STEPS_PER_MODEL
from analyzers.models.signatures import (
    hands_on,
    has_symbols,
    open_defaults,
    required_parameters,
    takes_arguments,
    waits_for_items,
)
from analyzers.source.blocks import Block
from analyzers.source.module import SourceModule

MAXIMUM_CANDIDATES = 600
"""Classes, functions and assignments of one file that are looked at as models."""


@dataclass(frozen=True)
class Candidate:
    """What a block binds that may be or make a model."""

    name: str
    value: Any
    site: Site | None
    """Where the function is defined: what its decorators make of it may stand elsewhere."""
    is_guessed: bool = False
    """Whether it is made of placeholders, and what is wrong with it says nothing."""

    def target(self, path: str) -> str:
        return f"{path}::{self.name}" + ("" if isinstance(self.value, Instance) else "()")


def chosen_blocks(context: FileContext) -> list[Block]:
    source = context.module.source
    blocks = [b for b in source.blocks if b.kind in ("class", "def") or _guards_classes(b)] + _assignments(source)
    blocks += [b for b in source.main_blocks if b.binds and not _guards_classes(b)] if context.session is None else []
    first = context.request.first
    return sorted(blocks, key=lambda block: _turn(block, first))[:MAXIMUM_CANDIDATES]


def _assignments(source: SourceModule) -> list[Block]:
    """The assignments that may bind a model, of those of the same names the first: a name is looked at as it is in the
    end, and a graph is often written as hundreds of ``x = layer(x)``."""
    found: dict[tuple[str, ...], Block] = {}
    for block in source.blocks:
        if block.kind == "assign" and "(" in block.text:
            found.setdefault(block.binds, block)
    return list(found.values())


def _guards_classes(block: Block) -> bool:
    """Whether a condition or a ``try`` stands around classes."""
    return block.kind == "other" and block.keyword in ("if", "try", "with") and "class " in block.text


def _turn(block: Block, first: tuple[str, ...]) -> tuple[bool, bool, int]:
    """What is wanted first comes first; classes after what may be made of them, and from the end of the
    file, since parts are written before what they are parts of."""
    is_class = block.kind in ("class", "other")
    return not any(n in first for n in block.binds), is_class, -block.index if is_class else block.index


def made_in_order(context: FileContext) -> list[Candidate]:
    """The models that the file's own run makes, if it is run in order: those that names are bound to and all others
    that are part of none."""
    session = context.session
    if session is None:
        return []
    bound = [Candidate(name, binding.value, None) for name, binding in session.named()]
    others = [Candidate(name, made.model, None) for name, made in session.others() if not _is_given(context, made)]
    return [c for c in (*bound, *others) if c.name not in context.request.kept]


def of_builders(context: FileContext) -> Iterator[Candidate]:
    """The models of builders that nothing in the file calls."""
    for built in uncalled(context):
        if built.name not in context.request.kept:
            yield Candidate(built.name, built.model, None, built.is_guessed)


def _is_given(context: FileContext, made: Made) -> bool:
    """Whether a function of the module gives the model, which is a candidate itself."""
    function = made.function
    if function is None or context.session is None or context.module.scope.names.get(function.name) is not function:
        return False
    gives = "return" in function.site.block.text and not required_parameters(function)
    return gives and context.session.made_by(function) is made.model


def candidates_of(context: FileContext, block: Block) -> list[Candidate]:
    """The models, model classes and functions without arguments that a block binds."""
    if context.session is not None and block.kind == "assign":
        return []
    if block.kind == "assign" and "(" not in block.text:
        return []
    if block.kind == "def" and "return" not in block.text:
        return []
    found = []
    for name in block.binds:
        if name in context.request.kept:
            continue
        value = context.runner.own_code(STEPS_PER_CANDIDATE, lambda name=name: context.module.look_up(name))
        if _is_of_main_block(context, block, value) or (
            _may_be_model(block.kind, value) and (block.kind != "other" or _is_defined_in(block, value))
        ):
            found.append(Candidate(name, value, _definition(context, block)))
    return found


def _may_be_model(kind: str, value: Any) -> bool:
    if kind in ("class", "other"):
        return isinstance(value, Class) and is_model_class(value)
    if kind == "def":
        return isinstance(value, Function) and not required_parameters(value)
    return is_model(value)


def _is_of_main_block(context: FileContext, block: Block, value: Any) -> bool:
    """Whether the main block makes a model of a class of another file; one of this file is looked at as its class."""
    if block not in context.module.source.main_blocks or not isinstance(value, Instance) or not is_model(value):
        return False
    defined = value.class_.site
    return defined is None or defined.path != context.request.path


def _is_defined_in(block: Block, value: Class) -> bool:
    return value.site is not None and value.site.block is block


def _definition(context: FileContext, block: Block) -> Site | None:
    statements = block.program if block.kind == "def" else None
    return Site(block, statements[0], context.request.path) if statements else None


class CandidateRun:
    """Builds and runs one candidate."""

    def __init__(self, context: FileContext, candidate: Candidate) -> None:
        self.context = context
        self.candidate = candidate
        self.value = candidate.value
        self.construction = Construction(context)
        self.is_as_made = False
        """Whether the facts are those of an object that the program itself makes."""
        self.is_open = False
        """Whether symbols stand in for arguments that nobody gives it."""

    def fact(self) -> ModelFact | None:
        """The facts of the model; None where it is none, nothing is known of it, or it was looked at before."""
        with self.context.machine.recorder.separate_errors():
            instance, given = self._instance()
            if not is_model(instance) or self._is_known() or is_plain_layer(instance):
                return None
            fact = self._model(instance)
            if fact.problems and isinstance(self.value, Class) and instance is not given:
                fact = self._as_made() or fact
        fact.place = place_of(self.candidate.site) or fact.place
        self._drop_doubtful(fact, instance, given)
        self.is_open = has_symbols(self.value) and instance is not given
        if is_lone(instance) and computes_no_features(fact):
            self.context.remarks += fact.problems
            return None
        return fact if fact.status != "failed" or fact.problems else None

    def _instance(self) -> tuple[Any, Instance | None]:
        """(the model, the same where the workspace builds it with arguments of its own)."""
        value = self.value
        if isinstance(value, Instance):
            return value, None
        session = self.context.session
        made = session.made_by(value) if session is not None and isinstance(value, Function) else None
        if made is not None:
            return made, None
        given = self._given(value) if isinstance(value, Class) else None
        if given is not None:
            return given, given
        return self.context.runner.within(STEPS_PER_MODEL, lambda: self.construction.built(value)), None

    def _given(self, value: Class) -> Instance | None:
        """The class as the workspace builds it, where it needs arguments or the file itself gives it some."""
        if has_symbols(value):
            return self.construction.in_workspace(value)
        used = self.context.runner.within(STEPS_PER_MODEL, lambda: self.construction.as_used(value))
        return used if isinstance(used, Instance) else None

    def _is_known(self) -> bool:
        target = self.candidate.target(self.context.request.path)
        return any(model.target == target for model in self.context.facts.models)

    def _model(self, instance: Any) -> ModelFact:
        target = self.candidate.target(self.context.request.path)
        return model_fact(self.context, target, self.candidate.name, instance, None, self.value)

    def _as_made(self) -> ModelFact | None:
        """The class as the code makes it, with arguments of its own, where its bare defaults do not work."""
        made = self.construction.in_workspace(self.value)
        self.context.machine.recorder.recorded_errors = []
        self.is_as_made = made is not None
        return self._model(made) if made is not None else None

    def _drop_doubtful(self, fact: ModelFact, instance: Any, given: Instance | None) -> None:
        """Nothing is said of what only arguments do that nobody gives."""
        value = self.value
        if self.candidate.is_guessed:
            fact.problems = [p for p in fact.problems if p.rule == "unknown-argument"]
        is_doubtful = self._is_made_otherwise(fact) or _is_empty_list(instance)
        if is_doubtful or (instance is not given and waits_for_items(value)):
            fact.problems = [p for p in fact.problems if p.data.get("always")]
        elif fact.problems and instance is not given and (has_symbols(value) or open_defaults(value)):
            fact.problems = [p for p in fact.problems if p.data.get("always") or (p.rule, p.place) in self._always]
        if has_symbols(value) and instance is not given:
            fact.problems = [p for p in fact.problems if not p.data.get("of_nothing")]
        if instance is not given and not self.is_as_made:
            fact.problems = [p for p in fact.problems if p.rule not in OF_CODE or self._is_certain(p)]
        if hands_on(value):
            fact.problems = [p for p in fact.problems if p.rule != "missing-argument"]

    @cached_property
    def _always(self) -> set[Any]:
        """What goes wrong whatever the constructor is given."""
        with self.context.machine.recorder.separate_errors():
            made = self.construction.of_any_kind
            instance = self.context.runner.within(STEPS_PER_MODEL, lambda: made(self.value))
            return (
                {(problem.rule, problem.place) for problem in self._model(instance).problems}
                if is_model(instance)
                else set()
            )

    def of_alternatives(self, fact: ModelFact) -> list[Problem]:
        """What goes wrong with each of the classes that the constructor of an open candidate may be given; nothing where
        the file makes it itself, which is known when all of it was looked at."""
        if not self.is_open or self._is_made_otherwise(fact):
            return []
        context, runner, value = self.context, self.context.runner, self.value
        used = set(context.used)
        every: list[dict[Any, Problem]] = []
        with context.machine.recorder.separate_errors():
            ways = runner.within(STEPS_PER_MODEL, lambda: alternatives(context.machine, context.module, value))
            for given in ways if isinstance(ways, list) else ():
                made = runner.within(STEPS_PER_MODEL, lambda given=given: context.machine.call(value, (), given))
                problems = self._model(made).problems if is_model(made) else []
                every.append({(p.rule, p.place): p for p in problems if p.rule not in OF_CODE})
                if not every[-1]:
                    break
        context.used = used
        return [problem for key, problem in every[0].items() if all(key in one for one in every)] if every else []

    def _is_certain(self, problem: Problem) -> bool:
        """Whether what only the engine has called raises this whatever it is given, and is no base of other classes."""
        value = self.value
        if isinstance(value, Instance) or not (problem.data.get("always") or problem.rule == MISSING_FORWARD):
            return isinstance(value, Instance) or not takes_arguments(value)
        return not isinstance(value, Class) or not self.construction.is_derived(value)

    def _is_made_otherwise(self, fact: ModelFact) -> bool:
        """A class that functions of the file make with arguments of their own; its bare defaults nobody uses."""
        others = (m for m in self.context.facts.models if m is not fact and m.class_name == fact.class_name)
        return isinstance(self.value, Class) and any(not m.problems for m in others)


def _is_empty_list(value: Any) -> bool:
    """A list of modules that nobody has put one into yet."""
    bases = {c.name for c in value.class_.mro if isinstance(c, Class) and c.host is not None}
    is_empty = not value.attributes.get("_modules") and not children_of(value)
    return bool(bases & {"ModuleList", "ModuleDict", "Sequential"}) and is_empty
