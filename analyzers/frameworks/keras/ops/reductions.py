"""Functions that reduce axes."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.keras.ops.registration import names, tensor
from analyzers.tensors.operations import (
    reduction,
)
from analyzers.tensors.operations.arguments import size
from analyzers.tensors.tensor import Tensor


def _reduction(
    x: Any = None,
    axis: Any = None,
    keepdims: Any = False,
    *args: Any,
    input_tensor: Any = None,
    keep_dims: Any = None,
    reduction_indices: Any = None,
    **kwargs: Any,
) -> Tensor:
    given = tensor(x if input_tensor is None else input_tensor)
    dims = axis if reduction_indices is None else reduction_indices
    keep = keepdims if keep_dims is None else keep_dims
    return reduction.reduce(given, dims, keep is True)


for _name in (
    "sum mean max min prod any all std var amax amin logsumexp median count_nonzero ptp nansum nanmean nanmax nanmin "
    "nanstd nanvar average"
).split():
    names(_name, f"K.{_name}", f"tf.math.reduce_{_name}", f"tf.reduce_{_name}")(_reduction)
names("tf.math.reduce_variance", "tf.math.reduce_std", "tf.reduce_logsumexp", "norm", "tf.norm")(_reduction)


@names("argmax", "argmin", "tf.argmax", "tf.argmin", "tf.math.argmax", "K.argmax", "K.argmin")
def argmax(x: Any, axis: Any = None, keepdims: Any = False, *args: Any, **kwargs: Any) -> Tensor:
    return reduction.reduce(tensor(x), axis, keepdims is True, "int64")


@names("moments", "tf.nn.moments")
def moments(x: Any, axes: Any = None, keepdims: Any = False, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
    made = reduction.reduce(tensor(x), axes, keepdims is True)
    return made, made.with_()


@names("top_k", "tf.nn.top_k", "tf.math.top_k")
def top_k(x: Any, k: Any = 1, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
    made = reduction.resized(tensor(x), -1, size(k))
    return made, made.with_(dtype="int32")
