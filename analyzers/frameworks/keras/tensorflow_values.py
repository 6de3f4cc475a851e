"""Values of TensorFlow that programs around models handle: dtypes, gradient tapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.contexts import Context
from analyzers.interpreter.overlays import function
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import NotModelled, Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

GREATEST = {"float16": 65504.0, "bfloat16": 3.3895313892515355e38, "float32": 3.4028234663852886e38}


class DType(str):
    """``tf.float32``: the name of a dtype, and what TensorFlow says of it."""

    __slots__ = ()

    @property
    def name(self) -> str:
        return str(self)

    @property
    def _bits(self) -> int:
        return int("".join(filter(str.isdigit, self)) or 8)

    @property
    def is_integer(self) -> bool:
        return "int" in self

    @property
    def is_unsigned(self) -> bool:
        return self.startswith("uint")

    @property
    def is_floating(self) -> bool:
        return "float" in self

    @property
    def is_complex(self) -> bool:
        return self.startswith("complex")

    @property
    def is_bool(self) -> bool:
        return self == "bool"

    @property
    def size(self) -> int:
        return self._bits // 8

    @property
    def max(self) -> Any:
        if self.is_integer:
            return 2 ** (self._bits - (not self.is_unsigned)) - 1
        return GREATEST.get(self, 1.7976931348623157e308) if self.is_floating else self.is_bool

    @property
    def min(self) -> Any:
        if self.is_integer:
            return 0 if self.is_unsigned else -(2 ** (self._bits - 1))
        return -self.max if self.is_floating else False

    @property
    def limits(self) -> tuple[Any, Any]:
        return self.min, self.max

    @property
    def base_dtype(self) -> DType:
        return self

    real_dtype = base_dtype

    @property
    def as_numpy_dtype(self) -> Unknown:
        return NotModelled("the numpy type of a dtype")


class Tape(Context):
    """``tf.GradientTape()``"""

    def enter(self, machine: Machine) -> Tape:
        return self

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        return _gradient if name == "gradient" else NotModelled("what a gradient tape does")


@function("tensorflow.GradientTape")
def gradient_tape(persistent: Any = False, watch_accessed_variables: Any = True) -> Tape:
    return Tape()


def _gradient(target: Any, sources: Any, output_gradients: Any = None, unconnected_gradients: Any = None) -> Any:
    """A gradient of its shape for each source."""
    if isinstance(sources, (list, tuple)):
        return [_gradient(target, source) for source in sources]
    if isinstance(sources, dict):
        return {name: _gradient(target, source) for name, source in sources.items()}
    return sources.with_() if isinstance(sources, Tensor) else Unknown("the gradient of what is not known")
