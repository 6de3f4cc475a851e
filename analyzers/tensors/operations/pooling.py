"""Pooling of any rank and layout: windows, adaptive windows, unpooling."""

from __future__ import annotations

from collections.abc import Sequence

from analyzers.tensors.dims import Dim, conv_out, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.field import Field
from analyzers.tensors.layout import SPATIAL
from analyzers.tensors.operations.axis_names import of_map
from analyzers.tensors.operations.convolution import require_output, require_window
from analyzers.tensors.operations.spatial import (
    Pair,
    below,
    declared,
    gathered,
    gathers,
    moved,
    require_at_least,
    resized,
)
from analyzers.tensors.support import Gather
from analyzers.tensors.tensor import Tensor


def pool(
    input: Tensor,
    *,
    kernel: Sequence[Dim],
    stride: Sequence[Dim],
    padding: Sequence[Pair],
    dilation: Sequence[Dim],
    ceil_mode: bool,
    spatial_dims: Sequence[int],
) -> Tensor:
    """A maximum or average over sliding windows. Raises invalid-argument, empty-output.

    With ``ceil_mode`` the last window may hang over the end (see dims.conv_out).
    """
    require_window(kernel, stride, dilation)
    input_sizes = [input.shape[dim] for dim in spatial_dims]
    sizes = [
        conv_out(n, k, s, before + after, d, ceil=ceil_mode)
        for n, k, s, (before, after), d in zip(input_sizes, kernel, stride, padding, dilation, strict=True)
    ]
    found = gathers(Gather.window, kernel, stride, [before for before, _ in padding], dilation)
    made = declared(sizes)
    result = input.with_(
        shape=resized(input.shape, spatial_dims, made),
        field=moved(input.field, spatial_dims, found, made),
        axes=of_map(input.rank, spatial_dims),
    )
    require_output(sizes, input_sizes, result, (kernel, padding, dilation))
    return result


def require_half_kernel(kernel: Sequence[Dim], padding: Sequence[Dim]) -> None:
    """Raises invalid-argument unless 0 ≤ padding ≤ kernel/2 (torch's pools)."""
    require_at_least(kernel, 1, "kernel_size")
    for k, p in zip(kernel, padding, strict=True):
        if below(k - 2 * p, 0):
            raise OperationError(
                "invalid-argument",
                f"{{subject}} has padding {text(p)}, at most half of its kernel size {text(k)} is allowed",
                argument="padding",
                expected=k // 2,
                actual=p,
            )


def adaptive_pool(input: Tensor, sizes: Sequence[Dim], spatial_dims: Sequence[int]) -> Tensor:
    """Pooling to given sizes: unit i of m reads ⌊i·n/m⌋ … ⌈(i+1)·n/m⌉−1 of n. Raises invalid-argument."""
    require_at_least(sizes, 0, "output_size")
    input_sizes = [input.shape[dim] for dim in spatial_dims]
    field = adaptive_field(input.field, spatial_dims, input_sizes, sizes)
    axes = of_map(input.rank, spatial_dims)
    return input.with_(shape=resized(input.shape, spatial_dims, sizes), field=field, axes=axes)


def adaptive_field(field: Field, dims: Sequence[int], input_sizes: Sequence[Dim], sizes: Sequence[Dim]) -> Field:
    """The field after adaptive pooling: to size 1 reads everything, to its own size changes nothing.

    Pooling to size 1 alone moves over nothing.
    """
    whole = [dim for dim, m in zip(dims, sizes, strict=True) if isinstance(m, int) and m == 1]
    rest = [
        (dim, n, m)
        for dim, n, m in zip(dims, input_sizes, sizes, strict=True)
        if dim not in whole and m != n and not below(m, 1) and not below(n, 1)
    ]
    if rest:
        field = field.moved_over(dims, SPATIAL.get(len(dims), ()))
    if whole:
        field = field.mix(whole)
    if not rest:
        return field
    found = gathers(Gather.adaptive, [n for _, n, _ in rest], [m for _, _, m in rest])
    return gathered(field, [dim for dim, _, _ in rest], found, [m for _, _, m in rest])


def random_pool(input: Tensor, sizes: Sequence[Dim], spatial_dims: Sequence[int]) -> Tensor:
    """Fractional max pooling: windows at random places, so the field is unknown."""
    field = input.field.moved_over(spatial_dims, SPATIAL[len(spatial_dims)])
    field = field.forget(spatial_dims, "the pooling windows are random")
    axes = of_map(input.rank, spatial_dims)
    return input.with_(shape=resized(input.shape, spatial_dims, sizes), field=field, axes=axes)


def unpool(
    input: Tensor,
    indices: Tensor,
    sizes: Sequence[Dim],
    kernel: Sequence[Dim],
    stride: Sequence[Dim],
    padding: Sequence[Dim],
    spatial_dims: Sequence[int],
) -> Tensor:
    """Max unpooling: a unit goes somewhere into the window it came from, as a transposed window reads."""
    found = gathers(Gather.transposed, kernel, stride, padding, [1] * len(kernel))
    both = Field.merge([input.field, indices.field])
    return input.with_(
        shape=resized(input.shape, spatial_dims, sizes),
        field=moved(both, spatial_dims, found, sizes),
        axes=of_map(input.rank, spatial_dims),
    )
