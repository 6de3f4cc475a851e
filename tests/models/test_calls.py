"""The facts of a layer are those of each of its calls. Shapes and costs are torch's, fields by influence."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers.analysis import Analyzer
from analyzers.facts import LayerFact, ModelFact
from analyzers.request import Request, WorkspaceOptions
from analyzers.source.sources import Sources
from analyzers.tensors.dims import has_unknown
from tests.models.analysed import HEADER, model_of, outputs_of

IMAGES = (
    HEADER
    + """\
class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)
"""
)
"""The network of PyTorch's first tutorial: one pool behind both convolutions."""


def layer_of(model: ModelFact, name: str) -> LayerFact:
    return next(layer for layer in model.layers if layer.name == name)


def calls_of(model: ModelFact, name: str) -> list[tuple[int, object, object]]:
    """(line, shape, size of the field) of every call."""
    calls = layer_of(model, name).per_call
    return [(c.place.line + 1 if c.place else 0, c.output_shape, c.field and c.field.size[0]) for c in calls]


def test_a_pool_that_is_called_twice(tmp_path: Path) -> None:
    model = model_of(tmp_path, IMAGES, "Classifier()", inputs=("1x3x32x32",))
    assert calls_of(model, "pool") == [(17, (1, 6, 14, 14), 6), (18, (1, 16, 5, 5), 16)]
    pool = layer_of(model, "pool")
    assert [call.input_shapes for call in pool.per_call] == [((1, 6, 28, 28),), ((1, 16, 10, 10),)]
    assert (pool.calls, pool.output_shape, pool.field) == (2, (1, 6, 14, 14), pool.first.field)


def test_costs_are_those_of_the_call_and_their_sum(tmp_path: Path) -> None:
    source = HEADER + (
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.conv = nn.Conv2d(4, 4, 3, stride=2, padding=1)\n\n"
        "    def forward(self, x):\n"
        "        for _ in range(3):\n"
        "            x = self.conv(x)\n"
        "        return x\n"
    )
    model = model_of(tmp_path, source, "Net()", inputs=("1x4x32x32",))
    conv = layer_of(model, "conv")
    assert [call.macs for call in conv.per_call] == [16 * 16 * 144, 8 * 8 * 144, 4 * 4 * 144]
    assert conv.macs == model.macs == sum(call.macs for call in conv.per_call)
    # 3 at stride 1, then 3 + 2·2 and 7 + 2·4
    assert calls_of(model, "conv") == [(13, (1, 4, 16, 16), 3), (13, (1, 4, 8, 8), 7), (13, (1, 4, 4, 4), 15)]


def test_costs_are_those_of_one_item_of_the_batch(tmp_path: Path) -> None:
    one, eight = [model_of(tmp_path, IMAGES, "Classifier()", inputs=(f"{n}x3x32x32",)) for n in (1, 8)]
    assert layer_of(eight, "conv1").macs == 28 * 28 * 6 * 3 * 5 * 5
    assert [layer.macs for layer in eight.layers] == [layer.macs for layer in one.layers]
    assert (eight.macs, [stage.macs for stage in eight.stages]) == (one.macs, [stage.macs for stage in one.stages])


def test_a_layer_that_does_not_fit_costs_what_it_declares(tmp_path: Path) -> None:
    model = model_of(tmp_path, IMAGES.replace("16 * 5 * 5", "3200"), "Classifier()", inputs=("1x3x32x32",))
    assert [problem.rule for problem in model.problems] == ["feature-size-mismatch"]
    assert layer_of(model, "fc1").macs == 3200 * 120
    assert model.macs == sum(layer.macs for layer in model.layers if not layer.functional)


def test_each_call_has_its_own_producers(tmp_path: Path) -> None:
    source = HEADER + (
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.a, self.b, self.act = nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 3), nn.ReLU()\n\n"
        "    def forward(self, x):\n"
        "        return self.act(self.b(self.act(self.a(x))))\n"
    )
    model = model_of(tmp_path, source, "Net()", inputs=("1x3x32x32",))
    assert [call.producers for call in layer_of(model, "act").per_call] == [("a",), ("b",)]


def test_the_part_that_is_called_again_has_calls_of_its_own(tmp_path: Path) -> None:
    source = HEADER + (
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.encoder = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())\n\n"
        "    def forward(self, x):\n"
        "        whole = self.encoder(x)\n"
        "        half = self.encoder(x[:, :, ::2, ::2])\n"
        "        return whole.mean((2, 3)) + half.mean((2, 3))\n"
    )
    model = model_of(tmp_path, source, "Net()", inputs=("1x3x32x32",))
    assert calls_of(model, "encoder.0") == [(12, (1, 8, 30, 30), 3), (13, (1, 8, 14, 14), 5)]
    assert [call.output_shape for call in model.stages[0].per_call] == [(1, 8, 30, 30), (1, 8, 14, 14)]


