"""The layers of a recorded forward pass, each with all of its calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.facts import CallFact, LayerFact
from analyzers.interpreter.framework import geometry_of, own_parameters
from analyzers.interpreter.recorder import Record
from analyzers.interpreter.values import Instance
from analyzers.models.results import first_tensor, per_item
from analyzers.models.source_calls import source_calls
from analyzers.tensors.tensor import PROBABILITIES, is_shaped
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.models.extraction import Extraction

PLAIN_NAMES = {"iadd": "add", "radd": "add", "isub": "sub", "rsub": "sub", "imul": "mul", "rmul": "mul"}


class LayerRows:
    """Turns records of calls into layers, in order of first call."""

    def __init__(self, extraction: Extraction, batch: Any) -> None:
        self.extraction = extraction
        self.batch = batch
        self._layers: dict[int, LayerFact] = {}
        self._stages: dict[int, LayerFact] = {}
        for order, record in enumerate(extraction.records):
            self._add(order, record)

    @property
    def layers(self) -> list[LayerFact]:
        """Leaf layers, and functional operations that change shape or field."""
        return list(self._layers.values())

    @property
    def stages(self) -> list[LayerFact]:
        """Modules whose children are called too."""
        return list(self._stages.values())

    def _add(self, order: int, record: Record) -> None:
        instance, extraction = record.instance, self.extraction
        if instance is None:
            self._layers[-order - 1] = self._functional(order, record)
            return
        is_leaf = extraction.is_leaf(instance)
        if not is_leaf and instance is extraction.root:
            return
        rows = self._layers if is_leaf else self._stages
        row = rows.get(id(instance))
        if row is None:
            row = rows[id(instance)] = self._layer(record, instance)
        row.per_call.append(self._call(order, record, per_item(record.cost, self.batch)))

    def _layer(self, record: Record, instance: Instance) -> LayerFact:
        extraction = self.extraction
        name = extraction.names.get(id(instance), instance.class_.name)
        extraction.labels[id(record)] = name
        return LayerFact(
            name=name,
            type=instance.class_.qualified_name,
            definition=extraction.place_of(instance.site),
            parameters=extraction.own_parameters(instance),
            per_call=[],
            parameters_below=extraction.parameters_below(instance),
            trainable_parameters=extraction.trainable_parameters(instance),
            geometry=geometry_of(instance),
            weights=tuple([tensor.shape for _, tensor in own_parameters(instance)]),
            construction=source_calls(instance.constructors, extraction.place_of),
            assigned=extraction.place_of(extraction.assigned.get(id(instance))),
        )

    def _functional(self, order: int, record: Record) -> LayerFact:
        call = self._call(order, record, None)
        line = call.place.line + 1 if call.place is not None else 0
        name = f"forward:{PLAIN_NAMES.get(record.name, record.name)}@{line}"
        self.extraction.labels[id(record)] = name
        within = self.extraction.names.get(id(record.within))
        return LayerFact(name, record.name, call.place, 0, [call], functional=True, within=within)

    def _call(self, order: int, record: Record, macs: Any) -> CallFact:
        extraction = self.extraction
        output = first_tensor(record.output)
        return CallFact(
            place=extraction.place_of(record.site),
            input_shapes=tuple([t.shape for t in record.inputs if is_shaped(t)]),
            output_shape=output.shape if output is not None else None,
            macs=macs,
            field=extraction.field_of(output),
            input_field=extraction.field_of(first_tensor(record.inputs)),
            producers=extraction.producers_of(record),
            probabilities=output.trait if output is not None and output.trait in PROBABILITIES else None,
            reason=record.output.reason if isinstance(record.output, Unknown) else None,
            order=order,
            axes=output.axes if output is not None else None,
            dtype=output.dtype if output is not None else None,
        )
