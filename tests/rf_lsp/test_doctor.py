"""`rf-lsp doctor`: what counts for a folder and what to do; nothing is started."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from rf_lsp import __version__


@pytest.fixture(autouse=True)
def outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No environment is active, and whatever would start a program fails."""

    def refuse(*arguments, **options):
        raise AssertionError(f"started {arguments}")

    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    monkeypatch.setattr(os, "system", refuse)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "nets"\n')


def environment(prefix: Path, *packages: str) -> Path:
    """An environment with packages such as ``timm-1.0``; its interpreter would tell that it was started."""
    site = prefix / "lib" / "python3.12" / "site-packages"
    site.mkdir(parents=True)
    for package in packages:
        name, version = package.split("-")
        (site / name).mkdir()
        (site / name / "__init__.py").write_text("")
        (site / f"{name}-{version}.dist-info").mkdir()
    (prefix / "bin").mkdir()
    python = prefix / "bin" / "python"
    python.write_text(f"#!/bin/sh\ntouch {prefix}/started\n")
    python.chmod(0o755)
    return prefix


def told(run, *arguments: str) -> dict:
    outcome = run("doctor", *arguments, "--format", "json")
    assert (outcome.code, outcome.err) == (0, "")
    data = json.loads(outcome.out)
    assert data["schema"] == "rf-lsp.doctor/1" and data["version"] == __version__
    return data


def test_the_environment_of_the_project_and_its_sources(run, tmp_path):
    prefix = environment(tmp_path / ".venv", "torch-2.9.0+cpu", "timm-1.0.31", "rf_lsp-9.9")
    (tmp_path / "net.py").write_text("import torch, timm\nimport own\n")
    (tmp_path / "own.py").write_text("")
    data = told(run)
    (folder,) = data["folders"]
    found = folder["environment"]
    assert (found["prefix"], found["why"]) == (str(prefix), f"of {prefix}")
    assert (found["python_version"], found["server"]) == ("3.12", "9.9")
    assert found["folders"] == [str(prefix / "lib/python3.12/site-packages")]
    assert [(item["name"], item["version"]) for item in folder["packages"]] == [
        ("torch", "2.9.0+cpu"),
        ("timm", "1.0.31"),
    ]
    assert folder["packages"][1]["source"] == str(prefix / "lib/python3.12/site-packages/timm/__init__.py")
    assert folder["tracing"] == f"{prefix}/bin/python (of {prefix}, asks before it is started for the first time)"
    assert folder["advice"] == [] and not (prefix / "started").exists()


def test_an_active_environment_comes_first_and_an_empty_one_is_told(run, tmp_path, monkeypatch):
    environment(tmp_path / ".venv", "keras-3.1")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "gone"))
    (folder,) = told(run)["folders"]
    assert folder["environment"]["prefix"].endswith(".venv")
    assert folder["advice"] == [
        f"there are no packages in {tmp_path}/gone (active (VIRTUAL_ENV)): is the environment finished, or moved?"
    ]
    monkeypatch.setenv("VIRTUAL_ENV", str(environment(tmp_path / "other", "torch-1.0")))
    (folder,) = told(run)["folders"]
    assert folder["environment"]["why"] == "active (VIRTUAL_ENV)" and folder["advice"] == []


def test_without_an_environment_it_says_what_to_do(run):
    (folder,) = told(run)["folders"]
    assert folder["environment"]["why"] == "the one that runs rf-lsp"
    assert "activate yours, or name it with --python" in folder["advice"][0]


def test_what_the_files_import_and_nobody_has(run, tmp_path):
    environment(tmp_path / ".venv", "torch-2.9")
    (tmp_path / "net.py").write_text(
        "import torch\nimport timm, os\nfrom torchvision.models import resnet18\nimport keras\n"
    )
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.py").write_text("def f():\n    import segmentation_models_pytorch as smp\n")
    (folder,) = told(run)["folders"]
    assert folder["missing"] == ["segmentation_models_pytorch", "timm", "torchvision"]
    (advice,) = folder["advice"]
    assert "files here import segmentation_models_pytorch, timm and torchvision, whose source is not found" in advice


