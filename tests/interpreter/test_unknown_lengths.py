"""Lists of which it is not known how long they are, and classes whose decorator is not known."""

from __future__ import annotations

import pytest

from analyzers.unknown import Unknown
from tests.interpreter.agreement import module_of

LIST = "import nowhere\n\n\ndef made():\n    items = []\n    for item in nowhere.items:\n        items.append(item)\n    return items\n\n\n"


def value_of(folder, source: str):
    path = folder / "main.py"
    path.write_text(LIST + source, encoding="utf-8")
    _, module = module_of(path)
    return module.look_up("x")


@pytest.mark.parametrize(
    "change",
    [
        "x.pop(0)",
        "x.pop()",
        "del x[0]",
        "x[0] = 3",
        "x[1:] = [4]",
        "x.insert(1, 5)",
        "x.pop(nowhere.place)",
        "x.reverse()",
    ],
)
def test_it_is_not_empty_for_being_changed(tmp_path, change):
    assert any(isinstance(item, Unknown) for item in value_of(tmp_path, f"x = made()\n{change}\n"))


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("y = made()\ny.append(7)\nx = y[-1]\n", 7),
        ("y = made()\ny.append(7)\nx = y.pop()\n", 7),
        ("y = made()\ny.insert(0, 7)\nx = y[0]\n", 7),
        ("y = [1, 2]\ny.pop(nowhere.place)\nx = isinstance(y, list)\n", True),
    ],
)
def test_what_is_certain_all_the_same(tmp_path, source, value):
    assert value_of(tmp_path, source) == value


def test_a_constructor_that_a_decorator_makes(tmp_path):
    source = "@nowhere.dataclass\nclass Batch:\n    inputs: int\n    labels: int = 0\n\n\nx = Batch(inputs=3)\n"
    assert isinstance(value_of(tmp_path, source), Unknown)


def test_parts_of_a_package_that_import_from_it(tmp_path):
    package = tmp_path / "parts"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from .base import *\nfrom .one import *\nfrom .two import *\n", encoding="utf-8"
    )
    (package / "base.py").write_text("class Base:\n    size = 3\n", encoding="utf-8")
    for name in ("one", "two"):
        text = f"from parts import Base\n\n\nclass {name.title()}(Base):\n    pass\n"
        (package / f"{name}.py").write_text(text, encoding="utf-8")
    assert value_of(tmp_path, "from parts.one import One\nx = One.size\n") == 3


def test_options_that_are_given(tmp_path):
    source = "from argparse import Namespace\no = Namespace(a=1)\nx = ('a' in o, 'b' in o)\n"
    assert value_of(tmp_path, source) == (True, False)


def test_the_number_in_a_tensor(tmp_path):
    assert value_of(tmp_path, "import math, torch\nx = math.log2(torch.tensor([8.0]))\n") == 3.0


COUNTED = """
def made():
    first, others, count = [], [], 0
    for item in nowhere.items:
        if count < 10:
            first.append(item)
        else:
            others.append(item)
        count += 1
    return first, others, count


first, others, x = made()
"""


def test_what_is_decided_by_a_counter_holds_of_the_first_turn_alone(tmp_path):
    path = tmp_path / "main.py"
    path.write_text("import nowhere\n" + COUNTED, encoding="utf-8")
    _, module = module_of(path)
    assert [any(isinstance(item, Unknown) for item in module.look_up(name)) for name in ("first", "others")] == [
        True
    ] * 2
    assert isinstance(module.look_up("x"), Unknown)
