"""``Dense``, ``EinsumDense``, ``Embedding``, ``Lambda``, ``Activation``'s relatives without weights, masks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.layer import Layer, add_weights
from analyzers.frameworks.keras.layers.arguments import (
    activated,
    activation_of,
    as_tensor,
    invalid,
    keras_layer,
    plain_whole,
    require_rank,
    whole,
)
from analyzers.frameworks.keras.shapes import is_shape, open_shape, static_shape
from analyzers.frameworks.keras.state import changed, input_features, state_of
from analyzers.frameworks.keras.weights import size_of
from analyzers.interpreter.values import Function
from analyzers.tensors.dim_text import counted
from analyzers.tensors.dims import Dim, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.layout import OPEN, Layout, Layouts
from analyzers.tensors.operations import axis_names, einsum, linear_algebra
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


@keras_layer("Dense")
class Dense(Layer):
    """(…, in) → (…, units)."""

    def __init__(
        self, units: Any, activation: Any = None, use_bias: Any = True, kernel_initializer: Any = None,
        bias_initializer: Any = None, kernel_regularizer: Any = None, bias_regularizer: Any = None,
        activity_regularizer: Any = None, kernel_constraint: Any = None, bias_constraint: Any = None,
        lora_rank: Any = None, lora_alpha: Any = None, quantization_config: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        Layer.__init__(self, **kwargs)
        self.units = plain_whole(self.machine, units, "units")
        self.activation = activation_of(activation, self.machine)
        self.use_bias = bool(use_bias)

    def input_layouts(self, place: int) -> Layouts:
        return (Layout.of("... E", rest=("N",), E=OPEN),)

    def build(self, input_shape: Any = None) -> None:
        if len(input_shape) < 2:
            require_rank(Tensor(open_shape(input_shape)), 2, least=True)
        features = size_of(input_shape)
        changed(self).features = features
        add_weights(self, kernel=(features, self.units), bias=(self.units,) if self.use_bias else None)

    def call(self, inputs: Any, training: Any = None) -> Any:
        x = as_tensor(inputs)
        require_rank(x, 2, least=True)
        made = linear_algebra.linear(x, Tensor((self.units, input_features(self))))
        return activated(self, made)


@keras_layer("EinsumDense")
class EinsumDense(Layer):
    """An einsum of the input with a kernel of the shape that the equation and the output ask for."""

    def __init__(
        self, equation: Any, output_shape: Any, activation: Any = None, bias_axes: Any = None,
        kernel_initializer: Any = None, bias_initializer: Any = None, kernel_regularizer: Any = None,
        bias_regularizer: Any = None, kernel_constraint: Any = None, bias_constraint: Any = None,
        lora_rank: Any = None, lora_alpha: Any = None, gptq_unpacked_column_size: Any = None,
        quantization_config: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        Layer.__init__(self, **kwargs)
        shape = output_shape if isinstance(output_shape, (tuple, list)) else (output_shape,)
        self.equation = equation.replace(" ", "")
        self.partial_output_shape = tuple(shape)
        self.bias_axes = bias_axes
        self.activation = activation_of(activation, self.machine)

    def build(self, input_shape: Any = None) -> None:
        left, right = self.equation.split("->")
        own, kernel = left.split(",")
        sizes = _label_sizes(own, open_shape(input_shape))
        outputs = right.replace("...", "")
        given = self.partial_output_shape
        batched = len(given) + 1 == len(outputs)
        for label, size in zip(outputs[1:] if batched else outputs, given):
            if size is not None:
                sizes[label] = size
        missing = [label for label in kernel if label not in sizes]
        if missing:
            raise invalid(f"{{subject}}: the size of {missing[0]!r} of its kernel is not given", "equation")
        shape = tuple(sizes[label] for label in kernel)
        bias = None
        if self.bias_axes:
            first = min(outputs.index(label) for label in self.bias_axes)
            bias = tuple(sizes[label] if label in self.bias_axes else 1 for label in outputs[first:])
        add_weights(self, kernel=shape, bias=bias)
        changed(self).sizes = shape

    def call(self, inputs: Any, training: Any = None) -> Any:
        x = as_tensor(inputs)
        made = einsum.einsum(self.equation, [x, Tensor(state_of(self).sizes)])
        return activated(self, made)


def _label_sizes(term: str, shape: tuple) -> dict[str, Any]:
    """Label → size of the labels of the input's term."""
    if term.startswith("..."):
        labels = term[3:]
        return dict(zip(labels, shape[len(shape) - len(labels) :]))
    if term.endswith("..."):
        return dict(zip(term[:-3], shape))
    if len(term) != len(shape):
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} names {counted(len(term), 'dimension')} in {term!r}, its input has {len(shape)}",
            exception="ValueError",
        )
    return dict(zip(term, shape))


