"""einops functions, and einops.layers.torch: Rearrange, Reduce, EinMix."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch.functional.arguments import tensor
from analyzers.frameworks.torch.module import Module
from analyzers.interpreter.overlays import function, layer
from analyzers.tensors.dims import Dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import einops
from analyzers.tensors.operations.arguments import size
from analyzers.tensors.operations.einsum import named_einsum
from analyzers.tensors.operations.elementwise import broadcast
from analyzers.tensors.tensor import Tensor, parameter
from analyzers.unknown import Unknown, UnknownUsed


def text_of(value: Any) -> str:
    """A pattern; raises UnknownUsed when it is not known."""
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    return value


def _tensors(value: Any) -> Any:
    """A tensor or a list of them."""
    return value if isinstance(value, (list, tuple)) else tensor(value)


@function("einops.rearrange", "einops.einops.rearrange")
def rearrange(tensor: Any, pattern: Any, **axes_lengths: Any) -> Tensor:
    return einops.rearrange(_tensors(tensor), text_of(pattern), axes_lengths)


@function("einops.reduce", "einops.einops.reduce")
def reduce(tensor: Any, pattern: Any, reduction: Any, **axes_lengths: Any) -> Tensor:
    return einops.reduce(_tensors(tensor), text_of(pattern), reduction, axes_lengths)


@function("einops.repeat", "einops.einops.repeat")
def repeat(tensor: Any, pattern: Any, **axes_lengths: Any) -> Tensor:
    return einops.repeat(_tensors(tensor), text_of(pattern), axes_lengths)


@function("einops.einsum", "einops.einops.einsum")
def einsum(*tensors_and_pattern: Any) -> Tensor:
    return named_einsum(text_of(tensors_and_pattern[-1]), tensors_and_pattern[:-1])


@function("einops.pack", "einops.packing.pack")
def pack(tensors: Any, pattern: Any) -> tuple[Tensor, list[tuple[Dim, ...]]]:
    return einops.pack([tensor(x) for x in tensors], text_of(pattern))


@function("einops.unpack", "einops.packing.unpack")
def unpack(tensor: Any, packed_shapes: Any, pattern: Any) -> list[Tensor]:
    return einops.unpack(_tensors(tensor), packed_shapes, text_of(pattern))


@function("einops.parse_shape", "einops.einops.parse_shape")
def parse_shape(x: Any, pattern: Any) -> dict[str, Dim]:
    return einops.parse_shape(tensor(x), text_of(pattern))


@layer("einops.layers.torch.Rearrange", "einops.layers.torch.RearrangeMixin")
class Rearrange(Module):
    def __init__(self, pattern: Any, **axes_lengths: Any) -> None:
        self.pattern = text_of(pattern)
        self.axes_lengths = axes_lengths

    def forward(self, input: Any) -> Tensor:
        return einops.rearrange(_tensors(input), self.pattern, self.axes_lengths)


@layer("einops.layers.torch.Reduce")
class Reduce(Module):
    def __init__(self, pattern: Any, reduction: Any, **axes_lengths: Any) -> None:
        self.pattern = text_of(pattern)
        einops.require_reduction(reduction)
        self.reduction = reduction
        self.axes_lengths = axes_lengths

    def forward(self, input: Any) -> Tensor:
        return einops.reduce(_tensors(input), self.pattern, self.reduction, self.axes_lengths)


def _ungrouped(side: str) -> tuple[str, str | None]:
    """A side of a pattern without parentheses, and the side itself where it had some."""
    if "(" not in side:
        return side.strip(), None
    return " ".join(side.replace("(", " ").replace(")", " ").split()), side.strip()


def _named_shape(names: Any, lengths: dict[str, Any]) -> tuple[Dim, ...]:
    missing = [name for name in names if name not in lengths]
    if missing:
        raise OperationError(
            "missing-argument",
            f"{{subject}} needs the length of axis {missing[0]!r}",
            exception="EinopsError",
        )
    return tuple(size(lengths[name]) for name in names)


def _bias_shape(names: list[str], output: list[str], lengths: dict[str, Any]) -> tuple[Dim, ...]:
    """A bias has the rank of the output, with ones where it has no axis."""
    return tuple(_named_shape([name], lengths)[0] if name in names else 1 for name in output)


@layer("einops.layers.torch.EinMix")
class EinMix(Module):
    """A linear layer in einsum notation: ``EinMix("b c h w -> b o h w", weight_shape="c o", …)``."""

    def __init__(self, pattern: Any, weight_shape: Any, bias_shape: Any = None, **axes_lengths: Any) -> None:
        left, _, right = text_of(pattern).partition("->")
        self.pattern = pattern
        self.weight_shape = weight_shape
        self.axes_lengths = axes_lengths
        self.inner_left, self.outer_left = _ungrouped(left)
        self.inner_right, self.outer_right = _ungrouped(right)
        weight_names = text_of(weight_shape).split()
        self.weight = parameter(_named_shape(weight_names, axes_lengths))
        bias_names = text_of(bias_shape or "").split()
        right_names: list[str] = self.inner_right.split()
        self.bias = parameter(_bias_shape(bias_names, right_names, axes_lengths)) if bias_names else None

    def forward(self, input: Any) -> Tensor:
        x = tensor(input)
        sides = (self.outer_left, self.outer_right)
        names = {*self.inner_left.split(), *self.inner_right.split()}
        known = {name: length for name, length in self.axes_lengths.items() if name in names}
        if sides[0] is not None:
            inside = {name: length for name, length in known.items() if name in self.inner_left.split()}
            x = einops.rearrange(x, f"{sides[0]} -> {self.inner_left}", inside)
        equation = f"{self.inner_left}, {self.weight_shape} -> {self.inner_right}"
        result = named_einsum(equation, [x, self.weight])
        if self.bias is not None:
            result = broadcast(result, self.bias).with_(cost=result.cost)
        if sides[1] is None:
            return result
        inside = {name: length for name, length in known.items() if name in self.inner_right.split()}
        cost = result.cost
        return einops.rearrange(result, f"{self.inner_right} -> {sides[1]}", inside).with_(cost=cost)
