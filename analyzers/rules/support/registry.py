"""Every file of analyzers/rules is a rule; this table is all there is to register."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import cast

import analyzers.rules
from analyzers.rules.support.record import Rule, RuleModule


def _load() -> dict[str, RuleModule]:
    found = pkgutil.iter_modules(analyzers.rules.__path__)
    modules = [import_module(f"analyzers.rules.{entry.name}") for entry in found if not entry.ispkg]
    rules = cast("list[RuleModule]", modules)
    return {module.RULE.code: module for module in sorted(rules, key=lambda module: module.RULE.code)}


MODULES: dict[str, RuleModule] = _load()
"""Code → the rule's module, in order of code."""
RULES: dict[str, Rule] = {code: module.RULE for code, module in MODULES.items()}


def by_name(text: str) -> Rule | None:
    """The rule with this code or name, in any case."""
    wanted = text.strip()
    for rule in RULES.values():
        if wanted.upper() == rule.code or wanted.lower() == rule.name:
            return rule
    return None
