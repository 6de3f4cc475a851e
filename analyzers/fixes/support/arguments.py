"""Where the constructors of convolutions and pools take what a fix changes."""

from __future__ import annotations

from typing import NamedTuple

from analyzers.facts import Edit, LayerFact
from analyzers.fixes.support.calls import Call
from analyzers.rules.support.geometry import is_convolution, is_transposed, kernel_axes, per_axis


class Argument(NamedTuple):
    """The name of an argument, and its position when it is given without it."""

    name: str
    position: int | None


_TORCH = {"kernel_size": 2, "stride": 3, "padding": 4, "dilation": 5, "bias": 7}
_TORCH_TRANSPOSED = {"kernel_size": 2, "stride": 3, "padding": 4, "output_padding": 5, "bias": 7, "dilation": 8}
_TORCH_POOL = {"kernel_size": 0, "stride": 1, "padding": 2}
_KERAS = {"kernel_size": 1, "strides": 2, "padding": 3, "dilation_rate": 5}
_KERAS_DEPTHWISE = {"kernel_size": 0, "strides": 1, "padding": 2, "dilation_rate": 5}
_KERAS_POOL = {"pool_size": 0, "strides": 1, "padding": 2}
_KERAS_NAMES = {"stride": "strides", "dilation": "dilation_rate", "bias": "use_bias"}


def is_keras(layer: LayerFact) -> bool:
    return layer.type.startswith("keras.")


def argument(layer: LayerFact, name: str) -> Argument:
    """Where the layer's class takes ``kernel_size``, ``stride``, ``padding``, ``dilation`` … (torch's names)."""
    return argument_of(layer.type, name)


def argument_of(type_name: str, name: str) -> Argument:
    """The same by the class's name, which in Keras begins with ``keras.``"""
    kind = type_name.rpartition(".")[2]
    if type_name.startswith("keras."):
        table = _KERAS_POOL if "Pool" in kind else _KERAS_DEPTHWISE if kind.startswith("Depthwise") else _KERAS
        keyword = _KERAS_NAMES.get(name, name)
    else:
        table = _TORCH_POOL if "Pool" in kind else _TORCH_TRANSPOSED if "Transpose" in kind else _TORCH
        keyword = name
    return Argument(keyword, table.get(keyword))


def change(call: Call, layer: LayerFact, name: str, text: str) -> Edit | None:
    """Give an argument of the layer another value; ``None`` where it is not written as a number."""
    return call.set(*argument(layer, name), text)


class Window(NamedTuple):
    """A convolution that treats its axes alike; ``padding`` may be ``"same"``, which follows the kernel, or
    Keras' ``"valid"``."""

    kernel: int
    stride: int
    padding: int | str
    dilation: int

    @property
    def keeps_size(self) -> bool:
        """Whether more padding can make up for a larger extent."""
        return self.padding != "valid"


def window(layer: LayerFact) -> Window | None:
    if not is_convolution(layer) or is_transposed(layer):
        return None
    axes = kernel_axes(layer)
    padding = layer.attributes.get("padding", 0)
    if isinstance(padding, str):
        padding = 0 if padding == "valid" and not is_keras(layer) else padding
    else:
        padding = _alike(layer, "padding", axes, 0)
    kernel, stride, dilation = (_alike(layer, name, axes, 1) for name in ("kernel_size", "stride", "dilation"))
    if kernel is None or stride is None or padding is None or dilation is None:
        return None
    return Window(kernel, stride, padding, dilation)


def _alike(layer: LayerFact, name: str, axes: int, default: int) -> int | None:
    """The value along all axes, where it is the same."""
    values = per_axis(layer, name, axes, default)
    return values[0] if values and len(set(values)) == 1 else None


def widened(call: Call, layer: LayerFact, old: Window, new: Window) -> tuple[Edit, ...] | None:
    """The edits that give a convolution another kernel or dilation, padded so that its output keeps its size."""
    more = new.dilation * (new.kernel - 1) - old.dilation * (old.kernel - 1)
    edits: list[Edit | None] = []
    if new.kernel != old.kernel:
        edits.append(change(call, layer, "kernel_size", str(new.kernel)))
    if isinstance(old.padding, int) and more:
        if more % 2 or old.padding + more // 2 < 0:
            return None
        edits.append(change(call, layer, "padding", str(old.padding + more // 2)))
    elif old.padding == "valid":
        return None
    if new.dilation != old.dilation:
        edits.append(change(call, layer, "dilation", str(new.dilation)))
    found = [edit for edit in edits if edit is not None]
    return joined(found) if len(found) == len(edits) else None


def joined(edits: list[Edit]) -> tuple[Edit, ...]:
    """Insertions at one place as one."""
    merged: dict[object, Edit] = {}
    for edit in edits:
        known = merged.get(edit.place)
        merged[edit.place] = Edit(edit.place, known.text + edit.text) if known is not None else edit
    return tuple(merged.values())
