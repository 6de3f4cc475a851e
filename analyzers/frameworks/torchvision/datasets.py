"""``torchvision.datasets``: which pictures the items are, and what stands beside them.

Source: the documentation of ``torchvision.datasets`` (docs.pytorch.org/vision/stable/datasets.html) and the pages of
the data sets that it names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from analyzers.frameworks.torch.data import Dataset
from analyzers.frameworks.torchvision.pictures import picture
from analyzers.frameworks.torchvision.transforms import applied
from analyzers.interpreter.hosts import host_of
from analyzers.interpreter.overlays import layer
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

LABEL = "label"
"""A target that is a number."""
MASK = "mask"
"""A target that is a picture of the same size."""


class Pictures(NamedTuple):
    """The items of a data set. ``parameters`` are those of its constructor by position, ``module`` is where torchvision
    has it, ``sides`` (width, height) of every picture, None where they differ."""

    module: str
    parameters: str
    mode: str | None = "RGB"
    sides: tuple[int, int] | None = None
    classes: int | None = None
    target: str | None = LABEL


TRAIN = "root train transform target_transform download"
SPLIT = "root split transform target_transform download"
FOLDER = "root transform target_transform loader is_valid_file allow_empty"
KNOWN: dict[str, Pictures] = {
    "MNIST": Pictures("mnist", TRAIN, "L", (28, 28), 10),
    "FashionMNIST": Pictures("mnist", TRAIN, "L", (28, 28), 10),
    "KMNIST": Pictures("mnist", TRAIN, "L", (28, 28), 10),
    "QMNIST": Pictures("mnist", "root what compat train", "L", (28, 28), 10),
    "EMNIST": Pictures("mnist", "root split", "L", (28, 28)),
    "USPS": Pictures("usps", TRAIN, "L", (16, 16), 10),
    "CIFAR10": Pictures("cifar", TRAIN, "RGB", (32, 32), 10),
    "CIFAR100": Pictures("cifar", TRAIN, "RGB", (32, 32), 100),
    "SVHN": Pictures("svhn", SPLIT, "RGB", (32, 32), 10),
    "STL10": Pictures("stl10", "root split folds transform target_transform download", "RGB", (96, 96), 10),
    "EuroSAT": Pictures("eurosat", "root transform target_transform download", "RGB", (64, 64), 10),
    "Omniglot": Pictures("omniglot", "root background transform target_transform download", "L", (105, 105)),
    "CelebA": Pictures(
        "celeba", "root split target_type transform target_transform download", "RGB", (178, 218), None, None
    ),
    "Cityscapes": Pictures(
        "cityscapes",
        "root split mode target_type transform target_transform transforms",
        "RGB",
        (2048, 1024),
        None,
        None,
    ),
    "ImageFolder": Pictures("folder", FOLDER),
    "ImageNet": Pictures("imagenet", "root split", classes=1000),
    "Caltech101": Pictures("caltech", "root target_type transform target_transform download", target=None),
    "Caltech256": Pictures("caltech", "root transform target_transform download", None),
    "Flowers102": Pictures("flowers102", SPLIT),
    "Food101": Pictures("food101", SPLIT, classes=101),
    "StanfordCars": Pictures("stanford_cars", SPLIT, classes=196),
    "OxfordIIITPet": Pictures(
        "oxford_iiit_pet", "root split target_types transforms transform", classes=37, target=None
    ),
    "FGVCAircraft": Pictures("fgvc_aircraft", "root split annotation_level transform target_transform download"),
    "DTD": Pictures("dtd", "root split partition transform target_transform download", classes=47),
    "GTSRB": Pictures("gtsrb", SPLIT, classes=43),
    "Country211": Pictures("country211", SPLIT, classes=211),
    "SUN397": Pictures("sun397", "root transform target_transform download", classes=397),
    "Places365": Pictures("places365", "root split small download transform target_transform loader", classes=365),
    "VOCSegmentation": Pictures(
        "voc", "root year image_set download transform target_transform transforms", target=MASK
    ),
    "VOCDetection": Pictures("voc", "root year image_set download transform target_transform transforms", target=None),
    "CocoDetection": Pictures("coco", "root annFile transform target_transform transforms", target=None),
    "CocoCaptions": Pictures("coco", "root annFile transform target_transform transforms", target=None),
}


class _KnownPictures(Dataset):
    """(picture, target) by number, each as its transform makes it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        known = KNOWN[host_of(self).__name__]
        given = {**dict(zip(known.parameters.split(), args)), **kwargs}
        names = (
            [Unknown("the name of a class")] * known.classes if known.classes else Unknown("the classes of a data set")
        )
        self.attributes.update(
            {"transform": None, "target_transform": None, "transforms": None, "classes": names} | given
        )

    def __getitem__(self, index: Any, *, machine: Machine) -> Any:
        known = KNOWN[host_of(self).__name__]
        given = self.attributes
        item = picture(machine, _mode(known, given), *(known.sides or (None, None)))
        target = _target(machine, known)
        if given["transforms"] is not None:
            return machine.call(given["transforms"], (item, target))
        return applied(machine, given["transform"], item), applied(machine, given["target_transform"], target)

    def __len__(self) -> Any:
        return Unknown("the length of a data set")


def _mode(known: Pictures, given: dict[str, Any]) -> Any:
    is_own = given.get("loader") is None and known.mode is not None
    return known.mode if is_own else Unknown("the mode of a picture in a file")


def _target(machine: Machine, known: Pictures) -> Any:
    if known.target == LABEL:
        return Tensor((), dtype="int64")
    if known.target == MASK:
        return picture(machine, "P", *(known.sides or (None, None)))
    return Unknown("the target of a data set's item")


for _name, _known in KNOWN.items():
    _places = (f"torchvision.datasets.{_known.module}.{_name}", f"torchvision.datasets.{_name}")
    layer(*_places)(type(_name, (_KnownPictures,), {"__module__": __name__}))


@layer("torchvision.datasets.fakedata.FakeData", "torchvision.datasets.FakeData")
class FakeData(Dataset):
    """Pictures of noise, ``image_size`` C×H×W."""

    def __init__(
        self,
        size: Any = 1000,
        image_size: Any = (3, 224, 224),
        num_classes: Any = 10,
        transform: Any = None,
        target_transform: Any = None,
        random_offset: Any = 0,
    ) -> None:
        self.attributes.update(size=size, image_size=image_size, transform=transform, target_transform=target_transform)

    def __getitem__(self, index: Any, *, machine: Machine) -> Any:
        given = self.attributes
        size = given["image_size"]
        sides = (size[2], size[1]) if isinstance(size, (tuple, list)) and len(size) == 3 else (None, None)
        item = applied(machine, given["transform"], picture(machine, "RGB", *sides))
        return item, applied(machine, given["target_transform"], Tensor((), dtype="int64"))

    def __len__(self) -> Any:
        return self.attributes["size"]
