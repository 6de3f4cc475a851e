"""Resizing by interpolation."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from analyzers.tensors import signals
from analyzers.tensors.dims import Dim, ideal
from analyzers.tensors.operations.axis_names import of_map
from analyzers.tensors.operations.pooling import adaptive_field
from analyzers.tensors.operations.spatial import gathers, moved, resized
from analyzers.tensors.support import Gather
from analyzers.tensors.tensor import Tensor, signal_of

BLENDED = 2 / 3
"""What the squares of two neighbours' weights add up to, on average over where a sample lies between them."""


def resize(
    input: Tensor,
    sizes: Sequence[Dim],
    scales: Sequence[Fraction | None],
    method: str,
    align_corners: bool,
    antialias: bool,
    spatial_dims: Sequence[int],
) -> Tensor:
    """Resampling to new sizes; ``method`` is "nearest", "nearest-exact", "linear", "cubic" or "area".

    ``scales`` are output pixels per input pixel where sampling follows a given scale factor instead
    of the sizes, else None.
    """
    shape = resized(input.shape, spatial_dims, sizes)
    input_sizes = [input.shape[dim] for dim in spatial_dims]
    axes = of_map(input.rank, spatial_dims)
    if method == "area":
        field = adaptive_field(input.field, spatial_dims, input_sizes, sizes)
        return input.with_(shape=shape, field=field, axes=axes)

    def axis_gather(size: Dim, new_size: Dim, scale: Fraction | None) -> Gather:
        scale = scale or symbolic_scale(size, new_size)
        return Gather.resize(method, size, new_size, align_corners, scale, antialias)

    found = gathers(axis_gather, input_sizes, sizes, scales)
    signal = signals.averaged(signal_of(input), BLENDED ** len(found)) if method == "linear" else input.signal
    field = moved(input.field, spatial_dims, found, sizes)
    return input.with_(shape=shape, field=field, axes=axes, signal=signal)


def symbolic_scale(size: Dim, new_size: Dim) -> Fraction | None:
    """The scale between symbolic sizes as if every floor division came out even: ⌊H/4⌋ to ⌊H/2⌋ is 2."""
    if isinstance(size, int) or isinstance(new_size, int):
        return None
    before, after = ideal(size), ideal(new_size)
    if isinstance(before, int) or isinstance(after, int) or before.terms.keys() != after.terms.keys():
        return None
    scales = {Fraction(value) / Fraction(before.terms[key]) for key, value in after.terms.items()}
    return scales.pop() if len(scales) == 1 else None
