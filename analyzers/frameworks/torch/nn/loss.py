"""Losses: a scalar, or with ``reduction="none"`` one number for each element or sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.logits import expect_logits
from analyzers.frameworks.torch import functional as F
from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.children import make
from analyzers.frameworks.torch.nn.distance import PairwiseDistance
from analyzers.frameworks.torch.nn.linear import Linear
from analyzers.frameworks.torch.nn.naming import nn_layer
from analyzers.frameworks.torch.nn.weights import check_size, invalid
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import product, same
from analyzers.tensors.operations import reshape
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def legacy_reduction(size_average: Any, reduce: Any, reduction: Any) -> Any:
    """The reduction that the deprecated flags ask for."""
    if size_average is None and reduce is None:
        return reduction
    average = True if size_average is None else size_average
    if reduce is not None and not reduce:
        return "none"
    return "mean" if average else "sum"


@nn_layer("loss")
class _Loss(Module):
    """``reduction`` is ``"mean"``, ``"sum"`` or ``"none"``."""

    def __init__(self, size_average: Any = None, reduce: Any = None, reduction: Any = "mean") -> None:
        self.reduction = legacy_reduction(size_average, reduce, reduction)


@nn_layer("loss")
class _WeightedLoss(_Loss):
    """With a weight for each class."""

    weight: Tensor | None

    def __init__(
        self, weight: Any = None, size_average: Any = None, reduce: Any = None, reduction: Any = "mean"
    ) -> None:
        _Loss.__init__(self, size_average, reduce, reduction)
        self.register_buffer("weight", weight)


@nn_layer("loss")
class L1Loss(_Loss):
    """mean |x − y|"""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.l1_loss(input, target, reduction=self.reduction)


@nn_layer("loss")
class NLLLoss(_WeightedLoss):
    """Negative log likelihood: N×C×… log probabilities and N×… class indices."""

    def __init__(
        self,
        weight: Any = None,
        size_average: Any = None,
        ignore_index: Any = -100,
        reduce: Any = None,
        reduction: Any = "mean",
    ) -> None:
        _WeightedLoss.__init__(self, weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.nll_loss(input, target, weight=self.weight, reduction=self.reduction)


@nn_layer("loss")
class NLLLoss2d(NLLLoss):
    """The old name of :class:`NLLLoss` for images."""


@nn_layer("loss")
class PoissonNLLLoss(_Loss):
    """Negative log likelihood of a Poisson distribution."""

    def __init__(
        self,
        log_input: Any = True,
        full: Any = False,
        size_average: Any = None,
        eps: Any = 1e-8,
        reduce: Any = None,
        reduction: Any = "mean",
    ) -> None:
        _Loss.__init__(self, size_average, reduce, reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, log_input: Tensor, target: Tensor) -> Tensor:
        return F.poisson_nll_loss(log_input, target, reduction=self.reduction)


@nn_layer("loss")
class GaussianNLLLoss(_Loss):
    """Negative log likelihood of a normal distribution with a predicted variance."""

    def __init__(self, *, full: Any = False, eps: Any = 1e-6, reduction: Any = "mean") -> None:
        _Loss.__init__(self, None, None, reduction)
        self.full = full
        self.eps = eps

    def forward(self, input: Tensor, target: Tensor, var: Any) -> Tensor:
        return F.gaussian_nll_loss(input, target, var, reduction=self.reduction)


@nn_layer("loss")
class KLDivLoss(_Loss):
    """Kullback–Leibler divergence."""

    def __init__(
        self,
        size_average: Any = None,
        reduce: Any = None,
        reduction: Any = "mean",
        log_target: Any = False,
    ) -> None:
        _Loss.__init__(self, size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.kl_div(input, target, reduction=self.reduction)


@nn_layer("loss")
class MSELoss(_Loss):
    """mean (x − y)²"""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.mse_loss(input, target, reduction=self.reduction)


@nn_layer("loss")
class BCELoss(_WeightedLoss):
    """Binary cross entropy of probabilities. ValueError unless the target has the input's shape."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy(input, target, weight=self.weight, reduction=self.reduction)


