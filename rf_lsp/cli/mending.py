"""``check --fix`` and ``check --diff``: the safe fixes, each looked at by the engine before it counts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rf_lsp.errors import UsageError

if TYPE_CHECKING:
    from rf_lsp.checking import Task


def mended(path: str, task: Task) -> tuple[str, str, int]:
    """(text, text after its safe fixes, how many) of one file; raises SourceError as reading it does."""
    from rf_lsp.engine import Engine
    from rf_lsp.fixing import Fixer, safe

    engine = Engine(task.project)
    text = engine.sources.read(path)
    new, done = Fixer(engine, task.rules, path, task.inputs).fix_all(text, safe)
    return text, new, len(done)


def each_mended(paths: Sequence[str], task_of: dict[str, Task]) -> Iterator[tuple[str, str, str, int]]:
    """(path, text, new text, number of fixes) of the files that fixes change; unreadable files and notebooks are left
    alone."""
    from analyzers.source.sources import NOTEBOOK, SourceError

    for path in paths:
        try:
            text, new, count = mended(path, task_of[path])
        except SourceError:
            continue
        if new != text and path.endswith(NOTEBOOK):
            print(f"{os.path.relpath(path)}: notebooks are not rewritten", file=sys.stderr)
        elif new != text:
            yield path, text, new, count


def write(path: str, text: str, new: str) -> None:
    """Put the new text where the old one stands, in UTF-8 as it was; raises :class:`UsageError` where it is not."""
    with open(path, "rb") as file:
        data = file.read()
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    if data[len(mark) :] != text.encode("utf-8"):
        raise UsageError(f"{path} is not plain UTF-8: it is not rewritten")
    temporary = f"{path}.rf-lsp"
    with open(temporary, "wb") as file:
        file.write(mark + new.encode("utf-8"))
    os.replace(temporary, path)


def note(path: str, count: int) -> None:
    print(f"{os.path.relpath(path)}: {count} fix{'es' * (count != 1)}", file=sys.stderr)
