"""An input whose shape is not known yet: whoever looks at its shape first says what it should be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.framework import layouts_of, walk
from analyzers.interpreter.values import Instance
from analyzers.tensors.dims import Expression, symbol
from analyzers.tensors.field import Field
from analyzers.tensors.layout import FEATURES, REST, Layout, Layouts
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine
    from analyzers.interpreter.recorder import Record, RecordedError

DEFAULT_SIZE = 224
"""Height and width of a picture where nothing says them."""


class NeedsShape(Exception):
    """Something looked at the shape of a probe."""

    def __init__(self, probe: ShapeProbe) -> None:
        super().__init__(probe.name)
        self.probe = probe
        self.errors: list[RecordedError] = []
        """What went wrong before."""


class ShapeProbe(Tensor):
    """A tensor that raises NeedsShape when its shape or content is looked at."""

    has_shape = False

    __slots__ = ("name", "taken")

    def __init__(self, name: str) -> None:
        self.name = name
        self.taken: Layouts = ()
        """What the function that looked last takes it for."""
        self.field = Field.EMPTY
        self.dtype = "float32"
        self.content = None
        self.parameter = self.trainable = False
        self.cost = 0
        self.trait = None
        self.axes = None
        self.history = self.order = None

    def note_taken(self, layout: Layout) -> None:
        self.taken = (layout,)

    @property
    def shape(self) -> Any:  # type: ignore[override]
        raise NeedsShape(self)


@dataclass
class InputHint:
    """Shapes the input may have, likeliest first; ``assumed`` where a size in them is only the default."""

    shapes: list[tuple[Any, ...]]
    dtype: str = "float32"
    assumed: bool = False
    is_vague: bool = False
    """Whether it was read off a layer that need not be the one the input goes to."""
    is_of_features: bool = False
    """Whether it is a picture only because a vector of so many features might be one that was flattened."""
    said_at: Any = None
    """Where the layer is called that was asked for it."""


class Names:
    """The symbols of one search: every batch dimension is the same N."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}

    def __call__(self, name: str) -> Any:
        if name not in self.known:
            self.known[name] = symbol(name, solvable=name != "N")
        return self.known[name]


def shape_wanted_by(
    machine: Machine, root: Instance, need: NeedsShape, default: Sequence[Any], names: Names
) -> InputHint | None:
    """From the layer that looked, else from the first layer of the model that says what it takes; sizes that no layer
    is particular about are those of ``default``, if it has as many dims."""
    calls = [(r.instance, _place(r, need.probe)) for r in reversed(machine.recorder.records)]
    asked = [(module, place) for module, place in calls if module is not None and place is not None]
    asking = asked[0][0] if asked else None
    said_at = next((r.site for r in reversed(machine.recorder.records) if _place(r, need.probe) is not None), None)
    machine.recorder.stack.clear()
    behind = _behind(root, asking)
    taken = _taken([layouts_of(module, place) for module, place in asked], need.probe.taken)
    around = taken if _is_told(taken) else _told_around(taken, asked)
    hint = _hint(around or _told_behind(taken, behind), default, names)
    if hint is not None:
        hint.said_at = said_at
        return hint if around else _with_usual_channels(hint, is_vague=False)
    for module in behind:
        hint = _hint_by(module, default, names)
        if hint is not None:
            return _with_other_ranks(_with_usual_channels(hint), names)
    return None


def _taken(by_modules: list[Layouts], by_function: Layouts) -> Layouts:
    """What the call that looked takes: the innermost says it, unless one around it knows the rank and it does not. A
    layer says more of it than the function that it calls."""
    by_layer = by_modules[:1] if by_modules and by_modules[0] else []
    said = [found for found in (*by_layer, by_function, *by_modules) if found]
    return next((found for found in said if REST not in found[0].names), said[0] if said else ())


def _is_told(layouts: Layouts) -> bool:
    return bool(layouts) and layouts[0].is_told


def _told_around(layouts: Layouts, asked: Iterable[tuple[Instance, int]]) -> Layouts:
    """A convolution of the user's that pads what it gets: its padding does not mind how many channels there are, but
    it does itself."""
    wanted = layouts[0].names if layouts else None
    found = (said for module, place in asked if (said := layouts_of(module, place)) and said[0].names == wanted)
    return next(filter(_is_told, found), ())


