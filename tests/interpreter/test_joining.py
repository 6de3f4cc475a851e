"""Conditions and loops that are not known: what is the same either way survives, the rest becomes unknown."""

from __future__ import annotations

from typing import Any

import pytest

from analyzers.analysis import with_deep_stack

from .agreement import UNKNOWN, abstract_form, module_of

UNSURE = 'answer = input() == "x"\n'


def values(folder, source: str) -> dict[str, Any]:
    """Public names → normal forms; ``...`` stands for anything that is not (wholly) known."""
    path = folder / "main.py"
    path.write_text(UNSURE + source, encoding="utf-8")

    def run() -> dict[str, Any]:
        machine, module = module_of(path)
        module.run_all()
        names = {n: abstract_form(module.look_up(n)) for n in list(module.scope.names) if not n.startswith("_")}
        assert machine.uncertain == machine.handlers == 0 and not machine.journal.open
        assert not machine.recorder.troubles, "nothing may be reported on an uncertain path"
        return names

    found = with_deep_stack(run)
    return {n: ... if isinstance(v, str) and v.startswith(UNKNOWN) else v for n, v in found.items() if n != "answer"}


CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "equal in both branches": (
        "if answer:\n    a, b = 1, 'x'\n    c = [1, (2, 3)]\nelse:\n    a, b = 1, 'x'\n    c = [1, (2, 3)]\n",
        {"a": 1, "b": "x", "c": [1, (2, 3)]},
    ),
    "different in the branches": ("if answer:\n    a = 1\nelse:\n    a = 2\n", {"a": ...}),
    "of different types": ("if answer:\n    a = 1\nelse:\n    a = True\n", {"a": ...}),
    "bound in one branch only": ("b = 5\nif answer:\n    a = 1\n    c = 2\n", {"a": ..., "b": 5, "c": ...}),
    "changed in one branch only": ("a = 1\nb = 2\nif answer:\n    a = 3\n", {"a": ..., "b": 2}),
    "changed to what it was": ("a = 1\nif answer:\n    a = 3\n    a = 1\n", {"a": 1}),
    "elif chain": ("if answer:\n    a = 1\nelif input():\n    a = 1\nelse:\n    a = 1\n", {"a": 1}),
    "a known condition inside": ("k = 3\nif answer:\n    if k > 2:\n        a = 'big'\nelse:\n    a = 'big'\n", {"k": 3, "a": "big"}),
    "parts of a tuple": ("if answer:\n    t = (1, 2)\nelse:\n    t = (1, 3)\na = t[0]\nb = t[1]\nn = len(t)\n", {"a": 1, "b": ..., "n": 2}),
    "append in one branch": ("l = [1]\nif answer:\n    l.append(2)\nn = len(l)\nfirst = l[0]\n", {"n": ...}),
    "append of the same in both": ("l = [1]\nif answer:\n    l.append(2)\nelse:\n    l.append(2)\n", {"l": [1, 2]}),
    "item of a list": ("l = [1, 2, 3]\nif answer:\n    l[1] = 9\na, b = l[0], l[1]\nn = len(l)\n", {"a": 1, "b": ..., "n": 3}),
    "item of a dictionary": ("d = {'k': 1, 'm': 2}\nif answer:\n    d['k'] = 9\na, b = d['k'], d['m']\n", {"a": ..., "b": 2}),
    "new item of a dictionary": ("d = {'m': 2}\nif answer:\n    d['k'] = 9\na = d['m']\nb = d['k']\nn = len(d)\nhas = 'k' in d\n", {"a": 2, "b": ..., "n": ..., "has": ...}),
    "removed item of a dictionary": ("d = {'k': 1, 'm': 2}\nif answer:\n    del d['k']\na = d['m']\nn = len(d)\nhas = 'k' in d\n", {"a": 2, "n": ..., "has": ...}),
    "a set": ("s = {1}\nif answer:\n    s.add(2)\nn = len(s)\n", {"n": ...}),
    "a counter": ("from collections import Counter\nc = Counter('aab')\nif answer:\n    c['a'] += 1\na, b = c['a'], c['b']\n", {"a": ..., "b": 1}),
    "an attribute": ("class O:\n    x = 1\no = O()\no.y = 2\nif answer:\n    o.y = 3\n    o.z = 4\na, b = o.x, o.y\nc = getattr(o, 'z', 0)\n", {"a": 1, "b": ..., "c": ...}),
    "a class attribute": ("class O:\n    x = 1\n    y = 2\nif answer:\n    O.x = 5\na, b = O.x, O.y\n", {"a": ..., "b": 2}),
    "an object made in both": ("class O:\n    def __init__(self, v):\n        self.v = v\nif answer:\n    o = O(1)\nelse:\n    o = O(1)\n", {}),
    "raise in one branch": ("if answer:\n    raise ValueError('no')\nelse:\n    a = 1\nb = 2\n", {"a": 1, "b": 2}),
    "raise without else": ("a = 0\nif answer:\n    a = 5\n    raise ValueError('no')\nb = a\n", {"a": 0, "b": 0}),
    "raise behind a helper": ("def check(v):\n    if v:\n        raise TypeError('v')\n    return 7\na = check(answer)\n", {"a": 7}),
    "assert of something unknown": ("assert answer, 'message'\na = 1\n", {"a": 1}),
    "return in one branch": ("def f(v):\n    if v:\n        return 1\n    return 1\ndef g(v):\n    if v:\n        return 1\n    return 2\na, b = f(answer), g(answer)\n", {"a": 1, "b": ...}),
    "return of nothing": ("def f(v):\n    if v:\n        return\n    return 2\ndef g(v):\n    if v:\n        return 2\na, b = f(answer), g(answer)\n", {"a": ..., "b": ...}),
    "return and changes": ("log = []\ndef f(v):\n    if v:\n        log.append('early')\n        return 'x'\n    return 'x'\na = f(answer)\nn = len(log)\n", {"a": "x", "n": ...}),
    "conditional expression": ("a = 1 if answer else 1\nb = 1 if answer else 2\nc = (1, 5) if answer else (1, 6)\nd = c[0]\n", {"a": 1, "b": ..., "d": 1}),
    "and, or, not": ("a = answer and False\nb = answer or True\nc = not answer\nd = False and answer\ne = True or answer\nf = answer and 1\n", {"a": False, "b": True, "c": ..., "d": False, "e": True, "f": ...}),
    "a loop over something unknown": ("total, fixed = 0, 7\nfor x in input():\n    total += 1\n    fixed = 7\n", {"total": ..., "fixed": 7, "x": ...}),
    "a list filled by a loop": ("l = []\nfor x in input():\n    l.append(1)\nn = len(l)\n", {"n": ..., "x": ...}),
    "a comprehension over something unknown": ("l = [1 for x in input()]\nn = len(l)\nd = {k: 1 for k in input()}\nm = len(d)\n", {"n": ..., "m": ...}),
    "a comprehension with an unknown filter": ("l = [x for x in range(4) if input()]\nn = len(l)\n", {"n": ...}),
    "while something unknown": ("n, k = 0, 3\nwhile input():\n    n += 1\n", {"n": ..., "k": 3}),
    "an unknown break": ("found, seen = None, 0\nfor i in range(5):\n    seen = i\n    if input():\n        found = i\n        break\nk = 1\n", {"found": ..., "seen": ..., "k": 1}),
    "an unknown continue": ("n, m = 0, 0\nfor i in range(3):\n    n += 1\n    if input():\n        continue\n    m += 1\n", {"n": 3, "m": ..., "i": 2}),
    "for with else and an unknown break": ("for i in range(3):\n    if input():\n        a = 1\n        break\nelse:\n    a = 1\nb = 2\n", {"b": 2}),
    "return inside an unknown loop": ("def f():\n    for x in input():\n        return 1\n    return 1\ndef g():\n    for x in input():\n        return 1\n    return 2\na, b = f(), g()\n", {"a": 1, "b": ...}),
    "return at an unknown turn": ("def f():\n    for i in range(3):\n        if input():\n            return i\n    return 9\ndef g():\n    for i in range(3):\n        if input():\n            return 'same'\n    return 'same'\na, b = f(), g()\n", {"a": ..., "b": "same"}),
    "match on something unknown": ("match input():\n    case 'a':\n        a, b = 1, 2\n    case 'b':\n        a, b = 1, 3\n    case _:\n        a, b = 1, 4\n", {"a": 1, "b": ...}),
    "match with nothing for the rest": ("a, b = 0, 5\nmatch input():\n    case 'a':\n        a = 1\n", {"a": ..., "b": 5}),
    "try around something unknown": ("try:\n    a = int(input())\nexcept ValueError:\n    a = 0\nb = 1\n", {"a": ..., "b": 1}),
    "a raise that is only possible": ("try:\n    if answer:\n        raise ValueError\n    a = 1\nexcept ValueError:\n    a = 2\nb = 3\n", {"a": ..., "b": 3}),
    "finally behind an unknown branch": ("log = []\ntry:\n    if answer:\n        x = 1\nfinally:\n    log.append('f')\n", {"log": ["f"], "x": ...}),
    "nested": ("a = b = 0\nif answer:\n    if input():\n        a = 1\n    else:\n        a = 1\n    b = 1\nelse:\n    a = 1\n", {"a": 1, "b": ...}),
    "nonlocal and global": ("g = 0\ndef bump():\n    global g\n    g += 1\ndef outer():\n    n = 0\n    def inner():\n        nonlocal n\n        n += 1\n    if answer:\n        inner()\n    return n\nif answer:\n    bump()\na = outer()\n", {"g": ..., "a": ...}),
    "a function chosen": ("if answer:\n    def f():\n        return 1\nelse:\n    def f():\n        return 1\na = f()\n", {}),
    "a generator with an unknown condition": ("def f():\n    yield 1\n    if input():\n        yield 2\n    yield 3\nit = f()\nfirst = next(it)\nn = len(list(f()))\n", {"it": "<iterator>", "first": 1, "n": ...}),
    "with": ("class M:\n    def __enter__(self):\n        return 1\n    def __exit__(self, *e):\n        pass\nlog = []\nif answer:\n    with M() as m:\n        log.append(m)\nb = 2\n", {"b": 2}),
    "deque and defaultdict": ("from collections import defaultdict, deque\nq, d = deque([1]), defaultdict(list)\nif answer:\n    q.append(2)\n    d['a'].append(1)\nn, m = len(q), len(d)\n", {"n": ..., "m": ...}),
}  # fmt: skip


