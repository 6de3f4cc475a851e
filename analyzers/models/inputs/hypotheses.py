"""Other shapes for inputs that were only guessed: other ranks, other sizes, maps that are not square. Pure arithmetic."""

from __future__ import annotations

import math
import re
from typing import Any

from analyzers.interpreter.framework import walk
from analyzers.interpreter.values import Class, Instance
from analyzers.models.inputs.found import Found, Input, Inputs
from analyzers.models.inputs.input_inference import DEFAULT_SIZE, Names
from analyzers.tensors.dims import bare_symbol
from analyzers.tensors.tensor import Tensor

USUAL_SIZES = (256, 32, 28, 64, 128, 299, 512, 96, 227)
MAXIMUM_SIDE = 4096
FURTHER = (1, 2, 3)
SPELLED = re.compile(r"\*\s*(\d{1,4})\s*\*\s*(\d{1,4})\s*[,)]")
ROUND = 16
SIZE_NAMES = frozenset("img_size image_size input_size input_resolution img_dim resolution patch_resolution".split())


def other_ranks(found: Found, names: Names) -> list[Inputs]:
    """Other ranks for the guessed inputs, one input at a time, then all at once."""
    known = found.by_name
    single = [
        {**known, given.name: given.solved(shape)}
        for given in found.inputs
        for shape in (*_unpacked(found, given, names), *given.others)
    ]
    vague = [i for i in found.inputs if i.others]
    together = [
        {**known, **{i.name: i.solved(i.others[turn]) for i in vague if turn < len(i.others)}}
        for turn in range(max((len(i.others) for i in vague), default=0))
    ]
    return [*single, *(together if len(vague) > 1 else [])]


def _unpacked(found: Found, given: Input, names: Names) -> list[tuple[Any, ...]]:
    """``b, t, c, h, w = x.shape``: the input has as many dimensions as there are names; the further ones are
    further items of the batch (frames)."""
    data = [recorded.error.data for recorded in found.recorded_errors]
    wanted = {d["names"] for d in data if d.get("values") == len(given.shape)}
    if not given.is_guessed or len(given.shape) < 2:
        return []
    batch, *rest = given.shape
    more = [count - len(given.shape) for count in wanted if 0 < count - len(given.shape) <= 2]
    return [(batch, *map(names, ("T", "D")[:count]), *rest) for count in more]


def further_parts(found: Found) -> list[Inputs]:
    """More of what a layer takes, where the input is cut into pieces before (``x[:, 2:3]``)."""
    if not any(given.borrowed for given in found.inputs):
        return []
    return [{i.name: _with_more(i, more) for i in found.inputs} for more in FURTHER]


def _with_more(given: Input, more: int) -> Input:
    sizes = enumerate(given.shape)
    return given.solved(tuple([size + more if dim in given.borrowed else size for dim, size in sizes]))


def has_other_ranks(found: Found, inputs: Inputs) -> bool:
    known = found.by_name
    return any(name in known and len(given.shape) != len(known[name].shape) for name, given in inputs.items())


def are_maps_from(least: int, inputs: Inputs) -> bool:
    sides = [side for i in inputs.values() if i.is_guessed_map for side in i.size]
    return all(isinstance(side, int) and side >= least for side in sides)


def resized(found: Found, size: int) -> Inputs:
    """The guessed maps as squares of that size."""
    return {i.name: _resized(i, size) for i in found.inputs}


def _resized(given: Input, size: int) -> Input:
    if not given.is_guessed_map or not isinstance(given.size[0], int):
        return given
    return given.sized(size, size)


def named_sizes(root: Instance) -> list[int]:
    """Sizes the model itself speaks of (``img_size``, ``image_size``, ``input_resolution``)."""
    sizes: list[int] = []
    for _, module in walk(root):
        for name, value in module.attributes.items():
            if name in SIZE_NAMES:
                value = value[0] if isinstance(value, (tuple, list)) and value else value
                sizes += [value] if isinstance(value, int) and 0 < value <= MAXIMUM_SIDE else []
    return sizes


