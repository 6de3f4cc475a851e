"""Selecting and writing along one dimension: index_select, gather, scatter, take."""

from __future__ import annotations

from typing import Any

from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import is_sure_less, product, same, text, unknown_dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations.arguments import axis, require_dims
from analyzers.tensors.operations.elementwise import broadcast_shapes, merged_field
from analyzers.tensors.operations.indexing import MASK_REASON, advanced
from analyzers.tensors.operations.reshape import view
from analyzers.tensors.tensor import Tensor


def index_select(x: Tensor, dim: Any, index: Tensor) -> Tensor:
    """The positions ``index`` (1-D) of one dim."""
    where = axis(dim, x.rank)
    if index.rank > 1:
        raise OperationError("rank-mismatch", f"{{subject}} expects a 1-D index, gets {index.rank} dimensions")
    flat = index if index.rank == 1 else index.with_(shape=(1,), content=index.content)
    if x.rank == 0:
        _require_one_index(index)
        return x.with_(content=x.content)
    return advanced(x, [(where, flat)])


def _require_one_index(index: Tensor) -> None:
    if same(index.numel(), 1) is False:
        raise OperationError("rank-mismatch", f"{{subject}} picks {text(index.numel())} elements of a scalar")


def gather(x: Tensor, dim: Any, index: Tensor) -> Tensor:
    """Same shape as ``index``; element by element from positions of ``dim``. Raises broadcast-mismatch."""
    where = axis(dim, x.rank)
    if index.numel() != 0:
        _require_index_fits(x, index, where)
    field = x.field.forget((where,), "gathered by index") if x.rank else x.field
    merged = merged_field([x.with_(field=field), index], x.rank)
    return x.with_(shape=index.shape, field=merged, axes=x.axes)


def _require_index_fits(x: Tensor, index: Tensor, where: int) -> None:
    if max(index.rank, 1) != max(x.rank, 1):
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} gets an index of {index.rank} dimensions for an input of {x.rank}",
        )
    for dim, (length, have) in enumerate(zip(index.shape, x.shape, strict=False)):
        if dim != where and is_sure_less(have, length):
            raise OperationError(
                "broadcast-mismatch",
                f"{{subject}} gets an index of {shape_text(index.shape)} for {shape_text(x.shape)}",
            )
    require_places(x, index, where)


def require_places(x: Tensor, index: Tensor, where: int) -> None:
    """Raises dimension-out-of-range when something is picked along an empty dim."""
    if x.rank and x.shape[where] == 0 and index.numel() != 0:
        raise OperationError(
            "dimension-out-of-range",
            f"{{subject}} picks from dim {where}, which is empty",
            exception="IndexError",
        )


def scatter(x: Tensor, dim: Any, index: Tensor, source: Any) -> Tensor:
    """``x`` with values of ``source`` written along ``dim``: the shape of ``x``."""
    where = axis(dim, x.rank)
    if index.numel() == 0:
        return x.with_()
    _require_index_fits(x, index, where)
    tensors = [x]
    if isinstance(source, Tensor):
        if source.rank:
            _require_source(source, index)
        lost = source.field.forget(range(source.rank), "scattered by index") if source.rank else source.field
        tensors.append(Tensor(x.shape, lost))
    return x.with_(field=merged_field(tensors, x.rank))


def _require_source(source: Tensor, index: Tensor) -> None:
    pairs = zip(index.shape, source.shape, strict=False)
    too_small = any(isinstance(a, int) and isinstance(b, int) and a > b for a, b in pairs)
    if too_small or source.rank != index.rank:
        raise OperationError(
            "broadcast-mismatch",
            f"{{subject}} gets an index of {shape_text(index.shape)}, a source of {shape_text(source.shape)}",
        )


def index_write(x: Tensor, dim: Any, index: Tensor, source: Any) -> Tensor:
    """index_add, index_copy, index_fill: ``source`` has the shape of ``x`` with the index along ``dim``."""
    where = axis(dim, x.rank)
    if index.rank > 1:
        raise OperationError("rank-mismatch", f"{{subject}} expects a 1-D index, gets {index.rank} dimensions")
    tensors = [x]
    if x.rank == 0 and isinstance(source, Tensor):
        _require_one_index(index)
    if isinstance(source, Tensor) and source.rank and x.rank:
        wanted = (*x.shape[:where], index.numel(), *x.shape[where + 1 :])
        if len(wanted) != source.rank or any(same(a, b) is False for a, b in zip(wanted, source.shape, strict=True)):
            raise OperationError(
                "broadcast-mismatch",
                f"{{subject}} expects a source of {shape_text(wanted)}, gets {shape_text(source.shape)}",
            )
        tensors.append(Tensor(x.shape, source.field.forget((where,), "written by index")))
    return x.with_(field=merged_field(tensors, x.rank))


def masked_select(x: Tensor, mask: Tensor) -> Tensor:
    """The elements where the mask holds: one unknown dim."""
    shape = broadcast_shapes(x.shape, mask.shape)
    field = merged_field([x, mask], len(shape)).forget(range(len(shape)), MASK_REASON)
    flat = field.remove(tuple(range(len(shape)))).insert(0)
    return x.with_(shape=(unknown_dim(MASK_REASON),), field=flat)


def take(x: Tensor, index: Tensor) -> Tensor:
    """Elements of the flattened tensor, in the shape of ``index``."""
    if x.numel() == 0 and index.numel() != 0:
        raise OperationError("dimension-out-of-range", "{subject} takes from an empty tensor", exception="IndexError")
    field = view(x, (product(x.shape),)).field
    flat = field.forget((0,), "picked by index").remove((0,))
    for _ in range(index.rank):
        flat = flat.insert(0)
    return x.with_(shape=index.shape, field=flat)


def take_along_dim(x: Tensor, index: Tensor, dim: Any = None) -> Tensor:
    """:func:`gather` whose other dims broadcast; without ``dim`` of the flattened tensor."""
    if dim is None:
        return take(x, view(index, (-1,)))
    require_dims(x, "IndexError")
    where = axis(dim, x.rank)
    require_places(x, index, where)
    if index.rank != x.rank:
        raise OperationError(
            "rank-mismatch", f"{{subject}} gets an index of {index.rank} dimensions for an input of {x.rank}"
        )
    rest = broadcast_shapes(*[(*t.shape[:where], 1, *t.shape[where + 1 :]) for t in (x, index)])
    shape = (*rest[:where], index.shape[where], *rest[where + 1 :])
    field = x.field.forget((where,), "gathered by index")
    return x.with_(shape=shape, field=merged_field([x.with_(field=field), index], x.rank), axes=x.axes)
