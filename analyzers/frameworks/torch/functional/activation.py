"""torch.nn.functional: activations and the softmax family."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch.functional.arguments import optional_tensor, tensor
from analyzers.interpreter.overlays import function
from analyzers.tensors.dims import Dim, require, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.field import Field
from analyzers.tensors.operations.arguments import axis
from analyzers.tensors.operations.dtypes import as_floating
from analyzers.tensors.operations.elementwise import activation, unary
from analyzers.tensors.operations.pixel import divided
from analyzers.tensors.operations.reduction import mix
from analyzers.tensors.operations.spatial import resized
from analyzers.tensors.tensor import Tensor


@function("torch.nn.functional.relu")
def relu(input: Any, inplace: Any = False) -> Tensor:
    return activation(tensor(input), "relu")


@function(
    "torch.relu",
    "torch.relu_",
    "torch.nn.functional.relu_",
)
def relu_(input: Any) -> Tensor:
    return activation(tensor(input), "relu")


def _no_mask(input: Any) -> Tensor:
    """The tensor; raises invalid-argument where it holds truth values, which cannot be negated or clamped."""
    x = tensor(input)
    if x.dtype == "bool":
        raise OperationError(
            "invalid-argument", "{subject} takes numbers, gets a bool tensor", result=x, argument="input"
        )
    return x


@function("torch.nn.functional.relu6")
def relu6(input: Any, inplace: Any = False) -> Tensor:
    return activation(_no_mask(input), "relu6")


@function("torch.nn.functional.elu")
def elu(input: Any, alpha: Any = 1.0, inplace: Any = False) -> Tensor:
    return activation(tensor(input), "elu")


@function("torch.nn.functional.elu_", "torch.nn.functional.celu_", "torch.celu", "torch.celu_")
def elu_(input: Any, alpha: Any = 1.0, scale: Any = 1, input_scale: Any = 1) -> Tensor:
    return activation(tensor(input), "elu")


@function("torch.nn.functional.celu")
def celu(input: Any, alpha: Any = 1.0, inplace: Any = False) -> Tensor:
    return activation(tensor(input), "elu")


@function("torch.nn.functional.selu")
def selu(input: Any, inplace: Any = False) -> Tensor:
    return activation(tensor(input), "selu")


@function("torch.selu", "torch.selu_", "torch.nn.functional.selu_")
def selu_(input: Any) -> Tensor:
    return activation(tensor(input), "selu")


@function("torch.nn.functional.leaky_relu")
def leaky_relu(input: Any, negative_slope: Any = 0.01, inplace: Any = False) -> Tensor:
    return activation(tensor(input), "leaky_relu")


@function("torch.nn.functional.leaky_relu_")
def leaky_relu_(input: Any, negative_slope: Any = 0.01) -> Tensor:
    return activation(tensor(input), "leaky_relu")


@function("torch.nn.functional.rrelu")
def rrelu(
    input: Any,
    lower: Any = 0.125,
    upper: Any = 0.3333333333333333,
    training: Any = False,
    inplace: Any = False,
) -> Tensor:
    return activation(tensor(input), "leaky_relu")


@function("torch.rrelu", "torch.rrelu_", "torch.nn.functional.rrelu_")
def rrelu_(
    input: Any,
    lower: Any = 0.125,
    upper: Any = 0.3333333333333333,
    training: Any = False,
    generator: Any = None,
) -> Tensor:
    return activation(tensor(input), "leaky_relu")


@function("torch.nn.functional.hardtanh")
def hardtanh(input: Any, min_val: Any = -1.0, max_val: Any = 1.0, inplace: Any = False) -> Tensor:
    result = activation(_no_mask(input), "hardtanh")
    if isinstance(min_val, (int, float)) and isinstance(max_val, (int, float)) and min_val > max_val:
        raise OperationError(
            "invalid-argument",
            f"{{subject}} has min_val {min_val} above max_val {max_val}",
            result=result,
            exception="ValueError",
            argument="min_val",
        )
    return result


@function("torch.nn.functional.hardtanh_")
def hardtanh_(input: Any, min_val: Any = -1.0, max_val: Any = 1.0) -> Tensor:
    return activation(tensor(input), "hardtanh")


@function("torch.nn.functional.threshold")
def threshold(input: Any, threshold: Any, value: Any, inplace: Any = False) -> Tensor:
    return unary(tensor(input))


@function("torch.threshold", "torch.threshold_", "torch.nn.functional.threshold_")
def threshold_(input: Any, threshold: Any, value: Any) -> Tensor:
    return unary(tensor(input))


@function("torch.nn.functional.hardsigmoid")
def hardsigmoid(input: Any, inplace: Any = False) -> Tensor:
    return activation(tensor(input), "hardsigmoid")


@function("torch.nn.functional.hardswish")
def hardswish(input: Any, inplace: Any = False) -> Tensor:
    return activation(tensor(input), "hardswish")


@function("torch.nn.functional.silu")
def silu(input: Any, inplace: Any = False) -> Tensor:
    return activation(tensor(input), "silu")


@function("torch.nn.functional.mish")
def mish(input: Any, inplace: Any = False) -> Tensor:
    return activation(tensor(input), "mish")


@function("torch.nn.functional.gelu")
def gelu(input: Any, *, approximate: Any = "none") -> Tensor:
    return activation(tensor(input), "gelu")


@function("torch.nn.functional.softplus")
def softplus(input: Any, beta: Any = 1, threshold: Any = 20) -> Tensor:
    return activation(tensor(input), "softplus")


@function("torch.nn.functional.softshrink")
def softshrink(input: Any, lambd: Any = 0.5) -> Tensor:
    result = unary(tensor(input))
    if isinstance(lambd, (int, float)) and lambd < 0:
        raise OperationError(
            "invalid-argument", f"{{subject}} has lambd {lambd} below 0", result=result, argument="lambd"
        )
    return result


@function("torch.nn.functional.hardshrink", "torch.hardshrink")
def hardshrink(input: Any, lambd: Any = 0.5) -> Tensor:
    return unary(tensor(input))


@function("torch.nn.functional.logsigmoid")
def logsigmoid(input: Any) -> Tensor:
    return unary(_no_mask(input))


@function("torch.nn.functional.sigmoid", "torch.sigmoid", "torch.special.expit")
def sigmoid(input: Any, *, out: Any = None) -> Tensor:
    x = tensor(input)
    return activation(x, "sigmoid", as_floating(x.dtype))


@function("torch.nn.functional.tanh", "torch.tanh")
def tanh(input: Any, *, out: Any = None) -> Tensor:
    x = tensor(input)
    return activation(x, "tanh", as_floating(x.dtype))


@function("torch.nn.functional.tanhshrink", "torch.nn.functional.softsign")
def tanhshrink(input: Any) -> Tensor:
    x = tensor(input)
    return unary(x, as_floating(x.dtype))


softsign = tanhshrink


@function("torch.nn.functional.prelu", "torch.prelu")
def prelu(input: Any, weight: Any) -> Tensor:
    """One slope, or one per channel (dim 1). Raises rank-mismatch, channel-mismatch."""
    x, slopes = tensor(input), optional_tensor(weight)
    result = activation(x, "leaky_relu")
    if slopes is None:
        return result
    if slopes.rank > 1:
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} expects a weight of 0 or 1 dimensions, gets {slopes.rank}",
            result=result,
            expected=1,
            actual=slopes.rank,
        )
    channels = x.shape[1] if x.rank > 1 else 1
    if slopes.rank == 1 and require(slopes.shape[0], 1) is not True:
        _require_slopes(slopes, channels, result)
    return result


def _require_slopes(slopes: Tensor, channels: Any, result: Tensor) -> None:
    if require(slopes.shape[0], channels) is False:
        raise OperationError(
            "channel-mismatch",
            f"{{subject}} has {text(slopes.shape[0])} slopes, gets {text(channels)} channels",
            result=result,
            expected=slopes.shape[0],
            actual=channels,
            argument="num_parameters",
        )


@function("torch.nn.functional.glu")
def glu(input: Any, dim: Any = -1) -> Tensor:
    """One half of ``dim`` gates the other. Raises groups-mismatch when it is odd."""
    x = tensor(input)
    if x.rank == 0:
        raise OperationError("rank-mismatch", "{subject} expects at least 1 dimension, gets a scalar")
    index = axis(dim, x.rank)
    half = divided(x.shape[index], 2, f"elements along dim {index}")
    return x.with_(shape=resized(x.shape, [index], [half]), field=gated_halves(x.field, index, half))


def gated_halves(field: Field, dim: int, half: Dim) -> Field:
    """What both halves read, position by position; everything where it is not known how long they are."""
    if not field.located(dim):
        return field
    if not isinstance(half, int):
        return field.mix([dim])
    return field.narrow(dim, 0, 1, half).gate(field.narrow(dim, half, 1, half))


def softmax_along(input: Any, dim: Any, trait: str) -> Tensor:
    """Every element along ``dim`` depends on all of them; ``trait`` names what the values are (``softmax``,
    ``log_softmax``). Without ``dim``: 0 for rank 0, 1 and 3, else 1, as torch chooses."""
    x = tensor(input)
    if dim is None:
        dim = 0 if x.rank in (0, 1, 3) else 1
    result = mix(x, axis(dim, x.rank), as_floating(x.dtype))
    result.trait = trait
    return result


@function("torch.nn.functional.softmax")
def softmax(input: Any, dim: Any = None, _stacklevel: Any = 3, dtype: Any = None) -> Tensor:
    return softmax_along(input, dim, "softmax")


@function("torch.nn.functional.softmin")
def softmin(input: Any, dim: Any = None, _stacklevel: Any = 3, dtype: Any = None) -> Tensor:
    return softmax_along(input, dim, "softmax")


@function("torch.nn.functional.log_softmax")
def log_softmax(input: Any, dim: Any = None, _stacklevel: Any = 3, dtype: Any = None) -> Tensor:
    return softmax_along(input, dim, "log_softmax")


@function("torch.nn.functional.gumbel_softmax")
def gumbel_softmax(logits: Any, tau: Any = 1, hard: Any = False, eps: Any = 1e-10, dim: Any = -1) -> Tensor:
    return softmax_along(logits, dim, "softmax")