@nn_layer("loss")
class BCEWithLogitsLoss(_Loss):
    """Binary cross entropy of logits. ValueError unless the target has the input's shape."""

    weight: Tensor | None
    pos_weight: Tensor | None

    def __init__(
        self,
        weight: Any = None,
        size_average: Any = None,
        reduce: Any = None,
        reduction: Any = "mean",
        pos_weight: Any = None,
    ) -> None:
        _Loss.__init__(self, size_average, reduce, reduction)
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        weights = {"weight": self.weight, "pos_weight": self.pos_weight}
        return F.binary_cross_entropy_with_logits(input, target, reduction=self.reduction, **weights)


@nn_layer("loss")
class HingeEmbeddingLoss(_Loss):
    """Hinge loss of distances."""

    def __init__(
        self, margin: Any = 1.0, size_average: Any = None, reduce: Any = None, reduction: Any = "mean"
    ) -> None:
        _Loss.__init__(self, size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.hinge_embedding_loss(input, target, reduction=self.reduction)


@nn_layer("loss")
class MultiLabelMarginLoss(_Loss):
    """N×C and N×C class indices."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


@nn_layer("loss")
class SmoothL1Loss(_Loss):
    """Squared near 0, absolute beyond ``beta``."""

    def __init__(self, size_average: Any = None, reduce: Any = None, reduction: Any = "mean", beta: Any = 1.0) -> None:
        _Loss.__init__(self, size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.smooth_l1_loss(input, target, reduction=self.reduction)


@nn_layer("loss")
class HuberLoss(_Loss):
    """Squared near 0, absolute beyond ``delta``."""

    def __init__(self, reduction: Any = "mean", delta: Any = 1.0) -> None:
        _Loss.__init__(self, reduction=reduction)
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.huber_loss(input, target, reduction=self.reduction)


@nn_layer("loss")
class SoftMarginLoss(_Loss):
    """log(1 + exp(−yx))"""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.soft_margin_loss(input, target, reduction=self.reduction)


@nn_layer("loss")
class CrossEntropyLoss(_WeightedLoss):
    """N×C×… logits and N×… class indices (or N×C×… probabilities)."""

    def __init__(
        self,
        weight: Any = None,
        size_average: Any = None,
        ignore_index: Any = -100,
        reduce: Any = None,
        reduction: Any = "mean",
        label_smoothing: Any = 0.0,
    ) -> None:
        _WeightedLoss.__init__(self, weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor, *, machine: Machine) -> Tensor:
        expect_logits(machine, input, self.class_.name, self)
        return F.cross_entropy(
            input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction
        )


def check_class_weight(weight: Any, num_classes: Any) -> None:
    """RuntimeError unless there is one weight for each class."""
    if isinstance(weight, Tensor) and (weight.rank != 1 or same(weight.shape[0], num_classes) is False):
        message = f"{{subject}} expects {num_classes} class weights, gets {shape_text(weight.shape)}"
        raise invalid(message, "RuntimeError", argument="weight")


@nn_layer("loss", ("in_features", "num_classes"))
class LinearCrossEntropyLoss(_WeightedLoss):
    """A linear layer N×in → N×classes and the cross entropy of its result."""

    def __init__(
        self,
        in_features: Any,
        num_classes: Any,
        *,
        out_features: Any = (),
        bias: Any = False,
        device: Any = None,
        dtype: Any = None,
        reduction: Any = "mean",
        weight: Any = None,
        ignore_index: Any = None,
        label_smoothing: Any = 0.0,
        options: Any = None,
        machine: Machine,
    ) -> None:
        check_size(num_classes)
        check_class_weight(weight, num_classes)
        if isinstance(label_smoothing, (int, float)) and not 0 <= label_smoothing <= 1:
            raise invalid("{subject} needs a label_smoothing between 0 and 1", "RuntimeError")
        _WeightedLoss.__init__(self, weight, reduction=reduction)
        self.num_classes = num_classes
        self.out_features = out_features
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing
        total = product((num_classes, *out_features))
        self.linear = make(machine, Linear, in_features, total, bias=bias)
        self.options = options

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        logits = F.linear(input, self.linear.weight, self.linear.bias)
        if self.out_features:
            sizes = (self.num_classes, *self.out_features)
            logits = reshape.unflatten(logits, -1, sizes)
        result = F.cross_entropy(logits, target, weight=self.weight, reduction=self.reduction)
        return result.with_(cost=logits.cost)


@nn_layer("loss")
class MultiLabelSoftMarginLoss(_WeightedLoss):
    """N×C and N×C labels, one number for each sample before the reduction."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multilabel_soft_margin_loss(input, target, weight=self.weight, reduction=self.reduction)


@nn_layer("loss")
class CosineEmbeddingLoss(_Loss):
    """Two batches N×D and N labels ±1."""

    def __init__(
        self, margin: Any = 0.0, size_average: Any = None, reduce: Any = None, reduction: Any = "mean"
    ) -> None:
        _Loss.__init__(self, size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return F.cosine_embedding_loss(input1, input2, target, reduction=self.reduction)


@nn_layer("loss")
class MarginRankingLoss(_Loss):
    """Two batches of scores and labels ±1."""

    def __init__(
        self, margin: Any = 0.0, size_average: Any = None, reduce: Any = None, reduction: Any = "mean"
    ) -> None:
        _Loss.__init__(self, size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return F.margin_ranking_loss(input1, input2, target, reduction=self.reduction)


@nn_layer("loss")
class MultiMarginLoss(_WeightedLoss):
    """N×C scores and N class indices. ValueError for p other than 1 and 2."""

    def __init__(
        self,
        p: Any = 1,
        margin: Any = 1.0,
        weight: Any = None,
        size_average: Any = None,
        reduce: Any = None,
        reduction: Any = "mean",
    ) -> None:
        _WeightedLoss.__init__(self, weight, size_average, reduce, reduction)
        if not isinstance(p, Unknown) and p not in (1, 2):
            raise invalid(f"{{subject}} takes p=1 or p=2, not {p}", argument="p", actual=p)
        if isinstance(weight, Tensor) and weight.rank != 1:
            raise invalid(f"{{subject}} takes a 1D weight, gets {weight.rank}D", argument="weight")
        self.p = p
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multi_margin_loss(input, target, p=self.p, weight=self.weight, reduction=self.reduction)


def check_margin(margin: Any) -> None:
    """ValueError unless above 0."""
    if isinstance(margin, (int, float)) and margin <= 0:
        raise invalid(f"{{subject}} needs a margin above 0, gets {margin}", argument="margin", actual=margin)


@nn_layer("loss")
class TripletMarginLoss(_Loss):
    """Anchors, positives and negatives, each N×D. ValueError unless the margin is above 0."""

    def __init__(
        self,
        margin: Any = 1.0,
        p: Any = 2.0,
        eps: Any = 1e-6,
        swap: Any = False,
        size_average: Any = None,
        reduce: Any = None,
        reduction: Any = "mean",
    ) -> None:
        _Loss.__init__(self, size_average, reduce, reduction)
        check_margin(margin)
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        return F.triplet_margin_loss(anchor, positive, negative, reduction=self.reduction)


@nn_layer("loss")
class TripletMarginWithDistanceLoss(_Loss):
    """As :class:`TripletMarginLoss` with a distance of one's own."""

    def __init__(
        self,
        *,
        distance_function: Any = None,
        margin: Any = 1.0,
        swap: Any = False,
        reduction: Any = "mean",
        machine: Machine,
    ) -> None:
        _Loss.__init__(self, reduction=reduction)
        check_margin(margin)
        if distance_function is None:
            distance_function = make(machine, PairwiseDistance)
        self.distance_function = distance_function
        self.margin = margin
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor, *, machine: Machine) -> Tensor:
        near = machine.call(self.distance_function, (anchor, positive), {})
        far = machine.call(self.distance_function, (anchor, negative), {})
        return F.l1_loss(near, far, reduction=self.reduction)


@nn_layer("loss")
class CTCLoss(_Loss):
    """T×N×C log probabilities, targets and lengths."""

    def __init__(self, blank: Any = 0, reduction: Any = "mean", zero_infinity: Any = False) -> None:
        _Loss.__init__(self, reduction=reduction)
        self.blank = blank
        self.zero_infinity = zero_infinity

    def forward(self, log_probs: Tensor, targets: Any, input_lengths: Any, target_lengths: Any) -> Tensor:
        lengths = input_lengths, target_lengths
        return F.ctc_loss(log_probs, targets, *lengths, reduction=self.reduction)
