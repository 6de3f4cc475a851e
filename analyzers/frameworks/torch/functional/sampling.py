"""torch.nn.functional: sampling at computed places."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch.functional.arguments import choice, known, tensor
from analyzers.interpreter.overlays import function
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import same, text
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.operations.arguments import integer
from analyzers.tensors.operations.arguments import size as size_of
from analyzers.tensors.operations.spatial import below
from analyzers.tensors.tensor import Tensor


@function("torch.nn.functional.grid_sample")
def grid_sample(
    input: Any, grid: Any, mode: Any = "bilinear", padding_mode: Any = "zeros", align_corners: Any = None
) -> Tensor:
    """(N, C, H, W) read at grid (N, H', W', 2) → (N, C, H', W'); where it reads is not known."""
    x, places = tensor(input), tensor(grid)
    choice(mode, ("bilinear", "nearest", "bicubic"), "mode")
    choice(padding_mode, ("zeros", "border", "reflection"), "padding_mode")
    return _sampled(x, places, mode)


@function("torch.grid_sampler")
def grid_sampler(input: Any, grid: Any, interpolation_mode: Any, padding_mode: Any, align_corners: Any) -> Tensor:
    modes = {0: "bilinear", 1: "nearest", 2: "bicubic"}
    return _sampled(tensor(input), tensor(grid), modes.get(integer(interpolation_mode), "bilinear"))


def _sampled(x: Tensor, grid: Tensor, mode: str) -> Tensor:
    if x.rank not in (4, 5) or grid.rank != x.rank or (mode == "bicubic" and x.rank == 5):
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} expects 4 or 5 dimensions for input and grid, gets {x.rank} and {grid.rank}",
            actual=x.rank,
        )
    dims = range(2, x.rank)
    shape = (*x.shape[:2], *grid.shape[1:-1])
    field = x.field.forget(dims, "the sampling grid decides which pixels are read")
    result = x.with_(shape=shape, field=field)
    for name, actual, expected in (
        ("batch", grid.shape[0], x.shape[0]),
        ("last dim", grid.shape[-1], x.rank - 2),
    ):
        if same(actual, expected) is False:
            raise OperationError(
                "broadcast-mismatch",
                f"{{subject}} expects a grid with {name} {text(expected)}, gets {text(actual)}",
                result=result,
                argument="grid",
                expected=expected,
                actual=actual,
            )
    return result


@function("torch.nn.functional.affine_grid")
def affine_grid(theta: Any, size: Any, align_corners: Any = None) -> Tensor:
    """N×2×3 matrices and a size (N, C, H, W) → (N, H, W, 2); N×3×4 and five sizes → (N, D, H, W, 3)."""
    matrices = tensor(theta)
    if not isinstance(known(size), (tuple, list)):
        raise PythonError("TypeError", "size must be a tuple of ints")
    sizes = [size_of(value) for value in size]
    if len(sizes) not in (4, 5):
        raise OperationError(
            "invalid-argument",
            f"{{subject}} expects a size of 4 or 5 values, gets {len(sizes)}",
            exception="NotImplementedError",
            argument="size",
        )
    if any(below(value, 1) for value in sizes):
        raise OperationError(
            "invalid-argument",
            f"{{subject}} expects positive sizes, gets {shape_text(sizes)}",
            exception="ValueError",
            argument="size",
        )
    spatial = len(sizes) - 2
    result = Tensor((sizes[0], *sizes[2:], spatial), _grid_field(matrices, spatial), matrices.dtype)
    expected = (spatial, spatial + 1)
    if matrices.rank != 3 or any(same(a, b) is False for a, b in zip(matrices.shape[1:], expected, strict=True)):
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} expects theta of N×{spatial}×{spatial + 1}, gets {shape_text(matrices.shape)}",
            result=result,
            exception="ValueError",
            argument="theta",
        )
    if same(matrices.shape[0], sizes[0]) is False:
        raise OperationError(
            "broadcast-mismatch",
            f"{{subject}} has {text(matrices.shape[0])} matrices for a batch of {text(sizes[0])}",
            result=result,
            argument="theta",
        )
    return result


def _grid_field(matrices: Tensor, spatial: int) -> Any:
    if matrices.rank != 3:
        return matrices.field
    field = matrices.field.mix([1, 2]).remove([1, 2])
    for _ in range(spatial + 1):
        field = field.insert(1)
    return field
