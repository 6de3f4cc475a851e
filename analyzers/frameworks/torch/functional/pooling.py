"""torch.nn.functional: maximum, average, adaptive and fractional pools, unpooling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from analyzers.frameworks.torch.functional.arguments import known, require_no_objects, scaled_size, tensor
from analyzers.interpreter.overlays import function
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, same, text
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.operations import pooling
from analyzers.tensors.operations.arguments import size as size_of
from analyzers.tensors.operations.dtypes import category
from analyzers.tensors.operations.spatial import below, exactly, paddings, per_axis, require_spatial_rank
from analyzers.tensors.tensor import Tensor


def _pool(rank: int, input: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: Any) -> Tensor:
    x = tensor(input)
    dims = require_spatial_rank(x, rank)
    _require_elements(x, rank)
    require_no_objects(kernel_size, stride, padding, dilation)
    kernel = per_axis(kernel_size, rank, "kernel_size")
    omitted = stride is None or (isinstance(stride, (tuple, list)) and not stride)
    steps = kernel if omitted else per_axis(stride, rank, "stride")
    amounts = paddings(padding, rank)
    dilations = per_axis(dilation, rank, "dilation")
    pooling.require_half_kernel(kernel, amounts)
    return pooling.pool(
        x,
        kernel=kernel,
        stride=steps,
        padding=[(amount, amount) for amount in amounts],
        dilation=dilations,
        ceil_mode=bool(ceil_mode),
        spatial_dims=dims,
    )


def _require_elements(x: Tensor, rank: int) -> None:
    """Raises empty-output where channels or positions are none; an empty batch is fine."""
    if any(below(length, 1) for length in x.shape[-1 - rank :]):
        raise OperationError("empty-output", f"{{subject}} gets an empty map ({shape_text(x.shape)})", result=x)


def _with_indices(result: Tensor, return_indices: Any) -> Any:
    """The result, or the pair of it and the positions its elements came from."""
    return (result, result.with_(dtype="int64")) if return_indices else result


@function("torch.nn.functional.max_pool1d")
def max_pool1d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: Any = False,
    return_indices: Any = False,
) -> Any:
    result = _pool(1, input, kernel_size, stride, padding, dilation, ceil_mode)
    return _with_indices(result, return_indices)


@function("torch.max_pool1d")
def torch_max_pool1d(
    input: Any,
    kernel_size: Any,
    stride: Any = (),
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: Any = False,
) -> Tensor:
    return _pool(1, input, kernel_size, stride, padding, dilation, ceil_mode)


@function("torch.max_pool1d_with_indices", "torch.nn.functional.max_pool1d_with_indices")
def max_pool1d_with_indices(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: Any = False,
    return_indices: Any = False,
) -> Any:
    result = _pool(1, input, kernel_size, stride, padding, dilation, ceil_mode)
    return _with_indices(result, True)


@function("torch.nn.functional.max_pool2d")
def max_pool2d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: Any = False,
    return_indices: Any = False,
) -> Any:
    result = _pool(2, input, kernel_size, stride, padding, dilation, ceil_mode)
    return _with_indices(result, return_indices)


@function("torch.max_pool2d")
def torch_max_pool2d(
    input: Any,
    kernel_size: Any,
    stride: Any = (),
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: Any = False,
) -> Tensor:
    return _pool(2, input, kernel_size, stride, padding, dilation, ceil_mode)


@function("torch.nn.functional.max_pool2d_with_indices")
def max_pool2d_with_indices(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: Any = False,
    return_indices: Any = False,
) -> Any:
    result = _pool(2, input, kernel_size, stride, padding, dilation, ceil_mode)
    return _with_indices(result, True)


@function("torch.nn.functional.max_pool3d")
def max_pool3d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: Any = False,
    return_indices: Any = False,
) -> Any:
    result = _pool(3, input, kernel_size, stride, padding, dilation, ceil_mode)
    return _with_indices(result, return_indices)


@function("torch.max_pool3d")
def torch_max_pool3d(
    input: Any,
    kernel_size: Any,
    stride: Any = (),
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: Any = False,
) -> Tensor:
    return _pool(3, input, kernel_size, stride, padding, dilation, ceil_mode)


@function("torch.nn.functional.max_pool3d_with_indices")
def max_pool3d_with_indices(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: Any = False,
    return_indices: Any = False,
) -> Any:
    result = _pool(3, input, kernel_size, stride, padding, dilation, ceil_mode)
    return _with_indices(result, True)


@function("torch.nn.functional.avg_pool1d", "torch.avg_pool1d")
def avg_pool1d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: Any = False,
    count_include_pad: Any = True,
) -> Tensor:
    return _pool(1, input, kernel_size, stride, padding, 1, ceil_mode)


@function("torch.nn.functional.avg_pool2d")
def avg_pool2d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: Any = False,
    count_include_pad: Any = True,
    divisor_override: Any = None,
) -> Tensor:
    _require_divisor(divisor_override)
    return _pool(2, input, kernel_size, stride, padding, 1, ceil_mode)


@function("torch.nn.functional.avg_pool3d")
def avg_pool3d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: Any = False,
    count_include_pad: Any = True,
    divisor_override: Any = None,
) -> Tensor:
    _require_divisor(divisor_override)
    result = _pool(3, input, kernel_size, stride, padding, 1, ceil_mode)
    _require_whole_windows(tensor(input), kernel_size, result)
    return result


def _require_whole_windows(x: Tensor, kernel_size: Any, result: Tensor) -> None:
    """torch's 3-D average pooling wants the kernel to fit into the input without its padding."""
    kernel, sizes = per_axis(kernel_size, 3, "kernel_size"), x.shape[-3:]
    if any(below(n - k, 0) for n, k in zip(sizes, kernel, strict=True)):
        raise OperationError(
            "empty-output",
            f"{{subject}} has a kernel of {shape_text(kernel)} on an input of {shape_text(sizes)}",
            result=result,
            argument="kernel_size",
        )


