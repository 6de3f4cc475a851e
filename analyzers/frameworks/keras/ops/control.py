"""Conditions, loops and functions whose result is not modelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.ops.registration import names, tensor
from analyzers.tensors.operations import concat_split
from analyzers.tensors.operations.elementwise import broadcast
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


@names("cond", "tf.cond")
def cond(pred: Any, true_fn: Any = None, false_fn: Any = None, *args: Any, machine: Machine, **kwargs: Any) -> Any:
    chosen = None if isinstance(pred, Tensor) else machine.truth(pred)
    if chosen is not None:
        return machine.call(true_fn if chosen else false_fn)
    first, second = machine.call(true_fn), machine.call(false_fn)
    if isinstance(first, Tensor) and isinstance(second, Tensor) and first.shape == second.shape:
        return broadcast(first, second)
    return Unknown("which branch of a condition is taken")


@names("K.in_train_phase")
def in_train_phase(x: Any, alt: Any, training: Any = None, *, machine: Machine) -> Any:
    return machine.call(alt) if not isinstance(alt, Tensor) else alt


@names("map", "vectorized_map", "tf.map_fn", "tf.vectorized_map", "K.map_fn")
def map_over(
    f: Any = None, xs: Any = None, *args: Any, fn: Any = None, elems: Any = None, machine: Machine, **kwargs: Any
) -> Any:
    function, given = (f if fn is None else fn), (xs if elems is None else elems)
    if isinstance(function, Tensor):
        function, given = given, function
    x = tensor(given)
    made = machine.call(function, (concat_split.select(x, 0, 0),))
    if not isinstance(made, Tensor):
        return Unknown("what a mapped function returns")
    return Tensor((x.shape[0], *made.shape), made.field.insert(0), made.dtype)


@names("is_tensor", "tf.is_tensor", "K.is_tensor", "K.is_keras_tensor")
def is_tensor(x: Any) -> bool:
    if isinstance(x, Unknown):
        raise UnknownUsed(x)
    return isinstance(x, Tensor) and not x.is_array


@names("custom_gradient", "tf.custom_gradient", "tf.recompute_grad")
def decorated(f: Any) -> Any:
    return f


@names(
    *"istft ctc_decode unravel_index histogram tf.py_function jvp associative_scan switch vectorize argwhere tf.where_v2".split(),
    *"tf.numpy_function unique nonzero tf.unique scan while_loop fori_loop tf.while_loop".split(),
)
def unmodelled(*args: Any, **kwargs: Any) -> Any:
    return Unknown("a function whose result's shape is not modelled")
