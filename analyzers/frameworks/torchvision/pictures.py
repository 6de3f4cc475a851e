"""``PIL.Image``: pictures with a mode and two sides.

Source: the documentation of Pillow's Image module (pillow.readthedocs.io), of modes and bands among its concepts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard

from analyzers.interpreter.hosts import ArrayHost, hosts_of
from analyzers.interpreter.overlays import function, layer
from analyzers.interpreter.values import Instance
from analyzers.tensors.dims import Dim, unknown_dim
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

BANDS = {
    "1": 1,
    "L": 1,
    "P": 1,
    "I": 1,
    "F": 1,
    "LA": 2,
    "RGB": 3,
    "HSV": 3,
    "LAB": 3,
    "YCbCr": 3,
    "RGBA": 4,
    "CMYK": 4,
}
"""Mode → numbers for each pixel."""
OF_A_FILE = "the size of a picture in a file"


@layer("PIL.Image.Image")
class Image(ArrayHost):
    """A picture; ``mode`` a text or Unknown, ``size`` (width, height) in pixels."""

    def __init__(self, mode: Any, width: Any, height: Any) -> None:
        self.attributes.update(mode=mode, size=(width, height), width=width, height=height)

    @staticmethod
    def array_of(instance: Instance) -> Tensor:
        width, height = instance.attributes["size"]
        return Tensor((height, width, *_bands(instance.attributes["mode"])), dtype="uint8")

    def convert(self, mode: Any = None, *_: Any, machine: Machine, **__: Any) -> Any:
        return picture(machine, Unknown("the mode of a picture") if mode is None else mode, *self.attributes["size"])

    def resize(self, size: Any, *_: Any, machine: Machine, **__: Any) -> Any:
        return with_sides(machine, self, *_pair(size))

    def crop(self, box: Any = None, *, machine: Machine) -> Any:
        if box is None:
            return self
        corners = box if isinstance(box, (tuple, list)) and len(box) == 4 else [Unknown("a box")] * 4
        left, upper, right, lower = corners
        return with_sides(machine, self, _difference(right, left), _difference(lower, upper))

    def rotate(self, angle: Any, *options: Any, expand: Any = False, machine: Machine, **_: Any) -> Any:
        return self if not expand else with_sides(machine, self, None, None)

    def transpose(self, method: Any, *, machine: Machine) -> Any:
        return with_sides(machine, self, None, None)

    def copy(self) -> Any:
        return self

    def filter(self, filter: Any) -> Any:
        return self


def _difference(end: Any, start: Any) -> Any:
    return end - start if isinstance(end, int) and isinstance(start, int) else None


def _pair(size: Any) -> tuple[Any, Any]:
    return (size[0], size[1]) if isinstance(size, (tuple, list)) and len(size) == 2 else (None, None)


def _bands(mode: Any) -> tuple[Dim, ...]:
    """The last dim of the picture's array, which a picture of one band does not have."""
    count = BANDS.get(mode) if isinstance(mode, str) else None
    if count is None:
        return (unknown_dim("the bands of a picture in a file"),)
    return () if count == 1 else (count,)


def is_picture(value: Any) -> TypeGuard[Instance]:
    return isinstance(value, Instance) and Image in hosts_of(value.class_)


def channels_of(value: Instance) -> Dim:
    """How many channels a tensor of the picture has."""
    mode = value.attributes["mode"]
    return BANDS[mode] if isinstance(mode, str) and mode in BANDS else unknown_dim("the bands of a picture in a file")


def picture(machine: Machine, mode: Any, width: Any, height: Any) -> Any:
    """A picture; sides that are no numbers or dims are not known."""
    sides = [unknown_dim(OF_A_FILE) if side is None or isinstance(side, Unknown) else side for side in (width, height)]
    return machine.call(machine.class_of_host(Image), (mode, *sides))


def with_sides(machine: Machine, value: Instance, width: Any, height: Any) -> Any:
    """The same picture in another size."""
    return picture(machine, value.attributes["mode"], width, height)


@function("PIL.Image.open")
def open_file(fp: Any, *_: Any, machine: Machine, **__: Any) -> Any:
    return picture(machine, Unknown("the mode of a picture in a file"), None, None)


@function("PIL.Image.new")
def new(mode: Any, size: Any, color: Any = 0, *, machine: Machine) -> Any:
    return picture(machine, mode, *_pair(size))


@function("PIL.Image.fromarray")
def from_array(obj: Any, mode: Any = None, *, machine: Machine) -> Any:
    """H×W is a grey picture, H×W×3 one in colours, H×W×4 one with transparency."""
    if not isinstance(obj, Tensor) or obj.rank not in (2, 3):
        return picture(machine, Unknown("the mode of a picture"), None, None)
    bands = obj.shape[2] if obj.rank == 3 else 1
    found = {1: "L", 3: "RGB", 4: "RGBA"}.get(bands) if isinstance(bands, int) else None
    known = mode or found or Unknown("the mode of a picture")
    return picture(machine, known, obj.shape[1], obj.shape[0])
