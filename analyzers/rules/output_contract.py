"""RF211: the output differs from what is declared."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF211",
    name="output-contract",
    level="error",
    confidence="certain",
    summary="A model's output differs from its annotated or declared shape.",
    why=(
        "The code runs, but whoever relies on the annotation gets something else; a checker at run "
        "time (jaxtyping) raises."
    ),
    how_to_fix="Correct the annotation, or the layers.",
)

check = from_problems(RULE)

GOOD: tuple[Example, ...] = (
    Example(
        """
from jaxtyping import Float
from torch import Tensor, nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)

    def forward(self, x: Float[Tensor, "batch 3 height width"]) -> Float[Tensor, "batch 8 height width"]:
        return self.conv(x)
"""
    ),
    Example(
        """
from typing import Annotated

from torch import Tensor, nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(16, 10)

    def forward(self, x: Annotated[Tensor, "N 16"]) -> Annotated[Tensor, "scores of the 10 classes"]:
        return self.fc(x)
"""
    ),
)
BAD: tuple[Example, ...] = (
    Example(
        """
from jaxtyping import Float
from torch import Tensor, nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3 * 8 * 8, 10)

    def forward(self, x: Float[Tensor, "batch 3 8 8"]) -> Float[Tensor, "batch 64"]:
#                                                         ^^^^^^^^^^^^^^^^^^^^^^^^^ Net returns N×10, its annotation says batch×64
        return self.fc(x.flatten(1))
"""
    ),
    Example(
        """
from jaxtyping import Float
from torch import Tensor, nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x: Float[Tensor, "batch 3 height width"]) -> Float[Tensor, "batch 8 height width"]:
#                                                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ its annotation says batch×8×height×width
        return self.conv(x)
"""
    ),
    Example(
        """
from torch import Tensor, nn
from typing import Annotated


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)

    def forward(self, x: Tensor) -> tuple[Annotated[Tensor, "N 8 H W"], Annotated[Tensor, "N 8"]]:
#                                                                       ^^^^^^^^^^^^^^^^^^^^^^^^ its annotation says N×8
        x = self.conv(x)
        return x, x.mean(dim=(2, 3), keepdim=True)
"""
    ),
)
