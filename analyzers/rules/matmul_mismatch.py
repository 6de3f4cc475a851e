"""RF209: inner sizes of a matrix product differ."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF209",
    name="matmul-mismatch",
    level="error",
    confidence="certain",
    summary="The inner sizes of a matmul, bmm, einsum or attention product differ.",
    why="PyTorch raises on this line; a transpose is missing or one too many.",
    how_to_fix="Transpose one operand, or make the projections produce the same size.",
)

check = from_problems(RULE)

GOOD = (
    Example(
        """
from torch import nn


# rf: input=1x16x64
class Net(nn.Module):
    def forward(self, x):
        return x @ x.transpose(1, 2)
"""
    ),
)
BAD = (
    Example(
        """
from torch import nn


# rf: input=1x16x64
class Net(nn.Module):
    def forward(self, x):
        return x @ x
#              ^^^^^ 64
"""
    ),
)
