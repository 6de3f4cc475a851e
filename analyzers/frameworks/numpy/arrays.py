"""The few functions of numpy with which model code computes channel counts and rates, on Python numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.overlays import NAMES
from analyzers.interpreter.values import TypingForm
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def _prod(a: Any, *_: Any, machine: Machine, **__: Any) -> Any:
    from analyzers.interpreter.library.math_ import MODULES as MATH

    return machine.call(MATH["math"]["prod"], (a,))


def _sum(a: Any, *_: Any, machine: Machine, **__: Any) -> Any:
    from analyzers.interpreter.builtins import BUILTINS

    return machine.call(BUILTINS["sum"], (a,))


def _elementwise(name: str) -> Any:
    def apply(x: Any, *_: Any, machine: Machine, **__: Any) -> Any:
        if isinstance(x, (list, tuple, Tensor)):
            return machine.call(NAMES[f"torch.{name}"], (_array(x, machine=machine),))
        return (
            float(getattr(math, name)(x)) if name not in ("abs", "round") else (abs(x) if name == "abs" else round(x))
        )

    return apply


_PARAMETERS = {
    "zeros": ("shape", "dtype"), "ones": ("shape", "dtype"), "empty": ("shape", "dtype"),
    "full": ("shape", "fill_value", "dtype"), "eye": ("N", "M", "k", "dtype"), "identity": ("n", "dtype"),
    "arange": ("start", "stop", "step", "dtype"),
    "linspace": ("start", "stop", "num", "endpoint", "retstep", "dtype"),
}  # fmt: skip
_TORCH = {"identity": "eye"}


def _torch(name: str) -> Any:
    """The torch function of that name with numpy's arguments; numbers are of double precision, as numpy's are."""

    def apply(*args: Any, machine: Machine, **kwargs: Any) -> Any:
        given = {**dict(zip(_PARAMETERS[name], args)), **kwargs}
        dtype = _dtype_name(given.get("dtype"))
        numbers = [given[key] for key in _PARAMETERS[name] if key in given and key in _NUMBERS]
        if name == "linspace" and len(numbers) == 2:
            numbers.append(50)
        if name == "arange" and len(numbers) == 1:
            numbers = [given.get("start", given.get("stop"))]
        if dtype is None:
            whole = name == "arange" and not any(isinstance(n, float) for n in numbers)
            dtype = "int64" if whole else "float64"
        return machine.call(NAMES[f"torch.{_TORCH.get(name, name)}"], numbers, {"dtype": dtype})

    return apply


_NUMBERS = ("shape", "fill_value", "N", "M", "n", "start", "stop", "step", "num")


def _dtype_name(value: Any) -> str | None:
    name = value if isinstance(value, str) else getattr(value, "name", getattr(value, "__name__", None))
    return {"int": "int64", "float": "float64"}.get(name, name) if isinstance(name, str) else None


def _array(value: Any, *_: Any, machine: Machine, **__: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return machine.call(NAMES["torch.tensor"], (value,), {"dtype": _dtype(value)})
    return value


def _dtype(value: Any) -> str:
    while isinstance(value, (list, tuple)) and value:
        value = value[0]
    return "float64" if isinstance(value, float) else "int64"


def _power(x1: Any, x2: Any, *_: Any, machine: Machine, **__: Any) -> Any:
    if any(isinstance(x, (list, tuple, Tensor)) for x in (x1, x2)):
        return machine.call(NAMES["torch.pow"], (_array(x1, machine=machine), _array(x2, machine=machine)))
    if isinstance(x1, (int, float)) and isinstance(x2, (int, float)) and abs(x2) <= MAXIMUM_EXPONENT:
        machine.budget.left += 1  # Tables of positions take one for every number: it costs no more than ``x1**x2``.
        return float(x1) ** x2 if isinstance(x2, float) or x2 < 0 else x1**x2
    return Unknown("a power that is not known")


MAXIMUM_EXPONENT = 64


def _joined(name: str) -> Any:
    """``concatenate`` and its kin: the torch function of a list of arrays."""

    def join(arrays: Any, axis: Any = 0, *_: Any, machine: Machine, **__: Any) -> Any:
        parts = [_array(part, machine=machine) for part in machine.iterate(arrays)]
        places = (axis,) if name in ("cat", "stack") else ()
        return machine.call(NAMES[f"torch.{name}"], (parts, *places))

    return join


def _expand_dims(a: Any, axis: Any = 0, *, machine: Machine) -> Any:
    return machine.call(NAMES["torch.unsqueeze"], (_array(a, machine=machine), axis))


def _unique(ar: Any, *_: Any, machine: Machine, **options: Any) -> Any:
    if options:  # a tuple with places and counts
        return Unknown("numpy.unique with places or counts")
    return machine.call(NAMES["torch.unique"], (_array(ar, machine=machine),))


def _cumsum(a: Any, *_: Any, machine: Machine) -> Any:
    return machine.call(NAMES["torch.cumsum"], (_array(a, machine=machine), 0))


def _random(*_: Any, **__: Any) -> Any:
    return Unknown("a random array")


def _sampled(name: str) -> Any:
    """An array whose shape is known: ``rand(2, 3)``, ``normal(0, 1, size=(2, 3))``."""

    def sample(*args: Any, size: Any = None, machine: Machine, **_: Any) -> Any:
        shape: Any = args if name in ("rand", "randn") else size
        if shape is None:
            shape = args[_SIZE_AT[name]] if len(args) > _SIZE_AT[name] else None
        if shape is None or shape == ():
            return Unknown("a random number")
        shape = (shape,) if isinstance(shape, int) else tuple(machine.iterate(shape))
        return Tensor(shape, dtype="int64" if name == "randint" else "float64")

    return sample


_SIZE_AT = {"uniform": 2, "normal": 2, "randint": 2, "random": 0, "random_sample": 0, "standard_normal": 0}


def _isscalar(value: Any) -> bool:
    return isinstance(value, (int, float, str))


MODULES: dict[str, dict[str, Any]] = {
    "numpy": {
        "prod": _prod, "product": _prod, "sum": _sum, "linspace": _torch("linspace"), "arange": _torch("arange"),
        "eye": _torch("eye"), "identity": _torch("identity"), "zeros": _torch("zeros"), "ones": _torch("ones"),
        "empty": _torch("empty"), "full": _torch("full"),
        **{name: _elementwise(name) for name in "sqrt ceil floor round log2 log exp abs sin cos tan tanh log10".split()},
        "power": _power, "concatenate": _joined("cat"), "stack": _joined("stack"), "hstack": _joined("hstack"),
        "vstack": _joined("vstack"), "expand_dims": _expand_dims, "unique": _unique,
        "cumsum": _cumsum, "array": _array, "asarray": _array, "isscalar": _isscalar, "pi": math.pi, "inf": math.inf,
        "ndarray": TypingForm("ndarray"), "float32": TypingForm("float32"), "float64": TypingForm("float64"),
        "int64": TypingForm("int64"), "int32": TypingForm("int32"), "uint8": TypingForm("uint8"), "newaxis": None,
    },
    "numpy.random": {
        **{name: _sampled(name) for name in ("rand", "randn", *_SIZE_AT)},
        "choice": _random, "seed": _random, "permutation": _random,
    },
}  # fmt: skip
