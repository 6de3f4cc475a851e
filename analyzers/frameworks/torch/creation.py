"""Functions that make tensors out of sizes and numbers: zeros, arange, linspace, tensor, rand …"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from analyzers.frameworks.torch.dtypes import TENSOR_TYPES, dtype_name
from analyzers.frameworks.torch.registration import shared, tensor_method, torch_function
from analyzers.interpreter.overlays import NAMES
from analyzers.interpreter.values import UnknownTail
from analyzers.tensors.dims import Dim, Expression, unknown_dim
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.operations import content
from analyzers.tensors.operations.arguments import (
    integer,
    require_one_element,
    require_rank,
    scalar,
    size,
    sizes,
    unpacked,
)
from analyzers.tensors.operations.concat_split import stack, tensor_list
from analyzers.tensors.operations.dtypes import (
    as_floating,
    category,
    complex_of,
    number_dtype,
    promote,
    round_float,
)
from analyzers.tensors.operations.elementwise import broadcast
from analyzers.tensors.operations.positions import meshgrid
from analyzers.tensors.operations.reshape import view
from analyzers.tensors.signals import constant, drawn
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

# --- one value everywhere ------------------------------------------------------------------------


def made(shape: Sequence[Dim], value: Any, dtype: str, requires_grad: Any = False) -> Tensor:
    """A constant tensor; ``value`` None for random or uninitialised memory."""
    if any(isinstance(dim, int) and dim < 0 for dim in shape):
        raise OperationError("invalid-argument", f"{{subject}} gets a negative size in {tuple(shape)}")
    numbers = None if value is None else content.filled(value, shape, dtype)
    signal = constant(float(value)) if isinstance(value, (int, float)) else None
    return Tensor(shape, dtype=dtype, content=numbers, trainable=requires_grad is True, signal=signal)


def _register_filled(name: str, value: Any) -> None:
    def create(
        *size: Any, dtype: Any = None, requires_grad: Any = False, layout: Any = None, device: Any = None,
        pin_memory: Any = None, memory_format: Any = None, generator: Any = None,
        names: Any = None, **named: Any,
    ) -> Tensor:  # fmt: skip
        lengths = sizes((named["size"],) if "size" in named else size)
        new = made(lengths, value, dtype_name(dtype, "float32"), requires_grad)
        new.signal = RANDOM.get(name, new.signal)
        return new

    def create_like(
        input: Tensor, dtype: Any = None, requires_grad: Any = False, layout: Any = None, device: Any = None,
        pin_memory: Any = None, memory_format: Any = None, generator: Any = None,
    ) -> Tensor:  # fmt: skip
        return made(input.shape, value, dtype_name(dtype, input.dtype), requires_grad)

    def create_new(
        self: Tensor, *size: Any, dtype: Any = None, requires_grad: Any = False, layout: Any = None,
        device: Any = None, pin_memory: Any = None, **named: Any,
    ) -> Tensor:  # fmt: skip
        lengths = sizes((named["size"],) if "size" in named else size)
        return made(lengths, value, dtype_name(dtype, self.dtype), requires_grad)

    create.__name__, create_like.__name__, create_new.__name__ = name, f"{name}_like", f"new_{name}"
    torch_function(name)(create)
    torch_function(f"{name}_like")(create_like)
    if name in ("zeros", "ones", "empty"):
        tensor_method(f"new_{name}")(create_new)


RANDOM = {"rand": drawn(1 / 12, 0.5), "randn": drawn(1.0)}
"""How strong random numbers are."""


for _name, _value in {"zeros": 0, "ones": 1, "empty": None, "rand": None, "randn": None}.items():
    _register_filled(_name, _value)


@torch_function("full")
def full(
    size: Any, fill_value: Any, dtype: Any = None, layout: Any = None, device: Any = None,
    requires_grad: Any = False, pin_memory: Any = None,
) -> Tensor:  # fmt: skip
    value = _fill_number(fill_value)
    default = "float32" if value is None else number_dtype(value)
    return made(sizes((size,)), value, dtype_name(dtype, default), requires_grad)


def _fill_number(value: Any) -> Any:
    """A plain number, or None when the value is not known."""
    if isinstance(value, Tensor):
        value = value.content[0] if value.content is not None and len(value.content) == 1 else None
    return value if isinstance(value, (int, float)) else None


@torch_function("full_like")
def full_like(
    input: Tensor, fill_value: Any, dtype: Any = None, layout: Any = None, device: Any = None,
    requires_grad: Any = False, memory_format: Any = None, pin_memory: Any = None,
) -> Tensor:  # fmt: skip
    return made(input.shape, _fill_number(fill_value), dtype_name(dtype, input.dtype), requires_grad)


@tensor_method("new_full")
def new_full(
    self: Tensor, size: Any, fill_value: Any, dtype: Any = None, layout: Any = None, device: Any = None,
    requires_grad: Any = False, pin_memory: Any = None,
) -> Tensor:  # fmt: skip
    return made(sizes((size,)), _fill_number(fill_value), dtype_name(dtype, self.dtype), requires_grad)


@torch_function("scalar_tensor")
def scalar_tensor(
    s: Any, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: Any = False,
    pin_memory: Any = None,
) -> Tensor:  # fmt: skip
    return made((), _fill_number(s), dtype_name(dtype, "float32"), requires_grad)


@torch_function("empty_strided")
def empty_strided(size: Any, stride: Any, dtype: Any = None, **_: Any) -> Tensor:
    return made(sizes((size,)), None, dtype_name(dtype, "float32"))


# --- random --------------------------------------------------------------------------------------


@torch_function("randint")
def randint(*arguments: Any, dtype: Any = None, requires_grad: Any = False, **named: Any) -> Tensor:
    """``randint(low=0, high, size)``."""
    lengths = named["size"] if "size" in named else arguments[-1]
    return made(sizes((lengths,)), None, dtype_name(dtype, "int64"), requires_grad)


@torch_function("randint_like")
def randint_like(input: Tensor, *bounds: Any, dtype: Any = None, **_: Any) -> Tensor:
    return made(input.shape, None, dtype_name(dtype, input.dtype))


@torch_function("randperm")
def randperm(n: Any, dtype: Any = None, **_: Any) -> Tensor:
    return made((size(n),), None, dtype_name(dtype, "int64"))


@torch_function("normal")
def normal(mean: Any, std: Any = 1.0, size: Any = None, dtype: Any = None, **_: Any) -> Tensor:
    """Of the broadcast shape of mean and std, or of ``size`` when both are numbers."""
    if size is not None:
        return made(sizes((size,)), None, dtype_name(dtype, "float32"))
    return broadcast(mean, std, dtype="float32")


@shared("bernoulli", "poisson")
def random_like(input: Tensor, p: Any = None, generator: Any = None) -> Tensor:
    return input.with_()


@shared("multinomial")
def multinomial(input: Tensor, num_samples: Any, replacement: Any = False, generator: Any = None) -> Tensor:
    require_rank(input, 1, 2)
    field = input.field.mix((input.rank - 1,))
    return Tensor((*input.shape[:-1], size(num_samples)), field, "int64")


# --- ranges --------------------------------------------------------------------------------------


def number(value: Any) -> Any:
    """A Python number or a symbolic dim; raises UnknownUsed for what is not known."""
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    if isinstance(value, Tensor):
        require_one_element(value, "a number")
        return scalar(value)
    if isinstance(value, (int, float, Expression)):
        return value
    raise PythonError("TypeError", f"a number is required, not {type(value).__name__}")


@torch_function("arange")
def arange(
    start: Any = 0, end: Any = None, step: Any = 1, dtype: Any = None, layout: Any = None, device: Any = None,
    requires_grad: Any = False, pin_memory: Any = None,
) -> Tensor:  # fmt: skip
    """``arange(end)``, ``arange(start, end, step)``: ⌈(end − start)/step⌉ numbers."""
    if end is None:
        start, end = 0, start
    try:
        first, last, by = number(start), number(end), number(step)
    except UnknownUsed as used:
        return Tensor((unknown_dim(used.unknown.reason),), dtype=dtype_name(dtype, "int64"))
    floating = any(isinstance(value, float) for value in (first, last, by))
    name = dtype_name(dtype, "float32" if floating else "int64")
    return _range(first, last, by, name)


def _range(first: Any, last: Any, by: Any, dtype: str) -> Tensor:
    if any(isinstance(value, Expression) for value in (first, last, by)):
        return Tensor((_symbolic_count(first, last, by),), dtype=dtype)
    if by == 0 or (last - first) * by < 0:
        raise OperationError("invalid-argument", f"{{subject}} cannot go from {first} to {last} by {by}")
    if all(isinstance(value, int) for value in (first, last, by)):
        count = -((first - last) // by)
    else:
        count = math.ceil((last - first) / by)
    return _progression(first, by, count, dtype)


def _progression(first: Any, by: Any, count: int, dtype: str) -> Tensor:
    if count > content.LIMIT:
        return Tensor((count,), dtype=dtype)
    exact = [first + by * index for index in range(count)]
    numbers = [content.convert(value, dtype) for value in exact]
    if category(dtype) == 2 and (numbers != exact or content.convert(by, dtype) != by):
        return Tensor((count,), dtype=dtype)  # how torch rounds depends on its vector unit
    return Tensor((count,), dtype=dtype, content=tuple(numbers))


def _symbolic_count(first: Any, last: Any, by: Any) -> Dim:
    if any(isinstance(value, float) for value in (first, last, by)):
        return unknown_dim("a range with a step that is not whole")
    span = last - first
    return span if by == 1 else -((-span) // by)


@torch_function("range")
def inclusive_range(start: Any = 0, end: Any = None, step: Any = 1, dtype: Any = None, **_: Any) -> Tensor:
    """The deprecated torch.range, whose end is included."""
    if end is None:
        start, end = 0, start
    first, last, by = number(start), number(end), number(step)
    return _progression(first, by, int((last - first) / by) + 1, dtype_name(dtype, "float32"))


@torch_function("linspace")
def linspace(
    start: Any, end: Any, steps: Any, dtype: Any = None, layout: Any = None, device: Any = None,
    requires_grad: Any = False, pin_memory: Any = None,
) -> Tensor:  # fmt: skip
    count, name = size(steps), dtype_name(dtype, "float32")
    bounds = [_fill_number(start), _fill_number(end)]
    if not isinstance(count, int) or count > content.LIMIT or None in bounds:
        return made((count,), None, name)
    if count < 0:
        raise OperationError("invalid-argument", f"{{subject}} gets {count} steps")
    return Tensor((count,), dtype=name, content=tuple(_linear_steps(bounds[0], bounds[1], count, name)))


def _linear_steps(start: Any, end: Any, count: int, dtype: str) -> list[Any]:
    """From both ends towards the middle with fused multiply-adds in the dtype, as torch's kernel does."""
    work = dtype if category(dtype) == 2 else "float64"
    first, last = content.convert(start, work), content.convert(end, work)
    if count == 1:
        return [content.convert(first, dtype)]
    step = round_float(round_float(last - first, work) / (count - 1), work) if count else 0.0
    numbers = []
    for index in range(count):
        value = _fused(first, step, index) if index < count // 2 else _fused(last, step, index + 1 - count)
        numbers.append(content.convert(round_float(value, work), dtype))
    return numbers


