"""The rows in which a model is listed: its layers under the modules that hold them, equal blocks in one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from itertools import groupby, takewhile
from typing import Any

from analyzers.facts import CallFact, LayerFact, ModelFact, Place
from rf_lsp.output.containers import Container, containers_of
from rf_lsp.output.view import Choice

FEWEST_FOLDED = 3
"""Equal blocks one after the other that are shown as one."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """The calls of a layer at one place: several where the place lies in a loop or in a part that is used again.

    ``is_first`` tells the row that the layer's parameters are counted in. ``blocks`` is the number of equal blocks that
    the row stands for. Of a module whose layers have rows of their own, ``container`` says what they add up to, and
    ``is_open`` that they follow.
    """

    layer: LayerFact
    calls: tuple[CallFact, ...]
    is_first: bool = True
    blocks: int = 1
    container: Container | None = None
    is_open: bool = False

    @property
    def repeats(self) -> str:
        """``×3`` behind the name."""
        count = len(self.calls) // self.blocks
        return f" ×{count}" if count > 1 else ""

    @property
    def parameters(self) -> Any:
        """Of the layer with what lies below it, one block."""
        if self.container is not None:
            return self.container.parameters
        return self.layer.parameters if self.layer.parameters_below is None else self.layer.parameters_below

    @property
    def macs(self) -> Any:
        """Of the row's calls together, one block."""
        if self.container is not None:
            return self.container.macs
        macs = [call.macs for call in self.calls[: len(self.calls) // self.blocks]]
        return None if None in macs else sum(macs)


def call_rows(layers: Sequence[LayerFact]) -> list[CallRow]:
    rows = [row for layer in layers for row in _rows_of(layer)]
    return sorted(rows, key=lambda row: row.calls[0].order)


def _rows_of(layer: LayerFact) -> list[CallRow]:
    if len(layer.per_call) == 1:
        return [CallRow(layer, (layer.first,))]
    places: dict[Place | None, list[CallFact]] = {}
    for call in layer.per_call:
        places.setdefault(call.place, []).append(call)
    return [CallRow(layer, tuple(calls), index == 0) for index, calls in enumerate(places.values())]


# -- the tree ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Entry:
    """A layer, or a module with what it holds. ``path`` is its whole name."""

    name: str
    path: str
    row: CallRow | None
    inner: list[Entry] = field(default_factory=list)

    @property
    def kind(self) -> Any:
        """The same for what is built and shaped alike, whatever its place in the network."""
        row = self.row
        own = None
        if row is not None:
            shapes = [(call.input_shapes, call.output_shape) for call in row.calls]
            own = row.layer.type, row.parameters, row.macs, tuple(shapes[: len(shapes) // row.blocks]), row.is_first
        return own, tuple([(entry.name, entry.kind) for entry in self.inner])


Listed = tuple[int, str, CallRow | None]
"""Depth, name, and the row, which a module has none of that only holds what is listed below it."""


def listed(model: ModelFact, choice: Choice = Choice()) -> list[Listed]:  # noqa: B008 (it is frozen)
    """The rows of a model from above to below."""
    entries = _tree(model)
    if choice.layer is not None:
        entries = _fitting(entries, choice.layer)
    if choice.folded:
        entries = _folded(entries)
    return list(_flat(entries, 0, choice.depth))


def _flat(entries: list[Entry], depth: int, deepest: int | None) -> Iterator[Listed]:
    for entry in entries:
        is_open = bool(entry.inner) and (deepest is None or depth + 1 < deepest)
        row = entry.row
        yield depth, entry.name, replace(row, is_open=True) if row is not None and is_open else row
        if is_open:
            yield from _flat(entry.inner, depth + 1, deepest)


def _tree(model: ModelFact) -> list[Entry]:
    """A function stands under the module that calls it; where that is not known, between its neighbours, under the
    modules that hold both."""
    modules = _Modules(model)
    top = Entry("", "", None)
    above: list[Entry] = [top]
    calls = call_rows(model.layers)
    for index, row in enumerate(calls):
        layer = row.layer
        name, parents = layer.name.partition(":")[2] or layer.name, _parents(layer)
        if not layer.functional:
            name = layer.name.split(_separator(layer.name, layer.type))[-1]
        elif layer.within is None:
            above[_common(above, _next_parents(calls, index))].inner.append(Entry(name + row.repeats, layer.name, row))
            continue
        del above[_common(above, parents) + 1 :]
        for part in parents[len(above) - 1 :]:
            entry = modules.entry(above[-1], part, _separator(layer.within or layer.name, layer.type))
            above[-1].inner.append(entry)
            above.append(entry)
        above[-1].inner.append(Entry(name + row.repeats, layer.name, row))
    return top.inner


class _Modules:
    """The modules that hold layers, each with what they add up to the first time it is listed."""

    def __init__(self, model: ModelFact) -> None:
        self._containers = {container.name: container for container in containers_of(model)}
        self._stages = {stage.name: stage for stage in model.stages}
        self._known: set[str] = set()

    def entry(self, above: Entry, part: str, separator: str) -> Entry:
        path = f"{above.path}{separator}{part}" if above.path else part
        stage, is_first = self._stages.get(path), path not in self._known
        self._known.add(path)
        row = None
        if stage is not None and is_first:
            row = CallRow(stage, tuple(stage.per_call), container=self._containers[path])
        return Entry(part, path, row)


def _separator(name: str, type_: str = "") -> str:
    """``layer4.0.conv1``; Keras joins by slashes, and its names may have dots in them."""
    return "/" if type_.startswith("keras.") or "/" in name else "."


def _parents(layer: LayerFact) -> list[str]:
    """The names of the modules that hold a layer, or in which a function is called, from the outside to the inside."""
    if layer.functional:
        return layer.within.split(_separator(layer.within)) if layer.within else []
    return layer.name.split(_separator(layer.name, layer.type))[:-1]


def _next_parents(calls: Sequence[CallRow], index: int) -> list[str]:
    return next((_parents(row.layer) for row in calls[index + 1 :] if not row.layer.functional), [])


def _common(above: Sequence[Entry], parts: Sequence[str]) -> int:
    """How many modules of those that are open hold the layer, too."""
    names = [entry.name for entry in above[1:]]
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(names, parts, strict=False))))


def _fitting(entries: list[Entry], glob: str) -> list[Entry]:
    """Layers, and modules as a whole, whose name fits, under the modules that hold them."""
    found: list[Entry] = []
    for entry in entries:
        if fnmatchcase(entry.path, glob):
            found.append(entry)
        elif inner := _fitting(entry.inner, glob):
            found.append(Entry(entry.name, entry.path, entry.row, inner))
    return found


def _folded(entries: list[Entry]) -> list[Entry]:
    """Equal blocks one after the other in one entry, whose rows have the calls of all."""
    found: list[Entry] = []
    for entry in entries:
        entry.inner = _folded(entry.inner)
    for kind, group in groupby(entries, lambda entry: entry.kind):
        alike = list(group)
        is_block = bool(kind[1])
        found += [_together(alike, is_block)] if is_block and len(alike) >= FEWEST_FOLDED else alike
    return found


def _together(entries: list[Entry], is_block: bool = False) -> Entry:
    first = entries[0]
    rows = [entry.row for entry in entries if entry.row is not None]
    row = None
    if rows:
        calls = tuple([call for row in rows for call in row.calls])
        row = replace(rows[0], calls=calls, blocks=sum(row.blocks for row in rows))
    name = f"{first.name}…{entries[-1].name} ×{len(entries)}" if is_block else first.name
    return Entry(name, first.path, row, [_together(list(inner)) for inner in zip(*[e.inner for e in entries])])
