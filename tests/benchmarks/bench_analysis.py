"""Analyses in one process, beside libcst's own parse with positions of the same text."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import libcst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from tests.benchmarks.sources import torchvision_resnet
from tests.differential.static import run_command
from tests.mutations.originals import FOLDER

RESNET = torchvision_resnet()


def parsed_with_positions(text: str) -> float:
    """Seconds for libcst to parse a text and resolve its positions (the fastest of three)."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        MetadataWrapper(libcst.parse_module(text)).resolve(PositionProvider)
        best = min(best, time.perf_counter() - start)
    return best


def inspected(target: str, shape: str) -> None:
    code, _, err = run_command(["inspect", target, "--format", "json", "--input", shape])
    assert code == 0, err


def compare_with_parse(benchmark: Any, path: Path, label: str) -> None:
    parse = parsed_with_positions(path.read_text(encoding="utf-8"))
    benchmark.extra_info["libcst parse with positions, ms"] = round(1000 * parse, 1)
    benchmark.extra_info[label] = round(benchmark.stats["min"] / parse, 2)


@pytest.mark.parametrize(
    ("file", "expression", "shape"),
    [
        ("resnet.py", "ResNet(BasicBlock, [2, 1, 2])", "1x3x64x64"),
        ("unet.py", "UNet(3, 2)", "1x3x64x64"),
        ("densenet.py", "DenseNet()", "1x3x64x64"),
        ("vit.py", "VisionTransformer()", "1x3x64x64"),
    ],
)
def test_first_analysis_of_a_file(benchmark: Any, file: str, expression: str, shape: str) -> None:
    """At most three times libcst's parse-with-positions of the blocks it reads."""
    path = FOLDER / file
    inspected(f"{path}::{expression}", shape)
    benchmark.pedantic(inspected, args=(f"{path}::{expression}", shape), rounds=10, warmup_rounds=1)
    compare_with_parse(benchmark, path, "ratio (bound 3)")


@pytest.mark.skipif(RESNET is None, reason="needs torchvision")
def test_resnet_with_its_ten_models(benchmark: Any) -> None:
    """torchvision's resnet.py, every model of it, within a second."""
    benchmark.pedantic(inspected, args=(str(RESNET), "1x3x224x224"), rounds=3, warmup_rounds=1)
    compare_with_parse(benchmark, Path(str(RESNET)), "ratio")
    benchmark.extra_info["bound, s"] = 1.0
