"""The formats of `rf-lsp check` for services: valid by their schemas, for every rule's examples, odd names and notebooks."""

from __future__ import annotations

import json
import os
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from urllib.parse import unquote

import jsonschema
import pytest

from analyzers.rules.support.registry import MODULES
from rf_lsp.cli import main

SCHEMAS = Path(__file__).with_name("schemas")
LENET = """
import torch
from torch import nn


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(256, 120)
        self.used = nn.Conv2d(7, 8, 3)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv1(x)))
        x = self.pool(torch.relu(self.conv2(x)))
        "😀"; x = self.fc1(x.flatten(1))
        return x


net = LeNet()
net(torch.randn(1, 3, 32, 32))
"""
SEQUENTIAL = (
    "from torch import nn\n\n# rf: input=1x3x32x32\nmodel = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(9, 8, 3))\n"
)
ODD_NAMES = (
    "odd %25,a:b é.py",
    "new\nline.py",
    "esc\x1b[31m.py",
    "::error::x.py",
    "##[group]y.py",
    os.fsdecode(b"raw\xff.py"),
)


def notebook(*sources: str) -> str:
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": text.splitlines(True)}
        for text in sources
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}, indent=1)


def write_all(folder: Path) -> None:
    """Every rule's examples, odd names and notebooks."""
    (folder / "src").mkdir()
    for code, module in MODULES.items():
        for kind, examples in (("good", module.GOOD), ("bad", module.BAD)):
            for number, example in enumerate(examples):
                (folder / "src" / f"{code}_{kind}{number}.py").write_text(example.source, encoding="utf-8")
    (folder / "lenet.py").write_text(LENET, encoding="utf-8")
    for name in ODD_NAMES:
        (folder / name).write_text(SEQUENTIAL)
    (folder / "a notebook.ipynb").write_text(notebook("x = 1\n", SEQUENTIAL))
    (folder / "hidden.py").write_text(SEQUENTIAL.replace("9, 8, 3))", "9, 8, 3))  # rf: ignore[RF201]"))
    (folder / "broken.py").write_text("import torch\nx = (\n")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that was checked with every format at once."""
    folder = tmp_path_factory.mktemp("repository")
    write_all(folder)
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    before = os.getcwd()
    os.chdir(folder)
    try:
        formats = ("sarif", "gitlab", "rdjson", "junit", "github", "concise", "full")
        outputs = [text for name in formats for text in ("--format", f"{name}:out.{name}")]
        assert main(["check", ".", "--no-cache", "--jobs", "1", "--show", "information", *outputs]) == 1
    finally:
        os.chdir(before)
    return folder


def sarif_run(folder: Path) -> dict:
    return json.loads((folder / "out.sarif").read_text())["runs"][0]


def test_sarif_is_valid(reports):
    schema = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text(encoding="utf-8-sig"))
    log = json.loads((reports / "out.sarif").read_text())
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(log)
    assert len(log["runs"][0]["results"]) > 50


def test_sarif_places_are_of_the_repository_and_on_one_line(reports):
    for result in sarif_run(reports)["results"]:
        for location in [*result["locations"], *result.get("relatedLocations", ())]:
            physical = location["physicalLocation"]
            uri, region = physical["artifactLocation"]["uri"], physical["region"]
            path = reports / os.fsdecode(unquote(uri, errors="surrogateescape"))
            assert not uri.startswith(("/", "file:")) and path.is_file()
            lines = path.read_text(encoding="utf-8").split("\n")
            assert region["startLine"] == region["endLine"] <= len(lines)
            text = lines[region["startLine"] - 1].encode("utf-16-le")
            assert region["endColumn"] * 2 - 2 <= len(text)
            if "snippet" in region:
                shown = text[region["startColumn"] * 2 - 2 : region["endColumn"] * 2 - 2].decode("utf-16-le")
                assert region["snippet"]["text"] == shown


def test_sarif_rules_have_help_and_pages(reports):
    rules = sarif_run(reports)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(MODULES)
    for rule in rules:
        assert rule["help"]["text"] and rule["help"]["markdown"] and rule["helpUri"].endswith(f"/{rule['id']}.md")
        assert rule["shortDescription"]["text"].endswith(".") and rule["fullDescription"]["text"].endswith(".")


def test_sarif_tells_the_way_of_the_shape(reports):
    results = sarif_run(reports)["results"]
    found = next(result for result in results if result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "lenet.py" and result["ruleId"] == "RF202")  # fmt: skip
    steps = found["codeFlows"][0]["threadFlows"][0]["locations"]
    texts = [step["location"]["message"]["text"] for step in steps]
    assert texts == [
        "conv1: 3×32×32 → 6×28×28.",
        "pool: 6×28×28 → 6×14×14.",
        "conv2: 6×14×14 → 16×10×10.",
        "pool: 16×10×10 → 16×5×5.",
        "flatten: 16×5×5 → 400.",
        found["message"]["text"],
    ]
    assert [step["location"]["physicalLocation"]["region"]["startLine"] for step in steps] == [16, 16, 17, 17, 18, 18]
    assert found["relatedLocations"][0]["message"]["text"] == "fc1 is built here."


def test_sarif_suppressions_and_fingerprints(reports):
    results = sarif_run(reports)["results"]
    silenced = [result for result in results if result.get("suppressions")]
    assert "hidden.py" in {at["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for at in silenced}
    assert all(result["suppressions"] == [{"kind": "inSource", "status": "accepted"}] for result in silenced)
    names = [result["partialFingerprints"]["rfLsp/v1"] for result in results]
    assert len(set(names)) == len(names)
    assert not any("baselineState" in result for result in results)


def test_sarif_says_what_could_not_be_read(reports):
    told = sarif_run(reports)["invocations"][0]["toolExecutionNotifications"]
    assert any("broken.py" in json.dumps(item) for item in told)


def test_gitlab_has_what_code_quality_wants(reports):
    entries = json.loads((reports / "out.gitlab").read_text())
    assert len({entry["fingerprint"] for entry in entries}) == len(entries) > 50
    for entry in entries:
        assert entry["description"] and entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert entry["location"]["positions"]["begin"]["line"] >= 1
        assert (reports / entry["location"]["path"]).is_file()


def test_rdjson_is_valid(reports):
    data = json.loads((reports / "out.rdjson").read_text())
    jsonschema.Draft4Validator(json.loads((SCHEMAS / "rdjson.json").read_text())).validate(data)
    found = next(item for item in data["diagnostics"] if item["location"]["path"] == "lenet.py" and item["code"]["value"] == "RF202")  # fmt: skip
    assert found["location"]["range"]["start"] == {"line": 18, "column": 21}, "columns are bytes: 😀 is four"
    assert [item["text"] for item in found["suggestions"]] == ["400"]


def test_junit_is_valid(reports):
    xmlschema = pytest.importorskip("xmlschema")
    xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd")).validate(str(reports / "out.junit"))
    root = ElementTree.parse(reports / "out.junit").getroot()
    cases = root.findall(".//testcase")
    assert int(root.get("tests", "")) == len(cases)
    assert int(root.get("failures", "")) == len(root.findall(".//failure")) > 50
    assert any(suite.get("name") == "esc\\x1b[31m.py" for suite in root)


def test_github_commands_are_one_line_each_and_capped(reports):
    text = (reports / "out.github").read_text(encoding="utf-8")
    commands = [line for line in text.splitlines() if line.lstrip().startswith("::")]
    levels = [re.match(r"::(error|warning|notice) ", line)[1] for line in commands]  # pyright: ignore[reportOptionalSubscript]
    assert levels == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 10
    assert all(len(line.split("::")) == 3 for line in commands), "what stands in a name is no command"
    assert "more, for which there is no annotation:" in text
    assert not any("##[" in line for line in text.splitlines() if line not in commands)


@pytest.mark.parametrize("name", ["github", "concise", "full"])
def test_names_and_sources_command_nobody(reports, name):
    text = (reports / f"out.{name}").read_text(encoding="utf-8")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f]", text)
    assert not any(line.startswith(("::error::", "##[")) for line in text.splitlines())


def test_a_notebook_is_told_by_the_line_of_its_file(reports):
    entries = json.loads((reports / "out.gitlab").read_text())
    found = next(entry for entry in entries if entry["location"]["path"] == "a notebook.ipynb" and entry["check_name"] == "RF201")  # fmt: skip
    line = (reports / "a notebook.ipynb").read_text().splitlines()[found["location"]["positions"]["begin"]["line"] - 1]
    assert "nn.Conv2d(9, 8, 3)" in line and "(cell 2, line 4)" in found["description"]


@pytest.mark.usefixtures("net", "fake")
class TestOutputs:
    def test_several_in_one_run(self, run, tmp_path):
        outcome = run(
            "check", "net.py", "--format", "sarif:report.sarif", "--format", "github", "--format", "junit:a.xml"
        )
        assert outcome.out.startswith(
            "::error title=RF201 channel-mismatch,file=net.py,line=7,endLine=7,col=5,endColumn=10::"
        )
        assert json.loads((tmp_path / "report.sarif").read_text())["version"] == "2.1.0"
        assert (tmp_path / "a.xml").read_text().startswith('<?xml version="1.0"')

    @pytest.mark.parametrize("more", [["concise"], ["concise:a", "--format", "full:a"]])
    def test_no_two_go_to_one_place(self, run, more):
        outcome = run("check", "net.py", "--format", "github", "--format", *more)
        assert outcome.code == 2 and "two formats write to" in outcome.err

    def test_output_file_takes_what_has_no_file(self, run, tmp_path):
        outcome = run("check", "net.py", "--format", "concise", "--format", "json:b.json", "--output-file", "a.txt")
        assert outcome.out == ""
        assert (tmp_path / "a.txt").read_text().startswith("net.py:7:5: error") and (tmp_path / "b.json").exists()

    def test_a_page_for_the_job(self, run, tmp_path, monkeypatch):
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "page.md"))
        run("check", "net.py", "--format", "github")
        page = (tmp_path / "page.md").read_text()
        assert "| `net.py::model` | 3×32×32 → 10 | 1,234 | 221,184 | 3 covers 9 % of 32 |" in page
        assert "conv2 expects 64 input channels, gets 8" in page

    def test_a_baseline_says_what_is_new(self, run, net, tmp_path):
        run("check", "net.py", "--baseline", "known.json", "--update-baseline")
        known = json.loads((tmp_path / "known.json").read_text())
        known["findings"].append({"file": "net.py", "code": "RF202", "message": "was here", "count": 1})
        (tmp_path / "known.json").write_text(json.dumps(known))
        (tmp_path / "other.py").write_text(net.read_text())
        run("check", ".", "--baseline", "known.json", "--format", "sarif:out.sarif")
        results = json.loads((tmp_path / "out.sarif").read_text())["runs"][0]["results"]
        states = [(r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], r["ruleId"], r["baselineState"]) for r in results]  # fmt: skip
        assert ("other.py", "RF201", "new") in states and ("net.py", "RF201", "unchanged") in states
        assert ("net.py", "RF202", "absent") in states

    def test_fingerprints_survive_moved_lines(self, run, net, tmp_path):
        def names() -> list[str]:
            run("check", "net.py", "--format", "gitlab:out.json")
            return [entry["fingerprint"] for entry in json.loads((tmp_path / "out.json").read_text())]

        before = names()
        net.write_text("# one more\n\n" + net.read_text())
        assert names() == before != []


class TestNotes:
    """What is only worth knowing (RF404: a bias before batch norm)."""

    SOURCE = (
        "from torch import nn\n\n# rf: input=1x3x32x32\nmodel = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8))\n"
    )

    @pytest.fixture(autouse=True)
    def source(self, tmp_path):
        (tmp_path / "net.py").write_text(self.SOURCE)

    @pytest.mark.parametrize(
        ("arguments", "shown"),
        [
            ([], False),
            (["--fail-level", "information"], True),
            (["--show", "information"], True),
            (["--select", "RF4"], False),
            (["--select", "RF404"], True),
            (["--select", "RF404", "--show", "warning"], False),
        ],
    )
    def test_are_shown_to_who_asks(self, run, arguments, shown):
        out = run("check", "net.py", "--ignore", "RF1", *arguments).out
        assert ("information[RF404]" in out) == shown
        assert ("1 note not shown (--show information)" in out) != shown

    def test_are_all_in_the_json(self, run):
        data = json.loads(run("check", "net.py", "--format", "json").out)
        assert "RF404" in [finding["code"] for finding in data["findings"]]


class TestFull:
    def test_errors_come_first_and_help_comes_once(self, run, tmp_path):
        (tmp_path / "a.py").write_text("from torch import nn\n\n# rf: input=1x3x32x32\nmodel = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ConvTranspose2d(8, 8, 3, 2))\n")  # fmt: skip
        (tmp_path / "b.py").write_text(SEQUENTIAL)
        (tmp_path / "c.py").write_text(SEQUENTIAL)
        out = run("check", ".").out
        heads = [line.split("[")[0] for line in out.splitlines() if re.match(r"\w+\[", line)]
        assert heads == sorted(heads, key=("error", "warning").index) and heads.count("error") == 2
        assert out.count("rf-lsp rule RF201") == 1

    def test_the_way_of_the_shape(self, run, tmp_path):
        (tmp_path / "net.py").write_text(LENET, encoding="utf-8")
        assert "= shapes: 3×32×32 → conv1 6×28×28 → pool 6×14×14 → conv2 16×10×10 → pool 16×5×5 → flatten 400 → here" in run("check", "net.py").out  # fmt: skip

    def test_what_can_be_fixed_is_counted(self, run, tmp_path):
        (tmp_path / "net.py").write_text("from keras import layers\n\nx = layers.Conv2D(8, 3, paddding='same')\n")
        assert run("check", "net.py").out.endswith("1 error in 1 file; 1 fixable with --fix\n")
        run("check", "net.py", "--fix")
        assert run("check", "net.py").out == "no findings in 1 file\n"


def test_junit_of_nothing(run, tmp_path):
    (tmp_path / "empty.py").write_text("x = 1\n")
    run("check", "empty.py", "--format", "junit:out.xml")
    root = ElementTree.parse(tmp_path / "out.xml").getroot()
    assert [case.get("name") for case in root.iter("testcase")] == ["no findings"]


def test_a_colon_wants_a_file(run, tmp_path):
    (tmp_path / "net.py").write_text("import torch\n")
    outcome = run("check", str(tmp_path / "net.py"), "--format", "sarif:")
    assert outcome.code == 2 and "no file behind 'sarif:'" in outcome.err and not outcome.out
