"""Calls of functions that cannot be found: what they are given may be another afterwards."""

from __future__ import annotations

import pytest

from analyzers.unknown import Unknown
from tests.interpreter.agreement import module_of
from tests.models.analysed import HEADER, facts_of, model_of, outputs_of

IMPORTS = "from elsewhere import change\nimport elsewhere\nimport logging\nimport wandb\nfrom tqdm import tqdm\n\n\n"


def value_of(folder, source: str):
    path = folder / "main.py"
    path.write_text(IMPORTS + source, encoding="utf-8")
    _, module = module_of(path)
    return module.look_up("x")


@pytest.mark.parametrize(
    "source",
    [
        "y = [1, 2]\nchange(y)\nx = len(y)\n",
        "y = [1, 2]\nchange(y)\nx = y[0]\n",
        "y = [1, 2]\nchange(items=y)\nx = y[-1]\n",
        "y = [1, 2]\nchange(*[y])\nx = y[-1]\n",
        "y = [1, 2]\nelsewhere.tools.change(y)\nx = sum(y)\n",
        "y = [1, 2]\nchange((y, 3))\nx = sum(y)\n",
        "def f():\n    y = [[1, 2]]\n    z = y[0]\n    change(y)\n    return sum(z)\n\n\nx = f()\n",
        "y = {1, 2}\nchange(y)\nx = len(y)\n",
        "y = {'a': 1}\nchange(y)\nx = y['a']\n",
        "y = {'a': 1}\nchange(y)\nx = y.get('b', 4)\n",
        "y = {'a': 1}\nchange(y)\nx = len(y)\n",
        "y = {'a': 1}\nchange(y)\nx = [k for k in y]\n",
        "from collections import deque\ny = deque([1])\nchange(y)\nx = y[0]\n",
        "from collections import defaultdict\ny = defaultdict(int)\nchange(y)\nx = y['a']\n",
        "class A:\n    n = 1\n\n\ny = A()\ny.n = 2\nchange(y)\nx = y.n\n",
        "class A:\n    n = 'option'\n\n\ny = A()\nchange(y)\nx = y.n\n",
        "class B:\n    n = 1\n\n\nclass A(B):\n    pass\n\n\ny = A()\nelsewhere.configs(y, {})\nx = y.n\n",
        "from types import SimpleNamespace\ny = SimpleNamespace(n=2)\nchange(y)\nx = y.n\n",
        "class A(list):\n    pass\n\n\ny = A([1])\nchange(y)\nx = len(y)\n",
        "y = [3, 1]\nlist(map(change, [y]))\nx = y[0]\n",
        "def f(**options):\n    change(options)\n    return options.get('n', 8)\n\n\nx = f()\n",
        "y = [1]\nif elsewhere.flag:\n    change(y)\nx = y[0]\n",
    ],
)
def test_it_is_not_known(tmp_path, source):
    found = value_of(tmp_path, source)
    assert isinstance(found, Unknown) or any(isinstance(item, Unknown) for item in found)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("y = (1, 2)\nchange(y)\nx = y[0]\n", 1),
        ("y = [1, 2]\nchange(list(y))\nx = y[0]\n", 1),
        ("y = {'a': 1}\nchange(**y)\nx = y['a']\n", 1),
        ("y = [1, 2]\nchange(len(y), str(y), *y)\nx = y\n", [1, 2]),
        ("y = [1, 2]\nelsewhere.items.append(y)\nx = y\n", [1, 2]),
        ("class A:\n    n = 1\n\n\ny = A()\nchange(y)\nx = A().n\n", 1),
        ("y = [1, 2]\nlogging.captureWarnings(y)\nx = y\n", [1, 2]),
        ("y = {'a': 1}\nwandb.init(config=y)\nx = y['a']\n", 1),
        ("y = [1, 2]\nfor z in tqdm(y):\n    pass\nx = y\n", [1, 2]),
        ("y = [1]\nif elsewhere.flag:\n    change(y)\n    y = [2]\nelse:\n    y = [2]\nx = y[0]\n", 2),
    ],
)
def test_what_it_cannot_change(tmp_path, source, value):
    assert value_of(tmp_path, source) == value


NET = """from elsewhere import change


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Linear(8, 4)
        {made}
        self.two = nn.Linear(4, 2)

    def forward(self, x):
        return self.two(self.one(x))


"""


@pytest.mark.parametrize("made", ["change(self)", "change(self.one)", "self.apply(change)"])
def test_a_module_that_is_given_away_has_no_total(tmp_path, made):
    net = model_of(tmp_path, HEADER + NET.format(made=made), inputs=("1x8",))
    assert (net.status, net.parameters, outputs_of(net)) == ("partial", None, [])


def test_what_is_not_given_away_has(tmp_path):
    net = model_of(tmp_path, HEADER + NET.format(made="change(self.one.in_features)"), inputs=("1x8",))
    assert (net.status, net.parameters, outputs_of(net)) == ("complete", 46, ["1x2"])


def test_no_error_follows_from_a_module_that_is_given_away(tmp_path):
    net = NET.format(made="change(self.one)").replace("Linear(4, 2)", "Linear(5, 2)")
    facts = facts_of(tmp_path, HEADER + net, inputs=("1x8",))
    assert [problem for model in facts.models for problem in model.problems] == []


@pytest.mark.parametrize(
    "made",
    [
        "layers = [nn.Linear(8, 8)]\n    change(layers)\n    return nn.Sequential(*layers)",
        "options = {}\n    change(options)\n    return nn.Linear(8, options.get('width', 8))",
        "options = {'bias': True}\n    change(options)\n    return nn.Linear(8, 8, **options)",
        "body = nn.Sequential(nn.Linear(8, 8))\n    change(body)\n    return body",
        "body = nn.ModuleList([nn.Linear(8, 8)])\n    change(body)\n    return nn.Sequential(*body)",
        "body = nn.ModuleDict({'a': nn.Linear(8, 8)})\n    change(body)\n    return nn.Sequential(*body.values())",
    ],
)
def test_a_model_of_what_was_given_away(tmp_path, made):
    source = f"from elsewhere import change\n\n\ndef build():\n    {made}\n\n\nnet = build()\n"
    for model in facts_of(tmp_path, HEADER + source, inputs=("1x8",)).models:
        assert model.status != "complete"
        assert not isinstance(model.parameters, int)
