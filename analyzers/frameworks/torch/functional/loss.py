"""torch.nn.functional: losses. A scalar, or with ``reduction="none"`` one value per element or sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.logits import expect_logits
from analyzers.frameworks.torch.functional.arguments import known, optional_tensor, tensor
from analyzers.frameworks.torch.functional.linear import linear
from analyzers.interpreter.overlays import function
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, product, same, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import reduction as reductions
from analyzers.tensors.operations.elementwise import broadcast
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def reduced(
    loss: Tensor,
    reduction: Any,
    size_average: Any = None,
    reduce: Any = None,
    options: tuple[str, ...] = ("none", "mean", "sum", "elementwise_mean"),
) -> Tensor:
    """The loss after its reduction; the older two flags win over it, as in torch."""
    if size_average is not None or reduce is not None:
        return loss if reduce is not None and not reduce else _scalar(loss)
    if known(reduction) not in options:
        raise OperationError(
            "invalid-argument",
            f"{{subject}} has reduction {reduction!r}, expects one of {', '.join(options[:3])}",
            result=_scalar(loss),
            exception="ValueError",
            argument="reduction",
        )
    return loss if reduction == "none" else _scalar(loss)


def _scalar(loss: Tensor) -> Tensor:
    return reductions.reduce(loss, None)


def mismatch(message: str, result: Any, exception: str = "RuntimeError") -> OperationError:
    """Operands of a loss that do not go together."""
    return OperationError("broadcast-mismatch", message, result=result, exception=exception)


def same_shape(a: Tensor, b: Tensor) -> bool:
    """Not certainly of different shapes."""
    return a.rank == b.rank and all(same(m, n) is not False for m, n in zip(a.shape, b.shape, strict=True))


def _require_same_shape(name: str, given: Any, input: Tensor, result: Tensor) -> None:
    """Raises broadcast-mismatch (ValueError) unless a target or weight has the input's shape."""
    other = optional_tensor(given)
    if other is not None and not same_shape(other, input):
        raise mismatch(
            f"{{subject}} has a {name} of {shape_text(other.shape)}, an input of {shape_text(input.shape)}",
            result,
            "ValueError",
        )


def _elementwise(
    input: Any, target: Any, weight: Any, reduction: Any, size_average: Any = None, reduce: Any = None
) -> Tensor:
    x = tensor(input)
    loss = broadcast(x, tensor(target), dtype=x.dtype)
    _require_same_shape("weight", weight, x, loss)
    result = reduced(loss, reduction, size_average, reduce)
    if weight is not None and optional_tensor(weight) is not None and reduction == "elementwise_mean":
        return reduced(loss, reduction, options=("none", "mean", "sum"))
    return result


@function("torch.nn.functional.l1_loss")
def l1_loss(
    input: Any,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: Any = "mean",
    weight: Any = None,
) -> Tensor:
    return _elementwise(input, target, weight, reduction, size_average, reduce)


@function("torch.nn.functional.mse_loss")
def mse_loss(
    input: Any,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: Any = "mean",
    weight: Any = None,
) -> Tensor:
    return _elementwise(input, target, weight, reduction, size_average, reduce)


@function("torch.nn.functional.smooth_l1_loss")
def smooth_l1_loss(
    input: Any,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: Any = "mean",
    beta: Any = 1.0,
) -> Tensor:
    return _elementwise(input, target, None, reduction, size_average, reduce)


@function("torch.nn.functional.huber_loss")
def huber_loss(input: Any, target: Any, reduction: Any = "mean", delta: Any = 1.0, weight: Any = None) -> Tensor:
    return _elementwise(input, target, weight, reduction)


@function("torch.nn.functional.soft_margin_loss")
def soft_margin_loss(
    input: Any, target: Any, size_average: Any = None, reduce: Any = None, reduction: Any = "mean"
) -> Tensor:
    x = tensor(input)
    loss = broadcast(x, tensor(target), dtype=x.dtype)
    if not same_shape(loss, x):
        message = f"{{subject}} has an input of {shape_text(x.shape)}, a target of {shape_text(loss.shape)}"
        raise mismatch(message, _scalar(loss))
    return reduced(loss, reduction, size_average, reduce)


