"""Which models a file holds."""

from __future__ import annotations

import pytest

from analyzers.request import TargetError

from .analysed import HEADER, facts_of, inputs_of, model_of, outputs_of

BLOCK = """class Block(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, 3, padding=1)

    def forward(self, x):
        return self.conv(x).relu()


"""
NET = """class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.one = Block(3, width)
        self.two = Block(width, width)

    def forward(self, x):
        return self.two(self.one(x))


"""


def names(folder, source, **options) -> list[str]:
    return [m.name for m in facts_of(folder, source, **options).models]


def test_a_class_without_arguments_and_its_blocks(tmp_path):
    models = facts_of(tmp_path, HEADER + BLOCK + NET).models
    assert [m.name for m in models] == ["Net"]
    assert {layer.name for layer in models[0].layers} >= {"one.conv", "two.conv"}


def test_module_level_instances(tmp_path):
    source = HEADER + "stem = nn.Conv2d(3, 8, 3)\nmodel = nn.Sequential(stem, nn.ReLU())\nsizes = [1, 2]\n"
    assert set(names(tmp_path, source)) >= {"model"}
    assert "sizes" not in names(tmp_path, source)


def test_a_training_loop_leaves_what_it_trains(tmp_path):
    """The model is first needed for the optimizer, and that inside a loop over batches that nobody knows."""
    loop = """from elsewhere import batches

net = Net(4)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for images, labels in batches:
    optimizer.zero_grad()
    noise = torch.randn(4, 3, 8, 8)
    F.mse_loss(net(images + noise), labels).backward()
    optimizer.step()
"""
    (net,) = [m for m in facts_of(tmp_path, HEADER + BLOCK + NET + loop).models if m.name == "net"]
    assert net.status == "complete"
    assert net.parameters == (3 * 9 + 1) * 4 + (4 * 9 + 1) * 4


def test_functions_without_arguments(tmp_path):
    functions = """def small():
    return Net(4)


def large(width=32):
    return Net(width)


def scaled(width):
    return Net(width)


def helper():
    return 3


"""
    models = facts_of(tmp_path, HEADER + BLOCK + NET + functions).models
    assert [m.name for m in models if m.name != "Net"] == ["small", "large"]
    assert [m.parameters for m in models if m.name != "Net"] == [
        3 * 4 * 9 + 4 + 4 * 4 * 9 + 4,
        3 * 32 * 9 + 32 + 32 * 32 * 9 + 32,
    ]


def test_targets_of_settings(tmp_path):
    entry = {"target": "model.py::Net(64)", "input": "1x3x16x16"}
    models = facts_of(tmp_path, HEADER + BLOCK + NET, models=[entry]).models
    (named,) = (m for m in models if m.target.endswith("Net(64)"))
    assert (outputs_of(named), named.inputs[0].origin) == (["1x64x16x16"], "settings")


def test_targets_of_comments(tmp_path):
    source = HEADER + "# rf: model=Net(width=24)\n" + BLOCK + NET
    assert any(m.target.endswith("Net(width=24)") for m in facts_of(tmp_path, source).models)


def test_built_with_argparse_defaults(tmp_path):
    main = """def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--width", type=int, default=12)
    parser.add_argument("--classes", default=5, type=int)
    args = parser.parse_args()
    net = Wide(args.width, args.classes)
    net(torch.randn(1, 3, 20, 20))


if __name__ == "__main__":
    main()
"""
    wide = """class Wide(nn.Module):
    def __init__(self, width, classes):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3)
        self.fc = nn.Linear(width, classes)

    def forward(self, x):
        return self.fc(self.conv(x).mean((2, 3)))


"""
    model = model_of(tmp_path, "import argparse\n" + HEADER + wide + main)
    assert (inputs_of(model), outputs_of(model)) == ([("x", "1x3x20x20", "usage")], ["1x5"])
    assert model.parameters == 3 * 12 * 9 + 12 + 12 * 5 + 5


def test_built_in_another_file(tmp_path):
    train = "from model import Head\n\n\ndef build():\n    return Head(32, num_classes=7)\n"
    head = """class Head(nn.Module):
    def __init__(self, features, num_classes):
        super().__init__()
        self.fc = nn.Linear(features, num_classes)

    def forward(self, x):
        return self.fc(x)
"""
    model = model_of(tmp_path, HEADER + head, files={"train.py": train})
    assert (model.name, model.parameters) == ("Head", 32 * 7 + 7)


