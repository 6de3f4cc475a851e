"""An input whose shape is not known yet: whoever looks at its shape first says what it should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.framework import framework_of, walk
from analyzers.interpreter.values import Class, Instance
from analyzers.tensors.dims import Expression, symbol
from analyzers.tensors.field import Field
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


class NeedsShape(Exception):
    """Something looked at the shape of a probe."""

    def __init__(self, probe: ShapeProbe) -> None:
        super().__init__(probe.name)
        self.probe = probe


class ShapeProbe(Tensor):
    """A tensor that raises NeedsShape when its shape or content is looked at."""

    has_shape = False

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name
        self.field = Field.EMPTY
        self.dtype = "float32"
        self.content = None
        self.parameter = self.trainable = False
        self.cost = 0
        self.trait = None
        self.history = None

    @property
    def shape(self) -> Any:  # type: ignore[override]
        raise NeedsShape(self)


@dataclass
class InputHint:
    """Shapes the input may have, likeliest first; ``assumed`` where a size in them is only the default."""

    shapes: list[tuple[Any, ...]]
    dtype: str = "float32"
    assumed: bool = False


class Names:
    """The symbols of one search: every batch dimension is the same N."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}

    def __call__(self, name: str) -> Any:
        if name not in self.known:
            self.known[name] = symbol(name, solvable=name != "N")
        return self.known[name]


def shape_wanted_by(machine: Machine, root: Instance, need: NeedsShape, size: int, names: Names) -> InputHint | None:
    """From the layer that looked, else from the first layer of the model that says what it takes."""
    records = machine.recorder.records
    record = next((r for r in reversed(records) if r.instance is not None and _place(r, need.probe) is not None), None)
    asking = record.instance if record is not None else None
    machine.recorder.stack.clear()
    if record is not None and asking is not None:
        state = _place(record, need.probe) != 0
        wanted = (_wanted_state(asking, names) if state else None) or wanted_by_layer(asking, size, names)
        if wanted is not None:
            return wanted
    for module in _behind(root, asking):
        wanted = wanted_by_layer(module, size, names, flattened=True)
        if wanted is not None:
            return _with_other_ranks(_with_usual_channels(wanted), names)
    return None


def _behind(root: Instance, asking: Instance | None) -> list[Instance]:
    """The modules of the one that looked, then those behind it in the model."""
    modules = [module for _, module in walk(root)]
    if asking is None:
        return modules
    own = [module for _, module in walk(asking)]
    start = next((i for i, module in enumerate(modules) if module is asking), len(modules))
    return [*own, *modules[start + 1 :]]


def _with_usual_channels(wanted: InputHint) -> InputHint:
    """The layer it was read off need not be the one the input goes to: an image may be meant as well."""
    first = wanted.shapes[0]
    images = [(first[0], channels, *first[2:]) for channels in (3, 1) if len(first) == 4 and first[1] != channels]
    return InputHint([*wanted.shapes, *images], wanted.dtype, wanted.assumed)


def _with_other_ranks(wanted: InputHint, names: Names) -> InputHint:
    """Nobody asked for this rank: maps, sequences and vectors are possible, too."""
    n, channels, t, h, w = names("N"), names("C"), names("T"), names("H"), names("W")
    others = [(n, channels, h, w), (n, t, channels), (n, channels), (n,)]
    if wanted.dtype.startswith("int"):
        return wanted
    ranks = {len(shape) for shape in wanted.shapes}
    wanted.shapes += [shape for shape in others if len(shape) not in ranks]
    return wanted


def _place(record: Any, probe: ShapeProbe) -> int | None:
    """Which argument of the call holds the probe, by itself or in a tuple of states."""
    for place, value in enumerate(record.inputs):
        if any(item is probe for item in (value if isinstance(value, (tuple, list)) else (value,))):
            return place
    return None


def _wanted_state(module: Instance, names: Names) -> InputHint | None:
    """The state that a recurrent layer or cell starts from."""
    bases = {c.name for c in module.class_.mro if isinstance(c, Class) and c.host is not None}
    attributes = module.attributes
    if "RNNBase" in bases and module.unknown_because is None:
        layers = attributes["num_layers"] * (2 if attributes.get("bidirectional") else 1)
        size = attributes.get("proj_size") or attributes["hidden_size"]
        return _known_sizes(InputHint([(layers, names("N"), size)]), names)
    if "RNNCellBase" in bases and module.unknown_because is None:
        return _known_sizes(InputHint([(names("N"), attributes["hidden_size"])]), names)
    return None


