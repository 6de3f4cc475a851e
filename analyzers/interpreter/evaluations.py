"""What the expressions of a model's own code are worth while it runs: for what is shown behind a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.framework import is_module
from analyzers.interpreter.graph import replaced, tensors_below, with_tensor
from analyzers.interpreter.scope import Frame
from analyzers.interpreter.values import Instance, Site
from analyzers.tensors.tensor import Tensor, is_shaped
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.recorder import Record, Recorder
    from analyzers.source.blocks import Block

LONGEST = 64
"""Elements of a container that is remembered; of longer ones nobody wants the shapes behind a line."""


class Evaluation:
    """The value of an expression, the module in whose code it stands, and whether it is a whole statement's."""

    __slots__ = ("block", "caller", "is_whole", "node", "path", "value")

    def __init__(self, block: Block, node: Any, path: str, value: Any, caller: Record | None) -> None:
        self.block = block
        self.node = node
        self.path = path
        self.value = value
        self.caller = caller
        self.is_whole = False

    @property
    def site(self) -> Site:
        return Site(self.block, self.node, self.path)


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
        """Called for every call, operation and statement, most of which are worth no tensor."""
        recorder = self.recorder
        if not recorder.stack and not recorder.symbolic:
            return
        if isinstance(value, Unknown):
            value.of_tensor |= any(map(is_shaped, operands))
        evaluation = self._noted(frame, node, value)
        if evaluation is not None:
            evaluation.is_whole |= is_whole

    def _noted(self, frame: Frame, node: Any, value: Any) -> Evaluation | None:
        if is_shaped(value):
            return self._add(frame, node, value, value if value.history is not None else None)
        if isinstance(value, Unknown):
            return self._add(frame, node, value, None)
        held = _held(value)
        parts = _parts(held) if held else []
        if not parts:
            return None
        symbolic = (part for part in parts if is_shaped(part) and part.history is not None)
        return self._add(frame, node, held, next(symbolic, None))

    def _add(self, frame: Frame, node: Any, value: Any, symbolic: Tensor | None) -> Evaluation | None:
        """A statement's value is that of the call or operation just noted, if it is one."""
        if symbolic is None and not self._is_running():
            return None
        target = self.seen if symbolic is None else self._symbolic.setdefault(id(symbolic), [])
        if target and target[-1].node is node and target[-1].value is value:
            return target[-1]
        evaluation = Evaluation(frame.block, node, frame.module.path, value, self._caller())
        target.append(evaluation)
        return evaluation

    def _is_running(self) -> bool:
        recorder = self.recorder
        return bool(recorder.stack) and not recorder.suspended_depth

    def _caller(self) -> Record | None:
        stack = self.recorder.stack
        return stack[-1] if stack else None

    def rewritten(self, written: Tensor, before: Tensor) -> None:
        """What an expression was worth before a tensor in it was written in place."""
        for evaluation in self.seen:
            evaluation.value = with_tensor(evaluation.value, written, before)

    def graph_was_run(self, values: Mapping[int, Any], filled: Callable[[Tensor], Any]) -> None:
        """Expressions that built the graph have what its symbolic tensors stood for (``values``, by identity)."""
        if not self._symbolic or not self._is_running():
            return
        for built in [found for key in values for found in self._symbolic.get(key, ())]:
            symbolic = (tensor for tensor in tensors_below(built.value) if tensor.history is not None)
            if all(id(tensor) in values for tensor in symbolic):
                value = replaced(built.value, filled)
                evaluation = Evaluation(built.block, built.node, built.path, value, self._caller())
                evaluation.is_whole = built.is_whole
                self.seen.append(evaluation)


def _held(value: Any) -> Any:
    """What is in a container now: what the program adds later is not part of the value. Of objects only records of
    results (a dataclass, a model output) count, no modules."""
    if isinstance(value, tuple):
        return value
    if type(value) in (list, dict):
        return value.copy() if len(value) <= LONGEST else None
    if not isinstance(value, Instance) or is_module(value):
        return None
    held = value.payload if isinstance(value.payload, dict) else value.attributes
    return dict(held) if any(map(is_shaped, held.values())) else None


def _parts(value: Any) -> list[Any]:
    """The tensors and unknowns in a container; none of one that holds too much to be looked through."""
    found: list[Any] = []
    waiting = [value]
    for _ in range(4 * LONGEST):
        if not waiting:
            return found
        part = waiting.pop()
        if is_shaped(part) or isinstance(part, Unknown):
            found.append(part)
        elif isinstance(part, (tuple, list, dict)) and len(part) <= LONGEST:
            waiting += part.values() if isinstance(part, dict) else part
    return []


__all__ = ["Evaluation", "Evaluations"]
