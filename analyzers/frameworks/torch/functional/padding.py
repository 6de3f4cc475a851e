"""torch.nn.functional.pad."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analyzers.frameworks.torch.functional.arguments import choice, known, tensor
from analyzers.interpreter.overlays import function
from analyzers.tensors.dims import Dim, text, unknown_dim
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.operations import padding
from analyzers.tensors.operations.arguments import TENSOR_VALUE, require_one_element
from analyzers.tensors.operations.arguments import size as size_of
from analyzers.tensors.operations.spatial import below, resized
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown


@function("torch.nn.functional.pad")
def pad(input: Any, pad: Any, mode: Any = "constant", value: Any = None) -> Tensor:
    """``pad`` lists (before, after) from the last dim to the first; negative values cut off."""
    x = tensor(input)
    if not isinstance(known(pad), (tuple, list)):
        raise PythonError("TypeError", f"pad must be tuple of ints, not {type(pad).__name__}")
    pad = [_amount(amount) for amount in pad]
    unknown = [amount for amount in pad if isinstance(amount, Unknown)]
    if unknown:
        return _unknown_pad(x, pad, unknown[0].reason)
    amounts = [size_of(amount) for amount in pad]
    if len(amounts) % 2:
        raise _pad_error(f"{{subject}} has {len(amounts)} padding values, expects two for each dim")
    if len(amounts) > 2 * x.rank:
        raise _pad_error(f"{{subject}} has {len(amounts)} padding values for {x.rank} dims")
    dims = [x.rank - 1 - index for index in range(len(amounts) // 2)]
    pairs = [(amounts[2 * index], amounts[2 * index + 1]) for index in range(len(dims))]
    choice(mode, ("constant", "reflect", "replicate", "circular"), "mode", "NotImplementedError")
    if mode == "constant":
        return _constant_pad(x, dims, pairs)
    return _bordered(x, dims, pairs, mode, value)


def _amount(value: Any) -> Any:
    """The number in a tensor; unknown where it is not kept, since it may be 0 or negative, as no size is."""
    if not isinstance(value, Tensor):
        return value
    require_one_element(value)
    return value.content[0] if value.content else Unknown(TENSOR_VALUE)


def _unknown_pad(x: Tensor, pad: Sequence[Any], reason: str) -> Tensor:
    """Padding by amounts that are not all known: those dims have any size."""
    dims = range(max(x.rank - len(pad) // 2, 0), x.rank)
    shape = resized(x.shape, dims, [unknown_dim(reason) for _ in dims])
    return x.with_(shape=shape, field=x.field.forget(dims, reason))


def _pad_error(message: str, exception: str = "RuntimeError") -> OperationError:
    return OperationError("invalid-argument", message, exception=exception, argument="pad")


def _constant_pad(x: Tensor, dims: Sequence[int], pairs: Sequence[tuple[Dim, Dim]]) -> Tensor:
    """Cuts come before additions, so what is cut must be there."""
    for dim, pair in zip(dims, pairs, strict=True):
        cut = [-amount for amount in pair if below(amount, 0)]
        if any(below(x.shape[dim] - part, 0) for part in (*cut, sum(cut))):
            raise _pad_error(f"{{subject}} cuts {text(sum(cut))} off dim {dim}, which has {text(x.shape[dim])}")
    return padding.pad(x, dims, pairs)


def _bordered(x: Tensor, dims: Sequence[int], pairs: Sequence[tuple[Dim, Dim]], mode: str, value: Any) -> Tensor:
    if isinstance(value, (int, float)) and value != 0:
        raise _pad_error(f"{{subject}} has mode {mode!r}, which takes no value")
    if len(dims) not in (1, 2, 3) or x.rank not in (len(dims) + 1, len(dims) + 2):
        message = f"{{subject}} with mode {mode!r} does not pad {len(dims)} dims of {x.rank}"
        raise OperationError("rank-mismatch", message, exception="NotImplementedError", actual=x.rank)
    result = padding.pad(x, dims, pairs)
    if mode == "replicate" and any(isinstance(d, int) and d == 0 for d in x.shape[x.rank - len(dims) - 1 :]):
        raise OperationError("empty-output", "{subject} gets an empty map", result)
    if mode != "replicate":
        for dim, pair in zip(dims, pairs, strict=True):
            padding.require_mirrored(x.shape[dim], pair, dim, 1 if mode == "reflect" else 0, result)
    if mode != "circular" and all(below(result.shape[dim], 1) for dim in dims):
        sizes = [result.shape[dim] for dim in dims]
        raise padding.cut_away([x.shape[dim] for dim in dims], sizes, x, dims)
    return result
