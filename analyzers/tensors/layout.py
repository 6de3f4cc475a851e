"""What the dims of a tensor are called, and what a layer says of the tensors it takes.

==========  ================================================================
``N``       items of the batch
``C``       channels of a map
``E``       features of a vector or a token (embedding)
``T``       time, tokens, samples: the one axis of a sequence
``H W``     height and width; ``D`` before them is depth
==========  ================================================================

Names are given by whoever makes or takes a tensor, and carried along by what rearranges it. None is
a dim that nobody has named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from analyzers.tensors.dims import Dim, bare_symbol

Names = tuple["str | None", ...]
"""One name for every dim."""

SPATIAL = {1: ("T",), 2: ("H", "W"), 3: ("D", "H", "W")}
"""Number of spatial axes → their names."""
SPACE = "TDHW"
"""The names of axes a receptive field is spoken of along, in the order they are listed."""
FEATURES = frozenset(["C", "E"])
REST = "..."
"""Any number of dims that a layer says nothing of."""
OPEN = object()
"""A size that a layer is told by its first input: any will do."""
VECTORS = ("N", "N T", "N H W")
"""What lies before the features of a layer that takes them from anywhere, likeliest first."""
SEQUENCES = ("N T", "N", "N H W")
MAPS = ("H W", "T", "", "D H W")
"""What lies behind the channels of a layer that takes maps of any rank, likeliest first."""


def canonical_order(name: str | None) -> int:
    """Where an axis is listed among others."""
    return SPACE.find(name) if name else len(SPACE)


@dataclass(frozen=True)
class Layout:
    """What a layer takes: the names of the dims, and the sizes it is particular about.

    ``sizes`` has None where the layer does not say, ``OPEN`` where it is told by its first input. ``REST`` among the
    names stands for any number of dims; ``rest`` lists what is likeliest there.
    """

    names: Names
    sizes: tuple[Any, ...]
    dtype: str = "float32"
    rest: tuple[tuple[str, ...], ...] = ()

    @staticmethod
    def of(names: str, dtype: str = "float32", *, rest: Sequence[str] = (), **sizes: Any) -> Layout:
        """``Layout.of("N C H W", C=3)``; ``rest`` says what ``...`` may stand for, likeliest first."""
        listed = tuple(names.split())
        known = tuple(sizes.get(name) for name in listed)
        return Layout(listed, known, dtype, tuple(tuple(more.split()) for more in rest))

    def alternatives(self) -> Iterator[Layout]:
        """The layouts of one rank each, likeliest first."""
        if REST not in self.names:
            yield self
            return
        at = self.names.index(REST)
        for more in self.rest:
            names = (*self.names[:at], *more, *self.names[at + 1 :])
            sizes = (*self.sizes[:at], *(None for _ in more), *self.sizes[at + 1 :])
            yield Layout(names, sizes, self.dtype)

    @property
    def is_told(self) -> bool:
        """Whether the layer says how many channels or features it takes, if it takes any."""
        return all(size is not None for name, size in zip(self.names, self.sizes, strict=True) if name in FEATURES)

    def names_of(self, rank: int) -> Names | None:
        """What a tensor of that rank is called when the layer takes it; None where it does not take it."""
        if REST not in self.names:
            return self.names if rank == len(self.names) else None
        at, more = self.names.index(REST), rank - len(self.names) + 1
        return (*self.names[:at], *(None,) * more, *self.names[at + 1 :]) if more >= 0 else None


Layouts = tuple[Layout, ...]
"""What one input of a layer may be, likeliest first."""


def channels_first(axes: int, channels: Any = None) -> Layout:
    """A map of so many spatial axes, its channels before them."""
    return Layout.of(" ".join(("N", "C", *SPATIAL[axes])), C=channels)


def channels_last(axes: int, channels: Any = None) -> Layout:
    return Layout.of(" ".join(("N", *SPATIAL[axes], "C")), C=channels)


def takes_map(axes: int) -> Callable[[Any, int], Layouts]:
    """The ``input_layouts`` of a layer that takes maps, channels first, and does not mind how many channels."""
    taken = (channels_first(axes),)

    def input_layouts(self: object, place: int) -> Layouts:
        return taken

    return input_layouts


def names_taken(layouts: Layouts, shape: Sequence[Dim]) -> Names | None:
    """What the dims of a tensor are called by a layer that takes these layouts, with or without a batch."""
    rank = len(shape)
    found = next((names for taken in layouts if (names := taken.names_of(rank)) is not None), None)
    if found is None:
        alone = [tuple(name for name in taken.names if name != "N") for taken in layouts if REST not in taken.names]
        found = next((names for names in alone if len(names) == rank), None)
    return None if found is None else with_batch(found, shape)


def with_batch(names: Names, shape: Sequence[Dim]) -> Names:
    """A dim without a name whose size is the batch's is the batch."""
    return tuple([name or ("N" if is_batch(size) else None) for name, size in zip(names, shape, strict=True)])


def is_batch(size: Dim) -> bool:
    """Whether a size is the symbol of the batch."""
    found = None if isinstance(size, int) else bare_symbol(size)
    return found is not None and found.name == "N"
