"""What ``rf_lsp.inspect`` and ``rf_lsp.check`` return: frozen, comparable, and by ``to_dict()`` the JSON of the command.

They are read from that JSON, so that the two cannot disagree; what it says besides the fields here is in ``to_dict()``.
Places are counted from 1, ``None`` is not known, a dim is an int or, where it is symbolic, a text (``"N"``, ``"H/2"``).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from analyzers.vocabulary import Origin, Severity, Status

Json = Mapping[str, Any]
Dim = int | str | None
Shape = tuple[Dim, ...]


@dataclass(frozen=True)
class Fact:
    """``to_dict()`` is what the JSON of the command has for it."""

    _json: Json = field(repr=False, compare=False, kw_only=True)

    def to_dict(self) -> dict[str, Any]:
        return copy.deepcopy(dict(self._json))


@dataclass(frozen=True)
class Place(Fact):
    """A span of source; in a notebook ``cell`` is counted over all cells, and lines are those of the cell."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    cell: int | None = None

    def __str__(self) -> str:
        cell = "" if self.cell is None else f"cell {self.cell}:"
        return f"{self.file}:{cell}{self.line}:{self.column}"


def place_of(json: Json | None) -> Place | None:
    return None if json is None else _place(json)


def _place(json: Json) -> Place:
    return Place(**_taken(json, "file line column end_line end_column"), cell=json.get("cell"), _json=json)


@dataclass(frozen=True)
class ReceptiveField(Fact):
    """One entry for each spatial axis of the input, as in docs/receptive-fields.md: ``size`` and ``start`` in pixels,
    ``stride`` in pixels for each unit, ``density`` and ``coverage`` from 0 to 1, ``erf`` an estimate in pixels."""

    axes: tuple[str, ...]
    size: tuple[int | None, ...]
    stride: tuple[int | Fraction | None, ...]
    start: tuple[int | None, ...]
    density: tuple[float | None, ...]
    coverage: tuple[float | None, ...]
    erf: tuple[float | None, ...]
    size_min: tuple[int | None, ...]
    shortest: tuple[int | None, ...]
    halo: tuple[tuple[int, int] | None, ...]
    is_global: bool


def field_of(json: Json | None) -> ReceptiveField | None:
    if json is None:
        return None
    lists = _taken(json, "axes size start density coverage erf size_min shortest")
    return ReceptiveField(
        **{name: tuple(values) for name, values in lists.items()},
        stride=tuple(Fraction(item) if isinstance(item, str) else item for item in json["stride"]),
        halo=tuple(None if item is None else tuple(item) for item in json["halo"]),
        is_global=json["global"],
        _json=json,
    )


@dataclass(frozen=True)
class Input(Fact):
    """``origin`` says who gives its shape."""

    name: str
    shape: Shape
    origin: Origin


@dataclass(frozen=True)
class Output(Fact):
    """``path`` reaches it in what the model returns; empty for the value itself."""

    path: str
    shape: Shape | None


@dataclass(frozen=True)
class Call(Fact):
    """One call of a layer; ``macs`` are multiply-accumulates for one item of the batch."""

    call: Place | None
    input_shapes: tuple[Shape | None, ...]
    output_shape: Shape | None
    macs: Dim
    receptive_field: ReceptiveField | None
    reason: str | None
    """Why the shape is not known."""


@dataclass(frozen=True)
class LayerFact(Call):
    """A leaf layer, or an operation that changes shape or field: the first of its calls, ``macs`` of all together.
    ``axes`` are the names of the output's dims."""

    name: str
    type: str
    definition: Place | None
    axes: tuple[str | None, ...] | None
    parameters: Dim
    is_functional: bool
    per_call: tuple[Call, ...]

    @property
    def calls(self) -> int:
        return len(self.per_call)


@dataclass(frozen=True)
class Unknown(Fact):
    """What could not be followed, and from where on."""

    place: Place | None
    reason: str


@dataclass(frozen=True)
class Related(Fact):
    """What a finding disagrees with."""

    message: str
    place: Place


@dataclass(frozen=True)
class Edit(Fact):
    place: Place
    text: str


@dataclass(frozen=True)
class Fix(Fact):
    title: str
    is_safe: bool
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Finding(Fact):
    """Something that is wrong or worth knowing; ``fixes`` have been tried and hold."""

    code: str
    name: str
    severity: Severity
    message: str
    place: Place
    related: tuple[Related, ...]
    fixes: tuple[Fix, ...]
    model: str | None
    url: str

    def __str__(self) -> str:
        return f"{self.place}: {self.severity} {self.code} {self.message}"

    def to_record(self) -> dict[str, Any]:
        """The finding as a flat row."""
        place = self.place
        where = {"file": place.file, "cell": place.cell, "line": place.line, "column": place.column}
        what = {"code": self.code, "name": self.name, "severity": self.severity, "message": self.message}
        return {**where, **what, "model": self.model}


@dataclass(frozen=True)
class Memory(Fact):
    """Bytes, with 32 bits for a number."""

    input: int | None
    activations: int | None
    parameters: int | None
    gradients: int | None


@dataclass(frozen=True)
class Tiling(Fact):
    """Which sizes a dense model takes, and what its tiles must share: one entry for each axis."""

    axes: tuple[str, ...]
    halo: tuple[tuple[int, int] | None, ...] | None
    overlap: tuple[int | None, ...] | None
    multiple: tuple[int | None, ...] | None
    valid_sizes: tuple[tuple[int, ...], ...] | None
    smallest: tuple[int | None, ...] | None


@dataclass(frozen=True)
class Container(Fact):
    """A module that holds others: numbers with theirs."""

    name: str
    type: str
    output: Shape | None
    parameters: Dim
    macs: Dim


