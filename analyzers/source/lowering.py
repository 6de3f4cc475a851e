"""libcst's trees to programs (see ``program``).

Every kind of libcst node is lowered by a function of :data:`EXPRESSIONS`, :data:`STATEMENTS` or :data:`PATTERNS`, is a
part of such a node, or is refused with a reason (:data:`REFUSED`).
"""

from __future__ import annotations

import libcst as cst

from analyzers.source import lowering_expressions, lowering_statements
from analyzers.source.lowering_state import EXPRESSIONS, PATTERNS, STATEMENTS, AtOf, Lowering
from analyzers.source.program import Suite

EXPRESSIONS.update(lowering_expressions.HANDLED)
STATEMENTS.update(lowering_statements.HANDLED)
PATTERNS.update(lowering_statements.HANDLED_PATTERNS)


def lowered(tree: cst.Module, at_of: AtOf) -> Suite:
    """The program of a block that libcst parsed; ``at_of`` says where a node stands (see :func:`program.packed`)."""
    return Lowering(at_of).suite(tree.body)
