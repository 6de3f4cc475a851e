"""Products of matrices: linear layers, matmul and its relatives, attention."""

from __future__ import annotations

from typing import Any

from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, counted, product, require, same, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.field import Field
from analyzers.tensors.layout import Names
from analyzers.tensors.operations import axis_names
from analyzers.tensors.operations.arguments import require_rank
from analyzers.tensors.operations.elementwise import FLATTENED, broadcast_shapes, merged_field, promoted_dtype
from analyzers.tensors.operations.memory_order import contiguous
from analyzers.tensors.operations.reshape import view
from analyzers.tensors.tensor import Tensor


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``input @ weight.T + bias``: (…, in_features) with weight (out_features, in_features).

    Every output feature depends on all positions of the last dim. Raises feature-size-mismatch.
    """
    if weight.rank == 1:
        return _dot_with_vector(input, weight)
    require_rank(weight, 2)
    if input.rank == 0:
        raise OperationError("rank-mismatch", "{subject} expects at least 1 dimension, gets a scalar")
    declared = _linear_result(input, weight)
    if require(input.shape[-1], weight.shape[1]) is False:
        raise _missing_flatten(input, weight) or _feature_mismatch(input, weight.shape[1], declared)
    if bias is not None and bias.rank and same(bias.shape[-1], weight.shape[0]) is False:
        broadcast_shapes(bias.shape, declared.shape)
    return declared


def _linear_result(input: Tensor, weight: Tensor) -> Tensor:
    shape = (*input.shape[:-1], weight.shape[0])
    field = input.field.projected(input.rank - 1)
    if weight.field is not Field.EMPTY:
        turned = weight.field.permute((1, 0)).mix((0,))
        field = merged_field([Tensor(shape, field), Tensor(weight.shape[::-1], turned)], len(shape))
    cost, axes = product(shape) * weight.shape[1], axis_names.last(input.axes, len(shape))
    return contiguous(Tensor(shape, field, input.dtype, cost=cost, axes=axes))


def _dot_with_vector(input: Tensor, weight: Tensor) -> Tensor:
    if input.rank == 0 or require(input.shape[-1], weight.shape[0]) is False:
        raise _feature_mismatch(input, weight.shape[0], None)
    field = input.field.mix((input.rank - 1,)).remove((input.rank - 1,))
    axes = axis_names.without(input.axes, (input.rank - 1,))
    return Tensor(input.shape[:-1], field, input.dtype, cost=input.numel(), axes=axes)


def _feature_mismatch(input: Tensor, expected: Dim, result: Tensor | None) -> OperationError:
    actual = input.shape[-1] if input.shape else 1
    return OperationError(
        "feature-size-mismatch",
        f"{{subject}} expects {counted(expected, 'feature')}, gets {feature_text(input)}",
        result=result,
        expected=expected,
        actual=actual,
        argument="in_features",
    )


def _missing_flatten(input: Tensor, weight: Tensor) -> OperationError | None:
    """The mistake where the layer is built for all numbers of a map and gets the map itself. It goes on as if it were
    flattened."""
    expected = weight.shape[1]
    start = _flattened_from(input, expected)
    fits = start is not None
    if start is None:
        if not _is_map_for(input, expected):
            return None
        start = 1
    whole = product(input.shape[start:])
    parts = f"{shape_text(input.shape[start:])} = {text(whole)}"
    advice = ": flatten it first" if fits else " when flattened"
    flat = view(input, (*input.shape[:start], whole))
    return OperationError(
        "feature-size-mismatch",
        f"{{subject}} expects {counted(expected, 'feature')}, gets {parts}{advice}",
        result=_linear_result(flat, weight),
        expected=expected,
        actual=whole,
        lacks_flatten=fits,
        flatten_from=start if fits else None,
    )


def _flattened_from(input: Tensor, expected: Dim) -> int | None:
    """The dim from which on there are as many numbers as are expected."""
    for start in range(0 if _is_one_picture(input) else 1, input.rank - 1):
        if same(product(input.shape[start:]), expected) is True:
            return start
    return None


def _is_one_picture(input: Tensor) -> bool:
    """Whether the first dim counts no items of a batch: a square picture, or its channels before it."""
    if input.axes is not None and input.axes[0] not in (None, "C"):
        return False
    shape = input.shape
    square = input.rank in (2, 3) and isinstance(shape[-1], int) and shape[-2] == shape[-1]
    return square and (input.rank == 2 or shape[0] in (1, 3))


def _is_map_for(input: Tensor, expected: Dim) -> bool:
    """Whether it is a map of channels of which the layer expects so many numbers each."""
    sizes = (*input.shape[1:], expected)
    if input.rank < 4 or input.axes is None or input.axes[1] != "C" or not all(isinstance(n, int) for n in sizes):
        return False
    channels = input.shape[1]
    return input.axes[-1] in ("H", "W", "D") and expected > channels > 1 and expected % channels == 0


def feature_text(x: Tensor) -> str:
    """``9216``, or ``256×6×6 = 9216`` when a flatten made it."""
    if x.rank == 0:
        return "a scalar"
    size = text(x.shape[-1])
    if x.trait is not None and x.trait.startswith(FLATTENED):
        return f"{x.trait[len(FLATTENED) :]} = {size}"
    return size


def matmul(a: Tensor, b: Tensor) -> Tensor:
    """Matrix product over the last two dims, the leading ones broadcast (torch.matmul's rules).

    ``a`` keeps its rows' field and ``b`` its columns'; both lose what ran along the contracted dim.
    Raises matmul-mismatch.
    """
    if a.rank == 0 or b.rank == 0:
        raise OperationError("rank-mismatch", "{subject} expects at least 1 dimension, gets a scalar")
    if a.rank == 1:
        row = Tensor((1, *a.shape), a.field.insert(0), a.dtype, axes=axis_names.inserted(a.axes, 0))
        return _without(matmul(row, b), -1 if b.rank == 1 else -2)
    if b.rank == 1:
        column = Tensor((*b.shape, 1), b.field.insert(1), b.dtype, axes=axis_names.inserted(b.axes, 1))
        return _without(matmul(a, column), -1)
    return _matrix_product(a, b)


def _without(x: Tensor, dim: int) -> Tensor:
    index = dim % x.rank
    shape = x.shape[:index] + x.shape[index + 1 :]
    return Tensor(shape, x.field.remove((index,)), x.dtype, cost=x.cost, axes=axis_names.without(x.axes, (index,)))


def _matrix_product(a: Tensor, b: Tensor) -> Tensor:
    rows, inner, columns = a.shape[-2], a.shape[-1], b.shape[-1]
    left = Tensor((*a.shape[:-1], columns), a.field.mix((a.rank - 1,)), a.dtype)
    right = Tensor((*b.shape[:-2], rows, columns), b.field.mix((b.rank - 2,)), b.dtype)
    if require(inner, b.shape[-2]) is False:
        raise OperationError(
            "matmul-mismatch",
            f"{{subject}} cannot multiply {shape_text(a.shape)} by {shape_text(b.shape)}: "
            f"{counted(inner, 'column')}, {counted(b.shape[-2], 'row')}",
            result=Tensor((*_batch((rows, columns), a, b), rows, columns), dtype=a.dtype),
            expected=inner,
            actual=b.shape[-2],
        )
    shape = (*_batch((rows, columns), a, b), rows, columns)
    field, axes = merged_field([left, right], len(shape)), _product_names(a, b, len(shape))
    made = Tensor(shape, field, promoted_dtype((a, b)), cost=product(shape) * inner, axes=axes)
    return contiguous(made) if a.rank == b.rank > 2 else made


def _product_names(a: Tensor, b: Tensor, rank: int) -> Names | None:
    """Rows as the left matrix calls them, columns as the right one does."""
    if a.axes is None:
        return None
    return axis_names.last(axis_names.widened(a.axes, rank), rank, b.axes[-1] if b.axes is not None else None)


def _batch(matrix: tuple[Dim, ...], *operands: Tensor) -> tuple[Dim, ...]:
    """The common leading dims of operands of which ``matrix`` comes out. Raises broadcast-mismatch."""
    parts = [operand.shape[:-2] for operand in operands]
    try:
        return parts[0] if all(part == parts[0] for part in parts) else broadcast_shapes(*parts)
    except OperationError as error:
        shapes = " and ".join(dict.fromkeys(shape_text(operand.shape) for operand in operands))
        declared = Tensor((*error.result.shape, *matrix), dtype=operands[0].dtype)
        message = f"{{subject}} gets {shapes}: the dimensions before the last two differ"
        raise OperationError(error.rule, message, result=declared, **error.data) from None


def batched_matmul(a: Tensor, b: Tensor) -> Tensor:
    """torch.bmm: both of rank 3 with the same batch."""
    require_rank(a, 3)
    require_rank(b, 3)
    if require(a.shape[0], b.shape[0]) is False:
        raise OperationError(
            "matmul-mismatch",
            f"{{subject}} gets batches of {text(a.shape[0])} and {text(b.shape[0])}",
            result=Tensor((a.shape[0], a.shape[1], b.shape[2]), dtype=a.dtype),
        )
    return matmul(a, b)


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None, grouped: bool = False
) -> Tensor:
    """softmax(QKᵀ)V: query (…, L, E), key (…, S, E), value (…, S, Ev) → (…, L, Ev).

    Located stays what the query's position says, the keys' and values' positions become global.
    ``grouped``: heads of the query are a multiple of those of key and value. Raises matmul-mismatch.
    """
    for tensor in (query, key, value):
        if tensor.rank < 2:
            raise OperationError("rank-mismatch", f"{{subject}} expects at least 2 dimensions, gets {tensor.rank}")
    if grouped:
        key, value = _repeat_heads(key, query), _repeat_heads(value, query)
    declared = Tensor((*query.shape[:-1], value.shape[-1]), dtype=query.dtype)
    _require_inner("embedding sizes", query.shape[-1], key.shape[-1], declared)
    _require_inner("sequence lengths of key and value", key.shape[-2], value.shape[-2], declared)
    return _attention(query, key, value, mask)


def _attention(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    length, source = query.shape[-2], key.shape[-2]
    batch = _batch((length, value.shape[-1]), query, key, value)
    if mask is not None:
        broadcast_shapes(mask.shape, (*batch, length, source))
    seen = [
        query.with_(field=query.field.mix((query.rank - 1,))),
        key.with_(field=key.field.mix((key.rank - 2, key.rank - 1))),
        value.with_(field=value.field.mix((value.rank - 2,))),
    ]
    shape = (*batch, length, value.shape[-1])
    cost = product((*batch, length, source)) * (query.shape[-1] + value.shape[-1])
    axes = query.axes if len(shape) == query.rank else None
    return Tensor(shape, merged_field(seen, len(shape)), query.dtype, cost=cost, axes=axes)


def _require_inner(what: str, first: Dim, second: Dim, result: Tensor) -> None:
    if require(second, first) is False:
        raise OperationError(
            "matmul-mismatch", f"{{subject}} gets {what} {text(first)} and {text(second)}", result=result
        )


def _repeat_heads(x: Tensor, query: Tensor) -> Tensor:
    if x.rank < 3 or query.rank < 3:
        return x
    return x.with_(shape=(*x.shape[:-3], query.shape[-3], *x.shape[-2:]), axes=x.axes)


def outer(a: Tensor, b: Tensor) -> Tensor:
    """(n,) and (m,) → (n, m)."""
    require_rank(a, 1)
    require_rank(b, 1)
    column = Tensor((a.shape[0], 1), a.field.insert(1), a.dtype)
    shape = (a.shape[0], b.shape[0])
    return Tensor(shape, merged_field([column, b], 2), promoted_dtype((a, b)), cost=product(shape))


def add_product(x: Any, result: Tensor) -> Tensor:
    """``beta·x + result`` of addmm, baddbmm: ``x`` must broadcast to the product's shape."""
    if not isinstance(x, Tensor):
        return result
    shape = broadcast_shapes(x.shape, result.shape)
    if len(shape) != result.rank or any(same(a, b) is False for a, b in zip(shape, result.shape, strict=True)):
        raise OperationError(
            "broadcast-mismatch",
            f"{{subject}} cannot add {shape_text(x.shape)} to {shape_text(result.shape)}",
            result=result,
        )
    return result.with_(field=merged_field([x, result], result.rank), cost=result.cost)
