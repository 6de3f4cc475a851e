"""Whole processes: inspecting ResNet-50 against building it, and checking an unchanged tree."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.sources import installed, rf_lsp, seconds, torchinfo_summary, torchvision_resnet

RESNET = torchvision_resnet()
TORCHINFO_INSTALLED = installed("torchinfo") is not None


@pytest.mark.skipif(not (RESNET and TORCHINFO_INSTALLED), reason="needs torchvision and torchinfo")
def test_inspect_resnet50(benchmark: Any) -> None:
    """At most a third of building the model in torch and printing a torchinfo summary."""
    peer = seconds(torchinfo_summary())
    done = benchmark.pedantic(
        rf_lsp,
        args=("inspect", f"{RESNET}::resnet50()", "--input", "1x3x224x224"),
        rounds=5,
    )
    assert done.returncode == 0, done.stderr
    benchmark.extra_info["torch + torchinfo, s"] = round(peer, 2)
    benchmark.extra_info["ratio (bound 0.33)"] = round(benchmark.stats["min"] / peer, 3)


@pytest.mark.skipif(RESNET is None, reason="needs torchvision")
def test_check_an_unchanged_tree(benchmark: Any, tmp_path: Path) -> None:
    """At most 0.3 s plus 1 ms a file, from the cache."""
    tree = tmp_path / "models"
    shutil.copytree(Path(str(RESNET)).parent, tree, ignore=shutil.ignore_patterns("__pycache__"))
    files = len(list(tree.rglob("*.py")))
    first = rf_lsp("check", "models", cwd=tmp_path)
    assert first.returncode in (0, 1), first.stderr
    benchmark.pedantic(rf_lsp, args=("check", "models"), kwargs={"cwd": tmp_path}, rounds=5)
    benchmark.extra_info["files"] = files
    benchmark.extra_info["bound, s"] = round(0.3 + 0.001 * files, 3)
