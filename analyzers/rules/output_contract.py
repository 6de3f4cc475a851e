"""RF211: the output differs from what is declared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from analyzers.facts import FileFacts, Finding, ModelFact
from analyzers.rules.support.coverage import assumed
from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule
from analyzers.rules.support.settings import ModelSettings, RuleSettings

RULE = Rule(
    code="RF211",
    name="output-contract",
    level="error",
    confidence="certain",
    summary="A model's output differs from the shape that its annotation or its settings entry declares.",
    why=(
        "The code runs, but whoever relies on the annotation gets something else; a checker at run "
        "time (jaxtyping) raises."
    ),
    how_to_fix="Correct the declaration, or the layers.",
    settings=("models.output",),
)

of_annotations = from_problems(RULE)


def check(facts: FileFacts, settings: RuleSettings) -> Iterator[Finding]:
    yield from of_annotations(facts, settings)
    for model in facts.models:
        wanted = settings.own_entry(model).output
        if wanted is None or model.place is None or assumed(model) or model.status == "failed":
            continue
        given = [output.shape for output in model.outputs]
        if len(given) != len(wanted) or any(map(_differ, given, wanted)):
            message = f"{_name(model)} returns {_texts(given)}, the settings say {_texts(wanted)}"
            yield RULE.finding(model.place, message, model=model.target)


def _differ(given: Sequence[Any] | None, wanted: Sequence[int | str]) -> bool:
    """Where both are numbers; what is not known differs from nothing."""
    if given is None:
        return False
    pairs = zip(given, wanted)
    return len(given) != len(wanted) or any(
        isinstance(have, int) and isinstance(want, int) and have != want for have, want in pairs
    )


def _name(model: ModelFact) -> str:
    return model.class_name.rpartition(".")[2] or model.name


def _texts(shapes: Sequence[Sequence[Any] | None]) -> str:
    return ", ".join("?" if shape is None else "×".join(map(str, shape)) for shape in shapes) or "nothing"


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
    Example(
        """
from torch import nn

# rf: input=1x8
model = nn.Linear(8, 4)
""",
        {"models": (ModelSettings("example.py::model", output=(("N", 4),)),)},
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
    Example(
        """
from torch import nn

# rf: input=1x8
model = nn.Linear(8, 4)
#       ^^^^^^^^^^^^^^^ Linear returns 1×4, the settings say N×5
""",
        {"models": (ModelSettings("example.py::model", output=(("N", 5),)),)},
    ),
)
