"""Programs that sources were lowered to, from one process to the next, by the text of each block.

Of installed packages they are kept in the user's cache folder, one file for each package; of the workspace's own
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
import sys
import time
from collections.abc import Iterator
from functools import lru_cache

from analyzers.source import program
from analyzers.source.program import Suite, made_of, plain

VARIABLE = "RF_LSP_CACHE_DIR"
"""The environment variable that puts the user's cache folder elsewhere."""
FOLDER = "programs"
WORKSPACE_FOLDER = ".rf_lsp_cache"
MAGIC = b"rf-lsp programs\n"
TAG = "CACHEDIR.TAG"
TAG_TEXT = (
    "Signature: 8a477f597d28d172789f06886806bc55\n# Programs that rf-lsp keeps; they may be removed at any time.\n"
)
LARGEST = 64 << 20
"""Bytes of one file; beyond, it is begun anew with what was used last."""
MOST = 64
"""Files in the user's folder, the last used."""
_RECORD = struct.Struct("<16sI8s")
_SITES = ("site-packages", "dist-packages")
_ONLY_OWN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Programs:
    """The programs of all files that one process reads."""

    def __init__(self) -> None:
        self._workspaces: dict[str, str] = {}
        self._stores: dict[str, ProgramStore] = {}
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
        site, package = _package_of(path)
        if package:
            user = user_folder()
            name = f"{package}-{hashlib.blake2b(site.encode(), digest_size=6).hexdigest()}"
            return os.path.join(user, FOLDER, f"{name}-{fingerprint()}") if user is not None else None
        folders = [folder for root, folder in self._workspaces.items() if path.startswith(root)]
        return os.path.join(max(folders, key=len), f"{FOLDER}-{fingerprint()}") if folders else None

    def save(self, *, every: float = 0.0) -> None:
        """Write what is new, if that was not done in the last ``every`` seconds. A folder that cannot be written is
        no error: then nothing is kept."""
        if time.monotonic() - self._saved >= every:
            for store in self._stores.values():
                store.save()
            self._saved = time.monotonic()


class ProgramStore:
    """The programs in one file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._data = _read(path)
        self._end, self._index = _indexed(self._data)
        self._fresh: dict[bytes, Suite] = {}
        self._used: set[bytes] = set()

    def get(self, text: str) -> Suite | None:
        """The program of a block."""
        digest = _digest(text)
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

    def put(self, text: str, suite: Suite) -> None:
        self._fresh[_digest(text)] = suite

    def save(self) -> None:
        key = user_key()
        if not self._fresh or key is None:
            return
        records = b"".join([self._record(digest, marshal.dumps(plain(s)), key) for digest, s in self._fresh.items()])
        self._fresh = {}
        with contextlib.suppress(OSError, ValueError):
            _prepare(os.path.dirname(self._path))
            if self._end < len(self._data) or self._end + len(records) > LARGEST:
                _replace(self._path, MAGIC + b"".join(self._kept()) + records)
            else:
                _append(self._path, records if self._end else MAGIC + records)
            if os.path.basename(os.path.dirname(self._path)) == FOLDER:
                _prune(os.path.dirname(self._path))

    def _record(self, digest: bytes, data: bytes, key: bytes) -> bytes:
        return _RECORD.pack(digest, len(data), _signature(data, digest, key)) + data

    def _kept(self) -> Iterator[bytes]:
        """The records that were used, where there is no room for all."""
        wanted = self._used if self._end > LARGEST // 2 else self._index
        for digest in wanted:
            begin, end, _ = self._index[digest]
            yield self._data[begin - _RECORD.size : end]


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


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _signature(data: bytes, digest: bytes, key: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=8, key=key, salt=digest).digest()


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """What tells versions of the programs apart: the grammar, the lowering, and Python, whose marshal is its own."""
    text = repr((sys.version_info[:2], marshal.version)).encode()
    folder = os.path.dirname(program.__file__)
    for name in ("program.py", "lowering.py"):
        with contextlib.suppress(OSError), open(os.path.join(folder, name), "rb") as file:
            text += file.read()
    return hashlib.blake2b(text, digest_size=6).hexdigest()


def _package_of(path: str) -> tuple[str, str]:
    """(folder of packages, top-level package) of an installed file, else two empty texts."""
    parts = path.replace("\\", "/").split("/")
    for index in range(len(parts) - 2, 0, -1):
        if parts[index] in _SITES:
            return "/".join(parts[: index + 1]), parts[index + 1].removesuffix(".py")
    return "", ""


@lru_cache(maxsize=1)
def user_folder() -> str | None:
    """The user's cache folder for this program, made if it is missing; None where it cannot be made."""
    import platformdirs

    folder = os.environ.get(VARIABLE) or platformdirs.user_cache_dir("rf-lsp", appauthor=False)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError:
        return None
    return folder


@lru_cache(maxsize=1)
def user_key() -> bytes | None:
    """32 bytes that only this user can read, made at the first use; None where they cannot be kept."""
    folder = user_folder()
    if folder is None:
        return None
    path = os.path.join(folder, "key")
    try:
        with contextlib.suppress(FileExistsError), os.fdopen(_opened(path, os.O_CREAT | os.O_EXCL), "wb") as file:
            file.write(os.urandom(32))
        with os.fdopen(os.open(path, os.O_RDONLY | _ONLY_OWN), "rb") as file:
            key = file.read(33)
    except OSError:
        return None
    return key if len(key) == 32 else None


def _opened(path: str, flags: int) -> int:
    return os.open(path, os.O_WRONLY | _ONLY_OWN | flags, 0o600)


def _read(path: str) -> bytes:
    """The bytes of a file of ours; none where it is a link, too large or not there."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | _ONLY_OWN | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            status = os.fstat(file.fileno())
            if status.st_mode & 0o170000 != 0o100000 or status.st_size > 2 * LARGEST:
                return b""
            return file.read()
    except OSError:
        return b""


def _prepare(folder: str) -> None:
    """Make the folder with its marker; OSError where it is a link."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    if os.path.islink(folder):
        raise OSError(f"{folder} is a link")
    with (
        contextlib.suppress(FileExistsError),
        os.fdopen(_opened(os.path.join(folder, TAG), os.O_CREAT | os.O_EXCL), "w") as file,
    ):
        file.write(TAG_TEXT)


def _append(path: str, data: bytes) -> None:
    with os.fdopen(_opened(path, os.O_CREAT | os.O_APPEND), "wb", buffering=0) as file:
        file.write(data)


def _replace(path: str, data: bytes) -> None:
    beside = f"{path}.{os.getpid()}.tmp"
    try:
        with os.fdopen(_opened(beside, os.O_CREAT | os.O_EXCL), "wb") as file:
            file.write(data)
        os.replace(beside, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise


def _prune(folder: str) -> None:
    files = [entry for entry in os.scandir(folder) if entry.name != TAG]
    files.sort(key=lambda entry: entry.stat(follow_symlinks=False).st_mtime, reverse=True)
    for entry in files[MOST:]:
        os.unlink(entry.path)
