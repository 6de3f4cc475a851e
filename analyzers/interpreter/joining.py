"""Unknown conditions: both branches are followed from the same state, and what they leave is joined."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.object_joining import PLAIN, joined_object
from analyzers.interpreter.scope import Frame, restore
from analyzers.interpreter.state import State, defaults_of
from analyzers.interpreter.values import MISSING, Instance, MaybeMissing, Raised, UnknownTail
from analyzers.tensors.dims import same, unknown_dim
from analyzers.tensors.field import Field
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import PlainUnknown, Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine
    from analyzers.interpreter.recorder import Recorder

RETURN, BREAK, CONTINUE, SKIP, UNSURE = "return", "break", "continue", "skip", "unsure"


class Outcome:
    """How one branch ended (None: ran through; RETURN with a result; BREAK; CONTINUE; or raised) and what it left."""

    __slots__ = ("after", "costs", "raised", "result", "signal")

    def __init__(self) -> None:
        self.signal: str | None = None
        self.result: Any = None
        self.raised: Raised | None = None
        self.after: dict[int, tuple[Any, Any]] = {}
        self.costs: tuple[Any, ...] = ()
        """What all calls so far and the one that is being made have cost."""


def fork(machine: Machine, frame: Frame, branches: list[Callable[[], str | None]], reason: str) -> str | None:
    """Run every branch from the present state, join the states of those that go on; the signal they agree on."""
    outcomes = [_run_branch(machine, frame, branch) for branch in branches]
    alive = [o for o in outcomes if o.raised is None]
    if not alive:
        raise outcomes[0].raised  # type: ignore[misc]
    _spend(machine.recorder, joined_costs([o.costs for o in alive], reason))
    through = [o for o in alive if o.signal != RETURN]
    returned = [o for o in alive if o.signal == RETURN]
    if not through:
        _join_states(machine, alive, reason)
        frame.result = join_all(machine, [o.result for o in alive])
        return RETURN
    frame.pending.extend(o.result for o in returned)
    _join_states(machine, through, reason)
    if machine.handlers:
        machine.possible.extend(o.raised for o in outcomes if o.raised is not None)
    if returned:
        frame.left.extend(o.after for o in returned)
    signals = {o.signal for o in through}
    if len(signals) == 1:
        return signals.pop()
    return SKIP if signals <= {None, CONTINUE, SKIP} else UNSURE


def _spent(recorder: Recorder) -> tuple[Any, ...]:
    """Multiply-accumulates of the pass so far, and of the call that is being made."""
    return recorder.total_cost, recorder.stack[-1].cost if recorder.stack else 0


def _spend(recorder: Recorder, spent: tuple[Any, ...]) -> None:
    """As if so much had been spent."""
    recorder.total_cost = spent[0]
    if recorder.stack:
        recorder.stack[-1].cost = spent[1]


def joined_costs(costs: list[tuple[Any, ...]], reason: str) -> tuple[Any, ...]:
    """What was spent whichever branch is taken; unknown where they cost differently."""
    return tuple(
        [one[0] if all(same(one[0], c) is True for c in one[1:]) else unknown_dim(reason) for one in zip(*costs)]
    )


def rejoin(machine: Machine, frame: Frame) -> Any:
    """A function that may have returned early: its result, and what the early returns left, joined with its end."""
    reason = "it depends on whether a function returned early"
    for after in frame.left:
        for container, state in after.values():
            if container is not frame.scope.names:
                machine.journal.touch(container)
                restore(container, join_containers(machine, [container.copy(), state], reason))
    return join_all(machine, [*frame.pending, frame.result])


def rejoin_early(machine: Machine, frame: Frame) -> Any:
    """A function that raises at its end and may have returned before: where the program goes on, it has returned."""
    reason = "it depends on where a function returned early"
    containers = {key: container for after in frame.left for key, (container, _) in after.items()}
    for key, container in containers.items():
        if container is not frame.scope.names:
            machine.journal.touch(container)
            states = [after[key][1] if key in after else container.copy() for after in frame.left]
            restore(container, join_containers(machine, states, reason))
    return join_all(machine, frame.pending, reason)


def _run_branch(machine: Machine, frame: Frame, branch: Callable[[], str | None]) -> Outcome:
    outcome = Outcome()
    saved, before = frame.result, _spent(machine.recorder)
    machine.uncertain += 1
    try:
        with machine.journal.branch() as outcome.after:
            machine.journal.touch(frame.scope.names)
            outcome.signal = branch()
    except Raised as raised:
        outcome.raised = raised
    finally:
        machine.uncertain -= 1
    outcome.costs = _spent(machine.recorder)
    _spend(machine.recorder, before)
    outcome.result, frame.result = frame.result, saved
    return outcome


STEPS_PER_FORK = 20
"""What it costs to follow both branches and to join what they leave, beside the branches themselves."""


def _join_states(machine: Machine, outcomes: list[Outcome], reason: str) -> None:
    machine.budget.spend(STEPS_PER_FORK)
    touched: dict[int, Any] = {}
    for outcome in outcomes:
        for key, (container, _) in outcome.after.items():
            touched[key] = container
    for key, container in touched.items():
        machine.journal.touch(container)
        states = [o.after[key][1] if key in o.after else container.copy() for o in outcomes]
        restore(container, join_containers(machine, states, reason))


def join_containers(machine: Machine, states: list[Any], reason: str) -> Any:
    first = states[0]
    if len(states) == 1:
        return first
    if isinstance(first, dict):
        return _join_dicts(machine, states, reason)
    if isinstance(first, State):
        return _join_kept(machine, states, reason)
    if isinstance(first, Tensor):
        return _join_written(states, reason)
    if isinstance(first, set):
        return first if all(s == first for s in states) else {machine.unknown(reason)}
    if all(len(s) == len(first) for s in states):
        return [join_all(machine, list(values), reason) for values in zip(*states)]
    return [UnknownTail(reason, machine.site())]


def _join_written(states: list[Tensor], reason: str) -> Tensor:
    """A tensor that some branches wrote in place: sizes that differ are not known, nor is any where the ranks do."""
    first = states[0]
    if any(s.rank != first.rank for s in states):
        raise UnknownUsed(Unknown(reason))
    shape = [sizes[0] if all(same(sizes[0], d) for d in sizes) else unknown_dim(reason) for sizes in _sizes(states)]
    joined = first.with_(shape=tuple(shape), field=Field.merge([s.field for s in states]))
    joined.content = first.content if all(s.content is first.content for s in states) else None
    return joined


def _sizes(states: list[Tensor]) -> list[tuple[Any, ...]]:
    return list(zip(*[state.shape for state in states]))


def _join_dicts(machine: Machine, states: list[dict], reason: str) -> dict:
    """Most entries are the same in all states: those are taken over as they are."""
    if len(states) > 2:
        keys = dict.fromkeys(k for s in states for k in s)
        return {k: _join_entries(machine, [s.get(k, MISSING) for s in states], reason) for k in keys}
    left, right = states
    joined = dict(left)
    for key, value in left.items():
        other = right.get(key, MISSING)
        if other is not value:
            joined[key] = _join_entries(machine, [value, other], reason)
    for key in right:
        if key not in left:
            joined[key] = _join_entries(machine, [MISSING, right[key]], reason)
    return joined


def _join_entries(machine: Machine, values: list[Any], reason: str) -> Any:
    if any(v is MISSING for v in values):
        return MaybeMissing(reason, machine.site())
    return join_all(machine, values, reason)


def _join_kept(machine: Machine, states: list[State], reason: str) -> State:
    """What a framework keeps of an object: a field that only some branches set stays set, one that they set
    differently leaves the object unknown."""
    joined = states[0].copy()
    for name, default in defaults_of(type(joined)).items():
        values = [value for state in states if (value := getattr(state, name)) is not default]
        found = join_all(machine, values, reason) if values else default
        if isinstance(found, Unknown) and not any(isinstance(value, Unknown) for value in values):
            joined.unknown_because, found = found, values[0]
        setattr(joined, name, found)
    return joined


def join_all(machine: Machine, values: list[Any], reason: str = "it depends on a condition that is not known") -> Any:
    """One value that stands for any of these: the same, or Unknown where they differ."""
    first = values[0]
    for other in values[1:]:
        first = join(machine, first, other, reason)
    return first


def join(machine: Machine, left: Any, right: Any, reason: str) -> Any:
    if left is right:
        return left
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        unknown = left if isinstance(left, Unknown) else right
        unknown.of_tensor |= isinstance(left, Tensor) or isinstance(right, Tensor)
        return unknown
    if isinstance(left, Tensor) and isinstance(right, Tensor):
        return _join_tensors(machine, left, right, reason)
    if type(left) is type(right):
        if isinstance(left, PLAIN) and left == right:
            return left
        if isinstance(left, (tuple, list)) and len(left) == len(right):
            items = [join(machine, a, b, reason) for a, b in zip(left, right)]
            return tuple(items) if type(left) is tuple else items
        if type(left) is dict:
            return _join_dicts(machine, [left, right], reason)
        if isinstance(left, Instance):
            found = joined_object(machine, left, right, reason)
            if found is not None:
                return found
    return _unknown(machine, reason, left, right)


def _unknown(machine: Machine, reason: str, *instead_of: Any) -> Unknown:
    if all(isinstance(value, PLAIN) for value in instead_of):
        return PlainUnknown(reason, machine.site())
    unknown = machine.unknown(reason)
    unknown.of_tensor = any(isinstance(value, Tensor) for value in instead_of)
    return unknown


def _join_tensors(machine: Machine, left: Tensor, right: Tensor, reason: str) -> Any:
    if left.shape != right.shape or type(left) is not type(right):
        return _unknown(machine, reason, left, right)
    if left.field is right.field:
        return left.of_same_class(parameter=left.parameter, trainable=left.trainable)
    return left.of_same_class(field=Field.merge([left.field, right.field]))
