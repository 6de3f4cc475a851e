"""Embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.torch import functional as F
from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.naming import nn_layer
from analyzers.frameworks.torch.nn.weights import invalid, weight
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, Expression, same
from analyzers.tensors.layout import Layout, Layouts
from analyzers.tensors.operations.arguments import described
from analyzers.tensors.tensor import Tensor, parameter
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

SIZES = ("num_embeddings", "embedding_dim")


def padding_index(padding_idx: Any, num_embeddings: Any) -> Any:
    """The non-negative padding index; AssertionError when there is no such row."""
    if not isinstance(padding_idx, int) or not isinstance(num_embeddings, int):
        return padding_idx
    if not -num_embeddings <= padding_idx < num_embeddings:
        message = f"{{subject}} has {num_embeddings} rows, none with padding_idx {padding_idx}"
        exception = "AssertionError" if padding_idx else "IndexError"
        raise invalid(message, exception, argument="padding_idx", actual=padding_idx)
    return padding_idx % num_embeddings if padding_idx < 0 else padding_idx


def table(given: Any, num_embeddings: Any, embedding_dim: Any, frozen: Any) -> Tensor:
    """The weight ``num_embeddings × embedding_dim``; AssertionError when a given one differs."""
    if given is None:
        made = weight(num_embeddings, embedding_dim)
        return made if not is_true(frozen) else parameter(made.shape, trainable=False)
    wanted = (num_embeddings, embedding_dim)
    if not isinstance(given, Tensor):
        raise invalid(f"{{subject}} takes a tensor as _weight, gets {described(given)}", "AttributeError")
    if given.rank != 2 or any(_differ(a, b) for a, b in zip(given.shape, wanted)):
        message = f"{{subject}} expects a weight of {shape_text(wanted)}, gets {shape_text(given.shape)}"
        raise invalid(message, "AssertionError", argument="_weight")
    return parameter(given.shape, trainable=not is_true(frozen), dtype=given.dtype)


def _differ(actual: Dim, declared: Any) -> bool:
    if isinstance(declared, (int, Expression)):
        return same(actual, declared) is False
    return not isinstance(declared, Unknown) and actual != declared


def is_true(flag: Any) -> bool:
    """A flag that no shape depends on; unknown counts as off."""
    return not isinstance(flag, Unknown) and bool(flag)


@nn_layer("sparse", SIZES)
class Embedding(Module):
    """Indices of any shape → that shape × embedding_dim. Raises AssertionError for a bad padding_idx."""

    def __init__(
        self,
        num_embeddings: Any,
        embedding_dim: Any,
        padding_idx: Any = None,
        max_norm: Any = None,
        norm_type: Any = 2.0,
        scale_grad_by_freq: Any = False,
        sparse: Any = False,
        _weight: Any = None,
        _freeze: Any = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = padding_index(padding_idx, num_embeddings)
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.weight = table(_weight, num_embeddings, embedding_dim, _freeze)
        self.sparse = sparse

    def input_layouts(self, place: int) -> Layouts:
        return Layout.of("N T", "int64"), Layout.of("...", "int64", rest=("N",))

    def reset_parameters(self) -> None:
        """Draws new values; shapes stay."""

    def forward(self, input: Tensor) -> Tensor:
        return F.embedding(input, self.weight, self.padding_idx)

    def extra_repr(self) -> str:
        return f"{self.num_embeddings}, {self.embedding_dim}"

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: Any = True,
        padding_idx: Any = None,
        max_norm: Any = None,
        norm_type: Any = 2.0,
        scale_grad_by_freq: Any = False,
        sparse: Any = False,
        *,
        machine: Machine,
    ) -> Any:
        """An embedding of a given table, frozen unless told otherwise."""
        check_table(embeddings)
        keywords = {"padding_idx": padding_idx, "_weight": embeddings, "_freeze": freeze, "sparse": sparse}
        return machine.call(cls, embeddings.shape, keywords)


def check_table(embeddings: Tensor) -> None:
    """AssertionError unless the table has 2 dimensions."""
    if embeddings.rank != 2:
        raise invalid(f"{{subject}} expects a 2D table, gets {embeddings.rank}D", "AssertionError")


@nn_layer("sparse", SIZES)
class EmbeddingBag(Module):
    """Bags of indices N×L (or a flat list with offsets) → N×embedding_dim."""

    def __init__(
        self,
        num_embeddings: Any,
        embedding_dim: Any,
        max_norm: Any = None,
        norm_type: Any = 2.0,
        scale_grad_by_freq: Any = False,
        mode: Any = "mean",
        sparse: Any = False,
        _weight: Any = None,
        include_last_offset: Any = False,
        padding_idx: Any = None,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.padding_idx = padding_index(padding_idx, num_embeddings)
        self.weight = table(_weight, num_embeddings, embedding_dim, False)
        self.mode = mode
        self.sparse = sparse
        self.include_last_offset = include_last_offset

    def input_layouts(self, place: int) -> Layouts:
        return (Layout.of("N", "int64") if place == 1 else Layout.of("N T", "int64"),)

    def reset_parameters(self) -> None:
        """Draws new values; shapes stay."""

    def forward(self, input: Tensor, offsets: Any = None, per_sample_weights: Any = None) -> Tensor:
        return F.embedding_bag(
            input,
            self.weight,
            offsets,
            mode=self.mode,
            per_sample_weights=per_sample_weights,
            include_last_offset=self.include_last_offset,
        )

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: Any = True,
        max_norm: Any = None,
        norm_type: Any = 2.0,
        scale_grad_by_freq: Any = False,
        mode: Any = "mean",
        sparse: Any = False,
        include_last_offset: Any = False,
        padding_idx: Any = None,
        *,
        machine: Machine,
    ) -> Any:
        """An embedding bag of a given table, frozen unless told otherwise."""
        check_table(embeddings)
        keywords = {"_weight": embeddings, "mode": mode, "include_last_offset": include_last_offset}
        bag = machine.call(cls, embeddings.shape, {**keywords, "padding_idx": padding_idx, "sparse": sparse})
        bag.weight = parameter(embeddings.shape, trainable=not is_true(freeze), dtype=embeddings.dtype)
        return bag
