"""RF106: the transposed convolution gets a kernel that is a multiple of its stride, or gives way to resizing and a
plain convolution; the output keeps its size."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from analyzers.facts import Edit, Fix, LayerFact, Place
from analyzers.fixes.support.arguments import argument, change, is_keras
from analyzers.fixes.support.calls import Call
from analyzers.fixes.support.context import Bench
from analyzers.rules.support.geometry import kernel_axes, per_axis, short_type


def propose(bench: Bench) -> Iterator[Fix]:
    call = bench.call(bench.finding.place)
    layers = bench.layers_at(bench.finding.place)
    if call is None or not layers:
        return
    if is_keras(layers[0]):
        yield from _keras_kernels(call, layers[0])
        return
    names = ("kernel_size", "stride", "padding", "output_padding")
    values = [per_axis(layers[0], name, kernel_axes(layers[0]), 0) for name in names]
    if any(value is None or len(set(value)) > 1 for value in values):
        return
    kernel, stride, padding, extra = (value[0] for value in values if value is not None)
    for new in _multiples(kernel, stride):
        edits = _edits(call, layers[0], new, stride, kernel - 2 * padding + extra, (padding, extra))
        if edits:
            yield Fix(f"Set kernel_size to {new}, a multiple of the stride {stride}", False, edits)
    if kernel - 2 * padding + extra == stride:
        yield from _resized(call, layers[0], kernel, stride)


def _multiples(kernel: int, stride: int) -> list[int]:
    up = -(-kernel // stride) * stride
    return [new for new in dict.fromkeys((up, up - stride)) if new >= stride > 0]


def _edits(
    call: Call, layer: LayerFact, kernel: int, stride: int, kept: int, old: tuple[int, int]
) -> tuple[Edit, ...] | None:
    """``kept`` is kernel − 2·padding + output padding, which decides the output's size."""
    extra = next((more for more in range(stride) if (kernel + more - kept) % 2 == 0 and kernel + more >= kept), None)
    if extra is None:
        return None
    padding = (kernel + extra - kept) // 2
    edits = [change(call, layer, "kernel_size", str(kernel))]
    if padding != old[0]:
        edits.append(change(call, layer, "padding", str(padding)))
    if extra != old[1]:
        edits.append(change(call, layer, "output_padding", str(extra)))
    found = tuple(edit for edit in edits if edit is not None)
    return found if len(found) == len(edits) else None


def _keras_kernels(call: Call, layer: LayerFact) -> Iterator[Fix]:
    """With ``padding="same"`` the output's size does not depend on the kernel."""
    kernel, stride = (per_axis(layer, name, kernel_axes(layer)) for name in ("kernel_size", "stride"))
    if not kernel or not stride or len(set(kernel)) > 1 or len(set(stride)) > 1:
        return
    for new in _multiples(kernel[0], stride[0]):
        edit = change(call, layer, "kernel_size", str(new))
        if edit is not None:
            yield Fix(f"Set kernel_size to {new}, a multiple of the stride {stride[0]}", False, (edit,))


def _resized(call: Call, layer: LayerFact, kernel: int, stride: int) -> Iterator[Fix]:
    """``nn.ConvTranspose2d(…)`` → ``nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(…))``."""
    function = call.node.func
    if not isinstance(function, cst.Attribute) or not call.is_plain:
        return
    if call.argument("dilation", 8) or call.argument("padding_mode", 9) or call.argument("groups", 6):
        return
    if not all(call.argument(*argument(layer, name)) for name in ("kernel_size", "stride")):
        return
    odd = kernel + 1 - kernel % 2
    names = Place(call.path, *call.block.span(function))
    prefix = cst.Module(()).code_for_node(function.value)
    plain = short_type(layer).replace("ConvTranspose", "Conv")
    head = f"{prefix}.Sequential({prefix}.Upsample(scale_factor={stride}), {prefix}.{plain}"
    behind = call.place(call.node)
    end = Place(call.path, behind.end_line, behind.end_column, behind.end_line, behind.end_column)
    extra = call.argument(*argument(layer, "output_padding"))
    edits = [
        Edit(names, head),
        change(call, layer, "kernel_size", str(odd)),
        change(call, layer, "stride", "1"),
        change(call, layer, "padding", str(odd // 2)),
        call.remove(*argument(layer, "output_padding")) if extra is not None else None,
        Edit(end, ")"),
    ]
    found = [edit for edit in edits if edit is not None]
    if len(found) == 5 + (extra is not None):
        yield Fix(f"Resize by {stride}, then convolve with a kernel of {odd}", False, tuple(found))
