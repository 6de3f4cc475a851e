"""The one door to the side under test: what ``rf-lsp`` says of a program, in this process."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any


def run_command(arguments: list[str]) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of one ``rf-lsp`` command run in this process."""
    from rf_lsp.cli import main

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as exit_:
            code = exit_.code
    return code if isinstance(code, int) else 0, out.getvalue(), err.getvalue()


def static_inspect(path: Path | str, expression: str = "", inputs: list[list[int]] | None = None) -> dict[str, Any]:
    """The JSON of ``rf-lsp inspect PATH::EXPRESSION``; raises ValueError when there is none."""
    target = f"{path}::{expression}" if expression else str(path)
    arguments = ["inspect", target, "--format", "json"]
    for shape in inputs or []:
        arguments += ["--input", "x".join(map(str, shape))]
    return json_of(arguments)


def static_check(path: Path | str) -> dict[str, Any]:
    """The JSON of ``rf-lsp check PATH``; raises ValueError when there is none."""
    return json_of(["check", str(path), "--format", "json", "--no-cache"])


def json_of(arguments: list[str]) -> dict[str, Any]:
    code, out, err = run_command(arguments)
    try:
        return json.loads(out)
    except ValueError:
        raise ValueError(f"exit {code}: {(err or out).strip()[-500:]}") from None