@function("torch.nn.functional.hinge_embedding_loss")
def hinge_embedding_loss(
    input: Any,
    target: Any,
    margin: Any = 1.0,
    size_average: Any = None,
    reduce: Any = None,
    reduction: Any = "mean",
) -> Tensor:
    return _elementwise(input, target, None, reduction, size_average, reduce)


@function("torch.nn.functional.poisson_nll_loss")
def poisson_nll_loss(
    input: Any,
    target: Any,
    log_input: Any = True,
    full: Any = False,
    size_average: Any = None,
    eps: Any = 1e-8,
    reduce: Any = None,
    reduction: Any = "mean",
) -> Tensor:
    return _elementwise(input, target, None, reduction, size_average, reduce)


@function("torch.nn.functional.kl_div")
def kl_div(
    input: Any,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: Any = "mean",
    log_target: Any = False,
) -> Tensor:
    loss = broadcast(tensor(input), tensor(target))
    return reduced(loss, reduction, size_average, reduce, ("none", "mean", "sum", "batchmean", "elementwise_mean"))


@function("torch.nn.functional.binary_cross_entropy")
def binary_cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: Any = "mean",
) -> Tensor:
    x, wanted = tensor(input), tensor(target)
    loss = reduced(x.with_(), reduction, size_average, reduce)
    _require_same_shape("target", wanted, x, loss)
    _require_weight(weight, x)
    return loss


@function("torch.nn.functional.binary_cross_entropy_with_logits")
def binary_cross_entropy_with_logits(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: Any = "mean",
    pos_weight: Any = None,
) -> Tensor:
    x, wanted = tensor(input), tensor(target)
    loss = reduced(x.with_(), reduction, size_average, reduce)
    _require_same_shape("target", wanted, x, loss)
    _require_weight(weight, x)
    _require_weight(pos_weight, x)
    return loss


def _require_weight(weight: Any, x: Tensor) -> None:
    given = optional_tensor(weight)
    if given is not None and not same_shape(broadcast(x, given), x):
        raise mismatch(f"{{subject}} has a weight of {shape_text(given.shape)} for {shape_text(x.shape)}", None)


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
            raise OperationError("invalid-argument", message, _scalar(loss), argument="ignore_index")
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
            _scalar(loss),
            "RuntimeError" if x.rank == 1 or target.shape[:1] == x.shape[:1] else "ValueError",
        )
    _require_class_weights(weight, x.shape[class_dim], loss)
    return loss


def _require_class_weights(weight: Any, classes: Dim, loss: Tensor) -> None:
    given = optional_tensor(weight)
    if given is not None and same(product(given.shape), classes) is False:
        message = f"{{subject}} has {text(product(given.shape))} weights for {text(classes)} classes"
        raise mismatch(message, _scalar(loss))


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


@function("torch.nn.functional.gaussian_nll_loss")
def gaussian_nll_loss(
    input: Any, target: Any, var: Any, full: Any = False, eps: Any = 1e-6, reduction: Any = "mean"
) -> Tensor:
    x = tensor(input)
    spread = optional_tensor(var)
    operands = [x, tensor(target)]
    if spread is not None:
        operands.append(_variance(x, spread))
    return reduced(broadcast(*operands, dtype=x.dtype), reduction, options=("none", "mean", "sum"))


def _variance(x: Tensor, var: Tensor) -> Tensor:
    """The variance as torch shapes it: the input's own, without its last dim, or 1 in one place."""
    if same_shape(x, var):
        return var
    if var.rank == x.rank - 1 and same_shape(Tensor(x.shape[:-1]), var):
        return var.with_(shape=(*var.shape, 1), field=var.field.insert(var.rank))
    differing = (
        [v for n, v in zip(x.shape, var.shape, strict=True) if same(n, v) is False] if x.rank == var.rank else []
    )
    if len(differing) == 1 and differing[0] == 1:
        return var
    raise mismatch(
        f"{{subject}} has a var of {shape_text(var.shape)} for an input of {shape_text(x.shape)}",
        None,
        "ValueError",
    )


