"""torch.nn.functional: embeddings."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch.functional.arguments import choice, optional_tensor, require_range, tensor
from analyzers.interpreter.overlays import function
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import same, unknown_dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import axis_names
from analyzers.tensors.operations.arguments import size as size_of
from analyzers.tensors.operations.spatial import require_at_least
from analyzers.tensors.tensor import Tensor


@function("torch.nn.functional.embedding")
def embedding(
    input: Any,
    weight: Any,
    padding_idx: Any = None,
    max_norm: Any = None,
    norm_type: Any = 2.0,
    scale_grad_by_freq: Any = False,
    sparse: Any = False,
) -> Tensor:
    """Indices of any shape → that shape with the embedding as a last dim."""
    x, table = tensor(input), tensor(weight)
    if table.rank != 2:
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} expects a weight of 2 dimensions, gets {table.rank}",
            expected=2,
            actual=table.rank,
        )
    if isinstance(padding_idx, int) and isinstance(table.shape[0], int):
        require_range(padding_idx, -table.shape[0], table.shape[0] - 1, "padding_idx", "AssertionError")
    axes = axis_names.last(axis_names.inserted(x.axes, x.rank), x.rank + 1)
    return Tensor((*x.shape, table.shape[1]), x.field.insert(x.rank), table.dtype, axes=axes)


@function("torch.embedding")
def torch_embedding(
    weight: Any, indices: Any, padding_idx: Any = -1, scale_grad_by_freq: Any = False, sparse: Any = False
) -> Tensor:
    return embedding(indices, weight)


@function("torch.nn.functional.embedding_bag")
def embedding_bag(
    input: Any,
    weight: Any,
    offsets: Any = None,
    max_norm: Any = None,
    norm_type: Any = 2,
    scale_grad_by_freq: Any = False,
    mode: Any = "mean",
    sparse: Any = False,
    per_sample_weights: Any = None,
    include_last_offset: Any = False,
    padding_idx: Any = None,
) -> Tensor:
    """Bags of indices (B, n), or (n,) with offsets (B,) → (B, embedding)."""
    x, table = tensor(input), tensor(weight)
    choice(mode, ("sum", "mean", "max"), "mode")
    if table.rank != 2 or x.rank not in (1, 2):
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} expects 1 or 2 dimensions and a weight of 2, gets {x.rank} and {table.rank}",
            exception="ValueError",
            actual=x.rank,
        )
    _require_bag(x, offsets, per_sample_weights, mode)
    if x.rank == 2:
        return Tensor((x.shape[0], table.shape[1]), x.field.mix([1]), table.dtype, axes=("N", "E"))
    ends = tensor(offsets)
    bags = ends.shape[0] - 1 if include_last_offset else ends.shape[0]
    return Tensor((bags, table.shape[1]), x.field.mix([0]).insert(1), table.dtype, axes=("N", "E"))


def _require_bag(x: Tensor, offsets: Any, per_sample_weights: Any, mode: str) -> None:
    given = optional_tensor(offsets)
    if (x.rank == 2 and given is not None) or (x.rank == 1 and offsets is None):
        what = "no offsets for 2" if x.rank == 2 else "offsets for 1"
        raise OperationError(
            "invalid-argument",
            f"{{subject}} takes {what}-dimensional input",
            exception="ValueError",
            argument="offsets",
        )
    if given is not None and given.rank != 1:
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} expects offsets of 1 dimension, gets {given.rank}",
            exception="ValueError",
        )
    weights = optional_tensor(per_sample_weights)
    if weights is None:
        return
    if weights.rank != x.rank or any(same(a, b) is False for a, b in zip(weights.shape, x.shape, strict=True)):
        raise OperationError(
            "broadcast-mismatch",
            f"{{subject}} has per_sample_weights of {shape_text(weights.shape)} for {shape_text(x.shape)}",
            exception="ValueError",
        )
    if mode != "sum":
        raise OperationError(
            "invalid-argument",
            "{subject} takes per_sample_weights only with mode 'sum'",
            exception="NotImplementedError",
            argument="per_sample_weights",
        )


@function("torch.nn.functional.one_hot")
def one_hot(tensor: Any, num_classes: Any = -1) -> Tensor:
    """The shape with the classes as a last dim; their number depends on the values unless given."""
    x = _tensor(tensor)
    classes = size_of(num_classes)
    if isinstance(classes, int) and classes == -1:
        classes = max(x.content) + 1 if x.content else unknown_dim("the number of classes depends on the values")
    require_at_least([classes], 1, "num_classes")
    return Tensor((*x.shape, classes), x.field.insert(x.rank), "int64")


_tensor = tensor