def _require_divisor(divisor: Any) -> None:
    if isinstance(divisor, int) and divisor == 0:
        raise OperationError(
            "invalid-argument", "{subject} has divisor_override 0", argument="divisor_override", actual=0
        )


def _lp_pool(rank: int, input: Any, norm_type: Any, kernel_size: Any, stride: Any, ceil_mode: Any) -> Tensor:
    """A power average; the maximum where ``norm_type`` is infinite."""
    if rank > 1 and isinstance(kernel_size, (tuple, list)) and len(kernel_size) != rank:
        raise PythonError("ValueError", f"not {rank} values to unpack: {len(kernel_size)}")
    if isinstance(norm_type, (tuple, list)):
        raise OperationError(
            "invalid-argument",
            f"{{subject}} takes one number as norm_type, gets {norm_type}",
            exception="TypeError",
            argument="norm_type",
        )
    result = _pool(rank, input, kernel_size, stride, 0, 1, ceil_mode)
    if rank == 3 and not (isinstance(norm_type, float) and math.isinf(norm_type)):
        _require_whole_windows(tensor(input), kernel_size, result)
    return result


@function("torch.nn.functional.lp_pool1d")
def lp_pool1d(input: Any, norm_type: Any, kernel_size: Any, stride: Any = None, ceil_mode: Any = False) -> Tensor:
    return _lp_pool(1, input, norm_type, kernel_size, stride, ceil_mode)


@function("torch.nn.functional.lp_pool2d")
def lp_pool2d(input: Any, norm_type: Any, kernel_size: Any, stride: Any = None, ceil_mode: Any = False) -> Tensor:
    return _lp_pool(2, input, norm_type, kernel_size, stride, ceil_mode)


@function("torch.nn.functional.lp_pool3d")
def lp_pool3d(input: Any, norm_type: Any, kernel_size: Any, stride: Any = None, ceil_mode: Any = False) -> Tensor:
    return _lp_pool(3, input, norm_type, kernel_size, stride, ceil_mode)


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
    _require_elements(tensor(input), rank)
    return result


def _adaptive_average(rank: int, input: Any, output_size: Any) -> Tensor:
    """To size 1 torch takes the mean over the last dims, whatever the rank."""
    x = tensor(input)
    ones = [1] * rank
    given = list(output_size) if isinstance(output_size, (tuple, list)) else output_size
    if (given == 1 and x.rank >= rank) or (given == ones and x.rank > rank):
        return pooling.adaptive_pool(x, ones, range(x.rank - rank, x.rank))
    return _adaptive(rank, x, output_size)


@function("torch.nn.functional.adaptive_avg_pool1d", "torch.adaptive_avg_pool1d")
def adaptive_avg_pool1d(input: Any, output_size: Any) -> Tensor:
    return _adaptive(1, input, output_size)


@function("torch.nn.functional.adaptive_max_pool1d")
def adaptive_max_pool1d(input: Any, output_size: Any, return_indices: Any = False) -> Any:
    return _with_indices(_adaptive_maximum(1, input, output_size), return_indices)


@function("torch.nn.functional.adaptive_avg_pool2d")
def adaptive_avg_pool2d(input: Any, output_size: Any) -> Tensor:
    return _adaptive_average(2, input, output_size)


