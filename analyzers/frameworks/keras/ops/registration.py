"""How functions of ``keras.ops``, ``tf.*`` and ``keras.backend`` are registered, and what they share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from analyzers.frameworks.keras.layer import open_shape
from analyzers.frameworks.keras.layers.arguments import (
    data_format,
    per_axis,
)
from analyzers.frameworks.registry import NAMES
from analyzers.interpreter.parameters import NativeSignature, unknown_argument
from analyzers.tensors.dims import Dim
from analyzers.tensors.operations.arguments import size
from analyzers.tensors.operations.reshape import stack
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

Definition = TypeVar("Definition", bound=Callable[..., Any])


def names(*spellings: str) -> Callable[[Definition], Definition]:
    """Register under ``keras.ops.x`` (a bare name), ``tensorflow.x`` (``tf.x``), ``keras.backend.x`` (``K.x``)."""

    def register(definition: Definition) -> Definition:
        native = strict(definition) if definition.__code__.co_flags & 0x08 else definition
        for spelling in spellings:
            for dotted in _dotted(spelling):
                NAMES[dotted] = native if dotted.startswith("keras.ops.") else definition
        return definition

    return register


IGNORED = frozenset(
    "name dtype seed sorted initial where ddof approximate negative_slope alpha epsilon order mode interpolation "
    "axis axis1 axis2 N M lower upper body_fun init_val fft_length rtol atol equal_nan sequence_length sequence_stride "
    "window center retstep synchronized nan posinf neginf ord decimals f init xs length reverse data segment_ids "
    "num_segments variable default_value return_index return_inverse return_counts size cond body loop_vars "
    "maximum_iterations function elements operands k sections indices_or_sections shift rounding "
    "indices updates reduction start_indices "
    "out_type output_type validate_shape antialias precision preferred_element_type sparse ragged layout mask "
    "is_causal scale bias flash_attention attn_logits_soft_cap fill_value fill_mode constant_values "
    "validate_indices batch_dims "
    "unroll value stddev mean minval maxval num endpoint constant caching_device shape_invariants max_value threshold "
    "level x1 x2 x y a b adjoint_a adjoint_b preserve_aspect_ratio half_pixel_centers align_corners rate noise_shape "
    "offset variance weights default k min max x_min x_max clip_value_min clip_value_max a_min a_max t".split()
)
"""Keywords of some of these functions that have no bearing on shapes."""


def strict(definition: Callable[..., Any]) -> Callable[..., Any]:
    """The native with its keywords checked: its own and :data:`IGNORED` ones; others are refused."""
    code = definition.__code__
    known = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    signature = NativeSignature(definition)

    def checked(args: tuple, kwargs: dict[str, Any]) -> Any:
        for key in kwargs:
            if key not in known and key not in IGNORED:
                raise unknown_argument(definition.__name__, key, [k for k in known if k != "machine"])
        try:
            return definition(*args, **kwargs)
        except TypeError:
            signature.check(definition.__name__, args, {k: v for k, v in kwargs.items() if k != "machine"})
            raise

    def native(*args: Any, **kwargs: Any) -> Any:
        return checked(args, kwargs)

    def native_with_machine(*args: Any, machine: Any, **kwargs: Any) -> Any:
        return checked(args, {**kwargs, "machine": machine})

    made = native_with_machine if "machine" in known else native
    made.__name__ = made.__qualname__ = definition.__name__
    made.__doc__ = definition.__doc__
    return made


def _dotted(spelling: str) -> list[str]:
    if spelling.startswith("tf."):
        return ["tensorflow." + spelling[3:]]
    if spelling.startswith("K."):
        return ["keras.backend." + spelling[2:]]
    return [f"keras.ops.{spelling}"]


@names("convert_to_tensor", "array", "tf.constant", "tf.convert_to_tensor", "K.constant", "K.variable", "tf.identity")
def constant(value: Any, dtype: Any = None, *args: Any, **kwargs: Any) -> Any:
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    if isinstance(value, Tensor):
        return value
    if not isinstance(value, (int, float, bool, list, tuple)):
        raise UnknownUsed(Unknown("a constant that is not made of numbers"))
    if isinstance(value, (list, tuple)) and any(isinstance(v, Tensor) for v in value):
        return stack([tensor(v) for v in value], 0)
    return NAMES["torch.tensor"](list(value) if isinstance(value, tuple) else value)


def tensor(value: Any) -> Tensor:
    """The tensor; numbers and nests of them are constants."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    if isinstance(value, (int, float, bool, list, tuple)):
        return constant(value)
    raise UnknownUsed(Unknown(f"{type(value).__name__} is not modelled as a tensor"))


def shape_argument(value: Any) -> tuple[Dim, ...]:
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    if isinstance(value, Tensor):
        if value.content is None:
            raise UnknownUsed(Unknown("the shape in a tensor"))
        return tuple(size(v) for v in value.content)
    return open_shape(value) if isinstance(value, (tuple, list)) else (size(value),)


def spatial_strides(strides: Any, rank: int) -> Any:
    """Strides per spatial axis; TensorFlow also names those of batch and channels."""
    if isinstance(strides, (tuple, list)) and len(strides) == rank + 2:
        return tuple(strides[1:-1])
    return per_axis(strides, rank, "strides")


def layout_name(machine: Any, value: Any) -> str:
    """Keras' names of layouts, or TensorFlow's (``NHWC``)."""
    if isinstance(value, str) and value.startswith("N"):
        return "channels_first" if value.startswith("NC") else "channels_last"
    return data_format(machine, value)


def names_of_rooms() -> None:
    """``keras.ops.x`` is found as ``keras.ops.numpy.x`` and ``keras.ops.nn.x`` too."""
    for name in sorted(n for n in NAMES if n.startswith("keras.ops.")):
        short = name.removeprefix("keras.ops.")
        if "." not in short:
            for room in ("numpy", "nn", "linalg"):
                NAMES.setdefault(f"keras.ops.{room}.{short}", NAMES[name])
