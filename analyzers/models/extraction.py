"""From what the recorder saw to facts: names, places, shapes, parameters, fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from analyzers.facts import (
    FieldFact,
    MergeFact,
    ModelFact,
    ModuleFact,
    Place,
    Problem,
    SourceCall,
    UnknownFact,
)
from analyzers.frameworks.torch.module import unregistered
from analyzers.interpreter.framework import (
    all_parameters,
    children_of,
    doubtful_attributes,
    is_module,
    may_hold_more,
    own_parameters,
    walk,
)
from analyzers.interpreter.recorder import Record, RecordedError
from analyzers.interpreter.values import Instance, Site
from analyzers.models.axes import SpokenAxes
from analyzers.models.expressions import batch_of, expressions
from analyzers.models.layers import LayerRows
from analyzers.models.problems import OF_CODE, argument_of, cause_of, header_of, place_of, place_of_problem, spoken
from analyzers.models.results import first_tensor, known_outputs, parts_of, per_item, unknowns_in
from analyzers.models.source_calls import source_calls
from analyzers.models.training import parts_of_training
from analyzers.tensors.polynomials import has_unknown, symbols
from analyzers.tensors.tensor import Tensor, is_shaped
from analyzers.unknown import Unknown
from analyzers.vocabulary import Status

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

RESHAPING = frozenset("view reshape flatten unflatten permute transpose cat stack".split())
"""Functions that decide which sizes a layer behind them gets."""


MOST_COUNTED_ANEW = 500
"""Modules of a model that shares parts, below each of which is counted."""


class Extraction:
    """Reads one recorded forward pass of ``root`` into a ModelFact."""

    def __init__(self, machine: Machine, root: Any, records: list[Record]) -> None:
        self.machine = machine
        self.root = root
        self.axes = SpokenAxes(records)
        self.unseen = {id(r) for r in records if not self._is_seen(r)}
        self.records = [r for r in records if id(r) not in self.unseen]
        self.below = list(walk(root)) if is_module(root) else []
        """(name, module) of the root and every module below it."""
        self.names = {id(m): n for n, m in self.below}
        self.called = {id(r.instance) for r in records if r.instance is not None}
        self.labels: dict[int, str] = {}
        self.inner: set[int] = set()
        self._seen: set[int] = set()
        self._fields: dict[Any, FieldFact | None] = {}
        self._places: dict[tuple[int, int], Place | None] = {}
        self._own: dict[int, Any] = {}
        self.assigned = self._assigned()
        for record in records:
            if record.instance is not None:
                self._mark(record.instance)

    def _is_seen(self, record: Record) -> bool:
        """Whether a call is listed: a module's, or that of a function that changes the shape or what is spoken of."""
        return record.instance is not None or self.axes.is_seen_to_change(record.inputs[0], record.output)

    # -- layers --------------------------------------------------------------------------------

    def is_leaf(self, instance: Instance) -> bool:
        """Without child modules, or with children that are never called."""
        return id(instance) not in self.inner

    def _mark(self, instance: Instance) -> bool:
        """Remember modules below which something is called; True where that holds for ``instance``."""
        key = id(instance)
        if key in self._seen:
            return key in self.inner
        self._seen.add(key)
        for child in children_of(instance).values():
            if isinstance(child, Instance) and (self._mark(child) or id(child) in self.called):
                self.inner.add(key)
        return key in self.inner

    def field_of(self, tensor: Tensor | None) -> FieldFact | None:
        """The field's facts, worked out once per field (norms and activations share them)."""
        if tensor is None:
            return None
        key = (id(tensor.field), tensor.axes)
        if key not in self._fields:
            self._fields[key] = self.axes.field_facts(tensor)
        return self._fields[key]

    def place_of(self, site: Site | None) -> Place | None:
        """The source span of a site, looked up once however many layers were built there."""
        if site is None:
            return None
        key = (id(site.block), id(site.node))
        if key not in self._places:
            self._places[key] = place_of(site)
        return self._places[key]

    def own_parameters(self, instance: Instance) -> Any:
        key = id(instance)
        if key not in self._own:
            self._own[key] = own_count(instance)
        return self._own[key]

    def _assigned(self) -> dict[int, Site | None]:
        """Where each module became an attribute: the expression whose value it is."""
        return {
            id(child): owner.assigned_at.get(name)
            for _, owner in self.below
            for name, child in children_of(owner).items()
        }

    def producers_of(self, record: Record) -> tuple[str, ...]:
        """Who made the inputs as they are."""
        return tuple([self.label(p) for p in record.direct if id(p) not in self.unseen])

    def first_producer(self, record: Record) -> Record | None:
        """Who made the first input, operations that are not listed left out."""
        producer = next(iter(record.producers), None)
        return self.first_producer(producer) if producer is not None and id(producer) in self.unseen else producer

    def label(self, record: Record) -> str:
        known = self.labels.get(id(record))
        if known is not None:
            return known
        if record.instance is None:
            return record.name
        return self.names.get(id(record.instance)) or record.instance.class_.name

    def maker(self, output: Tensor | None) -> str | None:
        """Whose result a tensor is, if it is a layer's or a function's."""
        made = (record for record in reversed(self.records) if first_tensor(record.output) is output)
        record = next(made, None)
        return self.label(record) if record is not None else None

    # -- modules and totals ----------------------------------------------------------------------

    def modules(self) -> list[ModuleFact]:
        of_training = parts_of_training(self.below, self.called)
        return [
            ModuleFact(
                name=name,
                type=module.class_.qualified_name,
                definition=self.place_of(module.site),
                parameters=self.own_parameters(module),
                called=id(module) in self.called,
                used=id(module) in self.machine.recorder.read or id(module) in of_training,
                leaf=Instance not in map(type, children_of(module).values()),
            )
            for name, module in self.below
        ]

    def totals(self) -> tuple[Any, Any]:
        """(parameters, trainable parameters); None where a layer is not known."""
        return counted(self.below)

    def parameters_below(self, instance: Instance) -> Any:
        """Of a module with all below it; None where a layer is not known."""
        return self._below[id(instance)] if id(instance) in self._below else self.own_parameters(instance)

    @cached_property
    def _below(self) -> dict[int, Any]:
        return counts_below([module for _, module in self.below], self.own_parameters)

    def trainable_parameters(self, instance: Instance) -> Any:
        """Of the module's own."""
        if self.own_parameters(instance) is None:
            return None
        return sum(tensor.numel() for _, tensor in own_parameters(instance) if tensor.trainable)

    # -- the last spatial map ----------------------------------------------------------------------

    def last_map(self) -> tuple[FieldFact | None, str | None]:
        """Field and maker of the last tensor that has each axis on a dimension of its own."""
        for record in reversed(self.records):
            tensor = first_tensor(record.output)
            facts = self.field_of(tensor)
            if tensor is not None and facts is not None and all(s is not None for s in facts.size):
                if len(tensor.field.located_dims(self.axes.names)) >= len(facts.axes):
                    return facts, self.label(record)
        return None, None

    def deepest(self, result: Any) -> tuple[FieldFact | None, str | None]:
        """Field and maker of the output that sees most, where there are several maps (a pyramid)."""
        tensors = [part for _, part in parts_of(result) if is_shaped(part)]
        maps = [(self.field_of(tensor), tensor) for tensor in tensors]
        known = [(field, tensor) for field, tensor in maps if field is not None and None not in field.size]
        if len(known) < 2:
            return None, None
        field, tensor = max(known, key=lambda pair: [size or 0 for size in pair[0].size])
        return field, self.maker(tensor)

    # -- recorded errors --------------------------------------------------------------------------------

    def problems(self, recorded_errors: list[RecordedError]) -> list[Problem]:
        found: dict[Any, Problem] = {}
        causes: dict[Any, Problem] = {}
        for recorded in recorded_errors:
            problem = self._problem(recorded)
            same = causes.setdefault(cause_of(self, recorded), problem)
            if same is problem or same.place == problem.place:
                found.setdefault((problem.rule, problem.place), problem)
        return list(found.values())

    def _problem(self, recorded: RecordedError) -> Problem:
        error, record = recorded.error, recorded.record
        subject = recorded.subject or "the call"
        related: list[tuple[str, Place]] = []
        data = dict(error.data)
        if record is not None and record.instance is not None and error.rule not in OF_CODE:
            self._about_layer(record, recorded, related, data)
            if not children_of(record.instance):
                subject = spoken(self, record.instance) or subject
        for name, site in data.pop("said_at", ()):
            related += [(f"the shape of the input {name} is what this takes", at) for at in (place_of(site),) if at]
        if (written := header_of(data.pop("written_at", None))) is not None:
            related.append(("what it takes is written here", written))
        if (source := header_of(data.pop("source_at", None))) is not None:
            related.append(("it imports from this file", source))
        place = place_of_problem(self, recorded, related, data)
        is_call = error.rule in OF_CODE and error.exception != "ImportError"
        if is_call and (caller := place_of(recorded.caller_site)) is not None:
            related.append(("it is called here", caller))
        calls = self._deciding(recorded)
        related = [(said, at) for said, at in related if at != place]
        argument = argument_of(recorded.site, place, data.get("argument"))
        return Problem(error.rule, error.message.replace("{subject}", subject), place, related, data, calls, argument)

    def _deciding(self, recorded: RecordedError) -> tuple[SourceCall, ...]:
        """The calls whose arguments a problem is about: of the function that met it, then of the layer around it."""
        called = source_calls((recorded.called,), self.place_of) if recorded.called is not None else ()
        instance = recorded.record.instance if recorded.record is not None else None
        return (*called, *(source_calls(instance.constructors, self.place_of) if instance is not None else ()))

    def _about_layer(
        self, record: Record, recorded: RecordedError, related: list[tuple[str, Place]], data: dict[str, Any]
    ) -> None:
        instance = record.instance
        assert instance is not None
        label = self.names.get(id(instance)) or instance.class_.name
        data["layer"] = label
        definition = place_of(instance.site)
        if definition is not None and record.instance is not self.root:
            related.append((f"{label} is built here", definition))
            data["definition"] = definition
        producer = self.first_producer(record)
        if producer is not None and producer.instance is not None:
            if (made := place_of(producer.instance.site)) is not None:
                related.append((f"its input comes from {self.label(producer)}", made))
        elif producer is not None and producer.name in RESHAPING and (made := place_of(producer.site)) is not None:
            related.append((f"its input comes from {producer.name}", made))

    def unregistered(self) -> list[Problem]:
        """Layers kept where Module does not see them."""
        if not is_module(self.root):
            return []
        found = []
        for owner, name, modules in unregistered(self.root):
            place = place_of(owner.assigned_at.get(name))
            counts = [t.numel() for m in modules for t in all_parameters(walk(m))]
            if place is None or not counts:
                continue
            number = f"{len(modules)} layer{'s' * (len(modules) != 1)}"
            parameters = f" ({sum(counts):,} parameters)" if all(isinstance(c, int) for c in counts) else ""
            message = f"`{name}` keeps {number}{parameters} in a plain container, where parameters() does not see them"
            data = {"attribute": name, "container": container_for(owner.attributes[name])}
            found.append(Problem("unregistered-submodules", message, place, data=data))
        return found

    # -- unknowns ----------------------------------------------------------------------------------

    def unknowns(self, result: Any) -> list[UnknownFact]:
        found: dict[tuple[Any, str], UnknownFact] = {}
        values = [*(r.output for r in self.records), result, *self.machine.recorder.open_ends.uncounted]
        change = self.machine.possible_change
        values += [doubt for _, m in self.below for doubt in (m.unknown_because, m.class_.opaque, change(m))]
        values += doubts_of_total(self.below)
        for value in values:
            for unknown in unknowns_in(value) if not isinstance(value, Tensor) and value is not None else ():
                place = place_of(unknown.place)
                found.setdefault((place, unknown.reason), UnknownFact(place, unknown.reason))
        return list(found.values())


