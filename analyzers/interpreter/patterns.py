"""``match`` statements: whether a case's pattern fits (True, False, or None where it is not known)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter import comparison
from analyzers.interpreter.instances import is_instance
from analyzers.interpreter.values import MISSING, Class
from analyzers.source import program
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine
    from analyzers.interpreter.scope import Frame


def match_case(machine: Machine, frame: Frame, case: program.MatchCase, subject: Any) -> bool | None:
    from analyzers.interpreter.execution import evaluate

    fits = matches(machine, frame, case.pattern, subject)
    if fits and case.guard is not None:
        return machine.truth(evaluate(machine, frame, case.guard))
    return fits


def is_irrefutable(case: program.MatchCase) -> bool:
    """``case _:`` and ``case name:``."""
    return case.guard is None and isinstance(case.pattern, program.MatchAs) and case.pattern.pattern is None


def captured(pattern: Any) -> list[str]:
    """The names a pattern binds."""
    names = [name for child in program.children(pattern) for name in captured(child)]
    name = pattern.name if isinstance(pattern, (program.MatchAs, program.MatchStar)) else None
    rest = pattern.rest if isinstance(pattern, program.MatchMapping) else None
    return [*names, *(bound for bound in (name, rest) if bound is not None)]


def matches(machine: Machine, frame: Frame, pattern: Any, subject: Any) -> bool | None:
    matcher = PATTERNS.get(type(pattern))
    return matcher(machine, frame, pattern, subject) if matcher is not None else None


def _value(machine: Machine, frame: Frame, pattern: Any, subject: Any) -> bool | None:
    from analyzers.interpreter.execution import evaluate

    return comparison.equals(machine, subject, evaluate(machine, frame, pattern.value))


def _singleton(machine: Machine, frame: Frame, pattern: Any, subject: Any) -> bool | None:
    return comparison.identical(subject, pattern.value)


def _as(machine: Machine, frame: Frame, pattern: program.MatchAs, subject: Any) -> bool | None:
    from analyzers.interpreter.assignment import assign_name

    fits = matches(machine, frame, pattern.pattern, subject) if pattern.pattern is not None else True
    if fits and pattern.name is not None:
        assign_name(machine, frame, pattern.name, subject)
    return fits


def _or(machine: Machine, frame: Frame, pattern: program.MatchOr, subject: Any) -> bool | None:
    results = [matches(machine, frame, part, subject) for part in pattern.patterns]
    if True in results:
        return True
    return None if None in results else False


def _sequence(machine: Machine, frame: Frame, pattern: Any, subject: Any) -> bool | None:
    if isinstance(subject, Unknown):
        return None
    if not isinstance(subject, (list, tuple)):
        return False
    star = next((i for i, p in enumerate(pattern.patterns) if isinstance(p, program.MatchStar)), None)
    fixed = len(pattern.patterns) - (star is not None)
    if len(subject) < fixed or (star is None and len(subject) != fixed):
        return False
    return _all(_sequence_parts(machine, frame, pattern.patterns, list(subject), star))


def _sequence_parts(
    machine: Machine, frame: Frame, patterns: Any, subject: list[Any], star: int | None
) -> list[bool | None]:
    from analyzers.interpreter.assignment import assign_name

    results: list[bool | None] = []
    after = len(patterns) - (star or 0) - 1
    for index, part in enumerate(patterns):
        if isinstance(part, program.MatchStar):
            if part.name is not None:
                assign_name(machine, frame, part.name, subject[index : len(subject) - after])
            continue
        position = index if star is None or index < star else len(subject) - (len(patterns) - index)
        results.append(matches(machine, frame, part, subject[position]))
    return results


def _mapping(machine: Machine, frame: Frame, pattern: program.MatchMapping, subject: Any) -> bool | None:
    from analyzers.interpreter.assignment import assign_name
    from analyzers.interpreter.execution import evaluate

    if isinstance(subject, Unknown):
        return None
    if not isinstance(subject, dict):
        return False
    keys: list[Any] = []
    results: list[bool | None] = []
    for node, inner in zip(pattern.keys, pattern.patterns):
        key = evaluate(machine, frame, node)
        if key not in subject:
            return False
        keys.append(key)
        results.append(matches(machine, frame, inner, subject[key]))
    if pattern.rest is not None:
        assign_name(machine, frame, pattern.rest, {k: v for k, v in subject.items() if k not in keys})
    return _all(results)


def _class(machine: Machine, frame: Frame, pattern: program.MatchClass, subject: Any) -> bool | None:
    from analyzers.interpreter.execution import evaluate

    wanted = evaluate(machine, frame, pattern.cls)
    fits = is_instance(machine, subject, wanted)
    if not fits:
        return fits
    names = _positional_names(wanted)
    positional = len(pattern.patterns) - len(pattern.keywords)
    names = [*(names[i] if i < len(names) else "" for i in range(positional)), *pattern.keywords]
    results: list[bool | None] = []
    for name, part in zip(names, pattern.patterns):
        value = machine.get_attribute(subject, name, default=MISSING) if name else subject
        results.append(False if value is MISSING else matches(machine, frame, part, value))
    return _all(results)


def _positional_names(wanted: Any) -> list[str]:
    if not isinstance(wanted, Class):
        return []
    declared = wanted.find("__match_args__")
    if isinstance(declared, tuple):
        return list(declared)
    return list(wanted.traits.fields or ())


def _all(results: list[bool | None]) -> bool | None:
    if False in results:
        return False
    return None if None in results else True


PATTERNS: dict[type, Any] = {
    program.MatchValue: _value,
    program.MatchSingleton: _singleton,
    program.MatchAs: _as,
    program.MatchOr: _or,
    program.MatchSequence: _sequence,
    program.MatchMapping: _mapping,
    program.MatchClass: _class,
}


__all__ = ["match_case"]
