"""Functions that make tensors."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.keras.ops.registration import names, shape_argument, tensor
from analyzers.frameworks.keras.shapes import open_shape
from analyzers.frameworks.keras.weights import weight_of
from analyzers.interpreter.overlays import NAMES
from analyzers.tensors.operations.arguments import axis as axis_of
from analyzers.tensors.operations.arguments import size
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed


def _filled(shape: Any, dtype: Any = None, *args: Any, **kwargs: Any) -> Tensor:
    return Tensor(shape_argument(shape), dtype=dtype if isinstance(dtype, str) else "float32")


for _name in "zeros ones empty".split():
    names(_name, f"tf.{_name}", f"K.{_name}")(_filled)
NAMES["keras.ops.full"] = NAMES["tensorflow.fill"] = _filled
for _name in "normal uniform randint truncated_normal binomial beta gamma".split():
    NAMES[f"keras.random.{_name}"] = NAMES[f"tensorflow.random.{_name}"] = _filled
for _name in "random_normal random_uniform random_binomial truncated_normal".split():
    NAMES[f"keras.backend.{_name}"] = NAMES[f"tensorflow.{_name}"] = _filled


@names(
    "zeros_like", "ones_like", "empty_like", "full_like", "tf.zeros_like", "tf.ones_like", "K.zeros_like", "K.ones_like"
)
def like(x: Any, *args: Any, **kwargs: Any) -> Tensor:
    return Tensor(tensor(x).shape, dtype=tensor(x).dtype)


@names("arange", "tf.range", "K.arange")
def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None, limit: Any = None, delta: Any = None) -> Any:
    stop = limit if stop is None else stop
    given = [v for v in (start, stop) if v is not None]
    for value in given:
        if isinstance(value, Tensor) and value.content is None:
            raise UnknownUsed(Unknown("the number in a tensor"))
    given = [v.content[0] if isinstance(v, Tensor) and v.content else v for v in given]
    if any(not isinstance(v, (int, float)) for v in given):
        first, last = (0, given[0]) if len(given) == 1 else given
        return Tensor((size(last) - size(first),), dtype="int32")
    return NAMES["torch.arange"](*given, *([delta or step] if (delta or step) != 1 and len(given) == 2 else []))


@names("linspace", "tf.linspace")
def linspace(start: Any, stop: Any, num: Any = 50, **kwargs: Any) -> Tensor:
    return Tensor((size(num),))


@names("eye", "tf.eye", "K.eye", "identity")
def eye(n: Any, m: Any = None, *args: Any, **kwargs: Any) -> Tensor:
    return Tensor((size(n), size(n if m is None else m)))


@names("one_hot", "tf.one_hot", "K.one_hot", "nn.one_hot")
def one_hot(
    x: Any,
    num_classes: Any = None,
    axis: Any = -1,
    dtype: Any = None,
    sparse: Any = False,
    depth: Any = None,
    **kwargs: Any,
) -> Tensor:
    given = tensor(x)
    where = axis_of(axis, given.rank + 1)
    shape = list(given.shape)
    shape.insert(where, size(num_classes if depth is None else depth))
    return Tensor(shape, given.field.insert(where))


@names("tf.Variable")
def variable(initial_value: Any = None, trainable: Any = True, *args: Any, **kwargs: Any) -> Any:
    given = initial_value
    if isinstance(given, Tensor):
        return weight_of(given.shape, given.dtype, trainable is not False)
    return weight_of(tensor(given).shape, None, trainable is not False)


@names("K.placeholder")
def placeholder(shape: Any = None, ndim: Any = None, *args: Any, **kwargs: Any) -> Tensor:
    return Tensor(open_shape(shape))


@names("logspace", "geomspace")
def logspace(start: Any, stop: Any, num: Any = 50, *args: Any, **kwargs: Any) -> Tensor:
    return Tensor((size(num),))


@names("tri")
def tri(N: Any, M: Any = None, *args: Any, **kwargs: Any) -> Tensor:
    return Tensor((size(N), size(N if M is None else M)))


@names("random.categorical", "tf.random.categorical")
def categorical(logits: Any, num_samples: Any, *args: Any, **kwargs: Any) -> Tensor:
    """(N, classes) → (N, num_samples)"""
    return Tensor((*tensor(logits).shape[:-1], size(num_samples)), dtype="int32")


@names("random.shuffle", "tf.random.shuffle")
def shuffle(x: Any, *args: Any, **kwargs: Any) -> Tensor:
    given = tensor(x)
    return given.with_(field=given.field.forget((0,), "shuffled"))
