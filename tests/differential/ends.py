"""Which units of an operation's result read over an end of the map it is given."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

Marks = dict[int, Tensor]
"""Dim of the result → which of its positions."""


def beyond_ends(name: str, args: tuple, result: Tensor, carried: list[list[bool]]) -> Tensor | None:
    """Which elements of the result do, along the dims that are carried; None: none of them.

    ``carried`` is of the result's dims, then of those of the tensors given.
    """
    marks = next(found for start, found in FOUND if name.startswith(start))(name, args, result, carried)
    wrong = None
    for dim, positions in marks.items():
        if bool(positions.all()):  # Nothing of the map is left, whatever the axis.
            return torch.ones(result.shape, dtype=torch.bool)
        if not any(sides[dim] for sides in carried if len(sides) == result.dim()) or not bool(positions.any()):
            continue
        shaped = positions.view([-1 if d == dim else 1 for d in range(result.dim())]).expand(result.shape)
        wrong = shaped if wrong is None else wrong | shaped
    return wrong


def _each(value: Any, rank: int) -> list[int]:
    values = list(value) if isinstance(value, list | tuple) else [value]
    return values * rank if len(values) == 1 else values


def window(n: int, m: int, kernel: int, stride: int, padding: int, dilation: int) -> Tensor:
    first = torch.arange(m) * stride - padding
    return (first < 0) | (first + dilation * (kernel - 1) > n - 1)


def transposed(n: int, m: int, kernel: int, stride: int, padding: int, dilation: int) -> Tensor:
    found = []
    for unit in range(m):
        taps = [unit + padding - t * dilation for t in range(kernel)]
        read = [tap // stride for tap in taps if tap % stride == 0]
        found.append(any(not 0 <= tap < n for tap in read))
    return torch.tensor(found)


def of_convolution(name: str, args: tuple, result: Tensor, carried: Any) -> Marks:
    given, weight, _, stride, padding, dilation, is_transposed = args[:7]
    rank = given.dim() - 2
    columns = zip(*[_each(value, rank) for value in (weight.shape[2:], stride, padding, dilation)], strict=True)
    found = transposed if is_transposed else window
    return {at + 2: found(given.shape[at + 2], result.shape[at + 2], *rest) for at, rest in enumerate(columns)}


def of_pool(name: str, args: tuple, result: Tensor, carried: Any) -> Marks:
    rank = int(name.split("pool")[1][0])
    given, kernel = args[0], _each(args[1], rank)
    stride = _each(args[2], rank) if len(args) > 2 and args[2] else kernel
    padding = _each(args[3], rank) if len(args) > 3 else [0] * rank
    dilation = _each(args[4], rank) if len(args) > 4 and name.startswith("max") else [1] * rank
    first = given.dim() - rank
    columns = zip(kernel, stride, padding, dilation, strict=True)
    return {
        first + at: window(given.shape[first + at], result.shape[first + at], *rest) for at, rest in enumerate(columns)
    }


def of_unpooling(name: str, args: tuple, result: Tensor, carried: Any) -> Marks:
    """``output_size`` may ask for positions behind the last window."""
    rank = int(name[-2])
    given, *window_of = args
    first = result.dim() - rank
    columns = zip(*[_each(value, rank) for value in window_of], strict=True)
    return {
        first + at: transposed(given.shape[first + at], result.shape[first + at], *rest, dilation=1)
        for at, rest in enumerate(columns)
    }


def of_blocks(name: str, args: tuple, result: Tensor, carried: list[list[bool]]) -> Marks:
    """Blocks cut out (``im2col``): all positions lie in one dim."""
    given, kernel, dilation, padding, stride = args[:5]
    rows = []
    for at in range(2):
        n = given.shape[at - 2]
        m = (n + 2 * padding[at] - dilation[at] * (kernel[at] - 1) - 1) // stride[at] + 1
        over = window(n, m, kernel[at], stride[at], padding[at], dilation[at])
        rows.append(over if carried[1][given.dim() - 2 + at] else torch.zeros_like(over))
    return {result.dim() - 1: (rows[0][:, None] | rows[1][None, :]).flatten()}


def of_fold(name: str, args: tuple, result: Tensor, carried: Any) -> Marks:
    _, size, kernel, dilation, padding, stride = args[:6]
    marks = {}
    for at in range(2):
        n = (size[at] + 2 * padding[at] - dilation[at] * (kernel[at] - 1) - 1) // stride[at] + 1
        over = transposed(n, size[at], kernel[at], stride[at], padding[at], dilation[at])
        marks[result.dim() - 2 + at] = over
    return marks


def of_padding(name: str, args: tuple, result: Tensor, carried: Any) -> Marks:
    pads, marks = list(args[1]), {}
    for at in range(len(pads) // 2):
        dim = result.dim() - 1 - at
        positions = torch.arange(result.shape[dim])
        before, after = max(pads[2 * at], 0), max(pads[2 * at + 1], 0)
        marks[dim] = (positions < before) | (positions >= result.shape[dim] - after)
    return marks


def of_roll(name: str, args: tuple, result: Tensor, carried: Any) -> Marks:
    dims = args[2] if len(args) > 2 else []
    if not dims:
        return {dim: torch.ones(size, dtype=torch.bool) for dim, size in enumerate(result.shape)}
    marks: Marks = {}
    for shift, dim in zip(_each(args[1], len(dims)), dims, strict=True):
        size = result.shape[dim]
        positions = torch.arange(size)
        marks[dim % result.dim()] = positions < shift % size if shift > 0 else positions >= size - (-shift) % size
    return marks


def of_joined(name: str, args: tuple, result: Tensor, carried: list[list[bool]]) -> Marks:
    """What is put before or behind a map that has nothing of the axis itself."""
    dim = args[1] % result.dim() if len(args) > 1 else 0
    parts = [
        torch.full((tensor.shape[dim],), not any(sides)) for tensor, sides in zip(args[0], carried[1:], strict=True)
    ]
    return {dim: torch.cat(parts)}


def of_resize(name: str, args: tuple, result: Tensor, carried: Any) -> Marks:
    given, aligned = args[0], bool(args[2])
    scales = [value for value in args[3:] if isinstance(value, float)] or [None] * (given.dim() - 2)
    taps = 2 if "cubic" in name else 1
    marks = {}
    for dim, scale in zip(range(2, given.dim()), scales, strict=True):
        n, m = given.shape[dim], result.shape[dim]
        if n == 1:
            continue
        step = 1 / scale if scale else n / m
        reach = taps * max(step, 1) if name.endswith("_aa") else taps
        marks[dim] = torch.tensor([_leaves(sample(i, n, m, step, aligned), n, reach) for i in range(m)])
    return marks


def sample(i: int, n: int, m: int, step: float, aligned: bool) -> float:
    if aligned:
        return i * (n - 1) / (m - 1) if m > 1 else 0.0
    return (i + 0.5) * step - 0.5


def _leaves(x: float, n: int, reach: float) -> bool:
    nearest = round(x)
    if abs(x - nearest) < 1e-4 and reach <= 2:
        return not 0 <= nearest < n
    return math.floor(x) - (reach - 1) < 0 or math.floor(x) + reach > n - 1


FOUND: Sequence[tuple[str, Callable[[str, tuple, Tensor, list[list[bool]]], Marks]]] = (
    ("convolution", of_convolution),
    ("max_unpool", of_unpooling),
    ("max_pool", of_pool),
    ("avg_pool", of_pool),
    ("im2col", of_blocks),
    ("col2im", of_fold),
    ("constant_pad", of_padding),
    ("reflection_pad", of_padding),
    ("replication_pad", of_padding),
    ("roll", of_roll),
    ("cat", of_joined),
    ("upsample", of_resize),
    ("_upsample", of_resize),
)
"""How each of them is told."""
