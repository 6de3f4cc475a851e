"""RF106: the transposed convolution gets a kernel that is a multiple of its stride, or gives way to resizing and a
plain convolution; the output keeps its size."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from analyzers.facts import Edit, Fix, LayerFact, Place, SourceCall
from analyzers.fixes.support.arguments import change, find, joined
from analyzers.fixes.support.calls import Call
from analyzers.fixes.support.context import FixContext
from analyzers.fixes.support.windows import alike, pads_by_word


def propose(context: FixContext) -> Iterator[Fix]:
    for layer in context.layers_at(context.finding.place)[:1]:
        yield from _kernels_by_word(context, layer) if pads_by_word(layer) else _kernels(context, layer)


def _kernels(context: FixContext, layer: LayerFact) -> Iterator[Fix]:
    found = layer.geometry
    values = (found.kernel_size, found.stride, found.padding, found.output_padding) if found is not None else ()
    kernel, stride, padding, extra = (
        alike(value) if not isinstance(value, str) else None for value in values or (None,) * 4
    )
    if kernel is None or stride is None or padding is None or extra is None:
        return
    kept = kernel - 2 * padding + extra
    for new in _multiples(kernel, stride):
        edits = _edits(context, layer, new, stride, kept, (padding, extra))
        if edits:
            yield Fix(f"Set kernel_size to {new}, a multiple of the stride {stride}", edits)
    if kept == stride:
        yield from _resized(context, layer, kernel, stride)


def _multiples(kernel: int, stride: int) -> list[int]:
    up = -(-kernel // stride) * stride
    return [new for new in dict.fromkeys((up, up - stride)) if new >= stride > 0]


def _edits(
    context: FixContext, layer: LayerFact, kernel: int, stride: int, kept: int, old: tuple[int, int]
) -> tuple[Edit, ...] | None:
    """``kept`` is kernel − 2·padding + output padding, which decides the output's size."""
    extra = next((more for more in range(stride) if (kernel + more - kept) % 2 == 0 and kernel + more >= kept), None)
    if extra is None:
        return None
    values = {"kernel_size": kernel}
    padding = (kernel + extra - kept) // 2
    if padding != old[0]:
        values["padding"] = padding
    if extra != old[1]:
        values["output_padding"] = extra
    return joined(change(context, layer.construction, role, str(value)) for role, value in values.items())


def _kernels_by_word(context: FixContext, layer: LayerFact) -> Iterator[Fix]:
    """With ``padding="same"`` the output's size does not depend on the kernel."""
    kernel, stride = (alike(layer.geometry.kernel_size), alike(layer.geometry.stride)) if layer.geometry else (0, 0)
    for new in _multiples(kernel, stride) if kernel and stride else ():
        edit = change(context, layer.construction, "kernel_size", str(new))
        if edit is not None:
            yield Fix(f"Set kernel_size to {new}, a multiple of the stride {stride}", (edit,))


# -- resizing ------------------------------------------------------------------------------------


def _resized(context: FixContext, layer: LayerFact, kernel: int, stride: int) -> Iterator[Fix]:
    """``nn.ConvTranspose2d(…)`` → ``nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(…))``."""
    call = context.call(layer.definition)
    function = call.node.func if call is not None else None
    if call is None or not isinstance(function, cst.Attribute) or not _means_the_same(call, layer.construction):
        return
    prefix, name = cst.Module(()).code_for_node(function.value), function.attr.value
    plain = name.replace("ConvTranspose", "Conv")
    head = f"{prefix}.Sequential({prefix}.Upsample(scale_factor={stride}), {prefix}.{plain}"
    odd = kernel + 1 - kernel % 2
    behind = call.place(call.node)
    given = find(context, layer.construction, "output_padding")
    extra = given.slot.argument if given is not None else None
    edits = joined(
        [
            Edit(Place(call.path, *call.block.tree_span(function)), head),
            *(change(context, layer.construction, role, str(value)) for role, value in _plainly(odd)),
            *([call.remove(extra)] if extra is not None else []),
            Edit(Place(call.path, behind.end_line, behind.end_column, behind.end_line, behind.end_column), ")"),
        ]
    )
    if plain != name and edits:
        yield Fix(f"Resize by {stride}, then convolve with a kernel of {odd}", edits)


def _plainly(kernel: int) -> tuple[tuple[str, int], ...]:
    return ("kernel_size", kernel), ("stride", 1), ("padding", kernel // 2)


def _means_the_same(call: Call, construction: tuple[SourceCall, ...]) -> bool:
    """Whether a plain convolution takes the rest of the arguments as they are: those by position up to the output
    padding, which goes, and others by a name that both have."""
    if len(construction) != 1 or not call.is_plain:
        return False
    signature = construction[0].signature
    extra = signature.parameter("output_padding")
    if extra is None or extra.position is None or len(call.leading) > extra.position + 1:
        return False
    given = [signature.parameter(role) for role in ("kernel_size", "stride")]
    named = {argument.keyword.value for argument in call.node.args if argument.keyword is not None}
    return all(p is not None and call.argument(p.name, p.position) for p in given) and named.isdisjoint(
        ("dilation", "padding_mode", "groups")
    )
