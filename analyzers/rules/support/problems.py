"""Problems that the interpreter met, turned into the findings of the rule that is named like them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from analyzers.facts import FileFacts, Finding, Problem
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
    """The ``check`` of a rule that the interpreter finds: one finding a problem that has a place."""

    def check(facts: FileFacts, settings: RuleSettings) -> Iterator[Finding]:
        for problem, model in problems_of(facts, rule.name):
            if problem.place is not None:
                yield rule.finding(problem.place, problem.message, problem.related, model, problem.data.get("level"))

    return check
