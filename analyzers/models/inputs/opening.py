"""Inputs that are rearranged before a layer takes them: with a symbol for every dim, the layers say which is which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.framework import framework_of
from analyzers.models.axes import SpokenAxes
from analyzers.models.inputs.equations import Contradiction, System, sizes_asked
from analyzers.models.inputs.found import Found, Input, Inputs
from analyzers.models.inputs.input_inference import InputHint
from analyzers.tensors.dims import Dim, bare_symbol, substitute, symbol, symbols
from analyzers.tensors.layout import FEATURES, Names, is_batch

if TYPE_CHECKING:
    from analyzers.models.inputs.trial import Trials

MAXIMUM_RANKS = 4
RANKS_BESIDE = (None, 2, 3)
"""What is tried of other inputs that are open as well: the rank that is likeliest, vectors, sequences."""


def opened(name: str, shape: Sequence[Any], dtype: str) -> Input:
    """An input of that rank whose dims are all open but the batch."""
    return Input(name, tuple([d if is_batch(d) else symbol("D", solvable=True) for d in shape]), "solved", dtype)


def with_open_sides(given: Input, least: int = 1) -> Input:
    """A guessed picture of any height and width from ``least`` on."""
    if not given.is_guessed_map:
        return given
    sides = [symbol(name, solvable=True) + (least - 1) for name in "HW"]
    return replace(given.sized(*sides), origin=given.origin)


def read_back(trials: Trials, name: str, hint: InputHint, inputs: Inputs) -> Input | None:
    """The input as the layers behind read it, of the likeliest rank that none of them minds; None where none tells."""
    framework = framework_of(trials.root)
    if framework is None or framework.builds_on_call:
        return None
    for shape in shapes_by_rank(hint):
        for beside in RANKS_BESIDE:
            given = opened(name, shape, hint.dtype)
            with trials.apart(beside):
                found = trials.settle({**{n: with_open_sides(i) for n, i in inputs.items()}, name: given})
                names = SpokenAxes(trials.machine.recorder.records).names_of_input(name, given.shape)
            if found.is_sound and not found.fixes_batch:
                return _told(trials, found, given, names, hint)
            if len(found.inputs) == len(inputs) + 1:
                break
    return None


def shapes_by_rank(hint: InputHint) -> list[tuple[Any, ...]]:
    """The likeliest shape of each rank; of pictures also several one after the other (a video's)."""
    first = {len(shape): shape for shape in reversed(hint.shapes) if len(shape) > 1}
    likely = [first[rank] for rank in dict.fromkeys(len(shape) for shape in hint.shapes if len(shape) > 1)]
    frames = [(shape[0], symbol("T"), *shape[1:]) for shape in likely[:1] if len(shape) == 4]
    return [*likely[:MAXIMUM_RANKS], *frames]


def _told(trials: Trials, found: Found, given: Input, names: Names | None, hint: InputHint) -> Input | None:
    """None where no layer said anything of the input."""
    read = Input(given.name, _read(found, given.name), "solved", hint.dtype)
    if read.shape == given.shape and (names is None or {"N", None}.issuperset(names)):
        return None
    return _closed(trials, read, names, hint, _joined(found))


def _read(found: Found, name: str) -> tuple[Any, ...]:
    """The dims with what the layers asked of them alone."""
    learned = found.by_name[name].shape
    equations = equations_of([learned])
    try:
        values = System.of(equations).values
    except Contradiction:
        values = {}
    known: dict[Any, Dim] = {one: value for one, value in values.items() if isinstance(value, int)}
    for one in (bare_symbol(dim) for dim in learned if not isinstance(dim, int)):
        if (
            one is not None
            and one.solvable
            and one not in known
            and len(sizes := list(islice(sizes_asked(one), 2))) == 1
        ):
            known[one] = sizes[0]
    for pair in equations:
        for side, other in (pair, pair[::-1]):
            one = None if isinstance(side, int) else bare_symbol(side)
            if one is not None and one.solvable and _is_argument(other):
                known.setdefault(one, other)
    return tuple([substitute(dim, known) for dim in learned])


def _is_argument(size: Dim) -> bool:
    """Whether it is made of arguments of the model's constructor that nobody gives."""
    return not isinstance(size, int) and all(one.argument for one in symbols(size))


def equations_of(shapes: Sequence[Sequence[Dim]]) -> list[tuple[Dim, Dim]]:
    """What was asked of the symbols of these shapes in the trials they were in."""
    found = [bare_symbol(dim) for shape in shapes for dim in shape if not isinstance(dim, int)]
    return [equation for s in dict.fromkeys(found) if s is not None for equation in s.equations]


def _closed(trials: Trials, read: Input, names: Names | None, hint: InputHint, joined: set[Any]) -> Input:
    """What is open still: a picture has a natural height and width, other dims are as the first layer has them."""
    known = names or (None,) * len(read.shape)
    sides = tuple([dim for dim, called in enumerate(known) if called in ("H", "W") and "D" not in known])
    is_picture = len(sides) == 2 and len(read.shape) in (4, 5)
    shape, assumed, borrowed = list(read.shape), False, ()
    for dim, size in enumerate(read.shape):
        if isinstance(size, int) or is_batch(size) or _is_argument(size):
            continue
        if is_picture and dim in sides:
            shape[dim], assumed = trials.usual_size(dim, len(shape)), True
        elif bare_symbol(size) in joined:
            is_side = len(read.shape) == 4 and dim > 1
            shape[dim], assumed = trials.names("T" if known[dim] == "T" else "H" if is_side else "C"), True
        else:
            size = _open_dim(trials, dim, known, hint)
            borrowed += (dim,) if isinstance(size, int) else ()
            shape[dim] = trials.names("C") if size in shape[:dim] and bare_symbol(size) is not None else size
    others = [read.shape[:1]] if len(read.shape) == 2 else []  # (N,): time steps, labels
    if hint.is_of_features:
        others += [shape for shape in hint.shapes if len(shape) != len(read.shape)]
    origin = "default" if assumed else "solved"
    found = Input(read.name, tuple(shape), origin, read.dtype, others, sides=sides if is_picture else ())
    return replace(found, borrowed=borrowed)


def _joined(found: Found) -> set[Any]:
    """Sizes of which the layers ask something that those of other inputs take part in, as of channels that are
    joined."""
    owners = {one: i.name for i in found.inputs for dim in i.shape if (one := bare_symbol(dim)) is not None}
    asked = [symbols(left) | symbols(right) for left, right in equations_of([i.shape for i in found.inputs])]
    several = [group for group in asked if len({owners.get(one) for one in group}) > 1]
    return {one for group in several for one in group if one.solvable}


def _open_dim(trials: Trials, dim: int, known: Names, hint: InputHint) -> Any:
    called = known[dim]
    guessed = hint.shapes[0]
    if len(guessed) == len(known) and called in (None, *FEATURES):
        return guessed[dim]
    if called is None and dim == 1 and len(known) == 5:
        return trials.names("T")
    return trials.names(called if called is not None and called not in FEATURES else "C")
