"""Problems that the interpreter met, turned into the findings of the rule that is named like them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from analyzers.facts import FileFacts, Finding, Place, Problem
from analyzers.rules.support.record import Rule
from analyzers.rules.support.settings import RuleSettings


def problems_of(facts: FileFacts, name: str) -> Iterator[tuple[Problem, str | None]]:
    """The problems called ``name`` with the target of the model they were met in (``None``: of the file)."""
    for problem in facts.problems:
        if problem.rule == name:
            yield problem, None
    for model in facts.models:
        for problem in model.problems:
            if problem.rule == name:
                yield problem, model.target


def from_problems(rule: Rule) -> Callable[[FileFacts, RuleSettings], Iterator[Finding]]:
    """The ``check`` of a rule that the interpreter finds: one finding a problem that has a place; those of one
    undefined name are one in a file."""

    def check(facts: FileFacts, settings: RuleSettings) -> Iterator[Finding]:
        of_name: dict[tuple[str, str], dict[Place, Finding]] = {}
        for problem, model in problems_of(facts, rule.name):
            if problem.place is None:
                continue
            found = rule.finding(problem.place, problem.message, problem.related, model, problem.data.get("level"))
            found.argument = problem.argument
            if (name := problem.data.get("undefined")) is None:
                yield found
            else:
                of_name.setdefault((problem.place.file, name), {}).setdefault(problem.place, found)
        yield from map(_first, of_name.values())

    return check


def _first(by_place: dict[Place, Finding]) -> Finding:
    """The first of several findings about one name, the places of the others related."""
    first, *others = sorted(by_place.values(), key=lambda f: (f.place.cell or 0, f.place.line, f.place.column))
    first.related += [("it is read here, too", other.place) for other in others]
    return first
