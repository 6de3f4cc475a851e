"""A network that takes a picture and a time step, as those do that denoise: how many dims the step has is only a guess,
and what is wrong with any of them is told all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from .analysed import HEADER, inputs_of, model_of, outputs_of

DENOISER = """class Step(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim
        self.out = nn.Linear(dim, dim)

    def forward(self, t):
        angles = t[:, None] * torch.arange(self.dim // 2)[None, :]
        return self.out(torch.cat((angles.sin(), angles.cos()), dim=-1))


class Block(nn.Module):
    def __init__(self, cin, cout, dim):
        super().__init__()
        self.before = nn.Conv2d(cin, cout, 3, padding=1)
        self.time = nn.Linear(dim, cout)
        self.behind = nn.Conv2d(cout, cout, 3, padding=1)
        self.skip = nn.Conv2d(cin, cout, 1)

    def forward(self, x, t):
        h = self.before(x) + self.time(t)[:, :, None, None]
        return self.behind(h.relu()) + self.skip(x)


class Denoiser(nn.Module):
    def __init__(self, width=16, dim=32):
        super().__init__()
        self.step = Step(dim)
        self.first = Block(1, width, dim)
        self.attention = nn.MultiheadAttention(width, 4, batch_first=True)
        self.last = Block(width, 1, dim)

    def forward(self, x, t):
        t = self.step(t)
        x = self.first(x, t)
        b, c, h, w = x.shape
        tokens = x.flatten(2).transpose(1, 2)
        x = x + self.attention(tokens, tokens, tokens)[0].transpose(1, 2).reshape(b, c, h, w)
        return self.last(x, t)
"""
SLIPS = [
    ("nn.Conv2d(cin, cout, 3, padding=1)", "nn.Conv2d(cin, cout, 1, padding=1)", "broadcast-mismatch"),
    ("nn.Conv2d(cout, cout, 3, padding=1)", "nn.Conv2d(cin, cout, 3, padding=1)", "channel-mismatch"),
    ("nn.Conv2d(cin, cout, 1)", "nn.Conv2d(cout, cout, 1)", "channel-mismatch"),
    ("x.flatten(2).transpose", "x.flatten().transpose", "dimension-out-of-range"),
]


def test_the_step_is_a_number_for_each_picture(tmp_path: Path):
    """torch runs it with pictures of 1×224×224 and as many steps, and gives as many pictures."""
    model = model_of(tmp_path, HEADER + DENOISER)
    assert [shape for _, shape, _ in inputs_of(model)] == ["Nx1x224x224", "N"]
    assert (outputs_of(model), model.problems) == (["Nx1x224x224"], [])


@pytest.mark.parametrize(("before", "after", "rule"), SLIPS)
def test_what_is_wrong_with_a_step_of_any_rank(tmp_path: Path, before: str, after: str, rule: str):
    """torch refuses each at that place with a step for each picture, and no step of other dims gets any farther."""
    model = model_of(tmp_path, HEADER + DENOISER.replace(before, after))
    assert rule in {problem.rule for problem in model.problems}
