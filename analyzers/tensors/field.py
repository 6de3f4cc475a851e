"""The receptive field of one tensor: which input pixels its elements read, along every input axis.

For each dim of each input a tensor holds *terms* (placement.py): supports, and where in the
tensor their positions are found. What an element reads is the union over the terms. Mixing over a
dim (attention, Linear, mean) takes that dim's positions out of a term; a term with none left says
that every element reads the same, which is the global flag where that is the whole axis.

Nobody has to know beforehand which dims of an input are space or time: every dim is followed, and
the first layer that moves over some of them names them. Only named axes are spoken of; features,
channels and tokens have no field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from analyzers.facts import FieldFact
from analyzers.tensors import axis as one
from analyzers.tensors import merging, placement, reporting
from analyzers.tensors.axis import UNNAMED, Axis, Key
from analyzers.tensors.axis_set import AxisSet
from analyzers.tensors.dims import Dim
from analyzers.tensors.gather import Gather
from analyzers.tensors.placement import Term
from analyzers.tensors.stacking import stacked
from analyzers.tensors.support import Support


class Field(AxisSet):
    """The receptive field of one tensor. Immutable; what changes nothing returns the same object.

    Dims are non-negative tensor dims, shapes are tuples of :data:`Dim`.
    """

    __slots__ = ()

    EMPTY: ClassVar[Field]

    def __repr__(self) -> str:
        return f"Field({list(self.axes)})"

    def _of(self, axes: tuple[Axis, ...]) -> Field:
        return Field(axes) if axes else Field.EMPTY

    @staticmethod
    def of_input(shape: Sequence[Dim], axes: Mapping[str, int], name: str = "x") -> Field:
        """The field of an input whose layout is known: ``axes`` names the dims to follow, ``{"H": 2, "W": 3}``."""
        return Field(tuple(Axis.whole((name, dim), shape[dim], axis) for axis, dim in axes.items()))

    @staticmethod
    def of_dims(shape: Sequence[Dim], dims: Iterable[int], name: str = "x") -> Field:
        """The field of an input that nothing has moved over yet: what its dims are, its layers will say."""
        found = tuple(Axis.whole((name, dim), shape[dim]) for dim in dims)
        return Field(found) if found else Field.EMPTY

    # layout -----------------------------------------------------------------------------------

    def permute(self, order: Sequence[int]) -> Field:
        """Dims reordered: new dim ``i`` is old dim ``order[i]``."""
        target = {old: new for new, old in enumerate(order)}
        return self._renumbered(lambda dim: target[dim])

    def insert(self, dim: int) -> Field:
        """A new dim before ``dim``."""
        return self._renumbered(lambda old: old + (old >= dim))

    def broadcast(self, old_shape: Sequence[Dim], new_rank: int) -> Field:
        """Right-aligned into a higher rank; expanding dims of size 1 is free."""
        more = new_rank - len(old_shape)
        return self._renumbered(lambda old: old + more) if more else self

    def remove(self, dims: Iterable[int]) -> Field:
        """Dims dropped after mixing or squeezing; anything still located there is mixed."""
        gone = frozenset(dims)
        mixed = self.mix(gone)
        return mixed._renumbered(lambda old: old - sum(dim < old for dim in gone))

    def drop(self, dim: int) -> Field:
        """One dim removed; see :meth:`remove`."""
        return self.remove((dim,))

    def reshape(self, old_shape: Sequence[Dim], new_shape: Sequence[Dim]) -> Field:
        """``view`` in row-major order; an axis whose digits split unevenly becomes unknown."""
        if not self.axes:
            return self
        groups = placement.regrouping(old_shape, new_shape)

        def reshaped(axis: Axis) -> Axis | None:
            alone = len(axis.terms) == 1
            return one.changed(axis, lambda t: placement.reshaped(t, old_shape, new_shape, groups, alone))

        return self._each_axis(reshaped)

    def repeat(self, dim: int, times: Dim) -> Field:
        """``tile``: the whole dim laid end to end ``times`` times."""
        return self._each(lambda term: placement.tiled(term, dim, times))

    # reading ----------------------------------------------------------------------------------

    def gather(self, dim: int, gather: Gather, n_out: Dim) -> Field:
        """What reads neighbours along one dim: convolution, pooling, resize, pad, slice, roll.

        ``n_out`` is the new size of the dim. Needs the dim to be one whole axis; otherwise only
        shifts are followed and the axis becomes unknown.
        """
        shift = gather.shift
        if shift is None or not self.is_shared(dim):
            return self._each_axis(lambda axis: one.gathered(axis, dim, gather, n_out))
        return self._each(lambda term: placement.shifted(term, dim, shift, n_out))

    def gather_each(self, steps: Iterable[tuple[int, Gather, Dim]]) -> Field:
        """:meth:`gather` along several dims."""
        result = self
        for dim, gather, n_out in steps:
            result = result.gather(dim, gather, n_out)
        return result

    def narrow(self, dim: int, start: Dim, step: Dim, n_out: Dim) -> Field:
        """The slice ``[start : … : step]`` of ``n_out`` units along one dim, ``step`` ≥ 1."""
        return self.gather(dim, Gather.strided(start, step), n_out)

    def select(self, dim: int, index: int | None) -> Field:
        """``x[:, i]``: one position of a dim, which is dropped; None: a position that is not known."""
        if index is None:
            return self.remove((dim,))
        chosen = self._each_axis(lambda axis: one.selected(axis, dim, index))
        return chosen._renumbered(lambda old: old - (old > dim))

    def mix(self, dims: Iterable[int]) -> Field:
        """Every element now depends on all positions along these dims, which stay.

        Linear layers, convolution channels, softmax, contractions, means, sorts, FFT, recurrence.
        """
        chosen = frozenset(dims)
        return self._each_axis(lambda axis: one.mixed(axis, chosen))

    def mix_groups(self, dim: int, groups: Dim, n_out: Dim, n_in: Dim) -> Field:
        """:meth:`mix` along one dim of ``n_in`` units that becomes ``n_out`` long, each of ``groups`` equal parts for itself.

        Digits of axes that lie elsewhere as well (space folded into channels) are mixed over all parts.
        """
        sizes = (groups, n_in, n_out)
        if groups == 1 or not self.located(dim) or not all(isinstance(size, int) and size > 0 for size in sizes):
            return self.mix((dim,))
        return self._each_axis(lambda axis: one.grouped(axis, dim, *sizes))  # type: ignore[arg-type]

    def statistics(self, dims: Iterable[int]) -> Field:
        """Normalisation over these dims: the global flag is set beside the unchanged local field."""
        chosen = frozenset(dims)
        return self._each_axis(lambda a: a if a.reduced or not a.is_located(chosen) else a.flagged())

    def forget(self, dims: Iterable[int], reason: str) -> Field:
        """Axes located along these dims become unknown."""
        chosen = frozenset(dims)
        return self._each_axis(lambda axis: axis.unknown(reason) if axis.is_located(chosen) else axis)

    def united_over(self, dims: Iterable[int]) -> Field:
        """What a position sees with all of its features: digits of an axis that lie in these dims while others lie
        elsewhere (space folded into channels) are united."""
        if not any(len(term.places) > 1 for axis in self.axes for term in axis.terms):
            return self
        chosen = frozenset(dims)
        return self._each_axis(lambda a: one.mixed(a, chosen) if any(map(a.is_split_by, chosen)) else a)

    # naming -----------------------------------------------------------------------------------

    def moved_over(self, dims: Sequence[int], names: Sequence[str]) -> Field:
        """A layer moves over these dims and calls them so: the first that does says what the axes of an input are.

        One that has no names for them (``UNNAMED``: windows cut out of one dim) leaves room for further such dims.
        """
        if all(axis.name is not None or not axis.terms for axis in self.axes):
            return self
        calls = {d: UNNAMED if self.is_shared(d) else name for d, name in zip(dims, names, strict=True)}
        settled = {axis.key[0] for axis in self.axes if axis.name or (axis.name == UNNAMED and any(names))}
        return self._each_axis(lambda axis: one.called(axis, calls) if axis.key[0] not in settled else axis)

    def projected(self, dim: int) -> Field:
        """After a Linear over one dim. Where the dim holds the inner digits of axes whose outer digits are found
        elsewhere, it is laid over patches, and has moved over those axes."""
        patches = one.patches_at(self.axes, dim)
        return self._each_axis(lambda a: a.named(UNNAMED) if a.key in patches else a).mix((dim,))

    # merging ----------------------------------------------------------------------------------

    @staticmethod
    def merge(fields: Sequence[Field], weights: Sequence[Any] | None = None) -> Field:
        """The union of operands of one rank: add, multiply, where, concatenation along channels.

        Located terms are united; what an operand only sees globally sets the global flag beside
        them (gates). ``weights`` share out the energy (channels), equal by default.
        """
        shares = merging.shares_of(weights, len(fields))
        operands = [(field, share) for field, share in zip(fields, shares, strict=True) if field.axes]
        if not operands:
            return Field.EMPTY
        first = operands[0][0]
        if all(field is first for field, _ in operands):
            return first
        by_key: dict[Key, list[tuple[Axis, float]]] = {}
        for field, share in operands:
            for axis in field.axes:
                by_key.setdefault(axis.key, []).append((axis, share))
        unions: dict[Any, Support] = {}
        return Field(tuple([merging.merged_axis(axes, unions) for axes in by_key.values()]))

    def gate(self, gate_field: Field) -> Field:
        """Multiplied by another operand; the same as :meth:`merge`."""
        return Field.merge([self, gate_field])

    @staticmethod
    def concat(fields: Sequence[Field], dim: int, sizes: Sequence[Dim], gains: Sequence[float] | None = None) -> Field:
        """Concatenation along ``dim``, of ``sizes``: axes that lie there end to end, the others merged, with shares of the
        energy by their sizes and ``gains``."""
        lying = dict.fromkeys(axis.key for field in fields for axis in field._lying(dim))
        shares = merging.shares_of(sizes, len(fields))
        if gains is not None:
            shares = [share * gain for share, gain in zip(shares, gains, strict=True)]
        if not lying:
            return Field.merge(fields, shares)
        beside = Field.merge([field._without(lying) for field in fields], shares)
        unfolded = [{axis.key: axis for axis in field._unfolded(dim).axes} for field in fields]
        along = [merging.laid([axes.get(key) for axes in unfolded], dim, sizes) for key in lying]
        return Field((*[axis for axis in along if axis is not None], *beside.axes))

    @staticmethod
    def stack(fields: Sequence[Field], dim: int) -> Field:
        """Stacked along ``dim``, which each of them has already, of size 1."""
        joined = Field.concat(fields, dim, [1] * len(fields))
        by_key = [{axis.key: axis for axis in field.axes} for field in fields]
        return joined._each_axis(lambda a: stacked([axes.get(a.key) for axes in by_key], dim) or a)

    @staticmethod
    def misalignment(fields: Sequence[Field]) -> str | None:
        """Why the branches of a merge do not fit together, None where they do.

        Different strides, or centres (averaged over the phases) a unit of the merged map or more
        apart. Branches that end at the same pixel are causal ones of different length: aligned.
        """
        by_key: dict[Key, list[Term]] = {}
        names: dict[Key, str] = {}
        for field in fields:
            for axis in field.axes:
                by_key.setdefault(axis.key, []).extend(axis.terms)
                if axis.name is not None:
                    names.setdefault(axis.key, axis.name)
        for key, name in names.items():
            text = merging.misaligned(by_key[key])
            if text is not None:
                return text.format(axis=name or "one axis")
        return None

    # reporting --------------------------------------------------------------------------------

    def facts(self, shape: Sequence[Dim] | None = None, names: Mapping[Key, str] | None = None) -> FieldFact | None:
        """What is reported: of the input with the most axes still located (the first wins ties).

        ``names`` says which axes are spoken of and how (None: those that have a name here). None where none of them
        is known to be read. ``shape`` is the tensor's own; without elements it sees nothing.
        """
        return None if shape is not None and 0 in shape else reporting.facts(self, names)

    def support(self, axis: str, name: str = "x") -> Support | None:
        """The support that is reported for an axis (for tests and drawings)."""
        for found in self.axes:
            if (found.key[0], found.name) == (name, axis) and found.terms and found.reason is None:
                return reporting.reported(self, found, None).support  # type: ignore[union-attr]
        return None


Field.EMPTY = Field()
