"""``check --shard 2/8``: the part of the files that one of several machines is for.

Which files these are follows from their paths below the working directory alone, so that machines need not talk, and a
file that is added does not move the others. All parts together find what one run finds.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from analyzers.facts import Finding
from rf_lsp.checking import CheckTask
from rf_lsp.errors import UsageError
from rf_lsp.paths import portable
from rf_lsp.relevance import Relevance
from rf_lsp.results import FileResult

UNUSED = "RF903"


@dataclass(frozen=True, slots=True)
class Shard:
    """The part ``index`` of ``count``, counted from 1."""

    index: int
    count: int

    def holds(self, path: str) -> bool:
        name = portable(path).encode("utf-8", "surrogatepass")
        return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "big") % self.count == self.index - 1

    def parted(self, paths: Sequence[str]) -> tuple[list[str], list[str]]:
        """Those of this part, and the others."""
        own = {path: self.holds(path) for path in paths}
        return [path for path in paths if own[path]], [path for path in paths if not own[path]]


def parse_shard(text: str) -> Shard:
    """``"2/8"``; raises :class:`UsageError`."""
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise UsageError(f"impossible shard {text!r}; write it like 2/8, from 1/8 to 8/8")
    return Shard(int(found[1]), int(found[2]))


def keep_unused(
    results: Sequence[FileResult],
    others: Sequence[tuple[CheckTask, list[str]]],
    check: Callable[[CheckTask, list[str]], list[FileResult]],
) -> None:
    """Take back what is said of ignore comments that only files of other parts need: of those (``others``) the ones that
    import a file with such a comment are checked, too."""
    files = {found.place.file for result in results for found in result.findings if found.code == UNUSED}
    if not files:
        return
    importers = [(task, _importers(task, paths, files)) for task, paths in others]
    used = {entry for task, paths in importers for result in check(task, paths) for entry in result.used_ignores}
    for result in results:
        result.findings = [found for found in result.findings if not _is_used(found, used)]


def _is_used(found: Finding, used: Collection[tuple[str, int]]) -> bool:
    place = found.place
    return found.code == UNUSED and place.cell is None and (place.file, place.line) in used


def _importers(task: CheckTask, paths: Sequence[str], files: Collection[str]) -> list[str]:
    relevance = Relevance([task.project.root], task.project.search_paths)
    return [path for path in paths if relevance.reaches(path, files)]
