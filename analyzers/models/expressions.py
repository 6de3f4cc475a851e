"""From evaluations to facts: what the expressions of a model's own code are worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analyzers.facts import ExpressionFact, FieldFact, InputFact, OutputFact, UnknownFact, ValueFact, batch_dim
from analyzers.interpreter.evaluations import Evaluation
from analyzers.models.results import parts_of
from analyzers.source import program
from analyzers.tensors.dims import symbols
from analyzers.tensors.tensor import Tensor, is_shaped
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.models.extraction import Extraction


MEASURES = frozenset("shape size dim ndim ndimension numel dtype device item tolist requires_grad is_cuda".split())
"""What is asked of a tensor and is no tensor."""


def expressions(extraction: Extraction, evaluations: Sequence[Evaluation], batch: Any) -> list[ExpressionFact]:
    """Each expression once, with its different values in order; a whole statement's are only those of the whole."""
    return Expressions(extraction, evaluations, batch).facts()


class Expressions:
    """Turns the evaluations of one forward pass into facts."""

    def __init__(self, extraction: Extraction, evaluations: Sequence[Evaluation], batch: Any) -> None:
        self.extraction = extraction
        self.evaluations = evaluations
        self.batch = batch
        self._values: dict[tuple[int, int], ValueFact | None] = {}
        for record in extraction.records:
            if isinstance(record.output, Unknown):
                record.output.of_tensor = True

    def facts(self) -> list[ExpressionFact]:
        whole = {id(evaluation.node) for evaluation in self.evaluations if evaluation.is_whole}
        found: dict[int, dict[Any, ValueFact]] = {}
        sites: dict[int, Evaluation] = {}
        for evaluation in self.evaluations:
            key = id(evaluation.node)
            value = self._value(evaluation) if evaluation.is_whole or key not in whole else None
            if value is not None:
                sites[key] = evaluation
                found.setdefault(key, {}).setdefault((value.module, value.outputs, id(value.field)), value)
        places = {key: self.extraction.place_of(evaluation.site) for key, evaluation in sites.items()}
        return [
            ExpressionFact(place, list(values.values()), key in whole)
            for key, values in found.items()
            if (place := places[key]) is not None
        ]

    def _value(self, evaluation: Evaluation) -> ValueFact | None:
        """``None`` where there is no tensor in it, nor anything that stands for one."""
        if not is_shaped(evaluation.value) and _measures(evaluation.node):
            return None
        key = (id(evaluation.value), id(evaluation.caller))
        if key not in self._values:
            self._values[key] = self._new_value(evaluation)
        return self._values[key]

    def _new_value(self, evaluation: Evaluation) -> ValueFact | None:
        value, module = evaluation.value, self._module(evaluation)
        if is_shaped(value):
            return ValueFact(module, (self._output("", value),), self.extraction.field_of(value))
        parts = [(path, part) for path, part in parts_of(value) if self._is_tensor(part)]
        if not parts:
            return None
        outputs = tuple([self._output(path, part) for path, part in parts])
        return ValueFact(module, outputs, self._field(parts), self._unknown(parts))

    def _is_tensor(self, part: Any) -> bool:
        return is_shaped(part) or (isinstance(part, Unknown) and part.of_tensor)

    def _unknown(self, parts: list[tuple[str, Any]]) -> UnknownFact | None:
        part = next((part for _, part in parts if not is_shaped(part)), None)
        return UnknownFact(self.extraction.place_of(part.place), part.reason) if part is not None else None

    def _module(self, evaluation: Evaluation) -> str:
        """The name of the module whose code it is; a block of no name in the model is called by its class."""
        instance = evaluation.caller.instance if evaluation.caller is not None else None
        if instance is None:
            return ""
        name = self.extraction.names.get(id(instance))
        return instance.class_.name if name is None else name

    def _field(self, parts: list[tuple[str, Any]]) -> FieldFact | None:
        """The field that all of them have."""
        if not all(is_shaped(part) for _, part in parts):
            return None
        first, *others = [self.extraction.field_of(part) for _, part in parts]
        return first if all(other == first for other in others) else None

    def _output(self, path: str, part: Any) -> OutputFact:
        if not is_shaped(part):
            return OutputFact(path, None)
        return OutputFact(path, part.shape, self._batch_dim(part), part.axes)

    def _batch_dim(self, tensor: Tensor) -> int | None:
        """The dim that counts items of the batch, perhaps times windows or heads; None where there is none."""
        if tensor.parameter or self.batch is None:
            return None
        if tensor.axes is not None and "N" in tensor.axes:
            return tensor.axes.index("N")
        if not isinstance(self.batch, int):
            counted = symbols(self.batch)
            return next((d for d, size in enumerate(tensor.shape) if not counted.isdisjoint(symbols(size))), None)
        return 0 if tensor.shape and self._is_batch(tensor, self.batch) else None

    def _is_batch(self, tensor: Tensor, batch: int) -> bool:
        """Whether the first dim is a batch of that many items."""
        if tensor.axes is not None and tensor.axes[0] is not None:
            return False
        names = self.extraction.axes.names
        if any(axis.key in names for axis in tensor.field.axes):
            return 0 not in tensor.field.located_dims(names)
        first = tensor.shape[0]
        return isinstance(first, int) and (first == batch or (batch > 1 and first % batch == 0))


def _measures(node: Any) -> bool:
    """``x.shape[0]``, ``x.size(0)``: no tensor, though it is not known because the tensor is not."""
    if isinstance(node, (program.Tuple, program.List, program.Set)):
        return all(map(_measures, node.elements))
    while isinstance(node, (program.Subscript, program.Starred)):
        node = node.value
    read = node.func if isinstance(node, program.Call) else node
    return isinstance(read, program.Attribute) and read.attr in MEASURES


def batch_of(inputs: Sequence[InputFact]) -> Any:
    """The size of the batch that goes into a model; None where nothing of a batch does."""
    given = next((item for item in inputs if item.shape), None)
    dim = batch_dim(given.axes) if given is not None else None
    return given.shape[dim] if given is not None and dim is not None else None
