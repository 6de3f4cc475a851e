"""torch.nn.functional: losses of element and target, and the reduction that ends every loss.

A loss is a scalar, or with ``reduction="none"`` one value per element or sample.
"""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch.functional.arguments import known, optional_tensor, tensor
from analyzers.interpreter.overlays import function
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import same
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import reduction as reductions
from analyzers.tensors.operations.elementwise import broadcast
from analyzers.tensors.tensor import Tensor


def reduced(
    loss: Tensor,
    reduction: Any,
    size_average: Any = None,
    reduce: Any = None,
    options: tuple[str, ...] = ("none", "mean", "sum", "elementwise_mean"),
) -> Tensor:
    """The loss after its reduction; the older two flags win over it, as in torch."""
    if size_average is not None or reduce is not None:
        return loss if reduce is not None and not reduce else scalar_of(loss)
    if known(reduction) not in options:
        raise OperationError(
            "invalid-argument",
            f"{{subject}} has reduction {reduction!r}, expects one of {', '.join(options[:3])}",
            result=scalar_of(loss),
            exception="ValueError",
            argument="reduction",
        )
    return loss if reduction == "none" else scalar_of(loss)


def scalar_of(loss: Tensor) -> Tensor:
    """The mean or sum of all its values."""
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
        raise mismatch(message, scalar_of(loss))
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
