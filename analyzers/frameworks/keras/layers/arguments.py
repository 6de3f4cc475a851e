"""How Keras' layers read their arguments: sizes per axis, layouts, paddings, activations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.installed import refuses_numpy_units
from analyzers.frameworks.keras.layer import is_layer
from analyzers.frameworks.numpy.array import Scalar
from analyzers.interpreter.overlays import NAMES, layer
from analyzers.interpreter.values import Instance
from analyzers.tensors.dim_text import counted, shape_text
from analyzers.tensors.dims import Dim, Expression
from analyzers.tensors.errors import OperationError
from analyzers.tensors.layout import OPEN, Layout, Layouts, channels_first, channels_last
from analyzers.tensors.operations.arguments import size
from analyzers.tensors.operations.spatial import Pair
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

ACTIVATIONS = frozenset(
    "linear relu relu6 elu selu gelu celu silu swish sigmoid hard_sigmoid hard_silu hard_swish hard_tanh hard_shrink "
    "tanh tanh_shrink softmax log_softmax softplus softsign soft_shrink exponential leaky_relu mish glu log_sigmoid "
    "sparse_plus sparse_sigmoid sparsemax squareplus threshold".split()
)
OVER_AXIS = frozenset(["softmax", "log_softmax", "sparsemax"])
"""Activations that look along the last axis."""


def softmax_trait(name: str) -> str:
    """The trait of what an activation over an axis gives."""
    return "log_softmax" if name == "log_softmax" else "softmax"


def keras_layer(*names: str) -> Callable[[type], Any]:
    """``keras.layers.Name`` for every name; the first is the layer's own."""
    return layer(*(f"keras.layers.{name}" for name in names))


def invalid(message: str, argument: str | None = None, rule: str = "invalid-argument", **data: Any) -> OperationError:
    if argument is not None:
        data["argument"] = argument
    return OperationError(rule, message, exception="ValueError", **data)


def whole(value: Any, argument: str, least: int = 1) -> Dim:
    """A number of units, filters, …: an int; raises invalid-argument."""
    if isinstance(value, Tensor):
        raise invalid(f"{{subject}} expects a whole number as {argument}, gets a tensor", argument)
    if isinstance(value, bool) or not isinstance(value, (int, Expression, Unknown)):
        raise invalid(f"{{subject}} expects a whole number as {argument}, gets {value!r}", argument)
    found = size(value)
    if isinstance(found, int) and found < least:
        raise invalid(f"{{subject}} has {argument} {found}, which must be at least {least}", argument)
    return found


def plain_whole(machine: Machine, value: Any, argument: str) -> Dim:
    """The same where the installed Keras takes Python's own numbers alone."""
    if isinstance(value, Scalar) and isinstance(value, int) and refuses_numpy_units(machine):
        message = f"{{subject}} expects an int of Python as {argument}, gets the {value.dtype} {int(value)} of numpy"
        raise invalid(f"{message}: write int(…)", argument)
    return whole(value, argument)


def per_axis(value: Any, count: int, argument: str, least: int = 1) -> tuple[Dim, ...]:
    """One size per spatial axis, from an int or a sequence of exactly ``count`` ints."""
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    if isinstance(value, (tuple, list)):
        if len(value) != count:
            raise invalid(
                f"{{subject}} expects {argument} of {counted(count, 'value')}, gets {len(value)}",
                argument,
                expected=count,
                actual=len(value),
            )
        return tuple(whole(v, argument, least) for v in value)
    return (whole(value, argument, least),) * count


def data_format(machine: Machine, value: Any) -> str:
    """ "channels_last" or "channels_first"; the configured one when none is given."""
    if value is None:
        return machine.frameworks.get("keras data_format", "channels_last")
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    found = value.lower() if isinstance(value, str) else value
    if found not in ("channels_last", "channels_first"):
        raise invalid(f"{{subject}} has data_format {value!r}, expects channels_last or channels_first", "data_format")
    return found


def padding_mode(value: Any, causal: bool = False) -> str:
    """ "valid", "same" or (where allowed) "causal", in any case."""
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    found = value.lower() if isinstance(value, str) else value
    allowed = ("valid", "same", "causal") if causal else ("valid", "same")
    if found not in allowed:
        raise invalid(f"{{subject}} has padding {value!r}, expects {' or '.join(allowed)}", "padding")
    return found


def layout(rank: int, format: str) -> tuple[int, tuple[int, ...]]:
    """(channel dim, spatial dims) of a map of this rank."""
    if format == "channels_first":
        return 1, tuple(range(2, rank))
    return rank - 1, tuple(range(1, rank - 1))


def maps(format: str, axes: int) -> Layouts:
    """What a layer takes whose maps have so many spatial axes."""
    make = channels_first if format == "channels_first" else channels_last
    return (make(axes, OPEN),)


