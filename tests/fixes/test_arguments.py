"""An argument is changed where its layer's own signature has it: every layer class, every argument that a fix edits,
given by position, by name, or left to its default. Torch and Keras say what the edited call gives the constructor."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import analyzers.frameworks  # noqa: F401 (the tables of layers are filled from it)
from analyzers.facts import Finding, Place
from analyzers.fixes.support.arguments import change
from analyzers.fixes.support.context import FixContext
from analyzers.frameworks.keras.layer import Layer
from analyzers.interpreter.overlays import NAMES, is_native_root
from analyzers.models.source_calls import native_signature
from analyzers.request import Request
from analyzers.signature import Parameter, Signature
from rf_lsp.editing import applied
from rf_lsp.engine import Engine, project_settings_for, settings_for
from tests.differential.judge import Judge

ROLES = (
    *("kernel_size", "stride", "padding", "output_padding", "dilation", "bias"),
    *("in_channels", "in_features", "num_features", "num_channels", "input_size", "normalized_shape"),
)
KERAS = {
    "stride": "strides",
    "dilation": "dilation_rate",
    "bias": "use_bias",
}
"""Keras' names, where they are others; a pooling's kernel is its pool."""
GIVEN = {
    "in_channels": 4, "out_channels": 8, "kernel_size": 3, "in_features": 4, "out_features": 8, "num_features": 4,
    "num_groups": 2, "num_channels": 4, "input_size": 4, "hidden_size": 8, "normalized_shape": 4, "norm_type": 2,
    "filters": 8, "pool_size": 2, "units": 8, "stride": 1, "strides": 1, "output_size": 6, "in1_features": 4,
    "in2_features": 4,
}  # fmt: skip
RECURRENT = dict.fromkeys(("torch.nn.RNN", "torch.nn.LSTM", "torch.nn.GRU"), "torch.nn.RNNBase")
"""Classes of torch that hand ``*args`` on, and the one that takes them."""
NEW = {"kernel_size": "5", "stride": "2", "padding": "1", "output_padding": "1", "dilation": "2", "bias": "False"}
STYLES = ("position", "name", "default")
HEADS = {
    "torch": ("import torch\nfrom torch import nn\n", "nn", "Module", "forward"),
    "keras": ("import keras\nfrom keras import layers\n", "layers", "Model", "call"),
}
"""The imports of a program, the name of the layers' module, and how a model is written."""


class Binder(Judge):
    """The real constructors."""

    worker = "tests.fixes.binding"


@dataclass(frozen=True)
class Case:
    """One call of one class, and the argument to change."""

    kind: str
    role: str
    style: str
    parameter: str
    text: str
    call: str

    def __str__(self) -> str:
        return f"{self.kind} {self.role} by {self.style}: {self.call}"


def classes(framework: str) -> dict[str, Signature]:
    """Public name → signature of every layer; in Keras of those with a window, for nothing else of theirs is edited."""
    assert is_native_root(framework)
    prefix = {"torch": "torch.nn.", "keras": "keras.layers."}[framework]
    found = {}
    for name, host in NAMES.items():
        short = name.removeprefix(prefix)
        public = name.startswith(prefix) and "." not in short and not short.startswith("_")
        public = public and isinstance(host, type) and host.__name__ == short and hasattr(host.__init__, "__code__")
        if public and (framework == "torch" or host.geometry is not Layer.geometry):
            found[short] = native_signature(host.__init__, host)  # type: ignore[arg-type]
    return found


def own_name(framework: str, kind: str, role: str) -> str:
    if framework == "torch":
        return role
    return "pool_size" if role == "kernel_size" and "Pool" in kind else KERAS.get(role, role)


def cases(framework: str) -> Iterator[Case]:
    for kind, signature in classes(framework).items():
        needed = [parameter for parameter in signature.parameters if parameter.required]
        if any(parameter.name not in GIVEN for parameter in needed):
            continue
        for role in ROLES:
            parameter = signature.named(own_name(framework, kind, role))
            for style in STYLES if parameter is not None else ():
                call = parameter and written(kind, signature, parameter, style)
                if call and parameter:
                    text = '"same"' if parameter.takes_words else NEW.get(role, "16")
                    yield Case(kind, role, style, parameter.name, text, call)


