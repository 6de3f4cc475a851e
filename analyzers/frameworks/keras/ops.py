"""``keras.ops``, ``tf.*`` and ``keras.backend`` functions that carry shape."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, TypeVar

from analyzers.frameworks.keras.layer import open_shape, static_shape, weight_of
from analyzers.frameworks.keras.layers.arguments import (
    activation_of,
    data_format,
    invalid,
    layout,
    padding_mode,
    per_axis,
)
from analyzers.frameworks.keras.layers.convolution import convolve, depthwise, transposed
from analyzers.frameworks.keras.layers.merging import batch_dot, joined
from analyzers.frameworks.keras.layers.pooling import windowed
from analyzers.frameworks.keras.layers.reshaping import METHODS as RESIZES
from analyzers.frameworks.registry import NAMES
from analyzers.interpreter.parameters import NativeSignature, unknown_argument
from analyzers.interpreter.values import Instance
from analyzers.tensors.dims import Dim, product
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import (
    einsum,
    indexing,
    linear_algebra,
    padding,
    pixel,
    pooling,
    reduction,
    reshape,
    resize,
)
from analyzers.tensors.operations.arguments import axes as axes_of
from analyzers.tensors.operations.arguments import axis as axis_of
from analyzers.tensors.operations.arguments import size
from analyzers.tensors.operations.elementwise import broadcast, unary
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

Definition = TypeVar("Definition", bound=Callable[..., Any])


def names(*spellings: str) -> Callable[[Definition], Definition]:
    """Register under ``keras.ops.x`` (a bare name), ``tensorflow.x`` (``tf.x``), ``keras.backend.x`` (``K.x``)."""

    def register(definition: Definition) -> Definition:
        native = strict(definition) if definition.__code__.co_flags & 0x08 else definition
        for spelling in spellings:
            for dotted in _dotted(spelling):
                NAMES[dotted] = native if dotted.startswith("keras.ops.") else definition
        return definition

    return register


IGNORED = frozenset(
    "name dtype seed sorted initial where ddof approximate negative_slope alpha epsilon order mode interpolation "
    "axis axis1 axis2 N M lower upper body_fun init_val fft_length rtol atol equal_nan sequence_length sequence_stride "
    "window center retstep synchronized nan posinf neginf ord decimals f init xs length reverse data segment_ids "
    "num_segments variable default_value return_index return_inverse return_counts size cond body loop_vars "
    "maximum_iterations function elements operands k sections indices_or_sections shift rounding "
    "indices updates reduction start_indices "
    "out_type output_type validate_shape antialias precision preferred_element_type sparse ragged layout mask "
    "is_causal scale bias flash_attention attn_logits_soft_cap fill_value fill_mode constant_values "
    "validate_indices batch_dims "
    "unroll value stddev mean minval maxval num endpoint constant caching_device shape_invariants max_value threshold "
    "level x1 x2 x y a b adjoint_a adjoint_b preserve_aspect_ratio half_pixel_centers align_corners rate noise_shape "
    "offset variance weights default k min max x_min x_max clip_value_min clip_value_max a_min a_max t".split()
)
"""Keywords of some of these functions that have no bearing on shapes."""


def strict(definition: Callable[..., Any]) -> Callable[..., Any]:
    """The native with its keywords checked: its own and :data:`IGNORED` ones; others are refused."""
    code = definition.__code__
    known = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    signature = NativeSignature(definition)

    def checked(args: tuple, kwargs: dict[str, Any]) -> Any:
        for key in kwargs:
            if key not in known and key not in IGNORED:
                raise unknown_argument(definition.__name__, key, [k for k in known if k != "machine"])
        try:
            return definition(*args, **kwargs)
        except TypeError:
            signature.check(definition.__name__, args, {k: v for k, v in kwargs.items() if k != "machine"})
            raise

    def native(*args: Any, **kwargs: Any) -> Any:
        return checked(args, kwargs)

    def native_with_machine(*args: Any, machine: Any, **kwargs: Any) -> Any:
        return checked(args, {**kwargs, "machine": machine})

    made = native_with_machine if "machine" in known else native
    made.__name__ = made.__qualname__ = definition.__name__
    made.__doc__ = definition.__doc__
    return made


def _dotted(spelling: str) -> list[str]:
    if spelling.startswith("tf."):
        return ["tensorflow." + spelling[3:]]
    if spelling.startswith("K."):
        return ["keras.backend." + spelling[2:]]
    return [f"keras.ops.{spelling}"]


def tensor(value: Any) -> Tensor:
    """The tensor; numbers and nests of them are constants."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    if isinstance(value, (int, float, bool, list, tuple)):
        return constant(value)
    raise UnknownUsed(Unknown(f"{type(value).__name__} is not modelled as a tensor"))


# -- making tensors ------------------------------------------------------------------------------


