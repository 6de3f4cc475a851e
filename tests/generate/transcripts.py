"""What the commands in the documents print: a block that begins with ``$ rf-lsp …`` below the files it is about.

A document that says ``<!-- generated: transcripts -->`` in its first line shows files as blocks of code under their name
in backticks; those are written into a folder, and every ``text`` block that begins with ``$ rf-lsp`` is filled with what
the command says of them. Each file counts from where it stands on, so that a page can mend a model step by step.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.generate import ROOT

MARK = "<!-- generated: transcripts -->"
WIDTH = "100"
_BLOCK = re.compile(
    r"^`(?P<name>[\w./-]+)`\n\n```(?:python|toml)\n(?P<file>.*?)^```$|^```text\n\$ rf-lsp (?P<command>[^\n]*)\n(?P<said>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def texts() -> Iterator[tuple[str, str]]:
    """Every document with transcripts, and how it should read."""
    for path in sorted((ROOT / "docs").rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        if text.startswith(MARK):
            yield path.relative_to(ROOT).as_posix(), written(text)


def written(text: str) -> str:
    """A document with what its commands print now."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pyproject.toml").touch()
        return _BLOCK.sub(lambda match: _with_answer(match, folder), text)


def _with_answer(match: re.Match[str], folder: str) -> str:
    if match["name"] is not None:
        path = Path(folder, match["name"])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(match["file"], encoding="utf-8")
        return match[0]
    return f"```text\n$ rf-lsp {match['command']}\n{said(match['command'], folder)}```"


def said(command: str, folder: str) -> str:
    """What a command prints in a folder, where nothing is kept of what was found before."""
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": WIDTH, "PYTHONIOENCODING": "utf-8"}
    environment |= {"RF_LSP_CACHE_DIR": os.path.join(folder, ".kept"), "PYTHONPATH": str(ROOT)}
    command_line = [sys.executable, "-P", "-m", "rf_lsp", *shlex.split(command)]
    if sys.version_info < (3, 11):
        command_line.remove("-P")
    done = subprocess.run(command_line, cwd=folder, env=environment, capture_output=True, encoding="utf-8")
    if done.returncode not in (0, 1):
        raise ValueError(f"rf-lsp {command}: {done.stderr}")
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.rstrip("\n").splitlines())
