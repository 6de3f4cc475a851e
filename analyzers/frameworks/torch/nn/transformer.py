"""Transformers, built from child modules as torch builds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.torch import functional as F
from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.activation import GELU, ReLU
from analyzers.frameworks.torch.nn.attention import MultiheadAttention
from analyzers.frameworks.torch.nn.children import is_made_by, make
from analyzers.frameworks.torch.nn.clones import clones
from analyzers.frameworks.torch.nn.dropout import Dropout
from analyzers.frameworks.torch.nn.linear import Linear
from analyzers.frameworks.torch.nn.naming import nn_layer
from analyzers.frameworks.torch.nn.normalization import LayerNorm
from analyzers.frameworks.torch.nn.recurrent import sequence
from analyzers.frameworks.torch.nn.weights import invalid
from analyzers.interpreter.framework import layouts_of
from analyzers.interpreter.values import Instance
from analyzers.tensors.dims import counted, same, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.layout import Layouts
from analyzers.tensors.operations.elementwise import broadcast
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

MODEL = ("d_model", "nhead", "dim_feedforward")


def activation_function(activation: Any) -> Any:
    """``"relu"`` and ``"gelu"`` as functions, anything else as it is; RuntimeError for other strings."""
    if not isinstance(activation, str):
        return activation
    known = {"relu": F.relu, "gelu": F.gelu}
    if activation not in known:
        raise invalid(f"{{subject}} takes activation 'relu' or 'gelu', not {activation!r}", "RuntimeError")
    return known[activation]


def _build(self: Module, machine: Machine, parts: dict[str, tuple[Any, tuple[Any, ...], dict[str, Any]]]) -> None:
    """Make child modules, in the order torch registers them."""
    for name, (kind, arguments, keywords) in parts.items():
        setattr(self, name, make(machine, kind, *arguments, **keywords))


@nn_layer("transformer", MODEL)
class TransformerEncoderLayer(Module):
    """S×N×d_model → the same: self-attention, then two linear layers, each with a residual and a norm."""

    self_attn: Instance
    linear1: Instance
    dropout: Instance
    linear2: Instance
    norm1: Instance
    norm2: Instance
    dropout1: Instance
    dropout2: Instance

    def __init__(
        self,
        d_model: Any,
        nhead: Any,
        dim_feedforward: Any = 2048,
        dropout: Any = 0.1,
        activation: Any = F.relu,
        layer_norm_eps: Any = 1e-5,
        batch_first: Any = False,
        norm_first: Any = False,
        bias: Any = True,
        device: Any = None,
        dtype: Any = None,
        *,
        machine: Machine,
    ) -> None:
        attention = {"dropout": dropout, "bias": bias, "batch_first": batch_first}
        norm = (LayerNorm, (d_model,), {"eps": layer_norm_eps, "bias": bias})
        drop = (Dropout, (dropout,), {})
        before = {
            "self_attn": (MultiheadAttention, (d_model, nhead), attention),
            "linear1": (Linear, (d_model, dim_feedforward), {"bias": bias}),
            "dropout": drop,
            "linear2": (Linear, (dim_feedforward, d_model), {"bias": bias}),
        }
        _build(self, machine, before)
        self.norm_first = norm_first
        _build(self, machine, {"norm1": norm, "norm2": norm, "dropout1": drop, "dropout2": drop})
        self.activation = activation_function(activation)
        self.activation_relu_or_gelu = fast_activation(self.activation)

    def input_layouts(self, place: int) -> Layouts:
        return () if place else layouts_of(self.self_attn)

    def forward(
        self,
        src: Tensor,
        src_mask: Any = None,
        src_key_padding_mask: Any = None,
        is_causal: Any = False,
        *,
        machine: Machine,
    ) -> Tensor:
        masks = src_mask, src_key_padding_mask, is_causal
        steps = [
            (self.norm1, lambda x: self._sa_block(x, *masks)),
            (self.norm2, lambda x: self._ff_block(x)),
        ]
        return _residuals(machine, src, steps, bool(self.norm_first))

    def _sa_block(self, x: Tensor, attn_mask: Any, key_padding_mask: Any, is_causal: Any = False) -> Tensor:
        masks = {"attn_mask": attn_mask, "key_padding_mask": key_padding_mask, "is_causal": is_causal}
        return self.machine.call(self.dropout1, (attend(self.self_attn, x, x, masks),), {})

    def _ff_block(self, x: Tensor) -> Tensor:
        return self.machine.call(self.dropout2, (feed_forward(self, x),), {})


def fast_activation(activation: Any) -> int:
    """1 for ReLU, 2 for GELU, 0 for others."""
    if activation is F.relu or is_made_by(activation, ReLU):
        return 1
    return 2 if activation is F.gelu or is_made_by(activation, GELU) else 0


def attend(attention: Instance, x: Tensor, memory: Tensor, masks: dict[str, Any]) -> Tensor:
    """Attention of ``x`` to ``memory``, without the weights."""
    outputs = attention.machine.call(attention, (x, memory, memory), {**masks, "need_weights": False})
    return outputs[0]


def feed_forward(self: TransformerEncoderLayer | TransformerDecoderLayer, x: Tensor) -> Tensor:
    """linear1, activation, dropout, linear2."""
    for part in (self.linear1, self.activation, self.dropout, self.linear2):
        x = self.machine.call(part, (x,), {})
    return x


def _residuals(machine: Machine, x: Tensor, steps: list[tuple[Any, Any]], norm_first: bool) -> Tensor:
    """``x + step(norm(x))`` for each step, or ``norm(x + step(x))``."""
    for norm, step in steps:
        if norm_first:
            x = broadcast(x, step(machine.call(norm, (x,), {})))
        else:
            x = machine.call(norm, (broadcast(x, step(x)),), {})
    return x


@nn_layer("transformer", MODEL)
class TransformerDecoderLayer(Module):
    """T×N×d_model and memory S×N×d_model → T×N×d_model."""

    self_attn: Instance
    multihead_attn: Instance
    linear1: Instance
    dropout: Instance
    linear2: Instance
    norm1: Instance
    norm2: Instance
    norm3: Instance
    dropout1: Instance
    dropout2: Instance
    dropout3: Instance

    def __init__(
        self,
        d_model: Any,
        nhead: Any,
        dim_feedforward: Any = 2048,
        dropout: Any = 0.1,
        activation: Any = F.relu,
        layer_norm_eps: Any = 1e-5,
        batch_first: Any = False,
        norm_first: Any = False,
        bias: Any = True,
        device: Any = None,
        dtype: Any = None,
        *,
        machine: Machine,
    ) -> None:
        keywords = {"dropout": dropout, "bias": bias, "batch_first": batch_first}
        attention = (MultiheadAttention, (d_model, nhead), keywords)
        norm = (LayerNorm, (d_model,), {"eps": layer_norm_eps, "bias": bias})
        drop = (Dropout, (dropout,), {})
        before = {
            "self_attn": attention,
            "multihead_attn": attention,
            "linear1": (Linear, (d_model, dim_feedforward), {"bias": bias}),
            "dropout": drop,
            "linear2": (Linear, (dim_feedforward, d_model), {"bias": bias}),
        }
        _build(self, machine, before)
        self.norm_first = norm_first
        _build(self, machine, {"norm1": norm, "norm2": norm, "norm3": norm})
        _build(self, machine, {"dropout1": drop, "dropout2": drop, "dropout3": drop})
        self.activation = activation_function(activation)

    def input_layouts(self, place: int) -> Layouts:
        return layouts_of(self.self_attn) if place < 2 else ()

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        tgt_is_causal: Any = False,
        memory_is_causal: Any = False,
        *,
        machine: Machine,
    ) -> Tensor:
        own = tgt_mask, tgt_key_padding_mask, tgt_is_causal
        other = memory, memory_mask, memory_key_padding_mask, memory_is_causal
        steps = [
            (self.norm1, lambda x: self._sa_block(x, *own)),
            (self.norm2, lambda x: self._mha_block(x, *other)),
            (self.norm3, lambda x: self._ff_block(x)),
        ]
        return _residuals(machine, tgt, steps, bool(self.norm_first))

    def _sa_block(self, x: Tensor, attn_mask: Any, key_padding_mask: Any, is_causal: Any = False) -> Tensor:
        masks = {"attn_mask": attn_mask, "key_padding_mask": key_padding_mask, "is_causal": is_causal}
        return self.machine.call(self.dropout1, (attend(self.self_attn, x, x, masks),), {})

    def _mha_block(
        self, x: Tensor, mem: Tensor, attn_mask: Any, key_padding_mask: Any, is_causal: Any = False
    ) -> Tensor:
        masks = {"attn_mask": attn_mask, "key_padding_mask": key_padding_mask, "is_causal": is_causal}
        return self.machine.call(self.dropout2, (attend(self.multihead_attn, x, mem, masks),), {})

    def _ff_block(self, x: Tensor) -> Tensor:
        return self.machine.call(self.dropout3, (feed_forward(self, x),), {})


def _some_layers(machine: Machine, layers: Any, result: Tensor) -> list[Any]:
    """The layers; raises dimension-out-of-range where there are none, since torch looks at the first one."""
    found = machine.iterate(layers)
    if not found:
        message = "{subject} has no layers: it looks at the first one"
        raise OperationError("dimension-out-of-range", message, result, "IndexError")
    return found


def _normed(machine: Machine, norm: Any, x: Tensor) -> Tensor:
    return x if norm is None else machine.call(norm, (x,), {})


@nn_layer("transformer")
class TransformerEncoder(Module):
    """``num_layers`` deep copies of a layer in ``layers``, then ``norm``."""

    def __init__(
        self,
        encoder_layer: Any,
        num_layers: Any,
        norm: Any = None,
        enable_nested_tensor: Any = True,
        mask_check: Any = True,
        *,
        machine: Machine,
    ) -> None:
        self.layers = clones(encoder_layer, num_layers, machine=machine)
        self.num_layers = num_layers
        self.norm = norm
        self.enable_nested_tensor = enable_nested_tensor
        self.use_nested_tensor = enable_nested_tensor
        self.mask_check = mask_check

    def forward(
        self,
        src: Tensor,
        mask: Any = None,
        src_key_padding_mask: Any = None,
        is_causal: Any = None,
        *,
        machine: Machine,
    ) -> Tensor:
        masks = {
            "src_mask": mask,
            "is_causal": bool(is_causal),
            "src_key_padding_mask": src_key_padding_mask,
        }
        for layer in _some_layers(machine, self.layers, src):
            src = machine.call(layer, (src,), masks)
        return _normed(machine, self.norm, src)


@nn_layer("transformer")
class TransformerDecoder(Module):
    """``num_layers`` deep copies of a layer in ``layers``, then ``norm``."""

    def __init__(self, decoder_layer: Any, num_layers: Any, norm: Any = None, *, machine: Machine) -> None:
        self.layers = clones(decoder_layer, num_layers, machine=machine)
        self.num_layers = num_layers
        self.norm = norm

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        tgt_is_causal: Any = None,
        memory_is_causal: Any = False,
        *,
        machine: Machine,
    ) -> Tensor:
        masks = {
            "tgt_mask": tgt_mask,
            "memory_mask": memory_mask,
            "tgt_key_padding_mask": tgt_key_padding_mask,
            "memory_key_padding_mask": memory_key_padding_mask,
            "tgt_is_causal": bool(tgt_is_causal),
            "memory_is_causal": memory_is_causal,
        }
        for layer in _some_layers(machine, self.layers, tgt):
            tgt = machine.call(layer, (tgt, memory), masks)
        return _normed(machine, self.norm, tgt)


@nn_layer("transformer", MODEL)
class Transformer(Module):
    """src S×N×d_model and tgt T×N×d_model → T×N×d_model, by an encoder and a decoder."""

    def __init__(
        self,
        d_model: Any = 512,
        nhead: Any = 8,
        num_encoder_layers: Any = 6,
        num_decoder_layers: Any = 6,
        dim_feedforward: Any = 2048,
        dropout: Any = 0.1,
        activation: Any = F.relu,
        custom_encoder: Any = None,
        custom_decoder: Any = None,
        layer_norm_eps: Any = 1e-5,
        batch_first: Any = False,
        norm_first: Any = False,
        bias: Any = True,
        device: Any = None,
        dtype: Any = None,
        *,
        machine: Machine,
    ) -> None:
        sizes = d_model, nhead, dim_feedforward, dropout, activation
        arguments = (*sizes, layer_norm_eps, batch_first, norm_first, bias)
        norm = (d_model,), {"eps": layer_norm_eps, "bias": bias}
        self.encoder = custom_encoder
        if custom_encoder is None:
            kinds = TransformerEncoder, TransformerEncoderLayer
            self.encoder = _stack(machine, kinds, arguments, num_encoder_layers, norm)
        self.decoder = custom_decoder
        if custom_decoder is None:
            kinds = TransformerDecoder, TransformerDecoderLayer
            self.decoder = _stack(machine, kinds, arguments, num_decoder_layers, norm)
        self.d_model = d_model
        self.nhead = nhead
        self.batch_first = batch_first

    def input_layouts(self, place: int) -> Layouts:
        return (sequence(self.batch_first, self.d_model),) if place < 2 else ()

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Any = None,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        src_key_padding_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        src_is_causal: Any = None,
        tgt_is_causal: Any = None,
        memory_is_causal: Any = False,
        *,
        machine: Machine,
    ) -> Tensor:
        _check_sequences(self, src, tgt)
        source = {"mask": src_mask, "src_key_padding_mask": src_key_padding_mask, "is_causal": src_is_causal}
        memory = machine.call(self.encoder, (src,), source)
        target = {
            "tgt_mask": tgt_mask,
            "memory_mask": memory_mask,
            "tgt_key_padding_mask": tgt_key_padding_mask,
            "memory_key_padding_mask": memory_key_padding_mask,
            "tgt_is_causal": tgt_is_causal,
            "memory_is_causal": memory_is_causal,
        }
        return machine.call(self.decoder, (tgt, memory), target)

    @staticmethod
    def generate_square_subsequent_mask(sz: Any, device: Any = None, dtype: Any = None) -> Tensor:
        return Tensor((sz, sz))

    def _reset_parameters(self) -> None:
        """Draws new values; shapes stay."""


def _stack(machine: Machine, kinds: tuple[Any, Any], arguments: Any, count: Any, norm: Any) -> Any:
    """An encoder or decoder of ``count`` layers with its closing norm."""
    stack, layer = kinds
    (size,), keywords = norm
    return make(machine, stack, make(machine, layer, *arguments), count, make(machine, LayerNorm, size, **keywords))


def _check_sequences(self: Transformer, src: Tensor, tgt: Tensor) -> None:
    """RuntimeError when the batches differ or the features are not d_model."""
    batch = 0 if self.batch_first else 1
    if src.rank == 3 and same(src.shape[batch], tgt.shape[batch]) is False:
        message = f"{{subject}} gets {counted(src.shape[batch], 'source')} and {counted(tgt.shape[batch], 'target')}"
        raise OperationError("matmul-mismatch", message, tgt.with_())
    for name, tensor in (("src", src), ("tgt", tgt)):
        if same(tensor.shape[-1], self.d_model) is False:
            sizes = f"{counted(self.d_model, 'feature')}, gets {name} of {text(tensor.shape[-1])}"
            result = tgt.with_(shape=(*tgt.shape[:-1], self.d_model))
            numbers = {"expected": self.d_model, "actual": tensor.shape[-1], "argument": "d_model"}
            raise OperationError("feature-size-mismatch", f"{{subject}} expects {sizes}", result, **numbers)
