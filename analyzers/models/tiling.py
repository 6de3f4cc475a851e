"""Into which tiles a dense model's input may be cut, and which sizes of input it takes.

Definitions: docs/receptive-fields.md, "Tiles". The sizes are solved from the symbolic shapes of a forward pass whose
height and width are symbols, and tried: the model is run with the smallest size, and with one that must not fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from analyzers.facts import ModelFact, TilingFact
from analyzers.interpreter.graph import tensors_below
from analyzers.interpreter.recorder import Record
from analyzers.interpreter.values import Instance
from analyzers.models.inputs.found import Found, Input, Inputs
from analyzers.models.inputs.freed import MERGING
from analyzers.models.inputs.input_inference import Names
from analyzers.models.inputs.known import KnownInputs
from analyzers.models.inputs.opening import equations_of
from analyzers.models.inputs.trial import Trials
from analyzers.tensors.dims import Dim, bare_symbol, substitute, symbol, symbols, value_at
from analyzers.tensors.polynomials import Symbol
from analyzers.tiling import plain_tiling, total_stride

if TYPE_CHECKING:
    from analyzers.models.context import FileContext

SIZES_LISTED = 3
LARGEST = 4096
"""Sizes that are looked at."""
LONGEST_STRIDE = 64
"""Of a network in which maps do not match: its strides are not known."""
AXES = ("D", "H", "W", "T")
WORDS = {"D": "depth", "H": "height", "W": "width", "T": "length"}

Sizes = tuple[int, ...]
"""One for each axis."""


def tiling_of(context: FileContext, root: Instance, fact: ModelFact, found: Found) -> TilingFact | None:
    """How the input of a dense model may be cut, in pixels for each axis; None where its output is no map. Of
    several maps the deepest counts."""
    tiling = plain_tiling(fact)
    if tiling is None:
        return None
    sizes = _FittingSizes.of(context, root, fact, found, tiling.axes)
    known = sizes.solved(total_stride(fact)) if sizes is not None else None
    return tiling if known is None else replace(tiling, **known)


def say_sizes_that_fit(context: FileContext, root: Instance, fact: ModelFact, found: Found) -> None:
    """Where maps do not match because of the input's size, the problem says which sizes would do."""
    problems = [problem for problem in fact.problems if problem.rule in MERGING]
    if not problems or found.has_guesses:
        return
    names = [name for i in fact.inputs for name in i.axes or () if name in AXES]
    sizes = _FittingSizes.of(context, root, fact, found, tuple(dict.fromkeys(names)))
    text = sizes.wanted() if sizes is not None else None
    if text is not None:
        for problem in problems:
            problem.message += f"; {text}"


