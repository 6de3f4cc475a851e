"""An input whose shape is not known yet: whoever looks at its shape first says what it should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analyzers.frameworks.torch.module import walk
from analyzers.interpreter.values import Instance
from analyzers.tensors.dims import symbol
from analyzers.tensors.field import Field
from analyzers.tensors.tensor import Tensor


class NeedsShape(Exception):
    """Something looked at the shape of a probe."""

    def __init__(self, probe: Probe) -> None:
        super().__init__(probe.name)
        self.probe = probe


class Probe(Tensor):
    """A tensor that raises NeedsShape when its shape or content is looked at."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name
        self.field = Field.EMPTY
        self.dtype = "float32"
        self.content = None
        self.parameter = self.trainable = False
        self.cost = 0
        self.trait = None

    @property
    def shape(self) -> Any:  # type: ignore[override]
        raise NeedsShape(self)


@dataclass
class Wanted:
    """The shape an input should have; ``assumed`` where a size in it is only the default."""

    shape: tuple[Any, ...]
    dtype: str = "float32"
    assumed: bool = False


def shape_wanted_by(machine: Any, root: Instance, need: NeedsShape, size: int) -> Wanted | None:
    """From the layer that looked, else from the first layer of the model that says what it takes."""
    stack = machine.recorder.records
    asking = next((r.instance for r in reversed(stack) if r.instance is not None and _holds(r, need.probe)), None)
    machine.recorder.stack.clear()
    if asking is not None:
        wanted = wanted_by_layer(asking, size)
        if wanted is not None:
            return wanted
    for _, module in walk(asking or root):
        wanted = wanted_by_layer(module, size, flattened=True)
        if wanted is not None:
            return wanted
    return None


def _holds(record: Any, probe: Probe) -> bool:
    return any(value is probe for value in record.inputs)


def wanted_by_layer(module: Instance, size: int, *, flattened: bool = False) -> Wanted | None:
    """What a framework layer takes, from its attributes; None for other modules."""
    names = {getattr(c, "name", "") for c in module.class_.mro}
    for base, reader in READERS:
        if base in names:
            return reader(module.attributes, size, flattened)
    return None


def _conv(attributes: dict[str, Any], size: int, flattened: bool) -> Wanted:
    rank = len(attributes["kernel_size"])
    return Wanted((symbol("N"), attributes["in_channels"], *spatial(rank, size)), assumed=True)


def spatial(rank: int, size: int) -> tuple[Any, ...]:
    """Two dimensions get the default size; otherwise there is no natural one."""
    if rank == 2:
        return (size, size)
    return (symbol("T"),) if rank == 1 else (symbol("D"), symbol("H"), symbol("W"))


def _norm(rank: int) -> Any:
    def read(attributes: dict[str, Any], size: int, flattened: bool) -> Wanted:
        return Wanted((symbol("N"), attributes["num_features"], *spatial(rank, size)), assumed=True)

    return read


def _linear(attributes: dict[str, Any], size: int, flattened: bool) -> Wanted:
    features = attributes["in_features"]
    if flattened and isinstance(features, int):
        for channels in (1, 3):
            side = round((features / channels) ** 0.5)
            if side >= 8 and channels * side * side == features:
                return Wanted((symbol("N"), channels, side, side))
    return Wanted((symbol("N"), features))


def _embedding(attributes: dict[str, Any], size: int, flattened: bool) -> Wanted:
    return Wanted((symbol("N"), symbol("T")), "int64")


def _recurrent(attributes: dict[str, Any], size: int, flattened: bool) -> Wanted:
    order = (symbol("N"), symbol("T")) if attributes.get("batch_first") else (symbol("T"), symbol("N"))
    return Wanted((*order, attributes["input_size"]))


def _layer_norm(attributes: dict[str, Any], size: int, flattened: bool) -> Wanted:
    shape = attributes["normalized_shape"]
    lead = (symbol("N"), symbol("T")) if len(shape) == 1 else (symbol("N"),)
    return Wanted((*lead, *shape))


def _attention(attributes: dict[str, Any], size: int, flattened: bool) -> Wanted:
    order = (symbol("N"), symbol("T")) if attributes.get("batch_first") else (symbol("T"), symbol("N"))
    return Wanted((*order, attributes["embed_dim"]))


READERS = (
    ("_ConvNd", _conv),
    ("BatchNorm2d", _norm(2)),
    ("BatchNorm3d", _norm(3)),
    ("Linear", _linear),
    ("Embedding", _embedding),
    ("RNNBase", _recurrent),
    ("LayerNorm", _layer_norm),
    ("MultiheadAttention", _attention),
)
