"""Normalisations: the shape stays; statistics over space let every unit see the whole axis."""

from __future__ import annotations

from collections.abc import Sequence

from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, product, require, text, unknown_dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations.convolution import require_channels
from analyzers.tensors.operations.spatial import below, resized
from analyzers.tensors.tensor import Tensor


def channel_norm(
    input: Tensor,
    channels: Dim | None,
    channel_dim: int,
    statistics_dims: Sequence[int] = (),
    argument: str = "num_features",
) -> Tensor:
    """Batch or instance normalisation of ``channels`` channels (None: any number).

    ``statistics_dims`` are the dims whose statistics are taken from this very input; none when
    running statistics are used. Raises channel-mismatch.
    """
    result = normalized(input, statistics_dims)
    if channels is None:
        return result
    result = result.with_(shape=resized(input.shape, [channel_dim], [channels]), axes=input.axes)
    require_channels(input.shape[channel_dim], channels, undecided(result, [channel_dim]), argument)
    return result


def group_norm(input: Tensor, groups: int, channel_dim: int, spatial_dims: Sequence[int]) -> Tensor:
    """Normalisation over space within groups of channels. Raises groups-mismatch, invalid-argument."""
    channels = input.shape[channel_dim]
    result = normalized(input, spatial_dims if groups != 1 else (channel_dim, *spatial_dims))
    if isinstance(channels, int) and 1 < groups < channels and result.field.located(channel_dim):
        result = result.with_(field=result.field.mix_groups(channel_dim, groups, channels, channels))
    if isinstance(channels, int) and isinstance(groups, int) and channels % groups:
        raise OperationError(
            "groups-mismatch",
            f"{{subject}} expects channels divisible by {groups}, gets {channels}",
            result=result,
            expected=groups,
            actual=channels,
            argument="num_groups",
        )
    return result


def layer_norm(input: Tensor, normalized_shape: Sequence[Dim]) -> Tensor:
    """Normalisation over the last dims, whose sizes must be these. Raises feature-size-mismatch."""
    count = len(normalized_shape)
    if count > input.rank:
        raise shape_mismatch(input, normalized_shape, None)
    dims = range(input.rank - count, input.rank)
    result = normalized(input, dims).with_(shape=resized(input.shape, dims, normalized_shape), axes=input.axes)
    actual = input.shape[input.rank - count :]
    if any(require(a, e) is False for a, e in zip(actual, normalized_shape, strict=True)):
        raise shape_mismatch(input, normalized_shape, undecided(result, dims))
    return result


def undecided(result: Tensor, dims: Sequence[int]) -> Tensor:
    """What comes out of a norm that was built for another size than it gets: which of the two is the mistake does not
    show here, and a norm that decided would make the next layer report it once more."""
    size = unknown_dim("a norm was built for another size than it gets")
    return result.with_(shape=resized(result.shape, dims, [size for _ in dims]))


def normalized(input: Tensor, statistics_dims: Sequence[int]) -> Tensor:
    """The input, each element also depending on all positions of these dims."""
    field = input.field.statistics(tuple(statistics_dims)) if statistics_dims else input.field
    return input.with_(field=field)


def shape_mismatch(input: Tensor, normalized_shape: Sequence[Dim], result: Tensor | None) -> OperationError:
    """The feature-size-mismatch of a layer norm."""
    actual = input.shape[-len(normalized_shape) :]
    return OperationError(
        "feature-size-mismatch",
        f"{{subject}} expects {shape_text(normalized_shape)} features, gets {shape_text(actual)}",
        result=result,
        expected=product(normalized_shape) if len(normalized_shape) > 1 else normalized_shape[0],
        actual=product(actual),
        argument="normalized_shape",
    )


def require_several(count: Dim, what: str, input: Tensor) -> None:
    """Raises invalid-argument (ValueError) when statistics would be taken over a single value."""
    if isinstance(count, int) and count == 1:
        raise OperationError(
            "invalid-argument",
            f"{{subject}} needs more than 1 {what} to normalise, gets {shape_text(input.shape)}",
            result=input.with_(),
            exception="ValueError",
        )


def require_vector(vector: Tensor | None, length: Dim, argument: str, result: Tensor) -> None:
    """Raises channel-mismatch unless the scale, shift or statistic has one element per channel."""
    if vector is None:
        return
    if require(vector.numel(), length) is False:
        raise OperationError(
            "channel-mismatch",
            f"{{subject}} has a {argument} of {text(vector.numel())} elements for {text(length)} channels",
            result=result,
            expected=length,
            actual=vector.numel(),
            argument=argument,
        )


def local_response_norm(input: Tensor, size: Dim, channel_dim: int) -> Tensor:
    """Normalisation over neighbouring channels."""
    if below(size, 1):
        raise OperationError("invalid-argument", f"{{subject}} has size {text(size)}", argument="size", actual=size)
    return input.with_(field=input.field.mix([channel_dim]))
