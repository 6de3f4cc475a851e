"""Nested loops over plain numbers leave behind what Python leaves behind, run in one go or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analyzers.analysis import with_deep_stack
from analyzers.interpreter.loop_compiler import PlainLoop, Refused
from analyzers.interpreter.values import Function
from analyzers.unknown import Unknown

from .agreement import module_of

LOOPS = {
    "relative positions": """
        points, offsets, order = [(r, c) for r in range(4) for c in range(3)], {}, []
        for p1 in points:
            for p2 in points:
                offset = (abs(p1[0] - p2[0]), abs(p1[1] - p2[1]))
                if offset not in offsets:
                    offsets[offset] = len(offsets)
                order.append(offsets[offset])
        return offsets, order, offset, p1, p2
    """,
    "two names for one list": """
        a = []
        b = a
        for i in range(3):
            for j in range(i):
                a.append(i * j)
                b.append(-j)
        c = b
        return a is b, a, c is a
    """,
    "break, continue, else-if, unpacking": """
        seen, total = set(), 0.5
        for row, (x, y) in [(0, (1, 2)), (1, (3, 4)), (2, (5, 6))]:
            for k in range(10):
                if k == x:
                    continue
                elif k > y:
                    break
                else:
                    seen.add((row, k))
                total += k / 2
        return sorted(seen), total, k, row
    """,
    "a list that is grown while it is read": """
        queue, edges = [1], []
        for i in range(2):
            for item in queue:
                if item < 40:
                    queue.append(item * 3)
                edges.append(item if item % 2 else None)
        return queue, edges
    """,
    "an exception in the middle": """
        made = []
        try:
            for i in range(3):
                for j in range(3):
                    made.append(6 // (2 - i * j))
        except ZeroDivisionError:
            made.append("caught")
        return made, i, j
    """,
    "a grid of lists": """
        grid = [[0] * 3 for _ in range(3)]
        for i in range(3):
            for j in range(3):
                grid[i][j] = i * j
        return grid
    """,
    "a name that shadows a builtin": """
        abs = max
        found = []
        for i in range(2):
            for j in range(2):
                found.append(abs(i, j))
        return found
    """,
    "one, one and one": """
        kinds = {}
        for a in (1, 1.0, True):
            for b in ("1", None):
                kinds[(a, b)] = a
        return list(kinds.items()), [type(k[0]).__name__ for k in kinds]
    """,
    "the same loop twice": """
        def table(size, start):
            rows = [start]
            for i in range(size):
                for j in range(size):
                    rows.append(i - j)
            return rows
        first = table(2, 7)
        first.append("mine")
        return first, table(2, 7), table(2, 7.0), table(3, 7)
    """,
}


def both(folder: Path, body: str) -> tuple[Any, Any]:
    """What Python and what the machine make of a function."""
    source = f"def f():{body}\nresult = f()\n"
    names: dict[str, Any] = {}
    exec(source, names)
    path = folder / "main.py"
    path.write_text(source, encoding="utf-8")
    return names["result"], with_deep_stack(lambda: module_of(path)[1].look_up("result"))


@pytest.mark.parametrize("name", LOOPS)
def test_as_python_leaves_it(name: str, tmp_path: Path) -> None:
    wanted, found = both(tmp_path, LOOPS[name])
    assert repr(found) == repr(wanted)


def test_only_what_is_plain_is_run_in_one_go(tmp_path: Path) -> None:
    """A call of anything but the few functions of numbers is refused before it is run."""
    path = tmp_path / "main.py"
    path.write_text("def f(net):\n    for i in range(3):\n        for j in range(3):\n            net.run(i)\n")
    function = with_deep_stack(lambda: module_of(path)[1].look_up("f"))
    assert isinstance(function, Function)
    with pytest.raises(Refused):
        PlainLoop(function.node.body[0])


@pytest.mark.slow
def test_what_is_too_much_is_unknown_and_the_rest_is_not(tmp_path: Path) -> None:
    """A table of half a million entries is not kept, its number of offsets is; a hundred million turns are not followed."""
    path = tmp_path / "main.py"
    path.write_text(
        "def table(size):\n    order, offsets = [], {}\n    for i in range(size):\n        for j in range(size):\n"
        "            if i - j not in offsets:\n                offsets[i - j] = len(offsets)\n"
        "            order.append(offsets[i - j])\n    return len(offsets), len(order)\n"
        "def endless():\n    count = 0\n    for i in range(10 ** 4):\n        for j in range(10 ** 4):\n"
        "            count += 1\n    return count\n"
        "large, more = table(400), endless()\n"
    )
    machine, module = module_of(path)
    large, more = with_deep_stack(lambda: (module.look_up("large"), module.look_up("more")))
    assert large[0] == 799
    assert isinstance(large[1], Unknown)
    assert isinstance(more, Unknown)
    assert machine.budget.left > 0


def test_numbers_written_into_a_tensor(tmp_path: Path) -> None:
    """The tensor keeps its shape; a place that is not there is torch's IndexError all the same."""
    path = tmp_path / "main.py"
    path.write_text(
        "import torch\ndef table(size, last):\n    found, seen = torch.zeros(size, size, last), []\n"
        "    for i in range(size):\n        for j in range(size):\n            v = j - i + size - 1\n"
        "            if abs(i - j) > 5:\n                continue\n            found[i, j, v] = 1\n"
        "            found[i] = 0.5\n            seen.append(v)\n    return found, seen\n"
        "(good, seen), wrong = table(4, 7), table(4, 3)\n"
    )
    machine, module = module_of(path)
    good, seen = with_deep_stack(lambda: (module.look_up("good"), module.look_up("seen")))
    assert good.shape == (4, 4, 7)
    assert seen == [j - i + 3 for i in range(4) for j in range(4)]
    assert {t.error.rule for t in machine.recorder.recorded_errors} == {"dimension-out-of-range"}
