"""torch.nn.functional: linear layers, attention and distances."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch.functional.arguments import optional_tensor, tensor
from analyzers.frameworks.torch.functional.convolution import require_bias, weighted_signal
from analyzers.interpreter.overlays import function
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, product, require, same, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.layout import VECTORS, Layout
from analyzers.tensors.operations import linear_algebra, reduction
from analyzers.tensors.operations.arguments import axis
from analyzers.tensors.operations.elementwise import broadcast
from analyzers.tensors.tensor import Tensor


@function("torch.nn.functional.linear")
def linear(input: Any, weight: Any, bias: Any = None) -> Tensor:
    x, weights = tensor(input), tensor(weight)
    if weights.rank == 2:
        x.note_taken(Layout.of("... E", rest=VECTORS, E=weights.shape[1]))
    result = linear_algebra.linear(x, weights, optional_tensor(bias))
    given = optional_tensor(bias)
    if isinstance(weight, Tensor) and weight.rank == 2:
        result.signal = weighted_signal(tensor(input), weight, given, weight.shape[1:])
    if given is not None and given.rank and result.rank:
        _require_fitting_bias(given.shape[-1], result)
    return result


def _require_fitting_bias(length: Dim, result: Tensor) -> None:
    features = result.shape[-1]
    if same(length, features) is False and same(length, 1) is False:
        message = f"{{subject}} has a bias of {text(length)} for {text(features)} output features"
        raise OperationError("broadcast-mismatch", message, result=result, argument="bias")


@function("torch.nn.functional.bilinear", "torch.bilinear")
def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> Tensor:
    """(…, H1), (…, H2) with weight (out, H1, H2) → (…, out)."""
    a, b, kernels = tensor(input1), tensor(input2), tensor(weight)
    if a.rank != b.rank or a.rank < 1 or kernels.rank != 3:
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} expects inputs of one rank and a weight of 3 dimensions, "
            f"gets {a.rank}, {b.rank} and {kernels.rank}",
            actual=b.rank,
        )
    last = a.rank - 1
    left, right = (x.with_(shape=(*x.shape[:-1], 1), field=x.field.mix([last])) for x in (a, b))
    shape = (*a.shape[:-1], kernels.shape[0])
    declared = Tensor(shape, dtype=a.dtype, cost=product(shape) * kernels.shape[1] * kernels.shape[2])
    for name, given, expected in (
        ("in1_features", a, kernels.shape[1]),
        ("in2_features", b, kernels.shape[2]),
    ):
        if require(given.shape[-1], expected) is False:
            raise OperationError(
                "feature-size-mismatch",
                f"{{subject}} expects {text(expected)} {name}, gets {text(given.shape[-1])}",
                result=declared,
                expected=expected,
                actual=given.shape[-1],
                argument=name,
            )
    _require_same_leading(a, b, declared)
    require_bias(bias, kernels.shape[0], declared)
    return declared.with_(field=broadcast(left, right).field, cost=declared.cost)


def _require_same_leading(a: Tensor, b: Tensor, result: Tensor) -> None:
    if any(same(m, n) is False for m, n in zip(a.shape[:-1], b.shape[:-1], strict=True)):
        raise OperationError(
            "broadcast-mismatch",
            f"{{subject}} cannot combine {shape_text(a.shape)} with {shape_text(b.shape)}",
            result=result,
        )


@function("torch.nn.functional.scaled_dot_product_attention")
def scaled_dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: Any = 0.0,
    is_causal: Any = False,
    *,
    scale: Any = None,
    enable_gqa: Any = False,
) -> Tensor:
    q, k, v, mask = tensor(query), tensor(key), tensor(value), optional_tensor(attn_mask)
    result = linear_algebra.scaled_dot_product_attention(q, k, v, mask, bool(enable_gqa))
    if mask is not None:
        _require_mask(mask, (q.shape[-2], k.shape[-2]), result)
    return result


def _require_mask(mask: Tensor, expected: tuple[Dim, Dim], result: Tensor) -> None:
    """The mask must broadcast to the scores without growing them."""
    pairs = zip(reversed(mask.shape[-2:]), reversed(expected), strict=False)
    if any(same(n, 1) is False and same(n, m) is False for n, m in pairs):
        raise OperationError(
            "broadcast-mismatch",
            f"{{subject}} has an attn_mask of {shape_text(mask.shape)} for scores of {shape_text(expected)}",
            result=result,
            argument="attn_mask",
        )


def cosine_similarity(x1: Any, x2: Any, dim: Any = 1, eps: Any = 1e-8) -> Tensor:
    return reduction.reduce(broadcast(tensor(x1), tensor(x2)), axis_of(dim, x1, x2))


def axis_of(dim: Any, x1: Tensor, x2: Tensor) -> int:
    """The axis of the broadcast of two tensors."""
    return axis(dim, max(x1.rank, x2.rank))


@function("torch.nn.functional.pairwise_distance", "torch.pairwise_distance")
def pairwise_distance(x1: Any, x2: Any, p: Any = 2.0, eps: Any = 1e-6, keepdim: Any = False) -> Tensor:
    a, b = tensor(x1), tensor(x2)
    return reduction.reduce(broadcast(a, b), -1, keepdim)


@function("torch.nn.functional.pdist", "torch.pdist")
def pdist(input: Any, p: Any = 2) -> Tensor:
    """Distances of all pairs of n rows: n·(n−1)/2."""
    x = tensor(input)
    if x.rank != 2:
        raise OperationError(
            "rank-mismatch", f"{{subject}} expects 2 dimensions, gets {x.rank}", expected=2, actual=x.rank
        )
    n = x.shape[0]
    return Tensor((n * (n - 1) // 2,), x.field.mix([0, 1]).remove([1]), x.dtype)
