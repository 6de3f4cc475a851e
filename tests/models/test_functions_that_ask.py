"""Networks of functions alone: what a function takes its operand for says the input, as a layer would."""

from __future__ import annotations

from pathlib import Path

import pytest

from .analysed import HEADER, facts_of, inputs_of, model_of, outputs_of

CONVOLUTIONS = """class Plain(nn.Module):
    def __init__(self, width=12):
        super().__init__()
        self.first = nn.Parameter(torch.empty(width, 3, 5, 5))
        self.second = nn.Parameter(torch.empty(24, width, 3, 3))
        self.fc = nn.Parameter(torch.empty(6, 24 * 3 * 3))

    def forward(self, x):
        x = F.max_pool2d(F.relu(F.conv2d(x, self.first, stride=2, padding=2)), 2)
        x = F.avg_pool2d(F.relu(F.conv2d(x, self.second)), 2)
        return F.linear(x.flatten(1), self.fc)
"""
GROUPS = """class Grouped(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(8, 2, 3))

    def forward(self, x):
        return F.conv1d(x, self.weight, groups=4)
"""
UPWARDS = """class Upwards(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(5, 7, 2, 2))

    def forward(self, x):
        return F.conv_transpose2d(x, self.weight, stride=2)
"""
BY_HAND = """class ByHand(nn.Module):
    def __init__(self):
        super().__init__()
        self.w1, self.b1 = nn.Parameter(torch.empty(784, 30)), nn.Parameter(torch.empty(30))
        self.w2 = nn.Parameter(torch.empty(30, 10))

    def forward(self, x):
        return torch.relu(x @ self.w1 + self.b1).mm(self.w2)
"""


@pytest.mark.parametrize(
    ("source", "given", "output"),
    [
        (CONVOLUTIONS, "Nx3x32x32", "Nx6"),
        (GROUPS, "Nx8xT", "Nx8xT-2"),
        (UPWARDS, "Nx5x224x224", "Nx7x448x448"),
        (BY_HAND, "Nx784", "Nx10"),
    ],
)
def test_the_function_says_the_input(tmp_path: Path, source: str, given: str, output: str):
    """torch runs each with a batch of that shape and gives what is said."""
    model = model_of(tmp_path, HEADER + source)
    assert ([shape for _, shape, _ in inputs_of(model)], outputs_of(model)) == ([given], [output])
    assert (model.status, model.problems) == ("complete", [])


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("(24, width, 3, 3)", "(24, 6, 3, 3)", "channel-mismatch"),
        ("(width, 3, 5, 5)", "(6, 3, 5, 5)", "channel-mismatch"),
        ("24 * 3 * 3", "20 * 3 * 3", "feature-size-mismatch"),
    ],
)
def test_what_fits_no_input_is_told(tmp_path: Path, before: str, after: str, rule: str):
    (model,) = facts_of(tmp_path, HEADER + CONVOLUTIONS.replace(before, after)).models
    assert [problem.rule for problem in model.problems] == [rule]