@keras_layer("Embedding")
class Embedding(Layer):
    """(…) of indices → (…, output_dim)."""

    def __init__(
        self, input_dim: Any, output_dim: Any, embeddings_initializer: Any = None,
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None, mask_zero: Any = False, weights: Any = None, lora_rank: Any = None,
        lora_alpha: Any = None, quantization_config: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        length = kwargs.pop("input_length", None)
        shape = kwargs.pop("input_shape", None)
        Layer.__init__(self, **kwargs)
        if length is not None or shape is not None:
            dims = shape if shape is not None else (length,)
            changed(self).first_shape = (None, *dims)
        self.input_dim = whole(input_dim, "input_dim")
        self.output_dim = whole(output_dim, "output_dim")

    def input_layouts(self, place: int) -> Layouts:
        return Layout.of("N T", "int64"), Layout.of("...", "int64")

    def build(self, input_shape: Any = None) -> None:
        add_weights(self, embeddings=(self.input_dim, self.output_dim))

    def call(self, inputs: Any) -> Any:
        x = as_tensor(inputs)
        made = _embedded(x, self.output_dim)
        numbers = [v for v in x.content or () if isinstance(v, int)]
        if numbers and isinstance(self.input_dim, int) and max(numbers) >= self.input_dim:
            raise OperationError(
                "dimension-out-of-range",
                f"{{subject}} has {self.input_dim} rows, gets the index {max(numbers)}",
                result=made,
                exception="IndexError",
                expected=self.input_dim,
                actual=max(numbers),
            )
        return made


def _embedded(x: Tensor, features: Dim) -> Tensor:
    axes = axis_names.last(axis_names.inserted(x.axes, x.rank), x.rank + 1)
    return Tensor((*x.shape, features), x.field.insert(x.rank), "float32", axes=axes)


@keras_layer("ReversibleEmbedding")
class ReversibleEmbedding(Layer):
    def __init__(
        self, input_dim: Any, output_dim: Any, tie_weights: Any = True, embeddings_initializer: Any = None,
        embeddings_regularizer: Any = None, embeddings_constraint: Any = None, mask_zero: Any = False,
        reverse_dtype: Any = None, logit_soft_cap: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        Layer.__init__(self, **kwargs)
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.tie_weights = bool(tie_weights)

    def build(self, input_shape: Any = None) -> None:
        back = None if self.tie_weights else (self.output_dim, self.input_dim)
        add_weights(self, embeddings=(self.input_dim, self.output_dim), reverse_embeddings=back)

    def call(self, inputs: Any, reverse: Any = False) -> Any:
        x = as_tensor(inputs)
        if reverse:
            return linear_algebra.linear(x, Tensor((self.input_dim, self.output_dim)))
        return _embedded(x, self.output_dim)


@keras_layer("Identity")
class Identity(Layer):
    def __init__(self, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)

    def call(self, inputs: Any) -> Any:
        return inputs


@keras_layer("Masking")
class Masking(Layer):
    def __init__(self, mask_value: Any = 0.0, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)

    def call(self, inputs: Any) -> Any:
        return as_tensor(inputs)


@keras_layer("ActivityRegularization")
class ActivityRegularization(Layer):
    def __init__(self, l1: Any = 0.0, l2: Any = 0.0, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)

    def call(self, inputs: Any) -> Any:
        return as_tensor(inputs)


@keras_layer("Lambda")
class Lambda(Layer):
    """Any function as a layer; where the function cannot be followed, ``output_shape`` tells."""

    def __init__(
        self, function: Any, output_shape: Any = None, mask: Any = None, arguments: Any = None, **kwargs: Any
    ) -> None:
        Layer.__init__(self, **kwargs)
        self.function = function
        self._output_shape = output_shape
        self.arguments = arguments or {}

    def call(self, inputs: Any, mask: Any = None, training: Any = None, *, machine: Machine) -> Any:
        extra = dict(self.arguments)
        function = self.function
        if isinstance(function, Function):
            names = [*function.parameters.positional, *function.parameters.keyword_only]
            extra.update({k: v for k, v in (("mask", mask), ("training", training)) if k in names})
        result = machine.call(function, (inputs,), extra)
        declared = self._output_shape
        if not isinstance(result, Unknown) or declared is None or isinstance(declared, Unknown):
            return result
        return _declared(inputs, declared, machine)


def _declared(inputs: Any, declared: Any, machine: Machine) -> Any:
    """A tensor of the shape that ``output_shape=`` says (without the batch, or a function of the input's)."""
    if is_shape(declared):
        batch = inputs.shape[:1] if isinstance(inputs, Tensor) else inputs[0].shape[:1]
        return Tensor((*batch, *open_shape(tuple(declared))))
    shape = machine.call(declared, (static_shape(as_tensor(inputs).shape),))
    return Tensor(open_shape(shape))


@keras_layer("Wrapper")
class Wrapper(Layer):
    """A layer around a layer; what it does is up to its subclass."""

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)
        self.layer = layer


def described(x: Tensor) -> str:
    return "×".join(text(d) for d in x.shape)
