"""An input, and what running a model with its inputs gave. Plain data of the search."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from analyzers.interpreter.recorder import RecordedError
from analyzers.models.runner import Failure
from analyzers.vocabulary import GUESSED_ORIGINS, Origin

FLATTEN_RULES = frozenset(["feature-size-mismatch", "reshape-mismatch", "matmul-mismatch"])


@dataclass
class Input:
    """``shape`` of ints and symbolic dims, batch first, in the framework's own layout."""

    name: str
    shape: tuple[Any, ...]
    origin: Origin
    dtype: str = "float32"
    others: list[tuple[Any, ...]] = field(default_factory=list)
    """Other shapes that may be meant, where this one was only guessed."""
    sides: tuple[int, ...] = (2, 3)
    """The dims of a picture's height and width."""
    borrowed: tuple[int, ...] = ()
    """Dims of a size that a layer takes of which nobody knows whether it gets the input as it is."""
    said_at: Any = None
    """Where the layer is called that says the shape, if one does."""

    @property
    def is_guessed(self) -> bool:
        return self.origin in GUESSED_ORIGINS

    @property
    def is_guessed_map(self) -> bool:
        return (
            self.is_guessed and len(self.shape) in (4, 5) and len(self.sides) == 2 and max(self.sides) < len(self.shape)
        )

    @property
    def size(self) -> tuple[Any, ...]:
        """Height and width of a picture."""
        return tuple([self.shape[side] for side in self.sides])

    @property
    def has_assumed_sides(self) -> bool:
        """Whether it is a picture whose height and width nothing says."""
        return self.is_guessed_map and self.origin == "default" and all(isinstance(side, int) for side in self.size)

    @property
    def channels(self) -> Any:
        """Of a picture."""
        return next(self.shape[dim] for dim in range(1, len(self.shape)) if dim not in self.sides)

    def solved(self, shape: tuple[Any, ...], is_loose: bool = False) -> Input:
        """With a shape that fits; ``is_loose``: so do many others, and it is assumed."""
        origin: Origin = "default" if is_loose else "solved"
        return Input(self.name, shape, origin, self.dtype, sides=self.sides, said_at=self.said_at)

    def sized(self, *sizes: Any) -> Input:
        """The picture with these sides."""
        given = dict(zip(self.sides, sizes, strict=True))
        return self.solved(tuple([given.get(dim, size) for dim, size in enumerate(self.shape)]))


Inputs = dict[str, Input]
"""By name."""


@dataclass
class Found:
    """The inputs that were settled on and what the forward pass with them gave."""

    inputs: list[Input] = field(default_factory=list)
    result: Any = None
    failures: list[Failure] = field(default_factory=list)
    recorded_errors: list[RecordedError] = field(default_factory=list)
    misread: tuple[int, int] | None = None
    """Features (wanted, given) of a map that was flattened so that its batch came out wrong."""
    fixes_batch: bool = False
    """Whether a layer asked for a certain number of items in the batch."""
    remarks: list[RecordedError] = field(default_factory=list)
    """What stood out in the pass and speaks neither against the inputs nor against the code."""
    items_read: dict[str, int] = field(default_factory=dict)
    """Inputs whose items were asked for one by one, and how many they must have: lists may be meant."""
    order: tuple[str, ...] = ()
    """The inputs that are given by position."""
    arguments: dict[str, Any] = field(default_factory=dict)
    """What is given beside the tensors, by parameter."""

    @property
    def by_name(self) -> Inputs:
        return {i.name: i for i in self.inputs}

    @property
    def has_guesses(self) -> bool:
        return any(i.is_guessed for i in self.inputs)

    def is_vague(self, name: str) -> bool:
        """Whether the input's rank is only a guess."""
        return any(len(other) != len(i.shape) for i in self.inputs if i.name == name for other in i.others)

    @property
    def is_sound(self) -> bool:
        """Whether nothing speaks against these inputs."""
        return not self.recorded_errors and not self.failures and self.misread is None

    @property
    def error_keys(self) -> set[Any]:
        return {recorded.key for recorded in self.recorded_errors}

    @property
    def rules(self) -> set[str]:
        return {recorded.error.rule for recorded in self.recorded_errors}

    @property
    def flatten_error(self) -> RecordedError | None:
        return next((e for e in self.recorded_errors if e.error.rule in FLATTEN_RULES), None)

    @property
    def lacks_flatten(self) -> bool:
        """Whether a Linear gets a map that was to be flattened."""
        return any("lacks_flatten" in recorded.error.data for recorded in self.recorded_errors)

    @property
    def lacks_only_a_flatten(self) -> bool:
        """Whether a Linear would fit if the map before it were flattened."""
        return any(recorded.error.data.get("lacks_flatten") for recorded in self.recorded_errors)

    def has(self, recorded: RecordedError) -> bool:
        """Whether the same thing goes wrong at the same place."""
        rule = recorded.error.rule
        return any(e.error.rule == rule and _same_site(e.site, recorded.site) for e in self.recorded_errors)


def _same_site(left: Any, right: Any) -> bool:
    return left is right or (left is not None and right is not None and left.node is right.node)
