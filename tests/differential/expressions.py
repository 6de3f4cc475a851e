"""Functions, methods and operators on a tensor at hand, written as expressions.

A writer takes the draft, the variable's name and its shape, and returns an expression whose value is
a tensor, or None. Other live variables of the draft may take part.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from tests.differential.arguments import REQUIRED, axis, call, divisor, flag, spread, width
from tests.differential.draft import Draft, Shape, tuple_text

Writer = Callable[[Draft, str, Shape], "str | None"]
EXPRESSIONS: list[tuple[frozenset[int], int, Writer]] = []
ANY = (1, 2, 3, 4, 5, 6)
IMAGES = (3, 4, 5)


def expression(*ranks: int, weight: int = 2) -> Callable[[Writer], Writer]:
    def register(writer: Writer) -> Writer:
        EXPRESSIONS.append((frozenset(ranks), weight, writer))
        return writer

    return register


def write_expression(draft: Draft, name: str, shape: Shape) -> str | None:
    """An expression over the variable ``name`` of this shape."""
    fitting = [(weight, writer) for ranks, weight, writer in EXPRESSIONS if len(shape) in ranks]
    if not fitting:
        return None
    writer = draft.rng.choices([w for _, w in fitting], [weight for weight, _ in fitting])[0]
    return writer(draft, name, shape)


def size_text(draft: Draft, name: str, shape: Shape, dim: int) -> str:
    """A size as people write it: the number, or read off the tensor."""
    back = dim - len(shape)
    read = (f"{name}.shape[{dim}]", f"{name}.size({dim})", f"{name}.shape[{back}]", f"{name}.size({back})")
    return str(shape[dim]) if draft.chance(0.5) else draft.choice(read)


def method_or_function(draft: Draft, name: str, function: str, rest: str) -> str:
    """``x.flatten(1)`` or ``torch.flatten(x, 1)``."""
    if draft.chance(0.5):
        return f"{name}.{function}({rest})"
    return f"torch.{function}({name}{', ' if rest else ''}{rest})"


# -- elementwise ------------------------------------------------------------------------------------

POINTWISE = (
    "F.relu({x})",
    "F.relu({x}, inplace=True)",
    "torch.relu({x})",
    "{x}.relu()",
    "F.gelu({x})",
    "F.silu({x})",
    "torch.sigmoid({x})",
    "{x}.sigmoid()",
    "torch.tanh({x})",
    "F.leaky_relu({x}, 0.2)",
    "F.elu({x})",
    "F.hardswish({x})",
    "F.hardsigmoid({x})",
    "F.softplus({x})",
    "{x}.abs()",
    "torch.exp({x})",
    "{x}.exp()",
    "{x}.sqrt()",
    "{x}.pow(2)",
    "{x} ** 2",
    "-{x}",
    "{x} * 2",
    "2 * {x} + 1",
    "{x} / 3",
    "1 - {x}",
    "{x}.clamp(min=0)",
    "{x}.clamp(0, 1)",
    "torch.clamp({x}, min=0.0, max=6.0)",
    "{x}.detach()",
    "{x}.contiguous()",
    "{x}.clone()",
    "{x}.float()",
    "{x}.to({x}.dtype)",
    "{x}.type_as({x})",
    "{x}.round()",
    "F.dropout({x}, p=0.1, training=self.training)",
    "F.dropout({x}, 0.5)",
    "torch.rsqrt({x} + 1e-6)",
    "{x}.mul(0.5).add(1)",
    "{x}.sub(1).div(2)",
    "torch.where({x} > 0, {x}, -{x})",
    "torch.sign({x})",
    "{x}.masked_fill({x} > 1, 0.0)",
    "torch.zeros_like({x}) + {x}",
    "torch.ones_like({x})",
    "F.mish({x})",
    "torch.where({x} > 0, {x}, torch.zeros_like({x}))",
    "{x}.floor()",
    "torch.log({x}.abs() + 1)",
    "F.relu6({x})",
    "torch.maximum({x}, -{x})",
    "{x}.new_zeros({x}.shape) + {x}",
    "torch.lerp({x}, -{x}, 0.5)",
    "{x}.cos() + {x}.sin()",
    "torch.nan_to_num({x})",
    "F.normalize({x}, dim=-1)",
    "F.threshold({x}, 0.1, 0.0)",
    "torch.erf({x})",
    "torch.randn_like({x}) * 0.1 + {x}",
    "{x}.requires_grad_(False)",
    "torch.addcmul({x}, {x}, {x}, value=0.5)",
)


@expression(*ANY, weight=9)
def pointwise(draft: Draft, x: str, _: Shape) -> str:
    return draft.choice(POINTWISE).format(x=x)


@expression(*ANY, weight=5)
def with_another(draft: Draft, x: str, shape: Shape) -> str | None:
    """An operator between two variables that broadcast."""
    other = draft.partner(x, lambda value: broadcasts(tuple(value.shape), shape))
    if other is None:
        return None
    forms = (
        "{x} + {y}",
        "{x} * {y}",
        "{x} - {y}",
        "{y} + {x}",
        "torch.add({x}, {y})",
        "torch.mul({x}, {y})",
        "{x}.add({y})",
        "torch.max({x}, {y})",
        "torch.minimum({x}, {y})",
        "{x} * torch.sigmoid({y})",
        "sum([{x}, {y}])",
        "operator.add({x}, {y})",
        "torch.where({x} > {y}, {x}, {y})",
        "functools.reduce(torch.add, [{x}, {y}])",
        "{x} * (1 + {y})",
        "({x} > {y}).float()",
    )
    return draft.choice(forms).format(x=x, y=other)


def broadcasts(one: Shape, two: Shape) -> bool:
    pairs = zip(reversed(one), reversed(two), strict=False)
    return all(a == b or 1 in (a, b) for a, b in pairs)


@expression(2, 3, 4, 5, weight=2)
def with_a_slice(draft: Draft, x: str, shape: Shape) -> str:
    """Broadcasting against a part of the tensor itself."""
    forms = (
        "{x} * {x}.mean({d}, keepdim=True)",
        "{x} - {x}.amax(dim={d}, keepdim=True)",
        "{x} / {x}.norm(dim={d}, keepdim=True)",
        "{x} + {x}.select({p}, 0).unsqueeze({p})",
        "{x} * {x}.sum({d}, keepdim=True).sigmoid()",
        "{x} - torch.mean({x}, dim={d}, keepdim=True)",
        "{x} / {x}.std(dim={d}, keepdim=True)",
        "{x}.expand_as({x}) + {x}",
    )
    front = draft.rng.randrange(len(shape))
    return draft.choice(forms).format(x=x, d=axis(draft, len(shape)), p=front)


@expression(2, 3, 4, weight=2)
def created(draft: Draft, x: str, shape: Shape) -> str:
    """Tensors made on the spot, with sizes read off or written out."""
    last = size_text(draft, x, shape, len(shape) - 1)
    forms = (
        "{x} + torch.ones({n})",
        "{x} * torch.arange({n})",
        "{x} + torch.randn(1, {n})",
        "{x} + torch.linspace(0, 1, {n})",
        "{x} + torch.zeros({n}, device={x}.device)",
        "{x} * torch.full(({n},), 0.5)",
        "{x} + torch.arange({n}, dtype={x}.dtype, device={x}.device)[None]",
        "{x} + torch.rand(({n},)).to({x}.device)",
        "{x} + {x}.new_ones({n})",
        "{x} * torch.tensor(2.0)",
        "{x} + torch.eye({n})[0]",
        "{x} + torch.zeros(1).expand({n})",
        "{x} * torch.tensor([0.5]).view(1)",
        "{x} + torch.arange(0, 2 * {n}, 2)",
    )
    return draft.choice(forms).format(x=x, n=last)


# -- shape ------------------------------------------------------------------------------------------


@expression(2, 3, 4, 5, weight=4)
def permuted(draft: Draft, x: str, shape: Shape) -> str:
    order = list(range(len(shape)))
    draft.rng.shuffle(order)
    if draft.chance(0.2):
        order = [dim - len(shape) if draft.chance(0.5) else dim for dim in order]
    text = ", ".join(map(str, order))
    forms = (
        f"{x}.permute({text})",
        f"{x}.permute(({text}))",
        f"torch.permute({x}, ({text}))",
        f"{x}.permute({text}).contiguous()",
        f"{x}.permute(*{order})",
    )
    return draft.choice(forms)


@expression(2, 3, 4, 5, weight=3)
def transposed(draft: Draft, x: str, shape: Shape) -> str:
    if len(shape) == 2 and draft.chance(0.4):
        return draft.choice((f"{x}.t()", f"{x}.T"))
    if draft.chance(0.1):
        return f"{x}.mT"
    name = draft.choice(("transpose", "transpose", "swapaxes"))
    return method_or_function(draft, x, name, f"{axis(draft, len(shape))}, {axis(draft, len(shape))}")


@expression(2, 3, 4, weight=2)
def moved(draft: Draft, x: str, shape: Shape) -> str:
    source, target = axis(draft, len(shape)), axis(draft, len(shape))
    return method_or_function(draft, x, "movedim", f"{source}, {target}")


@expression(*ANY, weight=3)
def unsqueezed(draft: Draft, x: str, shape: Shape) -> str | None:
    if len(shape) > 4:
        return None
    if draft.chance(0.3):
        forms = ("{x}[None]", "{x}[:, None]", "{x}[..., None]", "{x}[:, None, ...]")
        return draft.choice(forms).format(x=x)
    dim = draft.rng.randint(-len(shape) - 1, len(shape))
    return method_or_function(draft, x, "unsqueeze", str(dim))


@expression(2, 3, 4, 5, 6, weight=3)
def squeezed(draft: Draft, x: str, shape: Shape) -> str:
    ones = [dim for dim, size in enumerate(shape) if size == 1]
    if not ones or draft.chance(0.15):
        return method_or_function(draft, x, "squeeze", str(axis(draft, len(shape))))
    dim = draft.choice(ones)
    return method_or_function(draft, x, "squeeze", str(draft.choice((dim, dim - len(shape)))))


@expression(2, 3, 4, 5, 6, weight=6)
def flattened(draft: Draft, x: str, shape: Shape) -> str:
    batch = size_text(draft, x, shape, 0)
    rest = math.prod(shape[1:])
    forms = (
        f"torch.flatten({x}, 1)",
        f"{x}.flatten(1)",
        f"{x}.view({batch}, -1)",
        f"{x}.reshape({batch}, -1)",
        f"torch.flatten({x}, start_dim=1)",
        f"{x}.flatten(start_dim=1)",
        f"{x}.reshape(-1, {rest})",
        f"{x}.contiguous().view({batch}, {rest})",
        f"torch.reshape({x}, ({batch}, -1))",
        f"{x}.flatten()",
        f"{x}.reshape({x}.shape[0], -1)",
        f"{x}.flatten(-2)",
        f"{x}.flatten(0, 1)",
        f"{x}.reshape(-1)",
        f"{x}.flatten(start_dim=-2, end_dim=-1)",
        f"{x}.view({x}.size()[0], -1)",
        f"{x}.reshape(*{x}.shape[:-2], -1)",
        f"{x}.view({x}.shape[:1] + (-1,))",
    )
    return draft.choice(forms)


@expression(2, 3, 4, weight=6)
def viewed(draft: Draft, x: str, shape: Shape) -> str:
    """One axis cut in two, or two neighbours joined; sizes written out, read off, or left as -1."""
    sizes = [size_text(draft, x, shape, dim) for dim in range(len(shape))]
    dim = draft.rng.randrange(len(shape))
    if draft.chance(0.5) and dim + 1 < len(shape):
        sizes[dim : dim + 2] = [f"{sizes[dim]} * {sizes[dim + 1]}"]
    else:
        first = divisor(draft, shape[dim])
        sizes[dim : dim + 1] = [str(first), f"{sizes[dim]} // {first}"]
    if draft.chance(0.4):
        sizes[draft.rng.randrange(len(sizes))] = "-1"
    text = ", ".join(sizes)
    forms = (
        f"{x}.reshape({text})",
        f"{x}.view({text})",
        f"{x}.reshape(({text},))",
        f"torch.reshape({x}, [{text}])",
        f"{x}.contiguous().view({text})",
        f"{x}.contiguous().view([{text}])",
    )
    return draft.choice(forms)


@expression(1, 2, 3, 4, weight=2)
def unflattened(draft: Draft, x: str, shape: Shape) -> str:
    dim = draft.rng.randrange(len(shape))
    first = divisor(draft, shape[dim])
    sizes = draft.choice(((first, -1), (-1, first), (first, shape[dim] // first)))
    return method_or_function(draft, x, "unflatten", f"{draft.choice((dim, dim - len(shape)))}, {sizes}")


@expression(2, 3, 4, weight=2)
def repeated(draft: Draft, x: str, shape: Shape) -> str:
    times = [draft.choice((1, 1, 1, 2)) for _ in shape]
    text = ", ".join(map(str, times))
    dim = axis(draft, len(shape))
    forms = (
        f"{x}.repeat({text})",
        f"{x}.repeat([{text}])",
        f"torch.tile({x}, ({text},))",
        f"{x}.tile({text})",
        f"{x}.repeat_interleave(2, dim={dim})",
        f"torch.repeat_interleave({x}, 2, {dim})",
        f"{x}.repeat(2, {text})",
        f"{x}.repeat(({text},))",
    )
    return draft.choice(forms)


@expression(1, 2, 3, 4, weight=2)
def expanded(draft: Draft, x: str, shape: Shape) -> str:
    sizes = [
        size_text(draft, x, shape, d)
        if s != 1
        else draft.choice(
            ("3", "-1", "1"),
        )
        for d, s in enumerate(shape)
    ]
    kept = [draft.choice((size, "-1")) for size in sizes]
    forms = (
        f"{x}.expand({', '.join(kept)})",
        f"{x}.unsqueeze(0).expand(2, {', '.join(kept)})",
        f"torch.broadcast_to({x}, (2, {', '.join(sizes)}))",
        f"{x}[None].expand([2, {', '.join(kept)}])",
    )
    return draft.choice(forms)


@expression(1, 2, 3, 4, weight=2)
def rolled(draft: Draft, x: str, shape: Shape) -> str:
    dim = axis(draft, len(shape))
    forms = (
        f"torch.roll({x}, 1, {dim})",
        f"{x}.roll(shifts=-1, dims={dim})",
        f"{x}.flip({dim})",
        f"torch.flip({x}, dims=[{dim}])",
        f"torch.roll({x}, shifts=(1,), dims=({dim},))",
        f"torch.cumsum({x}, {dim})",
        f"{x}.sort({dim})[0]",
        f"torch.sort({x}, dim={dim}).values",
        f"{x}.cumsum(dim={dim})",
        f"{x}.diff(dim={dim})",
        f"torch.fft.fft({x}, dim={dim}).real",
        f"{x}.argsort({dim}).float()",
    )
    return draft.choice(forms)


# -- indexing and taking apart ----------------------------------------------------------------------


@expression(*ANY, weight=6)
def indexed(draft: Draft, x: str, shape: Shape) -> str:
    parts = [index_part(draft, size) for size in shape[: draft.rng.randint(1, len(shape))]]
    if len(parts) < len(shape) and draft.chance(0.25):
        parts = draft.choice((["...", *parts], [*parts, "..."]))
    if draft.chance(0.1):
        parts.insert(draft.rng.randrange(len(parts) + 1), "None")
    return f"{x}[{', '.join(parts)}]"


def index_part(draft: Draft, size: int) -> str:
    low, high = draft.rng.randrange(size), draft.rng.randint(1, size)
    forms = (
        ":",
        ":",
        ":",
        f"{low}:",
        f":{high}",
        f":-{max(1, size // 3)}",
        "::2",
        "1::2",
        str(low),
        "-1",
        f"{min(low, high - 1)}:{high}",
        f"-{high}:",
        f"[{low}]",
        f"[0, {low}]",
        f":{size // 2 or 1}",
    )
    return draft.choice(forms)


@expression(1, 2, 3, 4, 5, weight=3)
def selected(draft: Draft, x: str, shape: Shape) -> str:
    dim = draft.rng.randrange(len(shape))
    size = shape[dim]
    half = max(1, size // 2)
    start = draft.rng.randrange(max(1, size - half + 1))
    written = draft.choice((dim, dim - len(shape)))
    forms = (
        f"{x}.narrow({written}, {start}, {half})",
        f"torch.narrow({x}, {written}, {start}, {half})",
        f"{x}.select({written}, {start})",
        f"{x}.index_select({written}, torch.tensor([0, {size - 1}]))",
        f"torch.select({x}, {written}, {start})",
        f"{x}.unbind({written})[0]",
        f"torch.unbind({x}, dim={written})[-1]",
        f"{x}.chunk(2, dim={written})[0]",
        f"torch.chunk({x}, 3, {written})[-1]",
        f"{x}.split({half}, {written})[0]",
        f"torch.split({x}, {half}, dim={written})[-1]",
        f"{x}.split([{half}, {size - half}], {written})[1]",
        f"torch.tensor_split({x}, 2, dim={written})[0]",
        f"{x}.topk({half}, {written})[0]",
        f"torch.topk({x}, k={half}, dim={written}).values",
        f"{x}.gather({written}, torch.zeros_like({x}).long())",
        f"torch.take_along_dim({x}, {x}.argsort({written}), {written})",
        f"torch.index_select({x}, {written}, torch.arange({half}))",
    )
    return draft.choice(forms)


# -- reductions -------------------------------------------------------------------------------------


@expression(2, 3, 4, 5, 6, weight=6)
def reduced(draft: Draft, x: str, shape: Shape) -> str:
    dims: object = axis(draft, len(shape))
    if draft.chance(0.35) and len(shape) > 2:
        dims = tuple(sorted(draft.rng.sample(range(1, len(shape)), 2)))
        dims = list(dims) if draft.chance(0.4) else dims
    keep = draft.choice(("", "", ", keepdim=True", ", True" if draft.chance(0.3) else ""))
    name = draft.choice(("mean", "mean", "sum", "amax", "amin", "var", "std", "logsumexp"))
    if name in ("var", "std") and keep == ", True":
        keep = ""
    forms = (
        f"{x}.{name}({dims}{keep})",
        f"torch.{name}({x}, {dims}{keep})",
        f"{x}.{name}(dim={dims}{keep.replace(' True', ' keepdim=True')})",
        f"torch.{name}({x}, dim={dims}{keep.replace(' True', ' keepdim=True')})",
    )
    return draft.choice(forms)


@expression(2, 3, 4, 5, weight=3)
def reduced_with_indices(draft: Draft, x: str, shape: Shape) -> str:
    dim = axis(draft, len(shape))
    keep = draft.choice(("", "", ", keepdim=True"))
    forms = (
        f"{x}.max({dim}{keep})[0]",
        f"torch.max({x}, dim={dim}{keep})[0]",
        f"{x}.min(dim={dim}{keep}).values",
        f"{x}.median({dim}{keep})[0]",
        f"{x}.argmax({dim}{keep}).float()",
        f"torch.argmax({x}, dim={dim}{keep}).float()",
        f"{x}.norm(dim={dim}{keep})",
        f"torch.linalg.norm({x}, dim={dim}{keep})",
        f"{x}.prod({dim}{keep})",
        f"{x}.max(dim={dim}{keep}).values",
        f"torch.any({x} > 0, {dim}{keep}).float()",
        f"torch.all({x} > 0, dim={dim}{keep}).float()",
        f"{x}.norm(2, {dim})",
    )
    return draft.choice(forms)


@expression(*ANY, weight=2)
def along_a_dimension(draft: Draft, x: str, shape: Shape) -> str:
    dim = axis(draft, len(shape))
    forms = (
        f"F.softmax({x}, dim={dim})",
        f"torch.softmax({x}, {dim})",
        f"{x}.softmax({dim})",
        f"F.normalize({x}, dim={dim})",
        f"F.log_softmax({x}, {dim})",
        f"{x}.log_softmax(dim={dim})",
        f"F.normalize({x}, p=2, dim={dim})",
        f"F.gumbel_softmax({x}, dim={dim})",
        f"torch.logcumsumexp({x}, {dim})",
    )
    return draft.choice(forms)


# -- joining ----------------------------------------------------------------------------------------


@expression(1, 2, 3, 4, 5, weight=7)
def concatenated(draft: Draft, x: str, shape: Shape) -> str | None:
    dim = draft.rng.randrange(len(shape))
    fits = [other for other in draft.tensors() if same_but(tuple(draft.values[other].shape), shape, dim)]
    others = draft.rng.choices(fits or [x], k=draft.choice((1, 1, 2)))
    items = ", ".join([x, *others])
    written = draft.choice((dim, dim - len(shape)))
    forms = (
        f"torch.cat([{items}], {written})",
        f"torch.cat([{items}], dim={written})",
        f"torch.cat(({items}), dim={written})",
        f"torch.concat([{items}], {written})",
        f"torch.cat(tensors=[{items}], dim={written})",
        f"torch.cat([t for t in ({items})], {written})",
        f"torch.cat([*({items},)], axis={written})",
    )
    return draft.choice(forms)


def same_but(one: Shape, two: Shape, dim: int) -> bool:
    if len(one) != len(two):
        return False
    return all(a == b for index, (a, b) in enumerate(zip(one, two, strict=True)) if index != dim)


@expression(1, 2, 3, 4, weight=2)
def stacked(draft: Draft, x: str, shape: Shape) -> str:
    fits = draft.tensors(lambda value: tuple(value.shape) == shape)
    items = ", ".join([x, *draft.rng.choices(fits or [x], k=draft.choice((1, 2)))])
    dim = draft.rng.randint(-len(shape) - 1, len(shape))
    forms = (
        f"torch.stack([{items}])",
        f"torch.stack([{items}], {dim})",
        f"torch.stack(({items}), dim={dim})",
        f"torch.stack([{items}], dim={dim}).sum({dim})",
        f"torch.stack([{items}], {dim}).mean(dim={dim})",
    )
    return draft.choice(forms)


# -- linear algebra ---------------------------------------------------------------------------------


@expression(2, 3, 4, weight=5)
def multiplied(draft: Draft, x: str, shape: Shape) -> str:
    fits = draft.tensors(
        lambda v: v.dim() >= 2 and v.shape[-2] == shape[-1] and batches(v.shape[:-2], shape[:-2]),
    )
    other = draft.choice(fits) if fits and draft.chance(0.6) else f"{x}.transpose(-2, -1)"
    forms = [
        f"{x} @ {other}",
        f"torch.matmul({x}, {other})",
        f"{x}.matmul({other})",
        f"({x} @ {other}).softmax(-1)",
    ]
    if len(shape) == 3:
        forms += [f"torch.bmm({x}, {other})", f"{x}.bmm({other})"]
    if len(shape) == 2:
        forms += [f"torch.mm({x}, {other})", f"{x}.mm({other})"]
    return draft.choice(forms)


def batches(one: Shape, two: Shape) -> bool:
    return broadcasts(tuple(one), tuple(two))


@expression(2, 3, 4, weight=4)
def einstein(draft: Draft, x: str, shape: Shape) -> str:
    forms = {
        2: (
            "'ij,kj->ik', {x}, {x}",
            "'ij->ji', {x}",
            "'ij,ij->i', {x}, {x}",
            "'bi,bj->bij', {x}, {x}",
            "'ij->', {x}",
            "'...i,...i->...', {x}, {x}",
            "'i...->...i', {x}",
        ),
        3: (
            "'bij,bkj->bik', {x}, {x}",
            "'bij->bji', {x}",
            "'b i j, b k j -> b i k', {x}, {x}",
            "'btc,bsc->bts', {x}, {x}",
            "'bij,bij->bj', {x}, {x}",
            "'bij->bi', {x}",
            "'...ij,...kj->...ik', {x}, {x}",
            "'bij,bjk->bik', {x}, {x}.mT",
        ),
        4: (
            "'bchw,bcij->bhwij', {x}[:, :, :2, :2], {x}[:, :, :2, :2]",
            "'bchw->bhwc', {x}",
            "'nchw->nc', {x}",
            "'bhid,bhjd->bhij', {x}, {x}",
            "'bhij,bhjd->bhid', {x}, {x}.transpose(2, 3)",
            "'...d,...d->...', {x}, {x}",
        ),
    }[len(shape)]
    return f"torch.einsum({draft.choice(forms).format(x=x)})"


@expression(3, 4, weight=3)
def attention(draft: Draft, x: str, shape: Shape) -> str:
    fits = draft.tensors(
        lambda v: v.dim() == len(shape) and v.shape[-1] == shape[-1] and v.shape[:-2] == shape[:-2],
    )
    other = draft.choice(fits or [x])
    options = draft.choice(("", "", ", dropout_p=0.0", ", is_causal=True", ", attn_mask=None", ", scale=0.5"))
    return f"F.scaled_dot_product_attention({x}, {other}, {other}{options})"


@expression(3, weight=1)
def batched(draft: Draft, x: str, _: Shape) -> str:
    forms = (
        "torch.baddbmm(torch.zeros(1), {x}, {x}.transpose(1, 2))",
        "torch.linalg.norm({x}, dim=(1, 2))",
        "torch.bmm({x}.transpose(1, 2), {x})",
        "torch.cdist({x}, {x})",
        "torch.triu({x})",
        "{x}.tril(1)",
        "torch.matmul({x}[:, None], {x}.transpose(1, 2)[:, None])[:, 0]",
        "F.cosine_similarity({x}, {x}, dim=-1)",
        "torch.outer({x}[0, 0], {x}[0, 0])",
    )
    return draft.choice(forms).format(x=x)


# -- torch.nn.functional on feature maps ------------------------------------------------------------


@expression(*IMAGES, weight=5)
def pooled(draft: Draft, x: str, shape: Shape) -> str:
    rank = len(shape) - 2
    kernel = spread(draft, draft.choice((2, 2, 3)), rank)
    window = [
        ("kernel_size", kernel, REQUIRED),
        ("stride", draft.choice((None, 1, 2)), None),
        ("padding", draft.choice((0, 0, 1)), 0),
        ("ceil_mode", flag(draft, 0.2), False),
    ]
    target = draft.choice((1, 2, 3, tuple_text([draft.choice((1, 2, 4)) for _ in range(rank)])))
    options = (
        call(draft, f"F.max_pool{rank}d", window, 3),
        call(draft, f"F.avg_pool{rank}d", window, 3),
        f"F.adaptive_avg_pool{rank}d({target})",
        f"F.adaptive_max_pool{rank}d(output_size={target})",
        f"F.lp_pool{rank}d(2, {kernel})",
    )
    return with_first(draft.choice(options[:4] if rank == 3 else options), x)


def with_first(text: str, x: str) -> str:
    """Put the tensor in front of a call's arguments."""
    callee, rest = text.split("(", 1)
    return f"{callee}({x}, {rest}"