def usual_sizes(smallest: int, found: Found) -> list[int]:
    """Sizes that pictures really have, from the smallest that fits to a third above; 28 is one of grey pictures."""
    grey = any(i.is_guessed_map and i.channels == 1 for i in found.inputs)
    sizes = [size for size in sorted((*USUAL_SIZES, DEFAULT_SIZE)) if smallest <= size <= smallest * 4 // 3]
    return sizes if grey else sorted(sizes, key=lambda size: size == 28)


def scaled_sizes(found: Found) -> list[int]:
    """Sizes at which two maps or rows of tokens that do not fit would: 224, 196 and 576 tokens give 384."""
    size = next((i.size[0] for i in found.inputs if i.is_guessed_map), None)
    if not isinstance(size, int):
        return []
    shapes = [recorded.error.data.get("shapes", ()) for recorded in found.recorded_errors]
    pairs = [pair for both in shapes if len(both) == 2 for pair in zip(*both, strict=False)]
    unequal = [p for p in pairs if all(isinstance(d, int) and d > 1 for d in p) and p[0] != p[1]]
    ratios = [(wanted - extra) / (given - extra) for given, wanted in unequal for extra in (0, 1)]
    sizes = [size * math.sqrt(ratio) for ratio in ratios]
    return [round(s) for s in sizes if abs(s - round(s)) < 1e-6 and s < MAXIMUM_SIDE]


def oblong_sizes(found: Found, records: list[Any]) -> list[Inputs]:
    """Sizes of inputs that are not square, less than two to one, whose flattened map has the features that the layer
    behind it expects (spectrograms)."""
    whole, cells = _map_wanted(found, records)
    sides = [(cells // b, b) for b in range(1, math.isqrt(cells) + 1) if cells % b == 0 and b < cells // b < 2 * b]
    pairs = [pair for rows, columns in sides[::-1] for pair in ((rows, columns), (columns, rows))]
    return [_all_stretched(found, pair, whole) for pair in pairs[:4]]


def spelled_sizes(found: Found, records: list[Any]) -> list[Inputs]:
    """Sizes whose flattened map has the height and width that the layer behind it was built with
    (``Linear(16 * 8 * 4, …)``), however long: code that multiplies them means them. No slip in one of them makes a
    picture whose sides are round."""
    whole, cells = _map_wanted(found, records)
    record = found.flatten_error.record if cells and found.flatten_error is not None else None
    site = record.instance.site if record is not None and record.instance is not None else None
    pairs = SPELLED.findall(site.block.code(site.node)) if site is not None else []
    sides = [(int(height), int(width)) for height, width in pairs if int(height) * int(width) == cells]
    sized = [_all_stretched(found, pair, whole) for pair in sides if pair[0] != pair[1]]
    return [
        inputs for inputs in sized if all(s % ROUND == 0 for i in inputs.values() if i.is_guessed_map for s in i.size)
    ]


def _map_wanted(found: Found, records: list[Any]) -> tuple[tuple[int, int], int]:
    """Height and width of the map that was flattened, and how many pixels of it the layer behind it expects; none
    where that is not known."""
    recorded = found.flatten_error
    expected, actual = (recorded.error.data.get(k) for k in ("expected", "actual")) if recorded is not None else (0, 0)
    if not isinstance(expected, int) or not isinstance(actual, int) or not actual:
        return (1, 1), 0
    whole = _square_map_of(actual, records)
    if whole is None or expected % whole[0] or expected // whole[0] > MAXIMUM_SIDE**2:
        return (1, 1), 0
    return whole[1:], expected // whole[0]


def _all_stretched(found: Found, sides: tuple[int, int], whole: tuple[int, int]) -> Inputs:
    return {i.name: _stretched(i, sides[0], whole[0], sides[1], whole[1]) for i in found.inputs}


def flat_sizes(found: Found, root: Instance) -> list[Inputs]:
    """Pictures of one row, or of one column, where the model squeezes a dim, which is kept unless it has length one
    (signals)."""
    pictures = [i for i in found.inputs if i.is_guessed_map]
    classes = {c for _, module in walk(root) for c in module.class_.mro if isinstance(c, Class) and c.site is not None}
    if not pictures or not any("squeeze(" in c.site.block.text for c in classes if c.site is not None):
        return []
    flat = [{i.name: i.sized(1, i.size[1]) for i in pictures}, {i.name: i.sized(i.size[0], 1) for i in pictures}]
    return [{**found.by_name, **sized} for sized in flat]


def _square_map_of(features: int, records: list[Any]) -> tuple[int, int, int] | None:
    """(channels, height, width) of the first square map with that many numbers."""
    maps = [r.output.shape[1:] for r in records if isinstance(r.output, Tensor) and len(r.output.shape) == 4]
    for channels, height, width in maps:
        if isinstance(channels, int) and isinstance(height, int) and height == width:
            if channels * height * height == features:
                return channels, height, height
    return None


def _stretched(given: Input, rows: int, height: int, columns: int, width: int) -> Input:
    if not given.is_guessed_map or not isinstance(given.size[0], int):
        return given
    return given.sized(given.size[0] * rows // height, given.size[1] * columns // width)


def is_open(dim: Any) -> bool:
    named = None if isinstance(dim, int) else bare_symbol(dim)
    return named is not None and named.solvable
