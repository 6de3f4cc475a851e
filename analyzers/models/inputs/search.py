"""Which input a model gets: what is said of it, else what its layers want, else what fits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.values import Instance
from analyzers.models.contracts import entry_of
from analyzers.models.inputs.batches import OF_SIZES, note_impossible_batches, sized_with_a_batch
from analyzers.models.inputs.found import Found, Input
from analyzers.models.inputs.input_inference import Names
from analyzers.models.inputs.known import KnownInputs
from analyzers.models.inputs.solver import Solver
from analyzers.models.inputs.trial import Trials
from analyzers.models.runner import Failure
from analyzers.models.signatures import hands_on
from analyzers.tensors.dims import substitute, symbols
from analyzers.tensors.layout import is_batch

if TYPE_CHECKING:
    from analyzers.models.context import FileContext


def find_inputs(context: FileContext, root: Instance, target: str) -> Found:
    """Settle the inputs of ``root``, which the expression ``target`` names, and run it with them.

    Raises:
        TargetError: the user gives an input that the model does not have.
    """
    known = KnownInputs(context, root, target, Names())
    trials = Trials(context, root, known)
    found = _settled(trials, known)
    solver = Solver(trials, root)
    if found.has_guesses and not found.is_sound and context.machine.budget.left >= 0:
        found = solver.solved(found)
    elif found.has_guesses:
        found = solver.measured(found)
    if found.fixes_batch and found.is_sound and all(map(_tells_of_batch, found.inputs)):
        found = _of_one_item(trials, solver, found)
    found = sized_with_a_batch(trials, solver, found)
    _drop_doubtful(found, known, root)
    _tell_what_says_them(found)
    note_impossible_batches(trials, solver, found)
    found.order, found.arguments = tuple(known.parameters.names), {**_lists(found, known), **known.arguments}
    found.failures += _nothing_given(found, known)
    return found


def _tells_of_batch(given: Input) -> bool:
    """Whether what is asked of a guessed input is asked of its batch: where the sides of a map are open it may be asked
    of them."""
    is_plain = len(given.shape) <= 2 or all(isinstance(size, int) or is_batch(size) for size in given.shape)
    return given.is_guessed and is_plain


def _of_one_item(trials: Trials, solver: Solver, found: Found) -> Found:
    """A model that only runs with a certain number of items in its batch, mostly with one."""
    inputs = {}
    for given in found.inputs:
        known = {one: 1 for size in given.shape for one in symbols(size) if is_batch(size)}
        inputs[given.name] = replace(given, shape=tuple([substitute(size, known) for size in given.shape]))
    trial = trials.settle(inputs)
    if trial.is_sound:
        return solver.measured(trial)
    before = trials.again(found.by_name)
    before.recorded_errors = found.recorded_errors  # (what is only wrong with a guess was taken out of them)
    return before


def _lists(found: Found, known: KnownInputs) -> dict[str, list[Any]]:
    """The lists that were found out to be meant, with nothing where their tensors go."""
    lists: dict[str, list[Any]] = {}
    for given in found.inputs:
        name, _, place = given.name.partition(".")
        if place.isdecimal() and given.name not in known.parameters.names:
            lists.setdefault(name, []).append(None)
    return lists


def _nothing_given(found: Found, known: KnownInputs) -> Iterator[Failure]:
    """Why a run tells little of a model that reads no tensor of what it needs: it takes something else."""
    needed = [name for name in known.parameters.names if name not in known.parameters.defaults]
    if needed and not found.inputs and not found.arguments and not found.failures:
        yield Failure(f"nobody says what the input {needed[0]} is", None)


def _tell_what_says_them(found: Found) -> None:
    """Of sizes that do not fit: which layers said those of the inputs, that may be what is wrong."""
    said = [(given.name, given.said_at) for given in found.inputs if given.is_guessed and given.said_at is not None]
    for recorded in found.recorded_errors:
        if said and recorded.error.rule in OF_SIZES:
            recorded.error.data["said_at"] = said


def _settled(trials: Trials, known: KnownInputs) -> Found:
    found = trials.settle(known.inputs())
    if known.borrowed and not found.is_sound:  # (another size, other channels)
        known.stop_borrowing()
        found = trials.settle(known.inputs())
    takes_any_number = not known.given and known.parameters.rest is not None
    return _with_more(trials, known, found) if takes_any_number and not found.is_sound else found


def _with_more(trials: Trials, known: KnownInputs, found: Found) -> Found:
    """One input was only a guess: what two or three do not suffer is what is meant; none of them is a finding."""
    for _ in range(2):
        known.parameters.further()
        trial = trials.settle(found.by_name)
        if trial.is_sound:
            return trial
    del known.parameters.names[-2:]
    found = trials.settle(found.by_name)
    found.recorded_errors = []
    return found


def _drop_doubtful(found: Found, known: KnownInputs, root: Instance) -> None:
    """What only holds of an input that somebody leaves out, or that need not be a tensor, is no finding."""
    given = {i.name for i in found.inputs}
    leaves_out = any(value is None and name not in given for name, value in known.parameters.defaults.items())
    errors = found.recorded_errors
    if leaves_out:
        errors = [recorded for recorded in errors if not recorded.error.data.get("absent")]
    if found.has_guesses:
        errors = [recorded for recorded in errors if not recorded.error.data.get("as_tensor")]
    if hands_on(entry_of(root)) and (found.has_guesses or not found.inputs):
        errors = [recorded for recorded in errors if recorded.error.rule != "missing-argument"]
    found.recorded_errors = errors
