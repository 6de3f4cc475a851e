"""The axes a tensor's elements read: where they are found, and changing each of them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from analyzers.tensors import axis as one
from analyzers.tensors import placement, reporting
from analyzers.tensors.axis import Axis, Key
from analyzers.tensors.placement import Term

Axes = TypeVar("Axes", bound="AxisSet")


class AxisSet:
    """What a field is made of. Immutable; what changes nothing returns the same object."""

    __slots__ = ("axes",)

    def __init__(self, axes: tuple[Axis, ...] = ()) -> None:
        self.axes = axes

    def located_dims(self, names: Mapping[Key, str] | None = None) -> frozenset[int]:
        """The tensor dims along which elements read different pixels of the axes that have a name."""
        terms = [term for axis in self.axes if reporting.name_of(axis, names) is not None for term in axis.terms]
        return frozenset([place[0] for term in terms for place in term.places])

    def located(self, dim: int) -> bool:
        """Whether elements read different pixels along a dim."""
        return any(axis.lies_in(dim) for axis in self.axes)

    def axes_at(self, dim: int) -> tuple[str, ...]:
        """Names of the input axes that are found, at least in part, along a dim."""
        return tuple(dict.fromkeys([axis.name for axis in self._lying(dim) if axis.name is not None]))

    def is_shared(self, dim: int, spoken: Callable[[Axis], bool] | None = None) -> bool:
        """Whether the positions of a dim are made of those of several axes (of ``spoken`` ones) of one input."""
        found = [axis.key[0] for axis in self._lying(dim) if spoken is None or spoken(axis)]
        return len(found) > 1 and len(set(found)) < len(found)

    def _lying(self, dim: int) -> list[Axis]:
        return [axis for axis in self.axes if axis.lies_in(dim)]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why axes are unknown."""
        return tuple(dict.fromkeys(axis.reason for axis in self.axes if axis.reason))

    # machinery --------------------------------------------------------------------------------

    def _of(self: Axes, axes: tuple[Axis, ...]) -> Axes:
        return type(self)(axes)

    def _each_axis(self: Axes, change: Callable[[Axis], Axis | None]) -> Axes:
        changed = [change(axis) for axis in self.axes]
        if all(map(operator.is_, changed, self.axes)):
            return self
        kept = tuple([axis for axis in changed if axis is not None])
        return self._of(kept)

    def _each(self: Axes, change: Callable[[Term], Term | None]) -> Axes:
        """Change every term; None drops it, TooComplex makes the axis unknown."""
        return self._each_axis(lambda axis: one.changed(axis, change))

    def _without(self: Axes, keys: Iterable[Key]) -> Axes:
        return type(self)(tuple([axis for axis in self.axes if axis.key not in keys]))

    def _unfolded(self: Axes, dim: int) -> Axes:
        """Terms over the positions of a dim that holds one axis only, instead of over its digits."""
        if self.is_shared(dim):
            return self
        return self._each(lambda term: placement.rebased(term) if term.at(dim) is not None else term)

    def _renumbered(self: Axes, target: Callable[[int], int]) -> Axes:
        def moved(term: Term) -> Term:
            places = tuple([(target(dim), *rest) for dim, *rest in term.places])
            return Term(term.n, term.support, places) if places != term.places else term  # type: ignore[arg-type]

        return self._each(moved)
