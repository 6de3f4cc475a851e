"""Tiles and sizes of dense models: as many sizes are really run, and a result is put together from tiles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analyzers.analysis import Analyzer
from analyzers.facts import ModelFact, TilingFact
from analyzers.models.tiling import multiple_of
from analyzers.request import Request, WorkspaceOptions
from analyzers.source.sources import Sources
from tests.models.dense_models import DILATED, HEAD, MODELS, TILED, UNET


def dense(path: Path, source: str) -> ModelFact:
    path.write_text(HEAD + source)
    analyzer = Analyzer(Sources(), WorkspaceOptions(roots=[str(path.parent)]))
    return analyzer.analyze(Request(str(path), tiling=True)).models[0]


def tiling(path: Path, source: str) -> TilingFact:
    found = dense(path, source).tiling
    assert found is not None
    return found


def really(source: str) -> Any:
    names: dict[str, Any] = {}
    exec(HEAD + source, names)
    torch = names["torch"]
    torch.manual_seed(0)
    return torch, names["Net"]().double().eval()


@pytest.mark.parametrize("name", MODELS)
def test_sizes_are_those_that_run(name, tmp_path):
    pytest.importorskip("torch")
    found = tiling(tmp_path / "net.py", MODELS[name])
    torch, net = really(MODELS[name])
    shape = dense(tmp_path / "net.py", MODELS[name]).inputs[0].shape

    def runs(axis: int, size: int) -> bool:
        given = list(shape)
        given[2 + axis] = size
        try:
            with torch.no_grad():
                net(torch.zeros(given, dtype=torch.float64))
        except RuntimeError:
            return False
        return True

    assert found.smallest is not None and found.valid_sizes is not None
    for axis in range(len(shape) - 2):
        fitting = [size for size in range(1, shape[2 + axis] + 20) if runs(axis, size)]
        multiple = multiple_of(fitting)
        assert found.smallest[axis] == fitting[0]
        assert (found.multiple[axis] if found.multiple else None) == (multiple if multiple > 1 else None)
        after = [size for size in fitting if size > shape[2 + axis]]
        assert list(found.valid_sizes[axis])[: len(after)] == after[:3]


@pytest.mark.parametrize("name", TILED)
def test_tiles_join_to_the_whole_result(name, tmp_path):
    pytest.importorskip("torch")
    fact = dense(tmp_path / "net.py", MODELS[name])
    found, shape = fact.tiling, fact.inputs[0].shape
    assert found is not None and found.halo is not None and found.overlap is not None
    torch, net = really(MODELS[name])
    for axis in range(len(shape) - 2):
        step = (found.multiple[axis] if found.multiple else None) or 4
        before, after = (-(-reach // step) * step for reach in found.halo[axis] or ())
        given = [*shape[:2], *(16 for _ in shape[2:])]
        given[2 + axis] = -(-(before + after) // step) * step + 12 * step
        x = torch.randint(-4, 5, given).double()
        with torch.no_grad():
            for weights in net.parameters():  # Of whole numbers every sum is exact, in whichever order it is made.
                weights.copy_(torch.randint(-1, 2, weights.shape))
            whole = net(x)
            for start in range(before, given[2 + axis] - after - step, 3 * step):
                end = min(start + 3 * step, given[2 + axis] - after)
                tile = net(x.narrow(2 + axis, start - before, end + after - start + before))
                kept = tile.narrow(2 + axis, before, end - start)
                assert torch.equal(kept, whole.narrow(2 + axis, start, end - start))


@pytest.mark.parametrize("name", TILED)
def test_a_halo_is_how_far_a_gradient_reaches(name, tmp_path):
    """With positive weights and averages instead of maxima: to whole periods where these are narrower than the field, else
    not a pixel more or less."""
    pytest.importorskip("torch")
    fact = dense(tmp_path / "net.py", MODELS[name])
    found, shape = fact.tiling, fact.inputs[0].shape
    assert found is not None and found.halo is not None
    torch, net = really(MODELS[name].replace("MaxPool", "AvgPool").replace("max_pool", "avg_pool"))
    for weights in net.parameters():
        weights.data.abs_()
    for axis in range(len(shape) - 2):
        before, after = found.halo[axis] or (0, 0)
        middle = -(-(before + after) // 16) * 16 + 16
        given = [*shape[:2], *(16 for _ in shape[2:])]
        given[2 + axis] = 2 * middle
        x = torch.rand(given, dtype=torch.float64).requires_grad_()
        y, reached = net(x), []
        for unit in range(middle, middle + 16):
            (gradient,) = torch.autograd.grad(y.select(2 + axis, unit).sum(), x, retain_graph=True)
            rows = gradient.movedim(2 + axis, 0).flatten(1).abs().sum(1).nonzero().flatten()
            reached.append((unit - int(rows[0]), int(rows[-1]) - unit))
        period = next(count for count in (1, 2, 4, 8, 16) if reached[count:] == reached[: 16 - count])
        grid = period if 2 * period <= max(map(sum, reached)) + 1 else 1
        farthest = [max(reach) for reach in zip(*reached, strict=True)]
        assert [-(-reach // grid) * grid for reach in farthest] == [before, after]


def test_nothing_is_said_where_the_output_is_no_map(tmp_path):
    source = (
        "class Net(nn.Sequential):\n    def __init__(self):\n        super().__init__(nn.Flatten(), nn.Linear(8, 2))\n"
    )
    assert dense(tmp_path / "net.py", source).tiling is None


def test_a_global_field_has_no_halo(tmp_path):
    source = DILATED.replace("return self.net(x)", "return self.net(x) * x.mean((2, 3), keepdim=True).sum(1, True)")
    found = tiling(tmp_path / "net.py", source)
    assert found.halo is None and found.overlap is None and found.smallest == (1, 1)


def test_nobody_pays_who_does_not_ask(tmp_path):
    path = tmp_path / "net.py"
    path.write_text(HEAD + UNET)
    facts = Analyzer(Sources(), WorkspaceOptions(roots=[str(tmp_path)])).analyze(Request(str(path)))
    assert facts.models[0].tiling is None


@pytest.mark.parametrize(("sizes", "multiple"), [([16, 32, 48], 16), ([3, 4, 5, 6], 1), ([5, 9, 13, 17, 21], 0)])
def test_multiples(sizes, multiple):
    assert multiple_of(sizes) == multiple


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ("1x2x34x48", "; height of the input must be a multiple of 4 (next: 36, 40)"),
        ("1x2x33x49", "; height of the input must be a multiple of 4 (next: 36, 40)"),
        ("1x2x30x30", "; height and width of the input must be multiples of 4 (next: 32, 36)"),
    ],
)
def test_a_skip_that_does_not_match_says_which_sizes_do(size, said, tmp_path):
    (problem,) = dense(tmp_path / "net.py", UNET.replace("1x2x32x48", size)).problems
    assert problem.rule == "concat-mismatch" and problem.message.endswith(said)


def test_nothing_is_said_of_sizes_where_none_is_a_remedy(tmp_path):
    wrong = UNET.replace("nn.ConvTranspose2d(4, 4, 2, stride=2)", "nn.ConvTranspose2d(4, 4, 3, stride=2)")
    problems = dense(tmp_path / "net.py", wrong).problems
    assert problems and not any("multiple" in problem.message for problem in problems)
