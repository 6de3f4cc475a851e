"""Which records hold a tensor, so that one that is written in place is found in them without looking through all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers.interpreter.graph import tensors_below, with_tensor
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.recorder import Record


class Holders:
    """An index of one list of records that only grows; made up to date when it is asked."""

    def __init__(self, records: list[Record]) -> None:
        self.records = records
        self._count = 0
        self._running: list[Record] = []
        """Calls whose output was not known yet when they were looked at."""
        self._by_tensor: dict[int, list[Record]] = {}
        """By identity: a record keeps its tensors alive."""

    def rewritten(self, written: Tensor, before: Tensor, stack: list[Record]) -> None:
        """Put ``before`` in place of a tensor in every record, those in ``stack`` being under way."""
        self._look_at_new(stack)
        held = self._by_tensor.pop(id(written), [])
        for record in (*held, *self._running):
            record.inputs = [with_tensor(value, written, before) for value in record.inputs]
            record.output = with_tensor(record.output, written, before)
        if held:
            self._by_tensor[id(before)] = held

    def _look_at_new(self, stack: list[Record]) -> None:
        new = [*self._running, *self.records[self._count :]]
        self._count = len(self.records)
        running = set(map(id, stack))
        self._running = [record for record in new if id(record) in running]
        for record in new:
            if id(record) not in running:
                for tensor in tensors_below((record.inputs, record.output)):
                    held = self._by_tensor.setdefault(id(tensor), [])
                    if not held or held[-1] is not record:
                        held.append(record)
