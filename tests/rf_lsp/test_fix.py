"""``check --fix`` and ``--diff``: safe fixes only, nothing else touched."""

from __future__ import annotations

import io
import itertools
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from rf_lsp.cli import main

BROKEN = """\
import torch.nn as nn

# rf: input=1x3x32x32
model = nn.Sequential(
    nn.Conv2d(3, 8, kernel=3),  # stays
    nn.ReLU(),
)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "net.py"
    path.write_text(BROKEN, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    return path


def test_diff_shows_and_changes_nothing(file: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["check", "--diff", "--no-cache", str(file)]) == 1
    printed = capsys.readouterr().out
    assert "-    nn.Conv2d(3, 8, kernel=3),  # stays" in printed
    assert "+    nn.Conv2d(3, 8, kernel_size=3),  # stays" in printed
    assert file.read_text(encoding="utf-8") == BROKEN


def test_fix_writes_once(file: Path, capsys: pytest.CaptureFixture[str]):
    main(["check", "--fix", "--no-cache", "--fail-level", "never", str(file)])
    assert "1 fix" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == BROKEN.replace("kernel=", "kernel_size=")
    assert main(["check", "--diff", "--no-cache", str(file)]) == 0


def test_line_ends_and_mark_stay(file: Path):
    file.write_bytes(b"\xef\xbb\xbf" + BROKEN.replace("\n", "\r\n").encode())
    main(["check", "--fix", "--no-cache", "--fail-level", "never", str(file)])
    assert (
        file.read_bytes() == b"\xef\xbb\xbf" + BROKEN.replace("kernel=", "kernel_size=").replace("\n", "\r\n").encode()
    )


# -- what else stands in a file ------------------------------------------------------------------

FIXED = BROKEN.replace("kernel=", "kernel_size=")


def fix(path: Path) -> bytes:
    main(["check", "--fix", "--no-cache", "--fail-level", "never", str(path)])
    return path.read_bytes()


@pytest.mark.parametrize(
    ("before", "encoding"),
    [
        ("# -*- coding: latin-1 -*-\n# Größe\n", "latin-1"),
        ("#!/usr/bin/python\n# coding: cp1252\n# 3 € a pixel\n", "cp1252"),
        ("# Größe 图 \U0001f600\n", "utf-8"),
        ("x = 1\n\x0c\ny = 2\x0c\n", "utf-8"),
        ("s = '\u2028\x85'\n", "utf-8"),
        ("if True:\n\tx = 1\n\ty = 2\n", "utf-8"),
        ("def broken(:\n    pass\n\n\n", "utf-8"),
        ("print 'old'\n", "utf-8"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_other_byte_stays(file: Path, before: str, encoding: str, end: str) -> None:
    file.write_bytes((before + BROKEN).replace("\n", end).encode(encoding))
    assert fix(file) == (before + FIXED).replace("\n", end).encode(encoding)


def test_mixed_line_ends_and_no_last_one(file: Path) -> None:
    mixed = BROKEN.replace("\n", "\r\n", 3).rstrip("\n")
    file.write_bytes(mixed.encode())
    assert fix(file) == mixed.replace("kernel=", "kernel_size=").encode()


def test_a_comment_that_another_file_needs_stays(tmp_path: Path) -> None:
    """What it silences is only found from the file that uses the block."""
    (tmp_path / "pyproject.toml").write_text("")
    block = (
        "from torch import nn\n\n\nclass Up(nn.Module):\n    def __init__(self, kernel):\n"
        "        super().__init__()\n"
        "        self.up = nn.ConvTranspose2d(8, 8, kernel, stride=2)  # rf: ignore[RF106]\n\n"
        "    def forward(self, x):\n        return self.up(x)  # rf: ignore[RF105]\n"
    )
    use = "from torch import nn\nfrom block import Up\n\n# rf: input=1x8x16x16\nmodel = nn.Sequential(Up(3))\n"
    (tmp_path / "block.py").write_text(block)
    (tmp_path / "use.py").write_text(use)
    main(["check", "--fix", "--no-cache", "--fail-level", "never", str(tmp_path)])
    assert (tmp_path / "block.py").read_text() == block.replace("  # rf: ignore[RF105]", "")


def test_fixes_on_one_line_are_made_one_after_the_other(file: Path) -> None:
    line = (
        "model = nn.Sequential(nn.Conv2d(3, 8, kernel=3, strides=2), nn.Conv2d(8, 8, kernel=3))  # rf: ignore[RF201]\n"
    )
    text = f"from torch import nn\n\n# rf: input=1x3x32x32\n{line}"
    file.write_text(text)
    wanted = line.replace("kernel=", "kernel_size=").replace("strides=", "stride=").partition("  #")[0]
    assert fix(file).decode() == text.replace(line, wanted + "\n")
    assert fix(file).decode() == text.replace(line, wanted + "\n")


# -- files that cannot be written ----------------------------------------------------------------


def test_a_read_only_file_is_said_and_the_others_are_fixed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = file.with_name("other.py")
    other.write_text(BROKEN)
    file.chmod(0o444)
    assert main(["check", "--fix", "--no-cache", "--fail-level", "never", str(file.parent)]) == 2
    assert f"rf-lsp: {file} cannot be written: it is read-only" in capsys.readouterr().err
    assert (file.read_text(), other.read_text()) == (BROKEN, FIXED)


@pytest.mark.skipif(os.name == "nt", reason="no such permissions")
def test_permissions_and_links_stay(file: Path) -> None:
    file.chmod(0o755)
    link = file.with_name("link.py")
    link.symlink_to(file.name)
    fix(link)
    assert link.is_symlink() and file.read_text() == FIXED
    assert file.stat().st_mode & 0o777 == 0o755
    assert sorted(entry.name for entry in file.parent.iterdir()) == ["link.py", "net.py", "pyproject.toml"]


# -- standard input ------------------------------------------------------------------------------


def given(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_standard_input_goes_fixed_to_standard_output(
    mark: bytes, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    """As Ruff does it: the text on standard output, the findings that are left on standard error."""
    monkeypatch.chdir(tmp_path)
    text = BROKEN.replace("\n", "\r\n").encode()
    given(monkeypatch, mark + text)
    assert (
        main(["check", "-", "--fix", "--stdin-filename", "net.py", "--format", "concise", "--fail-level", "error"]) == 0
    )
    out, err = capfdbinary.readouterr()
    assert out == mark + text.replace(b"kernel=", b"kernel_size=")
    assert b"net.py: 1 fix" in err and b"RF101" in err and b"RF301" not in err
    given(monkeypatch, out)
    main(["check", "-", "--fix", "--stdin-filename", "net.py"])
    assert capfdbinary.readouterr()[0] == out


def test_what_cannot_be_fixed_goes_through(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for text in ("x = (\n", "nothing here\n", ""):
        given(monkeypatch, text.encode())
        main(["check", "-", "--fix"])
        assert capsys.readouterr().out == text
    given(monkeypatch, b"{}")
    assert main(["check", "-", "--fix", "--stdin-filename", "net.ipynb"]) == 2
    assert capsys.readouterr().out == "{}"
    given(monkeypatch, BROKEN.encode())
    assert main(["check", "-", "--fix", "--stdin-filename", "net.py", "--force-exclude", "--exclude", "net.py"]) == 0
    assert capsys.readouterr().out == BROKEN


def test_diff_of_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    given(monkeypatch, BROKEN.encode())
    assert main(["check", "-", "--diff", "--stdin-filename", "net.py"]) == 1
    printed = capsys.readouterr()
    assert printed.out.startswith("--- a/net.py\n+++ b/net.py\n")
    assert "net.py: would make 1 fix" in printed.err
    given(monkeypatch, FIXED.encode())
    assert main(["check", "-", "--diff", "--stdin-filename", "net.py"]) == 0
    assert capsys.readouterr().out == ""


# -- fixes in JSON -------------------------------------------------------------------------------


def applied(text: str, edits: list[dict[str, Any]]) -> str:
    """The edits of one fix as another program makes them: lines and columns count from 1."""
    lines = text.splitlines(keepends=True)
    starts = [0, *itertools.accumulate(map(len, lines))]
    for edit in sorted(edits, key=lambda edit: (edit["place"]["line"], edit["place"]["column"]), reverse=True):
        place = edit["place"]
        start, end = starts[place["line"] - 1] + place["column"] - 1, starts[place["end_line"] - 1]
        text = text[:start] + edit["text"] + text[end + place["end_column"] - 1 :]
    return text


@pytest.mark.parametrize("command", ["check", "inspect"])
def test_json_has_the_edits_that_fix_makes(file: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    main([command, str(file), "--format", "json", *(["--no-cache"] if command == "check" else [])])
    data = json.loads(capsys.readouterr().out)
    tried = next(finding for finding in data["findings"] if finding["code"] == "RF301")
    assert [(fix["title"], fix["safe"]) for fix in tried["fixes"]] == [("Rename kernel to kernel_size", True)]
    assert applied(BROKEN, tried["fixes"][0]["edits"]) == FIXED
    assert fix(file).decode() == FIXED


def test_kept_results_have_the_same_fixes(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed = []
    for form in ("json", "concise", "json"):
        main(["check", str(file), "--format", form])
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[2] and '"Rename kernel to kernel_size"' in printed[0]
