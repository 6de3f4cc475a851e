"""Dropout layers: the shape stays."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch import functional as F
from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.naming import nn_layer
from analyzers.frameworks.torch.nn.weights import invalid
from analyzers.tensors.tensor import Tensor


@nn_layer("dropout")
class _DropoutNd(Module):
    """ValueError unless ``0 <= p <= 1``."""

    def __init__(self, p: Any = 0.5, inplace: Any = False) -> None:
        if isinstance(p, (int, float)) and not 0 <= p <= 1:
            raise invalid(f"{{subject}} needs a probability between 0 and 1, gets p={p}", actual=p)
        self.p = p
        self.inplace = inplace

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


@nn_layer("dropout")
class Dropout(_DropoutNd):
    """Any shape."""

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, self.training, self.inplace)


@nn_layer("dropout")
class Dropout1d(_DropoutNd):
    """N×C×L or C×L; RuntimeError for other ranks."""

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout1d(input, self.p, self.training, self.inplace)


@nn_layer("dropout")
class Dropout2d(_DropoutNd):
    """N×C×H×W or C×H×W."""

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout2d(input, self.p, self.training, self.inplace)


@nn_layer("dropout")
class Dropout3d(_DropoutNd):
    """N×C×D×H×W or C×D×H×W."""

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout3d(input, self.p, self.training, self.inplace)


@nn_layer("dropout")
class AlphaDropout(_DropoutNd):
    """Any shape."""

    def forward(self, input: Tensor) -> Tensor:
        return F.alpha_dropout(input, self.p, self.training)


@nn_layer("dropout")
class FeatureAlphaDropout(_DropoutNd):
    """Any shape."""

    def forward(self, input: Tensor) -> Tensor:
        return F.feature_alpha_dropout(input, self.p, self.training)
