"""``torch.utils.data``: data sets and the loaders that make batches of their items.

What a loader yields says what goes into a model. One item stands for all of a data set, where its first and last
are alike; a loader's first batch is known, and that there are more.

Source: the documentation of ``torch.utils.data`` (docs.pytorch.org/docs/stable/data.html).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.numpy.array import Array
from analyzers.interpreter.hosts import HostObject, hosts_of
from analyzers.interpreter.iteration import elements
from analyzers.interpreter.lazy_iterators import LazyIterator
from analyzers.interpreter.overlays import function, layer
from analyzers.interpreter.subscripts import get_item
from analyzers.interpreter.values import MISSING, Instance, UnknownTail
from analyzers.tensors.dims import symbol, unknown_dim
from analyzers.tensors.errors import PythonError
from analyzers.tensors.tensor import OF_DATA, Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

DATA = "torch.utils.data"
NUMBERS = {bool: "bool", int: "int64", float: "float64"}
"""What a number of an item is collated to."""


@layer(f"{DATA}.Dataset", f"{DATA}.dataset.Dataset")
class Dataset(HostObject):
    """The base of data sets: items by number."""

    def __add__(self, other: Any, *, machine: Machine) -> Any:
        return machine.call(machine.class_of_host(ConcatDataset), ([self, other],))


@layer(f"{DATA}.IterableDataset", f"{DATA}.dataset.IterableDataset")
class IterableDataset(Dataset):
    """Items in turn."""


@layer(f"{DATA}.TensorDataset", f"{DATA}.dataset.TensorDataset")
class TensorDataset(Dataset):
    """Rows of several tensors."""

    def __init__(self, *tensors: Any) -> None:
        lengths = {t.shape[0] for t in tensors if isinstance(t, Tensor) and t.shape and isinstance(t.shape[0], int)}
        if len(lengths) > 1:
            raise PythonError("AssertionError", "Size mismatch between tensors")
        self.attributes["tensors"] = tensors

    def __getitem__(self, index: Any, *, machine: Machine) -> Any:
        return tuple([get_item(machine, tensor, index) for tensor in self.attributes["tensors"]])

    def __len__(self) -> Any:
        lengths = [t.shape[0] for t in self.attributes["tensors"] if isinstance(t, Tensor) and t.shape]
        return next((n for n in lengths if isinstance(n, int)), Unknown("the length of a data set"))


@layer(f"{DATA}.Subset", f"{DATA}.dataset.Subset")
class Subset(Dataset):
    """Some items of another data set."""

    def __init__(self, dataset: Any, indices: Any) -> None:
        self.attributes.update(dataset=dataset, indices=indices)

    def __getitem__(self, idx: Any, *, machine: Machine) -> Any:
        index = get_item(machine, self.attributes["indices"], idx)
        return get_item(machine, self.attributes["dataset"], 0 if isinstance(index, Unknown) else index)

    def __len__(self, *, machine: Machine) -> Any:
        return length_of(machine, self.attributes["indices"])


@layer(f"{DATA}.ConcatDataset", f"{DATA}.dataset.ConcatDataset")
class ConcatDataset(Dataset):
    """The items of several data sets, one after the other."""

    def __init__(self, datasets: Any, *, machine: Machine) -> None:
        self.attributes["datasets"] = machine.iterate(datasets)

    def __getitem__(self, idx: Any, *, machine: Machine) -> Any:
        for dataset in self.attributes["datasets"]:
            length = length_of(machine, dataset)
            if not isinstance(idx, int) or not isinstance(length, int) or 0 <= idx < length:
                return get_item(machine, dataset, idx)
            idx -= length
        raise PythonError("IndexError", "list index out of range")

    def __len__(self, *, machine: Machine) -> Any:
        lengths = [length_of(machine, dataset) for dataset in self.attributes["datasets"]]
        return next((n for n in lengths if not isinstance(n, int)), None) or sum(lengths)


@function(f"{DATA}.random_split", f"{DATA}.dataset.random_split")
def random_split(dataset: Any, lengths: Any, generator: Any = None, *, machine: Machine) -> list[Any]:
    """Subsets of so many items, or of such fractions of the whole."""
    whole = length_of(machine, dataset)
    subset = machine.class_of_host(Subset)
    return [machine.call(subset, (dataset, _part(part, whole))) for part in machine.iterate(lengths)]


def _part(part: Any, whole: Any) -> Any:
    if isinstance(part, float) and isinstance(whole, int):
        part = math.floor(part * whole)
    return range(part) if isinstance(part, int) else Unknown("which items a data set is split into")


def length_of(machine: Machine, value: Any) -> Any:
    """``len(value)``; an Unknown where it has none or nobody knows it."""
    if isinstance(value, (list, tuple, range, dict)):
        return len(value)
    if isinstance(value, Tensor):
        return value.shape[0] if value.shape else Unknown("the length of a number")
    method = machine.get_attribute(value, "__len__", default=MISSING) if isinstance(value, Instance) else MISSING
    length = machine.call(method) if method is not MISSING else None
    return length if isinstance(length, int) else Unknown("the length of a data set")


# -- loaders -------------------------------------------------------------------------------------------


@layer(f"{DATA}.DataLoader", f"{DATA}.dataloader.DataLoader")
class DataLoader(HostObject):
    """Batches of a data set's items."""

    def __init__(
        self,
        dataset: Any,
        batch_size: Any = 1,
        shuffle: Any = None,
        sampler: Any = None,
        batch_sampler: Any = None,
        num_workers: Any = 0,
        collate_fn: Any = None,
        pin_memory: Any = False,
        drop_last: Any = False,
        **options: Any,
    ) -> None:
        kept = {
            "sampler": sampler,
            "batch_sampler": batch_sampler,
            "num_workers": num_workers,
            "pin_memory": pin_memory,
        }
        self.attributes.update(kept, dataset=dataset, batch_size=batch_size, drop_last=drop_last, collate_fn=collate_fn)
        if batch_sampler is not None:
            self.attributes["batch_size"] = Unknown("the size of a sampler's batches")

    def __iter__(self, *, machine: Machine) -> LazyIterator:
        return LazyIterator(_batches(machine, self))

    def __len__(self, *, machine: Machine) -> Any:
        return _batch_count(self.attributes, length_of(machine, self.attributes["dataset"]))


