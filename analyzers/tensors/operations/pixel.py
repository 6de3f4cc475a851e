"""Depth to space, space to depth, channel shuffles."""

from __future__ import annotations

from collections.abc import Sequence

from analyzers.tensors.dims import Dim, exact_quotient, suppose_equal, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations.axis_names import of_map
from analyzers.tensors.operations.spatial import gathers, moved, resized
from analyzers.tensors.support import Gather
from analyzers.tensors.tensor import Tensor


def depth_to_space(input: Tensor, factor: int, channel_dim: int, spatial_dims: Sequence[int]) -> Tensor:
    """(C·r², H, W) → (C, H·r, W·r). Raises groups-mismatch when r² does not divide the channels."""
    area = factor ** len(spatial_dims)
    sizes = [input.shape[dim] * factor for dim in spatial_dims]
    channels = divided(input.shape[channel_dim], area, "channels")
    found = gathers(Gather.depth_to_space, [factor] * len(sizes))
    return input.with_(
        shape=resized(input.shape, (*spatial_dims, channel_dim), (*sizes, channels)),
        field=moved(input.field.mix([channel_dim]), spatial_dims, found, sizes),
        axes=of_map(input.rank, spatial_dims),
    )


def space_to_depth(input: Tensor, factor: int, channel_dim: int, spatial_dims: Sequence[int]) -> Tensor:
    """(C, H·r, W·r) → (C·r², H, W). Raises groups-mismatch when r does not divide a size."""
    sizes = [divided(input.shape[dim], factor, "pixels") for dim in spatial_dims]
    channels = input.shape[channel_dim] * factor ** len(spatial_dims)
    found = gathers(Gather.space_to_depth, [factor] * len(sizes))
    return input.with_(
        shape=resized(input.shape, (*spatial_dims, channel_dim), (*sizes, channels)),
        field=moved(input.field.mix([channel_dim]), spatial_dims, found, sizes),
        axes=of_map(input.rank, spatial_dims),
    )


def divided(size: Dim, factor: int, what: str) -> Dim:
    """The quotient; raises groups-mismatch when there certainly is a remainder, and of a symbol asks that there is none."""
    if isinstance(size, int) and size % factor:
        raise OperationError(
            "groups-mismatch",
            f"{{subject}} gets {text(size)} {what}, not divisible by {factor}",
            expected=factor,
            actual=size,
        )
    exact = exact_quotient(size, factor)
    if exact is not None:
        return exact
    quotient = size // factor
    suppose_equal(size, quotient * factor)
    return quotient


def shuffle_channels(input: Tensor, groups: int, channel_dim: int) -> Tensor:
    """The same shape with channels of all groups interleaved. Raises groups-mismatch."""
    divided(input.shape[channel_dim], groups, "channels")
    return input.with_(field=input.field.mix([channel_dim]))
