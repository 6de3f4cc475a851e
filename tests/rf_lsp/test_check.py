"""`rf-lsp check`: files, selection, formats, exit codes (with an engine that answers from a table)."""

from __future__ import annotations

import io
import json
import multiprocessing
import sys

import pytest

from tests.rf_lsp.conftest import MODEL

pytestmark = pytest.mark.usefixtures("fake", "net")


def test_full_shows_the_line(run):
    outcome = run("check", "net.py", "--select", "RF201")
    assert outcome.code == 1
    assert outcome.out.splitlines()[:5] == [
        "error[RF201]: conv2 expects 64 input channels, gets 8",
        " --> net.py:7:5",
        "  |",
        "7 | x = call(2)",
        "  |     ^^^^^",
    ]
    assert outcome.out.endswith("1 error in 1 file\n")


def test_quiet_says_nothing_but_findings(run):
    loud, quiet = run("check", "net.py"), run("check", "net.py", "-q")
    assert quiet.code == loud.code and quiet.err == ""
    assert loud.out.startswith(quiet.out) and "in 1 file" in loud.out and "in 1 file" not in quiet.out


def test_concise_is_one_line_a_finding(run):
    out = run("check", "net.py", "--select", "RF201", "--format", "concise").out
    assert out == "net.py:7:5: error: RF201 [channel-mismatch] conv2 expects 64 input channels, gets 8\n"


def test_json_follows_the_contract(run):
    data = json.loads(run("check", "net.py", "--select", "RF2", "--format", "json", "--statistics").out)
    assert data["schema"] == "rf-lsp.check/1"
    assert [finding["code"] for finding in data["findings"]] == ["RF201"]
    assert data["summary"]["error"] == 1 and data["summary"]["models"] == {"complete": 1}
    assert data["summary"]["shapes_lost"] == [{"reason": "its size depends on an argument", "count": 1}]


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        (["--select", "RF2"], ["RF201"]),
        (["--select", "channel-mismatch,RF901"], ["RF901", "RF201"]),
        (["--select", "RF1", "--ignore", "RF101"], []),
        (["--select", "RF201", "--ignore", "RF2"], ["RF201"]),
        (["--ignore", "ALL"], []),
        (["--select", "RF901"], ["RF901"]),
        (["--select", "RF9"], []),
    ],
)
def test_select_and_ignore(run, arguments, codes):
    data = json.loads(run("check", "net.py", "--format", "json", *arguments).out)
    assert [finding["code"] for finding in data["findings"]] == codes


@pytest.mark.parametrize(
    ("rule", "level", "code"),
    [
        ("RF201", "error", 1),
        ("RF201", "never", 0),
        ("RF901", "error", 0),
        ("RF901", "warning", 0),
        ("RF901", "information", 1),
    ],
)
def test_fail_level(run, rule, level, code):
    """RF901 is information."""
    assert run("check", "net.py", "--select", rule, "--fail-level", level).code == code


def test_ignore_comments(run, net):
    net.write_text(MODEL.replace("call(2)", "call(2)  # rf: ignore[RF201]"))
    assert run("check", "net.py", "--select", "RF201,RF903", "--format", "concise").out == ""
    net.write_text("# rf: file-ignore[channel-mismatch]\n" + MODEL)
    assert run("check", "net.py", "--select", "RF201,RF903", "--format", "concise").out == ""
    net.write_text(MODEL.replace("call(2)", "call(2)  # rf: ignore[RF204]"))
    out = run("check", "net.py", "--select", "RF204,RF903", "--format", "concise").out
    assert out == "net.py:7:14: note: RF903 [unused-ignore] no finding of RF204 on this line\n"


def test_own_line_ignore_speaks_of_the_next_line_of_code(run, net):
    net.write_text(MODEL.replace("up = 3\n", "# rf: ignore[RF201]\n"))
    assert run("check", "net.py", "--select", "RF201,RF903", "--format", "concise").out == ""


def test_standard_input_stands_for_a_file(run, monkeypatch, net):
    net.unlink()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(MODEL.encode())))
    outcome = run("check", "-", "--stdin-filename", "net.py", "--select", "RF201")
    assert "net.py:7:5" in outcome.out and "x = call(2)" in outcome.out
    assert outcome.code == 1


def test_one_of_anything_is_told_as_one(run, net):
    out = run("check", "net.py", "--select", "RF201", "--statistics").out
    assert "1 file, 1 model (1 complete)" in out and "at 1 place:" in out and "1 error in 1 file" in out
    assert (
        "1 finding written to"
        in run("check", "net.py", "--select", "RF201", "--baseline", "known.json", "--update-baseline").err
    )