@function("torch.nn.functional.adaptive_max_pool2d")
def adaptive_max_pool2d(input: Any, output_size: Any, return_indices: Any = False) -> Any:
    return _with_indices(_adaptive_maximum(2, input, output_size), return_indices)


@function("torch.nn.functional.adaptive_avg_pool3d")
def adaptive_avg_pool3d(input: Any, output_size: Any) -> Tensor:
    return _adaptive_average(3, input, output_size)


@function("torch.nn.functional.adaptive_max_pool3d")
def adaptive_max_pool3d(input: Any, output_size: Any, return_indices: Any = False) -> Any:
    return _with_indices(_adaptive_maximum(3, input, output_size), return_indices)


@function("torch.adaptive_max_pool1d", "torch.nn.functional.adaptive_max_pool1d_with_indices")
def adaptive_max_pool1d_with_indices(input: Any, output_size: Any, return_indices: Any = False) -> Any:
    return _with_indices(_adaptive_maximum(1, input, output_size), True)


@function("torch.nn.functional.adaptive_max_pool2d_with_indices")
def adaptive_max_pool2d_with_indices(input: Any, output_size: Any, return_indices: Any = False) -> Any:
    return _with_indices(_adaptive_maximum(2, input, output_size), True)


@function("torch.nn.functional.adaptive_max_pool3d_with_indices")
def adaptive_max_pool3d_with_indices(input: Any, output_size: Any, return_indices: Any = False) -> Any:
    return _with_indices(_adaptive_maximum(3, input, output_size), True)


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
    _require_room(x, dims, kernel, sizes)
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


def _require_room(x: Tensor, dims: Sequence[int], kernel: Sequence[Dim], sizes: Sequence[Dim]) -> None:
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
    return _with_indices(result, return_indices)


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
    return _with_indices(result, return_indices)


def _unpool(
    rank: int, input: Any, indices: Any, kernel_size: Any, stride: Any, padding: Any, output_size: Any
) -> Tensor:
    x, positions = tensor(input), tensor(indices)
    kernel = per_axis(kernel_size, rank, "kernel_size")
    steps = kernel if known(stride) is None else per_axis(stride, rank, "stride")
    amounts = per_axis(padding, rank, "padding")
    dims = require_spatial_rank(x, rank)
    default = [(x.shape[dim] - 1) * s + k - 2 * p for dim, k, s, p in zip(dims, kernel, steps, amounts, strict=True)]
    sizes = default if known(output_size) is None else _unpooled(output_size, default, steps)
    result = pooling.unpool(x, positions, sizes, kernel, steps, amounts, dims)
    if len(positions.shape) != x.rank or any(
        same(a, b) is False for a, b in zip(positions.shape, x.shape, strict=True)
    ):
        raise OperationError(
            "broadcast-mismatch",
            f"{{subject}} has indices of {shape_text(positions.shape)} for an input of {shape_text(x.shape)}",
            result=result,
            argument="indices",
        )
    if category(positions.dtype) == 2:
        message = f"{{subject}} takes positions (int64) as indices, gets {positions.dtype}"
        raise OperationError("invalid-argument", message, result=result, argument="indices")
    if any(below(n, 0) for n in sizes):
        message = f"{{subject}} would give {shape_text(sizes)}"
        raise OperationError("empty-output", message, result=result, exception="ValueError")
    return result


def _unpooled(output_size: Any, default: Sequence[Dim], stride: Sequence[Dim]) -> list[Dim]:
    """The given sizes (their batch and channels dropped), each less than a stride off the default."""
    rank = len(default)
    given = list(output_size)
    if len(given) == rank + 2:
        given = given[2:]
    if len(given) != rank:
        raise PythonError("ValueError", f"output_size should have {rank} or {rank + 2} elements")
    sizes = [size_of(value) for value in given]
    for wanted, usual, s in zip(sizes, default, stride, strict=True):
        if below(wanted - usual + s, 1) or below(usual + s - wanted, 1):
            raise OperationError(
                "invalid-argument",
                f"{{subject}} has output_size {text(wanted)}, expects {text(usual)} ± {text(s - 1)}",
                exception="ValueError",
                argument="output_size",
                expected=usual,
                actual=wanted,
            )
    return sizes


@function("torch.nn.functional.max_unpool1d")
def max_unpool1d(
    input: Any,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor:
    return _unpool(1, input, indices, kernel_size, stride, padding, output_size)


@function("torch.nn.functional.max_unpool2d")
def max_unpool2d(
    input: Any,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor:
    return _unpool(2, input, indices, kernel_size, stride, padding, output_size)


@function("torch.nn.functional.max_unpool3d")
def max_unpool3d(
    input: Any,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor:
    return _unpool(3, input, indices, kernel_size, stride, padding, output_size)
