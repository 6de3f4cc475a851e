"""From evaluations to facts: what the expressions of a model's own code are worth."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from analyzers.facts import ExpressionFact, FieldFact, OutputFact, UnknownFact, ValueFact
from analyzers.interpreter.evaluations import Evaluation
from analyzers.models.results import parts_of
from analyzers.tensors.dims import symbols
from analyzers.tensors.tensor import Tensor, is_shaped
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.models.extraction import Extraction


def expressions(extraction: Extraction, evaluations: Iterable[Evaluation]) -> list[ExpressionFact]:
    """Each expression once, with its different values in order; a whole statement's are only those of the whole."""
    return Expressions(extraction, list(evaluations)).facts()


class Expressions:
    """Turns the evaluations of one forward pass into facts."""

    def __init__(self, extraction: Extraction, evaluations: list[Evaluation]) -> None:
        self.extraction = extraction
        self.evaluations = evaluations
        self.batch = _batch_of(extraction)
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
        fields = {id(part.field) for _, part in parts}
        return self.extraction.field_of(parts[0][1]) if len(fields) == 1 else None

    def _output(self, path: str, part: Any) -> OutputFact:
        if not is_shaped(part):
            return OutputFact(path, None)
        return OutputFact(path, part.shape, self._is_batched(part), part.axes)

    def _is_batched(self, tensor: Tensor) -> bool:
        """Whether the first dim counts items of the batch, perhaps times windows or heads."""
        if not tensor.shape or tensor.parameter:
            return False
        first, batch = tensor.shape[0], self.batch
        if not isinstance(batch, int):
            return first is batch or not symbols(batch).isdisjoint(symbols(first))
        if tensor.axes is not None and tensor.axes[0] is not None:
            return tensor.axes[0] == "N"
        names = self.extraction.axes.names
        if any(axis.key in names for axis in tensor.field.axes):
            return 0 not in tensor.field.located_dims(names)
        return isinstance(first, int) and (first == batch or (batch > 1 and first % batch == 0))


def _batch_of(extraction: Extraction) -> Any:
    """The size of the batch that goes into the model; 1 where no tensor does."""
    record = next(iter(extraction.records), None)
    shapes = [t.shape for t in record.inputs if is_shaped(t) and t.shape] if record is not None else []
    return shapes[0][0] if shapes else 1
