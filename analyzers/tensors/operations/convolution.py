"""Convolutions of any rank and layout: shape, field, multiply-accumulates.

Formulas: n_out = ⌊(n + p − d(k−1) − 1)/s⌋ + 1, transposed n_out = (n−1)s − p + d(k−1) + 1 + output padding,
with p the total padding (Dumoulin & Visin 2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, conv_out, counted, product, require, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations.axis_names import of_map
from analyzers.tensors.operations.spatial import (
    Pair,
    below,
    declared,
    gathers,
    moved,
    require_at_least,
    resized,
)
from analyzers.tensors.support import Gather
from analyzers.tensors.tensor import Tensor


def conv(
    input: Tensor,
    *,
    in_channels: Dim,
    out_channels: Dim,
    kernel: Sequence[Dim],
    stride: Sequence[Dim],
    padding: Sequence[Pair],
    dilation: Sequence[Dim],
    groups: int,
    channel_dim: int,
    spatial_dims: Sequence[int],
) -> Tensor:
    """A convolution of the map with kernels of one size per spatial dim.

    Raises channel-mismatch and empty-output. Cost: output positions × out channels × in channels per
    group × kernel elements; a bias costs nothing.
    """
    require_window(kernel, stride, dilation)
    require_groups(groups, in_channels, out_channels)
    sizes = [
        conv_out(input.shape[dim], k, s, before + after, d)
        for dim, k, s, (before, after), d in zip(spatial_dims, kernel, stride, padding, dilation, strict=True)
    ]
    sizes = declared(sizes)
    found = gathers(Gather.window, kernel, stride, [before for before, _ in padding], dilation)
    shape = resized(input.shape, (*spatial_dims, channel_dim), (*sizes, out_channels))
    result = Tensor(
        shape,
        moved(input.field.mix_groups(channel_dim, groups, out_channels, in_channels), spatial_dims, found, sizes),
        input.dtype,
        axes=of_map(len(shape), spatial_dims),
        cost=product(shape) * (in_channels // groups) * product(kernel),
    )
    require_channels(input.shape[channel_dim], in_channels, result)
    require_fitting_kernel([input.shape[dim] for dim in spatial_dims], kernel, padding, dilation, result)
    return result


def conv_transpose(
    input: Tensor,
    *,
    in_channels: Dim,
    out_channels: Dim,
    kernel: Sequence[Dim],
    stride: Sequence[Dim],
    padding: Sequence[Pair],
    output_padding: Sequence[Dim],
    dilation: Sequence[Dim],
    groups: int,
    channel_dim: int,
    spatial_dims: Sequence[int],
) -> Tensor:
    """The transpose of a convolution: every input unit is spread over a kernel.

    Raises channel-mismatch and empty-output. Cost: input positions × in channels × out channels per
    group × kernel elements.
    """
    require_window(kernel, stride, dilation)
    require_groups(groups, in_channels, out_channels)
    sizes = [
        (input.shape[dim] - 1) * s - before - after + d * (k - 1) + 1 + extra
        for dim, k, s, (before, after), extra, d in zip(
            spatial_dims, kernel, stride, padding, output_padding, dilation, strict=True
        )
    ]
    found = gathers(Gather.transposed, kernel, stride, [before for before, _ in padding], dilation)
    shape = resized(input.shape, (*spatial_dims, channel_dim), (*declared(sizes), out_channels))
    positions = product(resized(input.shape, [channel_dim], [1]))
    result = Tensor(
        shape,
        moved(input.field.mix_groups(channel_dim, groups, out_channels, in_channels), spatial_dims, found, sizes),
        input.dtype,
        axes=of_map(len(shape), spatial_dims),
        cost=positions * in_channels * (out_channels // groups) * product(kernel),
    )
    require_channels(input.shape[channel_dim], in_channels, result)
    require_output(sizes, [input.shape[dim] for dim in spatial_dims], result)
    return result


def require_window(kernel: Sequence[Dim], stride: Sequence[Dim], dilation: Sequence[Dim]) -> None:
    """Raises invalid-argument for a kernel, stride or dilation below 1."""
    require_at_least(stride, 1, "stride")
    require_at_least(dilation, 1, "dilation")
    require_at_least(kernel, 1, "kernel_size")


def require_groups(groups: Any, in_channels: Dim, out_channels: Dim) -> None:
    """Raises invalid-argument for groups below 1, groups-mismatch unless they divide the channels."""
    if below(groups, 1):
        raise OperationError("invalid-argument", f"{{subject}} has groups {groups}", argument="groups")
    for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
        if isinstance(channels, int) and isinstance(groups, int) and channels % groups:
            raise OperationError(
                "groups-mismatch",
                f"{{subject}} has {counted(channels, name[:-1].replace('_', ' '))}, not divisible by groups {groups}",
                argument=name,
                expected=groups,
                actual=channels,
            )


def require_channels(actual: Dim, expected: Dim, result: Tensor, argument: str = "in_channels") -> None:
    """Raises channel-mismatch, to go on with the result."""
    if require(actual, expected) is False:
        raise OperationError(
            "channel-mismatch",
            f"{{subject}} expects {counted(expected, 'input channel')}, gets {text(actual)}",
            result=result,
            expected=expected,
            actual=actual,
            argument=argument,
        )


def require_fitting_kernel(
    sizes: Sequence[Dim],
    kernel: Sequence[Dim],
    padding: Sequence[Pair],
    dilation: Sequence[Dim],
    result: Tensor | None,
) -> None:
    """Raises empty-output when a dilated kernel is certainly larger than its padded input."""
    extents, padded = reach(sizes, kernel, padding, dilation)
    if any(below(n - e, 0) for n, e in zip(padded, extents, strict=True)) or any(below(n, 1) for n in sizes):
        raise OperationError(
            "empty-output",
            f"{{subject}} has a kernel of {shape_text(extents)} on a padded input of {shape_text(padded)}",
            result=result,
            expected=extents,
            actual=padded,
            argument="kernel_size",
        )


def reach(
    sizes: Sequence[Dim], kernel: Sequence[Dim], padding: Sequence[Pair], dilation: Sequence[Dim]
) -> tuple[tuple[Dim, ...], tuple[Dim, ...]]:
    """(extent of the dilated kernel, size of the padded input) along each axis."""
    extents = tuple([d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)])
    return extents, tuple([n + before + after for n, (before, after) in zip(sizes, padding, strict=True)])


def require_output(
    sizes: Sequence[Dim],
    input_sizes: Sequence[Dim],
    result: Tensor | None,
    window: tuple[Sequence[Dim], Sequence[Pair], Sequence[Dim]] | None = None,
) -> None:
    """Raises empty-output when a size is certainly below 1; ``window`` is the kernel, padding and dilation of a layer
    that slides over its input."""
    if any(below(size, 1) for size in (*sizes, *input_sizes)):
        extents, padded = reach(input_sizes, *window) if window is not None else (None, tuple(sizes))
        raise OperationError(
            "empty-output",
            f"{{subject}} gives {shape_text(sizes)} from an input of {shape_text(input_sizes)}",
            result=result,
            expected=extents,
            actual=padded,
        )
