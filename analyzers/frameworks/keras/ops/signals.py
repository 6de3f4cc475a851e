"""Fourier transforms, windows and frames of ``keras.ops`` and ``tf.signal``."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.keras.ops.registration import names, tensor
from analyzers.tensors.dims import Dim
from analyzers.tensors.operations import reduction
from analyzers.tensors.operations.arguments import size
from analyzers.tensors.operations.reshape import unsqueeze
from analyzers.tensors.tensor import Tensor


def _spectrum(x: Tensor, length: Dim) -> Tensor:
    """Every frequency sees every sample of the last axis."""
    return reduction.resized(x, -1, length)


def _pair(x: Any) -> Tensor:
    """The real part of (real, imaginary), as Keras passes complex numbers."""
    return tensor(x[0]) if isinstance(x, (tuple, list)) else tensor(x)


@names("fft", "ifft")
def fft(x: Any) -> tuple[Tensor, Tensor]:
    made = reduction.mix(_pair(x), -1)
    return made, made.with_()


@names("fft2", "ifft2")
def fft2(x: Any) -> tuple[Tensor, Tensor]:
    made = reduction.mix(_pair(x), (-2, -1))
    return made, made.with_()


@names("rfft")
def rfft(x: Any, fft_length: Any = None) -> tuple[Tensor, Tensor]:
    """Half of the spectrum and the middle: n // 2 + 1."""
    given = tensor(x)
    length = given.shape[-1] if fft_length is None else size(fft_length)
    made = _spectrum(given, length // 2 + 1)
    return made, made.with_()


@names("irfft")
def irfft(x: Any, fft_length: Any = None) -> Tensor:
    given = _pair(x)
    return _spectrum(given, (given.shape[-1] - 1) * 2 if fft_length is None else size(fft_length))


@names("stft")
def stft(
    x: Any, sequence_length: Any, sequence_stride: Any, fft_length: Any, window: Any = "hann", center: Any = True
) -> tuple[Tensor, Tensor]:
    """(…, T) → two of (…, frames, fft_length // 2 + 1)."""
    given = tensor(x)
    samples = given.shape[-1] + (size(fft_length) // 2 * 2 if center is not False else 0)
    frames = (samples - size(fft_length)) // size(sequence_stride) + 1
    if center is False:
        frames = (samples - size(sequence_length)) // size(sequence_stride) + 1
    made = _framed(given, frames, size(fft_length) // 2 + 1)
    return made, made.with_()


def _framed(x: Tensor, frames: Dim, length: Dim) -> Tensor:
    """Frames of a signal; each sees a stretch of it, which is not followed."""
    field = x.field.forget((x.rank - 1,), "cut into frames")
    spread = unsqueeze(x.with_(field=field), x.rank)
    return spread.with_(shape=(*x.shape[:-1], frames, length))


@names("extract_sequences")
def extract_sequences(x: Any, sequence_length: Any, sequence_stride: Any) -> Tensor:
    """(…, T) → (…, frames, sequence_length)"""
    given, length = tensor(x), size(sequence_length)
    return _framed(given, (given.shape[-1] - length) // size(sequence_stride) + 1, length)


@names("tf.signal.frame")
def frame(
    signal: Any, frame_length: Any, frame_step: Any, pad_end: Any = False, pad_value: Any = 0, axis: Any = -1,
    name: Any = None,
) -> Tensor:  # fmt: skip
    given, length, step = tensor(signal), size(frame_length), size(frame_step)
    samples = given.shape[-1]
    frames = -(-samples // step) if pad_end is True else (samples - length) // step + 1
    return _framed(given, frames, length)


@names("tf.signal.stft")
def tf_stft(
    signals: Any, frame_length: Any, frame_step: Any, fft_length: Any = None, window_fn: Any = None,
    pad_end: Any = False, name: Any = None,
) -> Tensor:  # fmt: skip
    """One complex tensor; ``fft_length`` is the next power of two unless given."""
    length = size(frame_length)
    if fft_length is None:
        fft_length = 1 << (length - 1).bit_length() if isinstance(length, int) else length
    frames = frame(signals, frame_length, frame_step, pad_end)
    return frames.with_(shape=(*frames.shape[:-1], size(fft_length) // 2 + 1))


@names("tf.signal.rfft")
def tf_rfft(input_tensor: Any, fft_length: Any = None, name: Any = None) -> Tensor:
    given = tensor(input_tensor)
    length = fft_length[0] if isinstance(fft_length, (list, tuple)) else fft_length
    return _spectrum(given, (given.shape[-1] if length is None else size(length)) // 2 + 1)


@names("tf.signal.fft", "tf.signal.ifft")
def tf_fft(input: Any, name: Any = None) -> Tensor:
    return reduction.mix(tensor(input), -1)


@names("tf.signal.fft2d", "tf.signal.ifft2d")
def tf_fft2(input: Any, name: Any = None) -> Tensor:
    return reduction.mix(tensor(input), (-2, -1))


@names("bartlett", "blackman", "hamming", "hanning", "kaiser")
def window(x: Any, *args: Any, **kwargs: Any) -> Tensor:
    return Tensor((size(x),))


@names("tf.signal.hann_window", "tf.signal.hamming_window")
def tf_window(window_length: Any, *args: Any, **kwargs: Any) -> Tensor:
    return Tensor((size(window_length),))
