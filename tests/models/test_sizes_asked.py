"""What layers ask of a size that is open: where it cannot all be, that is told; where only one thing fits, nothing is."""

from __future__ import annotations

from pathlib import Path

import pytest

from .analysed import HEADER, facts_of, inputs_of, model_of

POINTS = """class Edges(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.mlp = nn.Conv2d(2 * cin, cout, 1)

    def forward(self, x):
        b, c, n = x.shape
        index = torch.cdist(x.transpose(1, 2), x.transpose(1, 2)).topk(4, dim=-1).indices
        index = index.reshape(b, 1, n * 4).expand(-1, c, -1)
        near = torch.gather(x, 2, index).view(b, c, n, 4)
        centre = x.unsqueeze(3).expand(b, c, n, 4)
        return self.mlp(torch.cat([near - centre, centre], dim=1)).amax(3)


class Points(nn.Module):
    def __init__(self):
        super().__init__()
        self.mix = nn.Conv1d(3, 3, 1)
        self.first, self.second = Edges(3, 16), Edges(16, 32)

    def forward(self, x):
        return self.second(self.first(self.mix(x)))
"""
CLIP = """class Clip(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv3d(3, 8, 3, padding=1)
        self.pool = nn.MaxPool3d(2)
        self.fc, self.out = nn.Linear(8 * 4 * 8 * 8, 64), nn.Linear(64, 5)

    def forward(self, x):
        x = self.pool(self.conv(x)).view(-1, 8 * 4 * 8 * 8)
        return self.out(torch.relu(self.fc(x)))
"""
PAIR = """class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 48, 3, stride=8)
        self.fc, self.score = nn.Linear(48 * 3 * 3, 16), nn.Linear(16, 1)

    def forward(self, left, right):
        left, right = self.fc(self.conv(left).flatten(1)), self.fc(self.conv(right).flatten(1))
        return self.score(torch.abs(left - right)).squeeze(-1)
"""
NEGATED = """class Views(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(12, 8)

    def forward(self, a, b):
        n = a.shape[0]
        scores = self.embed(a) @ self.embed(b).T
        return torch.diag(scores, -n + 1)
"""
SLIPS = [
    (POINTS, "expand(b, c, n, 4)", "expand(b, n, n, 4)", "broadcast-mismatch"),
    (POINTS, "gather(x, 2, index)", "gather(x, 1, index)", "broadcast-mismatch"),
    (CLIP, "torch.relu(self.fc(x))", "self.pool(self.fc(x))", "rank-mismatch"),
    (PAIR, "48 * 3 * 3", "48 * 3 * 6", "feature-size-mismatch"),
    (NEGATED, "-n + 1", "-b", "invalid-argument"),
]


@pytest.mark.parametrize("source", [POINTS, CLIP, PAIR, NEGATED])
def test_what_runs(tmp_path: Path, source: str):
    """torch runs them with 2×3×20, 1×3×8×16×16, 1×1×24×24 twice, 4×12 twice."""
    assert [model.problems for model in facts_of(tmp_path, HEADER + source).models] == [[]]


@pytest.mark.parametrize(("source", "before", "after", "rule"), SLIPS)
def test_what_runs_with_no_size(tmp_path: Path, source: str, before: str, after: str, rule: str):
    """torch refuses each with those sizes; the pair runs with pictures that are twice as long as wide alone."""
    (model,) = facts_of(tmp_path, HEADER + source.replace(before, after)).models
    assert {problem.rule for problem in model.problems} == {rule}


def test_one_size_that_fits_is_enough(tmp_path: Path):
    """Asked for once alone, 16 points are what torch runs it with."""
    source = POINTS.replace("expand(b, c, n, 4)", "expand(b, n, n, 4)").replace(
        "Edges(3, 16), Edges(16, 32)", "Edges(16, 16), nn.Identity()"
    )
    (model,) = facts_of(tmp_path, HEADER + source.replace("nn.Conv1d(3, 3, 1)", "nn.Conv1d(3, 16, 1)")).models
    assert model.problems == [] and model.inputs[0].shape[1:] == (3, 16)


ROUTES = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 9, stride=2)
        self.weight = nn.Parameter(torch.randn(1, 100, 3, 5, 4))
    def forward(self, x):
        u = self.conv(x).view(x.size(0), -1, 4)
        u = torch.stack([u] * 3, dim=2).unsqueeze(4)
        return torch.matmul(torch.cat([self.weight] * x.size(0), dim=0), u).squeeze(4).sum(1)
"""


def test_a_batch_tells_the_size_of_a_picture(tmp_path: Path):
    """With a list as long as the batch nothing is known before the batch has a size; torch runs it with 28×28 and refuses
    224×224 whatever the batch."""
    model = model_of(tmp_path, HEADER + ROUTES)
    assert inputs_of(model) == [("x", "Nx1x28x28", "solved")] and model.problems == []
