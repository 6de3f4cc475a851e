"""Upsampling layers."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch import functional as F
from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.naming import nn_layer
from analyzers.tensors.errors import PythonError
from analyzers.tensors.layout import MAPS, Layout, Layouts, channels_first
from analyzers.tensors.tensor import Tensor


def factors(scale_factor: Any) -> Any:
    """``scale_factor`` as floats, as torch stores it (a list makes TypeError there)."""
    try:
        if isinstance(scale_factor, tuple):
            return tuple(float(factor) for factor in scale_factor)
        return float(scale_factor) if scale_factor else None
    except (TypeError, ValueError) as error:
        raise PythonError(type(error).__name__, str(error)) from None


@nn_layer("upsampling")
class Upsample(Module):
    """N×C×… → N×C×``size``, or each spatial axis times ``scale_factor``, rounded down."""

    def __init__(
        self,
        size: Any = None,
        scale_factor: Any = None,
        mode: Any = "nearest",
        align_corners: Any = None,
        recompute_scale_factor: Any = None,
    ) -> None:
        self.name = self._get_name()
        self.size = size
        self.scale_factor = factors(scale_factor)
        self.mode = mode
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def input_layouts(self, place: int) -> Layouts:
        axes = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}.get(self.mode)
        return (Layout.of("N C ...", rest=MAPS) if axes is None else channels_first(axes),)

    def forward(self, input: Tensor) -> Tensor:
        return F.interpolate(
            input,
            self.size,
            self.scale_factor,
            self.mode,
            self.align_corners,
            recompute_scale_factor=self.recompute_scale_factor,
        )

    def extra_repr(self) -> str:
        return f"size={self.size}, scale_factor={self.scale_factor}, mode={self.mode!r}"


@nn_layer("upsampling")
class UpsamplingNearest2d(Upsample):
    """N×C×H×W, nearest neighbour."""

    def input_layouts(self, place: int) -> Layouts:
        return (channels_first(2),)

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        Upsample.__init__(self, size, scale_factor, "nearest")


@nn_layer("upsampling")
class UpsamplingBilinear2d(Upsample):
    """N×C×H×W, bilinear with aligned corners."""

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        Upsample.__init__(self, size, scale_factor, "bilinear", True)