def _fused(offset: float, step: float, index: int) -> float:
    """``offset + step·index`` with one rounding."""
    return float(Fraction(offset) + Fraction(step) * index)


@torch_function("logspace")
def logspace(start: Any, end: Any, steps: Any, base: Any = 10.0, dtype: Any = None, **_: Any) -> Tensor:
    return made((size(steps),), None, dtype_name(dtype, "float32"))


@torch_function("eye")
def eye(
    n: Any, m: Any = None, dtype: Any = None, layout: Any = None, device: Any = None,
    requires_grad: Any = False,
    pin_memory: Any = None,
) -> Tensor:  # fmt: skip
    rows = size(n)
    columns = rows if m is None else size(m)
    name = dtype_name(dtype, "float32")
    result = made((rows, columns), None, name)
    if content.element_count(result.shape) is not None:
        cells = [(row, column) for row in range(integer(rows)) for column in range(integer(columns))]
        result.content = tuple([content.convert(row == column, name) for row, column in cells])
    return result


MANY_ROWS = 100_000


def _triangle_count(row: Any, col: Any, offset: int, *, lower: bool) -> Dim:
    rows, columns = size(row), size(col)
    if not isinstance(rows, int) or not isinstance(columns, int) or rows > MANY_ROWS:
        return unknown_dim("size of a triangle")
    below = sum(min(max(index + offset + (1 if lower else 0), 0), columns) for index in range(rows))
    return below if lower else rows * columns - below


