"""Inputs laid out in every way, and the statements that bring them to what a network takes: N×C and the axes of space.

Dims are permuted, left out, split in two, folded into one another; the statements undo that. Which dims of the input are
space is known from how it was laid out, wherever they stand.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.differential.draft import Shape, tuple_text

SPACE = {1: "T", 2: "HW", 3: "DHW"}


@dataclass(slots=True)
class Front:
    """An input, which of its dims are which axes, and the statements that rearrange ``x``."""

    shape: Shape
    axes: dict[str, str]
    forward: list[str] = field(default_factory=list)


def sizes_of(rng: random.Random, rank: int) -> dict[str, int]:
    """A size for every dim of a map."""
    extents = {1: (24, 31, 32, 40, 48, 64), 2: (16, 20, 21, 24, 32), 3: (8, 10, 12)}[rank]
    sizes = {"N": rng.choice((1, 2)), "C": rng.choice((1, 2, 3, 4, 6))}
    return sizes | {axis: rng.choice(extents) for axis in SPACE[rank]}


def plain_front(rng: random.Random) -> Front:
    """N×C×…, as the layers take it."""
    rank = rng.choice((1, 1, 2, 2, 2, 2, 3))
    sizes = sizes_of(rng, rank)
    return Front(tuple(sizes.values()), {str(at + 2): axis for at, axis in enumerate(SPACE[rank])})


def laid_out(rng: random.Random) -> Front:
    """Any order, dims that are not there, dims that were split or are of another kind."""
    rank = rng.choice((1, 1, 1, 2, 2, 2, 2, 3))
    sizes = sizes_of(rng, rank)
    names = ["N", "C", *SPACE[rank]]
    before, dims = rearranged(rng, names, sizes)
    order = list(dims)
    if rng.random() < 0.85:
        rng.shuffle(order)
    front = Front(tuple(dims[name] for name in order), {})
    called = dict(zip(names[2:], SPACE[len(names) - 2], strict=True))
    front.axes = {str(at): called[name] for at, name in enumerate(order) if name in called}
    extra = in_front(rng, front, order, rank)
    front.forward = [*extra, *permuted(rng, order, list(dims)), *before]
    return front


Sizes = dict[str, int]


def rearranged(rng: random.Random, names: list[str], sizes: Sizes) -> tuple[list[str], Sizes]:
    """Statements that make N×C×… of what is laid out otherwise, and the dims of that, in order."""
    dims = dict(sizes)
    ways: list[Callable[[random.Random, list[str], Sizes], list[str]]]
    ways = [
        lambda *_: [],
        lambda *_: [],
        folded_batch,
        folded_channels,
        without_channels,
        without_batch,
        frames,
        blocks,
    ]
    statements = rng.choice(ways)(rng, names, dims)
    return statements, dims


def rest_of(names: list[str], dims: Sizes) -> str:
    return ", ".join(str(dims[name]) for name in names)


def folded_batch(rng: random.Random, names: list[str], dims: Sizes) -> list[str]:
    """N×F×C×…: frames are items, or one of them is taken, or all are averaged or stacked."""
    frames = rng.choice((2, 3))
    before = dict(dims)
    dims.clear()
    dims.update({"N": before["N"], "F": frames, **{name: before[name] for name in names[1:]}})
    rest = rest_of(names[1:], dims)
    return [
        rng.choice(
            (
                "x = x.flatten(0, 1)",
                f"x = x.reshape(-1, {rest})",
                f"x = x.view(x.shape[0] * x.shape[1], {rest})",
                "n, f = x.shape[:2]\nx = x.reshape(n * f, *x.shape[2:])",
                f"x = x[:, {rng.randrange(frames)}]",
                "x = x.mean(1)",
                "x = x.amax(dim=1)",
                "x = torch.cat(x.unbind(1), 1)",
                "x = torch.cat([frame.squeeze(1) for frame in x.chunk(x.size(1), dim=1)], dim=0)",
                "x = torch.stack([x[:, i] for i in range(x.shape[1])], 1).flatten(1, 2)",
                "x = x[:, 1:] - x[:, :-1]\nx = x.flatten(1, 2)",
            )
        )
    ]


def folded_channels(rng: random.Random, names: list[str], dims: Sizes) -> list[str]:
    """Channels as two dims."""
    before = dict(dims)
    dims.clear()
    dims.update({"N": before["N"], "C": before["C"], "G": rng.choice((2, 3)), **{n: before[n] for n in names[2:]}})
    rest = rest_of(names[2:], dims)
    whole = dims["C"] * dims["G"]
    return [
        rng.choice(
            (
                "x = x.flatten(1, 2)",
                f"x = x.reshape(x.size(0), {whole}, {rest})",
                f"x = x.view({dims['N']}, -1, {rest})",
                "x = x.sum(dim=2)",
                "x = x[:, :, 0]",
                "x, _ = x.max(dim=2)",
                "x = torch.cat((x[:, :, 0], x[:, :, -1]), dim=1)",
            )
        )
    ]


def without_channels(rng: random.Random, names: list[str], dims: Sizes) -> list[str]:
    del dims["C"]
    kept = ", ".join(["-1"] * (len(names) - 2))
    options = [
        "x = x.unsqueeze(1)",
        "x = x[:, None]",
        f"x = x.view({dims['N']}, 1, {rest_of(names[2:], dims)})",
        f"x = x[:, None].expand(-1, 3, {kept})",
        f"x = x.unsqueeze(1).repeat(1, 3, {', '.join('1' * (len(names) - 2))})",
        "x = torch.stack([x, x.abs()], dim=1)",
        "x = torch.stack((x, x * 2, -x), 1)",
    ]
    return [rng.choice(options)]


def without_batch(rng: random.Random, names: list[str], dims: Sizes) -> list[str]:
    del dims["N"]
    return [rng.choice(("x = x.unsqueeze(0)", "x = x[None]", f"x = x.view(1, {rest_of(names[1:], dims)})"))]


def frames(rng: random.Random, names: list[str], dims: Sizes) -> list[str]:
    """Height as channels of a sequence (mel × T), or depth as channels of a picture."""
    if len(names) == 3:
        return []
    before = dict(dims)
    dims.clear()
    dims.update({"N": before["N"], **{name: before[name] for name in names[2:]}})
    names.remove("C")
    return []


def blocks(rng: random.Random, names: list[str], dims: Sizes) -> list[str]:
    """Space to depth, written out."""
    even = [name for name in names[2:] if dims[name] % 2 == 0]
    if len(even) < len(names) - 2 or len(names) > 4:
        return []
    if len(names) == 3:
        return [
            rng.choice(
                (
                    f"x = x.reshape(x.shape[0], x.shape[1], {dims['T'] // 2}, 2).permute(0, 1, 3, 2).flatten(1, 2)",
                    "x = torch.cat([x[..., ::2], x[..., 1::2]], 1)",
                    "x = einops.rearrange(x, 'n c (t p) -> n (c p) t', p=2)",
                )
            )
        ]
    return [
        rng.choice(
            (
                "x = F.pixel_unshuffle(x, 2)",
                "x = torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]], 1)",
                "x = einops.rearrange(x, 'n c (h p) (w q) -> n (c p q) h w', p=2, q=2)",
                "n, c, h, w = x.shape\nx = x.view(n, c, h // 2, 2, w // 2, 2).permute(0, 3, 5, 1, 2, 4)\n"
                "x = x.reshape(n, 4 * c, h // 2, w // 2)",
                "x = einops.rearrange(x, 'n c h (k w) -> (n k) c h w', k=2)",
            )
        )
    ]


def permuted(rng: random.Random, order: list[str], wanted: list[str]) -> list[str]:
    """``x`` from one order of dims to another, in the ways people write that."""
    places = [order.index(name) for name in wanted]
    if order == wanted:
        return []
    letters = " ".join(name.lower() for name in order), " ".join(name.lower() for name in wanted)
    forms = [
        f"x = x.permute({', '.join(map(str, places))})",
        f"x = x.permute({tuple_text(places)})",
        f"x = torch.permute(x, {tuple_text(places)})",
        f"x = x.permute({', '.join(map(str, places))}).contiguous()",
        f"x = einops.rearrange(x, '{letters[0]} -> {letters[1]}')",
        f"x = torch.einsum('{letters[0].replace(' ', '')}->{letters[1].replace(' ', '')}', x)",
        f"x = x.movedim({tuple_text(places)}, {tuple_text(range(len(places)))})",
        swapped(places),
    ]
    return [rng.choice(forms)]


def swapped(places: list[int]) -> str:
    """One transposition after the other."""
    now, lines = list(range(len(places))), []
    for at, place in enumerate(places):
        found = now.index(place)
        if found != at:
            lines.append(f"x = x.transpose({at}, {found})")
            now[at], now[found] = now[found], now[at]
    return "\n".join(lines)


def in_front(rng: random.Random, front: Front, order: list[str], rank: int) -> list[str]:
    """What is done to the input as it lies: turned over, cut, flattened and back, standardised."""
    at = rng.randrange(len(order))
    size = front.shape[at]
    inner = [front.shape[d] for d in range(len(order))]
    merged = rng.randrange(len(order) - 1)
    forms = [
        f"x = x.flip({at})",
        f"x = x.roll(1, dims={at})",
        "x = x / 255.0 - 0.5",
        f"x = x.flatten({merged}, {merged + 1}).unflatten({merged}, {tuple_text(inner[merged : merged + 2])})",
        "shape = x.shape\nx = x.reshape(shape[0], -1).view(shape)",
        f"x = x.transpose({merged}, {merged + 1}).contiguous().transpose({merged}, {merged + 1})",
        f"x = x.unsqueeze(-1).squeeze({len(order)})",
        f"x = torch.cat(x.chunk(2, {at}), {at})",
        f"x = torch.cat(torch.split(x, {max(1, size // 2)}, dim={at})[::-1], dim={at})"
        if size % 2 == 0
        else "x = x * 2",
        f"a, b = x, x.flip({at})\nx = a + b",
    ]
    return [rng.choice(forms)] if rng.random() < 0.3 else []