def wanted_by_layer(module: Instance, size: int, names: Names, *, flattened: bool = False) -> InputHint | None:
    """What a framework layer takes, from its attributes; None for other modules."""
    framework = framework_of(module)
    found = framework.wanted_input(module, size, names) if framework is not None else None
    if found is not None:
        return InputHint(*found)
    bases = {c.name for c in module.class_.mro if isinstance(c, Class) and c.host is not None}
    for base, reader in READERS:
        if base in bases and module.unknown_because is None:
            return _known_sizes(reader(module.attributes, size, names, flattened), names)
    return None


def _known_sizes(wanted: InputHint, names: Names) -> InputHint:
    """A layer whose channels nobody knows takes a symbol's worth of them."""
    wanted.shapes = [tuple(names("C") if not isinstance(d, (int, Expression)) else d for d in s) for s in wanted.shapes]
    return wanted


def _conv(attributes: dict[str, Any], size: int, names: Names, flattened: bool) -> InputHint:
    return _map_of(len(attributes["kernel_size"]), attributes["in_channels"], size, names)


def _map_of(rank: int, channels: Any, size: int, names: Names) -> InputHint:
    """Two spatial dimensions get the default size; otherwise there is no natural one."""
    lead = (names("N"), channels)
    if rank == 2:
        return InputHint([(*lead, size, size)], assumed=True)
    axes = ("T",) if rank == 1 else ("D", "H", "W")
    return InputHint([(*lead, *(names(axis) for axis in axes))])


def _norm(rank: int) -> Any:
    def read(attributes: dict[str, Any], size: int, names: Names, flattened: bool) -> InputHint:
        wanted = _map_of(rank, attributes["num_features"], size, names)
        if rank == 1:
            wanted.shapes.insert(0, (names("N"), attributes["num_features"]))
        return wanted

    return read


def _last(features: Any, names: Names) -> list[tuple[Any, ...]]:
    """Shapes whose last dimension holds the features: a vector, a sequence, a channels-last map."""
    n = names("N")
    return [(n, features), (n, names("T"), features), (n, names("H"), names("W"), features)]


def _linear(attributes: dict[str, Any], size: int, names: Names, flattened: bool) -> InputHint:
    features = attributes["in_features"]
    shapes = _last(features, names)
    if flattened and isinstance(features, int):
        shapes = [*_images(features, names), *shapes]
    return InputHint(shapes)


def _images(features: int, names: Names) -> list[tuple[Any, ...]]:
    """Square images of one or three channels with that many numbers (784: 1×28×28)."""
    found = []
    for channels in (1, 3):
        side = round((features / channels) ** 0.5)
        if side >= 8 and channels * side * side == features:
            found.append((names("N"), channels, side, side))
    return found


def _embedding(attributes: dict[str, Any], size: int, names: Names, flattened: bool) -> InputHint:
    return InputHint([(names("N"), names("T")), (names("N"),)], "int64")


def _cell(attributes: dict[str, Any], size: int, names: Names, flattened: bool) -> InputHint:
    return InputHint([(names("N"), attributes["input_size"])])


def _recurrent(attributes: dict[str, Any], size: int, names: Names, flattened: bool) -> InputHint:
    order = ("N", "T") if attributes.get("batch_first") else ("T", "N")
    return InputHint([(*map(names, order), attributes["input_size"])])


def _layer_norm(attributes: dict[str, Any], size: int, names: Names, flattened: bool) -> InputHint:
    shape = attributes["normalized_shape"]
    if len(shape) > 1:
        return InputHint([(names("N"), *shape)])
    vector, sequence, image = _last(shape[0], names)
    return InputHint([sequence, vector, image])


def _attention(attributes: dict[str, Any], size: int, names: Names, flattened: bool) -> InputHint:
    order = ("N", "T") if attributes.get("batch_first") else ("T", "N")
    return InputHint([(*map(names, order), attributes["embed_dim"])])


READERS = (
    ("_ConvNd", _conv),
    ("BatchNorm1d", _norm(1)),
    ("BatchNorm2d", _norm(2)),
    ("BatchNorm3d", _norm(3)),
    ("Linear", _linear),
    ("Embedding", _embedding),
    ("RNNBase", _recurrent),
    ("RNNCellBase", _cell),
    ("LayerNorm", _layer_norm),
    ("MultiheadAttention", _attention),
)
