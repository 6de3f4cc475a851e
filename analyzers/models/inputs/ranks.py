"""Whether a model goes wrong with inputs of any number of dimensions, where nothing says how many they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers.interpreter.recorder import RecordedError
from analyzers.models.inputs.found import Found, Input, Inputs
from analyzers.models.inputs.input_inference import NeedsShape
from analyzers.models.inputs.trial import take_learned_sizes
from analyzers.tensors.dims import symbol
from analyzers.tensors.errors import OperationError

if TYPE_CHECKING:
    from analyzers.models.inputs.trial import Trials

RANKS = (4, 3, 2, 5, 1, 6)
"""Of inputs that are tried, likeliest first."""
MAXIMUM_TRIALS = 80


class RankProof:
    """Runs the model with every rank of the inputs of which only a guess is known, all their sizes open."""

    def __init__(self, trials: Trials, found: Found, known: Inputs) -> None:
        self.trials = trials
        self.known = known
        self.dtypes = {given.name: given.dtype for given in found.inputs}
        self.left = MAXIMUM_TRIALS
        self.is_always_of_rank = True
        """Whether it is the number of dimensions that goes wrong with each of them."""

    @property
    def is_hopeless(self) -> bool:
        """Whether something certainly goes wrong with each of them."""
        with self.trials.until_anything():
            return self._goes_wrong(self.known)

    def _goes_wrong(self, inputs: Inputs) -> bool:
        self.left -= 1
        if self.left < 0 or self.trials.machine.budget.left < 0:
            return False
        try:
            found = self.trials.attempt(inputs)
        except NeedsShape as need:
            self._look_at(need.errors)
            return bool(need.errors) or self._with_any_rank(inputs, need.probe.name)
        if found.recorded_errors or any(failure.raises for failure in found.failures):
            self._look_at(found.recorded_errors)
            self.is_always_of_rank &= bool(found.recorded_errors)
            return True
        return take_learned_sizes(inputs) and self._goes_wrong(inputs)

    def _look_at(self, errors: list[RecordedError]) -> None:
        self.is_always_of_rank &= not errors or any(is_of_rank(recorded.error) for recorded in errors)

    def _with_any_rank(self, inputs: Inputs, name: str) -> bool:
        dtype = self.dtypes.get(name, "float32")
        return all(self._goes_wrong({**_copied(inputs), name: _open_input(name, rank, dtype)}) for rank in RANKS)


def is_of_rank(error: OperationError) -> bool:
    """Whether it is the number of dimensions that is wrong."""
    ranks = {len(shape) for shape in error.data.get("shapes", ())}
    return len(ranks) > 1 or error.rule in ("rank-mismatch", "dimension-out-of-range")


def _copied(inputs: Inputs) -> Inputs:
    """What is learned of their sizes holds for one trial alone."""
    return {name: Input(name, i.shape, i.origin, i.dtype, sides=i.sides) for name, i in inputs.items()}


def _open_input(name: str, rank: int, dtype: str) -> Input:
    return Input(name, tuple([symbol("D", solvable=True) for _ in range(rank)]), "solved", dtype)
