"""What is different in the layers of two versions of a model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from analyzers.facts import FieldFact, LayerFact
from rf_lsp.output.text import field_text, per_axis
from rf_lsp.shapes import dim_text, shape_text

FOLLOWING = ("input shapes", "output shape", "macs", "receptive field", "coverage")
"""What may be different because of a layer before."""
_FUNCTIONAL = re.compile(r"@(?:cell \d+:)?\d+$")


@dataclass(frozen=True, slots=True)
class LayerChange:
    """``changes``: what → (before, after), as texts; those of its own first. ``name`` is that of the new model."""

    name: str
    old: LayerFact
    new: LayerFact
    changes: dict[str, tuple[str, str]]

    @property
    def own(self) -> dict[str, tuple[str, str]]:
        """What is different in the layer itself, and not because of what comes before."""
        return {what: pair for what, pair in self.changes.items() if what not in FOLLOWING}


@dataclass(slots=True)
class LayerChanges:
    added: list[LayerFact] = field(default_factory=list)
    removed: list[LayerFact] = field(default_factory=list)
    changed: list[LayerChange] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def compare_layers(old: Sequence[LayerFact], new: Sequence[LayerFact]) -> LayerChanges:
    """Layers belong together by name; what is left by where it stands among layers of the same kind."""
    pairs = list(_paired(old, new))
    before, after = {id(a) for a, _ in pairs}, {id(b) for _, b in pairs}
    result = LayerChanges(
        [layer for layer in new if id(layer) not in after], [layer for layer in old if id(layer) not in before]
    )
    for a, b in pairs:
        changes = dict(_changes(a, b))
        if changes:
            result.changed.append(LayerChange(b.name, a, b, changes))
    return result


def _paired(old: Sequence[LayerFact], new: Sequence[LayerFact]) -> Iterator[tuple[LayerFact, LayerFact]]:
    before, after = _named(old), _named(new)
    for name, layer in after.items():
        if name in before:
            yield before[name], layer
    gone = [layer for name, layer in before.items() if name not in after]
    fresh = [layer for name, layer in after.items() if name not in before]
    kinds = [_kind(layer) for layer in gone], [_kind(layer) for layer in fresh]
    for block in SequenceMatcher(None, *kinds, autojunk=False).get_matching_blocks():
        yield from zip(gone[block.a : block.a + block.size], fresh[block.b : block.b + block.size])


def _named(layers: Sequence[LayerFact]) -> dict[str, LayerFact]:
    """By name; an operation, which is named by its line, by the how manieth of its kind it is, and so are layers that are
    made where they are called, which no attribute names."""
    seen: Counter[str] = Counter()
    found: dict[str, LayerFact] = {}
    for layer in layers:
        name = _FUNCTIONAL.sub("", layer.name) if layer.functional else layer.name
        seen[name] += 1
        found[f"{name}@{seen[name]}" if layer.functional or seen[name] > 1 else name] = layer
    return found


def _kind(layer: LayerFact) -> tuple[Any, ...]:
    """A renamed layer is one of the same type with the same weights."""
    return layer.type, layer.functional, str(layer.weights), _argument_texts(layer)


def _argument_texts(layer: LayerFact) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, _text(value)) for name, value in _arguments(layer).items()))


def _changes(old: LayerFact, new: LayerFact) -> Iterator[tuple[str, tuple[str, str]]]:
    """(what, (before, after)) of everything that is told of a layer."""
    if not new.functional:
        yield from _different("name", old.name, new.name)
    yield from _different("type", old.type, new.type)
    yield from _own_arguments(old, new)
    yield from _different("parameters", dim_text(old.parameters), dim_text(new.parameters))
    yield from _different("calls", str(old.calls), str(new.calls))
    yield from _different("input shapes", _shapes(old), _shapes(new))
    outputs = [" ".join(shape_text(call.output_shape) for call in layer.per_call) for layer in (old, new)]
    yield from _different("output shape", *outputs)
    yield from _different("macs", dim_text(old.macs), dim_text(new.macs))
    yield from _different("receptive field", _fields(old), _fields(new))


def _different(what: str, old: str, new: str) -> Iterator[tuple[str, tuple[str, str]]]:
    if old != new:
        yield what, (old, new)


def _own_arguments(old: LayerFact, new: LayerFact) -> Iterator[tuple[str, tuple[str, str]]]:
    if old.type != new.type:
        return
    before, after = _arguments(old), _arguments(new)
    for name in dict.fromkeys((*before, *after)):
        yield from _different(name, _text(before.get(name)), _text(after.get(name)))


def _arguments(layer: LayerFact) -> dict[str, Any]:
    """The arguments of its constructor that are known numbers or words, defaults too; where the call is not known, those
    of the window it slides."""
    call = layer.construction[0] if layer.construction else None
    if call is not None and call.given is not None:
        defaults = {parameter.name: parameter.default for parameter in call.signature.parameters}
        return {name: value for name, value in {**defaults, **call.given}.items() if _is_plain(value)}
    window = layer.geometry
    if window is None:
        return {}
    names = ("kernel_size", "stride", "padding", "dilation", "groups", "in_channels", "out_channels")
    return {name: getattr(window, name) for name in names}


def _is_plain(value: Any) -> bool:
    return isinstance(value, int | float | str | bool | tuple | list)


def _text(value: Any) -> str:
    if isinstance(value, tuple | list):
        parts = list(map(_text, value))
        return parts[0] if parts and len(set(parts)) == 1 else "×".join(parts)
    return str(value)


def _shapes(layer: LayerFact) -> str:
    return " ".join(", ".join(map(shape_text, call.input_shapes)) for call in layer.per_call)


def _fields(layer: LayerFact) -> str:
    return ", ".join(_field(call.field) for call in layer.per_call)


def _field(field: FieldFact | None) -> str:
    if field is None:
        return "none"
    strides, starts = (per_axis(values) for values in (field.stride, field.start))
    return f"{field_text(field)} (stride {strides}, start {starts})"