def counted(modules: list[tuple[str, Instance]]) -> tuple[Any, Any]:
    """(parameters, trainable parameters) of the modules, shared ones once; None where a layer is not known."""
    if not modules or any(may_hold_more(m) for _, m in modules):
        return None, None
    total: Any = 0
    trainable: Any = 0
    for tensor in all_parameters(modules):
        count = tensor.numel()
        total = total + count
        trainable = trainable + (count if tensor.trainable else 0)
    return total, trainable


def doubts_of_total(modules: list[tuple[str, Instance]]) -> Iterator[Unknown]:
    """Why nobody knows how many parameters modules have: attributes that may be layers, sizes of what they hold."""
    for _, module in modules:
        yield from (Unknown(value.reason, value.place) for value in doubtful_attributes(module))
        sizes = [size for _, tensor in own_parameters(module) for size in tensor.shape if has_unknown(size)]
        yield from (Unknown(one.reason, module.site) for size in sizes for one in symbols(size) if one.reason)


def counts_below(modules: list[Instance], own_parameters_of: Callable[[Instance], Any]) -> dict[int, Any]:
    """Parameters of each module with all below it: what its children have is added up, unless anything is shared.
    ``modules`` are those of a model, each before what it holds."""
    tensors = [id(tensor) for module in modules for _, tensor in own_parameters(module)]
    held = [id(child) for module in modules for child in children_of(module).values() if isinstance(child, Instance)]
    if len(set(tensors)) < len(tensors) or len(set(held)) < len(held):
        few = len(modules) <= MOST_COUNTED_ANEW
        return {id(module): counted(list(walk(module)))[0] if few else None for module in modules}
    found: dict[int, Any] = {}
    for module in reversed(modules):
        total = None if may_hold_more(module) else own_parameters_of(module)
        for child in children_of(module).values():
            if isinstance(child, Instance):
                below = found.get(id(child))
                total = None if total is None or below is None else total + below
        found[id(module)] = total
    return found


