"""Conditions and loops that are not known: what is the same either way survives, the rest becomes unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analyzers.analysis import with_deep_stack
from tests.literate import cases_of

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
        assert not machine.uncertain and not machine.handlers and not machine.journal.open
        assert not machine.recorder.recorded_errors, "nothing may be reported on an uncertain path"
        return names

    found = with_deep_stack(run)
    return {n: ... if isinstance(v, str) and v.startswith(UNKNOWN) else v for n, v in found.items() if n != "answer"}


CASES = cases_of(Path(__file__).with_name("programs") / "joining.md")


@pytest.mark.parametrize("title", CASES)
def test_joined(title, tmp_path):
    found = values(tmp_path, CASES[title]["python"])
    expected: dict[str, Any] = {}
    exec(CASES[title].get("expected", ""), {}, expected)
    assert {n: found.get(n, "<missing>") for n in expected} == expected


def test_what_stands_behind_a_possible_return_is_taken_as_run(tmp_path):
    """An early return is the exception: the rest of ``forward`` is what a model is looked at for."""
    source = (
        "log = []\ndef f(v):\n    if v:\n        return 'x'\n    log.append('late')\n    return 'x'\na = f(answer)\n"
    )
    assert values(tmp_path, source) == {"a": "x", "log": ["late"], "f": "<callable>"}


def test_an_exception_in_every_branch_is_raised(tmp_path):
    function = "def f():\n    if answer:\n        raise ValueError\n    else:\n        raise ValueError\n"
    source = function + "try:\n    f()\n    a = 1\nexcept ValueError:\n    a = 2\n"
    assert values(tmp_path, source)["a"] == 2


def test_many_unknown_conditions_stay_cheap(tmp_path):
    source = (
        "".join(f"if input():\n    a{i} = 1\nelse:\n    a{i} = 1\n" for i in range(60))
        + "def f():\n"
        + "".join(f"    if input():\n        return {i}\n" for i in range(60))
        + "    return 1\nb = f()\n"
    )
    found = values(tmp_path, source)
    assert found["a59"] == 1 and found["b"] is ...
