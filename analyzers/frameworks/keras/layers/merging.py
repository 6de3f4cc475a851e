"""Merges: element by element, concatenation, dot products; as layers and as functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.layer import Layer
from analyzers.frameworks.keras.layers.arguments import invalid, keras_layer
from analyzers.interpreter.overlays import NAMES
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import require, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import concat_split, einsum, reshape
from analyzers.tensors.operations.arguments import axis as axis_of
from analyzers.tensors.operations.elementwise import broadcast
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def several(inputs: Any, least: int = 1) -> list[Tensor]:
    """The tensors a merge is called on; Keras refuses anything but a list."""
    if isinstance(inputs, Unknown):
        raise UnknownUsed(inputs)
    if isinstance(inputs, dict):
        inputs = list(inputs.values())
    if not isinstance(inputs, (list, tuple)):
        raise invalid("{subject} expects a list of inputs, gets a single tensor")
    for value in inputs:
        if isinstance(value, Unknown):
            raise UnknownUsed(value)
        if isinstance(value, (list, tuple)):
            raise invalid("{subject} expects a flat list of inputs, gets a list inside the list")
    tensors = [v for v in inputs if isinstance(v, Tensor)]
    if len(tensors) < least:
        raise invalid(f"{{subject}} expects a list of at least {least} inputs, gets {len(tensors)}")
    return tensors


def combined(inputs: Any) -> Tensor:
    """Element by element; maps of lower rank get dims of 1 behind the batch."""
    tensors = several(inputs)
    rank = max(t.rank for t in tensors)
    if len({t.rank for t in tensors}) > 1:
        tensors = [_widened(t, rank) for t in tensors]
    try:
        return broadcast(*tensors)
    except OperationError as error:
        error.exception = "ValueError"
        if error.result is not None:
            error.result = tensors[0].with_()
        raise


def _widened(x: Tensor, rank: int) -> Tensor:
    while x.rank < rank:
        x = reshape.unsqueeze(x, 1)
    return x


class Merge(Layer):
    """What the elementwise merges share."""

    def __init__(self, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)

    def call(self, inputs: Any) -> Any:
        return noted(self, inputs, combined(inputs))


def noted(self: Layer, inputs: Any, result: Tensor) -> Tensor:
    """The result of a merge, noted as one for the rules that look at merges."""
    self.machine.recorder.merged(self.class_.name.lower(), [t for t in inputs if isinstance(t, Tensor)])
    return result


@keras_layer("Add")
class Add(Merge):
    pass


@keras_layer("Subtract")
class Subtract(Merge):
    def call(self, inputs: Any) -> Any:
        if isinstance(inputs, (list, tuple)) and len(inputs) != 2:
            raise invalid(f"{{subject}} expects exactly 2 inputs, gets {len(inputs)}")
        return noted(self, inputs, combined(inputs))


@keras_layer("Multiply")
class Multiply(Merge):
    pass


@keras_layer("Average")
class Average(Merge):
    pass


@keras_layer("Maximum")
class Maximum(Merge):
    pass


@keras_layer("Minimum")
class Minimum(Merge):
    pass


@keras_layer("Concatenate")
class Concatenate(Layer):
    """One after the other along an axis."""

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)
        self.axis = axis

    def call(self, inputs: Any) -> Any:
        tensors = several(inputs)
        return noted(self, inputs, joined(tensors, self.axis))


def joined(tensors: list[Tensor], axis: Any) -> Tensor:
    """Concatenated; raises concat-mismatch, rank-mismatch (ValueError)."""
    ranks = {t.rank for t in tensors}
    if len(ranks) > 1:
        shapes = " and ".join(shape_text(t.shape) for t in tensors)
        raise OperationError(
            "concat-mismatch",
            f"{{subject}} cannot join {shapes}: their numbers of dimensions differ",
            exception="ValueError",
        )
    try:
        return concat_split.cat(tensors, axis)
    except OperationError as error:
        error.exception = "ValueError"
        raise


@keras_layer("Dot")
class Dot(Layer):
    """Batchwise contraction of one axis of each of two tensors."""

    def __init__(self, axes: Any, normalize: Any = False, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)
        self.axes = axes

    def call(self, inputs: Any) -> Any:
        tensors = several(inputs)
        if len(tensors) != 2:
            raise invalid(f"{{subject}} expects exactly 2 inputs, gets {len(tensors)}")
        return batch_dot(tensors[0], tensors[1], self.axes)


def batch_dot(a: Tensor, b: Tensor, axes: Any) -> Tensor:
    """The sum over ``axes`` of the products, separately for every example. Raises matmul-mismatch."""
    given = axes if isinstance(axes, (list, tuple)) else (axes, axes)
    first, second = axis_of(given[0], a.rank), axis_of(given[1], b.rank)
    if 0 in (first, second):
        raise invalid("{subject} cannot contract axis 0, which is the batch", "axes")
    left = ["b", *[f"l{i}" for i in range(1, a.rank)]]
    right = ["b", *[f"r{i}" for i in range(1, b.rank)]]
    if require(a.shape[first], b.shape[second]) is False:
        raise OperationError(
            "matmul-mismatch",
            f"{{subject}} contracts {text(a.shape[first])} with {text(b.shape[second])}",
            exception="ValueError",
            expected=a.shape[first],
            actual=b.shape[second],
        )
    left[first] = right[second] = "k"
    output = [*(x for x in left if x != "k"), *(x for x in right[1:] if x != "k")]
    made = einsum.contract([a, b], [left, right], output)
    return made if made.rank > 1 else reshape.unsqueeze(made, -1)


def _as_function(kind: type) -> Any:
    """``keras.layers.add([a, b])``: the layer of that kind, made and called."""

    def merge(inputs: Any, *, machine: Machine, **kwargs: Any) -> Any:
        made = machine.call(machine.class_of_host(kind), (), kwargs)
        return machine.call(made, (inputs,))

    merge.__name__ = merge.__qualname__ = kind.__name__.lower()
    return merge


def _concatenate(inputs: Any, axis: Any = -1, *, machine: Machine, **kwargs: Any) -> Any:
    made = machine.call(machine.class_of_host(Concatenate), (), {"axis": axis, **kwargs})
    return machine.call(made, (inputs,))


def _dot(inputs: Any, axes: Any = -1, normalize: Any = False, *, machine: Machine, **kwargs: Any) -> Any:
    made = machine.call(machine.class_of_host(Dot), (), {"axes": axes, **kwargs})
    return machine.call(made, (inputs,))


for _kind in (Add, Subtract, Multiply, Average, Maximum, Minimum):
    NAMES[f"keras.layers.{_kind.__name__.lower()}"] = _as_function(_kind)
NAMES["keras.layers.concatenate"] = _concatenate
NAMES["keras.layers.dot"] = _dot


__all__ = ["combined", "joined"]