def test_nobody_builds_it(tmp_path):
    model = model_of(tmp_path, HEADER + BLOCK)
    assert model.name == "Block"
    assert outputs_of(model)[0].split("x")[1] == "cout"
    assert model.layers[0].field.size == (3, 3)
    assert model.problems == []


def test_abstract_classes_are_no_models(tmp_path):
    source = (
        HEADER
        + """from abc import ABC, abstractmethod


class Base(nn.Module, ABC):
    @abstractmethod
    def forward(self, x):
        ...


class Real(Base):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return self.conv(x)
"""
    )
    assert names(tmp_path, source) == ["Real"]


def test_a_class_that_is_used_as_a_part_of_two_models(tmp_path):
    other = NET.replace("class Net", "class Other").replace("width=8", "width=16")
    assert sorted(names(tmp_path, HEADER + BLOCK + NET + other)) == ["Net", "Other"]


@pytest.mark.parametrize("target", ["nothing", "Nte()", "net.missing"])
def test_an_unknown_target_lists_what_the_file_holds(tmp_path, target):
    with pytest.raises(TargetError) as error:
        model_of(tmp_path, HEADER + BLOCK + NET + "net = Net()\n", target)
    assert {"Block", "Net", "net"} <= set(error.value.held)


def test_a_target_that_is_no_model(tmp_path):
    model = model_of(tmp_path, HEADER + "size = 3\n", "size")
    assert model.status == "failed" and "size is not a model" in model.unknowns[0].reason


def test_a_target_that_raises(tmp_path):
    source = HEADER + BLOCK + "def make(kind):\n    raise ValueError(f'unknown {kind}')\n"
    model = model_of(tmp_path, source, "make('x')")
    assert model.status == "failed" and "ValueError: unknown x" in model.unknowns[0].reason


@pytest.mark.parametrize("target", ["Net(", "x = 3", "import torch", "Net(); Net()"])
def test_a_target_that_is_no_expression(tmp_path, target):
    with pytest.raises(TargetError, match="not a Python expression"):
        model_of(tmp_path, HEADER + BLOCK + NET, target)


def test_a_guess_builds_nothing_that_the_file_builds_itself(tmp_path):
    source = (
        "import keras\nfrom keras import layers\n\n"
        "part = keras.Sequential([layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(5)])\n"
        "inputs = keras.Input((28, 28, 1))\n"
        "model = keras.Model(inputs, part(inputs))\n"
    )
    models = {model.name: model for model in facts_of(tmp_path, source).models}
    assert [problem for model in models.values() for problem in model.problems] == []
    assert {model.parameters for model in models.values()} == {4 * 9 + 4 + 4 * 26 * 26 * 5 + 5}


def test_a_training_loop_hides_no_model(tmp_path):
    loops = "for epoch in range(10_000):\n    for i in range(10_000):\n        for k in [epoch, i]:\n            losses = str(k)\n"
    source = HEADER + "one = nn.Sequential(nn.Linear(3, 4))\n" + loops + "two = nn.Sequential(nn.Linear(5, 6))\n"
    source += f"def train():\n    {loops}".replace("\n    ", "\n        ").replace(
        "\n        for epoch", "\n    for epoch"
    )
    assert names(tmp_path, source + "\nlog = train()\nthree = nn.Sequential(nn.Linear(7, 8))\n") == [
        "one",
        "two",
        "three",
    ]


def test_a_train_of_the_users_own_is_called(tmp_path):
    """LeViT and TinyViT look biases up once, when evaluation begins."""
    source = HEADER + (
        "class Part(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.biases = nn.Parameter(torch.zeros(2, 4))\n"
        "    def train(self, mode=True):\n"
        "        super().train(mode)\n"
        "        if mode and hasattr(self, 'known'):\n"
        "            del self.known\n"
        "        else:\n"
        "            self.known = self.biases[:, [0, 1, 1]]\n"
        "    def forward(self, x):\n"
        "        return x + (self.biases[0, :3] if self.training else self.known[1])\n\n\n"
        "model = nn.Sequential(nn.Linear(5, 3), Part())\n"
    )
    model = {m.name: m for m in facts_of(tmp_path, source).models}["model"]
    assert (model.status, model.parameters, outputs_of(model)) == ("complete", 5 * 3 + 3 + 8, ["Nx3"])