@torch_function("tril_indices")
def tril_indices(row: Any, col: Any, offset: Any = 0, dtype: Any = None, **_: Any) -> Tensor:
    return made((2, _triangle_count(row, col, integer(offset), lower=True)), None, dtype_name(dtype, "int64"))


@torch_function("triu_indices")
def triu_indices(row: Any, col: Any, offset: Any = 0, dtype: Any = None, **_: Any) -> Tensor:
    return made((2, _triangle_count(row, col, integer(offset), lower=False)), None, dtype_name(dtype, "int64"))


@torch_function("hann_window", "hamming_window", "blackman_window", "bartlett_window", "kaiser_window")
def window(window_length: Any, periodic: Any = True, *shape: Any, dtype: Any = None, **_: Any) -> Tensor:
    return made((size(window_length),), None, dtype_name(dtype, "float32"))


@torch_function("fft.fftfreq")
def fftfreq(n: Any, d: Any = 1.0, dtype: Any = None, **_: Any) -> Tensor:
    return made((size(n),), None, dtype_name(dtype, "float32"))


@torch_function("fft.rfftfreq")
def rfftfreq(n: Any, d: Any = 1.0, dtype: Any = None, **_: Any) -> Tensor:
    return made((size(n) // 2 + 1,), None, dtype_name(dtype, "float32"))


# --- from Python values --------------------------------------------------------------------------


@torch_function("tensor", "as_tensor", "asarray")
def tensor(
    data: Any, dtype: Any = None, device: Any = None, requires_grad: Any = False, pin_memory: Any = None,
    copy: Any = None,
) -> Tensor:  # fmt: skip
    """A (nested) sequence of numbers; raises invalid-argument (ValueError) when it is ragged."""
    result = _from_data(data, dtype)
    result.trainable = requires_grad is True
    return result


@tensor_method("new_tensor")
def new_tensor(
    self: Tensor, data: Any, dtype: Any = None, device: Any = None, requires_grad: Any = False,
    layout: Any = None, pin_memory: Any = None,
) -> Tensor:  # fmt: skip
    return _from_data(data, dtype_name(dtype, self.dtype))


def _from_data(data: Any, dtype: Any) -> Tensor:
    if isinstance(data, Unknown):
        raise UnknownUsed(data)
    if isinstance(data, Tensor):
        data = data.plain()
        name = dtype_name(dtype, data.dtype)
        numbers = None if data.content is None else tuple([content.convert(n, name) for n in data.content])
        return data.with_(dtype=name, content=numbers)
    shape, leaves = _nested(data)
    name = dtype_name(dtype, _leaves_dtype(leaves))
    numbers = [_fill_number(leaf) for leaf in leaves]
    known = None not in numbers and len(numbers) <= content.LIMIT
    return Tensor(shape, dtype=name, content=tuple([content.convert(n, name) for n in numbers]) if known else None)


def _nested(data: Any) -> tuple[tuple[int, ...], list[Any]]:
    """Shape and leaves of nested sequences."""
    if isinstance(data, Tensor) and data.rank:
        return _tensor_leaves(data)
    if not isinstance(data, (list, tuple, range)):
        if isinstance(data, (int, float, complex, Expression, Unknown, Tensor)):
            return (), [data]
        raise PythonError("TypeError", f"a tensor cannot be made of {type(data).__name__}")
    if not len(data):
        return (0,), []
    rows = [None if isinstance(item, Unknown) else _nested(item) for item in data]
    shape = _common_shape(data, [row[0] for row in rows if row is not None])
    unknown: list[Any] = [Unknown("an element that is not known")] * math.prod(shape)
    return (len(data), *shape), [leaf for row in rows for leaf in (unknown if row is None else row[1])]


def _common_shape(data: Sequence[Any], shapes: list[tuple[int, ...]]) -> tuple[int, ...]:
    """The shape of the known elements, which is that of the others too; without one nothing is known."""
    rest = next((item for item in data if isinstance(item, UnknownTail)), None)
    if rest is not None or not shapes:
        raise UnknownUsed(rest.plain() if rest is not None else data[0])
    if any(shape != shapes[0] for shape in shapes):
        raise OperationError(
            "invalid-argument", "{subject} gets sequences of different lengths", exception="ValueError"
        )
    return shapes[0]


def _tensor_leaves(data: Tensor) -> tuple[tuple[int, ...], list[Any]]:
    shape = tuple(integer(dim) for dim in data.shape)
    numbers = data.content if data.content is not None else (Tensor((), dtype=data.dtype),) * math.prod(shape)
    return shape, list(numbers)


def _leaves_dtype(leaves: Sequence[Any]) -> str:
    found: str | None = None
    for leaf in leaves:
        if isinstance(leaf, Unknown):
            continue
        own = getattr(leaf, "dtype", None)  # of tensors and of numpy's scalars
        if own is None:
            own = "int64" if isinstance(leaf, Expression) else number_dtype(leaf)
        found = own if found is None else promote(found, own)
    return found or "float32"


@torch_function("from_numpy", "frombuffer", "from_dlpack")
def from_numpy(ndarray: Any, **_: Any) -> Tensor:
    """Only what is known to be numbers; an array of unknown shape stays unknown."""
    return _from_data(ndarray, None)


def _typed_constructor(name: str, dtype: str) -> Callable[..., Tensor]:
    """torch.FloatTensor and its like: a shape, or data."""

    def create(*arguments: Any) -> Tensor:
        if len(arguments) == 1 and isinstance(arguments[0], (list, tuple)) and type(arguments[0]).__name__ != "Size":
            return _from_data(arguments[0], dtype)
        if len(arguments) == 1 and isinstance(arguments[0], Tensor) and arguments[0].rank:
            return _from_data(arguments[0], dtype)  # an array, or a tensor of the same type
        return made(sizes(arguments), None, dtype)

    create.__name__ = name
    return create


@tensor_method("new")
def new(self: Tensor, *arguments: Any, **_: Any) -> Tensor:
    """A tensor of the same type from a shape or data; of nothing without either."""
    return _typed_constructor("new", self.dtype)(*(arguments or (0,)))


for _name, _dtype in TENSOR_TYPES.items():
    NAMES[f"torch.{_name}"] = NAMES[f"torch.cuda.{_name}"] = _typed_constructor(_name, _dtype)


# --- complex -------------------------------------------------------------------------------------


@torch_function("complex", "polar")
def make_complex(real: Tensor, imag: Tensor) -> Tensor:
    return broadcast(real, imag, dtype=complex_of(as_floating(real.dtype)))


@torch_function("view_as_complex")
def view_as_complex(input: Tensor) -> Tensor:
    """(…, 2) reals to (…) complex numbers."""
    if not input.rank or (isinstance(input.shape[-1], int) and input.shape[-1] != 2):
        raise OperationError("reshape-mismatch", "{subject} expects a last dimension of 2")
    last = (input.rank - 1,)
    field = input.field.mix(last).remove(last)
    return Tensor(input.shape[:-1], field, complex_of(as_floating(input.dtype)))


@torch_function("view_as_real")
def view_as_real(input: Tensor) -> Tensor:
    field = input.field.insert(input.rank)
    return Tensor((*input.shape, 2), field, "float64" if input.dtype == "complex128" else "float32")


# --- products of vectors -------------------------------------------------------------------------


@torch_function("cartesian_prod")
def cartesian_prod(*tensors: Any) -> Tensor:
    """All combinations of the elements of vectors: (product of lengths, number of vectors)."""
    listed = tensor_list(unpacked(tensors))
    if len(listed) == 1:
        return listed[0].with_(content=listed[0].content)
    return stack([view(grid, (-1,)) for grid in meshgrid(listed)], 1)


@torch_function("combinations")
def combinations(input: Tensor, r: Any = 2, with_replacement: Any = False) -> Tensor:
    require_rank(input, 1)
    count, width = input.shape[0], integer(r)
    if not isinstance(count, int) or count > content.LIMIT or width > content.LIMIT:
        rows: Dim = unknown_dim("number of combinations")
    else:
        rows = math.comb(count + width - 1, width) if with_replacement else math.comb(count, width)
    field = input.field.forget((0,), "combinations of elements").insert(1)
    return input.with_(shape=(rows, width), field=field)
