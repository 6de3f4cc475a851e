"""Padding and cropping along any dims."""

from __future__ import annotations

from collections.abc import Sequence

from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, ideal, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations.spatial import Pair, below, declared, gathered, gathers, resized
from analyzers.tensors.support import Gather
from analyzers.tensors.tensor import Tensor


def pad(input: Tensor, dims: Sequence[int], pads: Sequence[Pair]) -> Tensor:
    """Positions added before and after (negative: cut off) along dims, whatever they are filled with.

    A border that repeats or mirrors the input is treated as padding: only units near the border
    see the difference. A symbolic amount moves the field by what it is if divisions come out even.
    Raises empty-output when a size gets negative.
    """
    sizes = [input.shape[dim] + before + after for dim, (before, after) in zip(dims, pads, strict=True)]
    found = gathers(Gather.shifted, [ideal(-before) for before, _ in pads])
    field = gathered(input.field, dims, found, sizes)
    if any(below(size, 0) for size in sizes):
        raise cut_away([input.shape[dim] for dim in dims], sizes, input, dims)
    return input.with_(shape=resized(input.shape, dims, sizes), field=field, axes=input.axes)


def cut_away(input_sizes: Sequence[Dim], sizes: Sequence[Dim], input: Tensor, dims: Sequence[int]) -> OperationError:
    """The empty-output of a padding that cuts off more than there is."""
    return OperationError(
        "empty-output",
        f"{{subject}} pads {shape_text(input_sizes)} to {shape_text(sizes)}",
        result=input.with_(shape=resized(input.shape, dims, declared(sizes))),
        actual=tuple(sizes),
        argument="pad",
    )


def require_mirrored(n: Dim, pair: Pair, dim: int, limit: int, result: Tensor | None = None) -> None:
    """Raises invalid-argument when a mirrored or wrapped border needs more than ``n - limit`` positions.

    ``limit`` is 1 for "reflect" (the edge itself is not repeated) and 0 for "circular".
    """
    for amount in pair:
        if below(n - limit - amount, 0):
            raise OperationError(
                "invalid-argument",
                f"{{subject}} pads {text(amount)} at dim {dim}, which has only {text(n)}",
                result=result,
                argument="pad",
                expected=n - limit,
                actual=amount,
            )
