"""A model run with a symbol in place of every size that nobody says: what holds then holds for all sizes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.recorder import RecordedError
from analyzers.models.inputs.equations import Contradiction, System, Values, sizes_making_zero
from analyzers.models.inputs.found import FLATTEN_RULES, Found, Input, Inputs
from analyzers.models.inputs.hypotheses import USUAL_SIZES, is_open
from analyzers.models.inputs.opening import equations_of, with_open_sides
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import bare_symbol, substitute, symbol, symbols
from analyzers.tensors.errors import OperationError
from analyzers.tensors.layout import is_batch

if TYPE_CHECKING:
    from analyzers.models.inputs.trial import Trials

MERGING = frozenset(["broadcast-mismatch", "concat-mismatch"])
"""Lengths that do not match may do so where the map has shrunk to one pixel."""
OF_SIZES = frozenset(
    "broadcast-mismatch concat-mismatch feature-size-mismatch reshape-mismatch matmul-mismatch invalid-argument".split()
)
MAXIMUM_MEASURES = 2
MAXIMUM_ASKED = 4
WITNESSES = ((257, 323), (271, 353), (283, 367), (293, 379))
"""Sizes of pictures that have nothing in common with each other or with usual ones."""


def measures_of(found: Found) -> Iterator[Inputs]:
    """The guessed inputs with the sizes that follow from what was asked of their symbols, likeliest first."""
    shapes = [i.shape for i in found.inputs if i.is_guessed]
    try:
        system = System.of(equations_of(shapes))
        for chosen in islice(system.choices(), MAXIMUM_MEASURES if system.values or system.rest else 0):
            values = {**chosen, **{one: substitute(value, chosen) for one, value in system.values.items()}}
            yield {
                i.name: _with(i, values, system.is_loose or i.has_assumed_sides) if i.is_guessed else i
                for i in found.inputs
            }
    except Contradiction:
        return


def contradictory_sizes(found: Found) -> list[Inputs]:
    """The guessed inputs with each size that anything asks of a dim of which different ones are asked, and with one that
    nothing asks; none where no dim is such, or more would do than are looked at."""
    shapes = [i.shape for i in found.inputs if i.is_guessed]
    for one in {s: None for shape in shapes for dim in shape if (s := _open_symbol(dim)) is not None}:
        asked = [a - b for a, b in equations_of(shapes) if symbols(a) | symbols(b) == {one}]
        values = [list(islice(sizes_making_zero(one, difference), MAXIMUM_ASKED + 1)) for difference in asked]
        sizes = set().union(*values)
        if len(values) > 1 and len(sizes) <= MAXIMUM_ASKED and not set.intersection(*map(set, values)):
            return [_with_size(found, one, size) for size in (*sorted(sizes), WITNESSES[0][0])]
    return []


def _open_symbol(dim: Any) -> Any:
    one = None if isinstance(dim, int) else bare_symbol(dim)
    return one if one is not None and one.solvable else None


def _with_size(found: Found, one: Any, size: int) -> Inputs:
    return {i.name: _with(i, {one: size}, is_loose=True) if i.is_guessed else i for i in found.inputs}


class Freed:
    """Trials of the inputs ``found``, their guessed sizes set free."""

    def __init__(self, trials: Trials, found: Found) -> None:
        self.trials = trials
        self.found = found

    def _with_symbols(self, least: int) -> Inputs:
        """Every guessed size a symbol of its own; sides of pictures from ``least`` on."""
        return {i.name: self._freed(i, least) for i in self.found.inputs}

    def opened(self, inputs: Inputs) -> Inputs:
        """Some of the inputs with every guessed size a symbol of its own."""
        return {name: self._freed(given, 1) for name, given in inputs.items()}

    def _freed(self, given: Input, least: int) -> Input:
        sides = given.sides if given.is_guessed_map else ()
        freed = with_open_sides(given, least)
        shape = list(freed.shape)
        for dim, size in enumerate(given.shape):
            if (
                dim not in sides
                and given.is_guessed
                and (is_open(size) or dim in given.borrowed or (given.others and dim and not is_batch(size)))
            ):
                shape[dim] = symbol("D", solvable=True)
        return replace(freed, shape=tuple(shape), others=[])

    def _run(self, least: int) -> tuple[Inputs, Found, bool]:
        """(the inputs, what they gave, whether all goes wrong again that did)"""
        inputs = self._with_symbols(least)
        with self.trials.apart():
            found, ended = self.trials.until(inputs, self.found.error_keys)
        return inputs, found, ended

    @cached_property
    def _from_one(self) -> tuple[Inputs, Found, bool]:
        return self._run(1)

    @cached_property
    def _from_usual(self) -> tuple[Inputs, Found, bool]:
        return self._run(min(USUAL_SIZES))

    @cached_property
    def wrong_from(self) -> int | None:
        """A size of pictures from which on all that goes wrong does so with any, since it does with symbols."""
        rules = self.found.rules
        if self.found.failures or not rules or "empty-output" in rules:
            return None
        if rules & MERGING:
            return min(USUAL_SIZES) if self._from_usual[2] else None
        return 1 if self._from_one[2] else None

    # -- sizes that fit ------------------------------------------------------------------------------

    @cached_property
    def _system(self) -> System | None:
        """What the layers ask of the symbols; None where that cannot be."""
        inputs, found, _ = self._from_one
        if found.failures:
            return System({}, [], is_whole=False)
        try:
            return System.of(equations_of([i.shape for i in inputs.values()]))
        except Contradiction:
            return None

    def solutions(self) -> Iterator[Inputs]:
        """Sizes with which all that the layers ask comes true, likeliest first."""
        system = self._system if self.wrong_from is None else None
        if system is None or not (system.values or system.rest or self._learned):
            return
        try:
            for chosen in system.choices():
                yield self._assigned(chosen, system)
        except Contradiction:
            self._has_none = True

    _has_none = False

    @property
    def _learned(self) -> bool:
        """Whether a layer told another size than was guessed."""
        guessed = self.found.by_name
        pairs = ((d, b) for n, i in self._from_one[0].items() for d, b in zip(i.shape, guessed[n].shape, strict=True))
        return any(isinstance(dim, int) and isinstance(before, int) and dim != before for dim, before in pairs)

    def _assigned(self, chosen: Values, system: System) -> Inputs:
        """The inputs with these values; what they leave open is as it was guessed."""
        guessed = self.found.by_name
        freed = self._from_one[0]
        values, assumed = dict(chosen), set()
        for name, given in freed.items():
            for dim, before in zip(given.shape, guessed[name].shape, strict=True):
                one = None if isinstance(dim, int) else bare_symbol(dim)
                if one is not None and one.solvable and one not in values and one not in system.values:
                    values[one] = before
                    if isinstance(before, int) and guessed[name].origin == "default":
                        assumed.add(name)
        for one, value in system.values.items():
            values[one] = substitute(value, values)
        return {
            name: _with(given, values, system.is_loose or name in assumed) if given.is_guessed else given
            for name, given in freed.items()
        }

    # -- what is certain ------------------------------------------------------------------------------

    def keep_proven(self, best: Found) -> None:
        """Of the errors that no trial was without: those that come up for all sizes, unless others do anyway."""
        if self.wrong_from is not None or self._from_one[1].is_sound:
            best.recorded_errors = [recorded for recorded in best.recorded_errors if self._is_proven(recorded)]
        elif any(given.borrowed or given.others for given in self.found.inputs):
            certain = [recorded for recorded in best.recorded_errors if self._from_one[1].has(recorded)]
            best.recorded_errors = certain or best.recorded_errors
        self._doubt_what_is_long(best)

    def _doubt_what_is_long(self, best: Found) -> None:
        """What a picture would mend that is longer than those that are chosen is a warning which names it."""
        system = self._system if best.rules & FLATTEN_RULES else None
        if system is None or system.long is None:
            return
        inputs = self._assigned(system.long, system)
        with self.trials.apart():
            found = self.trials.settle(inputs)
        if found.failures:
            return
        picture = next(shape_text(given.size) for given in inputs.values() if given.is_guessed_map)
        for recorded in best.recorded_errors:
            error = recorded.error
            if not found.has(recorded):
                message = f"{error.message}; nothing but a long picture such as {picture} would fit"
                data = {**error.data, "level": "warning"}
                recorded.error = OperationError(error.rule, message, error.result, error.exception, **data)

    def _is_proven(self, recorded: RecordedError) -> bool:
        if self.wrong_from is not None and self.found.has(recorded):
            return True
        rule = recorded.error.rule
        if rule in MERGING and self._from_usual[1].has(recorded):
            return True
        if rule in OF_SIZES and (self.is_unsolvable or (self.is_beyond and recorded.error.data.get("lacks_flatten"))):
            return True
        return any(e.error.message == recorded.error.message for e in self._elsewhere if e.key == recorded.key)

    @property
    def with_symbols(self) -> Found | None:
        """The pass with a symbol for every size, if there was one."""
        return self._from_one[1] if "_from_one" in self.__dict__ else None

    def is_certain(self, recorded: RecordedError) -> bool:
        """Whether it comes up with symbols in place of all sizes, too, or says that no sizes fit."""
        if recorded.error.rule in FLATTEN_RULES and self.is_unsolvable:
            return True
        found = (self._from_usual if recorded.error.rule in MERGING else self._from_one)[1]
        return found.has(recorded) and not found.failures

    @property
    def is_hopeless(self) -> bool:
        """Whether no sizes there are mend all that goes wrong."""
        return bool(self._from_one[1].recorded_errors) or self.is_unsolvable

    @property
    def is_unsolvable(self) -> bool:
        """Whether no sizes there are fulfil what the layers ask."""
        return self._system is None or (self._has_none and self._system.is_whole)

    @cached_property
    def is_beyond(self) -> bool:
        """Whether only pictures longer than any that is looked at would do."""
        system = self._system if self.wrong_from is None else None
        if system is not None and not system.is_beyond:
            any(True for _ in self.solutions())
        return system is not None and system.is_beyond

    @cached_property
    def _elsewhere(self) -> list[RecordedError]:
        """What goes wrong with sizes that have nothing in common with the guessed ones: it says the same where it has
        nothing to do with them."""
        pictures = [i for i in self.found.inputs if i.is_guessed_map]
        sizes = {i.name: size for i, size in zip(pictures, WITNESSES)}
        if len(sizes) < len(pictures):
            return []
        inputs = {i.name: i.sized(*sizes[i.name]) if i.name in sizes else i for i in self.found.inputs}
        inputs = {name: _with_open_dims(given, self.found.by_name[name].borrowed) for name, given in inputs.items()}
        with self.trials.apart():
            return self.trials.settle(inputs).recorded_errors


def _with_open_dims(given: Input, dims: tuple[int, ...]) -> Input:
    shape = [symbol("D", solvable=True) if dim in dims else size for dim, size in enumerate(given.shape)]
    return replace(given, shape=tuple(shape))


def _with(given: Input, values: Values, is_loose: bool) -> Input:
    return given.solved(tuple([_put_in(dim, values) for dim in given.shape]), is_loose)


def _put_in(dim: Any, values: Values) -> Any:
    return dim if isinstance(dim, int) or symbols(dim).isdisjoint(values) else substitute(dim, values)
