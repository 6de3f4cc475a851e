"""Which names the files of installed packages bind, from one process to the next, by the stamps of the files.

They are kept in the user's cache folder, one file for each package, as :mod:`rf_lsp.programs` keeps programs: signed with
the user's key, and made anew where they are damaged, of another version or of a file that has changed since.
"""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from analyzers.source.outline import Outline
from rf_lsp import own_files
from rf_lsp.user_cache import package_of, package_path, prepare, prune, user_key, version_of

MAGIC = b"rf-lsp outlines\n"
LARGEST = 32 << 20
"""Bytes of one file; more is not kept."""
FEWEST = 8
"""New outlines that are worth writing the file of a package anew."""
_SIGNATURE = 16
_READERS = ("outline.py", "module.py", "blocks.py", "names.py", "literals.py", "lexical.py")
"""Our files that decide what an outline says."""


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """What tells versions of the outlines apart."""
    return version_of(_READERS)


class KeptOutlines:
    """The outlines of all files that one process reads."""

    def __init__(self) -> None:
        self._stores: dict[tuple[str, str], OutlineStore | None] = {}

    def of(self, path: str) -> OutlineStore | None:
        """What is kept for the package that a file belongs to; None for what is not installed."""
        site, package = package_of(path)
        if not package:
            return None
        if (site, package) not in self._stores:
            place = package_path(site, f"{package}.names", fingerprint())
            self._stores[site, package] = OutlineStore(place) if place is not None else None
        return self._stores[site, package]

    def save(self) -> None:
        """Write what is new. A folder that cannot be written is no error: then nothing is kept."""
        for store in self._stores.values():
            if store is not None:
                store.save()


class OutlineStore:
    """The outlines in one file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._kept: Mapping[str, Any] | None = None
        self._fresh: dict[str, tuple[str, Outline]] = {}

    def get(self, path: str, stamp: str) -> Outline | None:
        """The outline of a file as it was when it had this stamp."""
        fresh = self._fresh.get(path)
        if fresh is not None and fresh[0] == stamp:
            return fresh[1]
        if self._kept is None:
            self._kept = _read(self._path)
        found = self._kept.get(path)
        return Outline(*found[1:]) if found is not None and found[0] == stamp else None

    def put(self, path: str, stamp: str, outline: Outline) -> None:
        self._fresh[path] = (stamp, outline)

    def save(self) -> None:
        """Never raises."""
        if len(self._fresh) < FEWEST:
            if self._kept:
                own_files.touch(self._path)
            return
        fresh, self._fresh = self._fresh, {}
        key = user_key()
        kept = {**_read(self._path), **{path: (stamp, *outline) for path, (stamp, outline) in fresh.items()}}
        self._kept = kept
        data = marshal.dumps(kept)
        if key is not None and len(data) <= LARGEST:
            with contextlib.suppress(OSError, ValueError):
                prepare(os.path.dirname(self._path))
                own_files.replace(self._path, MAGIC + _signature(data, key) + data)
                prune(os.path.dirname(self._path))


def _read(path: str) -> Mapping[str, Any]:
    data = own_files.read(path, LARGEST + len(MAGIC) + _SIGNATURE)
    key = user_key()
    begin = len(MAGIC) + _SIGNATURE
    if key is None or not data.startswith(MAGIC):
        return {}
    content = memoryview(data)[begin:]
    return marshal.loads(content) if _signature(content, key) == data[len(MAGIC) : begin] else {}


def _signature(data: bytes | memoryview, key: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_SIGNATURE, key=key, person=fingerprint().encode()).digest()
