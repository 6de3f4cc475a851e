"""Products of matrices and attention."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.keras.layers.merging import batch_dot
from analyzers.frameworks.keras.ops.registration import names, tensor
from analyzers.tensors.operations import (
    einsum,
    linear_algebra,
    reshape,
)
from analyzers.tensors.tensor import Tensor


@names("matmul", "tf.matmul", "tf.linalg.matmul")
def matmul(
    x1: Any = None,
    x2: Any = None,
    transpose_a: Any = False,
    transpose_b: Any = False,
    *args: Any,
    a: Any = None,
    b: Any = None,
    **kwargs: Any,
) -> Tensor:
    left, right = tensor(x1 if a is None else a), tensor(x2 if b is None else b)
    left = reshape.transpose_matrix(left) if transpose_a is True else left
    right = reshape.transpose_matrix(right) if transpose_b is True else right
    return linear_algebra.matmul(left, right)


@names("dot", "K.dot")
def dot(x1: Any, x2: Any) -> Tensor:
    left, right = tensor(x1), tensor(x2)
    if right.rank <= 2:
        return linear_algebra.matmul(left, right)
    return einsum.tensordot(left, right, ([left.rank - 1], [right.rank - 2]))


@names("K.batch_dot")
def backend_batch_dot(x: Any, y: Any, axes: Any = None) -> Tensor:
    left, right = tensor(x), tensor(y)
    return batch_dot(left, right, axes if axes is not None else (left.rank - 1, max(right.rank - 2, 1)))


@names("einsum", "tf.einsum", "tf.linalg.einsum")
def einsum_of(subscripts: Any, *operands: Any, **kwargs: Any) -> Tensor:
    return einsum.einsum(subscripts, [tensor(o) for o in operands])


@names("tensordot", "tf.tensordot")
def tensordot(x1: Any, x2: Any, axes: Any = 2, *args: Any, **kwargs: Any) -> Tensor:
    return einsum.tensordot(tensor(x1), tensor(x2), axes)


@names("outer")
def outer(x1: Any, x2: Any) -> Tensor:
    return linear_algebra.outer(*(reshape.view(tensor(x), (-1,)) for x in (x1, x2)))


@names("dot_product_attention")
def dot_product_attention(query: Any, key: Any, value: Any, *args: Any, **kwargs: Any) -> Tensor:
    """(N, T, heads, size) in, the same out."""
    q, k, v = (reshape.permute(tensor(x), (0, 2, 1, 3)) for x in (query, key, value))
    made = linear_algebra.scaled_dot_product_attention(q, k, v)
    cost = made.cost
    made = reshape.permute(made, (0, 2, 1, 3))
    made.cost = cost
    return made
