"""Facts as short text: shapes, counts, receptive fields."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from analyzers.facts import FieldFact, ModelFact, Place, Step, TilingFact
from analyzers.rules.support.coverage import extents
from analyzers.rules.support.memory import bytes_text, memory_of
from analyzers.tiling import plain_tiling
from rf_lsp.paths import is_inside, relative
from rf_lsp.shapes import UNKNOWN, dim_text, shape_text


def path_text(path: str) -> str:
    """A path relative to the working directory if it lies in there."""
    seen = relative(path) if os.path.isabs(path) else path
    return seen if is_inside(seen) else path


def place_text(place: Place) -> str:
    """``file:line:column``, counted from 1; ``file:cell 3:line:column`` in a notebook."""
    return f"{line_text(path_text(place.file), place.line, place.cell)}:{place.column + 1}"


def line_text(path: str, line: int, cell: int | None = None) -> str:
    """``file:line`` or ``file:cell 3:line`` of a zero-based line and cell, which are counted over all cells."""
    return f"{path}:{line + 1}" if cell is None else f"{path}:cell {cell + 1}:{line + 1}"


def count_text(count: Any) -> str:
    """``25557032`` → ``25,557,032``."""
    return f"{count:,}" if isinstance(count, int) else dim_text(count)


def short_count(count: Any) -> str:
    """``25557032`` → ``25.6 M``."""
    if not isinstance(count, int):
        return dim_text(count)
    for unit, size in (("T", 10**12), ("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if count >= size * 0.9995:
            return f"{count / size:.1f} {unit}"
    return str(count)


def macs_text(count: Any) -> str:
    """``4089184256`` → ``4.1 GMACs``."""
    joint = "" if isinstance(count, int) and count >= 1000 else " "
    return f"{short_count(count)}{joint}MACs"


def number_text(value: Fraction | float | int | None) -> str:
    if value is None:
        return UNKNOWN
    return str(value) if isinstance(value, Fraction | int) else f"{value:.0f}"


def per_axis(values: Sequence[Any], text: Callable[[Any], str] = number_text) -> str:
    """One text when all axes are alike, else joined by ×."""
    texts = [text(value) for value in values]
    return texts[0] if len(set(texts)) == 1 else "×".join(texts)


def size_text(field: FieldFact) -> str:
    """``427``, ``21×3``, ``188…204`` where it depends on the phase, ``all`` along an axis that is mixed."""
    pairs = list(zip(field.size_min, field.size, strict=True))
    return per_axis(pairs, _size_range)


def _size_range(sizes: tuple[int | None, int | None]) -> str:
    smallest, largest = sizes
    if largest is None:
        return "all"
    return str(largest) if smallest in (None, largest) else f"{smallest}…{largest}"


def field_text(field: FieldFact | None) -> str:
    """The receptive field's size with ``+ global`` beside it where that holds."""
    if field is None:
        return ""
    if all(size is None for size in field.size):
        return "global"
    return f"{size_text(field)} + global" if field.global_ else size_text(field)


def located(field: FieldFact | None) -> bool:
    """Whether anything is left of the field that has a size."""
    return field is not None and any(size is not None for size in field.size)


def percent(share: float | None) -> str:
    """Rounded down: what is not covered is never shown as 100 %."""
    return UNKNOWN if share is None else f"{int(100 * share + 1e-9)} %"


def covers_text(model: ModelFact) -> str:
    """``RF 427 covers 224`` or ``RF 99 covers 44 % of 224``; empty without a located field."""
    field = model.field
    if field is None or not located(field):
        return ""
    known = [
        (size / extent, size, extent)
        for size, extent in zip(field.size, extents(field), strict=True)
        if size is not None and extent
    ]
    head = f"RF {field_text(field)}"
    if not known:
        return head
    share, _, extent = min(known)
    if share >= 1:
        every = "×".join(dict.fromkeys(str(extent) for _, _, extent in known))
        return f"{head} covers {every}"
    return f"{head} covers {percent(share)} of {extent}"


