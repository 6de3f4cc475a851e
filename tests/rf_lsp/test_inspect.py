"""`rf-lsp inspect`: formats, targets, exit codes (with an engine that answers from a table)."""

from __future__ import annotations

import csv
import io
import json

import pytest

from analyzers.facts import CallFact, LayerFact
from rf_lsp.output.inspect.table import rows_of

pytestmark = pytest.mark.usefixtures("fake", "net")


def test_json_follows_the_contract(run):
    outcome = run("inspect", "net.py", "--format", "json")
    data = json.loads(outcome.out)
    assert data["schema"] == "rf-lsp.inspect/1"
    (model,) = data["models"]
    assert (model["name"], model["framework"], model["file"], model["line"]) == ("Net", "torch", "net.py", 4)
    assert model["inputs"] == [{"name": "x", "shape": [1, 3, 32, 32], "origin": "option"}]
    assert model["outputs"] == [{"path": "", "shape": [1, 10]}]
    first, second, flatten = model["layers"]
    assert first["definition"] == {"file": "net.py", "line": 5, "column": 9, "end_line": 5, "end_column": 21}
    assert second["output_shape"] == [1, 8, 64, None]
    assert second["receptive_field"]["stride"] == ["1/2", "1/2"]
    assert first["receptive_field"]["stride"] == [1, 1]
    assert first["receptive_field"]["global"] is False
    assert flatten["functional"] is True and flatten["receptive_field"] is None


def test_findings_of_a_model_make_the_exit_code_1(run):
    outcome = run("inspect", "net.py", "--format", "json")
    (finding,) = [f for f in json.loads(outcome.out)["models"][0]["findings"] if f["severity"] == "error"]
    assert (finding["code"], finding["name"]) == ("RF201", "channel-mismatch")
    assert finding["place"]["line"] == 7
    assert finding["url"].endswith("docs/rules/RF201.md")
    assert outcome.code == 1


@pytest.mark.parametrize("width", [80, 120, 200])
def test_table_fits_the_terminal(run, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    out = run("inspect", "net.py").out
    assert out.startswith("Net · 3×32×32 → 10 · 1.2 k params · 221.2 kMACs · RF 3 covers 9 % of 32\n")
    assert max(map(len, out.splitlines()[2:])) <= width
    assert "x 1×3×32×32 (given by --input)" in out
    assert "3…4" in out  # the field's size depends on the phase
    assert "its size depends on an argument" in out
    assert "error RF201 [channel-mismatch] conv2 expects 64 input channels, gets 8" in out


def test_colours_only_when_asked_for(run, monkeypatch):
    assert "\x1b[" not in run("inspect", "net.py").out
    assert "\x1b[" in run("inspect", "net.py", "--color", "always").out


def test_markdown_is_a_table(run):
    lines = run("inspect", "net.py", "--format", "markdown").out.splitlines()
    header = next(line for line in lines if line.startswith("| layer"))
    rows = [line for line in lines if line.startswith("|")]
    assert {line.count("|") for line in rows} == {header.count("|")}
    assert "| stem.conv1 | Conv2d | 8×32×32 | 224 |" in "\n".join(rows)


def test_csv_has_a_row_for_each_layer(run):
    rows = list(csv.DictReader(io.StringIO(run("inspect", "net.py", "--format", "csv").out)))
    assert [row["layer"] for row in rows] == ["stem.conv1", "up", "forward:flatten@9"]
    assert rows[1]["stride"] == "1/2" and rows[1]["output_shape"] == "1x8x64x?"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["missing.py"], "missing.py does not exist"),
        (["book.ipynb::model"], "book.ipynb does not exist"),
        (["net.py::other"], "(it holds model, Net)"),
        (["net.py", "--format", "xml"], "unknown format 'xml'; inspect writes csv, json, markdown, table"),
        (["net.py", "--input", "1x3xfoo"], "impossible shape '1x3xfoo'"),
        (["net.py", "--input", "1x0x3"], "impossible shape '1x0x3'"),
        (["net.py", "--search-path", "nowhere"], "nowhere: no such folder"),
        (["net.py", "--python", "no-such-python"], "no Python environment at 'no-such-python'"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(run, arguments, sentence):
    outcome = run("inspect", *arguments)
    assert outcome.code == 2
    assert sentence in outcome.err
    assert outcome.err.count("\n") == 1 and "Traceback" not in outcome.err


def test_a_file_without_models(run, net):
    net.write_text("import torch  # EMPTY\n")
    outcome = run("inspect", "net.py", "--format", "json")
    assert (outcome.code, json.loads(outcome.out)["models"]) == (2, [])
    assert "no model found in net.py" in outcome.err


def test_a_folder_without_python(run, tmp_path):
    (tmp_path / "empty").mkdir()
    outcome = run("inspect", "empty")
    assert (outcome.code, outcome.err) == (2, "rf-lsp: empty: the folder holds no Python file\n")


def test_names_of_keras_keep_their_dots():
    layers = [
        LayerFact("part_1.00/first", "keras.layers.Conv2D", None, 0, [CallFact(None, (), None)]),
        LayerFact("flat.1", "keras.layers.Flatten", None, 0, [CallFact(None, (), None)]),
    ]
    assert [name for name, _ in rows_of(layers)] == ["part_1.00", "  first", "flat.1"]
