"""Tensors of data that is not known may have any rank: nothing that is done with them is an error."""

from __future__ import annotations

import pytest

from tests.models.analysed import facts_of

HEADER = """import numpy as np
import torch
import torch.nn.functional as F

raw = np.load("x.npy")
kept = torch.load("x.pt")
"""
MAKERS = [
    "torch.Tensor", "torch.FloatTensor", "torch.LongTensor", "torch.tensor", "torch.as_tensor", "torch.from_numpy", "np.array",
    "np.asarray", "torch.nn.Parameter", "torch.stack", "torch.cat", "torch.atleast_1d",
]  # fmt: skip


@pytest.mark.parametrize("make", MAKERS)
def test_made_of_data(tmp_path, make):
    uses = ("[:, 0]", "[:, :, 0]", ".reshape(3, 4)", ".sum(1)", ".shape[2]")
    source = "".join(
        f"a{i}{j} = {make}({d}){use}\n" for i, d in enumerate(("raw", "kept")) for j, use in enumerate(uses)
    )
    assert facts_of(tmp_path, HEADER + source).problems == []


@pytest.mark.parametrize(
    "expression",
    [
        "torch.zeros(*raw.shape)[:, 0]",
        "torch.zeros(raw.shape)[:, 0]",
        "torch.Tensor(raw.shape)[:, 0]",
        "torch.tensor([raw, raw])[:, 0, 0]",
        "torch.Tensor([raw])[:, :, 0]",
        "torch.Tensor(raw, raw)[:, 0]",
        "torch.LongTensor(list(raw))[:, 0]",
        "torch.Tensor(np.stack([raw, raw]))[:, 0, 0]",
        "F.one_hot(torch.Tensor(raw).long())[:, 0]",
        "torch.unsqueeze(torch.Tensor(raw), 0).permute(0, 2, 1, 3)",
        "F.softmax(torch.Tensor(raw), dim=1)",
        "torch.Tensor(raw).max(1)[1]",
    ],
)
def test_made_with_data(tmp_path, expression):
    assert facts_of(tmp_path, HEADER + f"a = {expression}\n").problems == []