def _told_behind(layouts: Layouts, behind: list[Instance]) -> Layouts:
    """A pool does not mind how many channels it gets: the next layer that takes such maps knows."""
    wanted = layouts[0].names if layouts else None
    found = (said for module in behind if (said := layouts_of(module)) and said[0].names == wanted)
    return next(filter(_is_told, found), ())


def _behind(root: Instance, asking: Instance | None) -> list[Instance]:
    """The modules of the one that looked, then those behind it in the model."""
    modules = [module for _, module in walk(root)]
    if asking is None:
        return modules
    own = [module for _, module in walk(asking)]
    start = next((i for i, module in enumerate(modules) if module is asking), len(modules))
    return [*own, *modules[start + 1 :]]


def _with_usual_channels(hint: InputHint, is_vague: bool = True) -> InputHint:
    """The layer it was read off need not be the one the input goes to: an image may be meant as well."""
    first = hint.shapes[0]
    images = [(first[0], channels, *first[2:]) for channels in (3, 1) if len(first) == 4 and first[1] != channels]
    return InputHint([*hint.shapes, *images], hint.dtype, hint.assumed, is_vague, hint.is_of_features)


def _with_other_ranks(hint: InputHint, names: Names) -> InputHint:
    """Nobody asked for this rank: maps, sequences and vectors are possible, too; of whole numbers columns, each for an
    embedding of its own."""
    n, channels, t, h, w = names("N"), names("C"), names("T"), names("H"), names("W")
    others = [(n, channels, h, w), (n, t, channels), (n, channels), (n,)]
    if hint.dtype.startswith("int"):
        others = others[1:3]
    ranks = {len(shape) for shape in hint.shapes}
    hint.shapes += [shape for shape in others if len(shape) not in ranks]
    return hint


def _place(record: Record, probe: ShapeProbe) -> int | None:
    """Which argument of the call holds the probe, by itself or in a tuple of states."""
    for place, value in enumerate(record.inputs):
        if any(item is probe for item in (value if isinstance(value, (tuple, list)) else (value,))):
            return place
    return None


# -- from what a layer takes to shapes ----------------------------------------------------------------


def _hint_by(module: Instance, default: Sequence[Any], names: Names) -> InputHint | None:
    """What a layer says that the input may reach by way of a flatten."""
    layouts = layouts_of(module)
    hint = _hint(layouts, default, names) if _is_told(layouts) else None
    if hint is not None and layouts[0].rest[:1] == (("N",),) and isinstance(layouts[0].sizes[-1], int):
        images = _images(layouts[0].sizes[-1], names)
        hint.shapes, hint.is_of_features = [*images, *hint.shapes], bool(images)
    return hint


def _hint(layouts: Layouts, default: Sequence[Any], names: Names) -> InputHint | None:
    """The shapes of all layouts of a layer, each rank once."""
    ranks = [alternative for taken in layouts for alternative in taken.alternatives()]
    shapes = list(dict.fromkeys(_shape(taken, default, names) for taken in ranks))
    if not shapes:
        return None
    return InputHint(shapes, layouts[0].dtype, _is_picture(ranks[0]) or len(default) == len(shapes[0]))


def _shape(taken: Layout, default: Sequence[Any], names: Names) -> tuple[Any, ...]:
    """What the layer says, then the default. A picture has a natural size where neither does; elsewhere what is open
    is a symbol, and so is the batch."""
    sides = "HW" if _is_picture(taken) else ""
    usual = default if len(default) == len(taken.names) else (None,) * len(taken.names)
    return tuple(
        known if isinstance(known, (int, Expression)) else _open_size(name, size, sides, names)
        for name, known, size in zip(taken.names, taken.sizes, usual, strict=True)
    )


def _open_size(name: str | None, usual: Any, sides: str, names: Names) -> Any:
    if isinstance(usual, int) and name != "N":
        return usual
    return DEFAULT_SIZE if name and name in sides else names(_symbol(name))


def _is_picture(taken: Layout) -> bool:
    """A map of two dimensions."""
    return "C" in taken.names and [name for name in taken.names if name not in ("N", "C")] == ["H", "W"]


def _symbol(name: str | None) -> str:
    return "C" if name is None or name in FEATURES else name


def _images(features: int, names: Names) -> list[tuple[Any, ...]]:
    """Square images of one or three channels with that many numbers (784: 1×28×28)."""
    found = []
    for channels in (1, 3):
        side = round((features / channels) ** 0.5)
        if side >= 8 and channels * side * side == features:
            found.append((names("N"), channels, side, side))
    return found