@names("convert_to_tensor", "array", "tf.constant", "tf.convert_to_tensor", "K.constant", "K.variable", "tf.identity")
def constant(value: Any, dtype: Any = None, *args: Any, **kwargs: Any) -> Any:
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    if isinstance(value, Tensor):
        return value
    if not isinstance(value, (int, float, bool, list, tuple)):
        raise UnknownUsed(Unknown("a constant that is not made of numbers"))
    if isinstance(value, (list, tuple)) and any(isinstance(v, Tensor) for v in value):
        return reshape.stack([tensor(v) for v in value], 0)
    return NAMES["torch.tensor"](list(value) if isinstance(value, tuple) else value)


def _filled(shape: Any, dtype: Any = None, *args: Any, **kwargs: Any) -> Tensor:
    return Tensor(_shape(shape), dtype=dtype if isinstance(dtype, str) else "float32")


for _name in "zeros ones empty".split():
    names(_name, f"tf.{_name}", f"K.{_name}")(_filled)
NAMES["keras.ops.full"] = NAMES["tensorflow.fill"] = _filled
for _name in "normal uniform randint truncated_normal binomial beta gamma".split():
    NAMES[f"keras.random.{_name}"] = NAMES[f"tensorflow.random.{_name}"] = _filled
for _name in "random_normal random_uniform random_binomial truncated_normal".split():
    NAMES[f"keras.backend.{_name}"] = NAMES[f"tensorflow.{_name}"] = _filled


def _shape(value: Any) -> tuple[Dim, ...]:
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    if isinstance(value, Tensor):
        if value.content is None:
            raise UnknownUsed(Unknown("the shape in a tensor"))
        return tuple(size(v) for v in value.content)
    return open_shape(value) if isinstance(value, (tuple, list)) else (size(value),)


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


# -- element by element ----------------------------------------------------------------------------

UNARY = (
    "abs absolute negative exp exp2 expm1 log log2 log10 log1p sqrt rsqrt square sin cos tan asin acos atan arcsin "
    "arccos arctan sinh cosh tanh arcsinh arccosh arctanh floor ceil round rint trunc sign erf erfc erfinv "
    "reciprocal sigmoid "
    "logical_not bitwise_not isnan isinf isfinite nan_to_num stop_gradient copy positive relu relu6 elu selu gelu celu "
    "silu swish hard_sigmoid hard_silu hard_swish hard_tanh hard_shrink softplus softsign soft_shrink log_sigmoid "
    "leaky_relu tanh_shrink threshold squareplus sparse_plus sparse_sigmoid real imag conj conjugate deg2rad rad2deg "
    "cbrt sinc angle fabs"
).split()
BINARY = (
    "add subtract multiply divide true_divide floor_divide divide_no_nan mod floormod power pow maximum minimum fmax "
    "fmin arctan2 atan2 equal not_equal greater greater_equal less less_equal logical_and logical_or "
    "logical_xor bitwise_and "
    "bitwise_or bitwise_xor left_shift right_shift hypot logaddexp squared_difference truediv div isclose ldexp fmod "
    "nextafter heaviside copysign"
).split()


def _unary(name: str) -> Any:
    def function(x: Any, *args: Any, **kwargs: Any) -> Tensor:
        return unary(tensor(x))

    function.__name__ = function.__qualname__ = name
    return function


def _binary(name: str) -> Any:
    def function(x1: Any, x2: Any = None, *args: Any, x: Any = None, y: Any = None, **kwargs: Any) -> Tensor:
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


@names("softmax", "log_softmax", "nn.softmax", "tf.nn.softmax", "tf.nn.log_softmax", "K.softmax", "tf.math.softmax")
def softmax(x: Any, axis: Any = -1, *args: Any, **kwargs: Any) -> Tensor:
    made = reduction.mix(tensor(x), axis)
    made.trait = "softmax"
    return made


@names(
    "cumsum",
    "cumprod",
    "sort",
    "argsort",
    "tf.cumsum",
    "tf.math.cumsum",
    "tf.sort",
    "K.cumsum",
    "tf.argsort",
    "tf.math.cumprod",
)
def along(x: Any, axis: Any = -1, *args: Any, **kwargs: Any) -> Tensor:
    given = tensor(x)
    return reduction.mix(given, None if axis is None else axis)


@names("normalize", "tf.nn.l2_normalize", "tf.math.l2_normalize", "tf.linalg.l2_normalize", "K.l2_normalize")
def normalize(x: Any, axis: Any = -1, *args: Any, **kwargs: Any) -> Tensor:
    given = tensor(x)
    return given.with_(field=given.field.statistics(axes_of(axis, given.rank)) if axis is not None else given.field)


@names("batch_normalization", "tf.nn.batch_normalization", "K.batch_normalization")
def batch_normalization(x: Any, *args: Any, **kwargs: Any) -> Tensor:
    return unary(tensor(x))


