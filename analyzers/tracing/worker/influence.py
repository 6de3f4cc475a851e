"""Receptive fields by influence: a column of the input becomes NaN, and what turns NaN depends on it.

Nothing of the network is replaced. The input is a strip, long along the axis in question and thin along the others, so that no
field reaches its ends; one item of the batch for each column of a whole period, so that every phase of every layer is
seen, and one more column a period later, which must show the same picture one period on.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map


class Seen:
    """Of one output: for each dim but the batch, which of its units turned NaN, for each item."""

    def __init__(self, patterns: dict[int, torch.Tensor], everything: bool, anything: bool) -> None:
        self.patterns = patterns
        self.everything = everything
        self.anything = anything


def observe(output: torch.Tensor, items: int) -> Seen | None:
    """None where the output is no batch of that many items."""
    if not output.is_floating_point() or output.dim() < 2 or output.shape[0] != items:
        return None
    output = output.detach()
    patterns = {}
    if output.dim() > 2:
        channels_last = output.sum(1)  # (a sum is NaN where anything in it is)
        inner = tuple(range(2, output.dim()))
        patterns[1] = torch.isnan(output.sum(inner))
        for dim in inner:
            others = [other - 1 for other in inner if other != dim]
            patterns[dim] = torch.isnan(channels_last.sum(others) if others else channels_last)
    else:
        patterns[1] = torch.isnan(output)
    anything = all(bool(pattern.any()) for pattern in patterns.values())
    everything = anything and all(bool(pattern.all()) for pattern in patterns.values())
    return Seen(patterns, everything and bool(torch.isnan(output).all()), anything)


class Spread(TorchDispatchMode):
    """Sums over channels and features, which take nearly all of the time, are not worked out: a result is NaN where
    anything that is summed is, whatever the weights."""

    def __torch_dispatch__(self, func: Any, types: Any, args: tuple = (), kwargs: dict[str, Any] | None = None) -> Any:
        short = SHORT.get(_name(func))
        return func(*args, **(kwargs or {})) if short is None else short(func, *args)


class Local(Spread):
    """What is told to all positions at once is kept from spreading: a result that is NaN everywhere becomes numbers, and
    norms over space hand on their input. What still spreads is the local field beside the global one."""

    def __torch_dispatch__(self, func: Any, types: Any, args: tuple = (), kwargs: dict[str, Any] | None = None) -> Any:
        result = super().__torch_dispatch__(func, types, args, kwargs)
        if _normalises_space(_name(func), args):
            return (args[0].clone(), *result[1:])
        return tree_map(_without_global, result)


def _name(func: Any) -> str:
    return func.overloadpacket.__name__ if hasattr(func, "overloadpacket") else str(func)


def _convolved(func: Any, given: Any, weight: Any, bias: Any, stride: Any, padding: Any, *rest: Any) -> Any:
    """One channel for each group."""
    dilation, transposed, output_padding, groups = rest
    items, channels, *sizes = given.shape
    wrong = torch.isnan(given).view(items, groups, channels // groups, *sizes).any(2)
    signal = torch.zeros(wrong.shape, dtype=given.dtype).masked_fill_(wrong, float("nan"))
    kernel = torch.ones([groups, 1, *weight.shape[2:]], dtype=given.dtype)
    found = func(signal, kernel, None, stride, padding, dilation, transposed, output_padding, groups)
    each = weight.shape[1] if transposed else weight.shape[0] // groups
    return found.repeat_interleave(each, 1)


def _multiplied(func: Any, left: Any, right: Any) -> Any:
    if not left.is_floating_point():
        return func(left, right)
    wrong = torch.isnan(left).any(-1, keepdim=True) | torch.isnan(right).any(-2, keepdim=True)
    return torch.zeros(wrong.shape, dtype=left.dtype).masked_fill_(wrong, float("nan"))


def _added(func: Any, bias: Any, left: Any, right: Any) -> Any:
    return _multiplied(func, left, right) + bias


def _steep(func: Any, given: Any) -> Any:
    """torch makes numbers of NaN here."""
    wrong = torch.isnan(given)
    return func(given).masked_fill_(wrong, float("nan")) if given.is_floating_point() else func(given)


SHORT: dict[str, Any] = {"convolution": _convolved, "mm": _multiplied, "bmm": _multiplied, "addmm": _added}
SHORT["baddbmm"] = _added
SHORT.update(dict.fromkeys(("sign", "sign_", "sgn", "sgn_"), _steep))
"""The operations that sum over many, each with what it comes to, and those that say nothing of NaN."""


def _normalises_space(name: str, args: tuple) -> bool:
    if name == "native_group_norm":
        return True
    if name == "native_layer_norm":
        return len(args[1]) > 1
    return name in ("native_batch_norm", "_native_batch_norm_legit", "_batch_norm_with_update") and bool(
        args[5] is True
    )


def _without_global(value: Any) -> Any:
    if isinstance(value, torch.Tensor) and value.is_floating_point() and value.numel() and value.dim() > 1:
        corner = value[(0,) * value.dim()]
        if bool(torch.isnan(corner)) and bool(torch.isnan(value).all()):
            return torch.zeros_like(value)
    return value


class Strip:
    """Which columns of which dim of which input are set, and how long it is."""

    def __init__(self, name: str, shape: list[int], dim: int, period: int, first: int) -> None:
        self.name = name
        self.shape = shape
        self.dim = dim
        self.period = period
        self.first = first

    @property
    def columns(self) -> list[int]:
        return [*range(self.first, self.first + self.period + 1)]

    def tensor(self, columns: list[int], rest: float, column_value: float) -> torch.Tensor:
        """An item for each of the columns, which alone has another value than the rest."""
        made = torch.full([len(columns), *self.shape[1:]], rest)
        for item, column in enumerate(columns):
            made[item].select(self.dim - 1, column).fill_(column_value)
        return made


def field_along(seen: Seen | None, strip: Strip) -> dict[str, Any] | None:
    """Size, start, stride, density of one output along the strip; None where no dim carries the axis."""
    if seen is None:
        return None
    for dim, pattern in seen.patterns.items():
        found = _field(pattern, strip)
        if found is not None:
            return {**found, "dim": dim}
    return None


def repetition(seen: Seen | None) -> int | None:
    """After how many of the items the picture of the first comes again, some units further on; None: never."""
    for pattern in seen.patterns.values() if seen is not None else ():
        first = pattern[0].nonzero().flatten().tolist()
        for item in range(1, pattern.shape[0]):
            later = pattern[item].nonzero().flatten().tolist()
            jump = later[0] - first[0] if first and later else 0
            if jump > 0 and [unit + jump for unit in first] == later:
                return item
    return None


def _field(pattern: torch.Tensor, strip: Strip) -> dict[str, Any] | None:
    units = pattern.shape[1]
    first = pattern[0].nonzero().flatten().tolist()
    later = pattern[-1].nonzero().flatten().tolist()
    if not first or not later or len(first) != len(later):
        return None
    jump = later[0] - first[0]
    if jump <= 0 or [unit + jump for unit in first] != later:
        return None
    rows = [pattern[item].nonzero().flatten().tolist() for item in range(strip.period)]
    reached = [unit for row in rows for unit in row] + later
    if min(reached) == 0 or max(reached) == units - 1:
        return {"cut": True}
    supports = _supports(rows, strip, jump)
    return _described(supports, strip, jump, units)


def _supports(rows: list[list[int]], strip: Strip, jump: int) -> dict[int, list[int]]:
    """The columns that each unit of one period reads: what holds of a column holds of those whole periods away."""
    supports: dict[int, list[int]] = {phase: [] for phase in range(jump)}
    for item, units in enumerate(rows):
        for unit in units:
            periods, phase = divmod(unit, jump)
            supports[phase].append(strip.first + item - periods * strip.period)
    return supports


def _described(supports: dict[int, list[int]], strip: Strip, jump: int, units: int) -> dict[str, Any] | None:
    columns = {phase: sorted(read) for phase, read in supports.items()}
    sizes = {phase: read[-1] - read[0] + 1 if read else 0 for phase, read in columns.items()}
    size = max(sizes.values())
    starts = [read[0] for read in columns.values() if read]
    return {
        "size": size,
        "size_min": min(sizes.values()),
        "start": columns[0][0] if columns[0] else starts[0],
        "stride": [strip.period, jump],
        "density": min(len(set(columns[p])) for p, one in sizes.items() if one == size) / size,
        "units": units,
    }
