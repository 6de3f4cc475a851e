"""Module code is read on demand, and still every name has the value that running the file in order gives it."""

from __future__ import annotations

from typing import Any

import pytest

from analyzers.analysis import Analyzer, with_deep_stack
from analyzers.request import Request, WorkspaceOptions
from analyzers.source.sources import Sources
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

from .agreement import module_of


def looked_up(folder: Any, source: str, *names: str) -> list[Any]:
    """The values of module names, asked for in this order."""
    path = folder / "main.py"
    path.write_text(source, encoding="utf-8")
    return with_deep_stack(lambda: [_plain(module_of(path)[1].look_up(name)) for name in names])


def _plain(value: Any) -> Any:
    if isinstance(value, Tensor):
        return tuple(value.shape)
    if isinstance(value, Unknown) or (isinstance(value, list) and any(isinstance(v, Unknown) for v in value)):
        return "unknown"
    return value


def errors(folder: Any, source: str) -> list[str]:
    path = folder / "main.py"
    path.write_text(source, encoding="utf-8")
    facts = Analyzer(Sources(), WorkspaceOptions(roots=[str(folder)])).analyze(Request(str(path)))
    problems = [p for m in facts.models for p in m.problems] + list(facts.problems)
    return [p.message for p in problems]


def test_a_name_read_before_it_is_bound_again(tmp_path):
    source = "import torch\nx = torch.zeros(2, 3)\ny = x + 1\ns = x.shape\nx = torch.zeros(5, 7)\nz = x + 1\n"
    assert looked_up(tmp_path, source, "x", "y", "s", "z") == [(5, 7), (2, 3), (2, 3), (5, 7)]


UNSURE = "import elsewhere\n"


@pytest.mark.parametrize("name", ["ours", "theirs"])
def test_what_a_branch_is_the_first_to_need_stays(tmp_path, name):
    """``math`` and ``theirs`` are first needed inside a loop that may not run; they are bound before it all the same."""
    source = UNSURE + (
        "import math\nours = []\ntheirs = []\nfor v in elsewhere.values():\n"
        "    ours.append(math.floor(2.5))\n    theirs.append(1)\nafter = math.ceil(2.5)\n"
    )
    assert looked_up(tmp_path, source, name, "after") == ["unknown", 3]


def test_a_turn_that_raises_leaves_lists_unknown(tmp_path):
    """An element that is not known may well be refused; the loop is there to be run, so the list is not empty."""
    source = UNSURE + (
        "def first(v):\n    raise ValueError\nours = []\nfor v in elsewhere.values():\n    ours.append(first(v))\n"
    )
    assert looked_up(tmp_path, source, "ours") == ["unknown"]


def test_a_function_that_may_have_returned_has_returned(tmp_path):
    source = UNSURE + (
        "def chosen(v):\n    if elsewhere.likes(v):\n        return v\n    raise ValueError\na = chosen(3)\n"
    )
    assert looked_up(tmp_path, source, "a") == [3]


def test_the_last_of_a_chain_of_comparisons_is_no_condition(tmp_path):
    """``x != 0`` of a symbolic tensor is a tensor (Keras 3.15); only ``a < x < b`` asks for its truth."""
    source = "import keras\nx = keras.Input((4,))\nmask = (x != 0)[:, None, :]\n"
    assert errors(tmp_path, source) == []


CHANGES = {
    "setdefault": "d = {}\nd.setdefault(u, [])\nr = list(d)",
    "pop": "d = {1: 2}\nd.pop(u)\nr = len(d)",
    "del of a dict": "d = {1: 2}\ndel d[u]\nr = len(d)",
    "del of a list": "r = [1, 2]\ndel r[u]",
    "remove": "r = [1, 2]\nr.remove(u)",
    "slice": "r = [1, 2, 3]\nr[u:] = [5]",
    "update of a set": "s = {1}\ns.update(u)\nr = len(s)",
    "sort": "r = [3, 1, 2]\nr.sort(key=u)",
    "defaultdict": "from collections import defaultdict\nd = defaultdict(list)\nd[u].append(1)\nr = len(d)",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_collection_changed_at_an_unknown_place(tmp_path, change):
    assert looked_up(tmp_path, f"{UNSURE}u = elsewhere.value\n{change}\n", "r") == ["unknown"]


def test_a_first_turn_that_is_skipped(tmp_path):
    source = UNSURE + (
        "rows = []\nhead = True\nfor row in elsewhere.rows():\n    if head:\n        head = False\n        continue\n"
        "    rows.append(row)\n"
    )
    assert looked_up(tmp_path, source, "rows") == ["unknown"]


def test_what_is_kept_of_an_object_before_it_changes(tmp_path):
    """``kept`` is read while ``options`` still has it, though a later line puts it back."""
    source = (
        "options = {'n': 3, 'm': 1}\nkept = options['n']\ndel options['n']\noptions['n'] = kept\nm = options['m']\n"
    )
    assert looked_up(tmp_path, source, "m", "kept", "options") == [1, 3, {"m": 1, "n": 3}]
    assert errors(tmp_path, source) == []


@pytest.mark.parametrize("first", ["filled", "kept.values()"])
def test_what_a_loop_fills_that_could_not_be_followed(tmp_path, first):
    source = UNSURE + (
        "filled = []\nkept = {}\nother = [1]\nfor name in ('a', 'b'):\n    for item in elsewhere.items(name):\n"
        "        pass\n    len(elsewhere.sizes)[name]\n    filled.append([1])\n    kept[name] = [2]\n"
    )
    looked_up(tmp_path, source, first.partition(".")[0])
    assert errors(tmp_path, source + f"import numpy as np\nnp.concatenate([v[0:1] for v in {first}])\n") == []


def test_a_binding_that_could_not_be_followed_does_not_leave_the_old_one(tmp_path):
    source = UNSURE + "x = 3\nx = len(elsewhere.items)\ny = x\n"
    assert looked_up(tmp_path, source, "x", "y") == ["unknown", "unknown"]
