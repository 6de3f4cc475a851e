"""The plain data that comes out of the engine; every output and every rule reads only this."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from analyzers.geometry import Geometry, PixelSets
from analyzers.signature import Signature
from analyzers.vocabulary import Origin, Severity, Status


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
    """Size of the input along each axis, a dim."""
    sets: tuple[PixelSets | None, ...] = field(default=(), compare=False, repr=False)
    """Which pixels they are; None where nothing is located, or where they are too many to be kept."""


@dataclass(frozen=True, slots=True)
class TilingFact:
    """How the input of a dense model may be cut into tiles, and which sizes it may have, in pixels for each of ``axes``
    (see docs/receptive-fields.md).

    ``halo`` are the pixels before and after an output unit that it sees, ``overlap`` their sum rounded up to the total
    stride; None where the field is global. Every input size must be a multiple of ``multiple``, None where any size
    fits; ``valid_sizes`` are the next few above the present one, ``smallest`` is the smallest input that runs. Without
    ``smallest`` nothing is known of sizes.
    """

    axes: tuple[str, ...]
    halo: tuple[tuple[int, int] | None, ...] | None
    overlap: tuple[int | None, ...] | None
    multiple: tuple[int | None, ...] | None = None
    valid_sizes: tuple[tuple[int, ...], ...] | None = None
    smallest: tuple[int, ...] | None = None


def batch_dim(axes: Sequence[str | None] | None) -> int | None:
    """Which dim counts the items of the batch: the one that is called N, else the first, unless that is called
    something else."""
    if axes and "N" in axes:
        return axes.index("N")
    return 0 if not axes or axes[0] is None else None


def per_item(shape: Sequence[Any], batch: int | None) -> tuple[Any, ...]:
    """The shape of one item of the batch."""
    return tuple([size for dim, size in enumerate(shape) if dim != batch])


@dataclass(frozen=True, slots=True)
class InputFact:
    name: str
    shape: tuple[Any, ...]
    origin: Origin
    axes: tuple[str | None, ...] | None = None
    """Names of the dims, as the layers say that take it; None where none does."""
    dtype: str = field(default="float32", compare=False)

    @property
    def per_item(self) -> tuple[Any, ...]:
        return per_item(self.shape, batch_dim(self.axes))


@dataclass(frozen=True, slots=True)
class NamedFact:
    """A class or function that is given as an argument: its name in a file, or in a module of a library."""

    name: str
    file: str | None = None
    module: str | None = None


@dataclass(frozen=True, slots=True)
class ObjectFact:
    """An object that is given as an argument: of a class, with what it holds. Without a class a configuration nobody
    wrote, whose ``attributes`` are read by key as well."""

    class_: NamedFact | None
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ArgumentsFact:
    """What a call is given that is no tensor: numbers, words, dims, lists, tuples and dicts of such,
    :class:`NamedFact` and :class:`ObjectFact`; ``unsayable`` names what is anything else."""

    positional: tuple[Any, ...] = ()
    keywords: dict[str, Any] = field(default_factory=dict)
    unsayable: str | None = None


@dataclass(frozen=True, slots=True)
class OutputFact:
    path: str
    shape: tuple[Any, ...] | None
    batch: int | None = 0
    """The dim that counts the items of the batch; None where there is none."""
    axes: tuple[str | None, ...] | None = field(default=None, compare=False)
    """Names of the dims, None where nobody says."""

    @property
    def per_item(self) -> tuple[Any, ...] | None:
        return None if self.shape is None else per_item(self.shape, self.batch)


@dataclass(frozen=True, slots=True)
class UnknownFact:
    place: Place | None
    reason: str


@dataclass(frozen=True, slots=True)
class CallFact:
    """One call of a layer: what went in, what came out, and what it cost.

    Shapes hold ints and symbolic dims; ``None`` is not known, and ``reason`` says why. ``macs`` are
    multiply-accumulates for one item of the batch. ``field`` is the output's, ``input_field`` the first
    input's. ``producers`` names those whose outputs are its inputs as they are, ``order`` is its turn among
    all calls of the model.
    """

    place: Place | None
    input_shapes: tuple[tuple[Any, ...] | None, ...]
    output_shape: tuple[Any, ...] | None
    macs: Any = None
    field: FieldFact | None = None
    input_field: FieldFact | None = None
    producers: tuple[str, ...] = ()
    probabilities: str | None = None
    """The softmax or log_softmax whose numbers the output consists of."""
    reason: str | None = None
    order: int = 0
    axes: tuple[str | None, ...] | None = None
    """Names of the output's dims (``("N", "C", "H", "W")``, see tensors/layout.py), None where nobody says."""
    dtype: str | None = None
    """Of the output."""

    @property
    def outputs(self) -> tuple[OutputFact, ...]:
        return (OutputFact("", self.output_shape, batch_dim(self.axes), self.axes),)


