"""What the expressions of a model's own code are worth while it runs: for what is shown behind a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from analyzers.interpreter.framework import is_module
from analyzers.interpreter.graph import replaced, tensors_below
from analyzers.interpreter.scope import Frame
from analyzers.interpreter.values import UNKNOWNS, Instance, Site
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.recorder import Record, Recorder

LONGEST = 64
"""Tensors in a container that is remembered; of longer ones nobody wants the shapes behind a line."""


class Evaluation(NamedTuple):
    """The value of an expression, the module in whose code it stands, and whether it is a whole statement's.

    ``is_lost``: a tensor went into the operation and what came out is not known.
    """

    site: Site
    value: Any
    caller: Record | None
    is_whole: bool
    is_lost: bool = False


class Evaluations:
    """Remembers the values that are or hold tensors, in order of evaluation, of files that are on a screen.

    Code that builds a graph of symbolic tensors runs once, before the model does: its expressions have the values
    that the graph has when it is run.
    """

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.seen: list[Evaluation] = []
        self._symbolic: dict[int, list[Evaluation]] = {}
        """By the identity of the first symbolic tensor in the value."""

    def note(
        self, frame: Frame, node: Any, value: Any, *, is_whole: bool = False, operands: Iterable[Any] = ()
    ) -> None:
        """Called for every call, operation and statement: most values are no tensors and cost a look at their type."""
        kind = type(value)
        if kind is Tensor:
            if value.history is not None or self._is_running():
                self._add(frame, node, value, (value,), is_whole)
        elif kind in UNKNOWNS:
            if self._is_running():
                is_lost = any(type(operand) is Tensor for operand in operands)
                self._add(frame, node, value, (), is_whole, is_lost)
        elif kind in _CONTAINERS or isinstance(value, tuple):
            held = _snapshot(value)
            tensors = tuple(tensors_below(held))
            if 0 < len(tensors) <= LONGEST and (self._is_running() or any(t.history is not None for t in tensors)):
                self._add(frame, node, held, tensors, is_whole)

    def _is_running(self) -> bool:
        recorder = self.recorder
        return bool(recorder.stack) and not recorder.suspended_depth

    def _add(
        self, frame: Frame, node: Any, value: Any, tensors: tuple[Tensor, ...], is_whole: bool, is_lost: bool = False
    ) -> None:
        site = Site(frame.block, node, frame.module.path)
        symbolic = next((tensor for tensor in tensors if tensor.history is not None), None)
        evaluation = Evaluation(site, value, self._caller(), is_whole, is_lost)
        target = self.seen if symbolic is None else self._symbolic.setdefault(id(symbolic), [])
        target.append(evaluation)

    def _caller(self) -> Record | None:
        stack = self.recorder.stack
        return stack[-1] if stack else None

    def graph_was_run(self, values: Mapping[int, Any], filled: Callable[[Tensor], Any]) -> None:
        """Expressions that built the graph have what its symbolic tensors stood for (``values``, by identity)."""
        if not self._symbolic or not self._is_running():
            return
        caller = self._caller()
        for evaluation in [found for key in values for found in self._symbolic.get(key, ())]:
            symbolic = (tensor for tensor in tensors_below(evaluation.value) if tensor.history is not None)
            if all(id(tensor) in values for tensor in symbolic):
                self.seen.append(evaluation._replace(value=replaced(evaluation.value, filled), caller=caller))


_CONTAINERS = frozenset((list, dict, Instance))


def _snapshot(value: Any) -> Any:
    """A container as it is now: what the program adds later is not part of the value. Of objects only records of
    results (a dataclass, a model output) count, no modules."""
    if not isinstance(value, Instance):
        return value if isinstance(value, tuple) else value.copy()
    held = value.payload if isinstance(value.payload, dict) else value.attributes
    is_record = not is_module(value) and any(type(part) is Tensor for part in held.values())
    return dict(held) if is_record else ()


__all__ = ["Evaluation", "Evaluations"]
