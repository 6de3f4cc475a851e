"""The folder in which this program keeps what it found out of installed packages, and the key it is signed with."""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import os
import re
import sys
from collections.abc import Iterable
from functools import lru_cache

from analyzers import source
from rf_lsp import __version__, own_files

VARIABLE = "RF_LSP_CACHE_DIR"
"""The environment variable that puts the user's cache folder elsewhere."""
FOLDER = "programs"
TAG = "CACHEDIR.TAG"
TAG_TEXT = (
    b"Signature: 8a477f597d28d172789f06886806bc55\n# Programs that rf-lsp keeps; they may be removed at any time.\n"
)
MOST = 64
"""Files in the user's folder, the last used."""
VERSIONS = 4
"""Files in the folder of a workspace, the last used: one for each version of the programs."""
_KEY = 32
_NAME = re.compile(rf"(?:.+-[0-9a-f]{{12}}|{FOLDER})-[0-9a-f]{{12}}(?:\.[0-9]+\.tmp)?", re.DOTALL)
_SITES = ("site-packages", "dist-packages")


def version_of(readers: Iterable[str]) -> str:
    """What tells apart versions of what is kept: the files of ``analyzers.source`` that make it, and Python, whose
    marshal is its own."""
    text = repr((__version__, sys.implementation.cache_tag, marshal.version)).encode()
    folder = os.path.dirname(source.__file__ or "")
    for name in readers:
        with contextlib.suppress(OSError), open(os.path.join(folder, name), "rb") as file:
            text += file.read()
    return hashlib.blake2b(text, digest_size=6).hexdigest()


def package_of(path: str) -> tuple[str, str]:
    """(folder of packages, top-level package) of an installed file, else two empty texts."""
    parts = path.replace("\\", "/").split("/")
    for index in range(len(parts) - 2, 0, -1):
        if parts[index] in _SITES:
            return "/".join(parts[: index + 1]), parts[index + 1].removesuffix(".py")
    return "", ""


def package_path(site: str, package: str, version: str) -> str | None:
    """Where the user's folder has what is kept of a package; None where there is no such folder."""
    user = user_folder()
    digest = hashlib.blake2b(site.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
    return os.path.join(user, FOLDER, f"{package}-{digest}-{version}") if user is not None else None


def user_path() -> str | None:
    """Where the user's cache folder for this program is or would be; None for a user without a home."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return os.path.abspath(chosen)
    import platformdirs

    path = platformdirs.user_cache_dir("rf-lsp", appauthor=False)
    return path if os.path.isabs(path) else None


@lru_cache(maxsize=1)
def user_folder() -> str | None:
    """The user's cache folder for this program, made if it is missing; None where it cannot be made."""
    path = user_path()
    try:
        if path is not None:
            os.makedirs(path, mode=0o700, exist_ok=True)
    except (OSError, ValueError):
        return None
    return path


@lru_cache(maxsize=1)
def user_key() -> bytes | None:
    """32 bytes that only this user can read, made at the first use; None where they cannot be kept."""
    folder = user_folder()
    if folder is None:
        return None
    path = os.path.join(folder, "key")
    if len(own_files.read(path, _KEY)) != _KEY:
        with contextlib.suppress(OSError):
            own_files.replace(path, os.urandom(_KEY))
    key = own_files.read(path, _KEY)
    return key if len(key) == _KEY else None


def remove_all() -> str | None:
    """Remove what is kept of installed packages; the folder, if there was one. Raises OSError."""
    user = user_path()
    folder = os.path.join(user, FOLDER) if user is not None else ""
    if not os.path.isdir(folder) or os.path.islink(folder):
        return None
    for entry in [*_ours(folder), os.path.join(folder, TAG)]:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(entry)
    with contextlib.suppress(OSError):
        os.rmdir(folder)
    return folder


def prepare(folder: str) -> None:
    """Make the user's folder with its marker; OSError where it is a link, or that of a workspace was removed."""
    if os.path.basename(folder) == FOLDER:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    if os.path.islink(folder) or not os.path.isdir(folder):
        raise OSError(f"{folder} is no folder of ours")
    own_files.create(os.path.join(folder, TAG), TAG_TEXT)


def prune(folder: str) -> None:
    """Remove the files that were not used for the longest time."""
    files = sorted(_ours(folder), key=lambda path: os.lstat(path).st_mtime, reverse=True)
    for path in files[MOST if os.path.basename(folder) == FOLDER else VERSIONS :]:
        os.unlink(path)


def _ours(folder: str) -> list[str]:
    """The files of programs in a folder, in which others may be, too."""
    return [entry.path for entry in os.scandir(folder) if _NAME.fullmatch(entry.name)]
