"""All rules over the facts of a file: the findings, levelled and in order, and what comments silenced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from analyzers.facts import FileFacts, Finding, IgnoreFact
from analyzers.rules import unused_ignore
from analyzers.rules.support.coverage import assumed
from analyzers.rules.support.registry import MODULES
from analyzers.rules.support.selection import codes_named, levels
from analyzers.rules.support.settings import RuleSettings
from analyzers.rules.support.suppression import suppress
from analyzers.vocabulary import Severity

OF_FIELDS = "RF1"
"""What the codes of rules about receptive fields begin with; on a size that is only assumed they say nothing."""
OWN_GUESS = "RF101"
"""The one that may hold a field against what the settings want, whatever the input."""


@dataclass(slots=True)
class Report:
    """What is said about one file: the findings, those that a comment silenced, and such comments."""

    findings: list[Finding] = field(default_factory=list)
    ignored: list[Finding] = field(default_factory=list)
    used_ignores: list[IgnoreFact] = field(default_factory=list)


def check(facts: FileFacts, settings: RuleSettings) -> list[Finding]:
    """The findings of one file by place: each rule and place once, suppressions applied."""
    return report(facts, settings).findings


def report(facts: FileFacts, settings: RuleSettings) -> Report:
    """Like :func:`check`, with what was suppressed."""
    enabled = levels() if settings.levels is None else settings.levels
    parted = suppress(_found(facts, settings, enabled), facts.ignores)
    unused = (
        unused_ignore.unused(facts, parted.used, enabled, codes_named) if unused_ignore.RULE.code in enabled else []
    )
    kept = [_levelled(finding, enabled) for finding in (*parted.kept, *unused)]
    return Report(sorted(kept, key=_order), parted.ignored, parted.used)


def _found(facts: FileFacts, settings: RuleSettings, enabled: Iterable[str]) -> list[Finding]:
    seen: dict[tuple, Finding] = {}
    broken = _broken_models(facts)
    guessed = {model.target for model in facts.models if assumed(model)}
    for code in enabled:
        for finding in MODULES[code].check(facts, settings):
            if code.startswith(OF_FIELDS) and (
                finding.model in broken or (finding.model in guessed and code != OWN_GUESS)
            ):
                continue
            if _wanted(finding, facts.path, settings):
                seen.setdefault((finding.code, finding.place), finding)
    return list(seen.values())


def _broken_models(facts: FileFacts) -> set[str]:
    """Models that do not run as they are: what is known of their fields rests on what a layer declares."""
    errors = {module.RULE.name for module in MODULES.values() if module.RULE.level == "error"}
    return {model.target for model in facts.models if any(problem.rule in errors for problem in model.problems)}


def _wanted(finding: Finding, path: str, settings: RuleSettings) -> bool:
    """Of installed libraries only errors are told, unless the library's file itself is looked at."""
    file = finding.place.file
    if finding.code in settings.ignored_in(file):
        return False
    return finding.severity == "error" or file == path or settings.owns(file)


def _levelled(finding: Finding, enabled: Mapping[str, Severity | None]) -> Finding:
    finding.severity = enabled[finding.code] or finding.severity
    return finding


def _order(finding: Finding) -> tuple:
    place = finding.place
    return place.file, place.cell or 0, place.line, place.column, finding.code
