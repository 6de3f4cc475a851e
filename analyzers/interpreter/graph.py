"""Graphs of symbolic tensors: what was called on what, to be run again on other tensors.

A symbolic tensor's ``history`` is the :class:`Step` that made it. :class:`Graph` is the part of the
steps between some inputs and some outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.values import Site
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


class Step:
    """A call of ``operation`` (a layer, a function; None: an input) on symbolic tensors."""

    __slots__ = ("_inputs", "args", "kwargs", "operation", "outputs", "site")

    def __init__(
        self, operation: Any, args: Any, kwargs: dict[str, Any], outputs: list[Tensor], site: Site | None
    ) -> None:
        self.operation = operation
        self.args = args
        self.kwargs = kwargs
        self.outputs = outputs
        self.site = site
        self._inputs: list[Tensor] | None = None

    @property
    def inputs(self) -> list[Tensor]:
        """The symbolic tensors it was called on; nobody changes what a step was called with."""
        if self._inputs is None:
            self._inputs = [t for t in tensors_below((self.args, self.kwargs)) if t.history is not None]
        return self._inputs


def tensors_below(value: Any) -> Iterator[Tensor]:
    """Every tensor in a nest of lists, tuples and dicts, in order; a list that holds itself is looked into once."""
    return _tensors_below(value, (), set())


def _tensors_below(value: Any, around: tuple[int, ...], barren: set[int]) -> Iterator[Tensor]:
    """``barren`` are containers below which there is none, so that one that occurs often is not searched each time."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (dict, list, tuple)) and id(value) in around:
        barren.add(CYCLE)
    elif isinstance(value, (dict, list, tuple)) and id(value) not in barren:
        found = False
        inside = (*around, id(value))
        for part in value.values() if isinstance(value, dict) else value:
            if type(part) in LEAVES or id(part) in barren:
                continue
            for tensor in _tensors_below(part, inside, barren):
                found = True
                yield tensor
        if not found and CYCLE not in barren:
            barren.add(id(value))


LEAVES = frozenset((int, float, bool, str, type(None)))
CYCLE = -1
"""Stands among the containers when one holds itself: then what is below another depends on how it was reached."""


def replaced(value: Any, change: Callable[[Tensor], Any], around: tuple[int, ...] = ()) -> Any:
    """The nest with every tensor changed; containers are made anew, but for one that holds itself."""
    if isinstance(value, Tensor):
        return change(value)
    if (type(value) not in (list, tuple) and not isinstance(value, dict)) or id(value) in around:
        return value
    inside = (*around, id(value))
    if isinstance(value, dict):
        return {k: replaced(v, change, inside) for k, v in value.items()}
    return type(value)(replaced(v, change, inside) for v in value)


def with_tensor(value: Any, old: Tensor, new: Tensor) -> Any:
    """The value with one tensor in place of another; the same where it is not in it."""
    if not any(tensor is old for tensor in tensors_below(value)):
        return value
    return replaced(value, lambda tensor: new if tensor is old else tensor)


def _key(step: Step) -> int:
    """What is called, however often; each input by itself."""
    return id(step) if step.operation is None else id(step.operation)


class Graph:
    """The steps from ``inputs`` to ``outputs`` (a nest of symbolic tensors), in the order Keras runs them.

    A step's depth is its longest distance from an output; deeper ones run first, and steps of one depth
    as they are met coming from the outputs.
    """

    def __init__(self, inputs: list[Tensor], outputs: Any) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self._met: dict[int, Step] = {}
        """The first step of everything that is called, and every input, in the order met coming from the outputs."""
        self._depths: dict[int, int] = {}
        self.steps = self._ordered()

    def _ordered(self) -> list[Step]:
        finished = self._depth_first()
        depths: dict[int, int] = {}
        operations: dict[int, int] = {}
        steps = {id(s): s for s in finished}
        for step in reversed(finished):
            depth = max(depths.setdefault(id(step), 0), operations.get(_key(step), 0))
            depths[id(step)] = operations[_key(step)] = depth
            for parent in step.inputs:
                key = id(parent.history)
                if key in steps:
                    depths[key] = max(depth + 1, depths.get(key, 0))
        self._depths = operations
        met = {key: position for position, key in enumerate(self._met)}
        order = sorted(depths.items(), key=lambda item: (-item[1], met[_key(steps[item[0]])]))
        return [steps[key] for key, _ in order if steps[key].operation is not None]

    def _depth_first(self) -> list[Step]:
        """Every step behind the outputs, a step after those it needs; does not look behind the inputs."""
        ends = {id(t) for t in self.inputs}
        done: set[int] = set()
        order: list[Step] = []
        stack: list[tuple[Tensor, bool]] = [(t, False) for t in reversed(list(tensors_below(self.outputs)))]
        while stack:
            tensor, ready = stack.pop()
            step = tensor.history
            if step is None or id(step) in done or (id(tensor) in ends and step.operation is not None):
                continue
            if ready:
                done.add(id(step))
                order.append(step)
                continue
            self._met.setdefault(_key(step), step)
            stack.append((tensor, True))
            stack.extend((t, False) for t in reversed(step.inputs))
        return order

    @property
    def operations(self) -> list[Any]:
        """What is called, each once, in order of the first call."""
        return list({id(s.operation): s.operation for s in self.steps}.values())

    def by_depth(self) -> list[Step]:
        """The inputs (those that nothing needs first among the last), and the first step of everything that is called, as
        Keras lists them: by depth, and at one depth as they are met coming from the outputs."""
        unused = [t.history for t in self.inputs if _key(t.history) not in self._met and t.history.operation is None]
        every = [*unused, *self._met.values()]
        return sorted(every, key=lambda step: -self._depths.get(_key(step), 0))

    def missing(self) -> Tensor | None:
        """An input of a step that cannot be reached from the inputs."""
        known = {id(t) for t in self.inputs}
        for step in self.steps:
            known.update(id(t) for t in step.outputs)
        return next((t for s in self.steps for t in s.inputs if id(t) not in known), None)

    def run(self, machine: Machine, tensors: list[Any]) -> Any:
        """The outputs for these tensors in place of the inputs."""
        values: dict[int, Any] = {id(t): v for t, v in zip(self.inputs, tensors)}

        def filled(tensor: Tensor) -> Any:
            return (
                values.get(id(tensor), Unknown("it does not depend on the model's inputs"))
                if tensor.history
                else tensor
            )

        for step in self.steps:
            if all(id(t) in values for t in step.outputs):
                continue
            with machine.at(step.site):
                result = machine.call(step.operation, replaced(list(step.args), filled), replaced(step.kwargs, filled))
            made = list(tensors_below(result))
            for index, tensor in enumerate(step.outputs):
                values[id(tensor)] = made[index] if index < len(made) else _unknown_of(result)
        machine.recorder.evaluations.graph_was_run(values, filled)
        return replaced(self.outputs, filled)


def _unknown_of(result: Any) -> Any:
    return result if isinstance(result, Unknown) else Unknown("a step of the graph gives fewer tensors than it did")
