"""In which order the dims of a tensor lie in memory: a view of what was transposed may need a copy first.

An order lists the dims from the outermost in memory to the innermost, gaps or not; None where nobody knows it, of which
nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, exact_quotient, less, product, same, symbols
from analyzers.tensors.errors import OperationError
from analyzers.tensors.layout import is_batch
from analyzers.tensors.tensor import Tensor

Order = tuple[int, ...] | None


def contiguous(result: Tensor) -> Tensor:
    """What an operation made anew, row by row."""
    result.order = tuple(range(result.rank))
    return result


def is_in_order(x: Tensor) -> bool:
    """Whether the dims certainly lie in memory as they are listed."""
    return x.order is not None and x.order == tuple(range(x.rank))


def permuted(order: Order, dims: Sequence[int]) -> Order:
    """Of a tensor whose dim ``i`` was dim ``dims[i]``."""
    if order is None or len(order) != len(dims):
        return None
    places = {old: new for new, old in enumerate(dims)}
    return tuple([places[old] for old in order])


def without(order: Order, dim: int) -> Order:
    """Of a tensor that lacks a dim."""
    return None if order is None else tuple([other - (other > dim) for other in order if other != dim])


def require_viewable(x: Tensor, result: Tensor) -> None:
    """Raises reshape-mismatch where torch cannot view ``x`` as ``result`` without a copy: with any sizes above one of what
    is open but the batch."""
    if x.order is None or len(x.order) != x.rank or is_in_order(x):
        return
    starts = [product(result.shape[:dim]) for dim in range(result.rank + 1)]
    for dim, apart in _breaks(x.shape, x.order):
        size = product(x.shape[:dim])
        if all(_differ(size, start) for start in starts):
            is_sure = all(isinstance(length, int) for length in apart)
            raise OperationError(
                "reshape-mismatch",
                f"{{subject}} needs a copy of {shape_text(x.shape)}, whose dims were reordered, to make "
                f"{shape_text(result.shape)} of it: reshape makes one, so does contiguous() before",
                result=contiguous(result),
                **({} if is_sure else {"level": "warning"}),
            )


def _breaks(shape: Sequence[Dim], order: Sequence[int]) -> Iterator[tuple[int, tuple[Dim, ...]]]:
    """The dims that do not lie behind the one before them in memory, with the lengths that keep them apart."""
    places = {dim: place for place, dim in enumerate(order)}
    kept = [dim for dim in range(len(shape)) if shape[dim] != 1]
    for before, dim in pairwise(kept):
        if not _is_long(shape[before]) or not _is_long(shape[dim]):
            continue
        if places[dim] < places[before]:
            yield dim, (shape[before], shape[dim])
        else:
            between = [shape[other] for other in order[places[before] + 1 : places[dim]] if _is_long(shape[other])]
            if between:
                yield dim, (shape[before], shape[dim], min(between, key=lambda length: not isinstance(length, int)))


def _is_long(length: Dim) -> bool:
    """Whether it is more than one: an open length is taken to be, but not that of a batch or of what nobody gives."""
    if isinstance(length, int):
        return length > 1
    return not is_batch(length) and all(one.solvable and not one.anonymous for one in symbols(length))


def _differ(size: Dim, other: Dim) -> bool:
    """Whether the two certainly are not the same number."""
    for whole, part in ((size, other), (other, size)):
        quotient = exact_quotient(whole, part)
        if quotient is not None:
            return less(1, quotient) is True or quotient == 0
    return same(size, other) is False
