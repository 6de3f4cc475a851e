"""What every call of a module reads, measured: a column of an input becomes NaN, and what turns NaN depends on it.

Runs in the judge's process. The input is the program's own, so that what depends on its size (adaptive pools, resizes,
flips) is seen as it is. Three kinds of runs: *plain* ones, a column each; *local* ones, in which what is told to all
positions at once (attention, pools over everything, statistics) is kept back; and one in which what reads over an end of
a map is NaN, for a field is drawn as if maps went on there, and such units are not compared.
"""

from __future__ import annotations

import base64
import math
import random
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import _disable_current_modes

from analyzers.tracing.worker.influence import Spread
from tests.differential.ends import beyond_ends

MIXING = frozenset(
    "mm bmm addmm baddbmm addbmm mv dot mean sum nansum prod var std var_mean std_mean _softmax _log_softmax amax amin "
    "max min logsumexp norm linalg_vector_norm sort topk _fft_r2c _fft_c2c _fft_c2r "
    "_adaptive_avg_pool2d _adaptive_avg_pool3d adaptive_max_pool2d adaptive_max_pool3d aminmax".split()
)
"""Operations after which every position may know of all others."""
SUMS = frozenset(
    "mean sum nansum prod var std var_mean std_mean amax amin max min logsumexp linalg_vector_norm".split()
)
PRODUCTS = frozenset(("mm", "bmm", "addmm", "baddbmm"))
NORMS = frozenset(
    "native_group_norm native_layer_norm native_batch_norm _native_batch_norm_legit _batch_norm_with_update "
    "_fused_rms_norm".split()
)
UNPOOLS = {"max_unpool1d": F.conv_transpose1d, "max_unpool2d": F.conv_transpose2d, "max_unpool3d": F.conv_transpose3d}
"""Where a value goes depends on all values of its window: what it may reach is what a transposed convolution reaches."""
BLENDING = ("upsample_linear", "upsample_bi", "upsample_tri", "_upsample_bi")
"""Resizes, whose weights may be nought, and nought times NaN is NaN."""
FEW = 8
"""Sizes up to which every column of a dim is set."""
NOTHING = "nothing"


def measured(model: nn.Module, inputs: list[Tensor], which: int, dim: int, seed: int) -> dict[str, Any]:
    """Of every call of every module, which of its elements read which columns of a dim of one input."""
    with _exactly():
        return _Measuring(model, inputs, which, dim).answer(random.Random(seed))


@contextmanager
def _exactly() -> Iterator[None]:
    """Without kernels that smear NaN, or that hide what they do."""
    torch.backends.mha.set_fastpath_enabled(False)
    with ExitStack() as stack:
        stack.enter_context(torch.backends.nnpack.flags(enabled=False))
        stack.enter_context(torch.backends.mkldnn.flags(enabled=False))
        stack.enter_context(sdpa_kernel(SDPBackend.MATH))
        stack.enter_context(torch.no_grad())
        yield
    torch.backends.mha.set_fastpath_enabled(True)


