"""Functions that work element by element."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.keras.ops.registration import names, tensor
from analyzers.frameworks.numpy.arguments import foreign
from analyzers.interpreter.overlays import NAMES
from analyzers.tensors.operations import concat_split, reduction, reshape, selecting
from analyzers.tensors.operations.arguments import axes as axes_of
from analyzers.tensors.operations.arguments import axis as axis_of
from analyzers.tensors.operations.elementwise import broadcast, unary
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

UNARY = (
    "abs absolute negative exp exp2 expm1 log log2 log10 log1p sqrt rsqrt square sin cos tan asin acos atan arcsin "
    "arccos arctan sinh cosh tanh arcsinh arccosh arctanh floor ceil round rint trunc sign erf erfc erfinv "
    "reciprocal sigmoid "
    "logical_not bitwise_not isnan isinf isfinite nan_to_num stop_gradient copy positive relu relu6 elu selu gelu celu "
    "silu swish hard_sigmoid hard_silu hard_swish hard_tanh hard_shrink softplus softsign soft_shrink log_sigmoid "
    "leaky_relu tanh_shrink threshold squareplus sparse_plus sparse_sigmoid real imag conj conjugate deg2rad rad2deg "
    "cbrt sinc angle fabs bitwise_invert i0 isneginf isposinf isreal signbit log_cosh lgamma digamma"
).split()
BINARY = (
    "add subtract multiply divide true_divide floor_divide divide_no_nan mod floormod power pow maximum minimum fmax "
    "fmin arctan2 atan2 equal not_equal greater greater_equal less less_equal logical_and logical_or "
    "logical_xor bitwise_and "
    "bitwise_or bitwise_xor left_shift right_shift hypot logaddexp squared_difference truediv div isclose ldexp fmod "
    "nextafter heaviside copysign logaddexp2 gcd lcm bitwise_left_shift bitwise_right_shift multiply_no_nan xlogy xdivy "
    "igamma"
).split()


def _unary(name: str) -> Any:
    def function(x: Any, *args: Any, **kwargs: Any) -> Tensor:
        return unary(tensor(x))

    function.__name__ = function.__qualname__ = name
    return function


def _binary(name: str) -> Any:
    def function(x1: Any = None, x2: Any = None, *args: Any, x: Any = None, y: Any = None, **kwargs: Any) -> Tensor:
        left, right = (x1 if x is None else x), (x2 if y is None else y)
        if not isinstance(left, Tensor) and not isinstance(right, Tensor):
            left = tensor(left)
        return broadcast(_operand(left), _operand(right))

    function.__name__ = function.__qualname__ = {"multiply": "mul", "subtract": "sub"}.get(name, name)
    return function


def _operand(value: Any) -> Any:
    return tensor(value) if isinstance(value, (list, tuple)) else value


for _name in UNARY:
    names(_name, f"nn.{_name}", f"tf.{_name}", f"tf.math.{_name}", f"tf.nn.{_name}", f"K.{_name}")(_unary(_name))
for _name in BINARY:
    names(_name, f"tf.{_name}", f"tf.math.{_name}", f"K.{_name}")(_binary(_name))


@names("cast", "tf.cast", "K.cast", "saturate_cast", "tf.saturate_cast", "view")
def cast(x: Any, dtype: Any = None, *args: Any, **kwargs: Any) -> Any:
    if isinstance(x, (int, float)):
        return x
    given = tensor(x)
    made = unary(given, dtype if isinstance(dtype, str) else None)
    made.content = given.content
    return made


@names("clip", "tf.clip_by_value", "K.clip")
def clip(x: Any, *args: Any, **kwargs: Any) -> Tensor:
    return unary(tensor(x))


@names("where", "tf.where", "K.switch")
def where(condition: Any, x1: Any = None, x2: Any = None, x: Any = None, y: Any = None, name: Any = None) -> Tensor:
    first, second = (x1 if x1 is not None else x), (x2 if x2 is not None else y)
    if first is None:
        raise UnknownUsed(Unknown("how many elements a condition picks"))
    return broadcast(tensor(condition), _operand(first), _operand(second))


@names("softmax", "nn.softmax", "tf.nn.softmax", "K.softmax", "tf.math.softmax")
def softmax(x: Any, axis: Any = -1, *args: Any, **kwargs: Any) -> Tensor:
    made = reduction.mix(tensor(x), axis)
    made.trait = "softmax"
    return made


@names("log_softmax", "tf.nn.log_softmax")
def log_softmax(x: Any, axis: Any = -1, *args: Any, **kwargs: Any) -> Tensor:
    made = reduction.mix(tensor(x), axis)
    made.trait = "log_softmax"
    return made


@names("sort", "argsort", "tf.sort", "tf.argsort")
def along(x: Any, axis: Any = -1, *args: Any, **kwargs: Any) -> Tensor:
    given = tensor(x)
    if axis is None:
        given, axis = reshape.view(given, (-1,)), 0
    return reduction.mix(given, axis)


@names("tf.cumsum", "tf.math.cumsum", "K.cumsum", "tf.math.cumprod", "K.cumprod")
def tf_cumulative(x: Any, axis: Any = 0, *args: Any, **kwargs: Any) -> Tensor:
    return along(x, axis)


@names("argpartition")
def argpartition(x: Any, kth: Any, axis: Any = -1) -> Tensor:
    return along(x, axis)


@names("cumsum", "cumprod", "nancumsum", "nancumprod")
def cumulative(x: Any, axis: Any = None, *args: Any, **kwargs: Any) -> Tensor:
    """Flattened where no axis is named."""
    return along(x, axis)


@names("sparsemax")
def sparsemax(x: Any, axis: Any = -1) -> Tensor:
    return reduction.mix(tensor(x), axis)


@names("normalize", "tf.nn.l2_normalize", "tf.math.l2_normalize", "tf.linalg.l2_normalize", "K.l2_normalize")
def normalize(x: Any, axis: Any = -1, *args: Any, **kwargs: Any) -> Tensor:
    given = tensor(x)
    return given.with_(field=given.field.statistics(axes_of(axis, given.rank)) if axis is not None else given.field)


@names("batch_normalization", "tf.nn.batch_normalization", "K.batch_normalization")
def batch_normalization(x: Any, *args: Any, **kwargs: Any) -> Tensor:
    return unary(tensor(x))


@names("rms_normalization")
def rms_normalization(x: Any, scale: Any = None, axis: Any = -1, epsilon: Any = None) -> Tensor:
    given = tensor(x)
    return given.with_(field=given.field.statistics(axes_of(axis, given.rank)))


@names("layer_normalization")
def layer_normalization(
    x: Any, gamma: Any = None, beta: Any = None, axis: Any = -1, *args: Any, **kwargs: Any
) -> Tensor:
    given = tensor(x)
    return given.with_(field=given.field.statistics(axes_of(axis, given.rank)))


@names("glu", "nn.glu")
def glu(x: Any, axis: Any = -1) -> Tensor:
    given = tensor(x)
    where = axis_of(axis, given.rank)
    return concat_split.split(given, given.shape[where] // 2, where)[0]


@names("convert_to_numpy")
def convert_to_numpy(x: Any) -> Tensor:
    return foreign(tensor(x))


@names("scatter_update", "slice_update", "fliplr", "flipud", "tf.stop_gradient", "tf.ensure_shape")
def unchanged(x: Any = None, *args: Any, inputs: Any = None, **kwargs: Any) -> Any:
    return tensor(x if inputs is None else inputs)


@names("dtype", "K.dtype")
def dtype_of(x: Any) -> str:
    return tensor(x).dtype


@names("take_along_axis")
def take_along_axis(x: Any, indices: Any, axis: Any = None) -> Tensor:
    return selecting.take_along_dim(tensor(x), tensor(indices), axis)


@names("tf.nn.bias_add", "K.bias_add")
def bias_add(x: Any, bias: Any = None, *args: Any, **kwargs: Any) -> Tensor:
    return unary(tensor(x))


@names("tf.nn.dropout", "K.dropout")
def dropout(x: Any, *args: Any, **kwargs: Any) -> Tensor:
    return unary(tensor(x))


NAMES["keras.random.dropout"] = dropout


@names("tf.nn.local_response_normalization", "tf.nn.lrn")
def local_response_normalization(input: Any, *args: Any, **kwargs: Any) -> Tensor:
    return unary(tensor(input))
