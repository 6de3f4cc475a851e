"""``python -m rf_lsp`` in a folder that has modules of the names of Python's own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_they_are_not_imported(tmp_path):
    for name in ("ast", "dataclasses", "json", "socket", "yaml", "libcst"):
        (tmp_path / f"{name}.py").write_text("open('it-ran', 'w')\n")
    (tmp_path / "net.py").write_text("from torch import nn\n# rf: input=1x3\nnet = nn.Linear(3, 2)\n")
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONSAFEPATH"} | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "rf_lsp", "check", "--no-cache", "net.py"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0 and "1 file" in done.stdout, done.stderr
    assert not (tmp_path / "it-ran").exists()
