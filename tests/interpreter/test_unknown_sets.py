"""Sets with elements that are not known: those may be equal to any other."""

from __future__ import annotations

import pytest

from analyzers.unknown import Unknown
from tests.interpreter.agreement import module_of
from tests.models.analysed import HEADER, model_of

IMPORTS = "from elsewhere import cfg\n\n\n"


def value_of(folder, source: str):
    path = folder / "main.py"
    path.write_text(IMPORTS + source, encoding="utf-8")
    _, module = module_of(path)
    return module.look_up("x")


@pytest.mark.parametrize(
    "expression",
    [
        "len({cfg.n, 1})",
        "len(set([cfg.n, 1]))",
        "len({v for v in (cfg.n, 1)})",
        "len(frozenset((cfg.n, 1)))",
        "len({1} | {cfg.n})",
        "len({1, cfg.n} & {1, 2})",
        "len({1, 2} - {cfg.n})",
        "len({1, 2}.difference([cfg.n]))",
        "len({1, cfg.n}.intersection({2}))",
        "len({1, cfg.n}.symmetric_difference({2}))",
        "{1, cfg.n} == {1}",
        "{1, cfg.n} <= {1, 2}",
        "{1, cfg.n}.issubset({1, 2})",
        "2 in {1, cfg.n}",
        "[v for v in {1, cfg.n}][0]",
        "sorted({1, cfg.n})",
        "sum({1, cfg.n})",
        "max({1, cfg.n})",
        "{1, cfg.n}.pop()",
        "len({*cfg.sizes})",
    ],
)
def test_it_is_not_known(tmp_path, expression):
    found = value_of(tmp_path, f"x = {expression}\n")
    assert isinstance(found, Unknown) or any(isinstance(item, Unknown) for item in found)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("x = 1 in {1, cfg.n}\n", True),
        ("x = bool({1, cfg.n})\n", True),
        ("x = isinstance({cfg.n}, set)\n", True),
        ("s = {1, cfg.n}\ns.clear()\nx = len(s)\n", 0),
        ("s = {1, 2}\nx = len(s | {2, 3})\n", 3),
        ("def f():\n    s = {1}\n    n = len({cfg.n, 1})\n    s.add(2)\n    return len(s)\n\n\nx = f()\n", 2),
    ],
)
def test_what_is_certain_all_the_same(tmp_path, source, value):
    assert value_of(tmp_path, source) == value


NET = """from elsewhere import cfg


class Key:
    def __hash__(self):
        return cfg.n


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        {body}
        self.out = nn.Linear(4, 4)

    def build(self, key):
        self.first = nn.Linear(4, 2)
        table = {{key: 1}}
        self.extra = nn.Linear(4, 2)

    def forward(self, x):
        return self.out(x)
"""


def test_the_rest_of_a_constructor_is_run(tmp_path):
    source = NET.format(body="self.fc = nn.Linear(4, len({cfg.n, 1}))")
    net = model_of(tmp_path, HEADER + source, inputs=("1x4",))
    assert [row.name for row in net.layers] == ["out"]
    assert (net.status, isinstance(net.parameters, int)) == ("partial", False)


@pytest.mark.parametrize("key", ["Key()", "'a'"])
def test_what_is_not_built_to_its_end_has_no_total(tmp_path, key):
    net = model_of(tmp_path, HEADER + NET.format(body=f"self.build({key})"), inputs=("1x4",))
    known = key == "'a'"
    assert [row.name for row in net.layers] == ["out"]
    assert (net.status, net.parameters) == (("complete", 40) if known else ("partial", None))


def test_a_constructor_that_stops_early(tmp_path):
    net = model_of(tmp_path, HEADER + NET.format(body="table = {Key(): 1}"), inputs=("1x4",))
    assert (net.status, net.parameters, net.problems) == ("partial", None, [])
