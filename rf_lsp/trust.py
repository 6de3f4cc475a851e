"""Interpreters that a project names or brings along: started only after a person has agreed, once for each."""

from __future__ import annotations

import json
import os
import sys

from platformdirs import user_state_path

from analyzers.tracing.interpreters import Interpreter
from rf_lsp import own_files
from rf_lsp.errors import UsageError

VARIABLE = "RF_LSP_STATE_DIR"
MOST = 1000


def _file() -> str:
    folder = os.environ.get(VARIABLE) or str(user_state_path("rf-lsp"))
    return os.path.join(folder, "interpreters.json")


def is_trusted(interpreter: Interpreter) -> bool:
    return not interpreter.from_project or os.path.abspath(interpreter.path) in _agreed()


def agree(interpreter: Interpreter) -> None:
    """Remember that it may be started."""
    path = _file()
    kept = [*_agreed(), os.path.abspath(interpreter.path)][-MOST:]
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        own_files.write(path, json.dumps(kept, indent=1).encode())
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None


def _agreed() -> list[str]:
    try:
        with open(_file(), encoding="utf-8") as file:
            kept = json.load(file)
    except (OSError, ValueError):
        return []
    return [path for path in kept if isinstance(path, str)] if isinstance(kept, list) else []


def confirm(interpreter: Interpreter, yes: bool) -> None:
    """Ask in a terminal; raises :class:`UsageError` where nobody agrees."""
    if is_trusted(interpreter):
        return
    if not yes:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise UsageError(
                f"the project brings the interpreter {interpreter.path} ({interpreter.origin}), which has not been agreed"
                f" to: start it with --yes, or name it with --python"
            )
        print(f"rf-lsp: {interpreter.path} ({interpreter.origin}) belongs to the project.", file=sys.stderr)
        print("Start it now and whenever this project is traced? [y/N] ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise UsageError("not traced: no interpreter was agreed to")
    agree(interpreter)
