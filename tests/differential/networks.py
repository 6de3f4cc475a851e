"""Random networks over maps: everything that reads neighbours, and everything that brings branches together.

Each statement takes ``x`` as N×C×space and leaves it like that. The generator of programs tries it on the shapes at hand;
the fields of what is left are compared with torch's (:mod:`tests.differential.fields`).
"""

from __future__ import annotations

from collections.abc import Callable

from tests.differential import layers
from tests.differential.arguments import divisor
from tests.differential.draft import Draft, Shape, Snippet, tuple_text

Writer = Callable[[Draft, Shape], "Snippet | None"]
LARGEST = 30_000
"""Elements of a map."""
SEEN = "seen"
"""A layer that does nothing, so that what a statement leaves is a layer's result."""
PARTS: list[tuple[frozenset[int], int, Writer]] = []
"""Numbers of spatial axes, weight, writer."""


def part(*ranks: int, weight: int = 2) -> Callable[[Writer], Writer]:
    def register(writer: Writer) -> Writer:
        PARTS.append((frozenset(ranks or (1, 2, 3)), weight, writer))
        return writer

    return register


def write_part(draft: Draft) -> Snippet | None:
    shape = tuple(draft.values["x"].shape)
    fitting = [(weight, writer) for ranks, weight, writer in PARTS if len(shape) - 2 in ranks]
    writer = draft.rng.choices([writer for _, writer in fitting], [weight for weight, _ in fitting])[0]
    return writer(draft, shape)


def built(draft: Draft, text: str | None, stem: str = "layer", use: str = "x = self.{}(x)") -> Snippet | None:
    if text is None:
        return None
    name = draft.name(stem)
    return Snippet([use.format(name)], [f"self.{name} = {text}"])


def lines(*text: str) -> Snippet:
    return Snippet(["\n".join(text)])


def grow_network(draft: Draft, steps: int) -> None:
    """So many statements, the first of which moves over all axes."""
    draft.attempt(Snippet([], [f"self.{SEEN} = nn.Identity()"]))
    first = [overhanging, causal] if draft.values["x"].dim() == 3 else [convolution, uneven_convolution, overhanging]
    for step in range(steps):
        for _ in range(12):
            snippet = write_part(draft) if step else draft.choice(first)(draft, tuple(draft.values["x"].shape))
            if snippet is not None and fits(draft, snippet):
                break
        if draft.chance(0.6):
            draft.attempt(lines(f"x = self.{SEEN}(x)"))
    last = head(draft) if draft.chance(0.4) and draft.values["x"].dim() > 2 else None
    if last is not None:
        draft.attempt(last)


def fits(draft: Draft, snippet: Snippet) -> bool:
    """Whether a statement runs and leaves a map, and no large one: it is run once for each column."""
    inner = Draft(draft.rng, draft.values, parent=draft)
    inner.module = draft.module
    made = inner.values["x"] if inner.attempt(snippet) else None
    return made is not None and made.dim() > 2 and made.numel() <= LARGEST and draft.attempt(snippet)


# -- layers that read neighbours ----------------------------------------------------------------------


@part(weight=10)
def convolution(draft: Draft, shape: Shape) -> Snippet | None:
    text = layers.convolution(draft, shape)
    return built(draft, text, "conv") if text.startswith(f"nn.Conv{len(shape) - 2}d") else None


@part(weight=6)
def uneven_convolution(draft: Draft, shape: Shape) -> Snippet | None:
    """Each axis for itself."""
    rank = len(shape) - 2

    def each(*options: int) -> str:
        return tuple_text([draft.choice(options) for _ in range(rank)])

    out = draft.choice((2, 3, 4, 6, 8))
    rest = f"{each(1, 2, 3, 4, 5, 7)}, {each(1, 1, 2, 3)}, {each(0, 1, 2, 3)}, {each(1, 1, 2, 3)}"
    return built(draft, f"nn.Conv{rank}d({shape[1]}, {out}, {rest})", "conv")