@dataclass
class _FittingSizes:
    """A model whose inputs have a symbol for each axis: what its layers ask of them."""

    trials: Trials
    inputs: Inputs
    axes: dict[str, Symbol]
    now: dict[str, int]
    """The sizes that the model was run with."""
    equations: list[tuple[Dim, Dim]]
    shapes: list[Dim]
    """Sizes of what comes out of the layers, which are at least one."""

    @classmethod
    def of(
        cls, context: FileContext, root: Instance, fact: ModelFact, found: Found, axes: Sequence[str]
    ) -> _FittingSizes | None:
        known = KnownInputs(context, root, fact.target.partition("::")[2], Names())
        known.arguments = found.arguments
        trials = Trials(context, root, known)
        dims = {name: symbol(name, solvable=True) for name in axes}
        names: dict[str, Sequence[str | None]] = {i.name: i.axes or () for i in fact.inputs}
        inputs = {i.name: _opened(i, names.get(i.name, ()), dims) for i in found.inputs}
        now = _present(found.inputs, names, axes)
        if now is None:
            return None
        with trials.apart():
            passed = trials.settle(inputs)
            records = list(trials.machine.recorder.records)
        known_as = {name: one for name, dim in dims.items() if (one := bare_symbol(dim)) is not None}
        equations = _about(equations_of([i.shape for i in inputs.values()]), set(known_as.values()))
        if passed.failures or equations is None or not known_as:
            return None
        return cls(trials, inputs, known_as, now, equations, _sizes_of(records, set(known_as.values())))

    def solved(self, strides: Sequence[int]) -> dict[str, Any] | None:
        """``multiple``, ``valid_sizes`` and ``smallest``; None where they do not agree with a trial."""
        fitting = [self._fitting(name, stride) for name, stride in zip(self.axes, strides, strict=True)]
        if not all(fitting):
            return None
        multiples = tuple([multiple_of(sizes) for sizes in fitting])
        smallest = tuple([self._smallest(i, sizes[0]) for i, sizes in enumerate(fitting)])
        is_free = set(multiples) == {1}
        wrong = [sizes[-1] // m * m - m // 2 for sizes, m in zip(fitting, multiples, strict=True) if m]
        if len(wrong) < len(fitting) or not self._runs(smallest) or (not is_free and self._runs(tuple(wrong))):
            return None
        after = zip(fitting, self.now.values(), strict=True)
        listed = tuple([tuple([size for size in sizes if size > now][:SIZES_LISTED]) for sizes, now in after])
        return {
            "multiple": None if is_free else tuple([None if m == 1 else m for m in multiples]),
            "valid_sizes": listed,
            "smallest": smallest,
        }

    def wanted(self) -> str | None:
        """``height and width of the input must be multiples of 16 (next: 240, 256)``; None where other sizes are no
        remedy."""
        wrong: dict[tuple[int, ...], list[str]] = {}
        for name, now in self.now.items():
            sizes = self._fitting(name, LONGEST_STRIDE)
            multiple = multiple_of(sizes) if sizes else 0
            above = [size for size in sizes if size > now and multiple and size % multiple == 0][:2]
            if multiple > 1 and now % multiple and len(above) == 2:
                wrong.setdefault((multiple, *above), []).append(WORDS[name])
        if not wrong or not self._runs(self._repaired()):
            return None
        (multiple, *above), words = next(iter(wrong.items()))
        what = "multiples" if len(words) > 1 else "a multiple"
        return f"{' and '.join(words)} of the input must be {what} of {multiple} (next: {above[0]}, {above[1]})"

    def _repaired(self) -> Sizes:
        """The nearest larger sizes that fit."""
        each = ([s for s in self._fitting(name, LONGEST_STRIDE) if s >= now] or [now] for name, now in self.now.items())
        return tuple([sizes[0] for sizes in each])

    def _fitting(self, name: str, stride: int) -> list[int]:
        """The sizes of one axis that fit, the others as they are."""
        own = self.axes[name]
        values = {one: self.now[other] for other, one in self.axes.items()}
        last = min(LARGEST, self.now[name] + (SIZES_LISTED + 1) * stride)
        asked = [pair for pair in self.equations if own in symbols(pair[0]) | symbols(pair[1])]
        return [size for size in range(1, last + 1) if self._fits({**values, own: size}, asked)]

    def _smallest(self, axis: int, proven: int) -> int:
        """Below what is proven to fit, maps of one pixel may be stretched to any size."""
        name = list(self.axes)[axis]
        values = {one: self.now[other] for other, one in self.axes.items()}
        for size in range(1, proven):
            if self._fits({**values, self.axes[name]: size}, self.equations, stretched=True):
                sizes = {**self.now, name: size}
                if self._runs(tuple(sizes.values())):
                    return size
        return proven

    def _fits(self, values: dict[Symbol, int], asked: list[tuple[Dim, Dim]], stretched: bool = False) -> bool:
        try:
            pairs = [(value_at(left, values), value_at(right, values)) for left, right in asked]
            same = all(one == other or (stretched and 1 in (one, other)) for one, other in pairs)
            return same and all(value_at(size, values) > 0 for size in self.shapes)
        except ZeroDivisionError:
            return False

    def _runs(self, sizes: Sizes) -> bool:
        given = dict(zip(self.axes.values(), sizes, strict=True))
        inputs = {
            name: replace(i, shape=tuple([substitute(size, given) for size in i.shape]))
            for name, i in self.inputs.items()
        }
        with self.trials.apart():
            return self.trials.settle(inputs).is_sound


def multiple_of(sizes: Sequence[int]) -> int:
    """The smallest number whose multiples are all among ``sizes``, an ascending list, from its first on; 0: none."""
    known = set(sizes)
    for number in range(1, sizes[-1] // 2 + 1):
        first = -(-sizes[0] // number) * number
        if all(size in known for size in range(first, sizes[-1] + 1, number)):
            return number
    return 0


def _opened(given: Input, names: Sequence[str | None], dims: dict[str, Any]) -> Input:
    shape = [dims.get(name or "", size) for size, name in zip(given.shape, names)] or list(given.shape)
    return replace(given, shape=tuple(shape), others=[], origin="option")


def _present(
    inputs: Iterable[Input], names: dict[str, Sequence[str | None]], axes: Sequence[str]
) -> dict[str, int] | None:
    """The sizes that the inputs have along the axes; None where they differ, or are no numbers."""
    found: dict[str, int] = {}
    for given in inputs:
        for size, name in zip(given.shape, names.get(given.name, ())):
            if name is None or name not in axes:
                continue
            if not isinstance(size, int) or found.setdefault(name, size) != size:
                return None
    return {name: found[name] for name in axes} if len(found) == len(axes) else None


def _about(equations: Iterable[tuple[Dim, Dim]], known: set[Symbol]) -> list[tuple[Dim, Dim]] | None:
    """The equations that say something of these symbols; None where they depend on others."""
    found: list[tuple[Dim, Dim]] = []
    for left, right in dict.fromkeys(equations):
        used = symbols(left) | symbols(right)
        if used <= known:
            found.append((left, right))
        elif used & known:
            return None
    return found


def _sizes_of(records: Iterable[Record], known: set[Symbol]) -> list[Dim]:
    sizes = (d for record in records for tensor in tensors_below(record.output) for d in tensor.shape or ())
    return [size for size in dict.fromkeys(sizes) if not isinstance(size, int) and symbols(size) <= known]


__all__ = ["say_sizes_that_fit", "tiling_of"]