@dataclass(frozen=True, slots=True)
class SourceCall:
    """A call of the source and what its callee takes.

    ``given`` holds the numbers and words that were given, by parameter, and ``positional`` how many arguments had no
    name; both are ``None`` for a constructor of the program, which are only known by what they passed on.
    """

    signature: Signature
    place: Place
    given: dict[str, Any] | None = None
    positional: int | None = None


@dataclass(slots=True)
class LayerFact:
    """One leaf layer (or shape-changing functional operation) with each of its calls, in order.

    What is a number of one call stands in ``per_call``; ``call``, ``input_shapes``, ``output_shape``, ``axes``, ``field``,
    ``input_field``, ``producers`` and ``reason`` are the first call's, ``macs`` the sum over all calls.
    """

    name: str
    type: str
    definition: Place | None
    parameters: Any
    per_call: list[CallFact]
    functional: bool = False
    within: str | None = None
    """The module in whose forward a function is called; the model itself is ``""``."""
    geometry: Geometry | None = None
    """The window it slides over its input, if it does."""
    weights: tuple[tuple[Any, ...], ...] = ()
    """The shapes of its own parameters."""
    construction: tuple[SourceCall, ...] = ()
    """The call of the constructor that its framework has, and behind it those of the program's own constructors
    that led there, the outermost last."""
    assigned: Place | None = None
    """The expression whose value became the attribute, where that is not ``definition``."""
    parameters_below: Any = None
    """Its own parameters and those of all modules below it, shared ones once."""
    trainable_parameters: Any = None
    """Of its own."""

    @property
    def short_type(self) -> str:
        """``Conv2d`` of ``torch.nn.Conv2d``."""
        return self.type.rpartition(".")[2]

    @property
    def calls(self) -> int:
        return len(self.per_call)

    @property
    def first(self) -> CallFact:
        return self.per_call[0]

    @property
    def call(self) -> Place | None:
        return self.first.place

    @property
    def input_shapes(self) -> tuple[tuple[Any, ...] | None, ...]:
        return self.first.input_shapes

    @property
    def output_shape(self) -> tuple[Any, ...] | None:
        return self.first.output_shape

    @property
    def axes(self) -> tuple[str | None, ...] | None:
        return self.first.axes

    @property
    def macs(self) -> Any:
        total: Any = 0
        for call in self.per_call:
            total = None if total is None or call.macs is None else total + call.macs
        return total

    @property
    def field(self) -> FieldFact | None:
        return self.first.field

    @property
    def input_field(self) -> FieldFact | None:
        return self.first.input_field

    @property
    def producers(self) -> tuple[str, ...]:
        return self.first.producers

    @property
    def reason(self) -> str | None:
        return self.first.reason


@dataclass(frozen=True, slots=True)
class ValueFact:
    """What an expression was worth one time it was evaluated, in the code of the module named ``module``.

    ``outputs`` are the tensors in it, each with the path that reaches it (one of path ``""``: the value itself);
    a shape of ``None`` is not known, ``unknown`` says why and where that began. ``field`` is that of all of them.
    """

    module: str
    outputs: tuple[OutputFact, ...]
    field: FieldFact | None = None
    unknown: UnknownFact | None = None

    @property
    def reason(self) -> str | None:
        return self.unknown.reason if self.unknown is not None else None


