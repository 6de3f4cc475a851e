"""torch.fft and stft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzers.frameworks.torch.registration import (
    shared,
    torch_function,
)
from analyzers.tensors.dims import Dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import reduction
from analyzers.tensors.operations.arguments import (
    axes,
    axis,
    integer,
    reduced_axes,
    require_rank,
    size,
    unpacked,
)
from analyzers.tensors.operations.dtypes import REAL_OF, as_floating, category, complex_of
from analyzers.tensors.operations.elementwise import (
    unary,
)
from analyzers.tensors.tensor import Tensor


def _transformed(x: Tensor, dim: Any, length: Dim, dtype: str) -> Tensor:
    if isinstance(length, int) and length < 1:
        raise OperationError("invalid-argument", f"{{subject}} gets {length} points")
    if not x.rank:
        raise OperationError("rank-mismatch", "{subject} expects at least 1 dimension, gets a scalar")
    return reduction.resized(x, dim, length, dtype)


def _points(x: Tensor, n: Any, dim: Any) -> Dim:
    return size(n) if n is not None else x.shape[axis(dim, x.rank)] if x.rank else 1


@torch_function("fft.fft", "fft.ifft")
def fft(input: Tensor, n: Any = None, dim: Any = -1, norm: Any = None) -> Tensor:
    return _transformed(input, dim, _points(input, n, dim), complex_of(as_floating(input.dtype)))


@torch_function("fft.rfft", "fft.ihfft")
def rfft(input: Tensor, n: Any = None, dim: Any = -1, norm: Any = None) -> Tensor:
    points = _points(input, n, dim)
    if isinstance(points, int) and points < 1:
        raise OperationError("invalid-argument", f"{{subject}} gets {points} points")
    return _transformed(input, dim, points // 2 + 1, complex_of(as_floating(input.dtype)))


@torch_function("fft.irfft", "fft.hfft")
def irfft(input: Tensor, n: Any = None, dim: Any = -1, norm: Any = None) -> Tensor:
    length = size(n) if n is not None else 2 * (_points(input, None, dim) - 1)
    dtype = complex_of(as_floating(input.dtype))
    return _transformed(input, dim, length, REAL_OF[dtype])


def _fft_dims(input: Tensor, s: Any, dim: Any) -> tuple[tuple[int, ...], list[Any]]:
    """The transformed dims and the points given for each (None: its length)."""
    lengths = None if s is None else list(unpacked((s,)))
    if dim is None:
        count = input.rank if lengths is None else len(lengths)
        over = tuple(range(input.rank - count, input.rank))
    else:
        over = axes(dim, input.rank)
    if any(index < 0 for index in over) or (lengths is not None and len(lengths) != len(over)):
        raise OperationError("rank-mismatch", "{subject} gets sizes that do not go with its dims")
    points = [None if length == -1 else length for length in lengths or [None] * len(over)]
    return over, points


def _fftn(input: Tensor, s: Any, dim: Any, last: Callable[..., Tensor]) -> Tensor:
    over, points = _fft_dims(input, s, dim)
    pairs = list(zip(over, points, strict=True))
    if not pairs:
        if last is fft:
            return unary(input, complex_of(as_floating(input.dtype)))
        raise OperationError("rank-mismatch", "{subject} must transform at least one dim")
    for index, n in pairs[:-1]:
        input = fft(input, n, index)
    return last(input, pairs[-1][1], pairs[-1][0])


@torch_function("fft.fftn", "fft.ifftn")
def fftn(input: Tensor, s: Any = None, dim: Any = None, norm: Any = None) -> Tensor:
    return _fftn(input, s, dim, fft)


@torch_function("fft.fft2", "fft.ifft2")
def fft2(input: Tensor, s: Any = None, dim: Any = (-2, -1), norm: Any = None) -> Tensor:
    return _fftn(input, s, dim, fft)


@torch_function("fft.rfftn")
def rfftn(input: Tensor, s: Any = None, dim: Any = None, norm: Any = None) -> Tensor:
    return _fftn(input, s, dim, rfft)


@torch_function("fft.rfft2")
def rfft2(input: Tensor, s: Any = None, dim: Any = (-2, -1), norm: Any = None) -> Tensor:
    return _fftn(input, s, dim, rfft)


@torch_function("fft.irfftn")
def irfftn(input: Tensor, s: Any = None, dim: Any = None, norm: Any = None) -> Tensor:
    return _fftn(input, s, dim, irfft)


@torch_function("fft.irfft2")
def irfft2(input: Tensor, s: Any = None, dim: Any = (-2, -1), norm: Any = None) -> Tensor:
    return _fftn(input, s, dim, irfft)


@torch_function("fft.fftshift", "fft.ifftshift")
def fftshift(input: Tensor, dim: Any = None) -> Tensor:
    over = reduced_axes(dim, input.rank)
    return input.with_(field=input.field.forget(over, "shifted by half"))


@shared("stft")
def stft(
    input: Tensor, n_fft: Any, hop_length: Any = None, win_length: Any = None, window: Any = None,
    center: Any = True, pad_mode: Any = "reflect", normalized: Any = False, onesided: Any = None,
    return_complex: Any = None, align_to_window: Any = None,
) -> Tensor:  # fmt: skip
    """(batch, time) → (batch, frequencies, frames), with a last dim of 2 unless complex."""
    require_rank(input, 1, 2)
    points = integer(n_fft)
    hop = points // 4 if hop_length is None else integer(hop_length)
    length = input.shape[-1] + (2 * (points // 2) if center else 0)
    if isinstance(length, int) and (length < points or hop <= 0):
        raise OperationError("empty-output", f"{{subject}} transforms {points} points of a signal of {length}")
    two_sided = onesided is False or (onesided is None and category(input.dtype) == 3)
    frequencies = points if two_sided else points // 2 + 1
    frames = (length - points) // hop + 1
    field = input.field.forget((input.rank - 1,), "a spectrogram").insert(input.rank - 1)
    dtype = complex_of(as_floating(input.dtype))
    result = Tensor((*input.shape[:-1], frequencies, frames), field, dtype)
    if return_complex is False or (return_complex is None and category(input.dtype) < 3):
        return Tensor((*result.shape, 2), field.insert(result.rank), REAL_OF[dtype])
    return result


@shared("istft")
def istft(
    input: Tensor, n_fft: Any, hop_length: Any = None, win_length: Any = None, window: Any = None,
    center: Any = True, normalized: Any = False, onesided: Any = None, length: Any = None,
    return_complex: Any = False,
) -> Tensor:  # fmt: skip
    """(batch, frequencies, frames) → (batch, time)."""
    require_rank(input, 2, 3)
    points = integer(n_fft)
    hop = points // 4 if hop_length is None else integer(hop_length)
    if length is not None:
        time = size(length)
    else:
        time = points + hop * (input.shape[-1] - 1) - (2 * (points // 2) if center else 0)
    over = (input.rank - 2, input.rank - 1)
    field = input.field.forget(over, "a spectrogram").mix(over).remove(over[:1])
    dtype = input.dtype if return_complex is True else REAL_OF.get(input.dtype, input.dtype)
    return Tensor((*input.shape[:-2], time), field, dtype)
