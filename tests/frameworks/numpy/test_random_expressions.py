"""Random expressions of arrays against numpy itself: what a seed draws is the same every time."""

from __future__ import annotations

import random
import warnings
from typing import Any

import pytest

import analyzers.frameworks
from analyzers.analysis import with_deep_stack
from tests.frameworks.numpy.test_expressions import CASE, HEADER, agree, of_analysis, of_numpy
from tests.interpreter.agreement import module_of

pytest.importorskip("numpy", minversion="2.1")
assert analyzers.frameworks

CASES = 250
SHAPES = ("2,3", "3", "1,3", "2,1", "4", "2,2,3", "3,1,2", "1", "2,3,2", "")
BINARY = ("+", "-", "*", "//", "%", "==", "<", ">=", "/")
REDUCTIONS = ("sum", "prod", "max", "min", "mean", "argmax", "any", "all", "cumsum", "std")
KEYS = ("0", "-1", "1", ":", "1:", ":-1", "::2", "::-1", "None", "...", "[0,1]", "[1]", "[-1,0,0]", "2")


class Draw:
    """Expressions of bounded depth."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def array(self, depth: int) -> str:
        makers = (self.combined, self.reduced, self.indexed, self.arranged, self.joined)
        return self.leaf() if not depth else self.random.choice(makers)(depth - 1)

    def leaf(self) -> str:
        return f"{self.random.choice('iif')}({self.random.choice(SHAPES)})"

    def combined(self, depth: int) -> str:
        other = self.array(depth) if self.random.random() < 0.7 else self.random.choice(("2", "1.5", "-1", "[1,2,3]"))
        return f"({self.array(depth)}{self.random.choice(BINARY)}{other})"

    def reduced(self, depth: int) -> str:
        name = self.random.choice(REDUCTIONS)
        options = self.random.choice(("", "axis=0", "axis=-1", "axis=1", "axis=2"))
        if name != "cumsum" and options and self.random.random() < 0.3:
            options += ",keepdims=True"
        call = f"np.{name}({self.array(depth)}{',' * bool(options)}{options})"
        return call if self.random.random() < 0.5 else f"np.array({self.array(depth)}).{name}({options})"

    def indexed(self, depth: int) -> str:
        keys = ",".join(self.random.choice(KEYS) for _ in range(self.random.choice((1, 1, 2, 2, 3))))
        return f"np.array({self.array(depth)})[{keys}]"

    def arranged(self, depth: int) -> str:
        change = self.random.choice((
            "reshape(-1)", "reshape(2,-1)", "reshape(3,-1)", "T", "transpose()", "swapaxes(0,1)", "ravel('F')", "squeeze()",
            "astype(float)", "astype('int32')", "astype(bool)", "repeat(2)", "repeat(2,axis=0)", "flatten()", "clip(1,3)",
        ))  # fmt: skip
        return f"np.array({self.array(depth)}).{change}"

    def joined(self, depth: int) -> str:
        name = self.random.choice(("concatenate", "stack", "vstack", "hstack"))
        options = self.random.choice(("", "", ",axis=1", ",axis=-1")) if name in ("concatenate", "stack") else ""
        first = self.array(depth)
        return f"np.{name}([{first},{first if self.random.random() < 0.6 else self.array(depth)}]{options})"


EXPRESSIONS = [Draw(number).array(1 + number % 3) for number in range(CASES)]
PROGRAM = HEADER + "\n\n".join(CASE.format(number=n, expression=text) for n, text in enumerate(EXPRESSIONS))


def test_as_numpy(tmp_path):
    expected: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(PROGRAM, "main.py", "exec"), expected)
    path = tmp_path / "main.py"
    path.write_text(PROGRAM, encoding="utf-8")
    names = [f"result_{number}" for number in range(CASES)]

    def values() -> list[Any]:
        _, module = module_of(path)
        return [of_analysis(module.look_up(name)) for name in names]

    found = with_deep_stack(values)
    wanted = [of_numpy(expected[name]) for name in names]
    different = [
        f"{text}\n  numpy: {right!r}\n  here:  {left!r}"
        for text, right, left in zip(EXPRESSIONS, wanted, found)
        if not agree(text, right, left)
    ]
    assert different == []