@dataclass(slots=True)
class ExpressionFact:
    """An expression of a model's own code with the different values it had, in order; ``whole``: the value of a
    statement (what it assigns, returns or computes), which is what stands behind its line."""

    place: Place
    values: list[ValueFact]
    whole: bool = False


@dataclass(slots=True)
class Problem:
    """Something that stood out during interpretation; the rule of that name words and ranks it."""

    rule: str
    message: str
    place: Place | None
    related: list[tuple[str, Place]] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    calls: tuple[SourceCall, ...] = ()
    """The calls whose arguments decide, the nearest first: of the function, of the layer's constructor."""
    argument: Place | None = None
    """The argument of the call at the place that is wrong, where it is written there by its name."""


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


@dataclass(frozen=True, slots=True)
class LossFact:
    """A loss that expects logits, applied to what a model returns: the model by the name that the file gives it (None
    where it has none) and by its class."""

    loss: str
    place: Place
    model: str | None
    class_name: str


@dataclass(slots=True)
class ModelFact:
    target: str
    name: str
    framework: str
    place: Place | None
    status: Status
    inputs: list[InputFact] = dataclasses.field(default_factory=list)
    outputs: list[OutputFact] = dataclasses.field(default_factory=list)
    parameters: Any = None
    trainable_parameters: Any = None
    macs: Any = None
    field: FieldFact | None = None
    """Of the last spatial feature map."""
    field_layer: str | None = None
    deepest: FieldFact | None = None
    """Of the deepest map, where the output is several."""
    deepest_layer: str | None = None
    tiling: TilingFact | None = None
    """Of a dense model, where the request asks for it."""
    dense: bool = False
    """The output itself is spatial (dense prediction), not pooled or flattened."""
    layers: list[LayerFact] = dataclasses.field(default_factory=list)
    stages: list[LayerFact] = dataclasses.field(default_factory=list)
    """Modules with called children (``layer4``, each block), in order of first call."""
    class_name: str = ""
    """Qualified name of the class of the model itself."""
    construction: ArgumentsFact | None = None
    """What the constructor was given, where somebody or the engine itself built the class for the model."""
    call: ArgumentsFact | None = None
    """How it was called: the names of what it got by position, and by name what the inputs do not say."""
    parts: frozenset[str] = frozenset()
    """Qualified names of the classes of its modules, its own excepted."""
    expressions: list[ExpressionFact] = dataclasses.field(default_factory=list)
    """Of code that is on a screen (see ``Request.open``), in order of first evaluation."""
    modules: list[ModuleFact] = dataclasses.field(default_factory=list)
    merges: list[MergeFact] = dataclasses.field(default_factory=list)
    unknowns: list[UnknownFact] = dataclasses.field(default_factory=list)
    problems: list[Problem] = dataclasses.field(default_factory=list)
    probabilities: str | None = None
    """``softmax`` or ``log_softmax``, where the output is the result of one in training too."""
    losses: list[LossFact] = dataclasses.field(default_factory=list)
    """Those that building the model gives it (``compile`` in a function that returns it)."""


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
    losses: list[LossFact] = field(default_factory=list)
    """Those of the file's own code."""
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
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A layer that a value went through: the shapes before and after it, those of one item of the batch."""

    place: Place
    layer: str
    before: str
    after: str


@dataclass(slots=True)
class Finding:
    code: str
    name: str
    severity: Severity
    message: str
    place: Place
    related: list[tuple[str, Place]] = field(default_factory=list)
    fixes: list[Fix] = field(default_factory=list)
    model: str | None = None
    steps: list[Step] = field(default_factory=list)
    """The layers whose shapes led to it, the nearest last."""
    argument: Place | None = None
    """The argument in the place that is wrong, where it is one."""
