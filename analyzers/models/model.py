"""One model: its input is settled, it is run, and what the run tells becomes its facts."""

from __future__ import annotations

from typing import Any

from analyzers.facts import InputFact, ModelFact, Place, UnknownFact
from analyzers.interpreter.framework import framework_of, is_module, walk
from analyzers.interpreter.missing_entry import MISSING_FORWARD
from analyzers.interpreter.values import Class, Function, Instance
from analyzers.models.arguments import arguments_fact, construction_of
from analyzers.models.context import FileContext
from analyzers.models.extraction import Extraction, fill, place_of
from analyzers.models.inputs.known import unwrapped
from analyzers.models.inputs.search import find_inputs
from analyzers.models.losses import losses_of, probabilities_of
from analyzers.models.tiling import say_sizes_that_fit, tiling_of
from analyzers.unknown import Unknown


def model_fact(
    context: FileContext, target: str, name: str, value: Any, failure: str | None, origin: Any = None
) -> ModelFact:
    """The facts of ``value``, which the class, function or instance ``origin`` gave; ``failure`` says why there is none."""
    fact = ModelFact(
        target=target,
        name=name,
        framework=_framework_name(value),
        place=_place(value, origin),
        status="failed",
    )
    if isinstance(value, Instance) and not isinstance(origin, Instance) and origin is not None:
        fact.name = value.class_.name if isinstance(origin, Class) else name
    if failure is not None or not is_module(value):
        place = place_of(value.place) if isinstance(value, Unknown) else None
        fact.unknowns.append(UnknownFact(place, failure or f"{name} is not a model"))
        fact.problems = problems_so_far(context)
        return fact
    classes = {m.class_ for _, m in walk(value) if m is not value}
    context.used.update(classes)
    fact.class_name = value.class_.qualified_name
    fact.parts = frozenset(c.qualified_name for c in classes)
    _run(context, fact, value)
    return fact


def problems_so_far(context: FileContext) -> list[Any]:
    """What was recorded outside of models; it is told once."""
    recorder = context.machine.recorder
    problems = Extraction(context.machine, None, []).problems(recorder.recorded_errors)
    recorder.recorded_errors = []
    return problems


def _run(context: FileContext, fact: ModelFact, root: Instance) -> None:
    machine, runner = context.machine, context.runner
    built = machine.recorder.recorded_errors
    runner.finalize(root)
    found = find_inputs(context, root, fact.target.partition("::")[2])
    runner.finalize(root)
    fact.inputs = [InputFact(i.name, i.shape, i.origin, dtype=i.dtype) for i in found.inputs]
    fact.construction = construction_of(machine, root)
    fact.call = arguments_fact(found.order, found.arguments)
    machine.recorder.recorded_errors = built + found.recorded_errors
    fill(fact, machine, root, found.result)
    if context.request.tiling and fact.status == "complete" and not fact.problems:
        fact.tiling = tiling_of(context, root, fact, found)
    say_sizes_that_fit(context, root, fact, found)
    _lead_to_own_code(context, fact, root)
    fact.probabilities = probabilities_of(root, found.result)
    fact.losses = losses_of(context, root)
    machine.recorder.recorded_errors = []
    for reason, site, _ in found.failures:
        fact.unknowns.append(UnknownFact(place_of(site), reason))
        fact.status = "partial" if fact.layers else "failed"


def _lead_to_own_code(context: FileContext, fact: ModelFact, root: Instance) -> None:
    """What goes wrong inside a library is told where the user's code calls the model, else where it makes it."""
    is_own = context.machine.modules.is_own
    calls = [usage.site for usage in context.usages if unwrapped(usage.instance) is root]
    own = next((place for site in calls if (place := place_of(site)) is not None and is_own(place.file)), fact.place)
    for problem in fact.problems:
        if problem.place is None and problem.rule == MISSING_FORWARD:
            problem.place = own
        elif problem.place is not None and own is not None and not is_own(problem.place.file):
            problem.related.insert(0, ("it happens here", problem.place))
            problem.place = own


def _place(value: Any, origin: Any) -> Place | None:
    subject = origin if isinstance(origin, (Class, Function)) else value
    site = getattr(subject, "site", None)
    if isinstance(subject, Instance) and subject.class_.site is not None and origin is None:
        site = subject.class_.site
    return place_of(site)


def _framework_name(value: Any) -> str:
    framework = framework_of(value)
    return framework.name if framework is not None else "torch"
