"""A layer behind a rearrangement does not tell how long the input's dims are: what is asked of them is solved, and nothing
is an error on account of a size that was only borrowed from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers.facts import ModelFact
from tests.models.analysed import HEADER, inputs_of, model_of, outputs_of

HEAD = """
from einops import rearrange

class Head(nn.Module):
    def __init__(self, dim=64, queries=4):
        super().__init__()
        self.queries = queries
        self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(dim, 8, batch_first=True), num_layers=1)
        self.out = nn.Linear(dim, 8)
    def forward(self, enc, other):
        B, t, dim = enc.shape
        enc = rearrange(enc, "B t (Q D) -> (B t) Q D", Q=self.queries)
        return self.out(self.decoder(other, enc))
"""
LINEAR = """
from einops import rearrange

class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(64, 8)
    def forward(self, enc):
        return self.out(rearrange(enc, "B t (Q D) -> (B t) Q D", Q=4))
"""


def sizes(model: ModelFact, name: str) -> str:
    return next(shape for given, shape, _ in inputs_of(model) if given == name)


WIDE = HEAD.replace("dim=64", "dim=768")


@pytest.mark.parametrize(
    ("source", "width", "output"), [(HEAD, 256, "NxTx8"), (WIDE, 3072, "NxTx8"), (LINEAR, 256, "N·Cx4x8")]
)
def test_what_is_split_is_solved(tmp_path: Path, source: str, width: int, output: str):
    """torch runs them with 256 = 4·64 features and refuses 64; with 3072 = 4·768."""
    model = model_of(tmp_path, HEADER + source)
    assert sizes(model, "enc").endswith(f"x{width}") and model.problems == []
    assert outputs_of(model) == [output]


def test_a_slip_behind_it_is_found_all_the_same(tmp_path: Path):
    wrong = LINEAR.replace("nn.Linear(64, 8)", "nn.Sequential(nn.Linear(64, 9), nn.Linear(8, 8))")
    (problem,) = model_of(tmp_path, HEADER + wrong).problems
    assert problem.rule == "feature-size-mismatch"


LONG = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 32, 3, stride=2, padding=1)
        self.pool = nn.MaxPool2d((2, 1))
        self.fc = nn.Linear({features}, 10)
    def forward(self, x):
        return self.fc(self.pool(self.conv(x)))
"""


@pytest.mark.parametrize("features", [1500, 1501])
def test_a_spectrogram_may_be_longer_than_what_is_looked_at(tmp_path: Path, features: int):
    """torch runs it with 3,000 frames."""
    assert model_of(tmp_path, HEADER + LONG.format(features=features)).problems == []


def test_a_flatten_is_missing_where_no_picture_is_so_long(tmp_path: Path):
    (problem,) = model_of(tmp_path, HEADER + LONG.format(features=32 * 6 * 12)).problems
    assert problem.rule == "feature-size-mismatch" and "flatten it first" in problem.message


PIECES = """
class Pieces(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.third = (nn.Conv3d(1, 4, 3) for _ in range(3))
        self.out = nn.Conv3d(12, 2, 3)
    def forward(self, x):
        a, b, c = self.first(x[:, 0:1]), self.second(x[:, 1:2]), self.third(x[:, 2:3])
        return self.out(torch.cat((a, b, c), dim=1))
"""


def test_an_input_that_is_cut_into_pieces_has_as_many_as_are_taken(tmp_path: Path):
    """torch runs it with three channels and refuses one and two."""
    model = model_of(tmp_path, HEADER + PIECES)
    assert sizes(model, "x").startswith("Nx3x") and model.problems == []
    assert [output.split("x")[:2] for output in outputs_of(model) if output] == [["N", "2"]]


def test_a_slip_behind_the_pieces_is_found(tmp_path: Path):
    (problem,) = model_of(tmp_path, HEADER + PIECES.replace("nn.Conv3d(12", "nn.Conv3d(8")).problems
    assert problem.rule == "channel-mismatch"


SPELLED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.MaxPool2d(4))
        self.fc = nn.Linear({features}, 10)
    def forward(self, x):
        return self.fc(self.conv(x).flatten(1))
"""


@pytest.mark.parametrize(
    ("features", "picture"), [("16 * 8 * 4", "32x16"), ("16*32*8", "128x32"), ("16 * 8 * 8", "32x32")]
)
def test_a_map_that_the_code_spells_is_meant(tmp_path: Path, features: str, picture: str):
    """torch runs each with that picture."""
    model = model_of(tmp_path, HEADER + SPELLED.format(features=features))
    assert sizes(model, "x") == f"Nx3x{picture}" and model.problems == []


@pytest.mark.parametrize(("features", "picture"), [("512", "32×16"), ("16 * 5 * 11", "44×20")])
def test_what_only_a_long_picture_mends_is_a_warning_that_names_it(tmp_path: Path, features: str, picture: str):
    """torch runs each with that picture."""
    (problem,) = model_of(tmp_path, HEADER + SPELLED.format(features=features)).problems
    assert problem.rule == "feature-size-mismatch" and problem.data["level"] == "warning"
    assert problem.message.endswith(f"nothing but a long picture such as {picture} would fit")


def test_what_no_picture_mends_is_an_error(tmp_path: Path):
    (problem,) = model_of(tmp_path, HEADER + SPELLED.format(features="513")).problems
    assert problem.rule == "feature-size-mismatch" and "level" not in problem.data
