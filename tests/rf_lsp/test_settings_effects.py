"""Every key of the table changes what people see: a setting that nobody reads fails here."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rf_lsp.settings import KEYS, LAYER_KEYS, MODEL_KEYS
from tests.server.client import LspClient, span

MISMATCH = """\
from torch import nn

# rf: input=1x3x32x32
model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(16, 8, 3))
"""
NARROW = """\
from torch import nn

# rf: input=1x3x32x32
model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU())
"""
UNSAID = "from torch import nn\n\nmodel = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())\n"
IMPORTED = "from torch import nn\nfrom parts import width\n\nmodel = nn.Conv2d(3, width, 3)\n"
DECLARED = """\
from torch import nn
from missing_library import Act

# rf: input=1x3x32x32
model = nn.Sequential(nn.Conv2d(3, 8, 3), Act())
"""
HINTED = """\
from torch import nn

# rf: input=1x3x32x32
model = nn.Sequential(
    nn.Conv2d(3, 8, 3, padding=1),
    nn.ReLU(),
)
"""
PARTS = "width = 24\n"
PACKAGES = f"env/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages/parts.py"
ENTRY = '[[models]]\ntarget = "net.py::model"\n'


@dataclass
class Scenario:
    """What a command says of net.py without and with a line of settings."""

    source: str
    setting: str
    command: str = "check"
    files: dict[str, str] = field(default_factory=dict)


SCENARIOS = {
    "extend": Scenario(MISMATCH, 'extend = "base.toml"', files={"base.toml": 'ignore = ["RF201"]\n'}),
    "select": Scenario(MISMATCH, 'select = ["RF4"]'),
    "ignore": Scenario(MISMATCH, 'ignore = ["RF201"]'),
    "per-file-ignores": Scenario(MISMATCH, '[per-file-ignores]\n"net.py" = ["RF201"]'),
    "severity": Scenario(MISMATCH, '[severity]\nRF201 = "information"'),
    "exclude": Scenario(MISMATCH, 'exclude = ["net.py"]'),
    "default-input": Scenario(UNSAID, 'default-input = "1x3x40x40"', "inspect"),
    "search-paths": Scenario(IMPORTED, 'search-paths = ["lib"]', "inspect", {"lib/parts.py": PARTS}),
    "python": Scenario(IMPORTED, 'python = "env/bin/python"', "inspect", {PACKAGES: PARTS, "env/bin/python": ""}),
    "required-coverage": Scenario(NARROW, "required-coverage = 0.05"),
    "target-size": Scenario(NARROW, "target-size = 3"),
    "models": Scenario(UNSAID, f'{ENTRY}input = ["1x3x48x48"]', "inspect"),
    "models.target": Scenario(NARROW, f"{ENTRY}max-parameters = 5"),
    "models.input": Scenario(UNSAID, f'{ENTRY}input = ["1x3x56x56"]', "inspect"),
    "models.required-coverage": Scenario(NARROW, f"{ENTRY}required-coverage = 0.05"),
    "models.target-size": Scenario(NARROW, f"{ENTRY}target-size = 3"),
    "models.max-parameters": Scenario(NARROW, f"{ENTRY}max-parameters = 5"),
    "models.max-macs": Scenario(NARROW, f"{ENTRY}max-macs = 5"),
    "models.max-memory": Scenario(NARROW, f'{ENTRY}max-memory = "5 kB"'),
    "models.output": Scenario(NARROW, f'{ENTRY}output = ["1x9x32x32"]'),
    "layers": Scenario(DECLARED, '[layers."missing_library.Act"]\nlike = "torch.nn.ReLU"', "inspect"),
    "layers.like": Scenario(DECLARED, '[layers."missing_library.Act"]\nlike = "torch.nn.Flatten"', "inspect"),
}
HINTS: dict[str, Any] = {"shape": False, "receptive-field": False, "parameters": True, "position": "after-call"}
"""Settings of hints, with values that are not the defaults."""
TRACES = {"timeout": 7, "memory": 3}
"""Settings of traces, likewise."""


def test_every_key_has_a_scenario():
    names = [key.name for key in KEYS]
    names += [f"models.{key.name}" for key in MODEL_KEYS] + [f"layers.{key.name}" for key in LAYER_KEYS]
    assert sorted(names) == sorted(
        [*SCENARIOS, *(f"hints.{name}" for name in HINTS), *(f"trace.{name}" for name in TRACES)]
    )


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_setting_changes_what_the_command_says(run, tmp_path: Path, monkeypatch, name: str):
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    scenario = SCENARIOS[name]
    for path, text in {"net.py": scenario.source, **scenario.files}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    target = "." if scenario.command == "check" else "net.py"
    answers = []
    for settings in ("", scenario.setting):
        (tmp_path / "rf-lsp.toml").write_text(settings)
        outcome = run(scenario.command, target, "--format", "json")
        assert outcome.code in (0, 1), outcome.err
        answers.append(json.loads(outcome.out))
    assert answers[0] != answers[1]


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LspClient]:
    with LspClient(tmp_path_factory.mktemp("workspace")) as client:
        yield client


def hints(editor: LspClient, project: str, settings: str) -> list[tuple[Any, str]]:
    """(position, text) of the hints in a folder with these settings."""
    folder = editor.folder / project
    folder.mkdir()
    (folder / "net.py").write_text(HINTED)
    (folder / "rf-lsp.toml").write_text(settings)
    document = {"uri": editor.open(f"{project}/net.py")}
    found = editor.request("textDocument/inlayHint", {"textDocument": document, "range": span(0, 0, 9, 0)})
    return [(hint["position"], "".join(part["value"] for part in hint["label"])) for hint in found]


@pytest.fixture(scope="module")
def plain_hints(editor: LspClient) -> list[tuple[Any, str]]:
    found = hints(editor, "plain", "")
    assert found
    return found


@pytest.mark.parametrize("name", HINTS)
def test_a_setting_changes_the_hints(editor: LspClient, plain_hints: list[tuple[Any, str]], name: str):
    assert hints(editor, name, f"[hints]\n{name} = {json.dumps(HINTS[name])}\n") != plain_hints


def test_settings_limit_traces(run, tmp_path: Path, monkeypatch):
    from analyzers.tracing.process import GIB, Limits
    from analyzers.tracing.results import ModelResult
    from analyzers.tracing.tracer import Tracer

    seen = []

    def trace(self, model, wishes, *_, **__):
        seen.append(wishes.limits)
        return ModelResult(model, "confirmed")

    monkeypatch.setattr(Tracer, "trace", trace)
    (tmp_path / "net.py").write_text(NARROW)
    lines = [f"{name} = {value}" for name, value in TRACES.items()]
    (tmp_path / "rf-lsp.toml").write_text("\n".join(["[trace]", *lines]))
    run("trace", "net.py", "--python", sys.executable)
    run("trace", "net.py", "--python", sys.executable, "--timeout", "2.5", "--memory", "0.5")
    assert seen == [Limits(7.0, 3 * GIB), Limits(2.5, GIB // 2)]