@expression(*IMAGES, weight=5)
def resized(draft: Draft, x: str, shape: Shape) -> str:
    rank = len(shape) - 2
    smooth = {1: "linear", 2: "bilinear", 3: "trilinear"}[rank]
    mode = draft.choice(("nearest", "nearest", smooth, smooth, "area", "bicubic" if rank == 2 else "nearest"))
    align = f", align_corners={flag(draft)}" if mode in (smooth, "bicubic") and draft.chance(0.7) else ""
    fits = draft.tensors(lambda value: value.dim() == len(shape))
    other = draft.choice(fits or [x])
    factor = draft.choice((2, 2, 0.5, 1.5, 2.0, tuple_text([2.0] * rank)))
    spatial = tuple_text([draft.choice((3, 4, 8)) for _ in range(rank)])
    doubled = ", ".join(f"{x}.shape[{2 + index}] * 2" for index in range(rank))
    where = (
        f"scale_factor={factor}",
        f"scale_factor={factor}",
        f"size={other}.shape[2:]",
        f"size={spatial}",
        f"{other}.size()[2:]",
        f"size=({doubled},)",
        f"size={other}.shape[-{rank}:]",
        "size=8",
    )
    mode_text = f", mode='{mode}'" if mode != "nearest" or draft.chance(0.5) else ""
    return f"F.{draft.choice(('interpolate', 'interpolate', 'upsample'))}({x}, {draft.choice(where)}{mode_text}{align})"


