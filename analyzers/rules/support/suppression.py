"""Which findings a ``# rf: ignore[…]`` comment silences, and which comments silence nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from analyzers.facts import Finding, IgnoreFact
from analyzers.rules.support.registry import RULES
from analyzers.rules.support.selection import specificity


@dataclass(slots=True)
class Suppressed:
    """``kept`` findings, those ``ignored``, and the comments that were ``used``."""

    kept: list[Finding] = field(default_factory=list)
    ignored: list[Finding] = field(default_factory=list)
    used: list[IgnoreFact] = field(default_factory=list)


def suppress(findings: Iterable[Finding], ignores: Sequence[IgnoreFact]) -> Suppressed:
    """Part the findings; of several comments that fit one finding all count as used."""
    result = Suppressed()
    for finding in findings:
        fitting = [ignore for ignore in ignores if silences(ignore, finding)]
        (result.ignored if fitting else result.kept).append(finding)
        result.used.extend(ignore for ignore in fitting if ignore not in result.used)
    return result


def silences(ignore: IgnoreFact, finding: Finding) -> bool:
    """A comment speaks of the first and the last line of a finding's place, in its own file and cell."""
    place = finding.place
    if place.file != ignore.place.file:
        return False
    same_cell = place.cell == ignore.place.cell
    if ignore.line is not None and not (same_cell and ignore.line in (place.line, place.end_line)):
        return False
    rule = RULES[finding.code]
    return not ignore.rules or any(specificity(text, rule) for text in ignore.rules)
