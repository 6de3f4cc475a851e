"""How functions of ``keras.ops``, ``tf.*`` and ``keras.backend`` are registered, and what they share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from analyzers.frameworks.keras.installed import refuses_tensorflow
from analyzers.frameworks.keras.layers.arguments import (
    data_format,
    per_axis,
)
from analyzers.frameworks.keras.ops.signatures import PARAMETERS
from analyzers.frameworks.keras.shapes import open_shape
from analyzers.interpreter.graph import tensors_below
from analyzers.interpreter.overlays import NAMES
from analyzers.interpreter.parameters import NativeSignature, unknown_argument
from analyzers.tensors.dims import Dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations.arguments import size
from analyzers.tensors.operations.concat_split import stack
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

Definition = TypeVar("Definition", bound=Callable[..., Any])


def names(*spellings: str) -> Callable[[Definition], Definition]:
    """Register under ``keras.ops.x`` (a bare name), ``tensorflow.x`` (``tf.x``), ``keras.backend.x`` (``K.x``)."""

    def register(definition: Definition) -> Definition:
        for dotted in dotted_names(spellings):
            if dotted.startswith("tensorflow."):
                NAMES[dotted] = _tensorflow_form(definition, dotted.replace("tensorflow.", "tf."))
            elif dotted.startswith("keras.ops."):
                NAMES[dotted] = strict(
                    definition, PARAMETERS.get(dotted.removeprefix("keras.ops.").removeprefix("nn."))
                )
            else:
                NAMES[dotted] = definition
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
    "offset stride_ ord rcond minlength range max_val filter_size filter_sigma k1 k2 mask_index dx top_cropping "
    "offset variance weights default k min max x_min x_max clip_value_min clip_value_max a_min a_max t".split()
)
"""Keywords of some of these functions that have no bearing on shapes."""
OLDER = frozenset(("new_shape", "name"))
"""Keywords of earlier versions of Keras 3."""


def strict(definition: Callable[..., Any], parameters: tuple[str, ...] | None) -> Callable[..., Any]:
    """The native with its keywords checked against Keras' own; where they are open, against :data:`IGNORED` too."""
    code, own = definition.__code__, _own_parameters(definition)
    known = tuple(k for k in own if k != "machine") if parameters is None else parameters
    if parameters is None and not code.co_flags & 0x08:
        return definition
    signature = NativeSignature(definition)
    accepted = frozenset(("machine", *known, *(IGNORED if parameters is None else OLDER)))

    def checked(args: tuple, kwargs: dict[str, Any]) -> Any:
        for key in kwargs:
            if key not in accepted:
                raise unknown_argument("{subject}", key, list(known))
        for place, key in enumerate(known[: min(2, code.co_argcount)]):
            if key in kwargs and key not in own:
                kwargs = {own[place]: kwargs[key], **{k: v for k, v in kwargs.items() if k != key}}
        try:
            return definition(*args, **kwargs)
        except TypeError:
            signature.check("{subject}", args, {k: v for k, v in kwargs.items() if k != "machine"})
            raise

    return _native(definition, checked)


def _own_parameters(definition: Callable[..., Any]) -> tuple[str, ...]:
    code = definition.__code__
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def _native(definition: Callable[..., Any], run: Callable[[tuple, dict[str, Any]], Any]) -> Callable[..., Any]:
    """A native that goes by the definition's name and hands its arguments to ``run``."""

    def native(*args: Any, **kwargs: Any) -> Any:
        return run(args, kwargs)

    def native_with_machine(*args: Any, machine: Machine, **kwargs: Any) -> Any:
        return run(args, {**kwargs, "machine": machine})

    made = native_with_machine if "machine" in _own_parameters(definition) else native
    made.__name__ = made.__qualname__ = definition.__name__
    made.__doc__ = definition.__doc__
    return made


def dotted_names(spellings: Iterable[str]) -> Iterator[str]:
    for spelling in spellings:
        for short, package in (("tf.", "tensorflow."), ("K.", "keras.backend."), ("random.", "keras.random.")):
            if spelling.startswith(short):
                yield package + spelling.removeprefix(short)
                break
        else:
            yield f"keras.ops.{spelling}"


FIRST_IN_TENSORFLOW = (
    "input features logits value tensor params input_tensor values a x images image inputs signals tensors data matrix"
).split()
"""What TensorFlow calls the first argument of one function or another."""


def _tensorflow_form(definition: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The same with TensorFlow's name for the first argument; Keras 3 refuses it on tensors of its own."""
    code, own = definition.__code__, _own_parameters(definition)
    wants_machine = "machine" in own
    has_first = code.co_argcount and len(definition.__defaults__ or ()) < code.co_argcount

    def tensorflow_function(*args: Any, machine: Machine, **kwargs: Any) -> Any:
        if has_first and not args and own[0] not in kwargs:
            other = next((k for k in FIRST_IN_TENSORFLOW if k in kwargs and k not in own), None)
            if other is not None:
                kwargs = {own[0]: kwargs[other], **{k: v for k, v in kwargs.items() if k != other}}
        if any(t.history is not None for t in tensors_below((args, kwargs))) and refuses_tensorflow(machine):
            machine.problem(_on_symbolic_tensors(name))
        return definition(*args, **kwargs, **({"machine": machine} if wants_machine else {}))

    tensorflow_function.__name__ = tensorflow_function.__qualname__ = definition.__name__
    tensorflow_function.__doc__ = definition.__doc__
    return tensorflow_function


def _on_symbolic_tensors(name: str) -> OperationError:
    """Where a model is built, TensorFlow's functions are no steps of it."""
    ours = f"keras.ops.{name.rpartition('.')[2]}"
    advice = f"use {ours} or a layer" if ours in NAMES else "do it in a layer's call"
    message = f"{name} takes no tensors of Keras 3 while a model is built: {advice}"
    return OperationError("invalid-argument", message, exception="ValueError", of_building=True)


@names("convert_to_tensor", "array", "tf.constant", "tf.convert_to_tensor", "K.constant", "K.variable", "tf.identity")
def constant(value: Any, dtype: Any = None, *args: Any, **kwargs: Any) -> Any:
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    if isinstance(value, Tensor):
        return value.plain()
    if not isinstance(value, (int, float, bool, list, tuple)):
        raise UnknownUsed(Unknown("a constant that is not made of numbers"))
    if isinstance(value, (list, tuple)) and any(isinstance(v, Tensor) for v in value):
        return stack([tensor(v) for v in value], 0)
    return NAMES["torch.tensor"](list(value) if isinstance(value, tuple) else value)


def tensor(value: Any) -> Tensor:
    """The tensor; numbers and nests of them are constants."""
    if isinstance(value, Tensor):
        return value.plain()
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


def layout_name(machine: Machine, value: Any) -> str:
    """Keras' names of layouts, or TensorFlow's (``NHWC``)."""
    if isinstance(value, str) and value.startswith("N"):
        return "channels_first" if value.startswith("NC") else "channels_last"
    return data_format(machine, value)


def names_in_submodules() -> None:
    """``keras.ops.x`` is found as ``keras.ops.numpy.x`` and ``keras.ops.nn.x`` too."""
    for name in sorted(n for n in NAMES if n.startswith("keras.ops.")):
        short = name.removeprefix("keras.ops.")
        if "." not in short:
            for module in ("numpy", "nn", "linalg"):
                NAMES.setdefault(f"keras.ops.{module}.{short}", NAMES[name])
