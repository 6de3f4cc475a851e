"""What is done in place changes the tensor from there on, not what was recorded of it before."""

from __future__ import annotations

from .analysed import HEADER, model_of, outputs_of, shape_text

NET = """class Net(nn.Module):
    def __init__(self, deep=None):
        super().__init__()
        self.near = nn.Conv2d(3, 8, 3, padding=1)
        self.far = nn.Conv2d(8, 8, 5, padding=2)
        self.flag = bool(torch.rand(1) > 0.5)

    def forward(self, x):
        y = self.near(x)
        {body}
        return y
"""


def layers(model) -> dict:
    return {row.name: (shape_text(row.output_shape), row.field.size if row.field else None) for row in model.layers}


def test_a_sum_in_place_leaves_the_first_field(tmp_path):
    model = model_of(tmp_path, HEADER + NET.format(body="y.add_(self.far(y))"), inputs=("1x3x32x32",))
    found = layers(model)
    assert found["near"] == ("1x8x32x32", (3, 3))
    assert found["far"] == ("1x8x32x32", (7, 7))
    assert model.field.size == (7, 7)


def test_in_place_on_one_of_two_ways(tmp_path):
    body = "if self.flag:\n            y.unsqueeze_(4)\n            y.squeeze_(4)"
    model = model_of(tmp_path, HEADER + NET.format(body=body), inputs=("1x3x32x32",))
    assert layers(model)["near"] == ("1x8x32x32", (3, 3))
    assert outputs_of(model) == ["1x8x32x32"]


def test_in_place_on_one_of_two_ways_to_another_shape(tmp_path):
    body = "if self.flag:\n            y.unsqueeze_(0)"
    model = model_of(tmp_path, HEADER + NET.format(body=body), inputs=("1x3x32x32",))
    assert layers(model)["near"] == ("1x8x32x32", (3, 3))
    assert outputs_of(model) == []


def test_data_that_is_put_in_place(tmp_path):
    model = model_of(tmp_path, HEADER + NET.format(body="y.data = y.data[:, :2]"), inputs=("1x3x32x32",))
    assert layers(model)["near"] == ("1x8x32x32", (3, 3))
    assert outputs_of(model) == ["1x2x32x32"]