def own_count(instance: Instance) -> Any:
    """A module's own parameters, without its children's; None where the layer is not known."""
    if instance.unknown_because is not None or instance.class_.opaque is not None:
        return None
    total: Any = 0
    for _, tensor in own_parameters(instance):
        total = total + tensor.numel()
    return total


def container_for(value: Any) -> str | None:
    """What torch keeps such a list or dict of modules in; ``None`` where it holds anything else."""
    if isinstance(value, dict):
        fits = all(isinstance(name, str) and is_module(part) for name, part in value.items())
        return "ModuleDict" if fits else None
    return "ModuleList" if isinstance(value, (list, tuple)) and all(map(is_module, value)) else None


def merges_of(machine: Machine) -> list[MergeFact]:
    return [MergeFact(place_of(m.site), m.operation, m.detail is None, m.detail or "") for m in machine.recorder.merges]


def fill(fact: ModelFact, machine: Machine, root: Any, result: Any) -> None:
    """Everything a forward pass tells, written into ``fact``."""
    extraction = Extraction(machine, root, machine.recorder.records)
    fact.inputs = [replace(i, axes=extraction.axes.names_of_input(i.name, i.shape)) for i in fact.inputs]
    batch = batch_of(fact.inputs)
    rows = LayerRows(extraction, batch)
    fact.layers, fact.stages = rows.layers, rows.stages
    fact.modules = extraction.modules()
    fact.parameters, fact.trainable_parameters = extraction.totals()
    fact.macs = per_item(machine.recorder.total_cost, batch) if fact.parameters is not None else None
    fact.outputs = known_outputs(result)
    fact.expressions = expressions(extraction, machine.recorder.evaluations.seen, batch)
    fact.merges = merges_of(machine)
    recorder = machine.recorder
    fact.problems = extraction.problems(recorder.recorded_errors + recorder.remarks) + extraction.unregistered()
    fact.unknowns = extraction.unknowns(result)
    if any(output.shape is not None for output in fact.outputs):  # else nobody knows which map is the last
        fact.field, fact.field_layer = extraction.last_map()
    output = first_tensor(result)
    field = extraction.field_of(output)
    fact.dense = field is not None and any(s is not None for s in field.size)
    if fact.dense:
        fact.field, fact.field_layer = field, extraction.maker(output)
        fact.deepest, fact.deepest_layer = extraction.deepest(result)
    fact.status = status_of(fact)


def status_of(fact: ModelFact) -> Status:
    if not fact.layers and not fact.outputs:
        return "failed"
    known = all(row.output_shape is not None for row in fact.layers) and all(o.shape is not None for o in fact.outputs)
    counted = fact.parameters is not None and not has_unknown(fact.parameters)
    return "complete" if known and fact.outputs and counted and not fact.unknowns else "partial"


__all__ = ["OF_CODE", "Extraction", "fill", "place_of"]
