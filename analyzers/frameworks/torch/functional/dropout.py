"""torch.nn.functional: dropouts."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch.functional.arguments import require_range, tensor
from analyzers.interpreter.overlays import function
from analyzers.tensors.errors import OperationError
from analyzers.tensors.tensor import Tensor


def _dropout(input: Any, p: Any) -> Tensor:
    x = tensor(input)
    require_range(p, 0.0, 1.0, "p")
    return x.with_(trait=x.trait)


@function("torch.nn.functional.dropout")
def dropout(input: Any, p: Any = 0.5, training: Any = True, inplace: Any = False) -> Tensor:
    return _dropout(input, p)


@function("torch.dropout", "torch.dropout_", "torch.alpha_dropout", "torch.alpha_dropout_")
def torch_dropout(input: Any, p: Any, train: Any) -> Tensor:
    return _dropout(input, p)


@function("torch.nn.functional.alpha_dropout")
def alpha_dropout(input: Any, p: Any = 0.5, training: Any = False, inplace: Any = False) -> Tensor:
    return _dropout(input, p)


@function("torch.nn.functional.feature_alpha_dropout")
def feature_alpha_dropout(input: Any, p: Any = 0.5, training: Any = False, inplace: Any = False) -> Tensor:
    return _dropout(input, p)


@function("torch.feature_dropout", "torch.feature_dropout_", "torch.feature_alpha_dropout")
def torch_feature_dropout(input: Any, p: Any, train: Any) -> Tensor:
    return _dropout(input, p)


@function("torch.nn.functional.dropout1d")
def dropout1d(input: Any, p: Any = 0.5, training: Any = True, inplace: Any = False) -> Tensor:
    """Raises rank-mismatch unless the input has 2 or 3 dimensions."""
    result = _dropout(input, p)
    if result.rank not in (2, 3):
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} expects 2 or 3 dimensions, gets {result.rank}",
            result=result,
            expected=3,
            actual=result.rank,
        )
    return result


@function("torch.nn.functional.dropout2d")
def dropout2d(input: Any, p: Any = 0.5, training: Any = True, inplace: Any = False) -> Tensor:
    return _dropout(input, p)


@function("torch.nn.functional.dropout3d")
def dropout3d(input: Any, p: Any = 0.5, training: Any = True, inplace: Any = False) -> Tensor:
    return _dropout(input, p)
