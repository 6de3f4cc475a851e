"""Training and evaluation, devices, and projections of attention; values from torch 2.13."""

from __future__ import annotations

import pytest

from tests.models.analysed import HEADER, facts_of, model_of, outputs_of

AUXILIARY = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        if self.training:
            self.aux = nn.Conv2d(8, 4, 1)

    def forward(self, x):
        x = self.conv(x)
        return (x, self.aux(x)) if self.training else x
"""


def test_built_in_training_mode_and_looked_at_in_evaluation_mode(tmp_path):
    model = model_of(tmp_path, HEADER + AUXILIARY, "Net()", inputs=("1x3x8x8",))
    assert (model.parameters, outputs_of(model)) == (224 + 36, ["1x8x6x6"])


@pytest.mark.parametrize(
    ("switch", "mode"),
    [("eval()", "False"), ("train(False)", "False"), ("train()", "True"), ("eval().train()", "True")],
)
def test_modes(tmp_path, switch, mode):
    source = f"block = nn.Sequential(nn.Dropout()).{switch}\n"
    source += f"net = nn.Conv2d(3, 8 if block.training == block[0].training == {mode} else 4, 1)\n"
    models = facts_of(tmp_path, HEADER + source, "net", inputs=("1x3x4x4",)).models
    assert outputs_of(models[0]) == ["1x8x4x4"]


def test_a_device_is_no_layer(tmp_path):
    source = """class Net(nn.Module):
    def __init__(self, device=None):
        super().__init__()
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu") if device is None else device
        self.fc = nn.Linear(4, 3 if isinstance(self.device, torch.device) and self.device.type == "cpu" else 2)

    def forward(self, x):
        return self.fc(x.to(self.device))
"""
    model = model_of(tmp_path, HEADER + source, "Net()", inputs=("2x4",))
    assert (model.status, model.parameters, outputs_of(model)) == ("complete", 15, ["2x3"])


def test_attention_whose_output_has_other_features(tmp_path):
    source = """class Pool(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.k, self.v, self.out = nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 5)

    def forward(self, x):
        x, _ = F.multi_head_attention_forward(
            x[:1], x, x, 8, 2, None, torch.zeros(24), None, None, False, 0.0, self.out.weight, self.out.bias,
            use_separate_proj_weight=True, q_proj_weight=self.q.weight, k_proj_weight=self.k.weight,
            v_proj_weight=self.v.weight, training=self.training, need_weights=False,
        )
        return x.squeeze(0)
"""
    assert outputs_of(model_of(tmp_path, HEADER + source, "Pool()", inputs=("7x2x8",))) == ["2x5"]


@pytest.mark.parametrize("call", ["repeat(1, 1, 1, 0)", "tile((1, 1, 0, 1))", "repeat_interleave(0, 3)"])
def test_nothing_repeated(tmp_path, call):
    """torch: a map of no pixels, whose sum is a map of one."""
    source = (
        f"class Net(nn.Module):\n    def forward(self, x):\n        x = x.{call}\n        return x, x.sum((2, 3))\n"
    )
    model = model_of(tmp_path, HEADER + source, "Net()", inputs=("1x3x4x4",))
    assert outputs_of(model)[1] == "1x3" and model.problems == []
