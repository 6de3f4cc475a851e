"""``torch.nn.init``: values only, so every function returns the tensor as it is, and notes how strong its values are."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from analyzers.interpreter.overlays import VALUES_ONLY, function
from analyzers.tensors import signals
from analyzers.tensors.errors import PythonError
from analyzers.tensors.signals import Signal
from analyzers.tensors.tensor import Tensor


def drawn(tensor: Tensor, signal: Callable[[], Signal]) -> Tensor:
    """The tensor itself, filled in place; where the numbers are not known, nobody knows how strong its values are."""
    if isinstance(tensor, Tensor):
        try:
            tensor.signal = signal()
        except (ArithmeticError, TypeError, ValueError, AttributeError, PythonError):
            tensor.signal = None
    return tensor


def uniform_between(low: float, high: float) -> Signal:
    return signals.drawn((high - low) ** 2 / 12, (low + high) / 2)


def fans_of(tensor: Tensor) -> tuple[int, int]:
    return calculate_fan_in_and_fan_out(tensor)


def _names(name: str) -> tuple[str, ...]:
    """The function and, where torch still has one, its deprecated twin without underscore."""
    current = f"torch.nn.init.{name}_"
    old = () if name in ("ones", "zeros", "trunc_normal") else (f"torch.nn.init.{name}",)
    return (current, *old)


@function(*_names("uniform"))
def uniform_(tensor: Tensor, a: Any = 0.0, b: Any = 1.0, generator: Any = None) -> Tensor:
    return drawn(tensor, lambda: uniform_between(a, b))


@function(*_names("normal"))
def normal_(tensor: Tensor, mean: Any = 0.0, std: Any = 1.0, generator: Any = None) -> Tensor:
    return drawn(tensor, lambda: signals.drawn(std**2, mean))


@function(*_names("trunc_normal"))
def trunc_normal_(
    tensor: Tensor, mean: Any = 0.0, std: Any = 1.0, a: Any = -2.0, b: Any = 2.0, generator: Any = None
) -> Tensor:
    return drawn(tensor, lambda: signals.drawn(std**2, mean))


@function(*_names("constant"))
def constant_(tensor: Tensor, val: Any) -> Tensor:
    return drawn(tensor, lambda: signals.constant(float(val)))


@function(*_names("ones"))
def ones_(tensor: Tensor) -> Tensor:
    return drawn(tensor, lambda: signals.constant(1.0))


@function(*_names("zeros"))
def zeros_(tensor: Tensor) -> Tensor:
    return drawn(tensor, lambda: signals.constant(0.0))


@function(*_names("eye"))
def eye_(tensor: Tensor) -> Tensor:
    """ValueError unless 2D."""
    require_ranks(tensor, 2, 2)
    return tensor


@function(*_names("dirac"))
def dirac_(tensor: Tensor, groups: Any = 1) -> Tensor:
    """ValueError unless 3D to 5D."""
    require_ranks(tensor, 3, 5)
    return tensor


@function(*_names("sparse"))
def sparse_(tensor: Tensor, sparsity: Any, std: Any = 0.01, generator: Any = None) -> Tensor:
    """ValueError unless 2D."""
    require_ranks(tensor, 2, 2)
    return drawn(tensor, lambda: signals.drawn(std**2 * (1 - sparsity)))


@function(*_names("orthogonal"))
def orthogonal_(tensor: Tensor, gain: Any = 1, generator: Any = None) -> Tensor:
    """ValueError unless 2D or more."""
    require_ranks(tensor, 2)
    return drawn(tensor, lambda: signals.drawn(gain**2 / max(fans_of(tensor))))


@function(*_names("xavier_uniform"))
def xavier_uniform_(tensor: Tensor, gain: Any = 1.0, generator: Any = None) -> Tensor:
    """ValueError unless 2D or more."""
    require_ranks(tensor, 2)
    return drawn(tensor, lambda: signals.drawn(2 * gain**2 / sum(fans_of(tensor))))


@function(*_names("xavier_normal"))
def xavier_normal_(tensor: Tensor, gain: Any = 1.0, generator: Any = None) -> Tensor:
    """ValueError unless 2D or more."""
    require_ranks(tensor, 2)
    return drawn(tensor, lambda: signals.drawn(2 * gain**2 / sum(fans_of(tensor))))


@function(*_names("kaiming_uniform"))
def kaiming_uniform_(
    tensor: Tensor, a: Any = 0, mode: Any = "fan_in", nonlinearity: Any = "leaky_relu", generator: Any = None
) -> Tensor:
    """ValueError unless 2D or more."""
    require_ranks(tensor, 2)
    return drawn(
        tensor, lambda: signals.drawn(calculate_gain(nonlinearity, a) ** 2 / calculate_correct_fan(tensor, mode))
    )


@function(*_names("kaiming_normal"))
def kaiming_normal_(
    tensor: Tensor, a: Any = 0, mode: Any = "fan_in", nonlinearity: Any = "leaky_relu", generator: Any = None
) -> Tensor:
    """ValueError unless 2D or more."""
    require_ranks(tensor, 2)
    return drawn(
        tensor, lambda: signals.drawn(calculate_gain(nonlinearity, a) ** 2 / calculate_correct_fan(tensor, mode))
    )


VALUES_ONLY.update(
    (uniform_, normal_, trunc_normal_, constant_, ones_, zeros_, eye_, dirac_, sparse_, orthogonal_),
    (xavier_uniform_, xavier_normal_, kaiming_uniform_, kaiming_normal_),
)


def require_ranks(tensor: Tensor, low: int, high: int | None = None) -> None:
    """A plain ValueError, as torch raises: user code catches it."""
    if tensor.rank < low or (high is not None and tensor.rank > high):
        raise PythonError("ValueError", f"a tensor of {tensor.rank} dimensions cannot be initialised this way")


@function("torch.nn.init._calculate_fan_in_and_fan_out")
def calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[Any, Any]:
    """Inputs and outputs of one unit of a weight ``out × in × kernel``. ValueError below 2D."""
    require_ranks(tensor, 2)
    area = Tensor(tensor.shape[2:]).numel()
    return tensor.shape[1] * area, tensor.shape[0] * area


@function("torch.nn.init._calculate_correct_fan")
def calculate_correct_fan(tensor: Tensor, mode: Any) -> Any:
    """The fan that ``mode`` names."""
    fan_in, fan_out = calculate_fan_in_and_fan_out(tensor)
    if mode.lower() not in ("fan_in", "fan_out"):
        raise PythonError("ValueError", f"Mode {mode} not supported")
    return fan_in if mode.lower() == "fan_in" else fan_out


GAINS = {"tanh": 5 / 3, "relu": math.sqrt(2), "selu": 3 / 4, "sigmoid": 1}


@function("torch.nn.init.calculate_gain")
def calculate_gain(nonlinearity: Any, param: Any = None) -> Any:
    """The recommended gain (He et al. 2015); 1 for linear layers. ValueError for unknown names."""
    if nonlinearity in GAINS:
        return GAINS[nonlinearity]
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        return math.sqrt(2 / (1 + slope**2))
    if nonlinearity == "linear" or str(nonlinearity).startswith("conv"):
        return 1
    raise PythonError("ValueError", f"Unsupported nonlinearity {nonlinearity}")
