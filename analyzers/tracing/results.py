"""What a trace tells of one model, beside the static facts. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from analyzers.facts import Finding, ModelFact, Place

Verdict = Literal["confirmed", "differs", "failed"]
LayerVerdict = Literal["confirmed", "differs", "only-static", "only-traced"]


@dataclass(frozen=True, slots=True)
class MeasuredField:
    """A receptive field as it was measured, one entry for each axis; None where an axis was not measured, or has
    nothing local left. ``methods`` is how many of the two agree on it."""

    axes: tuple[str, ...]
    size: tuple[int | None, ...]
    stride: tuple[Fraction | None, ...]
    start: tuple[int | None, ...]
    density: tuple[float | None, ...]
    size_min: tuple[int | None, ...]
    global_: bool
    measured: tuple[bool, ...]
    methods: int = 1


@dataclass(slots=True)
class Seen:
    """One side of a comparison: what one call of a layer gave."""

    output_shape: list[int | None] | None
    parameters: int | None
    field: Any = None
    axes: tuple[str | None, ...] | None = None
    """What the dims of the output are called, where the static analysis knows."""


@dataclass(slots=True)
class LayerResult:
    """One call of a layer, the static facts beside what was traced; ``differences`` in words."""

    name: str
    call: int
    verdict: LayerVerdict
    static: Seen | None
    traced: Seen | None
    differences: list[str] = field(default_factory=list)
    place: Place | None = None
    definition: Place | None = None

    @property
    def has_field(self) -> bool:
        """Whether a receptive field was measured."""
        return self.traced is not None and self.traced.field is not None


@dataclass(slots=True)
class ModelResult:
    """One model."""

    model: ModelFact
    verdict: Verdict
    python: str = ""
    framework: str = ""
    framework_version: str | None = None
    device: str | None = None
    inputs: list[dict[str, Any]] = field(default_factory=list)
    placeholders: dict[str, int] = field(default_factory=dict)
    parameters: tuple[int | None, int | None] = (None, None)
    """(static, traced)."""
    outputs: tuple[list[Any], list[Any]] = field(default_factory=lambda: ([], []))
    seconds: dict[str, float] = field(default_factory=dict)
    layers: list[LayerResult] = field(default_factory=list)
    erf: list[dict[str, Any]] | None = None
    checkpoint: dict[str, Any] | None = None
    """How a checkpoint fits: ``file``, how many tensors were ``loaded``, which are ``missing``, ``unexpected``,
    ``mismatched``."""
    findings: list[Finding] = field(default_factory=list)
    message: str | None = None
    notes: list[str] = field(default_factory=list)
    output: str = ""
    """What the program printed."""

    def count(self, *verdicts: LayerVerdict) -> int:
        return sum(layer.verdict in verdicts for layer in self.layers)
