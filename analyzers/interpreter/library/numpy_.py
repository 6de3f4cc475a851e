"""The few functions of numpy with which model code computes channel counts and rates, on Python numbers."""

from __future__ import annotations

import math
from typing import Any

from analyzers.interpreter.values import TypingForm
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown


def _prod(a: Any, *_: Any, machine: Any, **__: Any) -> Any:
    from analyzers.interpreter.library.math_ import MODULES as MATH

    return machine.call(MATH["math"]["prod"], (a,))


def _sum(a: Any, *_: Any, machine: Any, **__: Any) -> Any:
    from analyzers.interpreter.builtins import BUILTINS

    return machine.call(BUILTINS["sum"], (a,))


def _elementwise(function: Any) -> Any:
    def apply(x: Any, *_: Any, **__: Any) -> Any:
        if isinstance(x, (list, tuple)):
            return [function(v) for v in x]
        return x if isinstance(x, Tensor) else function(x)

    return apply


def _linspace(start: Any, stop: Any, num: Any = 50, *_: Any, **__: Any) -> list:
    if num == 1:
        return [float(start)]
    step = (stop - start) / (num - 1)
    return [float(start + step * i) for i in range(min(num, 100_000))]


def _arange(*ends: Any, **_: Any) -> list:
    start, stop, step = (0, ends[0], 1) if len(ends) == 1 else (*ends, 1)[:3]
    count = max(0, math.ceil((stop - start) / step))
    return [start + step * i for i in range(min(count, 100_000))]


def _cumsum(a: Any, *, machine: Any) -> list:
    total, out = 0, []
    for item in machine.iterate(a):
        total = total + item
        out.append(total)
    return out


def _array(value: Any, *_: Any, **__: Any) -> Any:
    return value


def _random(*_: Any, **__: Any) -> Any:
    return Unknown("a random array")


def _isscalar(value: Any) -> bool:
    return isinstance(value, (int, float, str))


MODULES: dict[str, dict[str, Any]] = {
    "numpy": {
        "prod": _prod, "product": _prod, "sum": _sum, "sqrt": _elementwise(math.sqrt),
        "ceil": _elementwise(lambda v: float(math.ceil(v))), "floor": _elementwise(lambda v: float(math.floor(v))),
        "round": _elementwise(round), "log2": _elementwise(math.log2), "log": _elementwise(math.log),
        "exp": _elementwise(math.exp), "abs": _elementwise(abs), "linspace": _linspace, "arange": _arange,
        "cumsum": _cumsum, "array": _array, "asarray": _array, "isscalar": _isscalar, "pi": math.pi, "inf": math.inf,
        "ndarray": TypingForm("ndarray"), "float32": TypingForm("float32"), "float64": TypingForm("float64"),
        "int64": TypingForm("int64"), "int32": TypingForm("int32"), "uint8": TypingForm("uint8"), "newaxis": None,
    },
    "numpy.random": {name: _random for name in "rand randn randint uniform normal choice seed permutation".split()},
}  # fmt: skip
