"""Programs that sources were lowered to, from one process to the next, by the text of each block.

Beside them stands which files Python's parser takes as a whole. Of installed packages they are kept in the user's cache folder, one file for each package; of the workspace's own
files in its ``.rf_lsp_cache``. A file begins with :data:`MAGIC` and holds records, which are only ever appended: the
digest of a block's text, the length and the signature of the data, and the data, marshalled. The signature is made
with a key that only this user has, so that nothing is loaded that comes with a repository; what is cut short,
changed or of another version is lowered anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import os
import struct
import time
from collections.abc import Collection, Iterator
from functools import lru_cache

from analyzers.source.program import Suite, made_of, plain
from rf_lsp import own_files
from rf_lsp.outlines import KeptOutlines
from rf_lsp.user_cache import FOLDER, package_of, package_path, prepare, prune, user_key, version_of

WORKSPACE_FOLDER = ".rf_lsp_cache"
MAGIC = b"rf-lsp programs\n"
LARGEST = 64 << 20
"""Bytes of one file; beyond, it is begun anew with what was used last."""
_SIGNATURE = 8
_WHOLE = b"whole file"
"""Sets digests of whole texts apart from those of blocks."""
_RECORD = struct.Struct(f"<16sI{_SIGNATURE}s")


class Programs:
    """The programs of all files that one process reads."""

    def __init__(self) -> None:
        self._workspaces: dict[str, str] = {}
        self._stores: dict[str, ProgramStore] = {}
        self.outlines = KeptOutlines()
        self._saved = time.monotonic()

    def add_workspace(self, root: str) -> None:
        """Keep the programs of the files in this folder, too, if it has a cache folder."""
        folder = os.path.join(os.path.abspath(root), WORKSPACE_FOLDER)
        if os.path.isdir(folder) and not os.path.islink(folder):
            self._workspaces[os.path.join(os.path.abspath(root), "")] = folder

    def of(self, path: str) -> ProgramStore | None:
        """What is kept for the package (or workspace) that a file belongs to."""
        place = self._place(path)
        if place is None:
            return None
        if place not in self._stores:
            self._stores[place] = ProgramStore(place)
        return self._stores[place]

    def _place(self, path: str) -> str | None:
        site, package = package_of(path)
        if package:
            return package_path(site, package, fingerprint())
        folders = [folder for root, folder in self._workspaces.items() if path.startswith(root)]
        return os.path.join(max(folders, key=len), f"{FOLDER}-{fingerprint()}") if folders else None

    def save(self, *, every: float = 0.0) -> None:
        """Write what is new, if that was not done in the last ``every`` seconds. A folder that cannot be written is
        no error: then nothing is kept."""
        if time.monotonic() - self._saved >= every:
            for store in self._stores.values():
                store.save()
            self.outlines.save()
            self._saved = time.monotonic()


class ProgramStore:
    """The programs in one file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._data = own_files.read(path, 2 * LARGEST)
        self._end, self._index = _indexed(self._data)
        self._is_whole = 0 < self._end == len(self._data)
        self._fresh: dict[bytes, Suite] = {}
        self._used: set[bytes] = set()

    def get(self, text: str) -> Suite | None:
        """The program of a block."""
        return self._kept_under(_digest(text))

    def put(self, text: str, suite: Suite) -> None:
        self._fresh[_digest(text)] = suite

    def is_well_formed(self, text: str) -> bool:
        """Whether Python's parser took the text of a file: an empty program stands for that."""
        return self._kept_under(_digest(text, _WHOLE)) is not None

    def note_well_formed(self, text: str) -> None:
        self._fresh[_digest(text, _WHOLE)] = ()

    def _kept_under(self, digest: bytes) -> Suite | None:
        found = self._index.get(digest)
        key = user_key()
        if found is None or key is None:
            return None
        begin, end, signature = found
        data = self._data[begin:end]
        if _signature(data, digest, key) != signature:
            return None
        self._used.add(digest)
        return made_of(marshal.loads(data))

    def save(self) -> None:
        """Never raises."""
        fresh, self._fresh = self._fresh, {}
        key = user_key()
        if key is not None and fresh:
            self._used.update(fresh)
            with contextlib.suppress(OSError, ValueError):
                self._write({digest: _record(digest, suite, key) for digest, suite in fresh.items()}, key)
        elif key is not None and self._used:
            own_files.touch(self._path)

    def _write(self, records: dict[bytes, bytes], key: bytes) -> None:
        folder = os.path.dirname(self._path)
        prepare(folder)
        data = b"".join(records.values())
        has_room = self._is_whole and self._end + len(data) <= LARGEST
        if not has_room or not own_files.append(self._path, data):
            self._is_whole = False
            data = MAGIC + b"".join(self._kept(LARGEST - len(data), records, key)) + data
            own_files.replace(self._path, data)
            self._is_whole, self._end = True, 0
        self._end += len(data)
        prune(folder)

    def _kept(self, room: int, fresh: Collection[bytes], key: bytes) -> Iterator[bytes]:
        """What the file holds besides what is fresh; where there is no room for all, what was used."""
        data = own_files.read(self._path, 2 * LARGEST)
        whole, index = _indexed(data)
        for digest in index if whole <= room else self._used.intersection(index):
            begin, end, signature = index[digest]
            size = _RECORD.size + end - begin
            if digest not in fresh and size <= room and _signature(data[begin:end], digest, key) == signature:
                room -= size
                yield data[end - size : end]


def _record(digest: bytes, suite: Suite, key: bytes) -> bytes:
    """A program as it is kept; nothing where it is nested too deep for that."""
    try:
        data = marshal.dumps(plain(suite))
    except (ValueError, RecursionError):
        return b""
    return _RECORD.pack(digest, len(data), _signature(data, digest, key)) + data


def _indexed(data: bytes) -> tuple[int, dict[bytes, tuple[int, int, bytes]]]:
    """(end of the records that are whole, digest → begin, end and signature of its data)."""
    index: dict[bytes, tuple[int, int, bytes]] = {}
    at = len(MAGIC)
    if not data.startswith(MAGIC):
        return 0, index
    while at + _RECORD.size <= len(data):
        digest, length, signature = _RECORD.unpack_from(data, at)
        begin = at + _RECORD.size
        if begin + length > len(data):
            break
        at = begin + length
        index[digest] = (begin, at, signature)
    return at, index


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _digest(text: str, of: bytes = b"") -> bytes:
    return hashlib.blake2b(_bytes(text), digest_size=16, person=of).digest()


def _signature(data: bytes, digest: bytes, key: bytes) -> bytes:
    version = fingerprint().encode()
    return hashlib.blake2b(data, digest_size=_SIGNATURE, key=key, salt=digest, person=version).digest()


_READERS = (
    "program.py", "parsed.py", "positions.py", "_recording.py", "lowering.py", "lowering_state.py",
    "lowering_expressions.py", "lowering_statements.py", "python_parser.py", "python_lowering.py",
    "python_expressions.py", "python_statements.py",
)  # fmt: skip
"""Our files that decide which program a text becomes."""


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """What tells versions of the programs apart: the grammar, the lowering, and Python, whose marshal is its own."""
    return version_of(_READERS)