@part(weight=3)
def functional_convolution(draft: Draft, shape: Shape) -> Snippet | None:
    rank, name, k = len(shape) - 2, draft.name("weight"), draft.choice((2, 3, 5))
    sizes = ", ".join([str(k)] * rank)
    pad = draft.choice((0, 1, k // 2))
    use = f"x = F.conv{rank}d(x, self.{name}, padding={pad}, dilation={draft.choice((1, 1, 2))})"
    return Snippet([use], [f"self.{name} = nn.Parameter(torch.randn(4, {shape[1]}, {sizes}))"])


@part(weight=3)
def separable(draft: Draft, shape: Shape) -> Snippet | None:
    rank, c = len(shape) - 2, shape[1]
    deep = f"nn.Conv{rank}d({c}, {c}, {draft.choice((3, 5))}, stride={draft.choice((1, 2))}, padding=1, groups={c})"
    return built(draft, f"nn.Sequential({deep}, nn.BatchNorm{rank}d({c}), nn.Conv{rank}d({c}, 4, 1))", "separable")


@part(1, weight=3)
def causal(draft: Draft, shape: Shape) -> Snippet | None:
    k, d = draft.choice((2, 3)), draft.choice((1, 2, 4))
    ahead = draft.choice((f"F.pad(x, ({d * (k - 1)}, 0))", f"nn.ConstantPad1d(({d * (k - 1)}, 0), 0.0)(x)"))
    return built(draft, f"nn.Conv1d({shape[1]}, {shape[1]}, {k}, dilation={d})", "causal", f"x = self.{{}}({ahead})")


@part(weight=5)
def transposed(draft: Draft, shape: Shape) -> Snippet | None:
    text = layers.transposed_convolution(draft, shape)
    return built(draft, text, "up") if text.startswith(f"nn.ConvTranspose{len(shape) - 2}d") else None


@part(weight=6)
def pooled(draft: Draft, shape: Shape) -> Snippet | None:
    writer = draft.choice((layers.max_pooling, layers.average_pooling, layers.power_pooling))
    return built(draft, writer(draft, shape), "pool")


@part(weight=2)
def overhanging(draft: Draft, shape: Shape) -> Snippet | None:
    kind, k = draft.choice(("MaxPool", "AvgPool")), draft.choice((2, 3))
    return built(draft, f"nn.{kind}{len(shape) - 2}d({k}, {draft.choice((2, 3))}, ceil_mode=True)", "pool")


@part(weight=4)
def adaptive(draft: Draft, shape: Shape) -> Snippet | None:
    sizes = [draft.choice((None, n, n // 2, n - 1, 5, 7, 8, 12)) for n in shape[2:]]
    kind = draft.choice(("Avg", "Max"))
    return built(draft, f"nn.Adaptive{kind}Pool{len(shape) - 2}d({tuple_text(sizes)})", "adaptive")


@part(weight=6)
def resized(draft: Draft, shape: Shape) -> Snippet | None:
    rank = len(shape) - 2
    smooth = ("linear", "bilinear", "trilinear")[rank - 1]
    mode = draft.choice(("nearest", "nearest-exact", "area", smooth, smooth, smooth, *(["bicubic"] * (rank == 2))))
    aligned = draft.choice(("", ", align_corners=False", ", align_corners=True"))
    aligned = aligned if mode in (smooth, "bicubic") else ""
    if draft.chance(0.5):
        size = f"scale_factor={draft.choice((2, 2, 3, 1.5, 0.5, 2.0, 0.75))}"
    else:
        size = f"size={tuple_text([draft.choice((2 * n, n + 1, n - 1, 2 * n - 1, 10, 16, 17)) for n in shape[2:]])}"
    if draft.chance(0.5):
        return lines(f"x = F.interpolate(x, {size}, mode={mode!r}{aligned})")
    return built(draft, f"nn.Upsample({size}, mode={mode!r}{aligned})", "resize")


@part(2, weight=4)
def shuffled(draft: Draft, shape: Shape) -> Snippet | None:
    if draft.chance(0.5):
        name = draft.name("expand")
        init = [f"self.{name} = nn.Conv2d({shape[1]}, 8, {draft.choice((1, 3))}, padding=1)"]
        return Snippet([f"x = F.pixel_shuffle(self.{name}(x), 2)"], init)
    if shape[2] % 2 or shape[3] % 2:
        return None
    return built(draft, "nn.PixelUnshuffle(2)", "shuffle")


@part(2, weight=3)
def unfolded(draft: Draft, shape: Shape) -> Snippet | None:
    """Blocks cut out: neighbours as channels; or put back with their sums."""
    k, d, p, s = draft.choice((2, 3)), draft.choice((1, 1, 2)), draft.choice((0, 1)), draft.choice((1, 1, 2))
    h, w = ((n + 2 * p - d * (k - 1) - 1) // s + 1 for n in shape[2:])
    if h < 2 or w < 2:  # (What each channel of a single block reads is not told apart.)
        return None
    cut = f"F.unfold(x, {k}, dilation={d}, padding={p}, stride={s})"
    if draft.chance(0.5):
        return lines(f"x = {cut}.view(x.shape[0], {shape[1] * k * k}, {h}, {w})")
    name, many = draft.name("between"), shape[1] * k * k
    back = f"F.fold(x, {tuple_text(shape[2:])}, {k}, dilation={d}, padding={p}, stride={s})"
    use = f"x = self.{name}({cut})\nx = {back}"
    return Snippet([use], [f"self.{name} = nn.Conv1d({many}, {many}, 1)"])


@part(weight=4)
def padded(draft: Draft, shape: Shape) -> Snippet | None:
    if min(shape[2:]) < 4:  # (What is cut off on one side and filled on the other would leave nothing.)
        return None
    if draft.chance(0.5):
        return built(draft, layers.padding(draft, shape), "pad")
    amounts = [draft.choice((0, 1, 2, 3, -1)) for _ in range(2 * draft.rng.randint(1, len(shape) - 2))]
    return lines(f"x = F.pad(x, {tuple_text(amounts)})")


# -- branches -----------------------------------------------------------------------------------------


def same(rank: int, c: int, out: int, k: int, d: int = 1) -> str:
    return f"nn.Conv{rank}d({c}, {out}, {k}, padding={d * (k - 1) // 2}, dilation={d})"


@part(weight=5)
def residual(draft: Draft, shape: Shape) -> Snippet | None:
    rank, c = len(shape) - 2, shape[1]
    one, two, short = draft.name("conv"), draft.name("conv"), draft.name("shortcut")
    stride = draft.choice((1, 1, 2))
    init = [
        f"self.{one} = nn.Conv{rank}d({c}, 4, 3, stride={stride}, padding=1)",
        f"self.{two} = {same(rank, 4, c if stride == 1 else 8, 3, draft.choice((1, 2)))}",
    ]
    if stride == 1:
        return Snippet([f"x = x + self.{two}(F.relu(self.{one}(x)))"], init)
    init.append(f"self.{short} = nn.Conv{rank}d({c}, 8, {draft.choice((1, 1, 2))}, stride=2)")
    return Snippet([f"y = self.{two}(self.{one}(x).relu())\nx = F.relu(self.{short}(x) + y)"], init)


@part(weight=4)
def inception(draft: Draft, shape: Shape) -> Snippet | None:
    rank, c, name = len(shape) - 2, shape[1], draft.name("branches")
    options = [
        same(rank, c, 3, 1),
        same(rank, c, 2, 3),
        same(rank, c, 4, 5),
        same(rank, c, 2, 3, 2),
        same(rank, c, 2, 3, 4),
        f"nn.Sequential({same(rank, c, 2, 1)}, {same(rank, 2, 2, 3)}, {same(rank, 2, 4, 3)})",
        f"nn.Sequential(nn.MaxPool{rank}d(3, 1, 1), {same(rank, c, 2, 1)})",
        f"nn.AvgPool{rank}d(3, 1, 1)",
    ]
    chosen = draft.rng.sample(options, draft.choice((2, 3, 4)))
    use = draft.choice(
        ("x = torch.cat([b(x) for b in self.{0}], 1)", "x = torch.cat([*(b(x) for b in self.{0}), x], dim=1)")
    )
    return Snippet([use.format(name)], [f"self.{name} = nn.ModuleList([{', '.join(chosen)}])"])


@part(weight=3)
def dense(draft: Draft, shape: Shape) -> Snippet | None:
    rank, c, name, growth = len(shape) - 2, shape[1], draft.name("dense"), draft.choice((2, 4))
    count = draft.choice((2, 3))
    init = f"self.{name} = nn.ModuleList([{same(rank, c, growth, 3).replace(f'({c},', f'({c} + {growth} * i,')} for i in range({count})])"
    return Snippet([f"for conv in self.{name}:\n    x = torch.cat([x, F.relu(conv(x))], 1)"], [init])


@part(weight=4)
def hourglass(draft: Draft, shape: Shape) -> Snippet | None:
    """Down, and up again beside what was there before."""
    rank, c = len(shape) - 2, shape[1]
    down, up, after = draft.name("down"), draft.name("up"), draft.name("after")
    smooth = ("linear", "bilinear", "trilinear")[rank - 1]
    ups = (
        f"nn.ConvTranspose{rank}d(4, {c}, {draft.choice(('2, 2', '4, 2, 1', '3, 2, 1, 1'))})",
        f"nn.Sequential(nn.Upsample(scale_factor=2), {same(rank, 4, c, 3)})",
        f"nn.Sequential(nn.Upsample(scale_factor=2, mode={smooth!r}, align_corners=True), {same(rank, 4, c, 1)})",
        f"nn.Sequential(nn.Upsample(scale_factor=2, mode={smooth!r}), {same(rank, 4, c, 3)})",
    )
    init = [
        f"self.{down} = nn.Sequential(nn.MaxPool{rank}d(2), {same(rank, c, 4, 3)})",
        f"self.{up} = {draft.choice(ups)}",
        f"self.{after} = {same(rank, 2 * c, 4, 3)}",
    ]
    cut = ", ".join(f":{n // 2 * 2}" for n in shape[2:])
    fit = draft.choice((f"skip = x[:, :, {cut}]", "skip = F.interpolate(x, size=y.shape[2:])"))
    joined = f"x = self.{after}(torch.cat([skip, y], dim=1))" if draft.chance(0.6) else "x = skip + y"
    return Snippet([f"y = self.{up}(F.relu(self.{down}(x)))\n{fit}\n{joined}"], init)


@part(weight=3)
def gated(draft: Draft, shape: Shape) -> Snippet | None:
    """Squeeze and excitation, and gates of other kinds."""
    rank, c, name = len(shape) - 2, shape[1], draft.name("gate")
    space = tuple_text(range(2, rank + 2))
    ones = ", ".join(["1"] * rank)
    forms = (
        (f"nn.Linear({c}, {c})", f"x = x * self.{name}(x.mean({space})).sigmoid().view(x.shape[0], -1, {ones})"),
        (
            f"nn.Sequential(nn.AdaptiveAvgPool{rank}d(1), nn.Conv{rank}d({c}, {c}, 1), nn.Sigmoid())",
            f"x = x * self.{name}(x)",
        ),
        (
            same(rank, 2, 1, 5),
            f"s = torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1)\nx = x * self.{name}(s).sigmoid()",
        ),
        (
            f"nn.Conv{rank}d({c}, {2 * c}, 3, padding=1)",
            f"a, b = self.{name}(x).chunk(2, 1)\nx = torch.tanh(a) * torch.sigmoid(b)",
        ),
        (f"nn.Conv{rank}d({c}, {c}, 1)", f"x = self.{name}(x) + F.adaptive_max_pool{rank}d(x, 1)"),
    )
    text, use = draft.choice(forms)
    return Snippet([use], [f"self.{name} = {text}"])


@part(weight=2)
def pyramid(draft: Draft, shape: Shape) -> Snippet | None:
    """Pooled to several sizes and brought back."""
    rank, size = len(shape) - 2, tuple_text(shape[2:])
    smooth = ("linear", "bilinear", "trilinear")[rank - 1]
    mode = draft.choice(("", f", mode={smooth!r}", f", mode={smooth!r}, align_corners=True"))
    bins = draft.choice(((1, 2), (2, 3), (1, 4), (3, 6)))
    return lines(
        f"levels = [F.adaptive_avg_pool{rank}d(x, b) for b in {bins}]",
        f"x = torch.cat([x] + [F.interpolate(level, size={size}{mode}) for level in levels], dim=1)",
    )


# -- positions ----------------------------------------------------------------------------------------


@part(weight=4)
def cut(draft: Draft, shape: Shape) -> Snippet | None:
    at = draft.rng.randrange(2, len(shape))
    before = ":, " * at
    dots = draft.choice((before, "..., " if at == len(shape) - 1 else before))
    text = draft.choice(
        ("1:-1", "2:", ":-1", "::2", "1::2", "::3", f"{shape[at] // 4}:{shape[at] // 4 * 3}", f"-{shape[at] - 2}:")
    )
    if draft.chance(0.2):
        return lines(f"x = x.narrow({at}, 1, {shape[at] - 2})")
    return lines(f"x = x[{dots}{text}]")


@part(weight=3)
def turned(draft: Draft, shape: Shape) -> Snippet | None:
    at = draft.rng.randrange(2, len(shape))
    forms = (
        f"x = x.flip({at})",
        f"x = torch.flip(x, dims=[{at - len(shape)}])",
        f"x = torch.roll(x, {draft.choice((1, 2, -1, -3))}, dims={at})",
        f"x = torch.cat([x, x.flip({at})], dim=1)",
        f"x = x - x.roll(1, {at})",
        f"x = x.repeat_interleave({draft.choice((2, 3))}, dim={at})",
    )
    return lines(draft.choice(forms))


@part(weight=3)
def laid_together(draft: Draft, shape: Shape) -> Snippet | None:
    """Shifted copies, halves, and what is put before or behind."""
    at = draft.rng.randrange(2, len(shape))
    n, spaces = shape[at], ":, " * at
    half = n // 2
    forms = (
        f"x = torch.cat([x[{spaces}1:], x[{spaces}:-1]], 1)",
        f"x = x[{spaces}1:] - x[{spaces}:-1]",
        f"a, b = x.split([{half}, {n - half}], dim={at})\nx = torch.cat([b, a], dim={at})",
        f"x = torch.cat([x, x[{spaces}:2]], dim={at})",
        f"zeros = torch.zeros_like(x[{spaces}:1])\nx = torch.cat([zeros, x], dim={at})",
        f"x = torch.stack([x[{spaces}::2][{spaces}:{half}], x[{spaces}1::2]], dim={at + 1}).flatten({at}, {at + 1})",
        "x = torch.stack([x, x.relu()], dim=2).flatten(1, 2)",
        f"a, b = x[{spaces}::2][{spaces}:{half}], x[{spaces}1::2]\nx = torch.cat([a + b, a - b], dim=1)",
        f"x = x[{spaces}:{half * 2}].unflatten({at}, ({half}, 2)).mean({at + 1})",
        f"x = x[{spaces}:{half * 2}].unflatten({at}, (2, {half})).sum({at})",
        f"x = x.unfold({at}, 3, {draft.choice((1, 2))}).mean(-1)",
        f"x = x.unfold({at}, 4, 2).amax(dim=-1)",
    )
    return lines(draft.choice(forms))


@part(weight=3)
def mixed_axis(draft: Draft, shape: Shape) -> Snippet | None:
    """One axis is seen as a whole."""
    at, name = draft.rng.randrange(2, len(shape)), draft.name("mix")
    n = shape[at]
    forms = (
        (f"nn.Linear({n}, {draft.choice((n, 6))})", f"x = self.{name}(x.transpose({at}, -1)).transpose({at}, -1)"),
        ("nn.Identity()", f"x = x + self.{name}(x.mean({at}, keepdim=True))"),
        ("nn.Identity()", f"x = x * x.softmax(dim={at})\nx = self.{name}(x)"),
        ("nn.Identity()", f"x = self.{name}(F.normalize(x, dim=1))"),
    )
    text, use = draft.choice(forms)
    return Snippet([use], [f"self.{name} = {text}"])


@part(weight=3)
def attention(draft: Draft, shape: Shape) -> Snippet | None:
    """Over all positions, over the rows of one axis, over windows."""
    rank, c = len(shape) - 2, shape[1]
    name, sizes = draft.name("attn"), tuple_text(shape[2:])
    text = f"nn.MultiheadAttention({c}, {divisor(draft, c, 4)}, batch_first=True)"
    whole = (
        f"t = x.flatten(2).transpose(1, 2)\nt = t + self.{name}(t, t, t)[0]\n"
        f"x = t.transpose(1, 2).unflatten(2, {sizes})"
    )
    layer = f"nn.TransformerEncoderLayer({c}, {divisor(draft, c, 4)}, 8, batch_first=True)"
    forms = [
        (text, whole),
        (layer, f"t = x.flatten(2).mT\nx = self.{name}(t).mT.reshape(x.shape[0], {c}, *x.shape[2:])"),
    ]
    if rank == 2:
        h, w = shape[2:]
        rows = f"t = x.permute(0, 2, 3, 1).reshape(-1, {w}, {c})\nt = self.{name}(t, t, t)[0]\nx = t.view(-1, {h}, {w}, {c}).permute(0, 3, 1, 2)"
        forms.append((text, rows))
        if h % 4 == 0 and w % 4 == 0:
            windows = f"t = einops.rearrange(x, 'n c (h a) (w b) -> (n h w) (a b) c', a=4, b=4)\nt = self.{name}(t, t, t)[0]\n"
            back = (
                f"x = x + einops.rearrange(t, '(n h w) (a b) c -> n c (h a) (w b)', h={h // 4}, w={w // 4}, a=4, b=4)"
            )
            forms += [(text, windows + back)] * 2
    chosen = draft.choice(forms)
    return Snippet([chosen[1]], [f"self.{name} = {chosen[0]}"])


@part(1, 2, weight=2)
def recurrent(draft: Draft, shape: Shape) -> Snippet | None:
    name, c, kind = draft.name("rnn"), shape[1], draft.choice(("LSTM", "GRU", "RNN"))
    twice = draft.choice(("", ", bidirectional=True"))
    text = f"nn.{kind}({c}, 4, batch_first=True{twice})"
    if len(shape) == 3:
        return Snippet([f"x, _ = self.{name}(x.transpose(1, 2))\nx = x.transpose(1, 2)"], [f"self.{name} = {text}"])
    use = f"n, c, h, w = x.shape\nt = x.permute(0, 2, 3, 1).reshape(n * h, w, c)\nt, _ = self.{name}(t)\nx = t.reshape(n, h, w, -1).permute(0, 3, 1, 2)"
    return Snippet([use], [f"self.{name} = {text}"])


# -- between ------------------------------------------------------------------------------------------


@part(weight=5)
def pointwise(draft: Draft, shape: Shape) -> Snippet | None:
    writers = (layers.activation, layers.activation, layers.batch_normalisation, layers.group_normalisation)
    text = draft.choice((*writers, layers.instance_normalisation, layers.local_response))(draft, shape)
    return built(draft, text, "norm" if "Norm" in str(text) else "act")


@part(weight=3)
def channels_last(draft: Draft, shape: Shape) -> Snippet | None:
    name, c = draft.name("norm"), shape[1]
    there, back = "x.movedim(1, -1)", "x.movedim(-1, 1)"
    text = draft.choice(
        (
            f"nn.LayerNorm({c})",
            f"nn.Linear({c}, 4)",
            f"nn.Sequential(nn.LayerNorm({c}), nn.Linear({c}, {c}), nn.GELU())",
        )
    )
    return Snippet([f"x = {there}\nx = self.{name}(x)\nx = {back}"], [f"self.{name} = {text}"])


@part(2, 3, weight=2)
def exchanged(draft: Draft, shape: Shape) -> Snippet | None:
    """Axes of space change places, or one becomes channels for a while."""
    name, c = draft.name("along"), shape[1]
    if len(shape) == 4 and draft.chance(0.6):
        h = shape[2]
        forms = (
            (
                f"nn.Conv1d({c}, {c}, 3, padding=1)",
                f"n, c, h, w = x.shape\nt = x.transpose(1, 2).reshape(n * h, c, w)\nx = self.{name}(t).view(n, h, c, w).transpose(1, 2)",
            ),
            (
                f"nn.Conv1d({c * h}, {c * h}, 3, padding=1, groups={c})",
                f"x = self.{name}(x.flatten(1, 2)).unflatten(1, ({c}, {h}))",
            ),
            (f"nn.Conv2d({h}, {h}, 1)", f"x = self.{name}(x.transpose(1, 2)).transpose(1, 2)"),
        )
        text, use = draft.choice(forms)
        return Snippet([use], [f"self.{name} = {text}"])
    return lines(
        draft.choice(
            ("x = x.transpose(2, 3)", "x = x.flatten(2, 3).unflatten(2, (x.shape[2], x.shape[3]))", "x = x.mT")
        )
    )


@part(weight=1)
def smaller_space(draft: Draft, shape: Shape) -> Snippet | None:
    """An axis is averaged away, or one position of it is taken, or it joins the channels."""
    if len(shape) < 4:
        return None
    at = draft.rng.randrange(2, len(shape))
    return lines(
        draft.choice(
            (
                f"x = x.mean({at})",
                f"x = x.select({at}, {shape[at] // 2})",
                f"x = x.movedim({at}, 2).flatten(1, 2)",
                f"x = x.amax(dim={at})",
            )
        )
    )


def head(draft: Draft) -> Snippet | None:
    """What may stand at the end."""
    shape = tuple(draft.values["x"].shape)
    rank, c, name, size = len(shape) - 2, shape[1], draft.name("head"), 1
    for extent in shape[1:]:
        size *= extent
    forms = (
        (f"nn.Linear({size}, 5)", f"x = self.{name}(x.flatten(1))"),
        (f"nn.Sequential(nn.Flatten(), nn.Linear({size}, 5))", f"x = self.{name}(x)"),
        (f"nn.Linear({c}, 5)", f"x = self.{name}(x.mean({tuple_text(range(2, rank + 2))}))"),
        (f"nn.Sequential(nn.AdaptiveAvgPool{rank}d(1), nn.Flatten(), nn.Linear({c}, 5))", f"x = self.{name}(x)"),
        (f"nn.Conv{rank}d({c}, 2, 1)", f"x = self.{name}(x)"),
    )
    text, use = draft.choice(forms)
    return Snippet([use], [f"self.{name} = {text}"])
