"""``check --fix`` and ``check --diff``: the safe fixes, each looked at by the engine before it counts."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rf_lsp import own_files
from rf_lsp.errors import UsageError
from rf_lsp.output.text import path_text

if TYPE_CHECKING:
    from rf_lsp.checking import CheckTask
    from rf_lsp.editing import Source
    from rf_lsp.results import FileResult


@dataclass(frozen=True, slots=True)
class FixedFile:
    """A file before and after its safe fixes, and how many they were."""

    path: str
    old: Source
    new: Source
    count: int

    @property
    def fixes(self) -> str:
        """``1 fix``, ``2 fixes``"""
        return f"{self.count} fix{'es' * (self.count != 1)}"

    def diff(self) -> str:
        from rf_lsp.editing import diff

        return diff(path_text(self.path).lstrip("/"), self.old, self.new)

    def rewritten(self, data: bytes) -> bytes:
        """The bytes of the file with the fixes made: encoding, line ends and byte order mark stay, and of a notebook
        all but the sources of the edited cells. Raises :class:`UsageError`."""
        from analyzers.source.sources import encoding_of

        mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
        encoding = encoding_of(data)
        try:
            text = data[len(mark) :].decode(encoding)
            if text.encode(encoding) != data[len(mark) :]:
                raise ValueError(f"its bytes are not what {encoding} makes of its text")
            return mark + self._respelled(text).encode(encoding)
        except (ValueError, LookupError) as error:
            raise UsageError(f"{self.path} cannot be rewritten: {error}") from None

    def _respelled(self, text: str) -> str:
        from rf_lsp.editing import rewritten

        if not isinstance(self.old.module, str):
            return rewritten(text, self.old, self.new)
        if text != self.old.module:
            raise ValueError("it has changed in the meantime")
        return self.new.parts[0]


def fixed_file(
    path: str, task: CheckTask, text: str | None = None, used: frozenset[tuple[str, int]] = frozenset()
) -> FixedFile:
    """One file, or the unsaved ``text`` that stands for it. Comments that ignore what is found from other files
    (``used``: path and line) are not taken away. Raises SourceError as reading the file does."""
    from analyzers.request import Request
    from rf_lsp.checking import laid_over
    from rf_lsp.engine import Engine
    from rf_lsp.fixing import Fixer, is_fixed_safely

    engine = Engine(task.project)
    request = Request(path, [], list(task.inputs), laid_over(engine.sources, path, text))
    if request.text is not None:
        engine.sources.overlay(path, request.text)
    fixer = Fixer(engine, task.rules, request)
    source = fixer.source()
    new, done = fixer.fix_all(
        source,
        lambda found: is_fixed_safely(found) and (found.code != "RF903" or (path, found.place.line) not in used),
    )
    return FixedFile(path, source, new, len(done))


def fixed_files(results: Sequence[FileResult], task_of: dict[str, CheckTask]) -> Iterator[FixedFile]:
    """The files that safe fixes change."""
    from analyzers.source.sources import SourceError
    from rf_lsp.fixing import is_fixed_safely

    for result in results:
        if not any(is_fixed_safely(found) and found.place.file == result.path for found in result.findings):
            continue
        used = frozenset(entry for other in results if other is not result for entry in other.used_ignores)
        with contextlib.suppress(SourceError):
            found = fixed_file(result.path, task_of[result.path], result.text, used)
            if found.count:
                yield found


def write(found: FixedFile) -> None:
    """Put the fixed text where the old one stands; raises :class:`UsageError` where that is not possible."""
    path = os.path.realpath(found.path)
    try:
        if not _is_inside(path, found.path):
            raise OSError(errno.ELOOP, "it is a link that leads out of the workspace")
        with open(path, "rb") as file:
            data = found.rewritten(file.read())
        if not os.stat(path).st_mode & 0o222:
            raise PermissionError(errno.EACCES, "it is read-only")
        own_files.rewrite(path, data)
    except OSError as error:
        raise UsageError(f"{found.path} cannot be written: {error.strerror or error}") from None


def _is_inside(path: str, name: str) -> bool:
    """Whether what a name leads to is in the workspace that the name is in."""
    from analyzers.imports.resolver import workspace_root

    root = os.path.realpath(workspace_root(os.path.dirname(os.path.abspath(name))))
    return os.path.commonpath([root, path]) == root if path.startswith(root) else False
