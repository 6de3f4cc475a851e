"""tasks.md: the numbers, held against the frameworks; the table; the comments; the budget."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.differential.judge import shared
from tests.differential.static import run_command, static_inspect
from tests.literate import cases_of
from tests.mutations_keras.judge import shared as shared_keras
from tests.server.client import LspClient, span

TASKS = cases_of(Path(__file__).with_name("tasks.md"))
COMMENT = re.compile(r"  # → .*")
INPUTS = {"small classifier": [28, 28, 1], "plain and a separable": [32, 32, 16], "separable network": [64, 64, 3]}
CONTEXT = {"diagnostics": [], "triggerKind": 1}


def program(title: str) -> str:
    return COMMENT.sub("", TASKS[title]["python"])


def models(title: str) -> list[str]:
    """The expressions of the models in the program."""
    source = program(title)
    classes = re.findall(r"^# rf: .*\nclass (\w+)", source, re.MULTILINE)
    return [f"{name}()" for name in classes] or re.findall(r"^(model|plain|separable) = ", source, re.MULTILINE)


def shape(title: str) -> list[int]:
    height, width, channels = next(size for words, size in INPUTS.items() if words in title)
    return [2, channels, height, width] if "PyTorch" in title else [2, height, width, channels]


@pytest.mark.parametrize("title", TASKS)
def test_the_frameworks_agree(title: str, tmp_path: Path) -> None:
    path = tmp_path / "task.py"
    path.write_text(program(title), encoding="utf-8")
    for expression in models(title):
        request = program(title), expression, [shape(title)]
        truth = (shared("first") if "PyTorch" in title else shared_keras()).judge(*request)
        (model,) = static_inspect(path, expression, [shape(title)])["models"]
        assert model["status"] == "complete"
        assert model["parameters"] == truth["parameters"]
        layers = {layer["name"]: layer for layer in model["layers"] if not layer.get("functional")}
        for layer in truth["layers"]:
            if layer["type"] != "InputLayer":
                found = layers[layer["name"]]
                assert (found["output_shape"], found["parameters"] or 0) == (layer["shape"], layer["parameters"])


@pytest.mark.parametrize("title", TASKS)
def test_the_table_to_hand_in(title: str, tmp_path: Path) -> None:
    path = tmp_path / "task.py"
    path.write_text(program(title), encoding="utf-8")
    code, out, _ = run_command(["inspect", str(path), "--format", "markdown"])
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in out.splitlines() if line.startswith("| ")]
    columns = [rows[0].index(name) for name in ("layer", "output", "params", "RF")]
    wanted = [[cell.strip() for cell in line.split("|")] for line in TASKS[title]["text"].splitlines()]
    assert code == 0
    assert [[row[column] for column in columns] for row in rows] == wanted


def actions(client: LspClient, uri: str) -> dict[str, Any]:
    params = {"textDocument": {"uri": uri}, "range": span(0, 0, 0, 0), "context": CONTEXT}
    return {action["title"]: action for action in client.request("textDocument/codeAction", params)}


def edited(text: str, action: dict[str, Any]) -> str:
    """The text after edits each of which stays on its line."""
    lines = text.split("\n")
    (change,) = action["edit"]["documentChanges"]
    for edit in change["edits"]:
        start, end = edit["range"]["start"], edit["range"]["end"]
        line = lines[start["line"]]
        assert start["line"] == end["line"]
        lines[start["line"]] = line[: start["character"]] + edit["newText"] + line[end["character"] :]
    return "\n".join(lines)


def test_the_comments_behind_the_layers(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    with LspClient(tmp_path) as client:
        for number, title in enumerate(TASKS):
            uri = client.open(f"task{number}.py", program(title))
            client.settled(uri)
            written = edited(program(title), actions(client, uri)["Write shapes and fields as comments"])
            assert written == TASKS[title]["python"]
            client.change(uri, 2, {"text": written})
            client.settled(uri)
            offered = actions(client, uri)
            assert "Update the comments with shapes and fields" not in offered
            assert edited(written, offered["Remove the comments with shapes and fields"]) == program(title)


@pytest.mark.parametrize("title", [title for title in TASKS if title.startswith("A separable network")])
def test_the_budget_is_guarded(title: str, tmp_path: Path) -> None:
    path = tmp_path / "task.py"
    path.write_text(program(title), encoding="utf-8")
    (expression,) = models(title)
    found = {}
    for budget in (100_000, 45_000):
        entry = f'[[tool.rf-lsp.models]]\ntarget = "task.py::{expression}"\nmax-parameters = {budget}\n'
        (tmp_path / "pyproject.toml").write_text(entry, encoding="utf-8")
        code, out, _ = run_command(["check", str(path), "--select", "RF405", "--format", "json", "--no-cache"])
        found[budget] = code, [finding["code"] for finding in json.loads(out)["findings"]]
    assert found == {100_000: (0, []), 45_000: (1, ["RF405"])}
