"""The second method: the derivative of every output by columns of the input, in a network that is made to let everything
through (positive weights, identities for norms and activations, average for max pooling, float64)."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch.autograd import forward_ad
from torch.overrides import TorchFunctionMode

from analyzers.tracing.worker.influence import Seen

ACTIVATIONS = frozenset(
    "relu relu_ relu6 hardtanh hardtanh_ hardswish hardsigmoid leaky_relu leaky_relu_ elu elu_ selu celu silu gelu mish"
    " sigmoid sigmoid_ logsigmoid tanh tanh_ softplus softsign tanhshrink clamp clamp_ prelu".split()
)
NORMS = frozenset("batch_norm layer_norm group_norm instance_norm local_response_norm rms_norm".split())
POOLS = {
    id(F.max_pool1d): F.avg_pool1d, id(F.max_pool2d): F.avg_pool2d, id(F.max_pool3d): F.avg_pool3d,
    id(torch.max_pool1d): F.avg_pool1d, id(torch.max_pool2d): F.avg_pool2d, id(torch.max_pool3d): F.avg_pool3d,
    id(F.adaptive_max_pool1d): F.adaptive_avg_pool1d, id(F.adaptive_max_pool2d): F.adaptive_avg_pool2d,
}  # fmt: skip


class Linear(TorchFunctionMode):
    """Activations and norms hand on their input, max pooling averages."""

    def __torch_function__(self, func: Any, types: Any, args: tuple = (), kwargs: dict[str, Any] | None = None) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        first = args[0] if args else kwargs.get("input")
        if name in ACTIVATIONS or name in NORMS:
            return first
        pool = POOLS.get(id(func))
        if pool is not None:
            return _averaged(func, pool, args, kwargs)
        return func(*args, **kwargs)


def _averaged(func: Any, pool: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    names = ("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices")
    if pool in (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d):
        return pool(args[0], args[1] if len(args) > 1 else kwargs["output_size"])
    given = {**dict(zip(names, args)), **kwargs}
    dilation = given.pop("dilation", 1)
    if given.pop("return_indices", False) or set(dilation if isinstance(dilation, (tuple, list)) else [dilation]) != {
        1
    }:
        return func(*args, **kwargs)
    return pool(**given)


def let_through(model: torch.nn.Module, precision: torch.dtype) -> torch.nn.Module:
    """Positive weights whose sum over what one unit reads is about one, no biases."""
    model.to(precision)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            if not parameter.is_floating_point():
                continue
            if parameter.dim() < 2:
                parameter.fill_(0.0 if parameter.dim() == 0 or parameter.dim() == 1 else 1.0)
            else:
                share = 1.0 / max(parameter[0].numel(), 1)
                parameter.copy_(torch.rand(parameter.shape, generator=generator).to(precision).add_(0.5).mul_(share))
    _restore_scales(model)
    return model


def _restore_scales(model: torch.nn.Module) -> None:
    """A vector that is called weight, gamma or scale multiplies."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            word = name.rpartition(".")[2]
            if parameter.dim() < 2 and parameter.is_floating_point() and "bias" not in word and word != "beta":
                parameter.fill_(1.0)


def dual(values: torch.Tensor, direction: torch.Tensor) -> torch.Tensor:
    return forward_ad.make_dual(values, direction)


def observe_tangent(output: torch.Tensor, items: int) -> Seen | None:
    """Which units the columns move."""
    if not output.is_floating_point() or output.dim() < 2 or output.shape[0] != items:
        return None
    tangent = forward_ad.unpack_dual(output).tangent
    moved = torch.zeros(output.shape, dtype=torch.bool) if tangent is None else tangent.detach() != 0
    patterns = {}
    for dim in range(1, output.dim()):
        others = [other for other in range(1, output.dim()) if other != dim]
        patterns[dim] = moved.amax(dim=others) if others else moved
    return Seen(patterns, bool(moved.all()), bool(moved.any()))