def test_what_is_not_known_of_one_call_leaves_the_others(tmp_path: Path) -> None:
    source = (
        "from elsewhere import mystery\n"
        + HEADER
        + (
            "class Net(nn.Module):\n"
            "    def __init__(self):\n"
            "        super().__init__()\n"
            "        self.conv = nn.Conv2d(3, 3, 3)\n\n"
            "    def forward(self, x):\n"
            "        return self.conv(mystery(self.conv(x)))\n"
        )
    )
    model = model_of(tmp_path, source, "Net()", inputs=("1x3x32x32",))
    known, lost = layer_of(model, "conv").per_call
    assert (known.output_shape, known.reason) == ((1, 3, 30, 30), None)
    assert (lost.output_shape, lost.reason) == (None, "the module elsewhere is not found")


def test_the_call_that_fails_is_told_with_its_own_numbers(tmp_path: Path) -> None:
    source = HEADER + (
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.conv = nn.Conv2d(3, 8, 3)\n"
        "        self.pool = nn.MaxPool2d(4)\n\n"
        "    def forward(self, x):\n"
        "        x = self.pool(self.conv(x))\n"
        "        x = self.pool(x[:, :, :, :3])\n"
        "        return self.conv(x)\n"
    )
    model = model_of(tmp_path, source, "Net()", inputs=("1x3x32x32",))
    # torch: MaxPool2d of 7×3 gives 1×0; Conv2d of 8 channels
    assert [(p.rule, p.place.line + 1 if p.place else 0) for p in model.problems] == [
        ("empty-output", 14),
        ("channel-mismatch", 15),
    ]
    assert "gets 8" in model.problems[1].message and "7×3" in model.problems[0].message


def test_a_shared_layer_of_keras(tmp_path: Path) -> None:
    source = (
        "import keras\nfrom keras import layers\n\n"
        "inputs = keras.Input((32, 32, 3))\n"
        "shared = layers.Conv2D(3, 3, strides=2)\n"
        "x = shared(inputs)\n"
        "x = shared(x)\n"
        "model = keras.Model(inputs, x)\n"
    )
    model = model_of(tmp_path, source)
    (conv,) = model.layers
    assert [(call.place.line + 1 if call.place else 0, call.output_shape[1:]) for call in conv.per_call] == [  # type: ignore[index]
        (6, (15, 15, 3)),
        (7, (7, 7, 3)),
    ]


PERHAPS = (
    "import random\n"
    + HEADER
    + """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(8, 8)
        self.second = nn.Linear(8, 8)

    def forward(self, x):
        x = self.first(x)
        {}
            x = self.second(x)
        {}
        return x
"""
)


@pytest.mark.parametrize(
    ("head", "behind", "macs", "status"),
    [
        ("if x.sum() > 0:", "pass", None, "complete"),
        ("for _ in range(random.randint(0, 3)):", "pass", None, "partial"),
        ("while x.norm() > 1:", "pass", None, "partial"),
        ("if x.sum() > 0:", "else: x = self.first(x)", 128, "complete"),
        ("if x.sum() > 0:", "else: raise ValueError", 128, "complete"),
    ],
)
def test_what_may_not_be_called_costs_nobody_knows_what(tmp_path: Path, head: str, behind: str, macs, status: str):
    model = model_of(tmp_path, PERHAPS.format(head, behind))
    known = None if has_unknown(model.macs) else model.macs
    assert (known, model.status) == (macs, status)


def test_what_draws_is_not_followed(tmp_path: Path):
    """Its settings come from files: code of its own that runs into what is not known of them tells nothing."""
    library = tmp_path / "env" / "site-packages" / "matplotlib"
    library.mkdir(parents=True)
    (library / "__init__.py").touch()
    (library / "pyplot.py").write_text("settings = {}\n\n\ndef plot(*args):\n    return settings['figure.size']\n")
    path = tmp_path / "model.py"
    path.write_text(
        "import matplotlib.pyplot as plt\n"
        + IMAGES
        + "\n\ndef compare(models):\n    for one, _ in models:\n        plt.plot([1, 2])\n        one.fc3.weight.data.fill_(0)\n\n\n"
        + "net = Classifier()\nmodels = [(net, 'one')]\ncompare(models)\n"
    )
    options = WorkspaceOptions(roots=[str(tmp_path)], site_packages=[str(library.parent)])
    facts = Analyzer(Sources(), options).analyze(Request(str(path)))
    assert [(model.name, model.status, model.problems) for model in facts.models] == [
        ("Classifier", "complete", []), ("net", "complete", [])
    ]  # fmt: skip


CAUGHT = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([nn.Linear(3, 4), nn.LeakyReLU(), nn.Linear(4, 2)])

    def forward(self, x, lengths=None):
        for block in self.blocks:
            try:
                x = block(x, lengths=lengths)
            except TypeError:
                x = block(x)
        return x
"""


def test_a_call_that_the_model_itself_finds_wrong_is_none(tmp_path):
    model = model_of(tmp_path, HEADER + CAUGHT, "Net()", inputs=("2x3",))
    assert (model.status, outputs_of(model)) == ("complete", ["2x2"])
    assert [(len(row.per_call), row.output_shape) for row in model.layers] == [(1, (2, 4)), (1, (2, 4)), (1, (2, 2))]
