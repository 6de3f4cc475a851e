"""What the dims of a result are called, after what its operands are called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analyzers.tensors.dims import Dim
from analyzers.tensors.layout import FEATURES, SPACE, SPATIAL, Names
from analyzers.tensors.placement import regrouping
from analyzers.tensors.tensor import Tensor


def of_map(rank: int, spatial_dims: Sequence[int]) -> Names | None:
    """A map, batched or not: the dim beside the batch and space holds the channels."""
    names: list[str | None] = [None] * rank
    for dim, name in zip(spatial_dims, SPATIAL.get(len(spatial_dims), ()), strict=False):
        names[dim] = name
    left = [dim for dim in range(rank) if dim not in spatial_dims]
    if len(spatial_dims) not in SPATIAL or len(left) not in (1, 2):
        return None
    names[left[-1]] = "C"
    if len(left) == 2:
        names[left[0]] = "N"
    return tuple(names)


def changed(names: Names | None, dim: int, name: str | None) -> Names | None:
    """Another name for one dim."""
    return None if names is None else (*names[:dim], name, *names[dim + 1 :])


def last(names: Names | None, rank: int, name: str | None = "E") -> Names | None:
    """The last dim holds something else now; of the others is said what is known."""
    return (*(names[:-1] if names is not None and len(names) == rank else (None,) * (rank - 1)), name)


def without(names: Names | None, dims: Iterable[int]) -> Names | None:
    gone = frozenset(dims)
    return None if names is None else tuple([name for dim, name in enumerate(names) if dim not in gone])


def inserted(names: Names | None, dim: int, name: str | None = None) -> Names | None:
    return None if names is None else (*names[:dim], name, *names[dim:])


def ordered(names: Names | None, order: Sequence[int]) -> Names | None:
    return None if names is None else tuple([names[dim] for dim in order])


def widened(names: Names | None, rank: int) -> Names | None:
    """Right-aligned in a higher rank."""
    return None if names is None else ((None,) * (rank - len(names)) + names)[:rank]


def joined(tensors: Iterable[Tensor], rank: int) -> Names | None:
    """Of operands that broadcast: the first that names a dim has the say."""
    result: Names | None = None
    for tensor in tensors:
        names = tensor.axes
        if names is None or names is result:
            continue
        names = names if len(names) == rank else widened(names, rank)
        if result is None or names is None:
            result = names if result is None else result
        elif None in result:
            result = tuple([a or b for a, b in zip(result, names, strict=False)])
    return result


def reshaped(names: Names | None, old: Sequence[Dim], new: Sequence[Dim]) -> Names | None:
    """Dims that stay keep their names; several in one are features with any among them, else a sequence of places."""
    if names is None or len(names) != len(old):
        return None
    result: list[str | None] = [None] * len(new)
    for left, right in regrouping(old, new):
        left = [dim for dim in left if old[dim] != 1] or left
        right = [dim for dim in right if new[dim] != 1] or right
        if len(right) == 1:
            result[right[0]] = _together([names[dim] for dim in left])
    return tuple(result)


def _together(names: Sequence[str | None]) -> str | None:
    if len(names) == 1:
        return names[0]
    if None in names or "N" in names or not names:
        return None
    if FEATURES.intersection(names):
        return "E"
    return "T" if set(names) <= set(SPACE) else None
