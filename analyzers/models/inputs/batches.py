"""Models that run with no batch of the sizes that are tried, though nothing is wrong while the size is left open."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.recorder import RecordedError
from analyzers.models.inputs.equations import sizes_asked
from analyzers.models.inputs.found import Found, Input, Inputs
from analyzers.tensors.dims import bare_symbol, has_unknown, substitute
from analyzers.tensors.errors import OperationError
from analyzers.tensors.polynomials import Symbol
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.models.inputs.solver import Solver
    from analyzers.models.inputs.trial import Trials

BATCHES = (2, 3, 1, 4, 8, 7, 32)
"""Sizes that a batch may have, what is told first."""
MAXIMUM_WANTED = 3
MAXIMUM_DEPTH = 3
MAXIMUM_RESULTS = 30
"""Of what comes out of a model: how far it is looked into, for what is not known."""
OF_SIZES = frozenset(
    "broadcast-mismatch concat-mismatch matmul-mismatch reshape-mismatch feature-size-mismatch channel-mismatch "
    "rank-mismatch dimension-out-of-range empty-output groups-mismatch".split()
)


def sized_with_a_batch(trials: Trials, solver: Solver, found: Found) -> Found:
    """Where the size of the batch must be known to follow the model: assumed pictures take the sizes that fit with one."""
    batch = bare_symbol(trials.names("N"))
    if batch is None or not found.is_sound or not any(given.has_assumed_sides for given in found.inputs):
        return found
    inputs = _with_batch(found, batch, BATCHES[0]) if _is_lost(found) else None
    if inputs is None:
        return found
    with trials.apart():
        fitting = _sized(trials, solver, inputs)
        sizes = {given.name: given for given in fitting.inputs} if fitting.is_sound else {}
    changed = {name: _of_size(given, sizes[name]) for name, given in found.by_name.items() if name in sizes}
    if all(given.shape == found.by_name[name].shape for name, given in changed.items()):
        return found
    return trials.settle({**found.by_name, **changed})


def _sized(trials: Trials, solver: Solver, inputs: Inputs) -> Found:
    """The trial of these inputs; with other pictures where those that are assumed do not fit and others do."""
    trial = trials.settle(inputs)
    if not trial.recorded_errors or trial.failures or not any(given.has_assumed_sides for given in inputs.values()):
        return trial
    fitting = trials.settle(solver.solved(trial).by_name)
    return fitting if fitting.is_sound else trial


def _of_size(given: Input, fitting: Input) -> Input:
    """With the height and width of the other."""
    is_same_map = given.is_guessed_map and fitting.is_guessed_map and len(given.shape) == len(fitting.shape)
    return replace(given.sized(*fitting.size), origin=fitting.origin) if is_same_map else given


def note_impossible_batches(trials: Trials, solver: Solver, found: Found) -> None:
    """Remark what goes wrong with every size of the batch that is tried, those among them that the layers ask for."""
    batch = bare_symbol(trials.names("N"))
    if any(given.is_guessed and (given.others or given.said_at is None) for given in found.inputs):
        return  # Another rank may be meant.
    if batch is None or found.recorded_errors or found.misread or not (found.fixes_batch or _is_lost(found)):
        return
    wanted = list(islice(sizes_asked(batch), MAXIMUM_WANTED))
    first: list[RecordedError] = []
    for size in dict.fromkeys((*BATCHES, *wanted)):
        inputs = _with_batch(found, batch, size)
        if inputs is None or trials.machine.budget.left < 0:
            return
        with trials.apart():
            errors = (trials.settle(inputs) if first else _sized(trials, solver, inputs)).recorded_errors
        if not any(recorded.error.rule in OF_SIZES for recorded in errors):
            return
        first = first or errors
    trials.machine.recorder.remarks += [_remark(recorded) for recorded in first[:1] if recorded.error.rule in OF_SIZES]


def _is_lost(found: Found) -> bool:
    """Whether what comes out is not known, as it is where something depends on the batch."""
    if any(failure.raises for failure in found.failures):
        return False
    return _has_unknown(found.result)


def _has_unknown(value: Any, depth: int = 0) -> bool:
    if isinstance(value, (tuple, list, dict)):
        items = list(value.values() if isinstance(value, dict) else value)[:MAXIMUM_RESULTS]
        return depth < MAXIMUM_DEPTH and any(_has_unknown(item, depth + 1) for item in items)
    return isinstance(value, Unknown) or (isinstance(value, Tensor) and any(map(has_unknown, value.shape)))


def _with_batch(found: Found, batch: Symbol, size: int) -> Inputs | None:
    """The inputs with so many items; None where no batch of theirs is open."""
    inputs = {given.name: replace(given, shape=_put_in(given.shape, batch, size)) for given in found.inputs}
    changed = any(inputs[given.name].shape != given.shape for given in found.inputs)
    return inputs if changed else None


def _put_in(shape: tuple[Any, ...], batch: Symbol, size: int) -> tuple[Any, ...]:
    return tuple([dim if isinstance(dim, int) else substitute(dim, {batch: size}) for dim in shape])


def _remark(recorded: RecordedError) -> RecordedError:
    """What was met with the first of the sizes, worded for all."""
    error = recorded.error
    message = f"{error.message} with a batch of {BATCHES[0]}, nor does a batch of another size fit"
    recorded.error = OperationError(
        error.rule, message, exception=error.exception, **{**error.data, "level": "warning"}
    )
    return recorded
