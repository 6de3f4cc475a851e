"""Attention layers."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.keras.layer import Layer, add_weights
from analyzers.frameworks.keras.layers.arguments import SEQUENCE, as_tensor, invalid, keras_layer, whole
from analyzers.frameworks.keras.naming import automatic_name
from analyzers.frameworks.keras.state import state_of
from analyzers.frameworks.keras.weights import size_of
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, product, require, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.layout import Layouts
from analyzers.tensors.operations import linear_algebra
from analyzers.tensors.operations.elementwise import merged_field
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed


@keras_layer("MultiHeadAttention")
class MultiHeadAttention(Layer):
    """(N, T, D), (N, S, D') → (N, T, D): projections to heads, attention over the middle axes, projection back."""

    def __init__(
        self, num_heads: Any, key_dim: Any, value_dim: Any = None, dropout: Any = 0.0, use_bias: Any = True,
        output_shape: Any = None, attention_axes: Any = None, sliding_window: Any = None, flash_attention: Any = None,
        kernel_initializer: Any = None, bias_initializer: Any = None, kernel_regularizer: Any = None,
        bias_regularizer: Any = None, activity_regularizer: Any = None, kernel_constraint: Any = None,
        bias_constraint: Any = None, use_gate: Any = False, seed: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        Layer.__init__(self, **kwargs)
        shape = output_shape if isinstance(output_shape, (tuple, list)) or output_shape is None else (output_shape,)
        self.num_heads = whole(num_heads, "num_heads")
        self.key_dim = whole(key_dim, "key_dim")
        self.value_dim = whole(value_dim or key_dim, "value_dim")
        self.use_bias = bool(use_bias)
        self.use_gate = bool(use_gate)
        self._output_shape = tuple(shape) if shape else None
        self._attention_axes = attention_axes

    def input_layouts(self, place: int) -> Layouts:
        return SEQUENCE

    def build(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, query_shape: Any = None, value_shape: Any = None, key_shape: Any = None
    ) -> None:
        if value_shape is not None:
            _build_heads(self, size_of(query_shape), size_of(value_shape), size_of(key_shape or value_shape))

    def call(
        self, query: Any, value: Any, key: Any = None, query_mask: Any = None, value_mask: Any = None,
        key_mask: Any = None, attention_mask: Any = None, return_attention_scores: Any = False, training: Any = None,
        use_causal_mask: Any = False,
    ) -> Any:  # fmt: skip
        q, v = as_tensor(query), as_tensor(value)
        k = v if key is None else as_tensor(key)
        if "query_kernel" not in state_of(self).weights:
            _build_heads(self, q.shape[-1], v.shape[-1], k.shape[-1])
        for name, x in (("query", q), ("key", k), ("value", v)):
            _require_features(self, name, x, q)
        result, scores = _attended(self, q, k, v)
        return (result, scores) if return_attention_scores is True else result


def _build_heads(self: MultiHeadAttention, query: Dim, value: Dim, key: Dim) -> None:
    for kind in ("Softmax", "Dropout"):
        automatic_name(self.machine, kind)  # Parts without weights, which take their numbers all the same.
    heads, size, value_size = self.num_heads, self.key_dim, self.value_dim
    out = self._output_shape or (query,)
    bias = self.use_bias
    add_weights(
        self,
        query_kernel=(query, heads, size),
        query_bias=(heads, size) if bias else None,
        key_kernel=(key, heads, size),
        key_bias=(heads, size) if bias else None,
        value_kernel=(value, heads, value_size),
        value_bias=(heads, value_size) if bias else None,
        gate_kernel=(query, heads, value_size) if self.use_gate else None,
        gate_bias=(heads, value_size) if self.use_gate and bias else None,
        output_kernel=(heads, value_size, *out),
        output_bias=tuple(out) if bias else None,
    )


def _require_features(self: MultiHeadAttention, name: str, x: Tensor, query: Tensor) -> None:
    expected = state_of(self).weights[f"{name}_kernel"].shape[0]
    if require(x.shape[-1], expected) is False:
        raise OperationError(
            "feature-size-mismatch",
            f"{{subject}} was built for {text(expected)} features of {name}, gets {text(x.shape[-1])}",
            result=query.with_(),
            exception="ValueError",
            expected=expected,
            actual=x.shape[-1],
        )


def _attended(self: MultiHeadAttention, q: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    heads = self.num_heads
    if require(k.shape[1], v.shape[1]) is False:
        raise OperationError(
            "matmul-mismatch",
            f"{{subject}} gets keys of length {text(k.shape[1])} and values of length {text(v.shape[1])}",
            result=q.with_(),
            exception="ValueError",
        )
    out = self._output_shape or (q.shape[-1],)
    axes = tuple(range(1, q.rank - 1)) if self._attention_axes is None else _axes(self, q.rank)
    seen = [
        q.with_(field=q.field.mix((q.rank - 1,))),
        k.with_(field=k.field.mix((*axes, k.rank - 1))),
        v.with_(field=v.field.mix((*axes, v.rank - 1))),
    ]
    seen = [Tensor((*q.shape[:-1], 1), x.field) for x in seen]
    shape = (*q.shape[:-1], *out)
    field = merged_field(seen, q.rank)
    for extra in range(len(out) - 1):
        field = field.insert(q.rank + extra)
    weights = state_of(self).weights
    projections = sum(
        product(x.shape) * heads * size for x, size in ((q, self.key_dim), (k, self.key_dim), (v, self.value_dim))
    )
    length, source = (product(x.shape[d] for d in axes) for x in (q, k))
    pairs = product(q.shape[:-1]) * source * heads * (self.key_dim + self.value_dim)
    back = product(q.shape[:-1]) * product(weights["output_kernel"].shape)
    axes = q.axes if len(shape) == q.rank else None
    result = Tensor(shape, field, q.dtype, cost=projections + pairs + back, axes=axes)
    return result, Tensor((q.shape[0], heads, length, source))


def _axes(self: MultiHeadAttention, rank: int) -> tuple[int, ...]:
    given = self._attention_axes
    given = given if isinstance(given, (tuple, list)) else (given,)
    return tuple(a % rank for a in given)


@keras_layer("GroupQueryAttention", "GroupedQueryAttention")
class GroupedQueryAttention(Layer):
    """Attention in which several heads of the query share one head of key and value."""

    def __init__(
        self, head_dim: Any, num_query_heads: Any, num_key_value_heads: Any, dropout: Any = 0.0,
        use_bias: Any = True, sliding_window: Any = None, flash_attention: Any = None, kernel_initializer: Any = None,
        bias_initializer: Any = None, kernel_regularizer: Any = None, bias_regularizer: Any = None,
        activity_regularizer: Any = None, kernel_constraint: Any = None, bias_constraint: Any = None,
        use_gate: Any = False, seed: Any = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        Layer.__init__(self, **kwargs)
        many, few = num_query_heads, num_key_value_heads
        if isinstance(many, int) and isinstance(few, int) and many % few:
            message = f"{{subject}} has {many} query heads, not divisible by {few} key-value heads"
            raise invalid(message, "num_query_heads")
        self.head_dim = head_dim
        self.num_query_heads = num_query_heads
        self.num_key_value_heads = num_key_value_heads
        self.use_bias = bool(use_bias)
        self.use_gate = bool(use_gate)

    def build(self, *shapes: Any) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        return None

    def call(
        self, query: Any, value: Any, key: Any = None, query_mask: Any = None, value_mask: Any = None,
        key_mask: Any = None, attention_mask: Any = None, return_attention_scores: Any = False, training: Any = None,
        use_causal_mask: Any = False,
    ) -> Any:  # fmt: skip
        q, v = as_tensor(query), as_tensor(value)
        k = v if key is None else as_tensor(key)
        size, many, few, bias = self.head_dim, self.num_query_heads, self.num_key_value_heads, self.use_bias
        if "query_kernel" not in state_of(self).weights:
            gate = self.use_gate
            add_weights(
                self,
                query_kernel=(q.shape[-1], many, size), query_bias=(many, size) if bias else None,
                key_kernel=(k.shape[-1], few, size), key_bias=(few, size) if bias else None,
                value_kernel=(v.shape[-1], few, size), value_bias=(few, size) if bias else None,
                gate_kernel=(q.shape[-1], many, size) if gate else None,
                gate_bias=(many, size) if gate and bias else None,
                output_kernel=(many, size, q.shape[-1]), output_bias=(q.shape[-1],) if bias else None,
            )  # fmt: skip
        seen = [
            q.with_(field=q.field.mix((2,))),
            k.with_(shape=q.shape, field=k.field.mix((1, 2))),
            v.with_(shape=q.shape, field=v.field.mix((1, 2))),
        ]
        return Tensor(q.shape, merged_field(seen, q.rank), q.dtype, axes=q.axes)


class DotAttention(Layer):
    """Attention of a list [query, value] or [query, value, key]."""

    def input_layouts(self, place: int) -> Layouts:
        return SEQUENCE

    def build(self, input_shape: Any = None) -> None:
        self.attributes["built"] = True

    def call(
        self, inputs: Any, mask: Any = None, training: Any = False, return_attention_scores: Any = False,
        use_causal_mask: Any = False,
    ) -> Any:  # fmt: skip
        q, v, k = attention_inputs(inputs)
        if q.rank != v.rank:  # What Keras declares, whatever comes of it.
            return Tensor((*q.shape[:-1], v.shape[-1]))
        if require(q.shape[-1], k.shape[-1]) is False:
            raise _scores_mismatch(q, k, v)
        seen = linear_algebra.scaled_dot_product_attention(q, k.with_(shape=(*k.shape[:-1], q.shape[-1])), v)
        if return_attention_scores is True:
            return seen, Tensor((*q.shape[:-1], k.shape[-2]))
        return seen


def attention_inputs(inputs: Any) -> tuple[Tensor, Tensor, Tensor]:
    if isinstance(inputs, Unknown):
        raise UnknownUsed(inputs)
    if not isinstance(inputs, (list, tuple)) or not 2 <= len(inputs) <= 3:
        raise invalid("{subject} expects a list of query and value, or query, value and key")
    parts = [as_tensor(x) for x in inputs]
    return parts[0], parts[1], parts[2] if len(parts) > 2 else parts[1]


def _scores_mismatch(q: Tensor, k: Tensor, v: Tensor) -> OperationError:
    return OperationError(
        "matmul-mismatch",
        f"{{subject}} cannot compare queries of {shape_text(q.shape)} with keys of {shape_text(k.shape)}",
        result=Tensor((*q.shape[:-1], v.shape[-1])),
        exception="ValueError",
        expected=q.shape[-1],
        actual=k.shape[-1],
    )


@keras_layer("Attention")
class Attention(DotAttention):
    def __init__(
        self, use_scale: Any = False, score_mode: Any = "dot", dropout: Any = 0.0, seed: Any = None, **kwargs: Any
    ) -> None:
        Layer.__init__(self, **kwargs)
        self.use_scale = bool(use_scale)
        self.score_mode = score_mode

    def build(self, input_shape: Any = None) -> None:
        add_weights(
            self,
            scale=() if self.use_scale else None,
            concat_score_weight=() if self.score_mode == "concat" else None,
        )


@keras_layer("AdditiveAttention")
class AdditiveAttention(DotAttention):
    def __init__(self, use_scale: Any = True, dropout: Any = 0.0, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)
        self.use_scale = bool(use_scale)

    def build(self, input_shape: Any = None) -> None:
        if self.use_scale and isinstance(input_shape, (tuple, list)):
            add_weights(self, scale=(size_of(input_shape[0]),))


__all__ = ["MultiHeadAttention"]