def test_an_empty_default_is_to_be_filled(tmp_path):
    source = HEADER + (
        "class Head(nn.Module):\n"
        "    def __init__(self, classes=3, channels=()):\n"
        "        super().__init__()\n"
        "        self.first = channels[0]\n"
        "        self.parts = nn.ModuleList(nn.Conv2d(c, classes, 1) for c in channels)\n"
        "    def forward(self, x):\n"
        "        return torch.cat([part(y) for part, y in zip(self.parts, x)], 1)\n"
    )
    facts = facts_of(tmp_path, source)
    assert [problem for model in facts.models for problem in model.problems] == facts.problems == []


NEW = """class New(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.fc = nn.Linear(n, n)

    def forward(self, x):
        return self.fc(x)


"""


@pytest.mark.parametrize(
    "source",
    [
        "class Old(nn.Module):\n    def __new__(cls, *args, **kwargs):\n        return New(*args, **kwargs)\n",
        "class Old:\n    def __new__(cls, *args, **kwargs):\n        return New(*args, **kwargs)\n\n\nclass Older(Old):\n    pass\n",
        "class Old(New):\n    def __new__(cls, n):\n        return super().__new__(cls)\n",
        "class Old(nn.Module):\n    def __new__(cls, n, deep=False):\n        return New(n)\n",
        "class Old(nn.Module):\n    @staticmethod\n    def __new__(cls, n, *rest):\n        return New(n)\n",
    ],
)
def test_a_class_whose_instances_another_makes(tmp_path, source):
    models = facts_of(tmp_path, HEADER + NEW + source).models
    assert [problem for model in models for problem in model.problems] == []


def test_instances_of_another_class(tmp_path):
    source = "class Old(nn.Module):\n    def __new__(cls, n):\n        return New(n)\n\n\nnet = Old(4)\n"
    (net,) = (m for m in facts_of(tmp_path, HEADER + NEW + source, inputs=("1x4",)).models if m.name == "net")
    assert (net.status, net.parameters, outputs_of(net)) == ("complete", 20, ["1x4"])


LINEAR = "class Net(nn.Linear):\n        def __init__(self):\n            super().__init__(4, 2)\n"


@pytest.mark.parametrize(
    "source",
    [
        f"import importlib.util\n\nif importlib.util.find_spec('torch') is not None:\n    {LINEAR}",
        f"try:\n    import torch\nexcept ImportError:\n    Net = None\nelse:\n    {LINEAR}",
        f"import importlib.util as u\n\nif u.find_spec('torch.nn') is None:\n    Net = None\nelse:\n    {LINEAR}",
        f"if torch.__version__ >= '1.0':\n    {LINEAR}",
    ],
)
def test_a_class_under_a_condition(tmp_path, source):
    model = model_of(tmp_path, HEADER + source, inputs=("1x4",))
    assert (model.name, model.status, model.parameters) == ("Net", "complete", 10)


def test_a_class_that_is_only_possible(tmp_path):
    source = f"import importlib.util\n\nif importlib.util.find_spec('torch_of_my_own'):\n    {LINEAR}"
    assert names(tmp_path, HEADER + source) == []


LONE = (
    HEADER
    + """
class Swish(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(x)


class Dice(nn.Module):
    def __init__(self, smooth=1.0):
        super().__init__()
        self.smooth = smooth

    def forward(self, scores, target):
        scores, target = scores.sigmoid().flatten(1), target.flatten(1)
        return 1 - ((2 * (scores * target).sum(1) + self.smooth) / (scores.sum(1) + target.sum(1) + self.smooth)).mean()


net = nn.Sequential(nn.Linear(8, 4), Swish())
criterion = nn.CrossEntropyLoss()
act, drop, dice = nn.LeakyReLU(0.2), nn.Dropout(), Dice()
dice(act(net(torch.randn(1, 8))), torch.rand(1, 4))
"""
)


def test_losses_and_activations_are_no_models(tmp_path):
    assert [model.name for model in facts_of(tmp_path, LONE).models] == ["net"]