def test_a_package_that_its_distribution_calls_otherwise(run, tmp_path):
    prefix = environment(tmp_path / ".venv", "torch-2.9", "yaml-6.0")
    site = prefix / "lib" / "python3.12" / "site-packages"
    (site / "yaml-6.0.dist-info").rename(site / "PyYAML-6.0.dist-info")
    (site / "PyYAML-6.0.dist-info" / "top_level.txt").write_text("_yaml\nyaml\n")
    (tmp_path / "net.py").write_text("import yaml\n")
    (folder,) = told(run)["folders"]
    assert [(p["name"], p["version"]) for p in folder["packages"]] == [("torch", "2.9"), ("yaml", "6.0")]


def test_search_paths_elsewhere_do_not_count(run, tmp_path):
    (tmp_path / "rf-lsp.toml").write_text('search-paths = [".."]\n')
    (folder,) = told(run)["folders"]
    assert folder["search_paths"] == []
    assert any("is outside of" in text and "does not count" in text for text in folder["advice"])


def test_settings(run, tmp_path):
    environment(tmp_path / ".venv", "torch-2.9")
    environment(tmp_path / "named", "keras-3.0")
    (tmp_path / "rf-lsp.toml").write_text('python = "named/bin/python"\nsearch-paths = ["lib", "nowhere"]\n')
    (tmp_path / "lib").mkdir()
    (folder,) = told(run)["folders"]
    assert folder["settings"] == str(tmp_path / "rf-lsp.toml")
    assert folder["environment"]["why"] == f"named by the setting python in {tmp_path}/rf-lsp.toml"
    assert folder["search_paths"] == [str(tmp_path / "lib"), str(tmp_path / "nowhere")]
    assert folder["advice"] == [f"search-paths names {tmp_path}/nowhere, which is no folder"]
    assert not (tmp_path / "named" / "started").exists()
    (folder,) = told(run, "--python", ".venv/bin/python")["folders"]
    assert folder["environment"]["why"] == "named by --python"


def test_settings_that_cannot_be_used_are_advice_not_an_error(run, tmp_path):
    (tmp_path / "rf-lsp.toml").write_text("selct = []\n")
    (folder,) = told(run)["folders"]
    assert "unknown settings key 'selct'" in folder["advice"][0]
    (tmp_path / "rf-lsp.toml").write_text('python = "nowhere/bin/python"\n')
    (folder,) = told(run)["folders"]
    assert folder["environment"] is None and "no Python environment at" in folder["advice"][0]


def test_caches_and_their_sizes(run, tmp_path, cache_dir):
    data = told(run)
    assert data["cache"] == {"folder": str(cache_dir), "bytes": None}
    (tmp_path / ".rf_lsp_cache").mkdir()
    (tmp_path / ".rf_lsp_cache" / "a.json").write_bytes(b"x" * 1500)
    (tmp_path / ".rf_lsp_cache" / "link").symlink_to("/usr/bin")
    assert told(run)["folders"][0]["cache"] == {"folder": str(tmp_path / ".rf_lsp_cache"), "bytes": 1500}


def test_text_for_people(run, tmp_path):
    environment(tmp_path / ".venv", "torch-2.9", "rf_lsp-9.9")
    (tmp_path / "a\x1b[31m").mkdir()
    outcome = run("doctor", ".", "a\x1b[31m")
    assert outcome.code == 0 and "\x1b" not in outcome.out
    assert f"rf-lsp {__version__}\n" in outcome.out
    assert f"environment   {tmp_path}/.venv (of {tmp_path}/.venv, Python 3.12)" in outcome.out
    assert "VS Code: rf-lsp 9.9 of the environment; others:" in outcome.out


def test_a_path_that_does_not_exist(run):
    outcome = run("doctor", "nowhere")
    assert outcome.code == 2 and outcome.err == "rf-lsp: nowhere: no such file or folder\n"