def outputs_text(model: ModelFact) -> str:
    """The outputs' shapes without batch."""
    texts = [
        f"{output.path}: {shape_text(output.per_item)}" if len(model.outputs) > 1 else shape_text(output.per_item)
        for output in model.outputs
    ]
    shown = texts if len(texts) <= 4 else [*texts[:3], f"… {len(texts) - 3} more"]
    return ", ".join(shown) or UNKNOWN


def inputs_text(model: ModelFact) -> str:
    """The inputs' shapes without batch."""
    return ", ".join(shape_text(entry.per_item) for entry in model.inputs) or UNKNOWN


def summary_text(model: ModelFact) -> str:
    """``ResNet · 3×224×224 → 1000 · 25.6 M params · 4.1 GMACs · RF 427 covers 224``."""
    parts = [
        model.name,
        f"{inputs_text(model)} → {outputs_text(model)}",
        f"{short_count(model.parameters)} params",
        macs_text(model.macs) if model.macs not in (0, None) else "",
        covers_text(model),
    ]
    return " · ".join(part for part in parts if part)


def memory_text(model: ModelFact) -> str:
    """What a forward pass that keeps all outputs takes, and training beside it; empty where that is not known."""
    found = memory_of(model)
    if found.forward is None or found.input is None or found.activations is None or found.parameters is None:
        return ""
    parts = f"input {bytes_text(found.input)}, outputs of the layers {bytes_text(found.activations)}"
    gradients = f"; gradients {bytes_text(found.gradients)} more" if found.gradients else ""
    return f"memory {bytes_text(found.forward)}: {parts}, parameters {bytes_text(found.parameters)}{gradients}"


def tiling_text(model: ModelFact) -> str:
    """How a dense model's input may be cut, and which sizes it takes, where somebody asked."""
    tiling = model.tiling or plain_tiling(model)
    if tiling is None:
        return ""
    parts = [*_halo_texts(tiling), *_size_texts(tiling)]
    return f"tiles: {' · '.join(parts)}" if parts else ""


def _halo_texts(tiling: TilingFact) -> list[str]:
    if tiling.halo is None or tiling.overlap is None:
        return ["none, the field is global"]
    before = per_axis([None if halo is None else halo[0] for halo in tiling.halo])
    after = per_axis([None if halo is None else halo[1] for halo in tiling.halo])
    return [f"halo {before} px before and {after} after", f"overlap {per_axis(tiling.overlap)}"]


def _size_texts(tiling: TilingFact) -> list[str]:
    if tiling.smallest is None or tiling.valid_sizes is None:
        return []
    smallest = f"from {per_axis(tiling.smallest)} px on"
    if tiling.multiple is None:
        return [f"any size {smallest}"]
    multiples = per_axis([multiple or 1 for multiple in tiling.multiple])
    alike = len(set(tiling.valid_sizes)) == 1
    following = f" (next: {', '.join(map(str, tiling.valid_sizes[0]))})" if alike else ""
    return [f"sizes are multiples of {multiples}{following}, {smallest}"]


def enumerated(words: Sequence[str]) -> str:
    """``a, b and c``"""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def way(steps: Sequence[Step], most: int) -> list[str]:
    """The way of a shape: what went in, the name and the output of each layer (of more than ``most`` the last), and
    ``here``."""
    near = steps[-most:]
    head = ["…"] if len(near) < len(steps) else []
    return [*head, near[0].before, *(f"{step.layer} {step.after}" for step in near), "here"]


ORIGINS = {
    "option": "given by --input",
    "comment": "from a # rf: comment",
    "settings": "from the settings",
    "usage": "from its use in the code",
    "data": "from the data it is given in the code",
    "annotation": "from an annotation",
    "solved": "solved from the layers",
    "default": "assumed, nothing says it",
}


def input_text(name: str, shape: Sequence[Any], origin: str) -> str:
    """``x 1×3×224×224 (assumed, nothing says it)``."""
    return f"{name} {shape_text(shape)} ({ORIGINS.get(origin, origin)})"