@pytest.mark.parametrize("title", CASES)
def test_joined(title, tmp_path):
    source, expected = CASES[title]
    found = values(tmp_path, source)
    assert {n: found.get(n, "<missing>") for n in expected} == expected


def test_what_stands_behind_a_possible_return_is_taken_as_run(tmp_path):
    """An early return is the exception: the rest of ``forward`` is what a model is looked at for."""
    source = "log = []\ndef f(v):\n    if v:\n        return 'x'\n    log.append('late')\n    return 'x'\na = f(answer)\n"
    assert values(tmp_path, source) == {"a": "x", "log": ["late"], "f": "<callable>"}


def test_an_exception_in_every_branch_is_raised(tmp_path):
    source = "def f():\n    if answer:\n        raise ValueError\n    else:\n        raise ValueError\ntry:\n    f()\n    a = 1\nexcept ValueError:\n    a = 2\n"
    assert values(tmp_path, source)["a"] == 2


def test_many_unknown_conditions_stay_cheap(tmp_path):
    source = "".join(f"if input():\n    a{i} = 1\nelse:\n    a{i} = 1\n" for i in range(60)) + "def f():\n" + "".join(
        f"    if input():\n        return {i}\n" for i in range(60)
    ) + "    return 1\nb = f()\n"
    found = values(tmp_path, source)
    assert found["a59"] == 1 and found["b"] is ...
