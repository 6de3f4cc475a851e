"""What a forward pass leaves open: what was read as the items of a list, how often a loop turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers.tensors.dims import unknown_dim
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.recorder import Recorder


class OpenEnds:
    """Of one pass."""

    def __init__(self) -> None:
        self.items_read: dict[int, tuple[int, int]] = {}
        """Tensors whose items were asked for one by one, as those of a list are: how many from the front, from the end."""
        self.uncounted: list[Unknown] = []
        """Why it is not known how often something was called."""

    def read_items(self, value: Tensor, front: int = 0, end: int = 0) -> None:
        before = self.items_read.get(id(value), (0, 0))
        self.items_read[id(value)] = max(front, before[0]), max(end, before[1])

    def possible_turns(self, recorder: Recorder, reason: Unknown) -> None:
        """What was called in turns of a loop may have been called more or less often: nobody knows what that costs."""
        self.uncounted.append(reason)
        recorder.total_cost = recorder.total_cost + unknown_dim(reason.reason)
