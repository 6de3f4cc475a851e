"""All receptive fields of a model: strips along each axis, both methods, and where they agree."""

from __future__ import annotations

import contextlib
import functools
import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.autograd import forward_ad

from analyzers.tracing.worker import influence
from analyzers.tracing.worker.building import tensor_of
from analyzers.tracing.worker.calls import Call, Calls
from analyzers.tracing.worker.gradient import Linear, dual, let_through, observe_tangent
from analyzers.tracing.worker.influence import Local, Seen, Spread, Strip

LONGEST = 16_384
"""Columns of a strip."""
ELEMENTS = 1 << 21
"""Of an input that is run at once."""
FAR = 8
"""How many times the largest field a strip must be long before what sees all of it counts as global."""
MOST_PERIODS = 16
LONGEST_PERIOD = 256
"""Columns after which every map must look the same."""
THIN = (1, 4, 16, 32, 64, 128, 1 << 30)
"""Sizes across the strip; the smallest is taken that lets the most of the model run."""
WITNESSES = 3
"""Columns for which the second method is asked."""


class OutOfTime(Exception):
    """The fields take longer than they may."""


class Fields:
    """Measures one model, which is on the CPU; its weights are changed."""

    def __init__(self, model: Any, request: dict[str, Any], framework: Any, progress: Callable[[str], None]) -> None:
        self.model = model
        self.framework = framework
        self.request = request
        self.progress = progress
        self.deadline = time.monotonic() + float(request["fields"].get("seconds") or 60)
        self.notes: list[str] = []

    def measured(self) -> list[dict[str, Any]]:
        """For each axis: what was seen of each call, by name and number of the call."""
        axes, runs = [], []
        for axis in self.request["fields"]["axes"]:
            self.progress(f"along {axis['name']}")
            try:
                strip, found, local = self._along(axis)
                runs.append((strip, found, local))
            except OutOfTime:
                found = []
                self.notes.append(f"receptive fields along {axis['name']} were not measured in time")
            axes.append({"name": axis["name"], "calls": found})
        self._witness(runs)
        return axes

    def _witness(self, runs: list[Any]) -> None:
        """The second method changes the weights, so it comes when the first is through."""
        self.progress("by the second method")
        try:
            let_through(self.model, self.framework.precision)
            for strip, found, local in runs:
                self._compare(strip, found, local)
        except OutOfTime:
            self.notes.append("there was no time for the second method")
        except Exception as error:
            self.notes.append(f"only one of two methods ran: {type(error).__name__}: {str(error)[:200]}")

    # -- one axis -----------------------------------------------------------------------------------

    def _along(self, axis: dict[str, Any]) -> tuple[Strip, list[dict[str, Any]], list[tuple[str, int, Call]]]:
        reach = int(axis.get("reach") or 2 * axis["extent"])
        refined = False
        while True:
            strip, found, local = self._on_strip(axis, reach)
            if strip.shape[strip.dim] < LONGEST and _is_short(strip, found):
                reach *= 2
                continue
            period = None if refined else self._longer_period(strip, found, local)
            if period is None:
                break
            axis, refined = {**axis, "period": period}, True
        self._drop_sized(found, axis, strip)
        return strip, found, local

    def _on_strip(self, axis: dict[str, Any], reach: int) -> tuple[Strip, list[dict[str, Any]], Any]:
        strip = self._strip(axis, reach)
        with Spread():
            local = plain = self._run(strip, strip.columns, influence.observe)
        if any(_mixes_all(call) for _, _, call in plain):
            with Local():
                local = self._run(strip, strip.columns, influence.observe)
        return strip, [_entry(strip, name, n, a, b) for (name, n, a), (_, _, b) in zip(plain, local)], local

    def _longer_period(self, strip: Strip, found: list[dict[str, Any]], local: Any) -> int | None:
        """Where the same picture comes again only after several periods (windows, merges): after how many columns."""
        open_calls = [
            at
            for at, (entry, (_, _, call)) in enumerate(zip(found, local))
            if entry["field"] is None and call.seen is not None and call.seen.anything and not call.seen.everything
        ]
        room = (strip.shape[strip.dim] - strip.first) // strip.period // 2
        columns = [strip.first + strip.period * times for times in range(min(MOST_PERIODS, room) + 1)]
        if not open_calls or len(columns) < 3:
            return None
        with Local():
            runs = self._run(strip, columns, influence.observe)
        times = {influence.repetition(runs[at][2].seen) for at in open_calls} - {None}
        longer = strip.period
        for found_times in times:
            other = strip.period * int(found_times or 1)
            longer = longer * other // math.gcd(longer, other)
        return longer if strip.period < longer <= LONGEST_PERIOD else None

    def _drop_sized(self, found: list[dict[str, Any]], axis: dict[str, Any], strip: Strip) -> None:
        """What does not grow with the input as it moves over it is of another kind with another input (a pooling to a
        given size): nothing is known of it."""
        extent = int(axis["extent"])
        shape = [extent if dim == strip.dim else size for dim, size in enumerate(strip.shape)]
        short = Strip(strip.name, shape, strip.dim, strip.period, extent // 2)
        with Spread():
            calls, _ = self._pass(short.tensor([short.first], 0.0, 0.0), short, None)
        natural = {(name, number): call.shape for name, number, call in self.framework.leaves(calls, self.model)}
        periods = (strip.shape[strip.dim] - extent) // strip.period
        for entry in found:
            field, shape_then = entry["field"], natural.get((entry["name"], entry["call"]))
            if field is None or "dim" not in field or shape_then is None or field["dim"] >= len(shape_then):
                continue
            if field["units"] - shape_then[field["dim"]] != periods * field["stride"][1]:
                entry["field"], entry["sized"] = None, True

    def _strip(self, axis: dict[str, Any], reach: int) -> Strip:
        """The thinnest strip of those that let the most of the model run."""
        best: tuple[int, Strip] | None = None
        for size in THIN if axis["others"] else THIN[:1]:
            for length in _lengths(int(axis["extent"]), int(axis["period"]), reach):
                shape = list(self._input(axis["input"])["shape"])
                for other in axis["others"]:
                    shape[other["dim"]] = min(size, other["extent"])
                shape[axis["dim"]] = length
                strip = Strip(axis["input"], shape, axis["dim"], int(axis["period"]), length // 2)
                calls, complete = self._reached(strip)
                if best is None or calls > best[0]:
                    best = (calls, strip)
                if complete:
                    return strip
        assert best is not None
        return best[1]

    def _reached(self, strip: Strip) -> tuple[int, bool]:
        """How many calls are made before the model minds the size, and whether it does not."""
        with Spread():
            calls, failure = self._pass(strip.tensor([strip.first], 0.0, 0.0), strip, None)
        return len(calls.made), failure is None

    def _input(self, name: str) -> dict[str, Any]:
        return next(given for given in self.request["inputs"] if given["name"] == name)

    def _run(self, strip: Strip, columns: list[int], observe: Any) -> list[tuple[str, int, Call]]:
        """The columns, as many at once as fit; what was seen of them together."""
        size = 1
        for extent in strip.shape[1:]:
            size *= extent
        at_once = max(1, min(len(columns), ELEMENTS // size))
        parts = []
        for start in range(0, len(columns), at_once):
            if time.monotonic() > self.deadline:
                raise OutOfTime
            chosen = columns[start : start + at_once]
            given = strip.tensor(chosen, 0.0, float("nan"))
            calls, _ = self._pass(given, strip, functools.partial(_observed, observe, len(chosen)))
            parts.append(self.framework.leaves(calls, self.model))
        return _joined(parts)

    def _pass(self, given: torch.Tensor, strip: Strip, observe: Any) -> tuple[Calls, BaseException | None]:
        items = given.shape[0]
        tensors = {
            one["name"]: given
            if one["name"] == strip.name
            else tensor_of(one["shape"], one["dtype"], items if one.get("batched") else None).to(
                given.dtype if one["dtype"].startswith("float") else getattr(torch, one["dtype"])
            )
            for one in self.request["inputs"]
        }
        positional, named = self.framework.arguments(self.model, self.request, tensors)
        calls = self.framework.calls(observe)
        with torch.no_grad(), self.framework.any_size(), calls.watched():
            try:
                self.model(*positional, **named)
            except Exception as error:
                return calls, error
        return calls, None

    # -- the second method --------------------------------------------------------------------------

    def _compare(self, strip: Strip, found: list[dict[str, Any]], local: list[tuple[str, int, Call]]) -> None:
        """A field that the derivative does not confirm is none."""
        columns = sorted({strip.first + strip.period * k // WITNESSES for k in range(WITNESSES)})
        witnessed = self._derived(strip, columns)
        by_call = {(name, number): call.seen for name, number, call in witnessed}
        items = [column - strip.first for column in columns]
        for entry, (name, number, call) in zip(found, local):
            seen, field = by_call.get((name, number)), entry["field"]
            if field is None or "dim" not in field:
                continue
            agree = _agree(call.seen, seen, field["dim"], items)
            entry["methods"] = 2 if agree else 1
            if agree is False:
                entry["field"] = None
                entry["disagree"] = True

    def _derived(self, strip: Strip, columns: list[int]) -> list[tuple[str, int, Call]]:
        precision = self.framework.precision
        with _default(precision), Linear(), forward_ad.dual_level():
            parts = []
            for column in columns:
                if time.monotonic() > self.deadline:
                    raise OutOfTime
                direction = strip.tensor([column], 0.0, 1.0).to(precision)
                given = dual(torch.ones_like(direction), direction)
                calls, _ = self._pass(given, strip, lambda output: observe_tangent(output, 1))
                parts.append(self.framework.leaves(calls, self.model))
        return _joined(parts)


@contextlib.contextmanager
def _default(dtype: torch.dtype) -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def _lengths(extent: int, period: int, reach: int) -> list[int]:
    """At least two fields and some periods, of lengths that differ from the input's by whole periods: first a multiple
    of the input, which suits windows and the like too."""
    wanted = 2 * reach + 4 * period + 16
    plain = extent + period * max(0, -(-(wanted - extent) // period))
    times = max(1, -(-wanted // extent))
    while extent * (times - 1) % period:
        times += 1
    return [extent * times, plain] if plain < extent * times <= 2.5 * plain else [plain]


def _is_short(strip: Strip, found: list[dict[str, Any]]) -> bool:
    """Whether a field reaches an end of the strip, or what seems to see everything may only see farther than it is long."""
    sizes = [entry["field"]["size"] for entry in found if entry["field"] is not None and "size" in entry["field"]]
    far = strip.shape[strip.dim] < FAR * max(sizes, default=1)
    return any(entry["field"] == {"cut": True} or (far and entry["mixes"] and not entry["field"]) for entry in found)


def _mixes_all(call: Call) -> bool:
    """Whether every position of an output with several depends on every column."""
    if call.seen is None or not call.seen.everything or call.shape is None:
        return False
    inner = 1
    for size in call.shape[2:]:
        inner *= size
    return inner > 1


def _observed(observe: Any, items: int, output: torch.Tensor) -> Any:
    return observe(output, items)


def _entry(strip: Strip, name: str, number: int, plain: Call, local: Call) -> dict[str, Any]:
    seen: Seen | None = plain.seen
    field = influence.field_along(local.seen, strip)
    return {
        "name": name,
        "call": number,
        "field": field,
        "global": seen is not None and seen.everything,
        "mixes": _mixes_all(plain),
        "seen": seen is not None and seen.anything,
        "shape": plain.shape,
        "length": strip.shape[strip.dim],
    }


def _joined(parts: list[list[tuple[str, int, Call]]]) -> list[tuple[str, int, Call]]:
    """The same calls of several runs, with what was seen of all their items."""
    joined = []
    for same in zip(*parts):
        name, number, first = same[0]
        seen = [call.seen for _, _, call in same]
        first.seen = _together(seen) if all(one is not None for one in seen) else None
        joined.append((name, number, first))
    return joined


def _together(parts: list[Seen]) -> Seen:
    patterns = {dim: torch.cat([part.patterns[dim] for part in parts]) for dim in parts[0].patterns}
    return Seen(patterns, all(part.everything for part in parts), any(part.anything for part in parts))


def _agree(first: Seen | None, second: Seen | None, dim: int, items: list[int]) -> bool | None:
    """None where the second method says nothing: everything depends on everything, or nothing was seen."""
    if first is None or second is None or second.everything or dim not in second.patterns:
        return None
    return bool(torch.equal(first.patterns[dim][items], second.patterns[dim]))
