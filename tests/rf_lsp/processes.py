"""Processes that read files and keep their programs, one after the other in one process of the suite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from analyzers.source import program, tree
from analyzers.source.blocks import Block
from analyzers.source.sources import Sources
from rf_lsp import user_cache
from rf_lsp.programs import Programs, ProgramStore
from tests.source.both_parsers import shown

SMALL = "a = 1\n\n\ndef f(b):\n    return b\n"
MODEL = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width: int = 8):
        super().__init__()
        self.body = nn.Linear(4, width)
        self.head = nn.Linear(width, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(x))


net = Net()
"""


_read_anew = tree.read_anew


def forget_user() -> None:
    """As in a new process, look for the user's cache folder and key."""
    user_cache.user_folder.cache_clear()
    user_cache.user_key.cache_clear()


@dataclass
class Process:
    """One process that reads files and keeps their programs."""

    programs: Programs = field(default_factory=Programs)
    sources: Sources = field(default_factory=Sources)
    parsed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        forget_user()
        self.sources.programs_of = self.programs.of

    def read(self, path: Path) -> str:
        """The programs of a file, on one line, with what was parsed for them noted."""
        blocks = [block for block in self.sources.module(str(path)).blocks if block.kind != "comment"]
        with mock.patch.object(tree, "read_anew", self._parse):
            return str([_placed(block.program) for block in blocks])

    def _parse(self, block: Block) -> Any:
        self.parsed.append(block.text)
        return _read_anew(block)

    def store(self, path: Path) -> ProgramStore:
        store = self.programs.of(str(path))
        assert store is not None
        return store


def _placed(suite: Any) -> str:
    places = [node.at for node in _below(suite)]
    return f"{shown(suite)} {places}"


def _below(part: Any) -> Iterator[program.Node]:
    if isinstance(part, program.Node):
        yield part
        part = tuple(getattr(part, name) for name in program.FIELDS[type(part)])
    if isinstance(part, tuple):
        for item in part:
            yield from _below(item)


def run_once(path: Path) -> tuple[str, int]:
    """A process from start to end: (programs, number of blocks that were parsed)."""
    process = Process()
    found = process.read(path)
    process.programs.save()
    return found, len(process.parsed)


def kept_file(cache_dir: Path) -> Path:
    (path,) = (path for path in (cache_dir / "programs").iterdir() if path.name != "CACHEDIR.TAG")
    return path


def everything(folder: Path) -> dict[str, bytes | None]:
    """What is in a folder, to tell whether anything was written there."""
    return {str(path): path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


def heals(kept: tuple[Path, Path, str]) -> bool:
    """The answers are right, and what is written next serves the process after."""
    source, _, found = kept
    return run_once(source)[0] == found and run_once(source) == (found, 0)


def kept_file_names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if user_cache._NAME.fullmatch(path.name)]


def refused(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")
