"""torch.nn.functional: pixel shuffles, channel shuffle, sliding blocks."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch.functional.arguments import tensor
from analyzers.interpreter.overlays import function
from analyzers.tensors.dims import Dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import convolution, folding, pixel
from analyzers.tensors.operations.arguments import integer
from analyzers.tensors.operations.spatial import exactly, paddings, require_at_least, require_spatial_rank
from analyzers.tensors.tensor import Tensor


def _factor(value: Any, argument: str) -> int:
    factor = integer(value)
    require_at_least([factor], 1, argument)
    return factor


def _require_image(x: Tensor) -> None:
    if x.rank < 3:
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} expects at least 3 dimensions, gets {x.rank}",
            expected=3,
            actual=x.rank,
        )


@function("torch.nn.functional.pixel_shuffle", "torch.pixel_shuffle")
def pixel_shuffle(input: Any, upscale_factor: Any) -> Tensor:
    x, factor = tensor(input), _factor(upscale_factor, "upscale_factor")
    _require_image(x)
    return pixel.depth_to_space(x, factor, x.rank - 3, (x.rank - 2, x.rank - 1))


@function("torch.nn.functional.pixel_unshuffle", "torch.pixel_unshuffle")
def pixel_unshuffle(input: Any, downscale_factor: Any) -> Tensor:
    x, factor = tensor(input), _factor(downscale_factor, "downscale_factor")
    _require_image(x)
    return pixel.space_to_depth(x, factor, x.rank - 3, (x.rank - 2, x.rank - 1))


@function(
    "torch.nn.functional.channel_shuffle",
    "torch.channel_shuffle",
    "torch.nn.functional.native_channel_shuffle",
    "torch.native_channel_shuffle",
)
def channel_shuffle(input: Any, groups: Any) -> Tensor:
    x = tensor(input)
    _require_image(x)
    return pixel.shuffle_channels(x, _factor(groups, "groups"), 1)


@function("torch.nn.functional.unfold")
def unfold(input: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    x = tensor(input)
    require_spatial_rank(x, 2)
    return folding.unfold(x, *_block_arguments(kernel_size, dilation, padding, stride))


@function("torch.nn.functional.fold")
def fold(
    input: Any, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Tensor:
    x = tensor(input)
    require_spatial_rank(x, 1)
    sizes = exactly(output_size, 2, "output_size")
    require_at_least(sizes, 1, "output_size")
    return folding.fold(x, sizes, *_block_arguments(kernel_size, dilation, padding, stride))


def _block_arguments(kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> list[tuple[Dim, ...]]:
    kernel, dilations = exactly(kernel_size, 2, "kernel_size"), exactly(dilation, 2, "dilation")
    exactly(padding, 2, "padding")
    steps = exactly(stride, 2, "stride")
    convolution.require_window(kernel, steps, dilations)
    return [kernel, dilations, paddings(padding, 2), steps]
