"""`rf-lsp inspect`: formats, targets, exit codes (with an engine that answers from a table)."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from analyzers.facts import CallFact, LayerFact, ModelFact, Place
from rf_lsp.output import Inspected, InspectReport, RenderOptions, serialize
from rf_lsp.output.columns import KEYS
from rf_lsp.output.inspect.csv import render as render_csv
from rf_lsp.output.inspect.markdown import render as render_markdown
from rf_lsp.output.rows import call_rows, listed
from tests.rf_lsp.fake_analysis import field_of, model

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


@pytest.mark.parametrize("width", [40, 120])
def test_what_the_command_line_asks_for_counts_more_than_the_environment(run, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    asked = run("inspect", "net.py", "--color", "always").out
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    assert run("inspect", "net.py", "--color", "always").out == asked
    assert "\x1b[1;31merror RF201" in asked


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
        (["net.py", "--format", "xml"], "unknown format 'xml'; inspect writes csv, html, json, latex, markdown, table"),
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
    found = listed(replace(model("net.py"), layers=layers, stages=[]))
    assert [(depth, name) for depth, name, _ in found] == [(0, "part_1.00"), (1, "first"), (0, "flat.1")]


# -- calls -----------------------------------------------------------------------------------------


def calls_model(path: str) -> ModelFact:
    """A pool that is called at two places, between two convolutions, and a convolution called in a loop."""
    places = [Place(path, line, 8, line, 20) for line in range(10)]
    sizes = ((28, 5), (14, 6), (10, 14), (5, 16), (5, 24), (5, 32))
    calls = [
        CallFact(places[line], ((1, 3, 32, 32),), (1, 6, size, size), 100, field_of(rf), order=order)
        for order, (line, (size, rf)) in enumerate(zip((1, 1, 2, 2, 3, 3), sizes, strict=True))
    ]
    layers = [
        LayerFact("conv1", "torch.nn.Conv2d", places[4], 456, [calls[0]]),
        LayerFact("pool", "torch.nn.MaxPool2d", places[5], 0, [calls[1], calls[3]]),
        LayerFact("conv2", "torch.nn.Conv2d", places[6], 2416, [calls[2]]),
        LayerFact("again", "torch.nn.Conv2d", places[7], 330, [calls[4], calls[5]]),
    ]
    return replace(model(path), layers=layers)


def test_json_has_every_call_of_a_layer_that_has_several():
    conv1, pool, _, again = calls_model("net.py").layers
    assert "per_call" not in serialize.layer(conv1)
    found = serialize.layer(pool)
    assert (found["calls"], found["macs"], found["output_shape"]) == (2, 200, [1, 6, 14, 14])
    assert [(call["call"]["line"], call["output_shape"]) for call in found["per_call"]] == [
        (2, [1, 6, 14, 14]),
        (3, [1, 6, 5, 5]),
    ]
    assert [call["receptive_field"]["size"] for call in serialize.layer(again)["per_call"]] == [[24, 24], [32, 32]]
    assert set(found["per_call"][0]) == {"call", "input_shapes", "output_shape", "macs", "receptive_field"}


def test_table_has_a_row_for_each_place_a_layer_is_called_at():
    rows = call_rows(calls_model("net.py").layers)
    columns = [KEYS[key] for key in ("output", "parameters", "macs", "rf")]
    shown = [(row.layer.name + row.repeats, *(c.text(row, None) for c in columns)) for row in rows]
    assert shown == [
        ("conv1", "6×28×28", "456", "100", "5"),
        ("pool", "6×14×14", "", "100", "6"),
        ("conv2", "6×10×10", "2,416", "100", "14"),
        ("pool", "6×5×5", "", "100", "16"),
        ("again ×2", "6×5×5", "330", "200", "24…32"),
    ]


def test_parameters_of_a_layer_are_counted_once():
    layer = calls_model("net.py").layers[0]
    twice = replace(layer, per_call=[layer.first, replace(layer.first, place=None, order=9)])
    assert [KEYS["parameters"].text(row, None) for row in call_rows([twice])] == ["456", "(recursive)"]


def test_csv_has_a_row_for_each_call():
    report = InspectReport([Inspected(calls_model("net.py"))])
    rows = list(csv.DictReader(io.StringIO(render_csv(report, RenderOptions()))))
    assert [(row["layer"], row["calls"], row["call"], row["output_shape"], row["parameters"]) for row in rows] == [
        ("conv1", "1", "1", "1x6x28x28", "456"),
        ("pool", "2", "1", "1x6x14x14", "0"),
        ("conv2", "1", "1", "1x6x10x10", "2416"),
        ("pool", "2", "2", "1x6x5x5", ""),
        ("again", "2", "1", "1x6x5x5", "330"),
        ("again", "2", "2", "1x6x5x5", ""),
    ]


def test_markdown_has_the_rows_of_the_table():
    lines = render_markdown(InspectReport([Inspected(calls_model("net.py"))]), RenderOptions()).splitlines()
    rows = [line.split("|")[1].strip() for line in lines if line.startswith("|")][2:]
    assert rows == ["conv1", "pool", "conv2", "pool", "again ×2"]
