"""``torchvision.transforms``: what the classes make of pictures.

Of tensors the functions of torchvision's own source are asked, where it is installed.

Source: the documentation of ``torchvision.transforms`` (docs.pytorch.org/vision/stable/transforms.html).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from analyzers.frameworks.numpy.array import Array
from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torchvision.pictures import channels_of, is_picture, picture, with_sides
from analyzers.interpreter.hosts import HostObject
from analyzers.interpreter.overlays import layer
from analyzers.interpreter.values import MISSING
from analyzers.tensors.dims import Dim, same
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

FUNCTIONS = "torchvision.transforms.functional"
BY_CHANCE = "which of several transforms is applied"
Host = TypeVar("Host", bound="type[HostObject]")


def transform(*others: str) -> Callable[[Host], Host]:
    """Register a class of both versions of the transforms, and of the second under further names."""

    def register(definition: Host) -> Host:
        name = definition.__name__
        places = ("torchvision.transforms.transforms", "torchvision.transforms", "torchvision.transforms.v2")
        return layer(*(f"{place}.{name}" for place in places), *(f"{places[2]}.{n}" for n in others))(definition)

    return register


def _by_source(machine: Machine, name: str, *args: Any) -> Any:
    """What torchvision's own function makes of a tensor."""
    module = machine.modules.find_module(FUNCTIONS)
    found = machine.get_attribute(module, name, default=MISSING) if module is not MISSING else MISSING
    if found is MISSING or isinstance(found, Unknown):
        return Unknown(f"torchvision is not found, which says what {name} makes of a tensor")
    return machine.call(found, args)


# -- one after the other -----------------------------------------------------------------------------


@transform()
class Compose(HostObject):
    """Transforms in their order."""

    def __init__(self, transforms: Any) -> None:
        self.attributes["transforms"] = transforms

    def __call__(self, *inputs: Any, machine: Machine) -> Any:
        return _in_order(machine, self.attributes["transforms"], inputs)


def _in_order(machine: Machine, transforms: Any, inputs: tuple[Any, ...]) -> Any:
    for each in machine.iterate(transforms):
        made = machine.call(each, inputs)
        inputs = made if isinstance(made, tuple) and len(inputs) > 1 else (made,)
    return inputs[0] if len(inputs) == 1 else inputs


class _Several(Module):
    """Some of several transforms, by chance."""

    def __init__(self, transforms: Any, p: Any = None) -> None:
        self.attributes.update(transforms=transforms, p=p)


@transform()
class RandomApply(_Several):
    """All of them, or none."""

    def forward(self, *inputs: Any, machine: Machine) -> Any:
        if len(inputs) != 1:
            return Unknown(BY_CHANCE)
        return _alike([inputs[0], _in_order(machine, self.attributes["transforms"], inputs)])


@transform()
class RandomChoice(_Several):
    """One of them."""

    def forward(self, *inputs: Any, machine: Machine) -> Any:
        return _alike([machine.call(each, inputs) for each in machine.iterate(self.attributes["transforms"])])


@transform()
class RandomOrder(_Several):
    """All of them in some order."""

    def forward(self, *inputs: Any, machine: Machine) -> Any:
        return _in_order(machine, self.attributes["transforms"], inputs)


def _alike(results: list[Any]) -> Any:
    """What several transforms make, if it is the same."""
    shapes = [_shape_of(result) for result in results]
    first = shapes[0] if shapes else None
    known = first is not None and all(shape is not None and len(shape) == len(first) for shape in shapes)
    if known and all(same(a, b) for shape in shapes for a, b in zip(shape or (), first or (), strict=True)):
        return results[0]
    return Unknown(BY_CHANCE)


def _shape_of(value: Any) -> tuple[Dim, ...] | None:
    if is_picture(value):
        return value.attributes["size"]
    return value.shape if isinstance(value, Tensor) else None


@transform()
class Lambda(HostObject):
    """A function of the program's."""

    def __init__(self, lambd: Any, *types: Any) -> None:
        self.attributes["lambd"] = lambd

    def __call__(self, img: Any, *, machine: Machine) -> Any:
        return machine.call(self.attributes["lambd"], (img,))


# -- the same size ------------------------------------------------------------------------------------


