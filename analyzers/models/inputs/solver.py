"""Inputs that nobody gives and that do not fit as guessed: shapes that do are looked for by running the model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from analyzers.interpreter.recorder import RecordedError
from analyzers.interpreter.values import Instance
from analyzers.models.contracts import OUTPUT_CONTRACT
from analyzers.models.inputs.found import Found, Inputs
from analyzers.models.inputs.freed import Freed, contradictory_sizes, measures_of
from analyzers.models.inputs.hypotheses import (
    USUAL_SIZES,
    are_maps_from,
    flat_sizes,
    further_parts,
    has_other_ranks,
    named_sizes,
    oblong_sizes,
    other_ranks,
    resized,
    scaled_sizes,
    spelled_sizes,
    usual_sizes,
)
from analyzers.models.inputs.ranks import RankProof, is_of_rank
from analyzers.models.inputs.trial import Trials

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
        """Symbolic sizes take values for which all that the layers asked of them comes true."""
        wrong: list[Found] = []
        for inputs in measures_of(found):
            trial = self.trials.settle(inputs)
            if trial.is_sound:
                self._keep_remarks(found)
                return trial
            wrong.append(trial)
        is_vague = any(found.is_vague(given.name) for given in found.inputs)
        if not is_vague and any(map(_has_other_rank, wrong[:1])):
            return self.trials.again(wrong[0].by_name)  # With open sizes nobody knew what came of it.
        if not wrong and not is_vague and (told := self._of_any_size(found)) is not None:
            return told
        return self.trials.again(found.by_name) if wrong else found

    def _of_any_size(self, found: Found) -> Found | None:
        """Where the layers ask different sizes of one dim: what goes wrong with each of them and with another, if
        something does, told of the one that gets farthest; None where one of them fits."""
        trials = [found]
        for inputs in contradictory_sizes(found):
            trials.append(self.trials.settle(inputs))
            if not trials[-1].recorded_errors or trials[-1].failures or self._is_spent:
                return self.trials.again(found.by_name)
        return self.trials.again(max(trials[1:], key=_how_far).by_name) if trials[1:] else None

    def _keep_remarks(self, symbolic: Found | None) -> None:
        """What was seen with open sizes, which are numbers now."""
        known = {recorded.key for recorded in self.machine.recorder.remarks}
        seen = symbolic.remarks if symbolic is not None else []
        self.machine.recorder.remarks += [recorded for recorded in seen if recorded.key not in known]

    def solved(self, found: Found) -> Found:
        """The guess does not fit: look for a shape that does. What no shape mends is a finding; where a list of tensors
        may be meant, what no list does either."""
        with self.trials.with_lists(found) as listed:
            if listed is not None and not self._is_spent:
                listed = listed if listed.is_sound else self._best(listed)
                if not listed.recorded_errors:
                    return listed
        best = self._best(found)
        if found.items_read and not self._is_spent:
            best.recorded_errors = _common_errors(best, [listed or Found()])
        return best

    def _best(self, found: Found) -> Found:
        """What fits best, with what is wrong with it whatever goes in."""
        free = Freed(self.trials, found)
        trials, whole, ended = [found], [found], False
        common = found.error_keys
        for inputs in self._hypotheses(found, free):
            trial, ended = self.trials.until(inputs, common if not found.failures else set())
            if self._is_spent:
                break
            if trial.fixes_batch and not found.fixes_batch and has_other_ranks(found, inputs):
                continue  # What it takes for items of the batch are rows or channels.
            if trial.is_sound:
                self._keep_remarks(free.with_symbols)
                return trial
            trials.append(trial)
            common &= trial.error_keys
            if not ended or trial.lacks_only_a_flatten:
                whole.append(trial)
        best = min(whole, key=lambda t: (len(t.failures), len(t.recorded_errors), not t.lacks_only_a_flatten))
        if (best is not trials[-1] or ended) and not self._is_spent:
            best = self.trials.again(best.by_name)
        best = self._without_doubts(best, free, whole, trials)
        return best if best.recorded_errors or self._is_spent else self._certain(best, free, whole)

    def _certain(self, best: Found, free: Freed, whole: list[Found]) -> Found:
        """With some sizes one thing goes wrong and with others another: what does with all of them is said."""
        first = free.found
        for trial in sorted(_of_ranks(first, whole), key=_how_wrong):
            errors = [recorded for recorded in trial.recorded_errors if free.is_certain(recorded)]
            if errors and (not any(first.is_vague(i.name) for i in first.inputs) or self._proof(first).is_hopeless):
                best = self.trials.again(trial.by_name)
                best.recorded_errors = _common_errors(best, [trial])
                best.recorded_errors = [recorded for recorded in best.recorded_errors if free.is_certain(recorded)]
                break
        return best

    def _without_doubts(self, best: Found, free: Freed, whole: list[Found], trials: list[Found]) -> Found:
        """What every trial ran into, and no other rank would mend."""
        first = free.found
        vague = [i for i in best.inputs if i.is_guessed and first.is_vague(i.name)]
        proof = self._proof(first) if vague and not self._is_spent else None
        if proof is not None and proof.is_hopeless:
            furthest = max(map(_how_far, trials))
            best = self.trials.again(min((t for t in trials if _how_far(t) == furthest), key=_how_wrong).by_name)
            errors = _common_errors(best, _of_ranks(best, trials))
            is_likeliest = proof.is_always_of_rank or _goes_furthest(best, trials)
            best.recorded_errors = [e for e in errors if is_likeliest or not is_of_rank(e.error)]
            self._keep_proven(best, Freed(self.trials, replace(best)))
            return best
        doubted = DOUBTED[min(len(vague), len(DOUBTED) - 1)]
        errors = _common_errors(best, trials)
        best.recorded_errors = [recorded for recorded in errors if recorded.error.rule not in doubted]
        self._keep_proven(best, free)
        return best

    def _keep_proven(self, best: Found, free: Freed) -> None:
        if best.recorded_errors and not self._is_spent:
            free.keep_proven(best)

    def _proof(self, first: Found) -> RankProof:
        """Of what goes wrong with any rank."""
        known = {i.name: i for i in first.inputs if not first.is_vague(i.name)}
        return RankProof(self.trials, first, Freed(self.trials, first).opened(known))

    @property
    def _is_spent(self) -> bool:
        return self.machine.budget.left < 0

    def _hypotheses(self, found: Found, free: Freed) -> Iterator[Inputs]:
        """Other shapes for the guessed inputs: those that the code spells, those that follow from what the layers
        ask, other ranks; one size for all maps, then oblong ones."""
        records = self.machine.recorder.records
        unflattened = list(self._unflattened(found, free))
        yield from spelled_sizes(found, records)
        yield from unflattened or free.solutions()
        yield from other_ranks(found, self.trials.names)
        yield from further_parts(found)
        yield from flat_sizes(found, self.root)
        if not unflattened and any(i.is_guessed_map for i in found.inputs):
            yield from self._sized(found, free, records)

    def _unflattened(self, found: Found, free: Freed) -> Iterator[Inputs]:
        """Sizes with which nothing but a flatten is missing, where else a picture would have to be longer than any."""
        if found.lacks_flatten and free.is_beyond:
            for inputs in (resized(found, size) for size in self._searched(found)):
                if self.trials.settle(inputs).lacks_only_a_flatten:
                    yield inputs

    def _sized(self, found: Found, free: Freed, records: list[Any]) -> list[Inputs]:
        """The guessed maps in all sizes that may mend something."""
        oblong = oblong_sizes(found, records)
        least = free.wrong_from
        if found.lacks_flatten and (least == 1 or free.is_hopeless):
            # It is wrong at any size; one tells what the flatten would give.
            return [resized(found, size) for size in self._searched(found)]
        if least == 1 or (least is None and free.is_hopeless):
            return []
        sizes = [*self._searched(found), *named_sizes(self.root), *scaled_sizes(found), *USUAL_SIZES]
        sized = [*(resized(found, size) for size in dict.fromkeys(sizes)), *oblong]
        return [inputs for inputs in sized if least is None or not are_maps_from(least, inputs)]

    def _searched(self, found: Found) -> list[int]:
        """The smallest size at which something is left of every map and the flattened one has the features the layer
        behind it expects, and before it the usual sizes a little above, which may give the same features (floors
        swallow the rest)."""
        if found.flatten_error is None and found.misread is None and "empty-output" not in found.rules:
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


def _has_other_rank(found: Found) -> bool:
    """Whether nothing goes wrong but that a layer takes another number of dims."""
    return bool(found.rules) and found.rules <= {"rank-mismatch"} and not found.failures


def _how_wrong(found: Found) -> tuple[int, int, int, int]:
    """What goes wrong with inputs; that they have another number of dims than is wanted speaks most against them, in the
    layers that they go to above all."""
    of_rank = [recorded for recorded in found.recorded_errors if is_of_rank(recorded.error)]
    at_once = [recorded for recorded in of_rank if recorded.record is not None and not recorded.record.producers]
    return len(found.failures), len(at_once), len(of_rank), len(found.recorded_errors)


def _how_far(found: Found) -> int:
    """How many calls went well before the first that did not."""
    return found.recorded_errors[0].after if found.recorded_errors else 0


def _goes_furthest(best: Found, trials: list[Found]) -> bool:
    """Whether more calls went well than with inputs of any other ranks, so that these are meant."""
    same = _of_ranks(best, trials)
    others = [trial for trial in trials if trial not in same]
    return bool(others) and _how_far(best) > max(map(_how_far, others))


def _of_ranks(found: Found, trials: list[Found]) -> list[Found]:
    """The trials with inputs of as many dims."""
    ranks = {i.name: len(i.shape) for i in found.inputs}
    return [trial for trial in trials if all(ranks.get(i.name) == len(i.shape) for i in trial.inputs)]


def _common_errors(best: Found, trials: list[Found]) -> list[RecordedError]:
    return [recorded for recorded in best.recorded_errors if all(trial.has(recorded) for trial in trials)]
