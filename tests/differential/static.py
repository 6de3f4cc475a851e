"""The one door to the side under test: what ``rf-lsp`` says of a program, in this process."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
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


@contextlib.contextmanager
def extractions() -> Iterator[list[Any]]:
    """What the next analysis reads its facts from: tensors with their whole fields. (Later ones try fixes.)"""
    from analyzers.analysis import Analyzer
    from analyzers.models.extraction import Extraction

    made: list[Any] = []
    through: list[Any] = []
    init, analyze = Extraction.__init__, Analyzer.analyze

    def watched_init(self: Any, *arguments: Any) -> None:
        init(self, *arguments)
        if not through:
            made.append(self)

    def watched_analyze(self: Any, request: Any) -> Any:
        try:
            return analyze(self, request)
        finally:
            through.append(request)

    Extraction.__init__, Analyzer.analyze = watched_init, watched_analyze  # type: ignore[method-assign]
    try:
        yield made
    finally:
        Extraction.__init__, Analyzer.analyze = init, analyze  # type: ignore[method-assign]


def static_check(path: Path | str) -> dict[str, Any]:
    """The JSON of ``rf-lsp check PATH``; raises ValueError when there is none."""
    return json_of(["check", str(path), "--format", "json", "--no-cache"])


def json_of(arguments: list[str]) -> dict[str, Any]:
    code, out, err = run_command(arguments)
    try:
        return json.loads(out)
    except ValueError:
        raise ValueError(f"exit {code}: {(err or out).strip()[-500:]}") from None
