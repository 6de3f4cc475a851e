"""Preprocessing layers: rescaling, resizing, cropping, augmentation, encodings."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.layer import Layer, add_weights
from analyzers.frameworks.keras.layers.arguments import (
    as_tensor,
    data_format,
    invalid,
    keras_layer,
    maps,
    whole,
)
from analyzers.frameworks.keras.layers.reshaping import METHODS
from analyzers.frameworks.keras.weights import size_of
from analyzers.interpreter.overlays import NAMES
from analyzers.tensors.dims import Dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.layout import OPEN, Layouts, channels_first, channels_last
from analyzers.tensors.operations import padding, resize
from analyzers.tensors.operations.arguments import axes as axes_of
from analyzers.tensors.operations.elementwise import unary
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


@keras_layer("Rescaling")
class Rescaling(Layer):
    takes_data = True

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)

    def call(self, inputs: Any) -> Any:
        return unary(as_tensor(inputs), "float32")


@keras_layer("Normalization")
class Normalization(Layer):
    """With mean, variance and count as weights unless they are given."""

    takes_data = True

    def __init__(
        self, axis: Any = -1, mean: Any = None, variance: Any = None, invert: Any = False, **kwargs: Any
    ) -> None:
        Layer.__init__(self, **kwargs)
        if (mean is None) != (variance is None):
            raise invalid("{subject} needs both mean and variance, or neither", "mean")
        axis = () if axis is None else axis if isinstance(axis, (tuple, list)) else (axis,)
        self.axis = tuple(axis)
        self.input_mean = mean
        self.mean = self.variance = mean

    def build(self, input_shape: Any = None) -> None:
        if self.input_mean is None:
            kept = sorted(axes_of(self.axis, len(input_shape))) if self.axis else []
            shape = tuple(size_of(input_shape, d) for d in kept)
            add_weights(self, False, mean=shape, variance=shape, count=())
            broadcast = [size_of(input_shape, d) if d in kept else 1 for d in range(len(input_shape))]
            self.mean, self.variance = Tensor(broadcast), Tensor(broadcast)

    def adapt(self, data: Any = None, **kwargs: Any) -> None:
        if isinstance(data, Tensor) and not self.attributes.get("built"):
            Normalization.build(self, data.shape)
        elif self.input_mean is None and not isinstance(data, Tensor):
            self.mean = self.variance = Unknown("the mean of data that is not known")

    def call(self, inputs: Any) -> Any:
        return unary(as_tensor(inputs), "float32")


def _image_dims(x: Tensor, format: str) -> tuple[int, int]:
    if x.rank not in (3, 4):
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} expects an image of 3 dimensions or a batch of 4, gets {x.rank}",
            exception="ValueError",
            expected=4,
            actual=x.rank,
        )
    first = x.rank - 2 if format == "channels_first" else x.rank - 3
    return first, first + 1


@keras_layer("Resizing")
class Resizing(Layer):
    takes_data = True

    def __init__(
        self, height: Any, width: Any, interpolation: Any = "bilinear", crop_to_aspect_ratio: Any = False,
        pad_to_aspect_ratio: Any = False, fill_mode: Any = "constant", fill_value: Any = 0.0, antialias: Any = False,
        data_format: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        Resizing._setup(self, height, width, interpolation, data_format, kwargs)

    def _setup(self, height: Any, width: Any, interpolation: Any, format: Any, kwargs: dict[str, Any]) -> None:
        Layer.__init__(self, **kwargs)
        self.height = whole(height, "height")
        self.width = whole(width, "width")
        self.interpolation = interpolation
        self.data_format = data_format(self.machine, format)

    def input_layouts(self, place: int) -> Layouts:
        return maps(self.data_format, 2)

    def call(self, inputs: Any) -> Any:
        x = as_tensor(inputs)
        dims = _image_dims(x, self.data_format)
        return resized(x, (self.height, self.width), dims, self.interpolation)


def resized(x: Tensor, sizes: Any, dims: Any, interpolation: Any) -> Tensor:
    """Images at another size."""
    method = METHODS.get(interpolation, "linear") if isinstance(interpolation, str) else "linear"
    scales: list[Fraction | None] = [None] * len(dims)
    return resize.resize(x, list(sizes), scales, method, False, False, dims)


@keras_layer("CenterCrop")
class CenterCrop(Layer):
    takes_data = True

    def __init__(self, height: Any, width: Any, data_format: Any = None, **kwargs: Any) -> None:
        CenterCrop._setup(self, height, width, data_format, kwargs)

    def _setup(self, height: Any, width: Any, format: Any, kwargs: dict[str, Any]) -> None:
        Layer.__init__(self, **kwargs)
        self.height = height
        self.width = width
        self.data_format = data_format(self.machine, format)

    def input_layouts(self, place: int) -> Layouts:
        format = data_format(self.machine, self.data_format)
        return (channels_first(2, OPEN) if format == "channels_first" else channels_last(2, OPEN),)

    def call(self, inputs: Any) -> Any:
        x = as_tensor(inputs)
        dims = _image_dims(x, self.data_format)
        wanted: tuple[Dim, Dim] = (self.height, self.width)
        pairs = []
        for dim, size in zip(dims, wanted):
            surplus = x.shape[dim] - size
            if not isinstance(surplus, int) or surplus < 0:
                return resized(x, wanted, dims, "bilinear")
            pairs.append((-(surplus // 2), -(surplus - surplus // 2)))
        return padding.pad(x, dims, pairs)


@keras_layer("RandomCrop")
class RandomCrop(CenterCrop):
    def __init__(
        self, height: Any, width: Any, seed: Any = None, data_format: Any = None, name: Any = None, **kwargs: Any
    ) -> None:
        CenterCrop._setup(self, height, width, data_format, {"name": name, **kwargs})


class Augmentation(Layer):
    """A random change of the image while training; nothing at inference."""

    other_keywords = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        Layer.__init__(self, **{k: v for k, v in kwargs.items() if k in ("name", "trainable", "dtype")})

    def call(self, inputs: Any, training: Any = True) -> Any:
        return unary(inputs) if isinstance(inputs, Tensor) else inputs


def _augmentation(name: str, options: str) -> None:
    """An augmentation layer with these options."""
    parameters = options.split()
    known = {*parameters, "seed", "data_format", "name", "trainable", "dtype", "value_range", "input_shape"}

    def initialise(self: Augmentation, *args: Any, **kwargs: Any) -> None:
        wrong = {k: v for k, v in kwargs.items() if k not in known}
        Layer.__init__(
            self, **wrong, **{k: v for k, v in kwargs.items() if k in ("name", "trainable", "dtype", "input_shape")}
        )

    initialise.__name__, initialise.__qualname__ = "__init__", f"{name}.__init__"
    keras_layer(name)(type(name, (Augmentation,), {"__init__": initialise}))


for _name, _options in {
    "RandomFlip": "mode",
    "RandomRotation": "factor fill_mode interpolation fill_value",
    "RandomZoom": "height_factor width_factor fill_mode interpolation fill_value",
    "RandomTranslation": "height_factor width_factor fill_mode interpolation fill_value",
    "RandomContrast": "factor",
    "RandomBrightness": "factor",
    "RandomShear": "x_factor y_factor interpolation fill_mode fill_value",
    "RandomHue": "factor",
    "RandomSaturation": "factor",
    "RandomSharpness": "factor",
    "RandomGrayscale": "factor",
    "RandomColorJitter": "brightness_factor contrast_factor saturation_factor hue_factor",
    "RandomColorDegeneration": "factor",
    "RandomInvert": "factor",
    "RandomErasing": "factor scale fill_value",
    "RandomGaussianBlur": "factor kernel_size sigma",
    "RandomPosterization": "factor",
    "RandomPerspective": "factor scale interpolation fill_value",
    "RandomElasticTransform": "factor scale interpolation fill_mode fill_value",
    "AutoContrast": "",
    "Equalization": "bins",
    "Solarization": "addition_factor threshold_factor",
    "RandAugment": "num_ops factor interpolation",
    "AugMix": "num_chains chain_depth factor alpha all_ops interpolation",
    "MixUp": "alpha",
    "CutMix": "factor",
    "ContrastLimitedAdaptiveHistogramEqualization": "clip_limit tile_grid_size",
}.items():
    _augmentation(_name, _options)


@keras_layer("Pipeline")
class Pipeline(Layer):
    def __init__(self, layers: Any, name: Any = None) -> None:
        Layer.__init__(self, name=name)
        self.layers = list(layers)

    def call(self, inputs: Any, training: Any = True, *, machine: Machine) -> Any:
        for part in self.layers:
            inputs = machine.call(part, (inputs,))
        return inputs


for _name in [n for n in NAMES if n.startswith("keras.layers.Random") or n in (
    "keras.layers.Rescaling", "keras.layers.Normalization", "keras.layers.Resizing", "keras.layers.CenterCrop",
)]:  # fmt: skip
    NAMES[_name.replace("keras.layers.", "keras.layers.experimental.preprocessing.")] = NAMES[_name]
