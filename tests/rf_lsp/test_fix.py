"""``check --fix`` and ``--diff``: safe fixes only, nothing else touched."""

from __future__ import annotations

from pathlib import Path

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


def test_standard_input_is_refused(capsys: pytest.CaptureFixture[str]):
    assert main(["check", "--fix", "-"]) == 2
    assert "standard input" in capsys.readouterr().err
