"""``keras.backend``, ``keras.config`` and ``tf``'s surroundings: settings and modes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.layers.arguments import data_format
from analyzers.frameworks.keras.naming import names_of
from analyzers.frameworks.keras.tensorflow_values import DType
from analyzers.frameworks.no_ops import nothing, scope
from analyzers.frameworks.numpy.array import Array
from analyzers.frameworks.numpy.searching import labels
from analyzers.interpreter.overlays import NAMES, attribute, function
from analyzers.interpreter.values import TypingForm
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


@function("keras.backend.image_data_format", "keras.config.image_data_format")
def image_data_format(*, machine: Machine) -> str:
    return machine.frameworks.get("keras data_format", "channels_last")


@function("keras.backend.set_image_data_format", "keras.config.set_image_data_format")
def set_image_data_format(data_format_: Any = None, *, machine: Machine, data_format: Any = None) -> None:
    value = data_format if data_format is not None else data_format_
    machine.frameworks["keras data_format"] = _checked(machine, value)


def _checked(machine: Machine, value: Any) -> str:
    return data_format(machine, value)


@function("keras.backend.standardize_data_format")
def standardize_data_format(data_format: Any, *, machine: Machine) -> str:
    return _checked(machine, data_format)


@function("keras.backend.image_dim_ordering")
def image_dim_ordering(*, machine: Machine) -> str:
    return "th" if image_data_format(machine=machine) == "channels_first" else "tf"


@function("keras.backend.backend", "keras.config.backend")
def backend() -> str:
    return "tensorflow"


@function("keras.backend.floatx", "keras.config.floatx")
def floatx() -> str:
    return "float32"


@function("keras.backend.epsilon", "keras.config.epsilon")
def epsilon() -> float:
    return 1e-07


@function("keras.backend.standardize_dtype")
def standardize_dtype(dtype: Any) -> Any:
    return dtype if isinstance(dtype, str) else "float32"


@function("keras.backend.get_uid")
def get_uid(prefix: Any = "", *, machine: Machine) -> int:
    """The next number of a prefix: 1, 2, …"""
    if isinstance(prefix, Unknown):
        raise UnknownUsed(prefix)
    counters = names_of(machine).counters
    counters[prefix] = counters.get(prefix, 0) + 1
    return counters[prefix]


@function(
    "keras.backend.clear_session",
    "keras.utils.clear_session",
    "keras.backend.reset_uids",
)
def clear_session(*args: Any, machine: Machine, **kwargs: Any) -> None:
    machine.frameworks.pop("keras names", None)


@function("keras.backend.learning_phase")
def learning_phase() -> int:
    return 0


for _name in (
    "keras.backend.name_scope keras.name_scope tensorflow.name_scope tensorflow.device "
    "tensorflow.function tensorflow.autograph.experimental.do_not_convert keras.utils.custom_object_scope "
    "keras.saving.custom_object_scope keras.RematScope keras.device keras.StatelessScope "
    "tensorflow.init_scope tensorflow.variable_scope"
).split():
    NAMES[_name] = scope


for _name in (
    "keras.backend.set_learning_phase keras.backend.set_floatx keras.backend.set_epsilon keras.config.set_floatx "
    "keras.utils.set_random_seed keras.config.set_dtype_policy keras.mixed_precision.set_global_policy "
    "keras.mixed_precision.set_dtype_policy tensorflow.random.set_seed tensorflow.print "
    "tensorflow.debugging.assert_equal "
    "keras.utils.plot_model keras.utils.vis_utils.plot_model keras.config.enable_unsafe_deserialization "
    "keras.config.disable_interactive_logging tensorflow.config.list_physical_devices keras.config.set_backend "
    "tensorflow.get_logger tensorflow.keras.utils.enable_interactive_logging keras.backend.set_session "
    "tensorflow.config.experimental.set_memory_growth keras.backend.set_keras_mask keras.config.set_epsilon "
    "keras.utils.disable_interactive_logging keras.utils.enable_interactive_logging keras.saving.save_model"
).split():
    NAMES[_name] = nothing


def _decorator(*args: Any, **_: Any) -> Any:
    """``@register_keras_serializable(…)``: leaves what it decorates as it is."""
    return _unchanged


def _unchanged(value: Any) -> Any:
    return value


for _name in (
    "keras.saving.register_keras_serializable keras.utils.register_keras_serializable keras.api_export.keras_export "
    "keras.export.keras_export"
).split():
    NAMES[_name] = _decorator


@function("keras.utils.to_categorical", "keras.utils.np_utils.to_categorical")
def to_categorical(x: Any = None, num_classes: Any = None, *args: Any, y: Any = None, **kwargs: Any) -> Any:
    given = x if y is None else y
    if isinstance(given, Tensor) and num_classes is None:
        num_classes = labels(given)
    if isinstance(given, Tensor) and isinstance(num_classes, int):
        shape = given.shape[:-1] if given.rank and given.shape[-1] == 1 else given.shape
        return Array((*shape, num_classes))
    return Unknown("one-hot labels")


@function("keras.utils.get_file", "keras.utils.data_utils.get_file")
def get_file(*args: Any, **kwargs: Any) -> str:
    return "file"


@function(
    "keras.utils.pad_sequences", "keras.preprocessing.sequence.pad_sequences", "keras.utils.data_utils.pad_sequences"
)
def pad_sequences(sequences: Any = None, maxlen: Any = None, *args: Any, **kwargs: Any) -> Any:
    from analyzers.tensors.dims import symbol

    return Array((symbol("N"), maxlen), dtype="int32") if isinstance(maxlen, int) else Unknown("padded sequences")


@function("keras.utils.normalize")
def normalize(x: Any, *args: Any, **kwargs: Any) -> Any:
    return x


attribute("keras.__version__", "3.15.1")
attribute("tensorflow.__version__", "2.16.0")
attribute("keras.backend.KerasTensor", TypingForm("KerasTensor"))
attribute("keras.KerasTensor", TypingForm("KerasTensor"))
attribute("tensorflow.Tensor", TypingForm("Tensor"))
attribute("tensorflow.newaxis", None)
for _name in (
    "float16 float32 float64 bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool string "
    "complex64 complex128"
).split():
    attribute(f"tensorflow.{_name}", DType(_name))
    attribute(f"tensorflow.dtypes.{_name}", DType(_name))
