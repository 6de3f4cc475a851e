"""The plain data that comes out of the engine; every output and every rule reads only this."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A span of source: zero-based line and column (code points), end exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class FieldFact:
    """The receptive field of one tensor, one entry per spatial axis of the input (see docs/receptive-fields.md).

    ``size``, ``start``, ``size_min``, ``shortest`` in input pixels; ``stride`` in input pixels per
    unit; ``density``, ``coverage`` in 0…1; ``erf`` in input pixels, an estimate. A tensor every
    element of which sees a whole axis, with nothing located left, has ``size`` None on that axis.
    """

    axes: tuple[str, ...]
    size: tuple[int | None, ...]
    stride: tuple[Fraction | None, ...]
    start: tuple[int | None, ...]
    density: tuple[float | None, ...]
    coverage: tuple[float | None, ...]
    erf: tuple[float | None, ...]
    size_min: tuple[int | None, ...]
    shortest: tuple[int | None, ...]
    halo: tuple[tuple[int, int] | None, ...]
    global_: bool = False
    extent: tuple[Any, ...] = ()
    """Size of the input along each axis, a dim (empty: not given, the model's inputs tell)."""


@dataclass(frozen=True, slots=True)
class InputFact:
    name: str
    shape: tuple[Any, ...]
    origin: str


@dataclass(frozen=True, slots=True)
class OutputFact:
    path: str
    shape: tuple[Any, ...] | None


@dataclass(frozen=True, slots=True)
class UnknownFact:
    place: Place | None
    reason: str


@dataclass(slots=True)
class LayerFact:
    """One leaf layer (or shape-changing functional operation), in order of first call.

    Shapes hold ints and symbolic dims; ``None`` is not known. ``field`` is the output's, and
    ``input_field`` the first input's.
    """

    name: str
    type: str
    calls: int
    definition: Place | None
    call: Place | None
    input_shapes: list[tuple[Any, ...] | None]
    output_shape: tuple[Any, ...] | None
    parameters: Any
    macs: Any
    field: FieldFact | None
    input_field: FieldFact | None = None
    functional: bool = False
    attributes: dict[str, Any] = dataclasses.field(default_factory=dict)
    producers: tuple[str, ...] = ()
    reason: str | None = None
    assigned: Place | None = None
    """The expression whose value became the attribute, where that is not ``definition``."""


@dataclass(slots=True)
class Problem:
    """Something that stood out during interpretation; the rule of that name words and ranks it."""

    rule: str
    message: str
    place: Place | None
    related: list[tuple[str, Place]] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class ModuleFact:
    """A module that was built, called or not."""

    name: str
    type: str
    definition: Place | None
    parameters: Any
    called: bool
    leaf: bool
    used: bool = False
    """Never called as a module, but its parameters or children are read (tied weights)."""


@dataclass(slots=True)
class MergeFact:
    """An addition or concatenation of branches that carry receptive fields."""

    place: Place | None
    operation: str
    aligned: bool
    detail: str = ""


@dataclass(slots=True)
class ModelFact:
    target: str
    name: str
    framework: str
    place: Place | None
    status: str
    inputs: list[InputFact] = dataclasses.field(default_factory=list)
    outputs: list[OutputFact] = dataclasses.field(default_factory=list)
    parameters: Any = None
    trainable_parameters: Any = None
    macs: Any = None
    field: FieldFact | None = None
    """Of the last spatial feature map."""
    field_layer: str | None = None
    dense: bool = False
    """The output itself is spatial (dense prediction), not pooled or flattened."""
    layers: list[LayerFact] = dataclasses.field(default_factory=list)
    stages: list[LayerFact] = dataclasses.field(default_factory=list)
    """Modules with called children (``layer4``, each block), in order of first call."""
    class_name: str = ""
    """Qualified name of the class of the model itself."""
    parts: frozenset[str] = frozenset()
    """Qualified names of the classes of its modules, its own excepted."""
    modules: list[ModuleFact] = dataclasses.field(default_factory=list)
    merges: list[MergeFact] = dataclasses.field(default_factory=list)
    unknowns: list[UnknownFact] = dataclasses.field(default_factory=list)
    problems: list[Problem] = dataclasses.field(default_factory=list)


@dataclass(frozen=True, slots=True)
class IgnoreFact:
    """A ``# rf: ignore[…]`` comment (``place``): the ``rules`` it names by code, prefix or name (none:
    all), and the zero-based ``line`` of code it speaks of (``None``: the whole file)."""

    place: Place
    rules: tuple[str, ...]
    line: int | None


@dataclass(slots=True)
class FileFacts:
    """Everything known about one file."""

    path: str
    models: list[ModelFact] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unknowns: list[UnknownFact] = field(default_factory=list)
    broken_blocks: list[tuple[Place, str]] = field(default_factory=list)
    ignores: list[IgnoreFact] = field(default_factory=list)
    """Of this file and of every other workspace file that was read for it."""


@dataclass(frozen=True, slots=True)
class Edit:
    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    title: str
    safe: bool
    edits: tuple[Edit, ...]


@dataclass(slots=True)
class Finding:
    code: str
    name: str
    severity: str
    message: str
    place: Place
    related: list[tuple[str, Place]] = field(default_factory=list)
    fixes: list[Fix] = field(default_factory=list)
    model: str | None = None
