"""Inputs that nobody gives and that do not fit as guessed: shapes that do are looked for by running the model."""

from __future__ import annotations

from analyzers.interpreter.values import Instance
from analyzers.models.contracts import OUTPUT_CONTRACT
from analyzers.models.inputs.found import Found, Input, Inputs
from analyzers.models.inputs.hypotheses import (
    USUAL_SIZES,
    are_maps_from,
    fitting_size,
    is_open,
    named_sizes,
    oblong_sizes,
    other_ranks,
    resized,
    scaled_sizes,
    usual_sizes,
)
from analyzers.models.inputs.trial import Trials
from analyzers.tensors.dims import symbol

LARGEST_SEARCHED = 2048
DOUBTED: tuple[frozenset[str], ...] = (
    frozenset(),
    frozenset(["dimension-out-of-range", "rank-mismatch", OUTPUT_CONTRACT]),
    frozenset(
        "dimension-out-of-range rank-mismatch broadcast-mismatch concat-mismatch matmul-mismatch reshape-mismatch "
        f"invalid-argument feature-size-mismatch {OUTPUT_CONTRACT}".split()
    ),
)
"""Findings that nothing is made of where the rank of no, one, or more inputs was guessed: with another rank they
might not be there."""


class Solver:
    """Looks for shapes of the guessed inputs of one model."""

    def __init__(self, trials: Trials, root: Instance) -> None:
        self.trials = trials
        self.machine = trials.machine
        self.root = root

    def measured(self, found: Found) -> Found:
        """Symbolic sizes take the smallest value at which a flattened map has the features a Linear expects."""
        open_sizes = {d for i in found.inputs if i.is_guessed for d in i.shape[1:] if is_open(d)}
        size = fitting_size(self.machine.recorder.records, open_sizes)
        if size is None:
            return found
        inputs = {i.name: i.solved(tuple(size if d in open_sizes else d for d in i.shape)) for i in found.inputs}
        trial = self.trials.settle(inputs)
        return trial if trial.is_sound else self.trials.again(found.by_name)

    def solved(self, found: Found) -> Found:
        """The guess does not fit: look for a shape that does. What no shape mends is a finding."""
        trials, whole, ended = [found], [found], False
        common = found.error_keys
        for inputs in self._hypotheses(found):
            trial, ended = self.trials.until(inputs, common if not found.failures else set())
            if self._is_spent:
                break
            if trial.is_sound:
                return trial
            trials.append(trial)
            common &= trial.error_keys
            if not ended or trial.lacks_only_a_flatten:
                whole.append(trial)
        best = min(whole, key=lambda t: (len(t.failures), len(t.recorded_errors), not t.lacks_only_a_flatten))
        if (best is not trials[-1] or ended) and not self._is_spent:
            best = self.trials.again(best.by_name)
        best = _without_doubts(best, found, trials)
        if OUTPUT_CONTRACT in best.rules and any(i.is_guessed_map for i in best.inputs):
            self._keep_proven(best)
        return best

    def _keep_proven(self, found: Found) -> None:
        """Of the results that have not the declared shape in any size that was tried: those that have it in none."""
        inputs = {i.name: _with_symbols(i, 1) for i in found.inputs}
        with self.machine.journal.branch(), self.machine.recorder.preserved():
            trial = self.trials.settle(inputs)
        errors = found.recorded_errors
        found.recorded_errors = [e for e in errors if e.error.rule != OUTPUT_CONTRACT or trial.has(e)]

    @property
    def _is_spent(self) -> bool:
        return self.machine.budget.left < 0

    def _hypotheses(self, found: Found) -> list[Inputs]:
        """Other shapes for the guessed inputs: other ranks; one size for all maps, then oblong ones."""
        sized = self._sized(found) if any(i.is_guessed_map for i in found.inputs) else []
        return [*other_ranks(found, self.trials.names), *sized]

    def _sized(self, found: Found) -> list[Inputs]:
        """The guessed maps in all sizes that may mend something."""
        oblong = oblong_sizes(found, self.machine.recorder.records)
        least = self._wrong_from(found)
        if least == 1 and found.lacks_flatten:  # It is wrong at any size; one tells what the flatten would give.
            return [resized(found, size) for size in self._searched(found)]
        if least == 1:
            return []
        sizes = [*self._searched(found), *named_sizes(self.root), *scaled_sizes(found), *USUAL_SIZES]
        sized = [*(resized(found, size) for size in dict.fromkeys(sizes)), *oblong]
        return [inputs for inputs in sized if least is None or not are_maps_from(least, inputs)]

    def _wrong_from(self, found: Found) -> int | None:
        """A size of maps from which on all that goes wrong does so with any, since it does with symbols in its place.

        Lengths that do not match may do so where the map has shrunk to one pixel. Leaves everything as the last run
        left it.
        """
        rules = found.rules
        if found.failures or not rules or "empty-output" in rules:
            return None
        least = min(USUAL_SIZES) if "broadcast-mismatch" in rules else 1
        inputs = {i.name: _with_symbols(i, least) for i in found.inputs}
        with self.machine.journal.branch(), self.machine.recorder.preserved():
            _, ended = self.trials.until(inputs, found.error_keys)
        return least if ended else None

    def _searched(self, found: Found) -> list[int]:
        """The smallest size at which the flattened map has the features the layer behind it expects, and before
        it the usual sizes a little above, which may give the same features (floors swallow the rest)."""
        if found.flatten_error is None and found.misread is None:
            return []
        low, high = 1, LARGEST_SEARCHED
        while low < high:
            middle = (low + high) // 2
            if self._is_large_enough(found, middle):
                high = middle
            else:
                low = middle + 1
        return [*usual_sizes(low, found), low] if low < LARGEST_SEARCHED else []

    def _is_large_enough(self, found: Found, size: int) -> bool:
        trial = self.trials.settle(resized(found, size))
        if trial.failures or "empty-output" in trial.rules:
            return False
        if trial.misread is not None:
            return trial.misread[1] >= trial.misread[0]
        recorded = trial.flatten_error
        if recorded is None:
            return True
        expected, actual = recorded.error.data.get("expected"), recorded.error.data.get("actual")
        return isinstance(expected, int) and isinstance(actual, int) and actual >= expected


def _with_symbols(given: Input, least: int) -> Input:
    """A guessed map of any height and width from ``least`` on."""
    if not given.is_guessed_map:
        return given
    height, width = (symbol(name) + (least - 1) for name in "HW")
    return Input(given.name, (*given.shape[:2], height, width), given.origin, given.dtype)


def _without_doubts(best: Found, first: Found, trials: list[Found]) -> Found:
    """What every trial ran into, and no other rank would mend."""
    errors = [recorded for recorded in best.recorded_errors if all(trial.has(recorded) for trial in trials)]
    vague = [i for i in best.inputs if i.is_guessed and first.is_vague(i.name)]
    doubted = DOUBTED[min(len(vague), len(DOUBTED) - 1)]
    best.recorded_errors = [recorded for recorded in errors if recorded.error.rule not in doubted]
    return best
