"""torch.nn.functional: interpolate and its older names."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from analyzers.frameworks.torch.functional.arguments import known, scaled_size, tensor
from analyzers.interpreter.overlays import function
from analyzers.tensors.dim_text import counted
from analyzers.tensors.dims import Dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import resize
from analyzers.tensors.operations.arguments import size as size_of
from analyzers.tensors.operations.convolution import require_output
from analyzers.tensors.operations.spatial import declared, require_at_least, resized
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

METHODS = {
    "nearest": "nearest",
    "nearest-exact": "nearest-exact",
    "area": "area",
    "linear": "linear",
    "bilinear": "linear",
    "trilinear": "linear",
    "bicubic": "cubic",
    "lanczos": "cubic",
}
RANKS = {"linear": 3, "bilinear": 4, "trilinear": 5, "bicubic": 4, "lanczos": 4}
"""Interpolation mode → rank of the input it needs."""


@function("torch.nn.functional.interpolate")
def interpolate(
    input: Any,
    size: Any = None,
    scale_factor: Any = None,
    mode: Any = "nearest",
    align_corners: Any = None,
    recompute_scale_factor: Any = None,
    antialias: Any = False,
) -> Tensor:
    x = tensor(input)
    mode, antialias = known(mode), bool(antialias)
    corners = _require_corners(mode, align_corners)
    if size is not None and scale_factor is not None:
        raise _both(known(size), known(scale_factor))
    if size is not None:
        _require_no_recompute(recompute_scale_factor)
        sizes = _given_sizes(x, size)
        scales: Sequence[Fraction | None] = [None] * len(sizes)
    else:
        factors = _given_scales(x, scale_factor)
        sizes = [scaled_size(n, factor) for n, factor in zip(x.shape[2:], factors, strict=True)]
        recompute = mode == "area" or (recompute_scale_factor is not None and bool(recompute_scale_factor))
        scales = [None if recompute else _exact(factor) for factor in factors]
    _require_mode(x, mode, antialias, corners)
    return _interpolated(x, sizes, scales, mode, corners, antialias)


def _interpolated(
    x: Tensor,
    sizes: Sequence[Dim],
    scales: Sequence[Fraction | None],
    mode: str,
    align_corners: bool,
    antialias: bool,
) -> Tensor:
    dims = range(2, x.rank)
    if mode == "lanczos":
        field = x.field.forget(dims, "a Lanczos filter's window depends on the scale")
        result = x.with_(shape=resized(x.shape, dims, declared(sizes)), field=field)
    else:
        result = resize.resize(x, declared(sizes), scales, METHODS[mode], align_corners, antialias, dims)
    if mode == "area":
        require_at_least(sizes, 0, "size")
        return result.with_(shape=resized(x.shape, dims, sizes))
    require_output(sizes, x.shape[2:], result)
    return result


def _both(size: Any, scale_factor: Any) -> OperationError:
    """The error of two targets; both are known, so neither can be None."""
    return _interpolate_error(f"{{subject}} takes size {size} or scale_factor {scale_factor}, not both")


def _interpolate_error(message: str, exception: str = "ValueError") -> OperationError:
    return OperationError("invalid-argument", message, exception=exception)


def _require_corners(mode: str, align_corners: Any) -> bool:
    """Whether corners are aligned; modes that do not interpolate must not be asked."""
    if mode in ("nearest", "area", "nearest-exact"):
        if align_corners is not None and not isinstance(align_corners, Unknown):
            raise _interpolate_error(f"{{subject}} has mode {mode!r}, which takes no align_corners")
        return False
    return align_corners is not None and bool(align_corners)


def _require_no_recompute(recompute_scale_factor: Any) -> None:
    if recompute_scale_factor is not None and bool(recompute_scale_factor):
        raise _interpolate_error("{subject} has recompute_scale_factor with an explicit size")


def _given_sizes(x: Tensor, size: Any) -> list[Dim]:
    spatial = x.rank - 2
    if not isinstance(size, (tuple, list)):
        return [size_of(size) for _ in range(spatial)]
    if len(size) != spatial:
        raise _interpolate_error(
            f"{{subject}} has a size of {counted(len(size), 'value')} for {counted(spatial, 'spatial dim')}"
        )
    return [size_of(value) for value in size]


def _given_scales(x: Tensor, scale_factor: Any) -> Sequence[Any]:
    spatial = x.rank - 2
    if scale_factor is None:
        raise _interpolate_error("{subject} needs a size or a scale_factor")
    if not isinstance(scale_factor, (tuple, list)):
        return [scale_factor] * spatial
    if len(scale_factor) != spatial:
        raise _interpolate_error(
            f"{{subject}} has a scale_factor of {counted(len(scale_factor), 'value')} for {counted(spatial, 'spatial dim')}"
        )
    return scale_factor


def _exact(factor: Any) -> Fraction | None:
    """A scale factor as a fraction; None when it is not known."""
    if not isinstance(factor, (int, float)) or not math.isfinite(factor) or factor <= 0:
        return None
    return Fraction(factor).limit_denominator(1000) or None


def _require_mode(x: Tensor, mode: str, antialias: bool, align_corners: bool) -> None:
    if antialias and not (mode in ("bilinear", "bicubic", "lanczos") and x.rank == 4):
        raise _interpolate_error(f"{{subject}} cannot antialias mode {mode!r} on {x.rank} dimensions")
    if not isinstance(mode, str) or mode not in METHODS:
        raise _interpolate_error(f"{{subject}} does not know mode {mode!r}", "NotImplementedError")
    if x.rank not in (3, 4, 5) or RANKS.get(mode, x.rank) != x.rank:
        expected = RANKS.get(mode, "3, 4 or 5")
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} with mode {mode!r} expects {expected} dimensions, gets {x.rank}",
            exception="NotImplementedError",
            actual=x.rank,
        )
    if mode == "lanczos" and (align_corners or not antialias):
        raise _interpolate_error("{subject} with mode 'lanczos' needs antialias and no align_corners")


@function("torch.nn.functional.upsample")
def upsample(
    input: Any, size: Any = None, scale_factor: Any = None, mode: Any = "nearest", align_corners: Any = None
) -> Tensor:
    return interpolate(input, size, scale_factor, mode, align_corners)


@function("torch.nn.functional.upsample_nearest")
def upsample_nearest(input: Any, size: Any = None, scale_factor: Any = None) -> Tensor:
    return interpolate(input, size, scale_factor, mode="nearest")


@function("torch.nn.functional.upsample_bilinear")
def upsample_bilinear(input: Any, size: Any = None, scale_factor: Any = None) -> Tensor:
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)
