"""Findings → edits of the source. A file a rule, named after it, with ``propose(bench) -> Iterator[Fix]``.

An edit replaces the smallest span that has to change, so formatting and comments stay. What is proposed
here is a guess until the engine has looked at the edited text (``rf_lsp.fixing``).
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from analyzers.facts import FileFacts, Finding, Fix

if TYPE_CHECKING:
    from analyzers.source.module import SourceModule

FIXED = {
    "RF101": "receptive_field_below_input",
    "RF104": "gridding_dilation",
    "RF106": "checkerboard_upsampling",
    "RF107": "misaligned_merge",
    "RF201": "channel_mismatch",
    "RF202": "feature_size_mismatch",
    "RF203": "empty_output",
    "RF301": "unknown_argument",
    "RF401": "unregistered_submodules",
    "RF404": "redundant_bias",
    "RF903": "unused_ignore",
}
"""Code → the module of this package that knows fixes for the rule."""

SAFE = frozenset(("RF301", "RF903"))
"""Rules whose fixes do not change what a working program does."""


def proposals(finding: Finding, facts: FileFacts, module_of: Callable[[str], SourceModule]) -> list[Fix]:
    """What might mend a finding, best first; ``module_of`` gives the source of a path."""
    name = FIXED.get(finding.code)
    if name is None:
        return []
    from analyzers.fixes.support.context import Bench

    bench = Bench(finding, facts, module_of)
    return list(import_module(f"analyzers.fixes.{name}").propose(bench))
