"""torch.nn.functional: maximum, average and power-average pools over windows of a given size."""

from __future__ import annotations

import math
from typing import Any

from analyzers.frameworks.torch.functional.arguments import require_no_objects, tensor
from analyzers.interpreter.overlays import function
from analyzers.tensors import signals
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import product
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.layout import channels_first
from analyzers.tensors.operations import pooling
from analyzers.tensors.operations.spatial import below, paddings, per_axis, require_spatial_rank
from analyzers.tensors.tensor import Tensor, signal_of


def _pool(
    rank: int,
    input: Any,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: Any,
    averages: bool = False,
) -> Tensor:
    x = tensor(input)
    x.note_taken(channels_first(rank))
    dims = require_spatial_rank(x, rank)
    require_elements(x, rank)
    require_no_objects(kernel_size, stride, padding, dilation)
    kernel = per_axis(kernel_size, rank, "kernel_size")
    omitted = stride is None or (isinstance(stride, (tuple, list)) and not stride)
    steps = kernel if omitted else per_axis(stride, rank, "stride")
    amounts = paddings(padding, rank)
    dilations = per_axis(dilation, rank, "dilation")
    pooling.require_half_kernel(kernel, amounts)
    result = pooling.pool(
        x,
        kernel=kernel,
        stride=steps,
        padding=[(amount, amount) for amount in amounts],
        dilation=dilations,
        ceil_mode=bool(ceil_mode),
        spatial_dims=dims,
    )
    count = product(kernel)
    if isinstance(count, int) and count > 0:
        known = signal_of(x)
        result.signal = signals.averaged(known, 1 / count) if averages else signals.largest(known, count)
    return result


def require_elements(x: Tensor, rank: int) -> None:
    """Raises empty-output where channels or positions are none; an empty batch is fine."""
    if any(below(length, 1) for length in x.shape[-1 - rank :]):
        raise OperationError("empty-output", f"{{subject}} gets an empty map ({shape_text(x.shape)})", result=x)


def with_indices(result: Tensor, return_indices: Any) -> Any:
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
    return with_indices(result, return_indices)


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
    return with_indices(result, True)


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
    return with_indices(result, return_indices)


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
    return with_indices(result, True)


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
    return with_indices(result, return_indices)


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
    return with_indices(result, True)


@function("torch.nn.functional.avg_pool1d", "torch.avg_pool1d")
def avg_pool1d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: Any = False,
    count_include_pad: Any = True,
) -> Tensor:
    return _pool(1, input, kernel_size, stride, padding, 1, ceil_mode, averages=True)


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
    return _pool(2, input, kernel_size, stride, padding, 1, ceil_mode, averages=True)


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
    result = _pool(3, input, kernel_size, stride, padding, 1, ceil_mode, averages=True)
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
    result = _pool(rank, input, kernel_size, stride, 0, 1, ceil_mode, averages=True)
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
