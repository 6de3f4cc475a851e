"""A result against the shape its annotation declares, in jaxtyping's words; told where it differs for certain."""

from __future__ import annotations

from pathlib import Path

import pytest

from .analysed import HEADER, facts_of

IMPORTS = "from typing import Annotated, Optional\n\nimport jaxtyping\nfrom jaxtyping import Float, jaxtyped\nfrom torch import Tensor\n\n"
NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.fc = nn.Linear(8, 10)

    def forward(self, x{given}){arrow}:
        return {result}
"""
SCORES = "self.fc(self.conv(x).mean((2, 3)))"
MAP = "self.conv(x)"


def told(folder: Path, result: str, declared: str, given: str = "", rest: str = "") -> list[str]:
    given = f": {given}" if given else ""
    source = HEADER + IMPORTS + NET.format(given=given, arrow=f" -> {declared}", result=result) + rest
    problems = [problem for model in facts_of(folder, source).models for problem in model.problems]
    return [problem.message for problem in problems if problem.rule == "output-contract"]


@pytest.mark.parametrize(
    "declared",
    [
        'Float[Tensor, "b 10"]',
        'jaxtyping.Float32[Tensor, "batch classes"]',
        'Float[Tensor, "..."]',
        'Float[Tensor, "*batch 10"]',
        'Float[Tensor, "... 10"]',
        'Float[Tensor, "#b classes=10"]',
        'Float[Tensor, "_ _ten"]',
        'Float[Tensor, "b 2*five"]',
        "\"Float[Tensor, 'b 10']\"",
        'Float[Tensor, "b 10"] | None',
        'Optional[Float[Tensor, "b 10"]]',
        'Annotated[Tensor, "N 10"]',
        'Annotated[Tensor, "class scores"]',
        'Annotated[Tensor, "top 5"]',
        'Annotated[Tensor, "the 3 best"]',
        'tuple[Float[Tensor, "b 3"], ...]',
        "Tensor",
    ],
)
def test_what_fits_or_says_nothing(declared: str, tmp_path: Path) -> None:
    assert told(tmp_path, SCORES, declared) == []


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ('Float[Tensor, "b 12"]', "b×12"),
        ('jaxtyping.Float32[Tensor, "b 1 10"]', "b×1×10"),
        ('Float[Tensor, "*batch 12"]', "...×12"),
        ('Float[Tensor, "b ... t 10"]', "b×...×t×10"),
        ('Float[Tensor, "#b classes=12"]', "_×12"),
        ('Float[Tensor, ""]', "a scalar"),
        ("\"Float[Tensor, 'b 12']\"", "b×12"),
        ('Float[Tensor, "b 12"] | None', "b×12"),
        ('Optional[Float[Tensor, "b 12"]]', "b×12"),
        ('Annotated[Tensor, "N 12"]', "N×12"),
    ],
)
def test_what_differs(declared: str, words: str, tmp_path: Path) -> None:
    assert told(tmp_path, SCORES, declared) == [f"Net returns N×10, its annotation says {words}"]


def test_a_name_is_one_size(tmp_path: Path) -> None:
    given = 'Float[Tensor, "b 3 height width"]'
    assert told(tmp_path, MAP, 'Float[Tensor, "b 8 h w"]', given) == []
    assert told(tmp_path, MAP, 'Float[Tensor, "b 8 height width"]', given) == [], "as a map of one pixel has it"
    (message,) = told(tmp_path, "F.pad(x, (1, 1))", 'Float[Tensor, "b 3 height width"]', given)
    assert message == "Net returns N×3×height×width+2, its annotation says b×3×height×width"


def test_the_items_of_a_tuple(tmp_path: Path) -> None:
    pair = 'tuple[Float[Tensor, "b 8 h w"], Float[Tensor, "b {}"]]'
    assert told(tmp_path, f"{MAP}, {SCORES}", pair.format(10)) == []
    assert told(tmp_path, f"{MAP}, {SCORES}", pair.format(9)) == ["Net returns N×10, its annotation says b×9"]


def test_a_size_that_only_a_guess_brings_is_no_difference(tmp_path: Path) -> None:
    """Of a picture nobody knows the size of, half of it may well be 37×41; it never has 9 channels."""
    assert told(tmp_path, MAP, 'Float[Tensor, "b 8 37 41"]') == []
    (message,) = told(tmp_path, MAP, 'Float[Tensor, "b 9 37 41"]')
    assert message.endswith("its annotation says b×9×37×41")


def test_after_an_error_nothing_is_said(tmp_path: Path) -> None:
    assert told(tmp_path, "self.fc(self.conv(x))", 'Float[Tensor, "b 12"]', 'Float[Tensor, "b 3 32 32"]') == []


def test_an_argument_that_breaks_its_own_contract_says_nothing_of_the_result(tmp_path: Path) -> None:
    given, call = 'Float[Tensor, "b 3 32 32"]', "\n\nNet()(torch.randn(2, 3, 16, 16))\n"
    assert told(tmp_path, MAP, 'Float[Tensor, "b 8 16 16"]', given, call) == []


def test_a_part_of_a_model(tmp_path: Path) -> None:
    block = """

class Half(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(3, channels, 3, stride=2, padding=1)

    @jaxtyped(typechecker=None)
    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h/2 w/2"]:
        return self.conv(x)


class Whole(nn.Module):
    def __init__(self):
        super().__init__()
        self.shrink = Half({channels})
        self.fc = nn.Linear({channels}, 2)

    def forward(self, x):
        return self.fc(self.shrink(x).mean((2, 3)))
"""
    for channels, found in ((3, []), (6, ["its annotation says b×c×_×_"])):
        source = HEADER + IMPORTS + block.format(channels=channels)
        models = [model for model in facts_of(tmp_path, source).models if model.name == "Whole"]
        messages = [p.message for model in models for p in model.problems if p.rule == "output-contract"]
        assert [message.partition(", ")[2] for message in messages] == found


def test_keras(tmp_path: Path) -> None:
    source = """import keras
from jaxtyping import Float
from keras import KerasTensor, layers


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.conv = layers.Conv2D(8, 3)

    def call(self, x: Float[KerasTensor, "b 16 16 3"]) -> Float[KerasTensor, "b 14 14 9"]:
        return self.conv(x)
"""
    (problem,) = facts_of(tmp_path, source).models[0].problems
    assert problem.message == "Net returns N×14×14×8, its annotation says b×14×14×9"
