"""RF106: the transposed convolution gets a kernel that is a multiple of its stride, same output size."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import Edit, Fix
from analyzers.fixes.support.bench import Bench
from analyzers.fixes.support.calls import Call
from analyzers.rules.support.geometry import kernel_axes, per_axis

POSITIONS = {"kernel_size": 2, "padding": 4, "output_padding": 5}


def propose(bench: Bench) -> Iterator[Fix]:
    call = bench.call(bench.finding.place)
    layers = bench.layers_at(bench.finding.place)
    model = bench.model
    if call is None or not layers or model is None or model.framework != "torch":
        return
    names = ("kernel_size", "stride", "padding", "output_padding")
    values = [per_axis(layers[0], name, kernel_axes(layers[0]), 0) for name in names]
    if any(value is None or len(set(value)) > 1 for value in values):
        return
    kernel, stride, padding, extra = (value[0] for value in values if value is not None)
    up = -(-kernel // stride) * stride
    for new in dict.fromkeys((up, up - stride)):
        edits = _edits(call, new, stride, kernel - 2 * padding + extra, (padding, extra)) if new >= stride else None
        if edits:
            yield Fix(f"Set kernel_size to {new}, a multiple of the stride {stride}", False, edits)


def _edits(call: Call, kernel: int, stride: int, kept: int, old: tuple[int, int]) -> tuple[Edit, ...] | None:
    """``kept`` is kernel − 2·padding + output padding, which decides the output's size."""
    extra = next((more for more in range(stride) if (kernel + more - kept) % 2 == 0 and kernel + more >= kept), None)
    if extra is None:
        return None
    padding = (kernel + extra - kept) // 2
    edits = [call.set("kernel_size", POSITIONS["kernel_size"], str(kernel))]
    if padding != old[0]:
        edits.append(call.set("padding", POSITIONS["padding"], str(padding)))
    if extra != old[1]:
        edits.append(call.set("output_padding", POSITIONS["output_padding"], str(extra)))
    found = tuple(edit for edit in edits if edit is not None)
    return found if len(found) == len(edits) else None
