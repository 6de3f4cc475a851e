"""Which rules run: codes, prefixes of codes (``RF2``), names, or ``ALL``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from analyzers.rules.support.record import Rule
from analyzers.rules.support.registry import RULES
from analyzers.vocabulary import Level, Severity


class UnknownRule(ValueError):
    """A selector that fits no rule; the text is one sentence with a suggestion."""


def rules_of(selector: str) -> list[Rule]:
    """The rules a selector names; raises :class:`UnknownRule`."""
    text = selector.strip()
    found = [rule for rule in RULES.values() if specificity(text, rule)]
    if found:
        return found
    import difflib

    names = [rule.name for rule in RULES.values()]
    close = difflib.get_close_matches(text.lower(), [*names, *map(str.lower, RULES)], 1)
    hint = f"; did you mean {close[0].upper() if close[0].upper() in RULES else close[0]}?" if close else ""
    raise UnknownRule(f"unknown rule {text!r}{hint}")


def specificity(selector: str, rule: Rule) -> int:
    """How exactly ``selector`` names ``rule``: 0 not at all, 1 ``ALL``, the prefix' length, 100 itself."""
    text = selector.strip()
    if text.upper() == rule.code or text.lower() == rule.name:
        return 100
    if text.upper() == "ALL":
        return 1
    prefix = text.upper()
    return len(prefix) if prefix.startswith("RF") and rule.code.startswith(prefix) else 0


@lru_cache(maxsize=256)
def codes_named(selector: str) -> tuple[str, ...]:
    """The codes that ``selector`` names; none when there is no such rule. A file may ask by the thousand."""
    return tuple(rule.code for rule in RULES.values() if specificity(selector, rule))


def codes_of(selectors: Iterable[str]) -> frozenset[str]:
    return frozenset(rule.code for selector in selectors for rule in rules_of(selector))


def levels(
    select: Sequence[str] | None = None,
    ignore: Sequence[str] = (),
    severity: Mapping[str, Level] | None = None,
) -> dict[str, Severity | None]:
    """The enabled rules and their configured level (``None``: the rule's own).

    Without ``select`` every rule that is not off by default runs. A rule that is off needs its own code
    or name in ``select``, or a level in ``severity``; a prefix does not turn it on. Where ``select`` and
    ``ignore`` both fit, the more exact one wins, at a tie ``ignore``. Raises :class:`UnknownRule`.
    """
    overrides: dict[str, Level] = {
        rule.code: level for name, level in (severity or {}).items() for rule in rules_of(name)
    }
    for selector in (*(select or ()), *ignore):
        rules_of(selector)
    enabled: dict[str, Severity | None] = {}
    for rule in RULES.values():
        level = overrides.get(rule.code)
        if level != "off" and _runs(rule, select, ignore, level):
            enabled[rule.code] = level
    return enabled


def _runs(rule: Rule, select: Sequence[str] | None, ignore: Sequence[str], level: Level | None) -> bool:
    off = rule.level == "off" and level is None
    wanted = max((specificity(text, rule) for text in select), default=0) if select is not None else 1
    refused = max((specificity(text, rule) for text in ignore), default=0)
    if off and wanted < 100:
        return False
    return wanted > refused
