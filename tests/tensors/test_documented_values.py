"""The worked values of docs/receptive-fields.md: the tables whose first column lists layers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analyzers.tensors.gather import Gather
from analyzers.tensors.support import PIXELS

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "receptive-fields.md").read_text(encoding="utf-8")
LAYER = re.compile(r"(?P<kind>T|nearest )?(?P<kernel>\d+)(?:/(?P<stride>\d+))?(?: d(?P<dilation>\d+))?")
LAYERS = r"[T\d][^|]*"
CHAINS = re.findall(rf"^\| ({LAYERS}) \| (\d+) \| (\d+) \|$", TEXT, re.MULTILINE)
EXAMPLES = re.findall(rf"^\| N×[^|]* \| ({LAYERS}) \| (\d+), (\d+) \|$", TEXT, re.MULTILINE)


def gather_of(layer: str) -> Gather:
    match = LAYER.fullmatch(layer)
    assert match is not None, layer
    kernel, stride, dilation = (int(match[name] or 1) for name in ("kernel", "stride", "dilation"))
    if match["kind"] == "nearest ":
        return Gather.repeated(kernel)
    return Gather.transposed(kernel, stride) if match["kind"] else Gather.window(kernel, stride, 0, dilation)


def test_the_tables_are_there():
    assert len(CHAINS) >= 10 and len(EXAMPLES) >= 4


@pytest.mark.parametrize(("layers", "size", "stride"), [*CHAINS, *EXAMPLES])
def test_worked_values(layers: str, size: str, stride: str):
    support = PIXELS
    for layer in layers.split(", "):
        support = support.gather(gather_of(layer))
    assert (support.size, support.stride) == (int(size), int(stride))
