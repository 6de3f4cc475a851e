"""How the rest of the workspace builds a class: ``UNet(n_channels=3, n_classes=2)`` in train.py."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from analyzers.source.sources import SourceError, Sources

MAXIMUM_FILES = 300
SKIPPED = frozenset("node_modules build dist site-packages __pycache__ venv env".split())


def files_that_build(sources: Sources, root: str, name: str, path: str) -> Iterator[str]:
    """Python files of the workspace, other than ``path``, that mention ``name(``."""
    call = f"{name}("
    for file in _python_files(sources, root):
        if file == path:
            continue
        try:
            if call in sources.read(file):
                yield file
        except SourceError:
            continue


def files_that_derive(sources: Sources, root: str, name: str, path: str) -> Iterator[str]:
    """Python files of the workspace, ``path`` among them, that define a class with ``name`` as a base."""
    derived = re.compile(rf"^[ \t]*class\s+\w+\s*\([^)]*\b{re.escape(name)}\b", re.MULTILINE)
    for file in (path, *_python_files(sources, root)):
        try:
            text = sources.read(file)
        except SourceError:
            continue
        if name in text and derived.search(text):
            yield file


def _python_files(sources: Sources, root: str) -> Iterator[str]:
    """At most MAXIMUM_FILES, nearest folders first."""
    folders, count = [root], 0
    while folders:
        folder = folders.pop(0)
        for entry in sorted(sources.list_dir(folder)):
            full = os.path.join(folder, entry)
            if entry.endswith(".py"):
                count += 1
                yield full
            elif "." not in entry and entry not in SKIPPED and sources.is_dir(full):
                folders.append(full)
            if count >= MAXIMUM_FILES:
                return