def written(kind: str, signature: Signature, parameter: Parameter, style: str) -> str | None:
    """A call in which the argument stands as the style says; ``None`` where it cannot."""
    if (style == "default" and parameter.required) or (style == "position" and parameter.position is None):
        return None
    last = parameter.position if style == "position" else -1
    given = []
    for one in signature.parameters:
        value = repr(GIVEN.get(one.name, one.default))
        if one.position is not None and last is not None and one.position <= last:
            given.append(value)
        elif style == "name" and one is parameter:
            given.append(f"{one.name}={value}")
        elif one.required:
            given.append(value if all("=" not in text for text in given) else f"{one.name}={value}")
    return f"{kind}({', '.join(given)})"


def program(framework: str, group: list[Case]) -> str:
    """A model for each class, with a layer for each of its cases in a line of its own."""
    head, module, model, entry = HEADS[framework]
    base = f"{'nn' if framework == 'torch' else 'keras'}.{model}"
    parts = [head]
    for kind in dict.fromkeys(case.kind for case in group):
        own = [(index, case.call) for index, case in enumerate(group) if case.kind == kind]
        built = "".join(f"        self.l{index} = {module}.{call}\n" for index, call in own)
        called = "".join(f"        self.l{index}(x)\n" for index, _ in own)
        parts.append(
            f"\n\n# rf: input=1x4x16x16\nclass Net{kind}({base}):\n    def __init__(self):\n"
            f"        super().__init__()\n{built}\n    def {entry}(self, x):\n{called}        return x\n"
        )
    return "".join(parts)


ASSIGNED = re.compile(r"^        self\.l\d+ = \w+\.(.*)$", re.MULTILINE)


def edited(folder: Path, framework: str, group: list[Case]) -> tuple[list[str], list[str]]:
    """The calls with each one's argument changed, and the cases in which that cannot be done."""
    text = program(framework, group)
    path = folder / "net.py"
    path.write_text(text)
    engine = Engine(project_settings_for(settings_for(str(path)), str(path)))
    facts = engine.facts(Request(str(path)))
    context = FixContext(Finding("", "", "error", "", Place(str(path), 0, 0, 0, 0)), facts, engine.sources.module)
    layers = [layer for model in facts.models for layer in model.layers if layer.definition is not None]
    built = {layer.definition.line: layer.construction for layer in layers if layer.definition is not None}
    lines = [number for number, line in enumerate(text.split("\n")) if ASSIGNED.match(line)]
    changes = zip(group, lines, strict=True)
    edits = [change(context, built.get(line, ()), case.role, case.text) for case, line in changes]
    after = applied(text, [edit for edit in edits if edit is not None])
    return ASSIGNED.findall(after), [str(case) for case, edit in zip(group, edits, strict=True) if edit is None]


@pytest.mark.parametrize("framework", HEADS)
def test_every_argument_of_every_layer(framework: str, tmp_path: Path) -> None:
    missing = [name for name in ("torch", framework) if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"{missing[0]} is not there to say what its constructors get")
    group = list(cases(framework))
    after, impossible = edited(tmp_path, framework, group)
    assert impossible == []
    calls = zip(group, after, strict=True)
    with Binder() as binder:
        programs = [program_of(framework, case, call) for case, new in calls for call in (case.call, new)]
        given = binder.ask({"programs": programs})
    wrong = []
    for index, case in enumerate(group):
        first, second = given[2 * index], given[2 * index + 1]
        wanted = [{**old, case.parameter: repr(value_of(case.text))} for old in first]
        if first and second != wanted:  # Keras 2 had a default where Keras 3 has none
            wrong.append(f"{case}: {second}, not {wanted}")
    assert wrong == []
    assert {"torch": 50, "keras": 19}[framework] <= len({case.kind for case in group})


def program_of(framework: str, case: Case, call: str) -> tuple[str, str]:
    head, module, *_ = HEADS[framework]
    name = f"{'torch.nn' if framework == 'torch' else 'keras.layers'}.{case.kind}"
    return RECURRENT.get(name, name), f"{head}{module}.{call}\n"


def value_of(text: str) -> Any:
    return ast.literal_eval(text)
