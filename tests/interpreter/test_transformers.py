"""Models of transformers, whose package imports its parts lazily. The numbers are those that are published of them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from analyzers.analysis import Analyzer
from analyzers.facts import ModelFact
from analyzers.request import Request, WorkspaceOptions
from analyzers.source.sources import Sources


def site_packages() -> list[str]:
    """Where it is installed with what its configurations are made of; its source is read and never run."""
    specs = [importlib.util.find_spec(name) for name in ("transformers", "huggingface_hub")]
    return [str(Path(spec.origin).parents[1]) for spec in specs if spec is not None and spec.origin is not None]


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(len(site_packages()) < 2, reason="transformers and huggingface_hub are not installed"),
]


def model_of(text: str, tmp_path: Path, shape: tuple[int, ...]) -> ModelFact:
    path = tmp_path / "main.py"
    path.write_text(text)
    options = WorkspaceOptions(roots=[str(tmp_path)], site_packages=site_packages())
    facts = Analyzer(Sources(), options).analyze(Request(str(path), ["model"], [(None, shape)]))
    return facts.models[0]


def shapes_of(model: ModelFact) -> dict[str, tuple]:
    return {output.path: tuple(output.shape or ()) for output in model.outputs}


def test_vit(tmp_path: Path) -> None:
    text = "from transformers import ViTConfig, ViTModel\n\nmodel = ViTModel(ViTConfig())\n"
    model = model_of(text, tmp_path, (1, 3, 224, 224))
    assert (model.status, model.parameters) == ("complete", 86_389_248)
    assert shapes_of(model) == {"last_hidden_state": (1, 197, 768), "pooler_output": (1, 768)}


def test_bert(tmp_path: Path) -> None:
    text = "from transformers import BertConfig, BertModel\n\nmodel = BertModel(BertConfig())\n"
    model = model_of(text, tmp_path, (1, 128))
    assert model.parameters == 109_482_240
    assert shapes_of(model) == {"last_hidden_state": (1, 128, 768), "pooler_output": (1, 768)}
