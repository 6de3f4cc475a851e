"""Sliding blocks as columns (im2col) and back (col2im)."""

from __future__ import annotations

from collections.abc import Sequence

from analyzers.tensors.dims import Dim, conv_out, exact_quotient, product, require, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.field import Field
from analyzers.tensors.layout import SPATIAL
from analyzers.tensors.operations.axis_names import of_map
from analyzers.tensors.operations.convolution import require_output
from analyzers.tensors.operations.pixel import divided
from analyzers.tensors.operations.spatial import below, declared, gathers, moved, resized
from analyzers.tensors.support import Gather
from analyzers.tensors.tensor import Tensor


def unfold(
    input: Tensor,
    kernel: Sequence[Dim],
    dilation: Sequence[Dim],
    padding: Sequence[Dim],
    stride: Sequence[Dim],
) -> Tensor:
    """(…, C, H, W) → (…, C·kH·kW, L), one column per block. Raises empty-output.

    Blocks that tile the map keep every element's own pixel; of overlapping blocks every element is
    taken to see its whole block, which is what the next layer sees.
    """
    input_sizes = input.shape[-2:]
    counts = block_counts(input_sizes, kernel, dilation, padding, stride)
    shown = declared(counts)
    shape = (*input.shape[:-3], input.shape[-3] * product(kernel), product(shown))
    if _is_tiling(input_sizes, kernel, dilation, padding, stride):
        field = _cut(input, kernel, shown)
    else:
        dims = (input.rank - 2, input.rank - 1)
        found = gathers(Gather.window, kernel, stride, padding, dilation)
        blocks = resized(input.shape, dims, shown)
        seen = moved(input.field.mix([input.rank - 3]), dims, found, counts)
        field = seen.reshape(blocks, _joined(blocks))
    result = input.with_(shape=shape, field=field, axes=of_map(len(shape), [len(shape) - 1]))
    require_output(counts, input_sizes, result, (kernel, [(p, p) for p in padding], dilation))
    return result


def fold(
    input: Tensor,
    output_size: Sequence[Dim],
    kernel: Sequence[Dim],
    dilation: Sequence[Dim],
    padding: Sequence[Dim],
    stride: Sequence[Dim],
) -> Tensor:
    """(…, C·kH·kW, L) → (…, C, H, W), overlapping blocks added. Raises groups-mismatch, reshape-mismatch."""
    channels = divided(input.shape[-2], product(kernel), "rows")  # type: ignore[arg-type]
    counts = block_counts(output_size, kernel, dilation, padding, stride)
    shape = (*input.shape[:-2], channels, *output_size)
    spatial = (len(shape) - 2, len(shape) - 1)
    fits = require(input.shape[-1], product(counts)) is not False and not any(below(n, 1) for n in counts)
    if fits and _is_tiling(output_size, kernel, dilation, padding, stride):
        field = _pasted(input, shape, kernel, counts)
    else:
        blocks = (*input.shape[:-2], channels, *counts)
        found = gathers(Gather.transposed, kernel, stride, padding, dilation)
        seen = input.field.mix([input.rank - 2]).reshape(_joined(blocks), blocks)
        field = moved(seen, spatial, found, output_size)
    result = input.with_(shape=shape, field=field, axes=of_map(len(shape), spatial))
    if not fits:
        raise OperationError(
            "reshape-mismatch",
            f"{{subject}} expects {' × '.join(map(text, counts))} = {text(product(counts))} blocks, "
            f"gets {text(input.shape[-1])}",
            result=result,
            expected=product(counts),
            actual=input.shape[-1],
        )
    return result


def _is_tiling(
    sizes: Sequence[Dim],
    kernel: Sequence[Dim],
    dilation: Sequence[Dim],
    padding: Sequence[Dim],
    stride: Sequence[Dim],
) -> bool:
    """Whether the blocks cover the map exactly once."""
    evenly = all(exact_quotient(n, k) is not None for n, k in zip(sizes, kernel, strict=True))
    return evenly and tuple(kernel) == tuple(stride) and not any((*padding, *(d - 1 for d in dilation)))


def _cut(input: Tensor, kernel: Sequence[Dim], counts: Sequence[Dim]) -> Field:
    """The field of a map cut into tiles: (…, C, nH·kH, nW·kW) → (…, C·kH·kW, nH·nW)."""
    lead, channels = input.shape[:-3], input.shape[-3]
    split = (*lead, channels, counts[0], kernel[0], counts[1], kernel[1])
    seen = input.field.moved_over((input.rank - 2, input.rank - 1), SPATIAL[2])
    columns = (*lead, channels * product(kernel), product(counts))
    at = len(lead)
    order = (*range(at), at, at + 2, at + 4, at + 1, at + 3)
    return seen.reshape(input.shape, split).permute(order).reshape([split[i] for i in order], columns)


def _pasted(input: Tensor, shape: Sequence[Dim], kernel: Sequence[Dim], counts: Sequence[Dim]) -> Field:
    """The inverse of :func:`_cut`."""
    at = len(shape) - 3
    split = (*shape[: at + 1], *kernel, *counts)
    order = (*range(at), at, at + 3, at + 1, at + 4, at + 2)
    return input.field.reshape(input.shape, split).permute(order).reshape([split[i] for i in order], shape)


def _joined(blocks: Sequence[Dim]) -> tuple[Dim, ...]:
    """The shape whose last dim runs over all blocks: (…, C, nH, nW) → (…, C, nH·nW)."""
    return (*blocks[:-2], blocks[-2] * blocks[-1])


def block_counts(
    sizes: Sequence[Dim],
    kernel: Sequence[Dim],
    dilation: Sequence[Dim],
    padding: Sequence[Dim],
    stride: Sequence[Dim],
) -> list[Dim]:
    """Blocks along each spatial axis."""
    return [conv_out(n, k, s, 2 * p, d) for n, k, d, p, s in zip(sizes, kernel, dilation, padding, stride, strict=True)]