def in_steps(layouts: Layouts) -> Layouts:
    """What each step of a sequence is, made a whole sequence."""
    return tuple(
        Layout(("N", "T", *one.names[1:]), (None, None, *one.sizes[1:]), one.dtype, one.rest) for one in layouts
    )


SEQUENCE = (Layout.of("N T E", E=OPEN),)
"""What a layer takes that runs along steps."""


def require_rank(tensor: Tensor, rank: int, least: bool = False) -> None:
    """Raises rank-mismatch as Keras' input specification does."""
    if tensor.rank == rank or (least and tensor.rank >= rank):
        return
    raise OperationError(
        "rank-mismatch",
        f"{{subject}} expects {'at least ' if least else ''}{rank} dimensions (with the batch), gets {tensor.rank}"
        f" ({shape_text(tensor.shape)})",
        exception="ValueError",
        expected=rank,
        actual=tensor.rank,
    )


def as_tensor(value: Any) -> Tensor:
    """The tensor a layer is called on; a list of one counts as it."""
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    if isinstance(value, (list, tuple)) and len(value) == 1:
        value = value[0]
    if isinstance(value, Tensor):
        return value
    if isinstance(value, (list, tuple)):
        raise OperationError(
            "invalid-argument", f"{{subject}} expects 1 input, gets {len(value)}", exception="ValueError"
        )
    raise OperationError(
        "invalid-argument",
        f"{{subject}} is called on a {type(value).__name__}, not on a tensor",
        exception="ValueError",
    )


def same_padding(n: Dim, kernel: Dim, stride: Dim, dilation: Dim = 1) -> tuple[Pair, Dim]:
    """Padding before and after, and the output size ⌈n/s⌉, of padding "same" (TensorFlow's rule).

    The total is max((⌈n/s⌉−1)·s + d(k−1)+1 − n, 0), the odd one behind. Where n is open it is taken to
    be a multiple of the stride.
    """
    extent = dilation * (kernel - 1) + 1
    out = (n + stride - 1) // stride if stride != 1 else n
    if isinstance(n, int) and isinstance(extent, int) and isinstance(stride, int):
        total = max((out - 1) * stride + extent - n, 0)
    elif isinstance(extent, int) and isinstance(stride, int):
        total = max(extent - stride, 0)
    else:
        total = extent - stride
    before = total // 2
    return (before, total - before), out


def same_paddings(
    sizes: Sequence[Dim], kernel: Sequence[Dim], stride: Sequence[Dim], dilation: Sequence[Dim]
) -> tuple[list[Pair], list[Dim]]:
    found = [same_padding(*row) for row in zip(sizes, kernel, stride, dilation)]
    return [pair for pair, _ in found], [out for _, out in found]


# -- activations ---------------------------------------------------------------------------------


def activation_of(value: Any, machine: Machine) -> Any:
    """What ``activation=`` means: None, a function, a layer; a name that nobody has registered is refused."""
    if value is None or not isinstance(value, str):
        return value
    found = NAMES.get(f"keras.activations.{value}")
    if found is None or value not in ACTIVATIONS:
        if _registers_objects(machine):
            return Unknown(f"the activation {value!r}, which is registered when it runs")
        from analyzers.interpreter.parameters import nearest

        close = nearest(value, sorted(ACTIVATIONS))
        hint = f"; did you mean {close}?" if close else ""
        raise invalid(f"{{subject}} has the unknown activation {value!r}{hint}", "activation")
    return found


def _registers_objects(machine: Machine) -> bool:
    """Whether the program adds names of its own to those that Keras knows."""
    ways = ("custom_object", "CustomObjectScope", "register_keras_serializable")
    return any(way in module.source.text for module in machine.modules.by_path.values() for way in ways)


def is_linear(function: Any) -> bool:
    """Whether an activation leaves everything as it is."""
    return function is None or (isinstance(function, FunctionType) and function.__name__ == "linear")


def activated(self: Instance, x: Tensor) -> Any:
    """The layer's activation applied to what it computed."""
    function = self.attributes.get("activation")
    if function is None or isinstance(function, Unknown):
        return x
    name = getattr(function, "__name__", "")
    if name in ACTIVATIONS and not isinstance(function, Instance):
        if name in OVER_AXIS:
            field = x.field.mix((x.rank - 1,)) if x.rank else x.field
            return x.with_(field=field, cost=x.cost, trait=softmax_trait(name))
        if name != "glu":
            return x if x.trait is None else x.with_(cost=x.cost)
    result = self.machine.call(function, (x,))
    if isinstance(result, Tensor) and not is_layer(function):
        result.cost = result.cost + x.cost if isinstance(result.cost, int) else result.cost
    return result
