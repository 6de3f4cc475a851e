"""``torch.nn.utils.rnn``: sequences of different lengths, packed, for recurrent layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.builtins import CONSTRUCTORS
from analyzers.interpreter.overlays import attribute, function
from analyzers.tensors.dims import Dim, unknown_dim
from analyzers.tensors.operations.concat_split import cat, narrow, tensor_list
from analyzers.tensors.operations.padding import pad
from analyzers.tensors.operations.reshape import transpose, unsqueeze, view
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

NOT_KNOWN = "how long the packed sequences are"


class PackedSequence(tuple):
    """torch's named tuple ``(data, batch_sizes, sorted_indices, unsorted_indices)``: data of total steps × features, and
    at how many sequences each step is. ``padded`` is N×longest×features, ``lengths`` a number for each sequence or None."""

    padded: Tensor
    lengths: tuple[int, ...] | None

    def __new__(cls, padded: Tensor, lengths: tuple[int, ...] | None, is_sorted: bool = True) -> PackedSequence:
        """``padded`` has the steps of the longest sequence."""
        flat = view(padded, (padded.shape[0] * padded.shape[1], *padded.shape[2:]))
        total = unknown_dim(NOT_KNOWN) if lengths is None else sum(lengths)
        orders = (None, None) if is_sorted else _orders(padded.shape[0], lengths)
        parts = (flat.with_(shape=(total, *padded.shape[2:])), _batch_sizes(padded.shape[1], lengths), *orders)
        packed = tuple.__new__(cls, parts)
        packed.padded, packed.lengths = padded, lengths
        return packed

    data = property(lambda self: self[0])
    batch_sizes = property(lambda self: self[1])
    sorted_indices = property(lambda self: self[2])
    unsorted_indices = property(lambda self: self[3])
    is_cuda = False

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        return self

    cuda = cpu = pin_memory = float = double = half = to

    def of_layer(self, padded: Tensor, cost: Dim) -> PackedSequence:
        """What a layer makes of it, step by step, at so many multiply-accumulates."""
        made = PackedSequence(padded.with_(), self.lengths, self[2] is None)
        made[0].cost = cost
        return made


def _batch_sizes(steps: Dim, lengths: tuple[int, ...] | None) -> Tensor:
    if lengths is None:
        return Tensor((steps,), dtype="int64")
    sizes = tuple(sum(length > step for length in lengths) for step in range(max(lengths)))
    return _whole(sizes)


def _orders(count: Dim, lengths: tuple[int, ...] | None) -> tuple[Tensor, Tensor]:
    """The places of the sequences from the longest on, and the place of each among those."""
    if lengths is None:
        return Tensor((count,), dtype="int64"), Tensor((count,), dtype="int64")
    places = sorted(range(len(lengths)), key=lambda place: -lengths[place])
    back = tuple(places.index(place) for place in range(len(places)))
    return _whole(tuple(places)), _whole(back)


def _whole(numbers: tuple[int, ...]) -> Tensor:
    return Tensor((len(numbers),), dtype="int64", content=numbers)


def _numbers(lengths: Any, machine: Machine) -> tuple[int, ...] | None:
    """The lengths as numbers, where all of them are known."""
    if isinstance(lengths, Tensor):
        numbers: Any = lengths.content
    else:
        numbers = None if isinstance(lengths, Unknown) else machine.iterate(lengths)
    if not numbers:
        return None
    plain: list[Any] = [n.content[0] if isinstance(n, Tensor) and n.content else n for n in numbers]
    return tuple(int(n) for n in plain) if all(isinstance(n, (int, float)) and n >= 1 for n in plain) else None


@function("torch.nn.utils.rnn.pack_padded_sequence")
def pack_padded_sequence(
    input: Tensor, lengths: Any, batch_first: Any = False, enforce_sorted: Any = True, *, machine: Machine
) -> PackedSequence:
    """T×N×… (N×T×… with ``batch_first``) → the steps that count."""
    padded = input if batch_first else transpose(input, 0, 1)
    known = _numbers(lengths, machine)
    if known is None:
        shortened = padded.with_(shape=(padded.shape[0], unknown_dim(NOT_KNOWN), *padded.shape[2:]))
        return PackedSequence(shortened, None, bool(enforce_sorted))
    return PackedSequence(narrow(padded, 1, 0, max(known)), known, bool(enforce_sorted))


@function("torch.nn.utils.rnn.pack_sequence")
def pack_sequence(sequences: Any, enforce_sorted: Any = True, *, machine: Machine) -> PackedSequence:
    """Tensors Lᵢ×… → their steps."""
    tensors = tensor_list(sequences)
    known = _numbers([tensor.shape[0] for tensor in tensors], machine)
    return PackedSequence(pad_sequence(sequences, True), known, bool(enforce_sorted))


@function("torch.nn.utils.rnn.pad_packed_sequence")
def pad_packed_sequence(
    sequence: Any, batch_first: Any = False, padding_value: Any = 0.0, total_length: Any = None
) -> tuple[Tensor, Tensor]:
    """The inverse of :func:`pack_padded_sequence`, and the lengths; ``total_length`` is more steps than the longest has."""
    packed = packed_of(sequence)
    padded = packed.padded
    if isinstance(total_length, Unknown):
        padded = padded.with_(shape=(padded.shape[0], unknown_dim(NOT_KNOWN), *padded.shape[2:]))
    elif total_length is not None and packed.lengths is None:
        padded = padded.with_(shape=(padded.shape[0], total_length, *padded.shape[2:]))
    elif total_length is not None:
        padded = pad(padded, (1,), ((0, total_length - padded.shape[1]),))
    lengths = Tensor((padded.shape[0],), dtype="int64", content=packed.lengths)
    return (padded if batch_first else transpose(padded, 0, 1)), lengths


@function("torch.nn.utils.rnn.unpack_sequence")
def unpack_sequence(packed_sequences: Any) -> list[Tensor]:
    """The sequences one by one, each Lᵢ×…"""
    packed = packed_of(packed_sequences)
    if packed.lengths is None:
        raise UnknownUsed(Unknown(NOT_KNOWN))
    rows = [view(narrow(packed.padded, 0, i, 1), packed.padded.shape[1:]) for i in range(len(packed.lengths))]
    return [narrow(row, 0, 0, length) for row, length in zip(rows, packed.lengths, strict=True)]


@function("torch.nn.utils.rnn.pad_sequence")
def pad_sequence(
    sequences: Any, batch_first: Any = False, padding_value: Any = 0.0, padding_side: Any = "right"
) -> Tensor:
    """Tensors Lᵢ×… → max(L)×N×…, or N×max(L)×… with ``batch_first``."""
    tensors = tensor_list(sequences)
    longest = max((tensor.shape[0] for tensor in tensors), default=0)
    padded = [tensor.with_(shape=(longest, *tensor.shape[1:])) for tensor in tensors]
    dim = 0 if batch_first else 1
    return cat([unsqueeze(tensor, dim) for tensor in padded], dim)


def packed_of(value: Any) -> PackedSequence:
    """The value, if it is one whose sequences are known."""
    if isinstance(value, PackedSequence):
        return value
    raise UnknownUsed(value if isinstance(value, Unknown) else Unknown("packed sequences that were taken apart"))


def _packed(
    data: Any, batch_sizes: Any = None, sorted_indices: Any = None, unsorted_indices: Any = None
) -> PackedSequence:
    """Put together of its parts again (``PackedSequence(dropout(packed.data), packed.batch_sizes)``)."""
    sizes = batch_sizes.content if isinstance(batch_sizes, Tensor) else None
    back = unsorted_indices.content if isinstance(unsorted_indices, Tensor) else range(sizes[0] if sizes else 0)
    if not isinstance(data, Tensor) or not sizes or not back:
        raise UnknownUsed(Unknown("packed sequences that were put together"))
    lengths = tuple(sum(size > place for size in sizes) for place in back)
    spread = data.field.mix([0]) if data.rank else data.field
    flat = data.with_(shape=(len(lengths) * len(sizes), *data.shape[1:]), field=spread)
    padded = view(flat, (len(lengths), len(sizes), *data.shape[1:]))
    return PackedSequence(padded, lengths, sorted_indices is None)


CONSTRUCTORS[PackedSequence] = _packed
attribute("torch.nn.utils.rnn.PackedSequence", PackedSequence)
