"""What an environment lacks that a file needs: which package, where, and how to name another environment."""

from __future__ import annotations

import venv
from pathlib import Path

import pytest


@pytest.fixture
def python(tmp_path, monkeypatch) -> str:
    """The interpreter of an environment without any package."""
    monkeypatch.chdir(tmp_path)
    venv.create(tmp_path / "empty", with_pip=False)
    folder = "Scripts" if (tmp_path / "empty" / "Scripts").exists() else "bin"
    return str(Path("empty", folder, "python"))


def test_a_model_of_a_package_that_is_not_installed(run, python):
    Path("net.py").write_text(
        "import keras\nbase = keras.applications.ResNet50(weights=None)\n"
        "model = keras.Sequential([base, keras.layers.Dense(3)])\n"
    )
    out = run("inspect", "net.py", "--python", python).out
    said = " ".join(out.split())
    assert "keras is not installed in" in said and "so keras.applications is not known" in said
    assert "--python names another environment" in said


def test_a_file_whose_models_all_come_from_elsewhere(run, python):
    Path("net.py").write_text(
        "import os\nimport torch\nimport timm\nfrom torchvision.models import resnet18\n"
        "a = resnet18()\nb = timm.create_model('resnet18')\n"
    )
    outcome = run("inspect", "net.py", "--python", python)
    assert outcome.code == 2 and "net.py: timm and torchvision not found in" in outcome.err
    assert "no model found in net.py" in outcome.err
