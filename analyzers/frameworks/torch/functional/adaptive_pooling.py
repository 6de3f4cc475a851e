"""torch.nn.functional: pools to a given output size, adaptive and fractional."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analyzers.frameworks.torch.functional.arguments import known, scaled_size, tensor
from analyzers.frameworks.torch.functional.pooling import require_elements, with_indices
from analyzers.interpreter.overlays import function
from analyzers.tensors import signals
from analyzers.tensors.dims import Dim, product, text
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.operations import pooling
from analyzers.tensors.operations.arguments import size as size_of
from analyzers.tensors.operations.spatial import below, exactly, require_spatial_rank
from analyzers.tensors.tensor import Tensor, signal_of


def _adaptive(rank: int, input: Any, output_size: Any) -> Tensor:
    x = tensor(input)
    if isinstance(output_size, (tuple, list)) and len(output_size) != rank:
        raise OperationError(
            "invalid-argument",
            f"{{subject}} expects an output_size of {rank} values, gets {len(output_size)}",
            exception="ValueError" if rank > 1 and x.rank <= len(output_size) else "RuntimeError",
            argument="output_size",
            expected=rank,
            actual=len(output_size),
        )
    dims = require_spatial_rank(x, rank)
    given = output_size if isinstance(output_size, (tuple, list)) else (output_size,) * rank
    if rank == 1 and given[0] is None:
        raise PythonError("TypeError", "output_size must be an int, not None")
    if output_size is None:
        raise PythonError("TypeError", "object of type 'NoneType' has no len()")
    sizes = [x.shape[dim] if m is None else size_of(m) for dim, m in zip(dims, given, strict=True)]
    return pooling.adaptive_pool(x, sizes, dims)


def _adaptive_maximum(rank: int, input: Any, output_size: Any) -> Tensor:
    """Unlike the average, the maximum of nothing is refused."""
    result = _adaptive(rank, input, output_size)
    require_elements(tensor(input), rank)
    return result


def _adaptive_average(rank: int, input: Any, output_size: Any) -> Tensor:
    """To size 1 torch takes the mean over the last dims, whatever the rank."""
    x = tensor(input)
    ones = [1] * rank
    given = list(output_size) if isinstance(output_size, (tuple, list)) else output_size
    if (given == 1 and x.rank >= rank) or (given == ones and x.rank > rank):
        result = pooling.adaptive_pool(x, ones, range(x.rank - rank, x.rank))
    else:
        result = _adaptive(rank, x, output_size)
    many, few = product(x.shape[-rank:]), product(result.shape[-rank:])
    if isinstance(many, int) and isinstance(few, int) and many > 0 < few:
        result.signal = signals.averaged(signal_of(x), min(few / many, 1.0))
    return result


@function("torch.nn.functional.adaptive_avg_pool1d", "torch.adaptive_avg_pool1d")
def adaptive_avg_pool1d(input: Any, output_size: Any) -> Tensor:
    return _adaptive(1, input, output_size)


@function("torch.nn.functional.adaptive_max_pool1d")
def adaptive_max_pool1d(input: Any, output_size: Any, return_indices: Any = False) -> Any:
    return with_indices(_adaptive_maximum(1, input, output_size), return_indices)


@function("torch.nn.functional.adaptive_avg_pool2d")
def adaptive_avg_pool2d(input: Any, output_size: Any) -> Tensor:
    return _adaptive_average(2, input, output_size)


@function("torch.nn.functional.adaptive_max_pool2d")
def adaptive_max_pool2d(input: Any, output_size: Any, return_indices: Any = False) -> Any:
    return with_indices(_adaptive_maximum(2, input, output_size), return_indices)


@function("torch.nn.functional.adaptive_avg_pool3d")
def adaptive_avg_pool3d(input: Any, output_size: Any) -> Tensor:
    return _adaptive_average(3, input, output_size)


@function("torch.nn.functional.adaptive_max_pool3d")
def adaptive_max_pool3d(input: Any, output_size: Any, return_indices: Any = False) -> Any:
    return with_indices(_adaptive_maximum(3, input, output_size), return_indices)


@function("torch.adaptive_max_pool1d", "torch.nn.functional.adaptive_max_pool1d_with_indices")
def adaptive_max_pool1d_with_indices(input: Any, output_size: Any, return_indices: Any = False) -> Any:
    return with_indices(_adaptive_maximum(1, input, output_size), True)


@function("torch.nn.functional.adaptive_max_pool2d_with_indices")
def adaptive_max_pool2d_with_indices(input: Any, output_size: Any, return_indices: Any = False) -> Any:
    return with_indices(_adaptive_maximum(2, input, output_size), True)


@function("torch.nn.functional.adaptive_max_pool3d_with_indices")
def adaptive_max_pool3d_with_indices(input: Any, output_size: Any, return_indices: Any = False) -> Any:
    return with_indices(_adaptive_maximum(3, input, output_size), True)


def _fractional(rank: int, input: Any, kernel_size: Any, output_size: Any, output_ratio: Any) -> Tensor:
    x = tensor(input)
    if known(output_size) is None and known(output_ratio) is None:
        raise OperationError(
            "missing-argument",
            "{subject} requires an output_size or an output_ratio",
            exception="ValueError",
            argument="output_size",
        )
    dims = require_spatial_rank(x, rank)
    kernel = exactly(kernel_size, rank, "kernel_size")
    if output_size is None:
        ratios = _ratios(output_ratio, rank)
        sizes: Sequence[Dim] = [scaled_size(x.shape[dim], ratio) for dim, ratio in zip(dims, ratios, strict=True)]
    else:
        sizes = exactly(output_size, rank, "output_size")
    _require_fitting_windows(x, dims, kernel, sizes)
    return pooling.random_pool(x, sizes, dims)


def _ratios(output_ratio: Any, rank: int) -> Sequence[Any]:
    if isinstance(output_ratio, (tuple, list)):
        if len(output_ratio) != rank:
            exception = "IndexError" if len(output_ratio) < rank else "ValueError"
            raise PythonError(exception, f"output_ratio needs {rank} values, gets {len(output_ratio)}")
        return output_ratio
    if rank == 2:
        raise PythonError("TypeError", f"object of type '{type(output_ratio).__name__}' has no len()")
    return (output_ratio,) * rank


def _require_fitting_windows(x: Tensor, dims: Sequence[int], kernel: Sequence[Dim], sizes: Sequence[Dim]) -> None:
    """Windows of fractional pooling must fit: output + kernel − 1 ≤ input, in 3-D below it."""
    slack = 1 if len(dims) == 3 else 0
    for dim, k, m in zip(dims, kernel, sizes, strict=True):
        if below(x.shape[dim] - slack - (m + k - 1), 0):
            raise OperationError(
                "empty-output",
                f"{{subject}} has kernel {text(k)} and output {text(m)}, too large for an input of "
                f"{text(x.shape[dim])}",
                result=pooling.random_pool(x, sizes, dims),
                argument="kernel_size",
            )


@function("torch.nn.functional.fractional_max_pool2d")
def fractional_max_pool2d(
    input: Any,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: Any = False,
    _random_samples: Any = None,
) -> Any:
    result = _fractional(2, input, kernel_size, output_size, output_ratio)
    return with_indices(result, return_indices)


@function("torch.nn.functional.fractional_max_pool3d")
def fractional_max_pool3d(
    input: Any,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: Any = False,
    _random_samples: Any = None,
) -> Any:
    result = _fractional(3, input, kernel_size, output_size, output_ratio)
    return with_indices(result, return_indices)
