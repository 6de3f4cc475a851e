"""torch.nn.functional: losses of scores over classes or labels, and of sequences of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.logits import expect_logits
from analyzers.frameworks.torch.functional.arguments import optional_tensor, tensor
from analyzers.frameworks.torch.functional.linear import linear
from analyzers.frameworks.torch.functional.loss import mismatch, reduced, same_shape, scalar_of
from analyzers.interpreter.overlays import function
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, product, same, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import reduction as reductions
from analyzers.tensors.operations.elementwise import broadcast
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


@function("torch.nn.functional.nll_loss")
def nll_loss(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    ignore_index: Any = -100,
    reduce: Any = None,
    reduction: Any = "mean",
) -> Tensor:
    """Log-probabilities (C), (N, C) or (N, C, …) and class indices without the class dim."""
    return reduced(_class_loss(tensor(input), tensor(target), weight), reduction, size_average, reduce)


@function("torch.nn.functional.cross_entropy")
def checked_cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    ignore_index: Any = -100,
    reduce: Any = None,
    reduction: Any = "mean",
    label_smoothing: Any = 0.0,
    *,
    machine: Machine,
) -> Tensor:
    expect_logits(machine, input, "cross_entropy")
    return cross_entropy(input, target, weight, size_average, ignore_index, reduce, reduction)


checked_cross_entropy.__name__ = "cross_entropy"  # as messages have it


def cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    ignore_index: Any = -100,
    reduce: Any = None,
    reduction: Any = "mean",
) -> Tensor:
    """Logits (C), (N, C) or (N, C, …) with class indices, or with probabilities of the same shape."""
    x, wanted = tensor(input), tensor(target)
    if x.rank and x.rank == wanted.rank and same_shape(x, wanted):
        class_dim = 0 if x.rank == 1 else 1
        loss = reductions.reduce(broadcast(x, wanted, dtype=x.dtype), class_dim)
        if isinstance(ignore_index, int) and ignore_index >= 0:
            message = f"{{subject}} ignores class {ignore_index} of a target that holds probabilities"
            raise OperationError("invalid-argument", message, scalar_of(loss), argument="ignore_index")
        _require_class_weights(weight, x.shape[class_dim], loss)
    else:
        loss = _class_loss(x, wanted, weight)
    return reduced(loss, reduction, size_average, reduce)


def _class_loss(x: Tensor, target: Tensor, weight: Any) -> Tensor:
    if x.rank == 0:
        message = "{subject} expects at least 1 dimension, gets a scalar"
        raise OperationError("rank-mismatch", message, exception="ValueError")
    class_dim = 0 if x.rank == 1 else 1
    loss = reductions.reduce(x, class_dim)
    if x.rank == 1 and target.rank == 1 and same(target.shape[0], 1) is not False:
        return loss
    if not same_shape(loss, target):
        raise mismatch(
            f"{{subject}} expects a target of {shape_text(loss.shape)}, gets {shape_text(target.shape)}",
            scalar_of(loss),
            "RuntimeError" if x.rank == 1 or target.shape[:1] == x.shape[:1] else "ValueError",
        )
    _require_class_weights(weight, x.shape[class_dim], loss)
    return loss


def _require_class_weights(weight: Any, classes: Dim, loss: Tensor) -> None:
    given = optional_tensor(weight)
    if given is not None and same(product(given.shape), classes) is False:
        message = f"{{subject}} has {text(product(given.shape))} weights for {text(classes)} classes"
        raise mismatch(message, scalar_of(loss))


@function("torch.nn.functional.linear_cross_entropy")
def linear_cross_entropy(
    input: Any,
    linear_weight: Any,
    target: Any,
    *,
    linear_bias: Any = None,
    weight: Any = None,
    reduction: Any = "mean",
    ignore_index: Any = None,
    label_smoothing: Any = 0.0,
    options: Any = None,
) -> Tensor:
    x, kernels = tensor(input), tensor(linear_weight)
    if x.rank not in (1, 2) or kernels.rank < 2:
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} expects 1 or 2 dimensions, gets {x.rank}",
            expected=2,
            actual=x.rank,
        )
    rows: Dim = product(kernels.shape[:-1])
    logits = linear(x, kernels.with_(shape=(rows, kernels.shape[-1])))
    shape = (*x.shape[:-1], *kernels.shape[:-1])
    return cross_entropy(Tensor(shape, logits.field, logits.dtype), target, weight, reduction=reduction)


@function("torch.nn.functional.multilabel_margin_loss")
def multilabel_margin_loss(
    input: Any, target: Any, size_average: Any = None, reduce: Any = None, reduction: Any = "mean"
) -> Tensor:
    x, wanted = tensor(input), tensor(target)
    _require_samples(x)
    loss = _per_sample(x)
    if not same_shape(x, wanted) and not (x.rank < 2 and product(wanted.shape) == product(x.shape)):
        raise mismatch(
            f"{{subject}} expects a target of {shape_text(x.shape)}, gets {shape_text(wanted.shape)}",
            scalar_of(loss),
        )
    return reduced(loss, reduction, size_average, reduce)


def _require_samples(x: Tensor) -> None:
    if x.rank > 2:
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} expects up to 2 dimensions, gets {x.rank}",
            expected=2,
            actual=x.rank,
        )


def _per_sample(x: Tensor) -> Tensor:
    return reductions.reduce(x, -1) if x.rank else x.with_()


@function("torch.nn.functional.multi_margin_loss")
def multi_margin_loss(
    input: Any,
    target: Any,
    p: Any = 1,
    margin: Any = 1.0,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: Any = "mean",
) -> Tensor:
    x, wanted = tensor(input), tensor(target)
    if isinstance(p, (int, float)) and p not in (1, 2):
        raise OperationError(
            "invalid-argument", f"{{subject}} has p {p}, expects 1 or 2", exception="ValueError", argument="p"
        )
    _require_samples(x)
    loss = _per_sample(x)
    samples = x.shape[0] if x.rank == 2 else 1
    if wanted.rank > 1 or same(product(wanted.shape), samples) is False:
        raise mismatch(f"{{subject}} expects {text(samples)} targets, gets {shape_text(wanted.shape)}", scalar_of(loss))
    if x.rank < 2 and wanted.rank == 1:
        loss = Tensor(wanted.shape, loss.field.insert(0), loss.dtype)
    return reduced(loss, reduction, size_average, reduce)


@function("torch.nn.functional.multilabel_soft_margin_loss")
def multilabel_soft_margin_loss(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: Any = "mean",
) -> Tensor:
    x = tensor(input)
    operands = [x] if isinstance(target, (int, float)) else [x, tensor(target)]
    if optional_tensor(weight) is not None:
        operands.append(tensor(weight))
    if x.rank == 0:
        raise OperationError(
            "dimension-out-of-range",
            "{subject} expects at least 1 dimension, gets a scalar",
            exception="IndexError",
        )
    loss = reductions.reduce(broadcast(*operands, dtype=x.dtype), x.rank - 1)
    return reduced(loss, reduction, size_average, reduce, ("none", "mean", "sum"))


@function("torch.nn.functional.ctc_loss")
def ctc_loss(
    log_probs: Any,
    targets: Any,
    input_lengths: Any,
    target_lengths: Any,
    blank: Any = 0,
    reduction: Any = "mean",
    zero_infinity: Any = False,
) -> Tensor:
    """(T, N, C) or (T, C) log-probabilities → one loss per sequence."""
    x = tensor(log_probs)
    if x.rank not in (2, 3):
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} expects 2 or 3 dimensions, gets {x.rank}",
            expected=3,
            actual=x.rank,
        )
    loss = reductions.reduce(x, (0, x.rank - 1))
    return reduced(loss, reduction)