@names("layer_normalization", "rms_normalization")
def layer_normalization(
    x: Any, gamma: Any = None, beta: Any = None, axis: Any = -1, *args: Any, **kwargs: Any
) -> Tensor:
    given = tensor(x)
    return given.with_(field=given.field.statistics(axes_of(axis, given.rank)))


@names("glu", "nn.glu")
def glu(x: Any, axis: Any = -1) -> Tensor:
    given = tensor(x)
    where = axis_of(axis, given.rank)
    return reshape.split(given, given.shape[where] // 2, where)[0]


@names("convert_to_numpy", "scatter_update", "slice_update", "fliplr", "flipud", "tf.stop_gradient", "tf.ensure_shape")
def unchanged(x: Any = None, *args: Any, inputs: Any = None, **kwargs: Any) -> Any:
    return tensor(x if inputs is None else inputs)


@names("dtype", "K.dtype")
def dtype_of(x: Any) -> str:
    return tensor(x).dtype


@names("take_along_axis")
def take_along_axis(x: Any, indices: Any, axis: Any = None) -> Tensor:
    return indexing.take_along_dim(tensor(x), tensor(indices), axis)


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


# -- reductions ------------------------------------------------------------------------------------


def _reduction(
    x: Any = None,
    axis: Any = None,
    keepdims: Any = False,
    *args: Any,
    input_tensor: Any = None,
    keep_dims: Any = None,
    reduction_indices: Any = None,
    **kwargs: Any,
) -> Tensor:
    given = tensor(x if input_tensor is None else input_tensor)
    dims = axis if reduction_indices is None else reduction_indices
    keep = keepdims if keep_dims is None else keep_dims
    return reduction.reduce(given, dims, keep is True)


for _name in (
    "sum mean max min prod any all std var amax amin logsumexp median count_nonzero ptp nansum nanmean nanmax nanmin "
    "nanstd nanvar average"
).split():
    names(_name, f"K.{_name}", f"tf.math.reduce_{_name}", f"tf.reduce_{_name}")(_reduction)
names("tf.math.reduce_variance", "tf.math.reduce_std", "tf.reduce_logsumexp", "norm", "tf.norm")(_reduction)


@names("argmax", "argmin", "tf.argmax", "tf.argmin", "tf.math.argmax", "K.argmax", "K.argmin")
def argmax(x: Any, axis: Any = None, keepdims: Any = False, *args: Any, **kwargs: Any) -> Tensor:
    return reduction.reduce(tensor(x), axis, keepdims is True, "int64")


@names("moments", "tf.nn.moments")
def moments(x: Any, axes: Any = None, keepdims: Any = False, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
    made = reduction.reduce(tensor(x), axes, keepdims is True)
    return made, made.with_()


@names("top_k", "tf.nn.top_k", "tf.math.top_k")
def top_k(x: Any, k: Any = 1, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
    made = reduction.resized(tensor(x), -1, size(k))
    return made, made.with_(dtype="int32")


# -- shapes ------------------------------------------------------------------------------------------


@names("shape", "tf.shape", "K.int_shape", "K.shape")
def shape_of(x: Any, *args: Any, **kwargs: Any) -> Any:
    given = tensor(x)
    return static_shape(given.shape) if given.history is not None else tuple(given.shape)


@names("ndim", "tf.rank", "K.ndim")
def ndim(x: Any) -> int:
    return tensor(x).rank


@names("size", "tf.size", "K.count_params")
def numel(x: Any, *args: Any, **kwargs: Any) -> Any:
    return tensor(x).numel()


@names("reshape", "tf.reshape", "K.reshape")
def reshape_to(
    x: Any = None, newshape: Any = None, name: Any = None, *, tensor: Any = None, shape: Any = None
) -> Tensor:
    given = _tensor(x if tensor is None else tensor)
    target = newshape if shape is None else shape
    if isinstance(target, Tensor):
        target = _shape(target)
    if isinstance(target, Unknown):
        raise UnknownUsed(target)
    dims = tuple(target) if isinstance(target, (tuple, list)) else (target,)
    return reshape.view(given, tuple(-1 if d is None else size(d) for d in dims))


_tensor = tensor


@names("ravel")
def ravel(x: Any) -> Tensor:
    return reshape.view(tensor(x), (-1,))


@names("K.flatten")
def flatten(x: Any) -> Tensor:
    return reshape.view(tensor(x), (-1,))


@names("K.batch_flatten")
def batch_flatten(x: Any) -> Tensor:
    given = tensor(x)
    return reshape.view(given, (given.shape[0], product(given.shape[1:])))


@names("transpose", "tf.transpose", "K.transpose", "K.permute_dimensions")
def transpose(
    x: Any = None, axes: Any = None, *args: Any, a: Any = None, perm: Any = None, pattern: Any = None, **kwargs: Any
) -> Tensor:
    given = tensor(x if a is None else a)
    order = next((o for o in (axes, perm, pattern) if o is not None), tuple(reversed(range(given.rank))))
    return reshape.permute(given, tuple(order))


@names("swapaxes")
def swapaxes(x: Any, axis1: Any, axis2: Any) -> Tensor:
    return reshape.transpose(tensor(x), axis1, axis2)


@names("moveaxis")
def moveaxis(x: Any, source: Any, destination: Any) -> Tensor:
    return reshape.movedim(tensor(x), source, destination)


@names("tf.linalg.matrix_transpose")
def matrix_transpose(a: Any, *args: Any, **kwargs: Any) -> Tensor:
    return reshape.transpose_matrix(tensor(a))


@names("expand_dims", "tf.expand_dims", "K.expand_dims")
def expand_dims(x: Any = None, axis: Any = -1, name: Any = None, *, input: Any = None) -> Tensor:
    given = tensor(x if input is None else input)
    for where in axis if isinstance(axis, (tuple, list)) else (axis,):
        given = reshape.unsqueeze(given, where)
    return given


@names("squeeze", "tf.squeeze", "K.squeeze")
def squeeze(x: Any = None, axis: Any = None, name: Any = None, *, input: Any = None) -> Tensor:
    given = tensor(x if input is None else input)
    for dim in axes_of(axis, given.rank) if axis is not None else ():
        if isinstance(given.shape[dim], int) and given.shape[dim] != 1:
            raise invalid(f"{{subject}} cannot drop dim {dim}, its length is {given.shape[dim]}", "axis")
    return reshape.squeeze(given, axis)


@names("concatenate", "tf.concat", "K.concatenate")
def concatenate(
    xs: Any = None, axis: Any = 0, *args: Any, values: Any = None, tensors: Any = None, **kwargs: Any
) -> Tensor:
    given = next((v for v in (xs, values, tensors) if v is not None), [])
    if isinstance(given, Unknown):
        raise UnknownUsed(given)
    return joined([tensor(v) for v in given], axis)


NAMES["keras.backend.concatenate"] = lambda tensors, axis=-1: concatenate(tensors, axis)


@names("hstack")
def hstack(xs: Any) -> Tensor:
    return joined([tensor(v) for v in xs], 1)


@names("vstack")
def vstack(xs: Any) -> Tensor:
    return joined([tensor(v) for v in xs], 0)


@names("stack", "tf.stack", "K.stack")
def stack(x: Any = None, axis: Any = 0, *args: Any, values: Any = None, **kwargs: Any) -> Any:
    given = x if values is None else values
    if isinstance(given, Unknown):
        raise UnknownUsed(given)
    if not any(isinstance(v, Tensor) for v in given):
        return tuple(given)
    return reshape.stack([tensor(v) for v in given], axis)


@names("unstack", "tf.unstack")
def unstack(x: Any, num: Any = None, axis: Any = 0, *args: Any, **kwargs: Any) -> list:
    return list(reshape.unbind(tensor(x), axis))


@names("split", "array_split", "tf.split")
def split(
    x: Any = None,
    indices_or_sections: Any = None,
    axis: Any = 0,
    *args: Any,
    value: Any = None,
    num_or_size_splits: Any = None,
    **kwargs: Any,
) -> list:
    given = tensor(x if value is None else value)
    parts = indices_or_sections if num_or_size_splits is None else num_or_size_splits
    if isinstance(parts, (tuple, list)):
        if num_or_size_splits is not None:
            return list(reshape.split(given, list(parts), axis))
        return list(reshape.tensor_split(given, list(parts), axis))
    dim = axis_of(axis, given.rank)
    length = given.shape[dim]
    if isinstance(length, int) and isinstance(parts, int) and parts and length % parts:
        raise invalid(f"{{subject}} cannot split {length} into {parts} equal parts", "indices_or_sections")
    return list(reshape.chunk(given, parts, axis))


@names("tf.split")
def tf_split(value: Any, num_or_size_splits: Any, axis: Any = 0, *args: Any, **kwargs: Any) -> list:
    return split(value, axis=axis, num_or_size_splits=num_or_size_splits)


@names("repeat", "tf.repeat", "K.repeat_elements")
def repeat(
    x: Any = None, repeats: Any = 1, axis: Any = None, *args: Any, input: Any = None, rep: Any = None, **kwargs: Any
) -> Tensor:
    return reshape.repeat_interleave(tensor(x if input is None else input), repeats if rep is None else rep, axis)


@names("K.repeat")
def repeat_vector(x: Any, n: Any) -> Tensor:
    given = tensor(x)
    return reshape.expand(reshape.unsqueeze(given, 1), (given.shape[0], size(n), given.shape[1]))


@names("tile", "tf.tile", "K.tile")
def tile(
    x: Any = None, repeats: Any = None, *args: Any, input: Any = None, multiples: Any = None, n: Any = None
) -> Tensor:
    given = tensor(x if input is None else input)
    counts = next((c for c in (repeats, multiples, n) if c is not None), 1)
    counts = _shape(counts) if isinstance(counts, (Tensor, tuple, list)) else (size(counts),)
    return reshape.tile(given, counts)


@names("broadcast_to", "tf.broadcast_to")
def broadcast_to(x: Any = None, shape: Any = None, *args: Any, input: Any = None) -> Tensor:
    return reshape.broadcast_to(tensor(x if input is None else input), _shape(shape))


@names("flip", "tf.reverse", "K.reverse")
def flip(x: Any, axis: Any = None, *args: Any, **kwargs: Any) -> Tensor:
    given = tensor(x)
    return reshape.flip(given, tuple(range(given.rank)) if axis is None else axis)


@names("roll", "tf.roll")
def roll(x: Any, shift: Any = 0, axis: Any = None, *args: Any, **kwargs: Any) -> Tensor:
    return reshape.roll(tensor(x), shift, axis)


@names("pad", "tf.pad")
def pad(
    x: Any = None,
    pad_width: Any = None,
    mode: Any = "constant",
    *args: Any,
    tensor: Any = None,
    paddings: Any = None,
    **kwargs: Any,
) -> Tensor:
    given = _tensor(x if tensor is None else tensor)
    widths = pad_width if paddings is None else paddings
    if isinstance(widths, Tensor):
        flat = _shape(widths)
        widths = list(zip(flat[::2], flat[1::2]))
    if isinstance(widths, int):
        widths = [(widths, widths)] * given.rank
    if len(widths) == 2 and all(isinstance(w, int) for w in widths):
        widths = [tuple(widths)] * given.rank
    pairs = [(size(w[0]), size(w[1])) for w in widths]
    if len(pairs) == 1:
        pairs = pairs * given.rank
    if len(pairs) != given.rank:
        raise invalid(f"{{subject}} expects paddings for {given.rank} dimensions, gets {len(pairs)}", "pad_width")
    kept = [(d, p) for d, p in enumerate(pairs) if p != (0, 0)]
    return padding.pad(given, [d for d, _ in kept], [p for _, p in kept])


@names("K.spatial_2d_padding")
def spatial_2d_padding(x: Any, padding: Any = ((1, 1), (1, 1)), data_format: Any = None) -> Tensor:
    return pad(x, ((0, 0), *padding, (0, 0)))


@names("take", "tf.gather", "K.gather")
def take(x: Any = None, indices: Any = None, axis: Any = None, *args: Any, params: Any = None, **kwargs: Any) -> Any:
    given = tensor(x if params is None else params)
    where = 0 if axis is None else axis_of(axis, given.rank)
    if isinstance(indices, int):
        return reshape.select(given, where, indices)
    index = tensor(indices)
    field = given.field.mix((where,)) if given.field is not type(given.field).EMPTY else index.field
    if field is index.field:
        for _ in range(given.rank - 1 - where):
            field = field.insert((field and index.rank) or index.rank)
        return Tensor((*given.shape[:where], *index.shape, *given.shape[where + 1 :]), field, given.dtype)
    return indexing.getitem(given, (*(slice(None),) * where, index))


@names("get_item")
def get_item(x: Any, key: Any) -> Any:
    return indexing.getitem(tensor(x), key)


@names("slice", "tf.slice")
def slice_of(
    inputs: Any = None,
    start_indices: Any = None,
    shape: Any = None,
    *args: Any,
    input_: Any = None,
    begin: Any = None,
    size: Any = None,
) -> Tensor:
    given = tensor(inputs if input_ is None else input_)
    starts, lengths = (start_indices if begin is None else begin), (shape if size is None else size)
    for dim, (start, length) in enumerate(zip(starts, lengths)):
        given = reshape.narrow(given, dim, start, given.shape[dim] - start if length == -1 else length)
    return given


@names("meshgrid", "tf.meshgrid")
def meshgrid(*xs: Any, indexing: Any = "xy", **kwargs: Any) -> list:
    return reshape.meshgrid([tensor(x) for x in xs], indexing)


@names("diag", "diagonal", "tf.linalg.diag_part")
def diagonal(x: Any, *args: Any, **kwargs: Any) -> Tensor:
    given = tensor(x)
    return reshape.diag(given) if given.rank < 2 else reshape.diagonal(given)


@names("tril", "triu", "tf.linalg.band_part")
def triangle(x: Any, *args: Any, **kwargs: Any) -> Tensor:
    return unary(tensor(x))


# -- products ----------------------------------------------------------------------------------------


@names("matmul", "tf.matmul", "tf.linalg.matmul")
def matmul(
    x1: Any = None,
    x2: Any = None,
    transpose_a: Any = False,
    transpose_b: Any = False,
    *args: Any,
    a: Any = None,
    b: Any = None,
    **kwargs: Any,
) -> Tensor:
    left, right = tensor(x1 if a is None else a), tensor(x2 if b is None else b)
    left = reshape.transpose_matrix(left) if transpose_a is True else left
    right = reshape.transpose_matrix(right) if transpose_b is True else right
    return linear_algebra.matmul(left, right)


@names("dot", "K.dot")
def dot(x1: Any, x2: Any) -> Tensor:
    left, right = tensor(x1), tensor(x2)
    if right.rank <= 2:
        return linear_algebra.matmul(left, right)
    return einsum.tensordot(left, right, ([left.rank - 1], [right.rank - 2]))


@names("K.batch_dot")
def backend_batch_dot(x: Any, y: Any, axes: Any = None) -> Tensor:
    left, right = tensor(x), tensor(y)
    return batch_dot(left, right, axes if axes is not None else (left.rank - 1, max(right.rank - 2, 1)))


@names("einsum", "tf.einsum", "tf.linalg.einsum")
def einsum_of(subscripts: Any, *operands: Any, **kwargs: Any) -> Tensor:
    return einsum.einsum(subscripts, [tensor(o) for o in operands])


@names("tensordot", "tf.tensordot")
def tensordot(x1: Any, x2: Any, axes: Any = 2, *args: Any, **kwargs: Any) -> Tensor:
    return einsum.tensordot(tensor(x1), tensor(x2), axes)


@names("outer")
def outer(x1: Any, x2: Any) -> Tensor:
    return linear_algebra.outer(ravel(x1), ravel(x2))


@names("dot_product_attention")
def dot_product_attention(query: Any, key: Any, value: Any, *args: Any, **kwargs: Any) -> Tensor:
    """(N, T, heads, size) in, the same out."""
    q, k, v = (reshape.permute(tensor(x), (0, 2, 1, 3)) for x in (query, key, value))
    made = linear_algebra.scaled_dot_product_attention(q, k, v)
    cost = made.cost
    made = reshape.permute(made, (0, 2, 1, 3))
    made.cost = cost
    return made


# -- maps --------------------------------------------------------------------------------------------


def _strides(strides: Any, rank: int) -> Any:
    """Strides per spatial axis; TensorFlow also names those of batch and channels."""
    if isinstance(strides, (tuple, list)) and len(strides) == rank + 2:
        return tuple(strides[1:-1])
    return per_axis(strides, rank, "strides")


@names("conv", "nn.conv", "tf.nn.convolution", "tf.nn.conv2d", "tf.nn.conv1d", "tf.nn.conv3d", "K.conv2d", "K.conv1d")
def conv(
    input: Any = None,
    filters: Any = None,
    strides: Any = 1,
    padding: Any = "valid",
    data_format: Any = None,
    dilations: Any = 1,
    *args: Any,
    inputs: Any = None,
    kernel: Any = None,
    dilation_rate: Any = None,
    machine: Any,
    **kwargs: Any,
) -> Tensor:
    x, weights = tensor(input if inputs is None else inputs), tensor(filters if kernel is None else kernel)
    rank = weights.rank - 2
    dilation = _strides(dilations if dilation_rate is None else dilation_rate, rank)
    format = _format(machine, data_format)
    channel_dim, _ = layout(x.rank, format)
    channels, own = x.shape[channel_dim], weights.shape[-2]
    groups = (
        channels // own if isinstance(channels, int) and isinstance(own, int) and own and channels % own == 0 else 1
    )
    return convolve(
        x,
        in_channels=own * groups,
        out_channels=weights.shape[-1],
        kernel=weights.shape[:rank],
        strides=_strides(strides, rank),
        padding=padding_mode(padding, causal=True),
        dilation=dilation,
        groups=groups,
        format=format,
    )


def _format(machine: Any, value: Any) -> str:
    """Keras' names of layouts, or TensorFlow's (``NHWC``)."""
    if isinstance(value, str) and value.startswith("N"):
        return "channels_first" if value.startswith("NC") else "channels_last"
    return data_format(machine, value)


@names("depthwise_conv", "tf.nn.depthwise_conv2d", "K.depthwise_conv2d")
def depthwise_conv(
    inputs: Any = None,
    kernel: Any = None,
    strides: Any = 1,
    padding: Any = "valid",
    data_format: Any = None,
    dilation_rate: Any = 1,
    *args: Any,
    input: Any = None,
    filter: Any = None,
    machine: Any,
    **kwargs: Any,
) -> Tensor:
    x, weights = tensor(inputs if input is None else input), tensor(kernel if filter is None else filter)
    rank = weights.rank - 2
    return depthwise(
        x, weights.shape[-2], weights.shape[-1], weights.shape[:rank], _strides(strides, rank), padding_mode(padding),
        per_axis(dilation_rate or 1, rank, "dilation_rate"), _format(machine, data_format),
    )  # fmt: skip


@names("separable_conv", "tf.nn.separable_conv2d", "K.separable_conv2d")
def separable_conv(
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Any = 1,
    padding: Any = "valid",
    data_format: Any = None,
    dilation_rate: Any = 1,
    *,
    machine: Any,
    **kwargs: Any,
) -> Tensor:
    middle = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate, machine=machine)
    made = conv(middle, pointwise_kernel, 1, "valid", data_format, machine=machine)
    made.cost = made.cost + middle.cost
    return made


@names("conv_transpose", "tf.nn.conv2d_transpose", "tf.nn.conv_transpose")
def conv_transpose(
    inputs: Any = None,
    kernel: Any = None,
    strides: Any = 1,
    padding: Any = "valid",
    output_padding: Any = None,
    data_format: Any = None,
    dilation_rate: Any = 1,
    *args: Any,
    machine: Any,
    **kwargs: Any,
) -> Tensor:
    x, weights = tensor(inputs), tensor(kernel)
    rank = weights.rank - 2
    extra = None if output_padding is None else per_axis(output_padding, rank, "output_padding", 0)
    return transposed(
        x, weights.shape[-1], weights.shape[-2], weights.shape[:rank], _strides(strides, rank), padding_mode(padding),
        extra, per_axis(dilation_rate, rank, "dilation_rate"), _format(machine, data_format),
    )  # fmt: skip


@names("max_pool", "average_pool", "K.pool2d")
def pool(
    inputs: Any,
    pool_size: Any,
    strides: Any = None,
    padding: Any = "valid",
    data_format: Any = None,
    *,
    machine: Any,
    **kwargs: Any,
) -> Tensor:
    x = tensor(inputs)
    kernel = per_axis(pool_size, x.rank - 2, "pool_size")
    steps = kernel if strides is None else per_axis(strides, x.rank - 2, "strides")
    return windowed(x, kernel, steps, padding_mode(padding), _format(machine, data_format))


@names(*[f"tf.nn.{kind}_pool{rank}" for kind in ("max", "avg") for rank in ("", "1d", "2d", "3d")])
def tf_pool(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: Any = None, name: Any = None, *, machine: Any
) -> Tensor:
    x = tensor(input)
    kernel, steps = _strides(ksize, x.rank - 2), _strides(strides, x.rank - 2)
    return windowed(x, kernel, steps, padding_mode(padding), _format(machine, data_format))


@names("adaptive_average_pool", "adaptive_max_pool")
def adaptive_pool(inputs: Any, output_size: Any, data_format: Any = None, *, machine: Any) -> Tensor:
    x = tensor(inputs)
    _, dims = layout(x.rank, _format(machine, data_format))
    return pooling.adaptive_pool(x, per_axis(output_size, x.rank - 2, "output_size"), dims)


@names(
    "image.resize",
    "tf.image.resize",
    "tf.image.resize_bilinear",
    "tf.image.resize_with_pad",
    "tf.compat.v1.image.resize_bilinear",
)
def resize_image(
    images: Any = None,
    size: Any = None,
    interpolation: Any = "bilinear",
    *args: Any,
    method: Any = None,
    data_format: Any = None,
    image: Any = None,
    machine: Any,
    **kwargs: Any,
) -> Tensor:
    x = tensor(images if image is None else image)
    sizes = _shape(size)
    if x.rank == 3:
        dims: Sequence[int] = (1, 2) if _format(machine, data_format) == "channels_first" else (0, 1)
    else:
        _, dims = layout(x.rank, _format(machine, data_format))
    how = method if isinstance(method, str) else interpolation
    scales: list[Fraction | None] = [None] * len(dims)
    return resize.resize(x, list(sizes), scales, RESIZES.get(how, "linear"), False, False, dims)


@names("K.resize_images")
def resize_images(
    x: Any,
    height_factor: Any,
    width_factor: Any,
    data_format: Any = None,
    interpolation: Any = "nearest",
    *,
    machine: Any,
) -> Tensor:
    from analyzers.frameworks.keras.layers.reshaping import enlarged

    given = tensor(x)
    _, dims = layout(given.rank, _format(machine, data_format))
    return enlarged(given, (height_factor, width_factor), dims, interpolation)


@names("depth_to_space", "tf.nn.depth_to_space")
def depth_to_space(
    x: Any = None,
    block_size: Any = 2,
    data_format: Any = None,
    *args: Any,
    input: Any = None,
    machine: Any,
    **kwargs: Any,
) -> Tensor:
    given = tensor(x if input is None else input)
    channel_dim, dims = layout(given.rank, _format(machine, data_format))
    return pixel.depth_to_space(given, block_size, channel_dim, dims)


@names("space_to_depth", "tf.nn.space_to_depth")
def space_to_depth(
    x: Any = None,
    block_size: Any = 2,
    data_format: Any = None,
    *args: Any,
    input: Any = None,
    machine: Any,
    **kwargs: Any,
) -> Tensor:
    given = tensor(x if input is None else input)
    channel_dim, dims = layout(given.rank, _format(machine, data_format))
    return pixel.space_to_depth(given, block_size, channel_dim, dims)


@names("image.extract_patches", "tf.image.extract_patches")
def extract_patches(
    images: Any = None,
    size: Any = None,
    strides: Any = None,
    dilation_rate: Any = 1,
    padding: Any = "valid",
    data_format: Any = None,
    *args: Any,
    sizes: Any = None,
    rates: Any = None,
    machine: Any,
    **kwargs: Any,
) -> Tensor:
    x = tensor(images)
    kernel = _strides(size if sizes is None else sizes, 2)
    steps = kernel if strides is None else _strides(strides, 2)
    return convolve(
        x, in_channels=x.shape[-1], out_channels=x.shape[-1] * kernel[0] * kernel[1], kernel=kernel, strides=steps,
        padding=padding_mode(padding), dilation=_strides(rates or dilation_rate, 2),
        format=_format(machine, data_format),
    ).with_()  # fmt: skip


@names("image.rgb_to_grayscale", "tf.image.rgb_to_grayscale")
def rgb_to_grayscale(images: Any, *args: Any, **kwargs: Any) -> Tensor:
    given = tensor(images)
    return given.with_(shape=(*given.shape[:-1], 1), field=given.field.mix((given.rank - 1,)))


@names(*[f"tf.image.{n}" for n in (
    "random_flip_left_right flip_left_right flip_up_down random_flip_up_down random_brightness random_contrast "
    "per_image_standardization adjust_brightness adjust_contrast convert_image_dtype random_hue random_saturation"
).split()])  # fmt: skip
def same_image(image: Any, *args: Any, **kwargs: Any) -> Tensor:
    return unary(tensor(image))


# -- control -----------------------------------------------------------------------------------------


@names("cond", "tf.cond")
def cond(pred: Any, true_fn: Any = None, false_fn: Any = None, *args: Any, machine: Any, **kwargs: Any) -> Any:
    chosen = None if isinstance(pred, Tensor) else machine.truth(pred)
    if chosen is not None:
        return machine.call(true_fn if chosen else false_fn)
    first, second = machine.call(true_fn), machine.call(false_fn)
    if isinstance(first, Tensor) and isinstance(second, Tensor) and first.shape == second.shape:
        return broadcast(first, second)
    return Unknown("which branch of a condition is taken")


@names("K.in_train_phase")
def in_train_phase(x: Any, alt: Any, training: Any = None, *, machine: Any) -> Any:
    return machine.call(alt) if not isinstance(alt, Tensor) else alt


@names("map", "vectorized_map", "tf.map_fn", "tf.vectorized_map", "K.map_fn")
def map_over(
    f: Any = None, xs: Any = None, *args: Any, fn: Any = None, elems: Any = None, machine: Any, **kwargs: Any
) -> Any:
    function, given = (f if fn is None else fn), (xs if elems is None else elems)
    if isinstance(function, Tensor):
        function, given = given, function
    x = tensor(given)
    made = machine.call(function, (reshape.select(x, 0, 0),))
    if not isinstance(made, Tensor):
        return Unknown("what a mapped function returns")
    return Tensor((x.shape[0], *made.shape), made.field.insert(0), made.dtype)


@names("is_tensor", "tf.is_tensor", "K.is_tensor", "K.is_keras_tensor")
def is_tensor(x: Any) -> bool:
    if isinstance(x, Unknown):
        raise UnknownUsed(x)
    return isinstance(x, Tensor)


@names("custom_gradient", "tf.custom_gradient", "tf.recompute_grad")
def decorated(f: Any) -> Any:
    return f


@names(
    *"fft rfft irfft stft istft fft2 ifft2 tf.signal.stft tf.signal.rfft tf.signal.fft tf.py_function".split(),
    *"tf.numpy_function unique nonzero tf.boolean_mask tf.unique scan while_loop fori_loop tf.while_loop".split(),
    *"segment_sum tf.scatter_nd tf.gather_nd".split(),
)
def unmodelled(*args: Any, **kwargs: Any) -> Any:
    return Unknown("a function whose result's shape is not modelled")


for _name in sorted(n for n in NAMES if n.startswith("keras.ops.")):
    _short = _name.removeprefix("keras.ops.")
    if not _short.startswith(("nn.", "image.")):
        NAMES.setdefault(f"keras.ops.numpy.{_short}", NAMES[_name])

__all__ = ["Instance", "OperationError", "activation_of", "math"]