class _SameSize(Module):
    """Another picture of the same size and mode."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.attributes["expand"] = kwargs.get("expand", False)

    def forward(self, *inputs: Any, machine: Machine) -> Any:
        if self.attributes["expand"] is not False:
            return Unknown("the size of a picture that is rotated")
        return inputs[0] if len(inputs) == 1 else inputs


_SAME_SIZE = (
    "AugMix AutoAugment ColorJitter ElasticTransform GaussianBlur LinearTransformation Normalize RandAugment RandomAdjustSharpness "
    "RandomAffine RandomAutocontrast RandomEqualize RandomErasing RandomGrayscale RandomHorizontalFlip RandomInvert "
    "RandomPerspective RandomPosterize RandomRotation RandomSolarize RandomVerticalFlip TrivialAugmentWide"
).split()
for _name in _SAME_SIZE:
    transform()(type(_name, (_SameSize,), {"__module__": __name__}))


@transform("ToDtype", "ConvertDtype")
class ConvertImageDtype(Module):
    """Numbers of another kind."""

    def __init__(self, dtype: Any, *args: Any, **kwargs: Any) -> None:
        self.attributes["dtype"] = dtype

    def forward(self, *inputs: Any) -> Any:
        return inputs[0] if len(inputs) == 1 else inputs


# -- other sizes --------------------------------------------------------------------------------------


def _sides(size: Any) -> tuple[Any, Any] | None:
    """(height, width) of a size that is given as one or two numbers; None for what is not known."""
    if isinstance(size, int):
        return size, size
    if isinstance(size, (tuple, list)) and len(size) in (1, 2) and all(isinstance(side, int) for side in size):
        return size[0], size[-1]
    return None


class _ToSize(Module):
    """To a size that the constructor is given, height before width."""

    def __init__(self, size: Any, *args: Any, **kwargs: Any) -> None:
        self.attributes["size"] = size

    def forward(self, *inputs: Any, machine: Machine) -> Any:
        size = self.attributes["size"]
        made = tuple([_to_size(machine, value, size) for value in inputs])
        return made[0] if len(made) == 1 else made


def _to_size(machine: Machine, value: Any, size: Any) -> Any:
    sides = _sides(size)
    if is_picture(value):
        return with_sides(machine, value, *(reversed(sides) if sides else (None, None)))
    if isinstance(value, Tensor):
        return _by_source(machine, "center_crop", value, size)
    return value


@transform()
class CenterCrop(_ToSize):
    """The middle of the picture."""


@transform()
class RandomCrop(_ToSize):
    """Some part of the picture."""


@transform()
class RandomResizedCrop(_ToSize):
    """Some part of the picture, enlarged."""


@transform()
class FiveCrop(Module):
    """The corners and the middle."""

    def __init__(self, size: Any, *args: Any) -> None:
        self.attributes["size"] = size

    def forward(self, img: Any, *, machine: Machine) -> Any:
        return (_to_size(machine, img, self.attributes["size"]),) * 5


@transform()
class TenCrop(FiveCrop):
    """The same, and of the mirrored picture."""

    def forward(self, img: Any, *, machine: Machine) -> Any:
        return (_to_size(machine, img, self.attributes["size"]),) * 10


@transform()
class Resize(Module):
    """To two sides, or with one number the shorter side to that and the longer in proportion."""

    def __init__(self, size: Any, interpolation: Any = None, max_size: Any = None, antialias: Any = True) -> None:
        self.attributes.update(size=size, max_size=max_size)

    def forward(self, *inputs: Any, machine: Machine) -> Any:
        made = tuple([_resized(machine, value, self.attributes["size"]) for value in inputs])
        return made[0] if len(made) == 1 else made


def _resized(machine: Machine, value: Any, size: Any) -> Any:
    if isinstance(value, Tensor):
        return _by_source(machine, "resize", value, size)
    if not is_picture(value):
        return value
    if isinstance(size, (tuple, list)) and len(size) == 2:
        return with_sides(machine, value, size[1], size[0])
    shorter = size[0] if isinstance(size, (tuple, list)) and size else size
    width, height = value.attributes["size"]
    return with_sides(machine, value, *_in_proportion(width, height, shorter))


def _in_proportion(width: Any, height: Any, shorter: Any) -> tuple[Any, Any]:
    """(width, height) once the shorter side has so many pixels; the longer is rounded down."""
    if not isinstance(shorter, int):
        return None, None
    if same(width, height):
        return shorter, shorter
    if not isinstance(width, int) or not isinstance(height, int):
        return None, None
    return (shorter, int(shorter * height / width)) if width <= height else (int(shorter * width / height), shorter)


@transform()
class Pad(Module):
    """More on all sides: one number for all, two for left and right, above and below, or four."""

    def __init__(self, padding: Any, *args: Any, **kwargs: Any) -> None:
        self.attributes["padding"] = padding

    def forward(self, img: Any, *, machine: Machine) -> Any:
        padding = self.attributes["padding"]
        if isinstance(img, Tensor):
            return _by_source(machine, "pad", img, list(padding) if isinstance(padding, tuple) else padding)
        if not is_picture(img):
            return img
        added = _added(padding)
        width, height = img.attributes["size"]
        return with_sides(machine, img, *((width + added[0], height + added[1]) if added else (None, None)))


def _added(padding: Any) -> tuple[int, int] | None:
    """What is added to width and height."""
    parts = [padding] if isinstance(padding, int) else padding
    if not isinstance(parts, Sequence) or len(parts) not in (1, 2, 4) or not all(isinstance(p, int) for p in parts):
        return None
    left, top, right, bottom = parts if len(parts) == 4 else (parts[0], parts[-1]) * 2
    return left + right, top + bottom


@transform()
class Grayscale(Module):
    """One channel, or the same thrice."""

    def __init__(self, num_output_channels: Any = 1) -> None:
        self.attributes["num_output_channels"] = num_output_channels

    def forward(self, img: Any, *, machine: Machine) -> Any:
        count = self.attributes["num_output_channels"]
        if is_picture(img):
            mode = {1: "L", 3: "RGB"}.get(count, Unknown("the mode of a picture"))
            return picture(machine, mode, *img.attributes["size"])
        return _by_source(machine, "rgb_to_grayscale", img, count) if isinstance(img, Tensor) else img


# -- pictures and tensors -----------------------------------------------------------------------------


def _tensor_of(value: Any, dtype: str) -> Any:
    """C×H×W of a picture, or of an array H×W or H×W×C; None of anything else."""
    if is_picture(value):
        width, height = value.attributes["size"]
        return Tensor((channels_of(value), height, width), dtype=dtype)
    if isinstance(value, Array) and value.rank in (2, 3):
        height, width = value.shape[:2]
        return Tensor((value.shape[2] if value.rank == 3 else 1, height, width), dtype=dtype)
    return None


def _as_tensor(value: Any, dtype: str) -> Any:
    made = _tensor_of(value, dtype)
    return Unknown("a tensor of what is no picture") if made is None else made


@transform()
class ToTensor(HostObject):
    """H×W×C from 0 to 255 becomes C×H×W from 0 to 1."""

    def __call__(self, pic: Any) -> Any:
        return _as_tensor(pic, "float32")


@transform("ToImage")
class PILToTensor(HostObject):
    """The same with the numbers as they are."""

    def __call__(self, *inputs: Any) -> Any:
        made = tuple([_kept(value) for value in inputs])
        return made[0] if len(made) == 1 else made


def _kept(value: Any) -> Any:
    return (
        value if isinstance(value, (Tensor, Unknown)) and not isinstance(value, Array) else _as_tensor(value, "uint8")
    )


@transform()
class ToPILImage(HostObject):
    """A picture of C×H×W or of an array H×W×C."""

    def __init__(self, mode: Any = None) -> None:
        self.attributes["mode"] = mode

    def __call__(self, pic: Any, *, machine: Machine) -> Any:
        if not isinstance(pic, Tensor) or pic.rank not in (2, 3):
            return Unknown("a picture of what is no tensor")
        shape = pic.shape if pic.rank == 3 else (1, *pic.shape)
        channels, height, width = (shape[2], *shape[:2]) if isinstance(pic, Array) and pic.rank == 3 else shape
        modes = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
        mode = modes.get(channels) if isinstance(channels, int) else None
        return picture(machine, self.attributes["mode"] or mode or Unknown("the mode of a picture"), width, height)


def applied(machine: Machine, transform: Any, value: Any) -> Any:
    """What a data set's transform makes of a picture or target; without one it stays."""
    return value if transform is None else machine.call(transform, (value,))
