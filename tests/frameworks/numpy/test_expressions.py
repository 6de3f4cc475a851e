"""Arrays and scalars against numpy itself: shape, dtype and numbers of expressions, or that both refuse.

The expressions of ``expressions.txt`` are run by Python and by the interpreter, in one program each.
"""

from __future__ import annotations

import math
import re
import warnings
from pathlib import Path
from typing import Any

import pytest

import analyzers.frameworks
from analyzers.analysis import with_deep_stack
from analyzers.frameworks.numpy.array import Array, Scalar, UnknownScalar
from analyzers.frameworks.numpy.types import DType
from analyzers.interpreter.values import NativeType
from analyzers.unknown import Unknown
from tests.interpreter.agreement import module_of

np = pytest.importorskip("numpy", minversion="2.1")
assert analyzers.frameworks

EXPRESSIONS = [
    line
    for line in Path(__file__).with_name("expressions.txt").read_text("utf-8").splitlines()[6:]
    if line and not line.startswith("#")
]
SHAPES_ONLY, ROUGHLY = "~", "≈"
SINCE = re.compile(r"  # numpy (\d+)\.(\d+)$")
REFUSED = "refused"
DIGITS = 1e-12
PLAIN = {"b": bool, "i": int, "f": float, "u": int, "c": complex, "U": str}
HEADER = """import math
import numpy as np


def i(*shape):
    return np.arange(math.prod(shape)).reshape(shape)


def f(*shape):
    return i(*shape) / 2


def b(*shape):
    return i(*shape) % 2 == 1


def do(array, change):
    change(array)
    return array


def iadd(array, other):
    array += other
    return array


"""
CASE = """def case_{number}():
    try:
        return {expression}
    except Exception:
        return "refused"


result_{number} = case_{number}()
"""


def is_marked(line: str) -> bool:
    """``~b(3)`` is an expression of its own; a mark stands before one that is compared in part."""
    return line[0] == ROUGHLY or (line[0] == SHAPES_ONLY and not line.startswith(("~b", "~i")))


def expression_of(line: str) -> str:
    return SINCE.sub("", line[1:] if is_marked(line) else line)


def is_of_later_numpy(line: str) -> bool:
    since = SINCE.search(line)
    return since is not None and np.lib.NumpyVersion(np.__version__) < f"{since[1]}.{since[2]}.0"


PROGRAM = HEADER + "\n\n".join(
    CASE.format(number=number, expression=expression_of(line)) for number, line in enumerate(EXPRESSIONS)
)


# --- normal forms --------------------------------------------------------------------------------


def of_numpy(value: Any) -> Any:
    """Nests of (kind, shape, dtype, numbers) and plain values."""
    if isinstance(value, np.ndarray):
        return ("array", value.shape, name_of(value.dtype), value.ravel().tolist())
    if isinstance(value, np.generic):
        return ("scalar", (), name_of(value.dtype), [value.item()])
    if isinstance(value, type):
        return repr(value)
    if isinstance(value, np.dtype):
        return ("dtype", name_of(value))
    if isinstance(value, (list, tuple)):
        return tuple(of_numpy(v) for v in value)
    if isinstance(value, dict):
        return {k: of_numpy(v) for k, v in value.items()}
    return value


def name_of(dtype: Any) -> str:
    return "str" if dtype.kind == "U" else dtype.name


def of_analysis(value: Any) -> Any:
    """The same of abstract values; numbers that are not known are None."""
    if isinstance(value, Array):
        return ("array", value.shape, value.dtype, None if value.content is None else list(value.content))
    if isinstance(value, UnknownScalar):
        return ("scalar", (), value.dtype, None)
    if isinstance(value, Scalar):
        plain = PLAIN[np.dtype(value.dtype).kind]
        return ("scalar", (), value.dtype, [plain(value)])
    if isinstance(value, DType):
        return ("dtype", value.name)
    if isinstance(value, (NativeType, Unknown)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return tuple(of_analysis(v) for v in value)
    if isinstance(value, dict):
        return {k: of_analysis(v) for k, v in value.items()}
    return value


def numbers_of(value: Any) -> Any:
    return value[3] if isinstance(value, tuple) and value[:1] in (("array",), ("scalar",)) else None


def without_numbers(value: Any) -> Any:
    """Shapes and dtypes; a Python number is as good as another."""
    if numbers_of(value) is not None or (isinstance(value, tuple) and value[:1] in (("array",), ("scalar",))):
        return value[:3]
    if isinstance(value, tuple):
        return tuple(without_numbers(v) for v in value)
    return value


def is_close(first: Any, second: Any) -> bool:
    return first == second or (first != first and second != second) or math.isclose(first, second, rel_tol=DIGITS)


def agree(line: str, expected: Any, found: Any) -> bool:
    if is_marked(line) and line[0] == SHAPES_ONLY:
        return without_numbers(expected) == without_numbers(found)
    numbers = numbers_of(expected), numbers_of(found)
    if None not in numbers and len(numbers[0]) == len(numbers[1]):
        same = is_close if is_marked(line) else is_identical
        return without_numbers(expected) == without_numbers(found) and all(map(same, *numbers))
    return repr(expected) == repr(found)


def is_identical(first: Any, second: Any) -> bool:
    return repr(first) == repr(second)


# --- both ways -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    names: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(PROGRAM, "main.py", "exec"), names)
    return names


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("program") / "main.py"
    path.write_text(PROGRAM, encoding="utf-8")

    def values() -> dict[str, Any]:
        _, module = module_of(path)
        return {name: module.look_up(name) for name in (f"result_{n}" for n in range(len(EXPRESSIONS)))}

    return with_deep_stack(values)


@pytest.mark.parametrize("number", range(len(EXPRESSIONS)), ids=EXPRESSIONS)
def test_as_numpy(number, expected, found):
    line = EXPRESSIONS[number]
    if is_of_later_numpy(line):
        pytest.skip("numpy is older than this")
    wanted, got = of_numpy(expected[f"result_{number}"]), of_analysis(found[f"result_{number}"])
    assert agree(line, wanted, got), f"{line}\n  numpy: {wanted!r}\n  here:  {got!r}"
