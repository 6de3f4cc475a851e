"""Findings → edits of the source. A file a rule, named after the rule's, with ``propose(context) -> Iterator[Fix]``.

An edit replaces the smallest span that has to change, so formatting and comments stay. What is proposed
here is a guess until the engine has looked at the edited text (``rf_lsp.fixing``).
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from analyzers.facts import FileFacts, Finding, Fix
from analyzers.rules.support.registry import MODULES, RULES

if TYPE_CHECKING:
    from analyzers.source.module import SourceModule


def has_fixes(finding: Finding) -> bool:
    """Whether fixes are known for its rule."""
    rule = RULES.get(finding.code)
    return rule is not None and rule.fixes != "none"


def proposals(finding: Finding, facts: FileFacts, module_of: Callable[[str], SourceModule]) -> list[Fix]:
    """What might mend a finding, best first; ``module_of`` gives the source of a path."""
    if not has_fixes(finding):
        return []
    from analyzers.fixes.support.context import FixContext

    name = MODULES[finding.code].__name__.rpartition(".")[2]
    context = FixContext(finding, facts, module_of)
    return list(import_module(f"analyzers.fixes.{name}").propose(context))