@dataclass(frozen=True)
class ModelFact(Fact):
    """One model with its layers in order of their first call, and what the rules say about it."""

    target: str
    name: str
    framework: str
    file: str
    line: int | None
    status: Status
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    parameters: Dim
    trainable_parameters: Dim
    macs: Dim
    receptive_field: ReceptiveField | None
    """Of the last spatial feature map, the output of ``receptive_field_layer``."""
    receptive_field_layer: str | None
    memory: Memory
    tiling: Tiling | None
    containers: tuple[Container, ...]
    layers: tuple[LayerFact, ...]
    unknowns: tuple[Unknown, ...]
    findings: tuple[Finding, ...]

    def layer(self, name: str) -> LayerFact:
        """The layer of a name; raises ``KeyError``."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise KeyError(name)

    def to_records(self) -> list[dict[str, Any]]:
        """A flat row for each call of each layer: ``pandas.DataFrame(model.to_records())``. Parameters stand in the row
        of the first call, so that sums hold; numbers of fields have the axis in their name (``size_H``)."""
        return [row for layer in self.layers for row in _rows(self, layer)]

    def _repr_html_(self) -> str:
        from rf_lsp.api.html import model_html

        return model_html(self)


FIELD_NUMBERS = ("size", "stride", "start", "density", "coverage", "erf", "size_min", "shortest")


def _rows(model: ModelFact, layer: LayerFact) -> Iterator[dict[str, Any]]:
    place = layer.definition or layer.call
    for number, call in enumerate(layer.per_call):
        yield {
            "model": model.target,
            "layer": layer.name,
            "type": layer.type,
            "call": number + 1,
            "functional": layer.is_functional,
            "file": place.file if place else None,
            "line": place.line if place else None,
            "output_shape": _shape_text(call.output_shape),
            "parameters": layer.parameters if number == 0 else 0,
            "macs": call.macs,
            **_numbers(call.receptive_field),
        }


def _numbers(field: ReceptiveField | None) -> dict[str, Any]:
    if field is None:
        return {"global": None}
    found: dict[str, Any] = {"global": field.is_global}
    for name in FIELD_NUMBERS:
        for axis, value in zip(field.axes, getattr(field, name), strict=True):
            found[f"{name}_{axis}"] = float(value) if isinstance(value, Fraction) else value
    return found


def _shape_text(shape: Shape | None) -> str | None:
    return None if shape is None else "x".join("?" if dim is None else str(dim) for dim in shape)


# from JSON ---------------------------------------------------------------------------------------


def _shape(json: Any) -> Shape | None:
    return None if json is None else tuple(json)


def _taken(json: Json, names: str) -> dict[str, Any]:
    """The values that stand as they are."""
    return {name: json[name] for name in names.split()}


def _call(json: Json) -> Call:
    return Call(**_of_call(json), _json=json)


def _of_call(json: Json) -> dict[str, Any]:
    return {
        "call": place_of(json["call"]),
        "input_shapes": tuple(map(_shape, json["input_shapes"])),
        "output_shape": _shape(json["output_shape"]),
        "macs": json["macs"],
        "receptive_field": field_of(json["receptive_field"]),
        "reason": json.get("reason"),
    }


def _layer(json: Json) -> LayerFact:
    return LayerFact(
        **_of_call(json),
        **_taken(json, "name type parameters"),
        definition=place_of(json["definition"]),
        axes=None if json["axes"] is None else tuple(json["axes"]),
        is_functional=json.get("functional", False),
        per_call=tuple(map(_call, json.get("per_call") or (json,))),
        _json=json,
    )


def unknown_of(json: Json) -> Unknown:
    return Unknown(place_of(json["place"]), json["reason"], _json=json)


def finding_of(json: Json) -> Finding:
    return Finding(
        **_taken(json, "code name severity message model url"),
        place=_place(json["place"]),
        related=tuple(Related(item["message"], _place(item["place"]), _json=item) for item in json["related"]),
        fixes=tuple(map(_fix, json["fixes"])),
        _json=json,
    )


def _fix(json: Json) -> Fix:
    edits = (Edit(_place(item["place"]), item["text"], _json=item) for item in json["edits"])
    return Fix(json["title"], json["safe"], tuple(edits), _json=json)


def _tiling(json: Json | None) -> Tiling | None:
    if json is None:
        return None
    return Tiling(
        **{name: _frozen(json[name]) for name in "axes halo overlap multiple valid_sizes smallest".split()}, _json=json
    )


def _container(name: str, json: Json) -> Container:
    return Container(name, output=_shape(json["output"]), **_taken(json, "type parameters macs"), _json=json)


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def model_of(json: Json) -> ModelFact:
    return ModelFact(
        **_taken(json, "target name framework file line status parameters trainable_parameters macs"),
        inputs=tuple(Input(item["name"], tuple(item["shape"]), item["origin"], _json=item) for item in json["inputs"]),
        outputs=tuple(Output(item["path"], _shape(item["shape"]), _json=item) for item in json["outputs"]),
        receptive_field=field_of(json["receptive_field"]),
        receptive_field_layer=json["receptive_field_layer"],
        memory=Memory(**_taken(json["memory"], "input activations parameters gradients"), _json=json["memory"]),
        tiling=_tiling(json["tiling"]),
        containers=tuple(_container(name, item) for name, item in json["containers"].items()),
        layers=tuple(map(_layer, json["layers"])),
        unknowns=tuple(map(unknown_of, json["unknowns"])),
        findings=tuple(map(finding_of, json["findings"])),
        _json=json,
    )
