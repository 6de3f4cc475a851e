"""``exec`` of code that is not known: whatever it may reach is not known afterwards."""

from __future__ import annotations

import pytest

from analyzers.unknown import Unknown
from tests.interpreter.agreement import module_of
from tests.models.analysed import HEADER, model_of


def value_of(folder, source: str):
    path = folder / "main.py"
    path.write_text("import nowhere\nimport sys\n\n" + source, encoding="utf-8")
    _, module = module_of(path)
    return module.look_up("x")


@pytest.mark.parametrize(
    "source",
    [
        "x = 8\nexec(nowhere.text)\n",
        "y = 8\nexec(nowhere.text)\nx = y + 1\n",
        "exec(nowhere.text)\nx = y\n",
        "y = 8\nexec(open('settings').read())\nx = y\n",
        "y = {'a': 1}\nexec(nowhere.text, y)\nx = y['a']\n",
        "y = {}\nexec(nowhere.text, {}, y)\nx = y['a']\n",
        "def f():\n    y = [1]\n    exec(nowhere.text)\n    return y[0]\n\n\nx = f()\n",
    ],
)
def test_it_is_not_known(tmp_path, source):
    assert isinstance(value_of(tmp_path, source), Unknown)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("exec(nowhere.text)\nx = 8\n", 8),
        ("y = 8\nexec(nowhere.text, {})\nx = y\n", 8),
        ("def f():\n    y = 1\n    exec(nowhere.text)\n    return y\n\n\nx = f()\n", 1),
        ("y = 8\nexec(open('settings.py').read())\nx = y\n", 9),
    ],
)
def test_what_it_cannot_reach(tmp_path, source, value):
    (tmp_path / "settings.py").write_text("y = y + 1\nfor arg in sys.argv[1:]:\n    y = int(arg)\n", encoding="utf-8")
    assert value_of(tmp_path, source) == value


NET = """class Net(nn.Module):
    def __init__(self, name=None):
        super().__init__()
        self.head = nn.Linear(4, 4)
        for i in range(2):
            exec({text})

    def forward(self, x):
        for i in range(2):
            x = {call}(x)
        return self.head(x)
"""


def test_layers_made_by_exec(tmp_path):
    source = NET.format(text='f"self.b{i} = nn.Linear(4, 4)"', call='eval(f"self.b{i}")')
    net = model_of(tmp_path, HEADER + source, inputs=("1x4",))
    assert (net.status, net.parameters, [row.name for row in net.layers]) == ("complete", 60, ["b0", "b1", "head"])


def test_layers_made_by_exec_of_something(tmp_path):
    net = model_of(tmp_path, HEADER + NET.format(text="input()", call="self.head"), inputs=("1x4",))
    assert (net.status, net.parameters) == ("partial", None)
