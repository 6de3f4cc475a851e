"""Batches whose shapes a program says: ``ImageDataGenerator``, ``image_dataset_from_directory``, its own generators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.opaque_objects import Inert
from analyzers.frameworks.numpy.array import Array
from analyzers.interpreter.hosts import hosts_of
from analyzers.interpreter.lazy_iterators import LazyIterator
from analyzers.interpreter.overlays import NAMES, function
from analyzers.interpreter.values import Instance, Raised
from analyzers.tensors.dims import symbol
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

CHANNELS = {"rgb": 3, "grayscale": 1, "rgba": 4}
THE_SAME = frozenset("prefetch cache shuffle take skip repeat with_options".split())
"""Methods of a data set that leave the batches as they are."""


class Batches(Inert):
    """What gives batches of ``x`` and, if it is known, ``y``."""

    def __init__(self, x: Any, y: Any = None) -> None:
        super().__init__("data set")
        self.x, self.y = x, y

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        return self._itself if name in THE_SAME else super().lookup_attribute(machine, name)

    def _itself(self, *args: Any, **kwargs: Any) -> Batches:
        return self


def first_batch(data: Any, machine: Machine) -> Any:
    """The first batch of a generator or ``PyDataset`` of the program's own; what is neither is given back as it is."""
    is_generator = isinstance(data, LazyIterator)
    if not is_generator and not (isinstance(data, Instance) and _is_dataset(data)):
        return data
    with machine.recorder.separate_errors(), machine.recorder.unrecorded(), machine.unsure():
        try:
            name, args = ("__next__", ()) if is_generator else ("__getitem__", (0,))
            batch = machine.call(machine.get_attribute(data, name), args)
        except (Raised, UnknownUsed):
            return Unknown("the batches of a generator")
    return Batches(*batch[:2]) if isinstance(batch, tuple) and batch else Batches(batch)


def _is_dataset(value: Instance) -> bool:
    bases = [NAMES[name] for name in ("keras.utils.PyDataset", "keras.utils.Sequence")]
    return any(host in bases for host in hosts_of(value.class_))


class Generator(Inert):
    """``ImageDataGenerator``."""

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        ways = {"flow": _flow, "flow_from_directory": _from_directory, "flow_from_dataframe": _from_directory}
        return ways.get(name) or super().lookup_attribute(machine, name)


def _flow(x: Any = None, y: Any = None, *args: Any, **kwargs: Any) -> Any:
    return Batches(x, y) if isinstance(x, Tensor) else Unknown("batches of what is not known")


def _from_directory(
    *args: Any, target_size: Any = (256, 256), color_mode: Any = "rgb", classes: Any = None,
    class_mode: Any = "categorical", **kwargs: Any,
) -> Any:  # fmt: skip
    return _images(target_size, color_mode, len(classes) if isinstance(classes, (list, tuple)) else None, class_mode)


def _images(size: Any, colors: Any, classes: int | None, mode: Any) -> Any:
    channels = CHANNELS.get(colors) if isinstance(colors, str) else None
    if not isinstance(size, (tuple, list)) or len(size) != 2 or channels is None:
        return Unknown("images of a size that is not known")
    n = symbol("N")
    labels = {"sparse": (n,), "int": (n,), "binary": (n,)}.get(mode) if isinstance(mode, str) else None
    if mode == "categorical" and classes is not None:
        labels = (n, classes)
    return Batches(Array((n, *size, channels)), Array(labels) if labels is not None else None)


def _generator(*args: Any, **kwargs: Any) -> Generator:
    return Generator("generator")


@function("keras.utils.image_dataset_from_directory", "keras.preprocessing.image_dataset_from_directory")
def image_dataset_from_directory(
    directory: Any, labels: Any = "inferred", label_mode: Any = "int", class_names: Any = None, color_mode: Any = "rgb",
    batch_size: Any = 32, image_size: Any = (256, 256), *args: Any, subset: Any = None, **kwargs: Any,
) -> Any:  # fmt: skip
    if batch_size is None:
        return Unknown("single images")
    classes = len(class_names) if isinstance(class_names, (list, tuple)) else None
    made = _images(image_size, color_mode, classes, None if label_mode == "binary" else label_mode)
    return (made, made) if subset == "both" else made


NAMES["keras.preprocessing.image.ImageDataGenerator"] = _generator
NAMES["keras.preprocessing.image_dataset_from_directory"] = NAMES["keras.utils.image_dataset_from_directory"]
NAMES["keras.preprocessing.image.image_dataset_from_directory"] = NAMES["keras.utils.image_dataset_from_directory"]
