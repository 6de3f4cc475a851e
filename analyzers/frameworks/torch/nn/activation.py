"""Activations. All but GLU keep the shape; softmax-like ones mix along one dim."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch import functional as F
from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.naming import nn_layer
from analyzers.frameworks.torch.nn.padding import check_rank
from analyzers.frameworks.torch.nn.weights import length, weight
from analyzers.tensors.dims import same
from analyzers.tensors.errors import OperationError
from analyzers.tensors.layout import MAPS, Layout, Layouts, takes_map
from analyzers.tensors.tensor import Tensor


@nn_layer("activation")
class Threshold(Module):
    """x where above the threshold, else ``value``."""

    def __init__(self, threshold: Any, value: Any, inplace: Any = False) -> None:
        self.threshold = threshold
        self.value = value
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.threshold(input, self.threshold, self.value, self.inplace)


@nn_layer("activation")
class ReLU(Module):
    """max(x, 0)"""

    def __init__(self, inplace: Any = False) -> None:
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.relu(input, inplace=self.inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


@nn_layer("activation")
class RReLU(Module):
    """Leaky ReLU with a random slope."""

    def __init__(self, lower: Any = 1 / 8, upper: Any = 1 / 3, inplace: Any = False) -> None:
        self.lower = lower
        self.upper = upper
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)


@nn_layer("activation")
class Hardtanh(Module):
    """x clipped to ``min_val … max_val``; AssertionError unless they are in that order."""

    def __init__(
        self,
        min_val: Any = -1.0,
        max_val: Any = 1.0,
        inplace: Any = False,
        min_value: Any = None,
        max_value: Any = None,
    ) -> None:
        self.min_val = min_val if min_value is None else min_value
        self.max_val = max_val if max_value is None else max_value
        self.inplace = inplace
        check_interval(self.min_val, self.max_val)

    def forward(self, input: Tensor) -> Tensor:
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)


def check_interval(low: Any, high: Any) -> None:
    """AssertionError unless low < high."""
    numbers = isinstance(low, (int, float)) and isinstance(high, (int, float))
    if numbers and high <= low:
        message = f"{{subject}} needs max_val above min_val, gets {low}…{high}"
        raise OperationError("invalid-argument", message, exception="AssertionError")


@nn_layer("activation")
class ReLU6(Hardtanh):
    """x clipped to 0 … 6."""

    def __init__(self, inplace: Any = False) -> None:
        Hardtanh.__init__(self, 0.0, 6.0, inplace)


@nn_layer("activation")
class Sigmoid(Module):
    """1 / (1 + exp(−x))"""

    def __init__(self) -> None:
        pass

    def forward(self, input: Tensor) -> Tensor:
        return F.sigmoid(input)


@nn_layer("activation")
class Hardsigmoid(Module):
    """relu6(x + 3) / 6"""

    def __init__(self, inplace: Any = False) -> None:
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.hardsigmoid(input, self.inplace)


@nn_layer("activation")
class Tanh(Module):
    """tanh(x)"""

    def __init__(self) -> None:
        pass

    def forward(self, input: Tensor) -> Tensor:
        return F.tanh(input)


@nn_layer("activation")
class SiLU(Module):
    """x · sigmoid(x)"""

    def __init__(self, inplace: Any = False) -> None:
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.silu(input, inplace=self.inplace)


@nn_layer("activation")
class Mish(Module):
    """x · tanh(softplus(x))"""

    def __init__(self, inplace: Any = False) -> None:
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.mish(input, inplace=self.inplace)


@nn_layer("activation")
class Hardswish(Module):
    """x · relu6(x + 3) / 6"""

    def __init__(self, inplace: Any = False) -> None:
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.hardswish(input, self.inplace)


@nn_layer("activation")
class ELU(Module):
    """x or α·(exp(x) − 1)"""

    def __init__(self, alpha: Any = 1.0, inplace: Any = False) -> None:
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.elu(input, self.alpha, self.inplace)


@nn_layer("activation")
class CELU(Module):
    """x or α·(exp(x/α) − 1)"""

    def __init__(self, alpha: Any = 1.0, inplace: Any = False) -> None:
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.celu(input, self.alpha, self.inplace)


@nn_layer("activation")
class SELU(Module):
    """The self-normalising ELU."""

    def __init__(self, inplace: Any = False) -> None:
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.selu(input, self.inplace)


@nn_layer("activation")
class GLU(Module):
    """Halves ``dim``: first half · sigmoid(second half). RuntimeError when it is odd."""

    def __init__(self, dim: Any = -1) -> None:
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return F.glu(input, self.dim)


@nn_layer("activation")
class GELU(Module):
    """x · Φ(x)"""

    def __init__(self, approximate: Any = "none") -> None:
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        if isinstance(self.approximate, str) and self.approximate not in ("none", "tanh"):
            message = f"{{subject}} takes approximate 'none' or 'tanh', not {self.approximate!r}"
            raise OperationError("invalid-argument", message, input.with_(), argument="approximate")
        return F.gelu(input, approximate=self.approximate)


@nn_layer("activation")
class Hardshrink(Module):
    """x where |x| > λ, else 0."""

    def __init__(self, lambd: Any = 0.5) -> None:
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        return F.hardshrink(input, self.lambd)


@nn_layer("activation")
class LeakyReLU(Module):
    """x or negative_slope · x"""

    def __init__(self, negative_slope: Any = 0.01, inplace: Any = False) -> None:
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.leaky_relu(input, self.negative_slope, self.inplace)


@nn_layer("activation")
class LogSigmoid(Module):
    """log sigmoid(x)"""

    def __init__(self) -> None:
        pass

    def forward(self, input: Tensor) -> Tensor:
        return F.logsigmoid(input)


@nn_layer("activation")
class Softplus(Module):
    """log(1 + exp(βx)) / β"""

    def __init__(self, beta: Any = 1.0, threshold: Any = 20.0) -> None:
        self.beta = beta
        self.threshold = threshold

    def forward(self, input: Tensor) -> Tensor:
        return F.softplus(input, self.beta, self.threshold)


@nn_layer("activation")
class Softshrink(Module):
    """x moved towards 0 by λ."""

    def __init__(self, lambd: Any = 0.5) -> None:
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        return F.softshrink(input, self.lambd)


@nn_layer("activation")
class PReLU(Module):
    """Leaky ReLU with learned slopes: one, or one for each channel (dim 1)."""

    def __init__(self, num_parameters: Any = 1, init: Any = 0.25, device: Any = None, dtype: Any = None) -> None:
        self.num_parameters = num_parameters
        self.init = init
        self.weight = weight(length(num_parameters))

    def reset_parameters(self) -> None:
        """Sets the slopes to ``init``; shapes stay."""

    def input_layouts(self, place: int) -> Layouts:
        """One slope for every channel, or one for all of whatever comes."""
        one = same(self.weight.shape[0], 1) is True
        return () if one else (Layout.of("N C ...", rest=MAPS, C=self.weight.shape[0]),)

    def forward(self, input: Tensor) -> Tensor:
        return F.prelu(input, self.weight)


@nn_layer("activation")
class Softsign(Module):
    """x / (1 + |x|)"""

    def __init__(self) -> None:
        pass

    def forward(self, input: Tensor) -> Tensor:
        return F.softsign(input)


@nn_layer("activation")
class Tanhshrink(Module):
    """x − tanh(x)"""

    def __init__(self) -> None:
        pass

    def forward(self, input: Tensor) -> Tensor:
        return F.tanhshrink(input)


@nn_layer("activation")
class Softmin(Module):
    """softmax(−x) along ``dim``."""

    def __init__(self, dim: Any = None) -> None:
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return F.softmin(input, self.dim)


@nn_layer("activation")
class Softmax(Module):
    """Shares that sum to 1 along ``dim``."""

    def __init__(self, dim: Any = None) -> None:
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return F.softmax(input, self.dim)


@nn_layer("activation")
class Softmax2d(Module):
    """Softmax over channels of N×C×H×W or C×H×W; ValueError for other ranks."""

    input_layouts = takes_map(2)

    def __init__(self) -> None:
        pass

    def forward(self, input: Tensor) -> Tensor:
        check_rank(input, 3, 4)
        return F.softmax(input, -3)


@nn_layer("activation")
class LogSoftmax(Module):
    """log softmax(x) along ``dim``."""

    def __init__(self, dim: Any = None) -> None:
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return F.log_softmax(input, self.dim)
