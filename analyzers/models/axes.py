"""Which axes of the inputs are spoken of, and what they are called: read off a recorded forward pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from analyzers.interpreter.recorder import Record
from analyzers.tensors.axis import Key
from analyzers.tensors.layout import FEATURES, SPACE, SPATIAL, Names, is_batch
from analyzers.tensors.tensor import Tensor, is_shaped


class SpokenAxes:
    """The axes that some layer of the model moves over, and what the layers call every dim of the inputs.

    A layer that moves comes after others that only rearrange, and what it says holds for those as well.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        self.called: dict[Key, str] = {}
        """Dim of an input → what the first layer calls it that takes or makes a tensor in which it is found whole."""
        self.moved: dict[Key, str] = {}
        """Dim of an input → what the first layer calls it that moves over it (the empty string: nothing)."""
        self._seen: set[int] = set()
        self._named: set[int] = set()
        """Fields of which every axis has been called something."""
        listed = list(records)
        for values in (*(record.inputs for record in listed), *(_made(record) for record in listed)):
            for tensor in filter(is_shaped, values):
                self._note(tensor)
        self.names = self._settled()
        """Every axis that is spoken of, by name."""

    def _note(self, tensor: Tensor) -> None:
        if tensor.axes is not None and id(tensor.field) not in self._named:
            self._note_names(tensor, tensor.axes)
        if id(tensor.field) in self._seen:
            return
        self._seen.add(id(tensor.field))
        for axis in tensor.field.axes:
            if axis.name is not None:
                self.moved[axis.key] = self.moved.get(axis.key) or axis.name

    def _note_names(self, tensor: Tensor, names: Names) -> None:
        for axis in tensor.field.axes:
            if axis.key not in self.called and axis.terms:
                for dim, name in enumerate(names):
                    if name is not None and axis.is_plain(dim):
                        self.called[axis.key] = name
        if all(axis.key in self.called for axis in tensor.field.axes):
            self._named.add(id(tensor.field))

    def _settled(self) -> dict[Key, str]:
        names: dict[Key, str] = {}
        for input_name in dict.fromkeys(key[0] for key in self.moved):
            keys = sorted(key for key in self.moved if key[0] == input_name)
            said = [self._name(key) for key in keys]
            if not all(said) or len(set(said)) < len(said):
                said = SPATIAL.get(len(keys), tuple(f"D{dim}" for _, dim in keys))
            names.update(zip(keys, said, strict=True))
        return names

    def _name(self, key: Key) -> str:
        """Tokens stay tokens, though a layer moves over them as over the rows of a picture."""
        called = self.called.get(key, "")
        return called if called and called in SPACE else self.moved[key]

    def field_facts(self, tensor: Tensor) -> Any:
        """The field of a tensor along the axes that are spoken of."""
        field, names = tensor.field, tensor.axes
        if names is not None and not FEATURES.isdisjoint(names):
            field = field.united_over([dim for dim, name in enumerate(names) if name in FEATURES])
        return field.facts(tensor.shape, self.names)

    def is_seen_to_change(self, before: Tensor, after: Tensor) -> bool:
        """Whether an operation changes the shape or the field along an axis that is spoken of."""
        return before.shape != after.shape or self._visible(before) != self._visible(after)

    def _visible(self, tensor: Tensor) -> list[int]:
        return [id(axis) for axis in tensor.field.axes if axis.key in self.names]

    def names_of_input(self, name: str, shape: Sequence[Any]) -> Names | None:
        """What the dims of an input are called; None where nobody says anything."""
        known = [self.names.get((name, dim)) or self.called.get((name, dim)) for dim in range(len(shape))]
        if not any(known):
            return None
        batch = [is_batch(size) for size in shape]
        first = not any(batch) and "N" not in known and known[0] is None and len(shape) > 1
        return tuple([own or ("N" if batch[at] or (first and not at) else None) for at, own in enumerate(known)])


def _made(record: Record) -> Sequence[Any]:
    """What a call gives. That of a model comes last, though its call begins before those of its layers."""
    made = record.output
    return made if isinstance(made, (list, tuple)) else (made,)
