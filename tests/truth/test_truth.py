"""`rf-lsp inspect` against recorded runs of torch: our own facts, and the shared packs where they are.

The packs (torchvision, Keras applications) are looked for in ``$RF_LSP_TRUTH`` and in ``../shared/truth``;
``RF_LSP_TRUTH_MODELS`` chooses the models by a part of their names (default: a few small ones).
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.differential.compare import compare
from tests.differential.static import static_inspect
from tests.mutations.originals import CALLED_ONCE, FOLDER, Original
from tests.shared import COMMAND, shared_folder
from tests.truth.record import FACTS

SHARED = shared_folder("truth")
RECORDED = json.loads(FACTS.read_text(encoding="utf-8"))
MODELS = os.environ.get("RF_LSP_TRUTH_MODELS", "alexnet resnet18 squeezenet1_1 mobilenet_v2 vit_b_32").split()


@pytest.mark.parametrize("original", CALLED_ONCE, ids=lambda original: original.file)
def test_our_models_are_as_torch_ran_them(original: Original) -> None:
    static = static_inspect(FOLDER / original.file, original.expression, original.input_lists)
    differences = compare(RECORDED[original.file], static)
    assert not differences, "\n".join(map(str, differences))


def packs() -> list[tuple[str, str]]:
    """The packs whose framework's sources are installed, with each model to try."""
    found = []
    for package, name in (("torchvision", "torchvision.json.gz"),):
        if (
            (SHARED / "compare.py").exists()
            and (SHARED / name).exists()
            and importlib.util.find_spec(
                package,
            )
        ):
            found += [(name, model) for model in MODELS]
    return found


if packs():

    @pytest.mark.parametrize(("pack", "model"), packs())
    def test_pack(pack: str, model: str, tmp_path: Path) -> None:
        report = tmp_path / "report.json"
        script = [sys.executable, str(SHARED / "compare.py"), str(SHARED / pack), "--only", model]
        done = subprocess.run(
            [*script, "--rf-lsp", COMMAND, "--verbose", "--report", str(report)],
            capture_output=True,
            text=True,
            timeout=300,
        )
        results = json.loads(report.read_text())
        assert results, f"no model of {pack} is called {model}"
        for result in results:
            wrong = result["wrong"] + result["rf_wrong"] + result["findings"]
            assert result["complete"], done.stdout
            assert not wrong, done.stdout
            assert result["rf_right"] >= 0.97 * result["rf"], done.stdout
            assert result["places_right"] >= 0.99 * result["places"], done.stdout
