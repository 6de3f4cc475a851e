"""Methods and attributes that only tensors have: ``view``, ``size``, ``to``, ``item`` …"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzers.frameworks.torch.dtypes import CPU, DTYPES, TENSOR_TYPES, Size, dtype_name, names_dtype
from analyzers.frameworks.torch.functional.arguments import tensor
from analyzers.frameworks.torch.registration import tensor_method, torch_call
from analyzers.frameworks.torch.torch_functions import arithmetic, reshaping
from analyzers.interpreter.overlays import METHODS, PROPERTIES
from analyzers.tensors.dims import Dim, product
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import concat_split, content, reduction, reshape
from analyzers.tensors.operations.arguments import TENSOR_VALUE, axis, sizes
from analyzers.tensors.operations.dtypes import ITEM_SIZES, convert
from analyzers.tensors.operations.elementwise import unary
from analyzers.tensors.operations.memory_order import contiguous, is_in_order, require_viewable
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown


def tensor_property(*names: str) -> Callable[[Callable[[Tensor], Any]], Callable[[Tensor], Any]]:
    """``Tensor.name`` without parentheses."""

    def register(definition: Callable[[Tensor], Any]) -> Callable[[Tensor], Any]:
        for name in names:
            PROPERTIES[name] = definition
        return definition

    return register


# --- values --------------------------------------------------------------------------------------


@tensor_method("item")
def item(self: Tensor) -> Any:
    """The Python number of a one-element tensor; Unknown unless its content is kept."""
    count = product(self.shape)
    if isinstance(count, int) and count != 1:
        raise OperationError(
            "invalid-argument", f"{{subject}} needs one element, gets {count}", result=Unknown(TENSOR_VALUE)
        )
    return Unknown(TENSOR_VALUE) if self.content is None else self.content[0]


@tensor_method("tolist")
def tolist(self: Tensor) -> Any:
    """Nested lists of Python numbers; of Unknowns where only the lengths are known (up to 4096)."""
    if content.element_count(self.shape) is None:
        return Unknown(TENSOR_VALUE)
    numbers = self.content
    if numbers is None:
        numbers = tuple(Unknown(TENSOR_VALUE) for _ in range(content.element_count(self.shape) or 0))
    return _nested(numbers, self.shape)


def _nested(numbers: Any, shape: Any) -> Any:
    if not shape:
        return numbers[0]
    width = len(numbers) // shape[0] if shape[0] else 0
    return [_nested(numbers[row * width : (row + 1) * width], shape[1:]) for row in range(shape[0])]


@tensor_method("__int__", "__index__")
def as_int(self: Tensor) -> Any:
    value = item(self)
    return value if isinstance(value, Unknown) else int(value)


@tensor_method("__float__")
def as_float(self: Tensor) -> Any:
    value = item(self)
    return value if isinstance(value, Unknown) else float(value)


@tensor_method("__bool__")
def as_bool(self: Tensor) -> Any:
    value = item(self)
    return value if isinstance(value, Unknown) else bool(value)


# --- what a tensor is ----------------------------------------------------------------------------


@tensor_property("shape")
def shape(self: Tensor) -> Size:
    """The shape; while a graph of symbolic tensors is built, what is open in it is None."""
    return Size(self.shape if self.history is None else [d if isinstance(d, int) else None for d in self.shape])


@tensor_method("size")
def size(self: Tensor, dim: Any = None) -> Any:
    if dim is None:
        return Size(self.shape)
    if not self.rank:
        raise OperationError(
            "dimension-out-of-range", "{subject} gets a dim, its input is a scalar", exception="IndexError"
        )
    return self.shape[axis(dim, self.rank)]


@tensor_method("dim", "ndimension")
def rank(self: Tensor) -> int:
    return self.rank


@tensor_property("ndim")
def ndim(self: Tensor) -> int:
    return self.rank


@tensor_method("nelement")
def nelement(self: Tensor) -> Dim:
    return self.numel()


@tensor_method("element_size")
def element_size(self: Tensor) -> int:
    return ITEM_SIZES[self.dtype]


@tensor_property("itemsize")
def itemsize(self: Tensor) -> int:
    return ITEM_SIZES[self.dtype]


@tensor_property("nbytes")
def nbytes(self: Tensor) -> Dim:
    return self.numel() * ITEM_SIZES[self.dtype]


@tensor_property("dtype")
def dtype_of(self: Tensor) -> Any:
    return DTYPES[self.dtype]


@tensor_property("device")
def device(self: Tensor) -> Any:
    return CPU


@tensor_property("layout")
def layout(self: Tensor) -> str:
    return "torch.strided"


@tensor_property("requires_grad")
def requires_grad(self: Tensor) -> bool:
    return self.trainable


@tensor_property("grad", "grad_fn", "names")
def nothing(self: Tensor) -> None:
    return None


@tensor_property("is_cuda", "is_sparse", "is_quantized", "is_mkldnn", "is_meta", "is_mps", "is_nested", "is_xpu")
def is_false(self: Tensor) -> bool:
    return False


@tensor_property("is_cpu", "is_leaf")
def is_true(self: Tensor) -> bool:
    return True


@tensor_method("is_contiguous", "is_shared", "is_pinned", "is_conj", "is_neg", "is_inference")
def is_method(self: Tensor, memory_format: Any = None, device: Any = None) -> Any:
    return Unknown("the memory layout of a tensor")


@tensor_method("is_signed")
def is_signed(self: Tensor) -> bool:
    return DTYPES[self.dtype].is_signed


@tensor_method("get_device")
def get_device(self: Tensor) -> int:
    return -1


@tensor_method("stride")
def stride(self: Tensor, dim: Any = None) -> Any:
    """As if contiguous."""
    strides: list[Dim] = []
    for index in range(self.rank):
        strides.append(product(self.shape[index + 1 :]))
    return tuple(strides) if dim is None else strides[axis(dim, self.rank)]


@tensor_method("storage_offset")
def storage_offset(self: Tensor) -> int:
    return 0


# --- the same tensor -----------------------------------------------------------------------------


@tensor_method(
    "cpu", "cuda", "xpu", "ipu", "pin_memory", "share_memory_",
    "to_dense", "coalesce", "dequantize",
    "detach_", "as_subclass", "rename", "rename_", "refine_names", "align_to", "to_sparse", "to_mkldnn",
)  # fmt: skip
def itself(self: Tensor, *_: Any, **__: Any) -> Tensor:
    return self


@tensor_method("contiguous")
def made_contiguous(self: Tensor, memory_format: Any = None) -> Tensor:
    if self.order is None:
        return self
    if memory_format not in (None, "torch.contiguous_format"):
        return self.with_(content=self.content)
    return self if is_in_order(self) else contiguous(self.copy())


@tensor_property("data")
def data(self: Tensor) -> Tensor:
    return self.with_(content=self.content)


@tensor_method("requires_grad_")
def requires_grad_(self: Tensor, requires_grad: Any = True) -> Tensor:
    if isinstance(requires_grad, bool):
        self.trainable = requires_grad
    return self


@tensor_method("backward", "retain_grad", "register_hook", "register_post_accumulate_grad_hook", "record_stream")
def no_result(self: Tensor, *_: Any, **__: Any) -> None:
    return None


def converted(x: Tensor, dtype: str) -> Tensor:
    """The tensor in another dtype; itself when it has it already."""
    if dtype == x.dtype:
        return x
    numbers = None
    if x.content is not None:
        numbers = tuple([convert(number, dtype) for number in x.content])
    return unary(x, dtype).with_(content=numbers, trait=unary(x).trait)


@tensor_method("to")
def to(self: Tensor, *arguments: Any, dtype: Any = None, other: Any = None, **_: Any) -> Tensor:
    """A dtype, or another tensor whose dtype is taken; devices change nothing."""
    for argument in (*arguments, dtype, other):
        if isinstance(argument, Tensor):
            return converted(self, argument.dtype)
        if names_dtype(argument):
            return converted(self, dtype_name(argument, self.dtype))
    return self


@tensor_method("numpy", "__array__")
def numpy(self: Tensor, *_: Any, force: Any = False) -> Tensor:
    """The array of numpy with the same elements."""
    from analyzers.frameworks.numpy.arguments import foreign

    return foreign(self)


@tensor_method("type")
def type_(self: Tensor, dtype: Any = None, non_blocking: Any = False) -> Any:
    if dtype is None:
        names = {name: spelling for spelling, name in TENSOR_TYPES.items()}
        return f"torch.{names.get(self.dtype, 'Tensor')}"
    return converted(self, dtype_name(dtype, _constructor_dtype(dtype, self.dtype)))


def _constructor_dtype(value: Any, default: str) -> str:
    """``x.type(torch.FloatTensor)``."""
    return TENSOR_TYPES.get(getattr(value, "__name__", ""), default)


@tensor_method("type_as")
def type_as(self: Tensor, other: Any) -> Tensor:
    return converted(self, other.dtype) if isinstance(other, Tensor) else self


def _register_conversion(name: str, dtype: str) -> None:
    def convert_to(self: Tensor, memory_format: Any = None) -> Tensor:
        return converted(self, dtype)

    tensor_method(name)(convert_to)


for _name, _dtype in {
    "float": "float32", "double": "float64", "half": "float16", "bfloat16": "bfloat16", "int": "int32",
    "long": "int64", "short": "int16", "char": "int8", "byte": "uint8", "bool": "bool", "cfloat": "complex64",
    "cdouble": "complex128",
}.items():  # fmt: skip
    _register_conversion(_name, _dtype)


# --- shapes --------------------------------------------------------------------------------------


@tensor_method("view")
def view(self: Tensor, *shape: Any, size: Any = None, dtype: Any = None) -> Tensor:
    """Another shape, or (given a dtype) the bytes read as that dtype."""
    given = dtype if dtype is not None else (shape[0] if len(shape) == 1 else None)
    if names_dtype(given):
        return _reinterpreted(self, dtype_name(given, self.dtype))
    result = reshape.view(self, sizes((size,) if size is not None else shape))
    require_viewable(self, result)
    return result


def _reinterpreted(x: Tensor, dtype: str) -> Tensor:
    own, new = ITEM_SIZES[x.dtype], ITEM_SIZES[dtype]
    if own == new:
        return x.with_(dtype=dtype)
    if not x.rank:
        raise OperationError("reshape-mismatch", "{subject} cannot read a scalar as another element size")
    last = x.shape[-1] * own // new
    return x.with_(shape=(*x.shape[:-1], last), dtype=dtype, field=x.field.mix((x.rank - 1,)))


@tensor_method("view_as", "reshape_as")
def view_as(self: Tensor, other: Tensor) -> Tensor:
    return reshape.view(self, tensor(other).shape)


@tensor_method("expand")
def expand(self: Tensor, *lengths: Any, size: Any = None, implicit: Any = False) -> Tensor:
    return reshape.expand(self, sizes((size,) if size is not None else lengths))


@tensor_method("expand_as")
def expand_as(self: Tensor, other: Any) -> Tensor:
    return reshape.expand(self, tensor(other).shape)


@tensor_method("repeat")
def repeat(self: Tensor, *counts: Any, repeats: Any = None) -> Tensor:
    return reshape.repeat(self, sizes((repeats,) if repeats is not None else counts))


@tensor_method("unfold")
def unfold(self: Tensor, dimension: Any, size: Any, step: Any) -> Tensor:
    return concat_split.unfold(self, dimension, size, step)


@tensor_method("sum_to_size")
def sum_to_size(self: Tensor, *lengths: Any) -> Tensor:
    target = sizes(lengths)
    extra = self.rank - len(target)
    if extra < 0:
        raise OperationError("broadcast-mismatch", "{subject} gets more sizes than dimensions")
    over = [*range(extra), *[i + extra for i, dim in enumerate(target) if dim == 1]]
    summed = reduction.reduce(self, tuple(over), True) if over else self.with_()
    return reshape.view(summed, target)


@tensor_property("T", "H")
def transposed(self: Tensor) -> Tensor:
    return reshape.permute(self, tuple(range(self.rank))[::-1])


@tensor_property("real", "imag")
def real(self: Tensor) -> Tensor:
    return arithmetic.real(self)


@tensor_property("mT", "mH")
def matrix_transposed(self: Tensor) -> Tensor:
    return reshape.transpose_matrix(self)


def _register_reshaping(name: str, definition: Callable[..., Tensor]) -> None:
    """``unsqueeze_`` and its like: the tensor itself gets the new shape."""

    def native(self: Tensor, *arguments: Any, **named: Any) -> Tensor:
        result = definition(self, *arguments, **named)
        self.shape, self.field, self.content = result.shape, result.field, result.content
        return self

    METHODS[name] = torch_call(native, name)


for _name, _definition in {
    "squeeze_": reshaping.squeeze, "unsqueeze_": reshaping.unsqueeze, "transpose_": reshaping.transpose,
    "swapaxes_": reshaping.transpose, "swapdims_": reshaping.transpose, "t_": reshaping.t,
    "as_strided_": reshaping.as_strided,
}.items():  # fmt: skip
    _register_reshaping(_name, _definition)


@tensor_method("resize_", "resize")
def resize_(self: Tensor, *lengths: Any, memory_format: Any = None) -> Tensor:
    """New memory of any size: what was there counts no longer."""
    self.shape, self.content = sizes(lengths), None
    self.field = type(self.field).EMPTY
    return self


@tensor_method("resize_as_")
def resize_as_(self: Tensor, other: Any, memory_format: Any = None) -> Tensor:
    return resize_(self, tensor(other).shape)


@tensor_method("set_")
def set_(self: Tensor, source: Any = None, *_: Any) -> Tensor:
    if isinstance(source, Tensor):
        self.shape, self.field, self.content = source.shape, source.field, source.content
    return self


# --- written in place ----------------------------------------------------------------------------


@tensor_method(
    "normal_", "uniform_", "random_", "bernoulli_", "exponential_", "geometric_", "cauchy_", "log_normal_",
    "apply_", "map_", "map2_", "fill_diagonal_",
)  # fmt: skip
def randomised(self: Tensor, *_: Any, **__: Any) -> Tensor:
    self.content = None
    return self


@tensor_method("fill_")
def fill_(self: Tensor, value: Any) -> Tensor:
    number = value.content[0] if isinstance(value, Tensor) and value.content and not value.rank else value
    self.content = content.filled(number, self.shape, self.dtype)
    return self


@tensor_method("copy_")
def copy_(self: Tensor, src: Any, non_blocking: Any = False) -> Tensor:
    """Takes over values and field of a tensor that broadcasts to this shape."""
    self.content = None
    source = Tensor(()) if isinstance(src, (int, float)) else tensor(src)
    expanded = reshape.expand(source, self.shape)
    self.field = expanded.field
    if expanded.content is not None:
        self.content = tuple([convert(number, self.dtype) for number in expanded.content])
    return self


# --- activations ---------------------------------------------------------------------------------


@tensor_method("relu")
def relu(self: Tensor) -> Tensor:
    result = unary(self)
    if self.content is not None:
        result.content = tuple([max(number, convert(0, self.dtype)) for number in self.content])
    return result


@tensor_method("relu_")
def relu_(self: Tensor) -> Tensor:
    self.content = relu(self).content
    return self


@tensor_method("hardshrink", "prelu")
def activation(self: Tensor, *_: Any, **__: Any) -> Tensor:
    return unary(self)


@tensor_method("is_nonzero")
def is_nonzero(self: Tensor) -> Any:
    return as_bool(self)


@tensor_method("dim_order")
def dim_order(self: Tensor) -> tuple[int, ...]:
    return tuple(range(self.rank))


@tensor_method("chalf")
def chalf(self: Tensor) -> Tensor:
    return converted(self, "complex32")
