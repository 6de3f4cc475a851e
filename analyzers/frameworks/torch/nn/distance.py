"""Distances and similarities."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch import functional as F
from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.naming import nn_layer
from analyzers.tensors.tensor import Tensor


@nn_layer("distance")
class PairwiseDistance(Module):
    """…×D and …×D → … (with ``keepdim`` …×1)."""

    def __init__(self, p: Any = 2.0, eps: Any = 1e-6, keepdim: Any = False) -> None:
        self.norm = p
        self.eps = eps
        self.keepdim = keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)


@nn_layer("distance")
class CosineSimilarity(Module):
    """Two tensors that broadcast → their shape without ``dim``."""

    def __init__(self, dim: Any = 1, eps: Any = 1e-8) -> None:
        self.dim = dim
        self.eps = eps

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        return F.cosine_similarity(x1, x2, self.dim, self.eps)
