"""Adaptive softmax for many classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.torch.containers import ModuleList, Sequential
from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.children import make
from analyzers.frameworks.torch.nn.linear import Linear
from analyzers.frameworks.torch.nn.naming import nn_layer
from analyzers.frameworks.torch.nn.weights import check_size, check_whole, invalid
from analyzers.tensors.dims import same, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations.linear_algebra import linear
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def check_cutoffs(cutoffs: list[Any], n_classes: Any) -> None:
    """ValueError unless increasing, unique and within 1 … n_classes − 1; TypeError for what are no numbers."""
    for number in (*cutoffs, n_classes):
        if not isinstance(number, float):
            check_whole(number)
    increasing = cutoffs == sorted(set(cutoffs))
    if not cutoffs or not increasing or cutoffs[0] <= 0 or cutoffs[-1] > n_classes - 1:
        message = f"{{subject}} needs increasing cutoffs between 1 and {n_classes - 1}, gets {cutoffs}"
        raise invalid(message, argument="cutoffs", actual=cutoffs)


def check_divisor(div_value: Any) -> None:
    """TypeError for what is no number, ZeroDivisionError for 0."""
    if not isinstance(div_value, float):
        check_whole(div_value)
    if isinstance(div_value, (int, float)) and div_value == 0:
        raise invalid("{subject} needs a div_value other than 0", "ZeroDivisionError", argument="div_value")


@nn_layer("adaptive")
class AdaptiveLogSoftmaxWithLoss(Module):
    """N×in_features and N targets → (N log probabilities, scalar loss).

    ``head`` scores the frequent classes and the clusters; ``tail`` holds two linear layers a cluster.
    """

    def __init__(
        self,
        in_features: Any,
        n_classes: Any,
        cutoffs: Any,
        div_value: Any = 4.0,
        head_bias: Any = False,
        device: Any = None,
        dtype: Any = None,
        *,
        machine: Machine,
    ) -> None:
        cutoffs = machine.iterate(cutoffs)
        check_cutoffs(cutoffs, n_classes)
        check_size(in_features)
        check_divisor(div_value)
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*cutoffs, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = cutoffs[0]
        self.n_clusters = len(cutoffs)
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = make(machine, Linear, in_features, self.head_size, bias=head_bias)
        clusters = [_cluster(self, machine, index) for index in range(self.n_clusters)]
        self.tail = make(machine, ModuleList, clusters)

    def reset_parameters(self) -> None:
        """Draws new values; shapes stay."""

    def forward(self, input_: Tensor, target_: Tensor) -> tuple[Tensor, Tensor]:
        _check_target(input_, target_)
        scores = linear(input_, self.head.weight, self.head.bias)
        field = scores.field.mix((scores.rank - 1,)).remove((scores.rank - 1,))
        output = Tensor(target_.shape, field, scores.dtype, cost=scores.cost)
        if target_.rank:
            field = field.mix((0,)).remove((0,))
        return output, Tensor((), field, scores.dtype)

    def log_prob(self, input: Tensor) -> Tensor:
        scores = linear(input, self.head.weight, self.head.bias)
        return scores.with_(shape=(*scores.shape[:-1], self.n_classes))

    def predict(self, input: Tensor) -> Tensor:
        scores = linear(input, self.head.weight, self.head.bias)
        last = scores.rank - 1
        return Tensor(scores.shape[:-1], scores.field.mix((last,)).remove((last,)), "int64")


def _cluster(self: AdaptiveLogSoftmaxWithLoss, machine: Machine, index: int) -> Any:
    hidden = int(self.in_features // self.div_value ** (index + 1))
    size = self.cutoffs[index + 1] - self.cutoffs[index]
    shrink = make(machine, Linear, self.in_features, hidden, bias=False)
    score = make(machine, Linear, hidden, size, bias=False)
    return make(machine, Sequential, shrink, score)


def _check_target(input: Tensor, target: Tensor) -> None:
    """RuntimeError unless N×features with N targets, or features with a scalar."""
    if target.rank > 1 or input.rank != target.rank + 1:
        message = f"{{subject}} gets {input.rank}D input with a {target.rank}D target"
        raise OperationError("rank-mismatch", message, actual=input.rank)
    if target.rank and same(input.shape[0], target.shape[0]) is False:
        message = f"{{subject}} gets {text(input.shape[0])} samples and {text(target.shape[0])} targets"
        raise OperationError("feature-size-mismatch", message)
