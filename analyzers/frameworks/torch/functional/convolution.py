"""torch.nn.functional: convolutions and transposed convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analyzers.frameworks.torch.functional.arguments import choice, optional_tensor, require_no_objects, tensor
from analyzers.interpreter.overlays import function
from analyzers.tensors import signals
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, exact_quotient, product, same, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.field import Field
from analyzers.tensors.layout import channels_first
from analyzers.tensors.operations import convolution
from analyzers.tensors.operations.arguments import integer
from analyzers.tensors.operations.spatial import (
    below,
    number,
    paddings,
    per_axis,
    require_at_least,
    require_spatial_rank,
)
from analyzers.tensors.signals import STANDARD, Signal
from analyzers.tensors.tensor import Tensor, signal_of


def _conv(
    rank: int, input: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: Any
) -> Tensor:
    x, kernels = tensor(input), tensor(weight)
    require_no_objects(stride, padding, dilation, groups)
    _require_kernel_rank(kernels, rank)
    groups = integer(number(groups, "groups"))
    x.note_taken(channels_first(rank, kernels.shape[1] * groups))
    dims = require_spatial_rank(x, rank)
    kernel, out_channels = kernels.shape[2:], kernels.shape[0]
    stride, dilation = per_axis(stride, rank, "stride"), per_axis(dilation, rank, "dilation")
    result = convolution.conv(
        x,
        in_channels=kernels.shape[1] * groups,
        out_channels=out_channels,
        kernel=kernel,
        stride=stride,
        padding=_conv_padding(padding, kernel, stride, dilation),
        dilation=dilation,
        groups=groups,
        channel_dim=dims[0] - 1,
        spatial_dims=dims,
    )
    _require_channels(kernels, result)
    require_bias(bias, out_channels, result)
    result.signal = weighted_signal(x, kernels, bias, terms=(*kernels.shape[1:2], *kernel))
    return _reading_weight(result, kernels)


def weighted_signal(x: Tensor, weight: Tensor, bias: Any, terms: Sequence[Dim], divisor: Sequence[Dim] = ()) -> Signal:
    """After a layer that sums up as many values as the product of ``terms`` says, by ``divisor``. Weights and biases that
    nobody has drawn otherwise are as torch draws them: uniform, with the variance 1/(3·fan_in)."""
    fan, many, by = (_number(sizes) for sizes in (weight.shape[1:], terms, divisor))
    if fan is None or many is None or by is None:
        return STANDARD
    drawn = signals.drawn(1 / (3 * fan))
    given = bias.signal or drawn if isinstance(bias, Tensor) else None
    return signals.weighted(signal_of(x), many / by, weight.signal or drawn, given)


def _number(sizes: Sequence[Dim]) -> int | None:
    total = product(sizes)
    return total if isinstance(total, int) and total > 0 else None


def _require_channels(kernels: Tensor, result: Tensor) -> None:
    """torch convolves neither from nor to 0 channels."""
    if any(isinstance(channels, int) and channels == 0 for channels in kernels.shape[:2]):
        raise OperationError("invalid-argument", "{subject} has 0 channels", result)


def _reading_weight(result: Tensor, weight: Tensor) -> Tensor:
    """The result of kernels that were computed from the input: it also sees all that they see."""
    if weight.field is Field.EMPTY:
        return result
    seen = weight.field.mix(range(weight.rank))
    return result.with_(field=Field.merge([result.field, seen]), cost=result.cost)


def _conv_padding(
    padding: Any, kernel: Sequence[Dim], stride: Sequence[Dim], dilation: Sequence[Dim]
) -> list[tuple[Dim, Dim]]:
    """Padding before and after every axis, from numbers, "valid" or "same"."""
    if isinstance(padding, str):
        choice(padding, ("valid", "same"), "padding", "RuntimeError")
        if padding == "valid":
            return [(0, 0)] * len(kernel)
        if any(same(s, 1) is False for s in stride):
            raise OperationError(
                "invalid-argument",
                f"{{subject}} has padding='same', which needs stride 1, and stride {shape_text(stride)}",
                argument="padding",
            )
        totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        return [(total // 2, total - total // 2) for total in totals]
    return [(amount, amount) for amount in paddings(padding, len(kernel))]


def _require_kernel_rank(weight: Tensor, rank: int) -> None:
    if weight.rank != rank + 2:
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} expects a weight of {rank + 2} dimensions, gets {weight.rank}",
            expected=rank + 2,
            actual=weight.rank,
        )


def require_bias(bias: Any, out_channels: Dim, result: Tensor) -> None:
    given = optional_tensor(bias)
    if given is not None and (given.rank != 1 or same(given.shape[0], out_channels) is False):
        raise OperationError(
            "channel-mismatch",
            f"{{subject}} has a bias of {shape_text(given.shape)} for {text(out_channels)} output channels",
            result=result,
            expected=out_channels,
            actual=given.shape[0] if given.rank == 1 else None,
            argument="bias",
        )


def _conv_transpose(
    rank: int,
    input: Any,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    output_padding: Any,
    groups: Any,
    dilation: Any,
) -> Tensor:
    x, kernels = tensor(input), tensor(weight)
    require_no_objects(stride, padding, dilation, groups)
    _require_kernel_rank(kernels, rank)
    groups = integer(number(groups, "groups"))
    x.note_taken(channels_first(rank, kernels.shape[0]))
    dims = require_spatial_rank(x, rank)
    stride, dilation = per_axis(stride, rank, "stride"), per_axis(dilation, rank, "dilation")
    extra = per_axis(output_padding, rank, "output_padding")
    out_channels = kernels.shape[1] * groups
    if same(out_channels, 0):
        raise OperationError("invalid-argument", "{subject} has no output channels", argument="out_channels")
    result = convolution.conv_transpose(
        x,
        in_channels=kernels.shape[0],
        out_channels=out_channels,
        kernel=kernels.shape[2:],
        stride=stride,
        padding=[(amount, amount) for amount in paddings(padding, rank)],
        output_padding=extra,
        dilation=dilation,
        groups=groups,
        channel_dim=dims[0] - 1,
        spatial_dims=dims,
    )
    _require_output_padding(extra, stride, dilation, result)
    require_bias(bias, out_channels, result)
    terms = (exact_quotient(kernels.shape[0], groups) or kernels.shape[0], *kernels.shape[2:])
    result.signal = weighted_signal(x, kernels, bias, terms, stride)
    return _reading_weight(result, kernels)


def _require_output_padding(
    extra: Sequence[Dim], stride: Sequence[Dim], dilation: Sequence[Dim], result: Tensor
) -> None:
    """Output padding must stay below the larger of stride and dilation."""
    require_at_least(extra, 0, "output_padding", result)
    for amount, s, d in zip(extra, stride, dilation, strict=True):
        if below(s - amount, 1) and below(d - amount, 1):
            raise OperationError(
                "invalid-argument",
                f"{{subject}} has output_padding {text(amount)}, which must be below stride {text(s)} "
                f"or dilation {text(d)}",
                result=result,
                argument="output_padding",
                actual=amount,
            )


@function("torch.nn.functional.conv1d", "torch.conv1d")
def conv1d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: Any = 1,
) -> Tensor:
    return _conv(1, input, weight, bias, stride, padding, dilation, groups)


@function("torch.nn.functional.conv2d", "torch.conv2d")
def conv2d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: Any = 1,
) -> Tensor:
    return _conv(2, input, weight, bias, stride, padding, dilation, groups)


@function("torch.nn.functional.conv3d", "torch.conv3d")
def conv3d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: Any = 1,
) -> Tensor:
    return _conv(3, input, weight, bias, stride, padding, dilation, groups)


@function("torch.nn.functional.conv_transpose1d", "torch.conv_transpose1d")
def conv_transpose1d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: Any = 1,
    dilation: Any = 1,
) -> Tensor:
    return _conv_transpose(1, input, weight, bias, stride, padding, output_padding, groups, dilation)


@function("torch.nn.functional.conv_transpose2d", "torch.conv_transpose2d")
def conv_transpose2d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: Any = 1,
    dilation: Any = 1,
) -> Tensor:
    return _conv_transpose(2, input, weight, bias, stride, padding, output_padding, groups, dilation)


@function("torch.nn.functional.conv_transpose3d", "torch.conv_transpose3d")
def conv_transpose3d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: Any = 1,
    dilation: Any = 1,
) -> Tensor:
    return _conv_transpose(3, input, weight, bias, stride, padding, output_padding, groups, dilation)


@function("torch.nn.functional.conv_tbc", "torch.conv_tbc")
def conv_tbc(input: Any, weight: Any, bias: Any, pad: Any = 0) -> Tensor:
    """(T, N, C) with weight (k, C, out) → (T', N, out)."""
    x, kernels = tensor(input), tensor(weight)
    require_no_objects(pad)
    for given in (x, kernels):
        if given.rank != 3:
            raise OperationError(
                "rank-mismatch",
                f"{{subject}} expects 3 dimensions, gets {given.rank}",
                expected=3,
                actual=given.rank,
            )
    amount = integer(pad)
    return convolution.conv(
        x,
        in_channels=kernels.shape[1],
        out_channels=kernels.shape[2],
        kernel=kernels.shape[:1],
        stride=[1],
        padding=[(amount, amount)],
        dilation=[1],
        groups=1,
        channel_dim=2,
        spatial_dims=[0],
    )
