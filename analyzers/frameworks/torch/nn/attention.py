"""``torch.nn.MultiheadAttention``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.children import make
from analyzers.frameworks.torch.nn.linear import NonDynamicallyQuantizableLinear
from analyzers.frameworks.torch.nn.naming import nn_layer
from analyzers.frameworks.torch.nn.recurrent import sequence
from analyzers.frameworks.torch.nn.weights import below, divisible, invalid, register_optional, weight
from analyzers.interpreter.overlays import function
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, counted, product, require, same, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.layout import Layouts
from analyzers.tensors.operations import axis_names
from analyzers.tensors.operations.elementwise import merged_field
from analyzers.tensors.operations.linear_algebra import linear, matmul, scaled_dot_product_attention
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def check_heads(embed_dim: Any, num_heads: Any) -> None:
    """ValueError for sizes below 1, AssertionError when heads do not divide the embedding."""
    if below(embed_dim, 1) or below(num_heads, 1):
        message = f"{{subject}} needs embed_dim and num_heads above 0, gets {embed_dim} and {num_heads}"
        raise invalid(message)
    if not divisible(embed_dim, num_heads):
        message = f"{{subject}}: embed_dim {text(embed_dim)} is not divisible by {text(num_heads)} heads"
        numbers = {"expected": num_heads, "actual": embed_dim, "argument": "num_heads"}
        raise OperationError("groups-mismatch", message, exception="AssertionError", **numbers)


def _register_projections(self: MultiheadAttention, embed_dim: Dim) -> None:
    if self._qkv_same_embed_dim:
        self.in_proj_weight = weight(3 * embed_dim, embed_dim)
        for name in ("q_proj_weight", "k_proj_weight", "v_proj_weight"):
            self.register_parameter(name, None)
        return
    self.q_proj_weight = weight(embed_dim, embed_dim)
    self.k_proj_weight = weight(embed_dim, self.kdim)
    self.v_proj_weight = weight(embed_dim, self.vdim)
    self.register_parameter("in_proj_weight", None)


def _register_key_and_value_bias(self: MultiheadAttention, wanted: Any, embed_dim: Dim) -> None:
    if wanted:
        self.bias_k = weight(1, 1, embed_dim)
        self.bias_v = weight(1, 1, embed_dim)
    else:
        self.bias_k = self.bias_v = None


@nn_layer("activation", ("embed_dim", "num_heads", "kdim", "vdim"))
class MultiheadAttention(Module):
    """query L×N×E, key S×N×kdim, value S×N×vdim → (L×N×E, weights N×L×S or None).

    ``batch_first`` swaps L and N; without a batch N is left out. The child ``out_proj`` only holds
    parameters. Raises groups-mismatch (heads), feature-size-mismatch, rank-mismatch, matmul-mismatch.
    """

    in_proj_weight: Tensor
    q_proj_weight: Tensor
    k_proj_weight: Tensor
    v_proj_weight: Tensor
    bias_k: Tensor | None
    bias_v: Tensor | None

    def __init__(
        self,
        embed_dim: Any,
        num_heads: Any,
        dropout: Any = 0.0,
        bias: Any = True,
        add_bias_kv: Any = False,
        add_zero_attn: Any = False,
        kdim: Any = None,
        vdim: Any = None,
        batch_first: Any = False,
        device: Any = None,
        dtype: Any = None,
        *,
        machine: Machine,
    ) -> None:
        check_heads(embed_dim, num_heads)
        self.embed_dim = embed_dim
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == embed_dim and self.vdim == embed_dim
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.head_dim = embed_dim // num_heads
        _register_projections(self, embed_dim)
        register_optional(self, "in_proj_bias", bias, 3 * embed_dim)
        self.out_proj = make(machine, NonDynamicallyQuantizableLinear, embed_dim, embed_dim, bias=bias)
        _register_key_and_value_bias(self, add_bias_kv, embed_dim)
        self.add_zero_attn = add_zero_attn

    def input_layouts(self, place: int) -> Layouts:
        """Query, key and value; the masks behind them are none of these."""
        sizes = self.embed_dim, self.kdim, self.vdim
        return (sequence(self.batch_first, sizes[place]),) if place < len(sizes) else ()

    def _reset_parameters(self) -> None:
        """Draws new values; shapes stay."""

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Any = None,
        need_weights: Any = True,
        attn_mask: Any = None,
        average_attn_weights: Any = True,
        is_causal: Any = False,
    ) -> tuple[Tensor, Tensor | None]:
        projections = _projections(self)
        batch_first = query.rank == 3 and bool(self.batch_first)
        if batch_first:
            query, key, value = _swapped(query, key, value)
        if is_causal is True and attn_mask is None:
            raise OperationError("invalid-argument", "{subject} needs an attn_mask when is_causal is set")
        attention = Attention(self.embed_dim, self.num_heads, projections, self.out_proj.weight)
        attention.extra_keys = (self.bias_k is not None) + bool(self.add_zero_attn)
        masks = key_padding_mask, attn_mask
        output, weights = attention.of(query, key, value, masks, need_weights, average_attn_weights)
        return (_swapped(output)[0] if batch_first else output), weights


def _projections(self: MultiheadAttention) -> tuple[Tensor, ...]:
    if self._qkv_same_embed_dim:
        return (self.in_proj_weight,)
    return self.q_proj_weight, self.k_proj_weight, self.v_proj_weight


def _swapped(*tensors: Tensor) -> tuple[Tensor, ...]:
    """The first two dims exchanged; a tensor given twice stays one tensor."""
    done: dict[int, Tensor] = {}
    for tensor in tensors:
        if id(tensor) not in done:
            done[id(tensor)] = _swap(tensor)
    return tuple(done[id(tensor)] for tensor in tensors)


def _swap(tensor: Tensor) -> Tensor:
    first, second, *rest = tensor.shape
    order = (1, 0, *range(2, tensor.rank))
    changes = {"field": tensor.field.permute(order), "axes": axis_names.ordered(tensor.axes, order)}
    return tensor.with_(shape=(second, first, *rest), cost=tensor.cost, **changes)


@dataclass(slots=True)
class Attention:
    """The computation of ``F.multi_head_attention_forward``, batch second.

    ``projections`` is one packed weight (3E × E) or three. ``extra_keys`` are the learned and the
    zero key that are appended to the source sequence.
    """

    embed_dim: Dim
    num_heads: Dim
    projections: tuple[Tensor, ...]
    out_weight: Tensor
    extra_keys: int = 0

    def of(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        masks: tuple[Any, Any],
        need_weights: Any,
        averaged: Any,
    ) -> tuple[Tensor, Tensor | None]:
        """Output like the query, and the weights (None unless asked for)."""
        self._check(query, key, value)
        self._check_masks(query, key, *masks)
        projected = self._project(query, key, value)
        output = self._attend(query, *projected)
        if not need_weights:
            return output, None
        return output, self._weights(projected[0], projected[1], averaged)

    def _check(self, query: Tensor, key: Tensor, value: Tensor) -> None:
        check_ranks(query, key, value)
        declared = query.with_(shape=(*query.shape[:-1], self.embed_dim))
        if require(query.shape[-1], self.embed_dim) is False:
            raise _embedding_mismatch(query, self.embed_dim, declared)
        packed = len(self.projections) == 1
        pairs = zip(key.shape[: None if packed else -1], value.shape, strict=False)
        if any(same(a, b) is False for a, b in pairs):
            message = f"{{subject}} gets a key of {shape_text(key.shape)} and a value of {shape_text(value.shape)}"
            raise OperationError("matmul-mismatch", message, (declared, None), "AssertionError")
        if query.rank == 3 and same(query.shape[1], key.shape[1]) is False:
            message = f"{{subject}} gets {text(query.shape[1])} queries and {text(key.shape[1])} keys in a batch"
            raise OperationError("matmul-mismatch", message, (declared, None))

    def _check_masks(self, query: Tensor, key: Tensor, padding_mask: Any, attention_mask: Any) -> None:
        length, source = query.shape[0], key.shape[0]
        batch = query.shape[1:-1]
        check_mask("key_padding_mask", padding_mask, (*batch, source), "AssertionError")
        if not isinstance(attention_mask, Tensor) or attention_mask.rank == 2:
            check_mask("attn_mask", attention_mask, (length, source), "RuntimeError")
            return
        heads = product(batch) * self.num_heads
        check_mask("attn_mask", attention_mask, (heads, length, source), "RuntimeError")

    def _project(self, query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values of E features, batch first."""
        size = self.embed_dim
        weights = self.projections
        if len(weights) == 1:
            weights = (weights[0].with_(shape=(size, size)),) * 3
        inputs = zip((query, key, value), weights, strict=True)
        queries, keys, values = (linear(x, weight) for x, weight in inputs)
        if query.rank == 3:
            queries, keys, values = _swapped(queries, keys, values)
        return queries, self._extended(keys), self._extended(values)

    def _extended(self, keys: Tensor) -> Tensor:
        *batch, source, size = keys.shape
        return keys.with_(shape=(*batch, source + self.extra_keys, size), cost=keys.cost, axes=keys.axes)

    def _attend(self, query: Tensor, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        attended = scaled_dot_product_attention(queries, keys, values)
        features = self.out_weight.shape[0] if self.out_weight.rank == 2 else self.embed_dim
        output = linear(attended, self.out_weight.with_(shape=(features, self.embed_dim)))
        if query.rank == 3:
            output = _swap(output)
        cost = queries.cost + keys.cost + values.cost + attended.cost + output.cost
        return output.with_(dtype=query.dtype, cost=cost)

    def _weights(self, queries: Tensor, keys: Tensor, averaged: Any) -> Tensor:
        scores = matmul(queries, keys.with_(**_transposed(keys)))
        mixed = merged_field([scores, Tensor(scores.shape, scores.field.mix((scores.rank - 1,)))], scores.rank)
        scores = scores.with_(field=mixed, trait="softmax")
        if averaged:
            return scores
        heads = scores.rank - 2
        shape = (*scores.shape[:heads], self.num_heads, *scores.shape[heads:])
        return scores.with_(shape=shape, field=scores.field.insert(heads), trait="softmax")


def _transposed(keys: Tensor) -> dict[str, Any]:
    *batch, source, size = keys.shape
    order = (*range(len(batch)), keys.rank - 1, keys.rank - 2)
    return {"shape": (*batch, size, source), "field": keys.field.permute(order)}


def check_ranks(query: Tensor, key: Tensor, value: Tensor) -> None:
    """AssertionError unless all three have a batch (3 dims) or none has (2 dims)."""
    ranks = query.rank, key.rank, value.rank
    if ranks not in ((2, 2, 2), (3, 3, 3)):
        message = "{subject} expects query, key and value of 2 or 3 dimensions, gets {}, {} and {}"
        text_of_ranks = message.replace("{}", "%d") % ranks
        raise OperationError("rank-mismatch", text_of_ranks, exception="AssertionError", actual=query.rank)


def check_mask(name: str, mask: Any, shape: tuple[Dim, ...], exception: str) -> None:
    """A mask must have exactly this shape; anything that is no tensor is not looked at."""
    if not isinstance(mask, Tensor):
        return
    fits = mask.rank == len(shape)
    if not fits or any(same(a, b) is False for a, b in zip(mask.shape, shape, strict=True)):
        message = f"{{subject}} expects {name} of {shape_text(shape)}, gets {shape_text(mask.shape)}"
        raise OperationError("matmul-mismatch", message, exception=exception, argument=name)


def _embedding_mismatch(query: Tensor, expected: Dim, result: Tensor) -> OperationError:
    message = f"{{subject}} expects {counted(expected, 'feature')}, gets {text(query.shape[-1])}"
    numbers = {"expected": expected, "actual": query.shape[-1], "argument": "embed_dim"}
    return OperationError("feature-size-mismatch", message, (result, None), "AssertionError", **numbers)


@function("torch.nn.functional.multi_head_attention_forward")
def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: Any,
    num_heads: Any,
    in_proj_weight: Any,
    in_proj_bias: Any,
    bias_k: Any,
    bias_v: Any,
    add_zero_attn: Any,
    dropout_p: Any,
    out_proj_weight: Tensor,
    out_proj_bias: Any,
    training: Any = True,
    key_padding_mask: Any = None,
    need_weights: Any = True,
    attn_mask: Any = None,
    use_separate_proj_weight: Any = False,
    q_proj_weight: Any = None,
    k_proj_weight: Any = None,
    v_proj_weight: Any = None,
    static_k: Any = None,
    static_v: Any = None,
    average_attn_weights: Any = True,
    is_causal: Any = False,
) -> tuple[Tensor, Tensor | None]:
    """query L×N×E, key S×N×kdim, value S×N×vdim → (L×N×E, weights N×L×S or None)."""
    check_heads(embed_dim_to_check, num_heads)
    separate = q_proj_weight, k_proj_weight, v_proj_weight
    projections = separate if use_separate_proj_weight else (in_proj_weight,)
    attention = Attention(embed_dim_to_check, num_heads, projections, out_proj_weight)
    attention.extra_keys = (bias_k is not None) + bool(add_zero_attn)
    masks = key_padding_mask, attn_mask
    return attention.of(query, key, value, masks, need_weights, average_attn_weights)
