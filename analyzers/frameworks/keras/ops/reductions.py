"""Functions that reduce axes."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.keras.ops.registration import names, tensor
from analyzers.tensors.operations import (
    reduction,
)
from analyzers.tensors.operations.arguments import axis as axis_of
from analyzers.tensors.operations.arguments import size
from analyzers.tensors.operations.elementwise import broadcast
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
    "nanstd nanvar average nanprod nanmedian"
).split():
    names(_name, f"K.{_name}", f"tf.math.reduce_{_name}", f"tf.reduce_{_name}")(_reduction)
names("tf.math.reduce_variance", "tf.math.reduce_std", "tf.reduce_logsumexp")(_reduction)


@names("argmax", "argmin", "nanargmax", "nanargmin", "tf.argmax", "tf.argmin", "tf.math.argmax", "K.argmax", "K.argmin")
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


@names("quantile", "percentile", "nanquantile", "nanpercentile")
def quantile(x: Any, q: Any, axis: Any = None, method: Any = "linear", keepdims: Any = False) -> Tensor:
    """One number for each q, which come first where there are several."""
    made = reduction.reduce(tensor(x), axis, keepdims is True)
    asked = tensor(q)
    for length in reversed(asked.shape):
        made = made.with_(shape=(length, *made.shape), field=made.field.insert(0))
    return made


@names("allclose", "tf.debugging.assert_near", "array_equal")
def allclose(x1: Any, x2: Any, *args: Any, **kwargs: Any) -> Tensor:
    return reduction.reduce(broadcast(tensor(x1), tensor(x2)), None, False, "bool")


@names("norm", "tf.norm", "tf.linalg.norm")
def norm(
    x: Any = None, ord: Any = None, axis: Any = None, keepdims: Any = False, name: Any = None, *, tensor: Any = None
) -> Tensor:
    given = _tensor(x if tensor is None else tensor)
    return reduction.reduce(given, axis, keepdims is True)


_tensor = tensor


@names("trace")
def trace(x: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Tensor:
    given = tensor(x)
    return reduction.reduce(given, (axis_of(axis1, given.rank), axis_of(axis2, given.rank)))


@names("tf.linalg.trace")
def tf_trace(x: Any, name: Any = None) -> Tensor:
    return trace(x, 0, -2, -1)
