"""Records of a tensor that is written in place go on telling what it was."""

from __future__ import annotations

from time import process_time

import pytest

from tests.models.analysed import HEADER, model_of

SAMPLING = """class Sampling(nn.Module):
    def __init__(self, count=400):
        super().__init__()
        self.count = count
        self.out = nn.Linear(3, 8)

    def forward(self, points):
        b, n, _ = points.shape
        chosen = torch.zeros(b, self.count, dtype=torch.long)
        distance = torch.ones(b, n) * 1e10
        farthest = torch.zeros(b, dtype=torch.long)
        rows = torch.arange(b)
        for i in range(self.count):
            chosen[:, i] = farthest
            centre = points[rows, farthest, :].view(b, 1, 3)
            away = torch.sum((points - centre) ** 2, -1)
            mask = away < distance
            distance[mask] = away[mask]
            farthest = torch.max(distance, -1)[1]
        return self.out(points[rows.unsqueeze(1), chosen])
"""
PATCHED = """class Patched(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 8, 3), nn.Conv2d(3, 8, 5, padding=1)

    def forward(self, x):
        y = self.a(x)
        y[:, :4] = self.b(x)[:, :4]
        y[:, 4:] = self.b(x)[:, 4:]
        return y
"""


def test_a_layer_sees_what_it_saw_before_its_result_was_written(tmp_path):
    """By hand: 3×3 and 5×5 kernels; what is written sees five pixels, and so does the whole."""
    model = model_of(tmp_path, HEADER + PATCHED, inputs=("1x3x32x32",))
    sizes = {row.name: row.field.size for row in model.layers if row.field is not None and not row.functional}
    assert sizes == {"a": (3, 3), "b": (5, 5)}
    assert model.field is not None and model.field.size == (5, 5)


@pytest.mark.slow
def test_writing_again_and_again_takes_time_for_each_write(tmp_path):
    """Farthest points, one after the other: seconds for four times as many writes grow by about as much."""
    spent = []
    for count in (100, 400):
        started = process_time()
        model = model_of(tmp_path, HEADER + SAMPLING.replace("400", str(count)), inputs=("2x1024x3",))
        spent.append(process_time() - started)
        assert model.outputs[0].shape == (2, count, 8)
    assert spent[1] < 8 * spent[0] + 1
