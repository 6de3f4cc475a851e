"""Results of ``check`` from one run to the next, in ``.rf_lsp_cache`` of the workspace.

One JSON file for each version and combination of settings. An entry holds as long as the file and
everything that was read or looked for in its analysis carry the same stamps. A file is signed with a key that only this
user has: results that come with a repository, fixes among them, are not believed.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import re
import time
from collections.abc import Iterable
from typing import Any

import analyzers
from analyzers.source.sources import Sources
from rf_lsp import __version__, own_files
from rf_lsp.results import FileResult, from_json, to_json
from rf_lsp.user_cache import user_key

FOLDER = ".rf_lsp_cache"
LARGEST = 64 << 20
"""Bytes of one file."""
KEPT = 20
"""Combinations of settings whose results are kept, the last used."""
FRESH, FRESH_ROUNDED = 0.05, 2.0
"""Seconds in which a file may change twice without its stamp changing, on file systems that keep fractions of
seconds and on those that do not: results with such a file are not kept."""


def key_of(*parts: Any) -> str:
    """A name for everything besides the sources that a result depends on: the parts and this very code."""
    text = repr((__version__, _own_stamp(), *parts))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _own_stamp() -> tuple[int, int]:
    """Number and newest change of our own files: an editable install changes without a new version."""
    packages = (os.path.dirname(analyzers.__file__ or ""), os.path.dirname(os.path.abspath(__file__)))
    files = [
        os.path.join(folder, name)
        for package in packages
        for folder, _, names in os.walk(package)
        for name in names
        if name.endswith(".py")
    ]
    return len(files), max(os.stat(file).st_mtime_ns for file in files)


class Cache:
    """The entries of one key; a folder that cannot be written is no error, there is just no cache, and none where the
    user has no folder for what to sign with."""

    def __init__(self, root: str, key: str) -> None:
        self.folder = os.path.join(root, FOLDER)
        self._path = os.path.join(self.folder, f"{key}.json")
        self._names: list[str] = []
        self._entries: dict[str, Any] = {}
        self._sources = Sources()
        self._fresh: dict[str, FileResult] = {}
        self._prepare()
        self._read()

    def _prepare(self) -> None:
        """Make the folder before anything is analysed: it is an entry of a folder that gets a stamp."""
        with contextlib.suppress(OSError):
            os.makedirs(self.folder, exist_ok=True)
            if not self._is_elsewhere():
                own_files.create(os.path.join(self.folder, ".gitignore"), b"*\n")

    def _is_elsewhere(self) -> bool:
        """A link that comes with a repository may lead to anybody's files."""
        return os.path.islink(self.folder)

    def _read(self) -> None:
        try:
            data = json.loads(self._checked(own_files.read(self._path, LARGEST)))
            self._names, self._entries = list(data["names"]), dict(data["entries"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self._names, self._entries = [], {}

    def get(self, path: str) -> FileResult | None:
        """The kept result of a file if it still holds."""
        entry = self._entries.get(path)
        try:
            if entry is None or not self._holds(entry["stamps"]):
                return None
            return from_json(path, entry)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError):
            return None

    def _holds(self, stamps: Iterable[tuple[int, str]]) -> bool:
        return all(self._sources.stamp(self._names[index]) == stamp for index, stamp in stamps)

    def put(self, result: FileResult) -> None:
        """Keep a result for the next run, unless it is a crash or something was changed just now."""
        if result.crash is None and result.path in result.dependencies:
            self._fresh[result.path] = result

    def save(self) -> None:
        """Write what is new; entries of files that no longer exist are dropped."""
        if self._is_elsewhere():
            return
        if not self._fresh:
            own_files.touch(self._path)
            return
        self._read()
        index = {name: at for at, name in enumerate(self._names)}
        now = time.time()
        for path, result in self._fresh.items():
            if not any(_may_change_unseen(name, now) for name in result.dependencies):
                stamps = [(index.setdefault(name, len(index)), stamp) for name, stamp in result.dependencies.items()]
                self._entries[path] = {"stamps": stamps, **to_json(result)}
        entries = {path: entry for path, entry in self._entries.items() if os.path.exists(path)}
        self._write({"names": list(index), "entries": entries})
        self._prune()

    def _write(self, data: dict[str, Any]) -> None:
        """Write beside and rename, so that another run never sees half a file."""
        text = json.dumps(data, separators=(",", ":")).encode()
        with contextlib.suppress(OSError, ValueError):
            own_files.replace(self._path, self._signature(text) + b"\n" + text)

    def _checked(self, data: bytes) -> bytes:
        """What stands behind its signature. Raises ValueError where it is not what this user wrote under this name."""
        found, _, text = data.partition(b"\n")
        if not hmac.compare_digest(found, self._signature(text)):
            raise ValueError("it is not what was written")
        return text

    def _signature(self, text: bytes) -> bytes:
        """Raises ValueError where there is nothing to sign with."""
        key = user_key()
        if key is None:
            raise ValueError("there is no key")
        sum_ = hashlib.blake2b(os.path.basename(self._path).encode(), digest_size=32, key=key, person=b"results")
        sum_.update(text)
        return sum_.hexdigest().encode()

    def _prune(self) -> None:
        with contextlib.suppress(OSError):
            files = [entry for entry in os.scandir(self.folder) if _OURS.fullmatch(entry.name)]
            files.sort(key=lambda entry: entry.stat(follow_symlinks=False).st_mtime, reverse=True)
            for entry in files[KEPT:]:
                os.unlink(entry.path)


_OURS = re.compile(r"[0-9a-f]{24}\.json(\.\w+\.\w+\.tmp)?")
"""What we name our files: others that lie in the folder are left alone."""


def _may_change_unseen(path: str, now: float) -> bool:
    """Whether a file is so new that it may change again within the resolution of its time stamp."""
    try:
        status = os.stat(path)
    except OSError:
        return False
    rounded = status.st_mtime_ns % 1_000_000_000 == 0
    return os.path.isfile(path) and now - status.st_mtime < (FRESH_ROUNDED if rounded else FRESH)