@function("torch.nn.functional.margin_ranking_loss")
def margin_ranking_loss(
    input1: Any,
    input2: Any,
    target: Any,
    margin: Any = 0,
    size_average: Any = None,
    reduce: Any = None,
    reduction: Any = "mean",
) -> Tensor:
    operands = [tensor(input1), tensor(input2), tensor(target)]
    _require_one_rank(operands)
    return reduced(broadcast(*operands, dtype=operands[0].dtype), reduction, size_average, reduce)


def _require_one_rank(operands: Sequence[Tensor]) -> None:
    if len({operand.rank for operand in operands}) > 1:
        ranks = ", ".join(str(operand.rank) for operand in operands)
        raise OperationError("rank-mismatch", f"{{subject}} expects operands of one rank, gets {ranks} dimensions")


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
            _scalar(loss),
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
        raise mismatch(f"{{subject}} expects {text(samples)} targets, gets {shape_text(wanted.shape)}", _scalar(loss))
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


@function("torch.nn.functional.cosine_embedding_loss")
def cosine_embedding_loss(
    input1: Any,
    input2: Any,
    target: Any,
    margin: Any = 0,
    size_average: Any = None,
    reduce: Any = None,
    reduction: Any = "mean",
) -> Tensor:
    """Pairs (N, D) with a target (N), or (D) with a scalar."""
    a, b, wanted = tensor(input1), tensor(input2), tensor(target)
    if wanted.rank > 1 or a.rank != wanted.rank + 1 or b.rank != wanted.rank + 1:
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} expects inputs of one dimension more than the target, gets "
            f"{a.rank}, {b.rank} and {wanted.rank}",
            actual=a.rank,
        )
    loss = broadcast(reductions.reduce(broadcast(a, b), -1), wanted, dtype=a.dtype)
    return reduced(loss, reduction, size_average, reduce)


def _distance(a: Tensor, b: Tensor) -> Tensor:
    return reductions.reduce(broadcast(a, b), -1)


def _require_margin(margin: Any) -> None:
    if isinstance(margin, (int, float)) and margin <= 0:
        raise OperationError(
            "invalid-argument",
            f"{{subject}} has margin {margin}, which must be above 0",
            exception="ValueError",
            argument="margin",
        )


@function("torch.nn.functional.triplet_margin_loss")
def triplet_margin_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    margin: Any = 1.0,
    p: Any = 2,
    eps: Any = 1e-6,
    swap: Any = False,
    size_average: Any = None,
    reduce: Any = None,
    reduction: Any = "mean",
) -> Tensor:
    a, good, bad = tensor(anchor), tensor(positive), tensor(negative)
    _require_margin(margin)
    _require_one_rank((a, good, bad))
    distances = [_distance(a, good), _distance(a, bad)]
    if known(swap):
        distances.append(_distance(good, bad))
    return reduced(broadcast(*distances), reduction, size_average, reduce)


@function("torch.nn.functional.triplet_margin_with_distance_loss")
def triplet_margin_with_distance_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    *,
    distance_function: Any = None,
    margin: Any = 1.0,
    swap: Any = False,
    reduction: Any = "mean",
    machine: Machine,
) -> Tensor:
    a, good, bad = tensor(anchor), tensor(positive), tensor(negative)
    _require_margin(margin)
    _require_one_rank((a, good, bad))
    pairs = [(a, good), (a, bad)] + ([(good, bad)] if known(swap) else [])
    if known(distance_function) is None:
        distances = [_distance(*pair) for pair in pairs]
    else:
        distances = [tensor(machine.call(distance_function, pair, {})) for pair in pairs]
    return reduced(broadcast(*distances), reduction, options=("none", "mean", "sum"))


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