def columns_of(size: int, rng: random.Random) -> list[int]:
    """All of a small dim; of a larger one some neighbours in the middle, and some far apart."""
    if size <= FEW:
        return list(range(size))
    middle = size // 2 + rng.randint(-2, 2)
    return sorted({*range(middle - 2, middle + 3), size // 5, rng.randrange(size // 2, size)})


def is_central(column: int, size: int) -> bool:
    """Away from the ends, which crops and shifts take from some channels and leave to others."""
    return size < FEW or size <= 4 * column <= 3 * size


class Trail:
    """What the runs along one dim saw of each operation, in order: its result, and along which dims of it.

    ``central`` are the columns that no crop takes away.
    """

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.results: dict[int, list[tuple[Any, Any]]] = {}
        self.sides: dict[Any, list[Any]] = {}
        self.plain_sides: dict[Any, list[Any]] = {}
        """What the plain runs saw, when the sides are those of the local ones."""
        self.summed: dict[int, list[set[int]]] = {}
        """The dims over which each tensor given is summed; what is found along others as well is local."""
        self.told: set[int] = set()
        """The operations that tell everything at once, as far as is known."""

    def is_told_more(self) -> bool:
        """Whether the last runs show further operations that tell everything at once."""
        more = {at for at in self.results if at not in self.told and self.is_global(at)}
        self.told |= more
        return bool(more)

    def run_anew(self) -> None:
        """What the last runs saw is forgotten, but for the sides that the first ones did."""
        self.plain_sides = self.plain_sides or self.sides
        self.sides, self.results = {}, {}

    def note(self, at: int, is_central: bool, given: Any, result: Any) -> None:
        """The marks of what a mixing operation was given and gave."""
        self.results.setdefault(at, []).append((is_central, given, result))

    def follow(self, at: int, name: str) -> None:
        if self.names.setdefault(at, name) != name:
            raise ValueError(f"the program does not do the same each time: {name}, {self.names[at]}")

    def is_global(self, at: int) -> bool:
        """Whether all columns reached the same of the operation's result, and not of what it was given."""
        seen = [note for note in self.results.get(at, []) if set(note[1]) != {NOTHING}]
        seen = [note for note in seen if note[0]] or seen
        given, results = {one for _, one, _ in seen}, {other for _, _, other in seen}
        if len(given) < 2 or len(results) > 1 or results == {NOTHING}:
            return False
        if at not in self.summed:
            return True
        varied = [(self.varied((at, f"given {place}")), dims) for place, dims in enumerate(self.summed[at])]
        return any(any(sides) for sides, _ in varied) and all(
            dim in dims for sides, dims in varied for dim, differs in enumerate(sides) if differs
        )

    def note_sides(self, key: Any, tensor: Tensor) -> None:
        self.sides.setdefault(key, []).append(sides_of(tensor))

    def carried(self, key: Any) -> list[bool]:
        """The dims of a tensor along which the columns were seen in different places; where all reached the same of it,
        every dim may be."""
        varied = self.varied(key)
        seen = self.plain_sides.get(key, self.sides[key])
        return varied if any(varied) else [any(1 in row[dim] for row in seen) for dim in range(len(varied))]

    def varied(self, key: Any) -> list[bool]:
        """Of the columns that reach anything of it."""
        rank = len(self.sides[key][0])
        seen = [row for row in self.sides[key] if any(1 in side for side in row)]
        return [len({row[dim] for row in seen}) > 1 for dim in range(rank)]


def sides_of(tensor: Tensor) -> list[bytes]:
    """For each dim, which of its positions are NaN somewhere."""
    wrong = torch.isnan(tensor)
    every = range(tensor.dim())
    return [_bytes(wrong.any(other) if (other := [d for d in every if d != dim]) else wrong) for dim in every]


def _bytes(tensor: Tensor) -> bytes:
    return tensor.contiguous().numpy().tobytes()


def _floats(values: Any) -> list[Tensor]:
    found = values if isinstance(values, list | tuple) else [values]
    return [value for value in found if isinstance(value, Tensor) and value.is_floating_point()]


class Watching(Spread):
    """Every operation counted; resizes told by the weights they give."""

    def __init__(self, trail: Trail) -> None:
        super().__init__()
        self.trail = trail
        self.at = -1
        self.is_lost = False
        """Whether something was made of NaN that cannot be NaN: whole numbers, truth values."""

    def __torch_dispatch__(self, func: Any, types: Any, args: tuple = (), kwargs: dict[str, Any] | None = None) -> Any:
        self.at += 1
        name = func.overloadpacket.__name__
        self.trail.follow(self.at, name)
        if name.startswith(BLENDING):
            result = _blended(func, args, kwargs or {})
        else:
            result = super().__torch_dispatch__(func, types, args, kwargs)
        self.is_lost = self.is_lost or loses(args, result)
        return self.seen(name, args, result)

    def seen(self, name: str, args: tuple, result: Any) -> Any:
        return result


def loses(args: tuple, result: Any) -> bool:
    """Whether an operation makes numbers of NaN that show nothing of it."""
    if not isinstance(result, Tensor) or result.is_floating_point() or result.is_complex():
        return False
    return any(bool(torch.isnan(tensor).any()) for tensor in _floats(args))


def _blended(func: Any, args: tuple, kwargs: dict[str, Any]) -> Tensor:
    wrong = torch.isnan(args[0])
    weights = wrong.double() * (1 + torch.rand(args[0].shape, dtype=torch.float64))
    told = func(weights, *args[1:], **kwargs).abs() > 1e-6
    return torch.zeros(told.shape).masked_fill_(told, float("nan"))


class Column(Watching):
    """A column is NaN. ``local``: what everything is told at once is kept back."""

    def __init__(self, trail: Trail, central: bool, local: bool) -> None:
        super().__init__(trail)
        self.central = central
        self.local = local

    def seen(self, name: str, args: tuple, result: Any) -> Any:
        found = _floats(result)[:1]
        if not found:
            return result
        if name in MIXING | NORMS:
            if self.local and self.at in self.trail.told:
                return kept_back(name, args, result)
            self._note_mixing(name, args, found[0])
        if name in ENDS:
            given = args[0] if isinstance(args[0], list | tuple) else [args[0]]
            for place, tensor in enumerate([found[0], *given]):
                self.trail.note_sides((self.at, place), tensor)
        return result

    def _note_mixing(self, name: str, args: tuple, result: Tensor) -> None:
        given = [tensor for arg in args for tensor in _floats(arg)]
        self.trail.note(self.at, self.central, tuple(map(_mark, given)), _mark(result))
        summed = summed_dims(name, args, result)
        if summed is not None:
            self.trail.summed[self.at] = summed
            for place, tensor in enumerate(given[-len(summed) :]):
                self.trail.note_sides((self.at, f"given {place}"), tensor)


def kept_back(name: str, args: tuple, result: Any) -> Any:
    """The result of an operation without what it tells to everything: of a norm, what it was given."""
    for tensor in _floats(result)[: 1 if name in NORMS else None]:
        if name in NORMS:
            tensor.copy_(args[0])
        else:
            tensor.nan_to_num_(nan=0.0)
    return result


def summed_dims(name: str, args: tuple, result: Tensor) -> list[set[int]] | None:
    """The dims over which each of the last tensors given is summed; None: it is not that simple."""
    if name in PRODUCTS:
        return [{args[-1].dim() - 1}, {args[-1].dim() - 2}]
    rank = args[0].dim()
    if "pool" in name:
        return [{dim for dim, (n, m) in enumerate(zip(args[0].shape, result.shape, strict=True)) if m == 1 < n}]
    if name not in SUMS:
        return None
    dims = next((arg for arg in args[1:] if isinstance(arg, list | tuple)), args[1:2])
    return [{dim % rank for dim in dims if isinstance(dim, int)} or set(range(rank))]


def _mark(tensor: Tensor) -> Any:
    wrong = torch.isnan(tensor)
    return hash(_bytes(wrong)) if bool(wrong.any()) else NOTHING


class Ends(Watching):
    """What reads over an end of a map along the dim in question is NaN, and only what reads that."""

    def seen(self, name: str, args: tuple, result: Any) -> Any:
        found = _floats(result)[:1]
        if not found:
            return result
        if name in ENDS:
            count = len(args[0]) if isinstance(args[0], list | tuple) else 1
            carried = [self.trail.carried((self.at, place)) for place in range(1 + count)]
            result = spoilt(result, beyond_ends(name, args, found[0], carried))
        if name in MIXING | NORMS and self.at in self.trail.told:
            return kept_back(name, args, result)
        return result


def bound(
    input: Tensor, indices: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, **_: Any
) -> tuple[Tensor, Any, Any, Any]:
    """The map, window, stride and padding of an unpooling."""
    return input, kernel_size, kernel_size if stride is None or stride == () else stride, padding


def reaching(name: str, result: Tensor, input: Tensor, kernel_size: Any, step: Any, padding: Any) -> Tensor:
    """The result of an unpooling with NaN wherever a NaN may have gone."""
    rank = int(name[-2])
    wrong = torch.isnan(input)
    if not bool(wrong.any()):
        return result
    maps = wrong.reshape(-1, 1, *input.shape[-rank:]).double()
    kernel = [kernel_size] * rank if isinstance(kernel_size, int) else list(kernel_size)
    spread = UNPOOLS[name](maps, torch.ones(1, 1, *kernel, dtype=torch.float64), stride=step, padding=padding) > 0.5
    reached = torch.zeros((len(maps), 1, *result.shape[-rank:]), dtype=torch.bool)
    inside = tuple(slice(0, min(a, b)) for a, b in zip(spread.shape[2:], reached.shape[2:], strict=True))
    reached[(slice(None), slice(None), *inside)] = spread[(slice(None), slice(None), *inside)]
    return result.masked_fill(reached.reshape(result.shape), float("nan"))


def spoilt(result: Any, beyond: Tensor | None) -> Any:
    """In place, for how a tensor lies in memory decides what is done with it."""
    if beyond is not None:
        _floats(result)[0].masked_fill_(beyond, float("nan"))
    return result


class Wrapped(TorchFunctionMode):
    """Circular padding, which torch puts together out of copies."""

    def __init__(self, trail: Trail, marks: bool) -> None:
        super().__init__()
        self.trail = trail
        self.marks = marks
        self.count = 0

    def __torch_function__(self, func: Any, types: Any, args: tuple = (), kwargs: dict[str, Any] | None = None) -> Any:
        result = func(*args, **(kwargs or {}))
        name = getattr(func, "__name__", "")
        values = [*args, *(kwargs or {}).values()]
        if name in UNPOOLS:
            given = bound(*args, **(kwargs or {}))
            with _disable_current_modes():
                return self._marked(name, given, reaching(name, result, *given))
        if name != "pad" or "circular" not in values:
            return result
        with _disable_current_modes():
            return self._marked("constant_pad_nd", args, result)

    def _marked(self, name: str, args: tuple, result: Tensor) -> Tensor:
        key, self.count = (name, self.count), self.count + 1
        if not self.marks:
            self.trail.note_sides(key, result)
            return result
        return spoilt(result, beyond_ends(name, args, result, [self.trail.carried(key)]))


ENDS = frozenset(
    "convolution max_pool1d max_pool2d_with_indices max_pool3d_with_indices avg_pool1d avg_pool2d avg_pool3d im2col col2im "
    "constant_pad_nd reflection_pad1d reflection_pad2d reflection_pad3d replication_pad1d replication_pad2d "
    "replication_pad3d roll cat upsample_linear1d upsample_bilinear2d upsample_trilinear3d upsample_bicubic2d "
    "_upsample_bilinear2d_aa _upsample_bicubic2d_aa".split()
)
"""Operations that may read over the end of a map."""


class _Measuring:
    """All runs along one dim of one input."""

    def __init__(self, model: nn.Module, inputs: list[Tensor], which: int, dim: int) -> None:
        self.model = model
        self.inputs = inputs
        self.which = which
        self.dim = dim
        self.trail = Trail()
        self.names = {id(module): name for name, module in model.named_modules()}
        self.calls: list[dict[str, Any]] = []
        self.fill: Callable[[Tensor, Tensor], Tensor] = spread_over
        self.spread = False
        self.mode: Watching | None = None

    @property
    def is_lost(self) -> bool:
        return self.mode is not None and self.mode.is_lost

    def answer(self, rng: random.Random) -> dict[str, Any]:
        size = self.inputs[self.which].shape[self.dim]
        columns = columns_of(size, rng)
        self.fill = spread_over
        plain = [self._run(Column(self.trail, is_central(column, size), local=False), column) for column in columns]
        local = []
        spread = self.spread
        while self.trail.is_told_more() or (spread and not local):
            self.trail.run_anew()
            self.fill = kept_from_spreading
            local = [self._run(Column(self.trail, is_central(column, size), local=True), column) for column in columns]
        self.fill = kept_from_spreading
        broken = self._run(Watching(self.trail), None)
        ends = self._run(Ends(self.trail), None, marks=True)
        calls = [self._call(at, plain, local, [broken, ends]) for at in range(len(plain[0]))]
        return {"columns": columns, "calls": calls}

    def _call(self, at: int, plain: list[Any], local: list[Any], void: list[Any]) -> dict[str, Any]:
        first = plain[0][at]
        return {
            "name": first["name"],
            "call": first["call"],
            "shape": first["shape"],
            "plain": packed([run[at]["seen"] for run in plain]),
            "local": packed([run[at]["seen"] for run in local]) if local else None,
            "void": packed(
                [void[0][at]["seen"] | void[1][at]["seen"] | any(run[at]["lost"] for run in [*plain, *local])]
            ),
        }

    def _run(self, mode: Watching, column: int | None, marks: bool = False) -> list[dict[str, Any]]:
        self.calls = []
        given = [tensor.clone() for tensor in self.inputs]
        if column is not None:
            given[self.which].select(self.dim, column).fill_(float("nan"))
        torch.manual_seed(0)
        self.mode = mode
        hooks = [module.register_forward_hook(self._leave) for module in self.model.modules()]
        try:
            with Wrapped(self.trail, marks), mode:
                self.model(*given)
        finally:
            for hook in hooks:
                hook.remove()
        return self.calls

    def _leave(self, module: nn.Module, args: Any, output: Any) -> Any:
        with _disable_current_modes():
            return self._left(module, args, output)

    def _left(self, module: nn.Module, args: Any, output: Any) -> Any:
        if isinstance(module, nn.RNNBase):
            output = self._recurrent(module, args[0], output)
        first = first_tensor(output)
        if first is not None and first.is_floating_point():
            name = self.names.get(id(module), "")
            number = 1 + sum(call["name"] == name for call in self.calls)
            seen = torch.isnan(first).numpy()
            self.calls.append(
                {"name": name, "call": number, "shape": list(first.shape), "seen": seen, "lost": self.is_lost}
            )
        return output

    def _recurrent(self, module: nn.RNNBase, given: Tensor, output: Any) -> Any:
        """Every step of a sequence counts as seen by every other, though those of one direction only look back."""
        time = 1 if module.batch_first and given.dim() == 3 else 0
        wrong = torch.isnan(given).any(-1)
        some, every = bool(wrong.any()), bool(wrong.all())
        self.spread = self.spread or (some and not every)
        state = output[1] if isinstance(output[1], tuple) else (output[1],)
        states = [self.fill(wrong.movedim(time, 0), one) for one in state]
        made = self.fill(wrong.movedim(time, 0), output[0].movedim(time, 0)).movedim(0, time)
        return made, tuple(states) if isinstance(output[1], tuple) else states[0]


def spread_over(wrong: Tensor, output: Tensor) -> Tensor:
    """All of a sequence's result is NaN where any step is. ``wrong`` is steps × items (or steps alone)."""
    return torch.where(wrong.any(0)[..., None], float("nan"), torch.nan_to_num(output))


def kept_from_spreading(wrong: Tensor, output: Tensor) -> Tensor:
    """All of a sequence's result is NaN where every step is."""
    return torch.where(wrong.all(0)[..., None], float("nan"), torch.nan_to_num(output))


def first_tensor(value: Any) -> Tensor | None:
    if isinstance(value, Tensor):
        return value
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return next((found for item in items if (found := first_tensor(item)) is not None), None)


def packed(patterns: list[Any]) -> str:
    """Equal patterns of bits, one after the other."""
    return base64.b64encode(zlib.compress(numpy.packbits(numpy.stack(patterns)).tobytes(), 1)).decode()


def unpacked(text: str, count: int, shape: list[int]) -> Any:
    """So many patterns of :func:`packed`, each of that shape."""
    bits = numpy.unpackbits(numpy.frombuffer(zlib.decompress(base64.b64decode(text)), dtype=numpy.uint8))
    return bits[: count * math.prod(shape)].reshape([count, *shape]).astype(bool)
