"""The abstract tensor: a shape, a receptive field, and nothing that costs memory."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

from analyzers.tensors.dims import Dim, Expression, product, unknown_dim
from analyzers.tensors.field import Field
from analyzers.tensors.layout import Layout, Names
from analyzers.tensors.signals import STANDARD, Signal, constant
from analyzers.unknown import Unknown, UnknownUsed
from analyzers.vocabulary import MAXIMUM_RANK

PLAIN = frozenset([int, Expression])
PROBABILITIES = ("softmax", "log_softmax")
"""Traits of what adds up to one along a dim, and of its logarithm."""
OF_DATA = "data"
"""Trait of what a loader of data yields."""


def known_sizes(shape: Sequence[Any]) -> tuple[Dim, ...]:
    """A shape in which whatever is no size is an anonymous symbol."""
    return tuple(_known_size(size) for size in shape)


def _known_size(size: Any) -> Dim:
    if isinstance(size, Unknown):
        return unknown_dim(size.reason)
    if isinstance(size, Expression):
        return size
    return int(size) if isinstance(size, int) else unknown_dim("a size that is not a number")


class Tensor:
    """An abstract tensor; treated as immutable (``with_`` makes a changed copy) but by what torch does in place.

    ``shape`` is a tuple of ints and symbolic dims. ``field`` says which input pixels its elements
    depend on. ``dtype`` is a plain name (``"float32"``, ``"int64"``, ``"bool"``). ``content``
    holds the row-major Python numbers of a small constant (``torch.linspace`` of drop-path rates),
    else None. ``parameter`` marks ``nn.Parameter``; ``trainable`` its ``requires_grad``.
    ``cost`` is the multiply-accumulate count of the operation that made it. ``trait`` is a free
    marker of what produced it (``"softmax"``), for rules. ``history`` is the step of a symbolic graph
    that made it (Keras' functional API), None for every other tensor. ``axes`` are the names of the dims
    (``("N", "C", "H", "W")``, layout.py), as far as whoever made or took the tensor says; None: of none of them.
    ``order`` is how the dims lie in memory, outermost first (memory_order.py), None where nobody knows.
    ``signal`` is what random weights and inputs make of its values (signals.py), as far as anybody follows that.
    """

    has_shape = True
    """False for a stand-in whose shape is still to be found out."""

    __slots__ = (
        "axes",
        "content",
        "cost",
        "dtype",
        "field",
        "history",
        "order",
        "parameter",
        "shape",
        "signal",
        "trainable",
        "trait",
    )

    def __init__(
        self,
        shape: Sequence[Dim],
        field: Field = Field.EMPTY,
        dtype: str = "float32",
        *,
        content: tuple | None = None,
        parameter: bool = False,
        trainable: bool = False,
        cost: Dim = 0,
        trait: str | None = None,
        axes: Names | None = None,
        signal: Signal | None = None,
    ) -> None:
        if len(shape) > MAXIMUM_RANK:
            raise UnknownUsed(Unknown(f"a tensor of more than {MAXIMUM_RANK} dimensions"))
        self.shape = tuple(shape) if PLAIN.issuperset(map(type, shape)) else known_sizes(shape)
        self.field = field
        self.dtype = dtype
        self.content = content
        self.parameter = parameter
        self.trainable = trainable
        self.cost = cost
        self.trait = trait
        self.axes = axes
        self.signal = signal
        self.history: Any = None
        self.order: tuple[int, ...] | None = None

    @property
    def rank(self) -> int:
        return len(self.shape)

    def numel(self) -> Dim:
        return product(self.shape)

    def with_(self, **changes: Any) -> Tensor:
        """A copy of a *result*: content, cost, trait, history and parameter-ness are not inherited, the names of the
        dims only where the shape stays."""
        values: dict[str, Any] = {"shape": self.shape, "field": self.field, "dtype": self.dtype, "signal": self.signal}
        if "shape" not in changes:
            values["axes"] = self.axes
        values.update(changes)
        return Tensor(**values)

    def copy(self) -> Tensor:
        """The tensor as it is now, for when it is written in place."""
        if type(self) is not Tensor:
            return copy(self)
        made = Tensor.__new__(Tensor)
        made.shape, made.field, made.dtype, made.content = self.shape, self.field, self.dtype, self.content
        made.parameter, made.trainable, made.cost = self.parameter, self.trainable, self.cost
        made.trait, made.axes, made.history, made.signal = self.trait, self.axes, self.history, self.signal
        made.order = self.order
        return made

    def of_same_class(self, **changes: Any) -> Tensor:
        """:meth:`with_` of a value that stays what it is: a copy, or what two branches of the program leave."""
        return self.with_(**changes)

    is_array = False
    """Of a library of arrays (numpy), no tensor of the framework at work."""

    def note_taken(self, layout: Layout) -> None:
        """A function says what it takes its operand for: a stand-in for an input is asked for nothing else."""

    def plain(self) -> Tensor:
        """The tensor that a framework's function makes of its argument (an array is converted)."""
        return self

    def forget_content(self) -> None:
        """Its numbers were written over."""
        self.content = None

    def __repr__(self) -> str:
        return f"Tensor({'x'.join(map(str, self.shape))})"


def is_shaped(value: Any) -> bool:
    """A tensor or an array, but no stand-in for an input of which nothing is known yet."""
    return isinstance(value, Tensor) and value.has_shape


def parameter(shape: Sequence[Dim], *, trainable: bool = True, dtype: str = "float32") -> Tensor:
    """A learned parameter: an empty receptive field."""
    return Tensor(shape, dtype=dtype, parameter=True, trainable=trainable)


def signal_of(value: Any, neutral: float = 1.0) -> Signal:
    """What is known of the values of a tensor or number; of those that hold nothing of an input and that nobody has filled,
    ``neutral``."""
    if isinstance(value, Tensor):
        if value.signal is not None:
            return value.signal
        if value.field is not Field.EMPTY:
            return STANDARD
        return constant(neutral) if not value.content else constant(_mean(value.content, neutral))
    return constant(float(value)) if isinstance(value, (int, float)) else constant(neutral)


def _mean(numbers: tuple, otherwise: float) -> float:
    if not all(isinstance(number, (int, float)) for number in numbers):
        return otherwise
    return float(sum(numbers)) / len(numbers)