def _batch_count(loader: dict[str, Any], items: Any) -> Any:
    size = loader["batch_size"]
    if size is None or not isinstance(items, int):
        return items
    if not isinstance(size, int) or size < 1 or not isinstance(loader["drop_last"], bool):
        return Unknown("how many batches a loader has")
    return items // size if loader["drop_last"] else -(-items // size)


def _batches(machine: Machine, loader: Instance) -> Iterator[Any]:
    """The first batch, and that there may be more."""
    given = loader.attributes
    items = length_of(machine, given["dataset"])
    count = _batch_count(given, items)
    if count == 0:
        return
    yield _batch(machine, given, items)
    if not isinstance(count, int) or count > 1:
        yield UnknownTail("the further batches of a loader", machine.site())


def _batch(machine: Machine, loader: dict[str, Any], items: Any) -> Any:
    item = _any_item(machine, loader["dataset"], items)
    size, collate = loader["batch_size"], loader["collate_fn"]
    if size is None:
        return item if collate is None else machine.call(collate, (item,))
    if isinstance(size, int) and isinstance(items, int):
        size = min(size, items)
    if collate is None:
        batch = collated(item, size if isinstance(size, int) else symbol("N"))
        return batch if _is_written_out(loader["dataset"]) else _marked(batch)
    return machine.call(collate, ([item] * size,)) if isinstance(size, int) else Unknown("what a collate_fn makes")


def _is_written_out(dataset: Any) -> bool:
    """Whether the items are rows of tensors that the program names, as it may name those it gives a model."""
    while isinstance(dataset, Instance) and Subset in hosts_of(dataset.class_):
        dataset = dataset.attributes["dataset"]
    return not isinstance(dataset, Instance) or TensorDataset in hosts_of(dataset.class_)


def _marked(batch: Any) -> Any:
    """The batch, its tensors known to be of data."""
    for part in batch.values() if isinstance(batch, dict) else batch if isinstance(batch, list) else ():
        _marked(part)
    if isinstance(batch, Tensor):
        batch.trait = OF_DATA
    return batch


def _any_item(machine: Machine, dataset: Any, items: Any) -> Any:
    """An item of the shape that all have, as far as the first and the last tell."""
    if isinstance(dataset, Instance) and _has_turns(dataset):
        return next(iter(elements(machine, dataset)), Unknown("an empty data set"))
    first = get_item(machine, dataset, 0)
    return _common(first, get_item(machine, dataset, items - 1)) if isinstance(items, int) and items > 1 else first


def _has_turns(dataset: Instance) -> bool:
    return dataset.class_.find("__iter__") is not MISSING and dataset.class_.find("__getitem__") is MISSING


def _common(one: Any, other: Any) -> Any:
    """What holds of both items."""
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        if len(one.shape) != len(other.shape):
            return Unknown("items of several ranks")
        reason = "the items of a data set differ"
        return one.with_(shape=[a if a == b else unknown_dim(reason) for a, b in zip(one.shape, other.shape)])
    if isinstance(one, (tuple, list)) and isinstance(other, (tuple, list)) and len(one) == len(other):
        return type(one)([_common(a, b) for a, b in zip(one, other)]) if type(one) in (tuple, list) else one
    if type(one) is dict and type(other) is dict and one.keys() == other.keys():
        return {key: _common(value, other[key]) for key, value in one.items()}
    return one


@function(f"{DATA}.default_collate", f"{DATA}._utils.collate.default_collate", f"{DATA}.dataloader.default_collate")
def default_collate(batch: Any, *, machine: Machine) -> Any:
    items = machine.iterate(batch)
    if not items:
        raise PythonError("IndexError", "list index out of range")
    return collated(items[0] if len(items) == 1 else _common(items[0], items[-1]), len(items))


def collated(item: Any, count: Any) -> Any:
    """A batch of so many such items."""
    for kinds, collate in COLLATED:
        if isinstance(item, kinds):
            return collate(item, count)
    if type(item) in NUMBERS:
        return Tensor((count,), dtype=NUMBERS[type(item)])
    return item if isinstance(item, Unknown) else Unknown("a batch of items that are no tensors")


def _tensors(item: Tensor, count: Any) -> Tensor:
    plain = item.plain()
    return Tensor((count, *plain.shape), dtype=plain.dtype)


def _rows(item: Any, count: Any) -> list[Any]:
    return [collated(part, count) for part in item]


def _entries(item: dict[Any, Any], count: Any) -> dict[Any, Any]:
    return {key: collated(value, count) for key, value in item.items()}


def _names(item: str, count: Any) -> Any:
    if not isinstance(count, int):
        raise UnknownUsed(Unknown("a batch of unknown size"))
    return [item] * count


COLLATED: tuple[tuple[Any, Callable[[Any, Any], Any]], ...] = (
    ((Tensor, Array), _tensors),
    ((tuple, list), _rows),
    (dict, _entries),
    (str, _names),
)
