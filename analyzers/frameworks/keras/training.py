"""What ``fit``, ``evaluate`` and ``predict`` are given, held against what the model takes and gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from analyzers.frameworks.keras.datasets import Batches, first_batch
from analyzers.frameworks.keras.state import state_of
from analyzers.interpreter.graph import tensors_below
from analyzers.interpreter.values import Function, Instance
from analyzers.tensors.dim_text import counted, shape_text
from analyzers.tensors.dims import Dim, symbol
from analyzers.tensors.errors import OperationError
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

SAME_SHAPE = frozenset(("categorical_crossentropy", "binary_crossentropy"))
BROADCASTING = frozenset("mse mae mean_squared_error mean_absolute_error msle mape huber log_cosh".split())
INDICES = "sparse_categorical_crossentropy"


class Data(NamedTuple):
    """What a method of a model is given."""

    method: str
    x: Any
    y: Any = None


def check(model: Instance, data: Data, machine: Machine) -> bool:
    """Report one thing that certainly does not fit: the number of examples, the shape of one, that of a label."""
    if state_of(model).graph is None or _trains_itself(model):
        return False
    given = first_batch(data.x, machine)
    if isinstance(given, Batches):
        data = Data(data.method, given.x, given.y)
    error = (
        (_of_counts(data) if given is data.x else None) or _of_inputs(model, data, machine) or _of_labels(model, data)
    )
    if error is not None:
        error.data["of_building"] = True
        machine.problem(error, model.attributes.get("name"))
    return error is not None


def _trains_itself(model: Instance) -> bool:
    """Whether the program says itself what a step of training does."""
    own = (model.class_.find(name) for name in ("train_step", "test_step", "predict_step", "compute_loss", "call"))
    return any(isinstance(method, Function) for method in own)


def _of_counts(data: Data) -> OperationError | None:
    inputs, labels = _count(data.x), _count(data.y)
    if inputs is None or labels is None or inputs == labels:
        return None
    message = f"{data.method} is given {counted(inputs, 'input')} and {counted(labels, 'label')}"
    return OperationError("invalid-argument", message, exception="ValueError", argument="y")


def _count(value: Any) -> int | None:
    """How many examples an array, or every array of several, has."""
    tensors = list(tensors_below(value))
    counts = {tensor.shape[0] if tensor.rank and tensor.is_array else None for tensor in tensors}
    first = next(iter(counts), None)
    return first if len(counts) == 1 and isinstance(first, int) else None


# -- inputs ----------------------------------------------------------------------------------------


def _of_inputs(model: Instance, data: Data, machine: Machine) -> OperationError | None:
    graph = state_of(model).graph
    given = [data.x] if isinstance(data.x, Tensor) else data.x
    if graph is None or not isinstance(given, (list, tuple)) or len(given) != len(graph.inputs):
        return None
    if not all(isinstance(x, Tensor) and x.rank for x in given):
        return None
    wrong = next(((x, ref) for x, ref in zip(given, graph.inputs) if _differs(x.shape[1:], ref.shape[1:])), None)
    if wrong is None or not _is_refused(model, given, graph.inputs, machine):
        return None
    shape, wanted = (shape_text((symbol("N"), *tensor.shape[1:])) for tensor in wrong)
    rule = "feature-size-mismatch" if wrong[0].rank == wrong[1].rank else "rank-mismatch"
    message = f"{data.method} is given an input of {shape}, but {{subject}} takes {wanted}"
    return OperationError(rule, message, exception="ValueError", expected=wrong[1].shape[-1], actual=wrong[0].shape[-1])


def _differs(given: tuple[Dim, ...], wanted: tuple[Dim, ...]) -> bool:
    if not all(isinstance(size, int) for size in given):
        return False
    return len(given) != len(wanted) or any(isinstance(w, int) and g != w for g, w in zip(given, wanted))


def _is_refused(model: Instance, given: Any, wanted: list[Tensor], machine: Machine) -> bool:
    """Whether the model refuses these inputs, and not those it declares."""
    batch = symbol("N")
    shaped = [x.plain().with_(shape=(batch, *x.shape[1:]), dtype="float32") for x in given]
    own = [Tensor((batch, *reference.shape[1:]), dtype=reference.dtype) for reference in wanted]
    return not _errors(model, own, machine) and bool(_errors(model, shaped, machine))


def _errors(model: Instance, inputs: list[Tensor], machine: Machine) -> list[Any]:
    with machine.recorder.separate_errors() as errors, machine.recorder.preserved(), machine.recorder.unrecorded():
        machine.call(model, (inputs[0] if len(inputs) == 1 else inputs,))
        return list(errors)


# -- labels ----------------------------------------------------------------------------------------


def _of_labels(model: Instance, data: Data) -> OperationError | None:
    """Labels of another shape than the loss takes for what the model gives."""
    state = state_of(model)
    outputs = list(tensors_below(state.graph.outputs)) if state.graph is not None else []
    y, loss = data.y, state.loss
    if len(outputs) != 1 or not isinstance(y, Tensor) or not y.rank or not isinstance(loss, str):
        return None
    given, made = y.shape[1:], outputs[0].shape[1:]
    if not all(isinstance(size, int) for size in (*given, *made)) or not made or _fits(loss, given, made):
        return None
    shapes = shape_text((symbol("N"), *given)), shape_text((symbol("N"), *made))
    message = f"{data.method} is given labels of {shapes[0]} for an output of {shapes[1]}, which {loss} does not take"
    return OperationError("feature-size-mismatch", message + _advice(loss, given, made), exception="ValueError")


def _fits(loss: str, given: tuple[Any, ...], made: tuple[Any, ...]) -> bool:
    if loss in SAME_SHAPE:
        return given == made or (*given, 1) == made or given == (*made, 1)
    if loss == INDICES:
        return given in (made[:-1], (*made[:-1], 1))
    if loss in BROADCASTING and len(given) == len(made):
        return all(g == m or 1 in (g, m) for g, m in zip(given, made))
    return True


def _advice(loss: str, given: tuple[Any, ...], made: tuple[Any, ...]) -> str:
    if loss == "categorical_crossentropy" and given in (made[:-1], (*made[:-1], 1)):
        return f" (for numbers of classes: {INDICES}, or keras.utils.to_categorical)"
    if loss == INDICES and given == made:
        return " (for one-hot labels: categorical_crossentropy)"
    return ""


def loss_name(loss: Any) -> str | None:
    """The loss that ``compile`` is given, if it is one that is known by its name."""
    if isinstance(loss, str):
        return loss
    return None if isinstance(loss, Unknown) else getattr(loss, "loss_name", None)
