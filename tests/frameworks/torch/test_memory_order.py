"""Views of what was reordered: torch refuses those that need a copy, and so do we where that is certain."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import concat_split, memory_order, reshape
from analyzers.tensors.tensor import Tensor
from tests.differential.judge import NO_TORCH
from tests.models.analysed import HEADER, model_of

CASES = 3000
HEADS = """class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv, self.out = nn.Linear(48, 3 * 48), nn.Linear(48, 48)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = (part.view(b, t, 4, 12).transpose(1, 2) for part in self.qkv(x).chunk(3, dim=-1))
        mixed = (q @ k.transpose(-2, -1)).softmax(-1) @ v
        return self.out(mixed.transpose(1, 2){})
"""
RUNS = [
    ".reshape(b, t, d)",
    ".contiguous().view(b, t, d)",
    ".flatten(2)",
    ".clone(memory_format=torch.contiguous_format).view(b, t, d)",
]
RAISES = [".view(b, t, d)", ".view(b, -1, 48)", ".view(b * t, d)"]


def divided(rng: random.Random, count: int) -> tuple[int, ...]:
    """Some lengths whose product is ``count``."""
    lengths = []
    for _ in range(rng.randint(0, 3)):
        lengths.append(rng.choice([n for n in range(1, count + 1) if count % n == 0]))
        count //= lengths[-1]
    return tuple(rng.sample([*lengths, count], len(lengths) + 1))


def test_random_chains() -> None:
    """What is refused, torch refuses; of what torch refuses, most is."""
    torch = pytest.importorskip("torch", reason=NO_TORCH)
    rng, found, refused = random.Random(0), 0, 0
    for _ in range(CASES):
        real = torch.zeros([rng.choice([1, 2, 3, 4]) for _ in range(rng.randint(2, 4))])
        ours = memory_order.contiguous(Tensor(tuple(real.shape)))
        for kind in rng.choices(["permute", "narrow", "reshape", "view"], k=5):
            if kind == "permute":
                order = rng.sample(range(real.dim()), real.dim())
                real, ours = real.permute(order), reshape.permute(ours, order)
                continue
            if kind == "narrow":
                dim = rng.randrange(real.dim())
                start = rng.randrange(real.shape[dim])
                length = rng.randint(1, real.shape[dim] - start)
                real, ours = real.narrow(dim, start, length), concat_split.narrow(ours, dim, start, length)
                continue
            shape = divided(rng, real.numel())
            viewed = reshape.view(ours, shape)
            if kind == "view":
                is_told, is_refused = refuses(ours, viewed), raises(real, shape)
                assert is_refused or not is_told, (real.shape, real.stride(), shape)
                found, refused = found + is_told, refused + is_refused
                if is_refused:
                    break
            real, ours = real.reshape(shape), viewed
    assert refused > CASES // 10 and found > 0.6 * refused


def refuses(ours: Tensor, viewed: Tensor) -> bool:
    try:
        memory_order.require_viewable(ours, viewed)
    except OperationError:
        return True
    return False


def raises(real, shape) -> bool:
    try:
        real.view(shape)
    except RuntimeError:
        return True
    return False


@pytest.mark.parametrize("call", RUNS)
def test_heads_that_are_copied(tmp_path: Path, call: str):
    """torch gives 2×7×48 of that."""
    model = model_of(tmp_path, HEADER + HEADS.format(call), inputs=("2x7x48",))
    assert model.problems == [] and model.outputs[0].shape == (2, 7, 48)


@pytest.mark.parametrize(("given", "level"), [(("2x7x48",), None), ((), "warning")])
@pytest.mark.parametrize("call", RAISES)
def test_heads_that_are_only_viewed(tmp_path: Path, call: str, given: tuple[str, ...], level: str | None):
    """torch: view size is not compatible with input tensor's size and stride; with one time step it is."""
    (problem,) = model_of(tmp_path, HEADER + HEADS.format(call), inputs=given).problems
    assert (problem.rule, problem.data.get("level")) == ("reshape-mismatch", level)
