"""torch.nn.functional: losses that compare how far apart embeddings or scores are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.torch.functional.arguments import known, tensor
from analyzers.frameworks.torch.functional.loss import reduced
from analyzers.interpreter.overlays import function
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import reduction as reductions
from analyzers.tensors.operations.elementwise import broadcast
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


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
