"""`rf-lsp watch`, as a process: it checks at the start and after each change, and ends on Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

FITTING = """from torch import nn
# rf: input=1x3x8x8
net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(8, 4, 3))
"""


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    (tmp_path / "net.py").write_text(FITTING)
    command = [
        sys.executable,
        "-P" if sys.version_info >= (3, 11) else "-s",
        "-m",
        "rf_lsp",
        "watch",
        ".",
        "--format",
        "concise",
    ]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    flags = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        creationflags=flags,
    )
    end = threading.Timer(60, process.kill)
    end.start()
    yield process
    end.cancel()
    process.kill()
    process.communicate()


def until(process: subprocess.Popen[str], wanted: str) -> str:
    assert process.stdout is not None
    seen = ""
    while wanted not in seen:
        line = process.stdout.readline()
        assert line, seen
        seen += line
    return seen


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is no signal of a single process there")
def test_each_change_is_checked(watching, tmp_path):
    assert "RF201" not in until(watching, "watching 1 file; Ctrl-C ends")
    (tmp_path / "net.py").write_text(FITTING.replace("Conv2d(8, 4", "Conv2d(9, 4"))
    assert "RF201" in until(watching, "watching 1 file; Ctrl-C ends")
    (tmp_path / "rf-lsp.toml").write_text("ignor = ['RF201']\n")
    assert "did you mean 'ignore'?" in until(watching, "Ctrl-C ends")
    (tmp_path / "rf-lsp.toml").write_text("ignore = ['RF201']\n")
    assert "RF201" not in until(watching, "watching 1 file; Ctrl-C ends")
    watching.send_signal(signal.SIGINT)
    assert watching.wait(20) == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--fix", "."], "--fix is for check; watch changes nothing"),
        (["-"], "standard input cannot be watched"),
        (["nowhere"], "nowhere: no such file or folder"),
    ],
)
def test_what_cannot_be_watched(run, arguments, sentence):
    outcome = run("watch", *arguments)
    assert outcome.code == 2 and sentence in outcome.err
