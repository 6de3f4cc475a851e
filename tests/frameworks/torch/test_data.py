"""Data sets and loaders: lengths and the shapes of the first batch, as torch has them."""

from __future__ import annotations

import pytest

from tests.differential.judge import NO_TORCH
from tests.interpreter.agreement import outcome_of

pytest.importorskip("torch", reason=NO_TORCH)

PROGRAM = """import torch as _torch
import torch.utils.data as _data
from itertools import islice as _islice


class _Rows(_data.Dataset):
    def __init__(self, count=10, shape=(3, 8)):
        self.count, self.shape = count, shape

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        if index >= self.count:
            raise IndexError
        return _torch.zeros(self.shape), index


class _Growing(_data.Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return _torch.zeros(index + 1, 2)


class _Stream(_data.IterableDataset):
    def __iter__(self):
        for index in range(10):
            yield _torch.zeros(5), {{"number": index, "half": 0.5, "flag": True}}


def _pair(length=10):
    return _data.TensorDataset(_torch.zeros(length, 3, 4), _torch.zeros(length))


def _shapes(value):
    if isinstance(value, _torch.Tensor):
        return tuple(value.shape), str(value.dtype)
    if isinstance(value, dict):
        return {{key: _shapes(part) for key, part in value.items()}}
    return [_shapes(part) for part in value] if isinstance(value, (list, tuple)) else value


def _first(loader):
    for batch in loader:
        return _shapes(batch)


value = {expression}
"""


@pytest.mark.parametrize(
    "expression",
    [
        "_first(_data.DataLoader(_pair(), batch_size=4))",
        "_first(_data.DataLoader(_pair()))",
        "_first(_data.DataLoader(_pair(), 64))",
        "_first(_data.DataLoader(_pair(), 64, drop_last=True))",
        "_first(_data.DataLoader(_pair(), batch_size=None))",
        "_first(_data.DataLoader(_Rows(), 4, True))",
        "_first(_data.DataLoader(_Rows(shape=(1, 28, 28)), 4, num_workers=0, pin_memory=False))",
        "_first(_data.DataLoader(_Stream(), 4))",
        "_first(_data.DataLoader([_torch.ones(2, 3)] * 5, 3))",
        "_first(_data.DataLoader(_torch.zeros(9, 4), 2))",
        "_first(_data.DataLoader(['a', 'b', 'c'][:1] * 3, 3))",
        "_first(_data.DataLoader(_Growing(), 2, collate_fn=lambda items: _torch.zeros(len(items), 2)))",
        "_first(_data.DataLoader(_Rows(), 4, collate_fn=lambda items: _torch.stack([i[0] for i in items], 1)))",
        "_first(_data.DataLoader(_Rows(6) + _Rows(5), 11))",
        "_first(_data.DataLoader(_data.Subset(_Rows(), [1, 4, 7]), 8))",
        "[len(part) for part in _data.random_split(_Rows(), [7, 3])]",
        "[len(part) for part in _data.random_split(_Rows(), [0.8, 0.2])]",
        "_first(_data.DataLoader(_data.random_split(_Rows(), [7, 3])[1], 8))",
        "[len(_data.DataLoader(_Rows(), n)) for n in (1, 3, 5, 20)]",
        "[len(_data.DataLoader(_Rows(), n, drop_last=True)) for n in (1, 3, 5, 20)]",
        "len(_Rows(6) + _Rows(5)), len(_data.Subset(_Rows(), range(4))), len(_pair(7))",
        "_shapes(_pair()[3]), _shapes((_Rows(2) + _Rows(2, (7,)))[3])",
        "_shapes(next(iter(_data.DataLoader(_pair(), 4)))[0])",
        "[(number, _shapes(x)) for number, (x, _) in _islice(enumerate(_data.DataLoader(_pair(), 4), 1), 1)]",
        "[_shapes(x) for (x, _), _ in zip(_data.DataLoader(_pair(), 4), range(1))]",
        "_shapes(_data.default_collate([(_torch.zeros(2, 2), 1.0), (_torch.zeros(2, 2), 2.0)]))",
        "sum(1 for _ in _data.DataLoader(_pair(), 10))",
    ],
)
def test_as_torch(tmp_path, expression):
    outcome = outcome_of(PROGRAM.format(expression=expression), tmp_path)
    assert (outcome.different, outcome.unknown) == ([], [])


@pytest.mark.parametrize(
    "expression",
    [
        "sum(1 for _ in _data.DataLoader(_pair(), 4))",
        "[_shapes(x) for x, _ in _data.DataLoader(_pair(), 4)]",
        "_shapes(list(_data.DataLoader(_Rows(), 4)))",
    ],
)
def test_nothing_else_is_said_of_what_is_not_known(tmp_path, expression):
    outcome = outcome_of(PROGRAM.format(expression=expression), tmp_path)
    assert (outcome.different, len(outcome.unknown)) == ([], 1)