def test_folders_respect_gitignore_and_exclude(run, tmp_path):
    for name in ("a/net.py", "b/net.py", "c/net.py", ".venv/net.py", "build/net.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(MODEL)
    (tmp_path / ".gitignore").write_text("/b/\n")
    out = run("check", ".", "--select", "RF201", "--format", "concise", "--exclude", "c").out
    assert [line.split(":")[0] for line in out.splitlines()] == ["a/net.py", "net.py"]
    named = run("check", "c/net.py", ".venv", "--select", "RF201", "--format", "concise", "--exclude", "c")
    assert len(named.out.splitlines()) == 2
    assert run("check", "c/net.py", "--select", "RF201", "--exclude", "c", "--force-exclude").code == 0


def test_a_link_to_another_file_of_the_folder_is_no_second_file(run, tmp_path):
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "z.py").write_text(MODEL)
    (tmp_path / "a.py").symlink_to("nets/z.py")
    (tmp_path / "b.py").symlink_to("nets/z.py")
    shown = ("--select", "RF201", "--format", "concise")
    out = run("check", "a.py", "b.py", "nets", *shown).out
    assert len(out.splitlines()) == 3, "what is named itself is looked at"
    assert [line.split(":")[0] for line in run("check", ".", *shown).out.splitlines()] == ["net.py", "nets/z.py"]
    (tmp_path / ".gitignore").write_text("/nets/\n")
    assert [line.split(":")[0] for line in run("check", ".", *shown).out.splitlines()] == ["a.py", "net.py"]


@pytest.mark.skipif(
    multiprocessing.get_start_method() != "fork", reason="processes that are started anew do not have the fake analysis"
)
def test_many_files_in_several_processes_give_the_same(run, tmp_path):
    for number in range(12):
        (tmp_path / f"net{number:02}.py").write_text(MODEL)
    one = run("check", ".", "--no-cache", "--jobs", "1", "--select", "RF201", "--format", "concise")
    assert len(one.out.splitlines()) == 13
    assert run("check", ".", "--no-cache", "--jobs", "3", "--select", "RF201", "--format", "concise") == one


def test_baseline(run, net):
    missing = run("check", "net.py", "--baseline", "known.json")
    assert missing.code == 2 and "--update-baseline" in missing.err
    assert run("check", "net.py", "--baseline", "known.json", "--update-baseline").code == 0
    assert run("check", "net.py", "--baseline", "known.json").code == 0
    net.write_text("\n" + MODEL)
    assert run("check", "net.py", "--baseline", "known.json").code == 0


def test_output_file(run, tmp_path):
    outcome = run("check", "net.py", "--select", "RF201", "--format", "concise", "--output-file", "found.txt")
    assert (outcome.out, outcome.code) == ("", 1)
    assert (tmp_path / "found.txt").read_text().startswith("net.py:7:5: error: RF201")


def test_an_internal_error_in_one_file_is_a_finding_and_exit_code_101(run, tmp_path):
    (tmp_path / "bad.py").write_text("import torch  # CRASH\n")
    outcome = run("check", ".", "--select", "RF201", "--format", "concise")
    assert outcome.code == 101
    assert "bad.py:1:1: error: RF900 [internal-error]" in outcome.out and "net.py:7:5: error: RF201" in outcome.out
    assert "Traceback" not in outcome.err


def test_what_cannot_be_parsed_is_told(run, tmp_path):
    (tmp_path / "bad.py").write_text("import torch  # BROKEN EMPTY\n")
    outcome = run("check", "bad.py")
    assert (outcome.code, outcome.err) == (2, "rf-lsp: bad.py:2: cannot be parsed: invalid syntax\n")


def test_files_that_cannot_hold_a_model_are_not_analysed(run, tmp_path):
    (tmp_path / "plain.py").write_text("import os  # CRASH\n")
    assert run("check", "plain.py").code == 0
    (tmp_path / "user.py").write_text("from plain import x  # CRASH\n")
    assert run("check", "user.py").code == 0
    (tmp_path / "plain.py").write_text("import keras\n")
    assert run("check", "user.py").code == 101


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["missing.py"], "missing.py: no such file or folder"),
        (["net.py", "--select", "RF999"], "unknown rule 'RF999'"),
        (["net.py", "--ignore", "chanel-mismatch"], "did you mean channel-mismatch?"),
        (["net.py", "--format", "xml"], "unknown format 'xml'; check writes concise, full, github, gitlab, json"),
        (["net.py", "--jobs", "0"], "--jobs must be at least 1"),
        (["net.py", "--config", "none.toml"], "none.toml: cannot read the settings file"),
        (["net.py", "--fail-level", "fatal"], "invalid choice: 'fatal'"),
        (["net.py", "-"], "cannot be mixed"),
        (["net.py", "--nonsense"], "--nonsense"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(run, arguments, sentence):
    outcome = run("check", *arguments)
    assert outcome.code == 2
    assert sentence in outcome.err
    assert outcome.err.count("\n") == 1 and "Traceback" not in outcome.err


def test_a_file_that_is_not_utf_8(run, tmp_path):
    (tmp_path / "latin.py").write_bytes(b"import torch\nx = '\xe9'\n")
    outcome = run("check", "latin.py")
    assert outcome.code == 2 and "latin.py is not UTF-8 (line 2)" in outcome.err
