"""What the type checker must find in a layer, and what every layer must say for that."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.trees import ENGINE, ROOT, nodes

TORCH_LAYER = """\
from typing import Any

from analyzers.frameworks.torch import functional as F
from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.conv import Conv2d
from analyzers.tensors.tensor import Tensor


class Window(Module):
    def __init__(self, kernel_size: Any, padding: Any = 0) -> None:
        self.kernel_size = kernel_size
        self.padding = padding

    def forward(self, input: Tensor) -> Tensor:
        assert self.training and self.class_.name and not self.attributes.get("frozen")
        return F.max_pool2d(input, self.kernel_sise, None, self.padding)


class Narrow(Conv2d):
    def extra_repr(self) -> str:
        return f"{self.in_chanels} to {self.out_channels}"
"""
KERAS_LAYER = """\
from typing import Any

from analyzers.frameworks.keras.layer import Layer
from analyzers.frameworks.keras.layers.arguments import as_tensor
from analyzers.frameworks.keras.layers.convolution import BaseConv


class Repeat(Layer):
    def __init__(self, n: Any, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)
        self.n = n

    def call(self, inputs: Any) -> Any:
        x = as_tensor(inputs)
        return x.with_(shape=(x.shape[0], self.m, *x.shape[1:]))


class Wide(BaseConv):
    def get_config(self) -> dict:
        return {"filters": self.filters, "strides": self.stride, "machine": self.machine}
"""


def messages_of(folder: Path, sources: dict[str, str]) -> dict[str, list[str]]:
    """File name → what the type checker says of a file with this text, under the project's own settings."""
    settings = {
        "include": ["."], "extraPaths": [str(ROOT)], "pythonVersion": "3.10", "typeCheckingMode": "standard"
    }  # fmt: skip
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    for name, source in sources.items():
        (folder / name).write_text(source, encoding="utf-8")
    command = [sys.executable, "-m", "basedpyright", "-p", str(folder), "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    messages: dict[str, list[str]] = {name: [] for name in sources}
    for found in json.loads(done.stdout)["generalDiagnostics"]:
        messages[Path(found["file"]).name].append(found["message"].splitlines()[0])
    return messages


@pytest.mark.slow
def test_misspelt_attributes_of_a_layer_are_refused(tmp_path: Path):
    pytest.importorskip("basedpyright")
    messages = messages_of(tmp_path, {"window.py": TORCH_LAYER, "repeat.py": KERAS_LAYER})
    for name, misspelt in (("window.py", ["kernel_sise", "in_chanels"]), ("repeat.py", ["m", "stride"])):
        assert len(messages[name]) == len(misspelt), messages
        for message, attribute in zip(messages[name], misspelt):
            assert f'Cannot access attribute "{attribute}"' in message


def functions_with_untyped_self(path: Path) -> list[str]:
    """Functions outside of classes that take a ``self`` nobody types: what they read of it nobody checks."""
    methods = {
        id(part)
        for node in nodes(path, ast.ClassDef)
        for part in (*node.body, *(inner for body in node.body if isinstance(body, ast.If) for inner in body.body))
    }
    return [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for node in nodes(path, ast.FunctionDef)
        if id(node) not in methods
        for argument in (*node.args.posonlyargs, *node.args.args)
        if argument.arg == "self" and (argument.annotation is None)
    ]


def test_every_function_says_whose_self_it_takes():
    assert [found for path in ENGINE for found in functions_with_untyped_self(path)] == []


def test_nothing_hides_from_the_checker():
    """``machine`` and ``self`` have types of their own; ``Any`` would let every misspelling pass."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.arg}"
        for path in ENGINE
        for node in nodes(path, ast.arg)
        if node.arg == "machine" and node.annotation is not None
        if ast.unparse(node.annotation) not in ("Machine", "Machine | None")
    ]
    assert wrong == []