@expression(1, 2, 3, 4, 5, weight=3)
def padded(draft: Draft, x: str, shape: Shape) -> str:
    axes = draft.rng.randint(1, min(3, len(shape)))
    amounts = [draft.choice((0, 1, 1, 2, -1)) for _ in range(2 * axes)]
    text = draft.choice((str(amounts), tuple_text(amounts)))
    options = ["", "", ", value=0.0", ", mode='constant'", ", 'constant', 1"]
    if axes == len(shape) - 2:
        options += [", mode='reflect'", ", mode='replicate'", ", mode='circular'"]
    return f"F.pad({x}, {text}{draft.choice(options)})"


@expression(*IMAGES, weight=3)
def convolved(draft: Draft, x: str, shape: Shape) -> str:
    """A convolution with weights made on the spot."""
    rank = len(shape) - 2
    channels, out, kernel = shape[1], width(draft), draft.choice((1, 2, 3))
    size = f", {kernel}" * rank
    stride, padding = draft.choice((1, 2)), draft.choice((0, 1, "'same'", kernel // 2))
    forms = (
        f"F.conv{rank}d({x}, torch.randn({out}, {channels}{size}), stride={stride}, padding={padding})",
        f"F.conv{rank}d({x}, torch.randn({out}, {x}.shape[1]{size}), torch.zeros({out}), {stride})",
        f"F.conv{rank}d({x}, torch.ones({channels}, 1{size}), groups={channels}, padding={kernel // 2})",
        f"F.conv_transpose{rank}d({x}, torch.randn({channels}, {out}{size}), stride={stride})",
    )
    return draft.choice(forms)


@expression(2, 3, 4, weight=2)
def functional_layer(draft: Draft, x: str, shape: Shape) -> str:
    last, channels = size_text(draft, x, shape, len(shape) - 1), size_text(draft, x, shape, 1)
    out = width(draft)
    forms = (
        f"F.linear({x}, torch.randn({out}, {last}))",
        f"F.linear({x}, torch.randn({out}, {last}), torch.zeros({out}))",
        f"F.layer_norm({x}, ({last},))",
        f"F.layer_norm({x}, {x}.shape[1:])",
        f"F.layer_norm({x}, [{last}], torch.ones({last}))",
        f"F.group_norm({x}, {divisor(draft, shape[1])})",
        f"F.batch_norm({x}, torch.zeros({channels}), torch.ones({channels}))",
        f"F.glu({x}, dim={axis(draft, len(shape))})",
        f"F.instance_norm({x})",
        f"F.rms_norm({x}, ({last},))",
        f"F.one_hot({x}.argmax(-1), {last}).float()",
        f"F.embedding({x}.long().clamp(0, 19), torch.randn(20, {out}))",
        f"F.prelu({x}, torch.ones(1))",
        f"F.dropout2d({x}, 0.1)",
        f"F.local_response_norm({x}, 2)",
    )
    return draft.choice(forms)


@expression(4, weight=3)
def rearranged_image(draft: Draft, x: str, shape: Shape) -> str:
    forms = (
        f"F.pixel_shuffle({x}, 2)",
        f"F.pixel_unshuffle({x}, 2)",
        f"F.unfold({x}, 2)",
        f"F.unfold({x}, kernel_size=3, padding=1)",
        f"F.unfold({x}, 2, stride=2)",
        f"F.channel_shuffle({x}, {divisor(draft, shape[1])})",
        f"{x}.unfold(2, 2, 2)",
        f"{x}.unfold(3, 2, 1)",
        f"{x}.to(memory_format=torch.channels_last)",
        f"torch.rot90({x}, 1, (2, 3))",
        f"F.grid_sample({x}, torch.zeros({shape[0]}, 4, 5, 2), align_corners=False)",
        f"F.affine_grid(torch.zeros({shape[0]}, 2, 3), [{shape[0]}, 3, 4, 4], align_corners=False)",
        f"torch.diagonal({x}, dim1=2, dim2=3)",
        f"{x}.unfold(2, 3, 1).mean(-1)",
        f"{x}.view({x}.shape).squeeze()",
    )
    return draft.choice(forms)


@expression(1, 2, 3, 4, weight=1)
def measured(draft: Draft, x: str, shape: Shape) -> str:
    """Numbers about the tensor that change no shape."""
    forms = (
        "{x} / {x}.numel()",
        "{x} * len({x})",
        "{x} / math.sqrt({x}.size(-1))",
        "{x} * {x}.dim()",
        "{x} * ({x}.ndim - 1)",
        "{x} * float({x}.shape[-1]) ** -0.5",
        "{x} + sum({x}.shape)",
        "{x} * max({x}.shape)",
        "{x} / math.prod({x}.shape[1:])",
        "{x} * int({x}.is_floating_point())",
        "{x} if {x}.dim() > 1 else {x}[None]",
        "{x} + (1 if {x}.requires_grad else 0)",
        "{x}.reshape({x}.numel())",
        "{x} + list({x}.shape)[0]",
        "{x}.view_as({x})",
        "{x}.reshape({x}.shape)",
        "{x} * (0.5 if self.training else 2)",
    )
    return draft.choice(forms).format(x=x)


EINOPS = {
    2: (
        "rearrange({x}, 'b (h c) -> b h c', h={d1})",
        "reduce({x}, 'b c -> b', 'mean')",
        "repeat({x}, 'b c -> b c k', k=3)",
    ),
    3: (
        "rearrange({x}, 'b n c -> b c n')",
        "rearrange({x}, 'b n (h d) -> b h n d', h={d2})",
        "reduce({x}, 'b n c -> b c', 'mean')",
        "repeat({x}, 'b n c -> (b r) n c', r=2)",
        "rearrange({x}, 'b n c -> (b n) c')",
        "rearrange({x}, '... n c -> ... (c n)')",
    ),
    4: (
        "rearrange({x}, 'b c h w -> b (h w) c')",
        "rearrange({x}, 'b c (h p1) (w p2) -> b (h w) (p1 p2 c)', p1=2, p2=2)",
        "reduce({x}, 'b c h w -> b c', 'max')",
        "rearrange({x}, 'b (g c) h w -> b g c h w', g={d1})",
        "rearrange({x}, 'b c h w -> b h w c')",
        "reduce({x}, 'b c (h 2) (w 2) -> b c h w', 'mean')",
        "repeat({x}, 'b c h w -> b c (h 2) (w 2)')",
        "rearrange({x}, 'b c ... -> b (...) c')",
    ),
}


@expression(2, 3, 4, weight=3)
def einops_pattern(draft: Draft, x: str, shape: Shape) -> str:
    divisors = {f"d{dim}": divisor(draft, shape[dim]) for dim in range(1, len(shape))}
    return "einops." + draft.choice(EINOPS[len(shape)]).format(x=x, **divisors)
