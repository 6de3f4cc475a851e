"""Losses of ``keras.ops``, ``tf.nn`` and ``keras.backend``: what is left of the shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.ops.registration import names, tensor
from analyzers.frameworks.logits import expect_logits
from analyzers.tensors.operations import reduction
from analyzers.tensors.operations.elementwise import broadcast
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


@names("binary_crossentropy", "K.binary_crossentropy", "tf.nn.sigmoid_cross_entropy_with_logits")
def binary_crossentropy(
    target: Any = None, output: Any = None, *args: Any, labels: Any = None, logits: Any = None, **kwargs: Any
) -> Tensor:
    """One loss for each element."""
    return broadcast(tensor(target if labels is None else labels), tensor(output if logits is None else logits))


@names("categorical_crossentropy", "K.categorical_crossentropy", "tf.nn.softmax_cross_entropy_with_logits")
def categorical_crossentropy(
    target: Any = None,
    output: Any = None,
    from_logits: Any = False,
    axis: Any = -1,
    *args: Any,
    labels: Any = None,
    logits: Any = None,
    machine: Machine,
    **kwargs: Any,
) -> Tensor:
    """One loss for each distribution over ``axis``."""
    _expect_logits(machine, output, logits, from_logits)
    both = broadcast(tensor(target if labels is None else labels), tensor(output if logits is None else logits))
    return reduction.reduce(both, axis)


@names(
    "sparse_categorical_crossentropy",
    "K.sparse_categorical_crossentropy",
    "tf.nn.sparse_softmax_cross_entropy_with_logits",
)
def sparse_categorical_crossentropy(
    target: Any = None,
    output: Any = None,
    from_logits: Any = False,
    axis: Any = -1,
    *args: Any,
    labels: Any = None,
    logits: Any = None,
    machine: Machine,
    **kwargs: Any,
) -> Tensor:
    """One loss for each class number."""
    _expect_logits(machine, output, logits, from_logits)
    return reduction.reduce(tensor(output if logits is None else logits), axis)


def _expect_logits(machine: Machine, output: Any, logits: Any, from_logits: Any) -> None:
    """TensorFlow's functions take ``logits``, Keras' an ``output`` that may be some."""
    if logits is not None:
        expect_logits(machine, logits, "the cross entropy")
    elif from_logits is True:
        expect_logits(machine, output, "the cross entropy")


@names("ctc_loss")
def ctc_loss(target: Any, output: Any, *args: Any, **kwargs: Any) -> Tensor:
    """(N, T, classes) → (N,)"""
    return reduction.reduce(tensor(output), (1, 2))


@names("K.ctc_batch_cost")
def ctc_batch_cost(y_true: Any, y_pred: Any, input_length: Any, label_length: Any) -> Tensor:
    """(N, T, classes) → (N, 1)"""
    return reduction.reduce(reduction.reduce(tensor(y_pred), (2,), True), (1,))


@names("in_top_k", "tf.math.in_top_k")
def in_top_k(targets: Any, predictions: Any, k: Any = 1, *args: Any, **kwargs: Any) -> Tensor:
    return reduction.reduce(tensor(predictions), -1, False, "bool").with_(shape=tensor(targets).shape)


@names("psnr", "tf.image.psnr")
def psnr(x1: Any, x2: Any, max_val: Any = 1.0, *args: Any, **kwargs: Any) -> Tensor:
    """Keras: one number for all; TensorFlow's keeps the batch."""
    return reduction.reduce(broadcast(tensor(x1), tensor(x2)), None)


@names("image.ssim", "tf.image.ssim")
def ssim(image1: Any, image2: Any, *args: Any, **kwargs: Any) -> Tensor:
    """One number for each image."""
    return reduction.reduce(broadcast(tensor(image1), tensor(image2)), (-3, -2, -1))


@names("tf.image.total_variation")
def total_variation(images: Any, name: Any = None) -> Tensor:
    return reduction.reduce(tensor(images), (-3, -2, -1))
