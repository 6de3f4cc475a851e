"""Analyse a small workspace written for one test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from analyzers.analysis import Analyzer
from analyzers.facts import FileFacts, ModelFact
from analyzers.request import Request, WorkspaceOptions
from analyzers.source.comments import parse_input
from analyzers.source.sources import Sources
from analyzers.tensors.dims import text

HEADER = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n\n\n"


def facts_of(
    folder: Path,
    source: str,
    *targets: str,
    inputs: tuple[str, ...] = (),
    files: dict[str, str] | None = None,
    models: list[dict[str, Any]] | None = None,
    default_input: tuple[Any, ...] | None = None,
) -> FileFacts:
    """The facts of ``model.py`` in ``folder``, beside ``files``; the last two are settings."""
    (folder / "pyproject.toml").touch()
    for name, content in {**(files or {}), "model.py": source}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    path = str(folder / "model.py")
    settings = [{**m, "target": m["target"].replace("model.py", path)} for m in models or []]
    options = WorkspaceOptions(roots=[str(folder)], models=settings, default_input=default_input)
    analyzer = Analyzer(Sources(), options)
    return analyzer.analyze(Request(path, list(targets), [parse_input(i) for i in inputs]))


def model_of(folder: Path, source: str, *targets: str, **options: Any) -> ModelFact:
    """The only model (or the first of the targets)."""
    models = facts_of(folder, source, *targets, **options).models
    assert models, "no model was found"
    assert targets or len(models) == 1, [m.name for m in models]
    return models[0]


def inputs_of(model: ModelFact) -> list[tuple[str, str, str]]:
    """(name, shape, origin) of every input."""
    return [(i.name, shape_text(i.shape), i.origin) for i in model.inputs]


def shape_text(shape: Any) -> str | None:
    return None if shape is None else "x".join(text(d) for d in shape)


def outputs_of(model: ModelFact) -> list[str | None]:
    return [shape_text(o.shape) for o in model.outputs]
