"""Tables of positions that are computed with numpy; shapes and numbers from numpy 2."""

from __future__ import annotations

from tests.models.analysed import HEADER, model_of, outputs_of

TABLE = """import numpy as np


def table(length, width):
    def angles(position):
        return [position / np.power(10000, 2 * (i // 2) / width) for i in range(width)]

    numbers = np.array([angles(position) for position in range(length)])
    numbers[:, 0::2] = np.sin(numbers[:, 0::2])
    numbers[:, 1::2] = np.cos(numbers[:, 1::2])
    return torch.FloatTensor(numbers).unsqueeze(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.positions = nn.Parameter(table(197, 384), requires_grad=False)
        edges = np.concatenate([np.zeros((2, 4)), np.ones((1, 4))], axis=0)
        self.fc = nn.Linear(384, edges.shape[0] + len(np.unique([8, 8, 16])) + np.expand_dims(edges, 1).shape[1])
        self.powers = nn.Parameter(torch.from_numpy(np.stack([np.power([1, 2, 3], 2)] * 2)).float())

    def forward(self, x):
        return self.fc(x + self.positions)
"""


def test_a_table_of_positions(tmp_path):
    model = model_of(tmp_path, HEADER + TABLE, "Net()", inputs=("2x197x384",))
    assert (model.status, model.problems, outputs_of(model)) == ("complete", [], ["2x197x6"])
    assert (model.parameters, model.trainable_parameters) == (197 * 384 + 385 * 6 + 6, 385 * 6 + 6)


def test_options_that_are_not_modelled_are_no_finding(tmp_path):
    source = "import numpy as np\n\nvalues, counts = np.unique([1, 1, 2], return_counts=True)\nnet = nn.Linear(3, 4)\n"
    assert model_of(tmp_path, HEADER + source, "net", inputs=("1x3",)).problems == []
