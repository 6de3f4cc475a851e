"""Attributes of Keras' layers: what they have is never said to be missing, what a program's own layer lacks is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from analyzers.frameworks.keras.names import NAMES_OF_LAYERS
from analyzers.request import Request
from analyzers.rules.support.report import check
from analyzers.rules.support.settings import RuleSettings
from rf_lsp.engine import Engine, ProjectSettings
from rf_lsp.settings import Settings

LISTING = """
import json, keras
kinds = [kind for kind in vars(keras.layers).values() if isinstance(kind, type)]
made = [keras.Layer(), keras.Model(), keras.Sequential(), keras.layers.Dense(2), keras.layers.LSTM(2)]
print(json.dumps(sorted({name for value in (*kinds, *made) for name in dir(value) if name[0] != "_"})))
"""


@pytest.mark.slow
def test_every_attribute_of_keras_layers_is_known() -> None:
    pytest.importorskip("torch")
    environment = {**os.environ, "KERAS_BACKEND": "torch"}
    run = subprocess.run([sys.executable, "-P", "-c", LISTING], capture_output=True, text=True, env=environment)
    if run.returncode:
        pytest.skip("keras cannot be imported here")
    assert set(json.loads(run.stdout.splitlines()[-1])) - NAMES_OF_LAYERS == set()


HEADER = "import keras\nimport numpy as np\nfrom keras import layers\n"
NET = """
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.conv = layers.Conv2D(8, 3)

    def {entry}(self, x):
        return {body}


net = Net()
net(np.zeros((1, 28, 28, 3)))
"""


@pytest.mark.parametrize(
    ("entry", "body", "found"),
    [
        (
            "call",
            "self.conv1(x)",
            [("RF304", 11, "call uses self.conv1, which __init__ never makes; did you mean conv?")],
        ),
        ("forward", "self.conv(x)", [("RF407", 15, "Net has no call method")]),
        ("call", "self.conv(x)", []),
        ("call", "self.conv(x) if self.losses or self.metrics or self._anything else self.conv(x)", []),
    ],
)
def test_own_layers(tmp_path: Path, entry: str, body: str, found: list[tuple[str, int, str]]) -> None:
    path = tmp_path / "net.py"
    path.write_text(HEADER + NET.format(entry=entry, body=body))
    facts = Engine(ProjectSettings(Settings(), str(tmp_path))).facts(Request(str(path)))
    errors = [finding for finding in check(facts, RuleSettings()) if finding.severity == "error"]
    assert [(finding.code, finding.place.line + 1, finding.message) for finding in errors] == found