def test_one_that_is_asked_for_is_looked_at(tmp_path):
    assert model_of(tmp_path, LONE, "act", inputs=("1x8",)).outputs[0].shape == (1, 8)


def test_what_is_wrong_with_one_is_told(tmp_path):
    source = (
        HEADER
        + "class Double(nn.Module):\n    def forward(self, x):\n        return x * self.factor\n\n\nDouble()(torch.rand(2))\n"
    )
    facts = facts_of(tmp_path, source)
    problems = [*facts.problems, *(problem for model in facts.models for problem in model.problems)]
    assert {problem.rule for problem in problems} == {"certain-exception"}


def test_a_graph_of_hundreds_of_lines_is_found(tmp_path):
    """Each line binds the same name; 700 convolutions of 1×1 over one channel have 2 parameters each. A loop at the top
    level looks its names up thousands of times."""
    source = "from keras import Input, Model, layers\n\nx = inputs = Input((4, 4, 1))\n"
    source += "x = layers.Conv2D(1, 1)(x)\n" * 700
    source += "net = Model(inputs, x)\ntotal = 0\nfor i in range(2001):\n    total += i\n"
    (model,) = facts_of(tmp_path, source).models
    assert (model.name, model.parameters, len(model.layers)) == ("net", 1400, 700)


TAKEN_OUT = """class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3)

    def forward(self, x):
        return self.conv(x)


def take(given):
    return given.pop("type")


options = {{"net": {{"type": "Net", "width": 16}}}}
{statement}
net = Net(**options["net"])
"""


@pytest.mark.parametrize(
    "statement", ['kind = options["net"].pop("type")', 'kind, _ = take(options["net"]), 1', 'take(options["net"])']
)
def test_what_was_taken_out_is_no_argument(tmp_path, statement):
    found = facts_of(tmp_path, HEADER + TAKEN_OUT.format(statement=statement))
    (net,) = [model for model in found.models if model.name == "net"]
    assert net.parameters == 16 * 27 + 16 and net.problems == []


PUT_TOGETHER = """class Detector(nn.Module):
    def __init__(self, phase, base, head):
        super().__init__()
        self.phase = phase
        self.base = nn.ModuleList(base)
        self.head = head

    def forward(self, x):
        for layer in self.base:
            x = layer(x)
        return self.head(x)


def layers(widths, channels):
    pairs = zip([channels, *widths], widths)
    return [nn.Conv2d(before, width, 3, padding=1) for before, width in pairs]


def build_detector(phase, classes=21):
    if phase not in ("train", "test"):
        print("unknown phase")
        return
    return Detector(phase, layers([16, 32], 3), nn.Conv2d(32, classes, 1))
"""


@pytest.mark.parametrize(
    "use",
    [
        "from model import build_detector\nif __name__ == '__main__':\n    net = build_detector('test', 5)\n",
        "import model\ndef train():\n    net = model.build_detector('train', classes=5)\ntrain()\n",
    ],
)
def test_what_a_function_beside_the_class_puts_together(tmp_path, use):
    """Nobody calls the class but this function, which another file gives what it needs."""
    model = model_of(tmp_path, HEADER + PUT_TOGETHER, files={"eval.py": use})
    assert model.parameters == (27 * 16 + 16) + (9 * 16 * 32 + 32) + (32 * 5 + 5) and model.status == "complete"


MADE_ELSEWHERE = """import torch
from nets import Net

if __name__ == "__main__":
    net = Net(24)
    criterion = torch.nn.CrossEntropyLoss()
    net(torch.randn(2, 3, 20, 20))
"""


def test_a_main_block_holds_the_models_it_makes_of_other_files(tmp_path):
    files = {"nets.py": HEADER + BLOCK + NET}
    (net,) = facts_of(tmp_path, MADE_ELSEWHERE, files=files).models
    assert (net.name, net.place.line, net.inputs[0].origin) == ("net", 4, "usage")
    assert net.inputs[0].shape == (2, 3, 20, 20)
    own = MADE_ELSEWHERE.replace("from nets import Net\n", "")
    assert {m.name for m in facts_of(tmp_path, HEADER + BLOCK + NET + own).models} == {"Net"}
