"""Losses that apply a softmax themselves, and what they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.recorder import LossUse, RecordedError
from analyzers.interpreter.values import Instance
from analyzers.tensors.errors import OperationError
from analyzers.tensors.tensor import PROBABILITIES, Tensor
from analyzers.unknown import ModelResult

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

DOUBLE_SOFTMAX = "double-softmax"


def expect_logits(machine: Machine, value: Any, loss: str, layer: Instance | None = None) -> None:
    """Note it where the ``value`` that a loss takes for logits is the result of a softmax, or of a model: what that
    gives shows when it is run. ``layer`` is the loss itself where it is a module."""
    if isinstance(value, ModelResult):
        applied_to_model(machine, value.model, loss)
    elif isinstance(value, Tensor) and value.trait in PROBABILITIES and not machine.uncertain:
        maker = machine.recorder.module_that_made(value)
        if maker is not None:
            applied_to_model(machine, maker, loss)
        message = f"{{subject}} expects logits, gets the result of a {value.trait}"
        _remark(machine, OperationError(DOUBLE_SOFTMAX, message), loss, layer)


def applied_to_model(machine: Machine, model: Instance, loss: str) -> None:
    """Note that a loss that expects logits is applied to what this model returns."""
    recorder = machine.recorder
    recorder.losses.append(LossUse(loss, model, machine.site(), bool(recorder.suspended_depth)))


def _remark(machine: Machine, error: OperationError, loss: str, layer: Instance | None) -> None:
    """In a forward pass it belongs to the model; in the file's own code it stands for itself, but what a model does
    inside comes up again when that model is run."""
    recorder = machine.recorder
    around = [record for record in recorder.stack if record.instance is not layer or layer is None]
    if not recorder.suspended_depth:
        recorder.remarks.append(recorder.recorded(error, loss, machine.site()))
    elif not around:
        recorder.recorded_errors.append(RecordedError(error, loss, machine.site(), None))
