"""Layers that turn values into categories: bins, hashes, entries of a vocabulary; as numbers or as vectors."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.keras.layer import Layer
from analyzers.frameworks.keras.layers.arguments import as_tensor, invalid, keras_layer
from analyzers.interpreter.overlays import NAMES
from analyzers.tensors.dims import Dim, unknown_dim
from analyzers.tensors.operations.elementwise import unary
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

VECTORS = ("one_hot", "multi_hot", "count", "tf_idf")
"""What ``output_mode`` may be beside ``int``."""


class Categories(Layer):
    """What gives each value the number of a category (``int``), or a vector with a place for each of them."""

    takes_data = True
    output_mode: Any

    def set_up(self, output_mode: Any, kwargs: dict[str, Any]) -> None:
        Layer.__init__(self, **kwargs)
        if isinstance(output_mode, str) and output_mode not in ("int", *VECTORS):
            raise invalid(f"{{subject}} has the unknown output_mode {output_mode!r}", "output_mode")
        self.output_mode = output_mode

    def adapt(self, *args: Any, **kwargs: Any) -> None:
        return None


def encoded(x: Tensor, mode: Any, depth: Any) -> Tensor:
    """One category for each value: its number, or a vector for it (``one_hot``; in place of a last dim of 1), or one
    vector for all along the last dim."""
    if isinstance(mode, Unknown):
        raise UnknownUsed(mode)
    if mode == "int":
        return unary(x, "int64")
    field = x.field.mix(range(1, x.rank)) if x.rank > 1 else x.field
    if mode == "one_hot" and (x.rank < 2 or x.shape[-1] != 1):
        return Tensor((*x.shape, depth()))
    return Tensor((*x.shape[:-1], depth()), field) if x.rank > 1 else Tensor((*x.shape[:-1], depth()))


def _number(value: Any, reason: str) -> Dim:
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    return value if value is not None else unknown_dim(reason)


@keras_layer("CategoryEncoding")
class CategoryEncoding(Categories):
    def __init__(
        self, num_tokens: Any = None, output_mode: Any = "multi_hot", sparse: Any = False, **kwargs: Any
    ) -> None:
        Categories.set_up(self, output_mode, kwargs)
        self.num_tokens = num_tokens

    def call(self, inputs: Any, count_weights: Any = None) -> Any:
        return encoded(as_tensor(inputs), self.output_mode, lambda: _number(self.num_tokens, "the number of tokens"))


@keras_layer("Discretization")
class Discretization(Categories):
    def __init__(
        self, bin_boundaries: Any = None, num_bins: Any = None, epsilon: Any = 0.01, output_mode: Any = "int",
        sparse: Any = False, dtype: Any = None, name: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        Categories.set_up(self, output_mode, {"name": name, "dtype": dtype, **kwargs})
        self.bin_boundaries = bin_boundaries
        self.num_bins = num_bins

    def call(self, inputs: Any) -> Any:
        x = as_tensor(inputs)
        if self.output_mode in ("multi_hot", "count") and x.rank > 2:  # The second dim is what is counted.
            return Tensor((x.shape[0], *x.shape[2:], _bins(self)))
        return encoded(x, self.output_mode, lambda: _bins(self))


def _bins(self: Discretization) -> Dim:
    boundaries = self.bin_boundaries
    if isinstance(boundaries, Unknown):
        raise UnknownUsed(boundaries)
    if isinstance(boundaries, Tensor):
        return boundaries.shape[0] + 1
    if isinstance(boundaries, (list, tuple)):
        return len(boundaries) + 1
    return _number(self.num_bins, "the number of bins")


@keras_layer("Hashing")
class Hashing(Categories):
    def __init__(
        self, num_bins: Any, mask_value: Any = None, salt: Any = None, output_mode: Any = "int", sparse: Any = False,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        Categories.set_up(self, output_mode, kwargs)
        self.num_bins = num_bins

    def call(self, inputs: Any) -> Any:
        return encoded(as_tensor(inputs), self.output_mode, lambda: _number(self.num_bins, "the number of bins"))


@keras_layer("HashedCrossing")
class HashedCrossing(Categories):
    def __init__(
        self, num_bins: Any, output_mode: Any = "int", sparse: Any = False, name: Any = None, dtype: Any = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        Categories.set_up(self, output_mode, {"name": name, "dtype": dtype, **kwargs})
        self.num_bins = num_bins

    def call(self, inputs: Any) -> Any:
        first = inputs[0] if isinstance(inputs, (list, tuple)) and inputs else inputs
        return encoded(as_tensor(first), self.output_mode, lambda: _number(self.num_bins, "the number of bins"))


class Lookup(Categories):
    """A vocabulary that is given or adapted to, with places for what is not in it and, for numbers, for the mask."""

    max_tokens: Any
    vocabulary: Any
    special: Any
    is_padded: Any
    spare: Any

    def set_vocabulary(self, vocabulary: Any = None, *args: Any, **kwargs: Any) -> None:
        self.machine.journal.touch(self.attributes)
        self.vocabulary = vocabulary

    def adapt(self, *args: Any, **kwargs: Any) -> None:
        Lookup.set_vocabulary(self, None)

    def get_vocabulary(self, *args: Any, **kwargs: Any) -> Any:
        return Unknown("the vocabulary")

    def vocabulary_size(self) -> Any:
        known = self.vocabulary
        if isinstance(known, Tensor) and known.rank == 1:
            return known.shape[0] + self.spare
        if isinstance(known, (list, tuple)) and isinstance(self.spare, int):
            return len([token for token in known if token not in self.special]) + self.spare
        return unknown_dim("the size of the vocabulary")

    def call(self, inputs: Any) -> Any:
        return encoded(as_tensor(inputs), self.output_mode, lambda: _depth(self))


def _depth(self: Lookup) -> Dim:
    return self.max_tokens if self.is_padded is True and self.max_tokens else Lookup.vocabulary_size(self)


def set_up_lookup(
    self: Lookup, max_tokens: Any, spare: Any, mask: Any, oov: Any, vocabulary: Any, mode: Any, padded: Any,
    kwargs: dict[str, Any],
) -> None:  # fmt: skip
    Categories.set_up(self, mode, kwargs)
    self.max_tokens, self.vocabulary, self.is_padded = max_tokens, vocabulary, padded
    self.special = (mask, oov)
    self.spare = spare + (mask is not None and mode == "int") if isinstance(spare, int) else spare


@keras_layer("StringLookup")
class StringLookup(Lookup):
    def __init__(
        self, max_tokens: Any = None, num_oov_indices: Any = 1, mask_token: Any = None, oov_token: Any = "[UNK]",
        vocabulary: Any = None, idf_weights: Any = None, invert: Any = False, output_mode: Any = "int",
        pad_to_max_tokens: Any = False, sparse: Any = False, encoding: Any = "utf-8", name: Any = None, salt: Any = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        given = {"name": name, **kwargs}
        set_up_lookup(
            self, max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, output_mode, pad_to_max_tokens, given
        )


@keras_layer("IntegerLookup")
class IntegerLookup(Lookup):
    def __init__(
        self, max_tokens: Any = None, num_oov_indices: Any = 1, mask_token: Any = None, oov_token: Any = -1,
        vocabulary: Any = None, vocabulary_dtype: Any = "int64", idf_weights: Any = None, invert: Any = False,
        output_mode: Any = "int", sparse: Any = False, pad_to_max_tokens: Any = False, oov_method: Any = "floormod",
        salt: Any = None, name: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        kwargs = {
            k: v for k, v in kwargs.items() if k not in ("max_values", "num_oov_tokens", "mask_value", "oov_value")
        }
        given = {"name": name, **kwargs}
        set_up_lookup(
            self, max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, output_mode, pad_to_max_tokens, given
        )


@keras_layer("TextVectorization")
class TextVectorization(Layer):
    takes_data = True

    def __init__(
        self, max_tokens: Any = None, standardize: Any = None, split: Any = None, ngrams: Any = None,
        output_mode: Any = "int", output_sequence_length: Any = None, pad_to_max_tokens: Any = False,
        vocabulary: Any = None, idf_weights: Any = None, sparse: Any = False, ragged: Any = False, encoding: Any = None,
        name: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        Layer.__init__(self, name=name, **kwargs)
        self.max_tokens = max_tokens
        self.output_mode = output_mode
        self._output_sequence_length = output_sequence_length

    def adapt(self, *args: Any, **kwargs: Any) -> None:
        return None

    def get_vocabulary(self, *args: Any, **kwargs: Any) -> Any:
        return Unknown("the vocabulary")

    def vocabulary_size(self) -> Any:
        return unknown_dim("the size of the vocabulary")

    def call(self, inputs: Any) -> Any:
        x = as_tensor(inputs)
        length = self._output_sequence_length
        if self.output_mode != "int":
            length = self.max_tokens
        if length is None or isinstance(length, Unknown):
            length = unknown_dim("the longest text")
        dtype = "int64" if self.output_mode == "int" else "float32"
        return Tensor((*x.shape[:1], length), dtype=dtype)


for _name in "TextVectorization StringLookup IntegerLookup CategoryEncoding Discretization Hashing".split():
    NAMES[f"keras.layers.experimental.preprocessing.{_name}"] = NAMES[f"keras.layers.{_name}"]
