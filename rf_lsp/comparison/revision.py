"""A revision of a git repository as files in a folder of ours; neither the work tree nor the index is touched.

Only what models are read from is written: Python files, notebooks, settings and small data. No hook, filter or attribute of the
repository is asked, links are left out.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from rf_lsp.errors import UsageError

SUFFIXES = (".py", ".pyi", ".ipynb", ".toml", ".cfg", ".ini", ".yaml", ".yml", ".json", ".txt", ".gitignore", ".pth")
LARGEST, LARGEST_NOTEBOOK = 1_000_000, 20_000_000
"""Bytes."""
_FILES = ("100644", "100755")
_SUBMODULE = "160000"


def repository_of(folder: str) -> str:
    """The root of the work tree around a folder; raises :class:`UsageError`."""
    found = _git(folder, "rev-parse", "--show-toplevel")
    if found is None:
        raise UsageError(f"{folder} is in no git repository: --base needs one")
    return os.path.normpath(found)


def commit_of(repository: str, revision: str) -> str:
    """The commit that a revision names; ``main...``: the one that main and HEAD have in common. Raises
    :class:`UsageError`."""
    name = revision.removesuffix("...")
    commit = _git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if not name or commit is None:
        is_shallow = _git(repository, "rev-parse", "--is-shallow-repository") == "true"
        why = " (the clone is shallow: fetch the rest of its history)" if is_shallow else ""
        raise UsageError(f"--base: there is no revision {name!r}{why}")
    if name == revision:
        return commit
    common = _git(repository, "merge-base", commit, "HEAD")
    if common is None:
        raise UsageError(f"--base: {name} and HEAD have no commit in common (is the clone too shallow?)")
    return common


def write_files(repository: str, commit: str, folder: str) -> None:
    """Write what counts of a commit into an empty folder, with its submodules as far as they are checked out; raises
    :class:`UsageError`."""
    os.mkdir(os.path.join(folder, ".git"))  # it is a root, as the repository's own folder is
    _write_tree(repository, commit, folder)


def _write_tree(repository: str, commit: str, folder: str) -> None:
    entries = list(_entries(repository, commit))
    _write_blobs(repository, list(_listed(entries)), folder)
    for mode, name, _, path in entries:
        inner = os.path.join(repository, path)
        if mode == _SUBMODULE and _is_inside(path) and _is_submodule(repository, path, name):
            _write_tree(inner, name, os.path.join(folder, path))


def _is_submodule(repository: str, path: str, commit: str) -> bool:
    """Whether a repository of its own is checked out there, not through a link, and has the commit."""
    inner = os.path.join(repository, path)
    is_here = os.path.realpath(inner) == os.path.normpath(os.path.join(os.path.realpath(repository), path))
    is_root = is_here and os.path.exists(os.path.join(inner, ".git"))
    return is_root and _git(inner, "cat-file", "-e", f"{commit}^{{commit}}") is not None


def _write_blobs(repository: str, wanted: Sequence[tuple[bytes, str]], folder: str) -> None:
    command = ["git", "-C", repository, "cat-file", "--batch"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment()) as process:
        assert process.stdin is not None and process.stdout is not None
        for name, path in wanted:
            process.stdin.write(name + b"\n")
            process.stdin.flush()
            _write(os.path.join(folder, path), _blob(process.stdout))
        process.stdin.close()


def _entries(repository: str, commit: str) -> Iterator[tuple[str, str, str, str]]:
    """(mode, name of the object, its size, path) of all that a commit holds."""
    command = ["git", "-C", repository, "ls-tree", "-r", "-l", "-z", "--full-tree", commit]
    done = subprocess.run(command, capture_output=True, env=_environment(), check=False)
    if done.returncode:
        raise UsageError(f"git cannot list {commit}: {done.stderr.decode(errors='replace').strip()}")
    for entry in done.stdout.split(b"\0"):
        head, _, raw = entry.partition(b"\t")
        mode, _, name, size = (*head.decode().split(), "", "", "", "")[:4]
        yield mode, name, size, os.fsdecode(raw)


def _listed(entries: Iterable[tuple[str, str, str, str]]) -> Iterator[tuple[bytes, str]]:
    """(name of the blob, path) of the files that count."""
    for mode, name, size, path in entries:
        most = LARGEST_NOTEBOOK if path.endswith(".ipynb") else LARGEST
        fits = size.isdigit() and int(size) <= most  # no number: the object is not here
        if mode in _FILES and path.endswith(SUFFIXES) and fits and _is_inside(path):
            yield name.encode(), path


def _is_inside(path: str) -> bool:
    parts = path.replace("\\", "/").split("/")
    return not os.path.isabs(path) and not {"", ".", "..", ".git"} & set(parts)


def _blob(stream: IO[bytes]) -> bytes:
    head = stream.readline().split()
    if len(head) != 3:
        raise UsageError("git cannot read a file of the base (is the clone partial?)")
    data = stream.read(int(head[2]))
    stream.read(1)
    return data


def _write(path: str, data: bytes) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "xb") as file:
        file.write(data)


def _git(folder: str, *arguments: str) -> str | None:
    """The answer, ``None`` where git says no. Raises :class:`UsageError` where there is no git."""
    command = ["git", "-C", folder, *arguments]
    try:
        done = subprocess.run(command, capture_output=True, env=_environment(), check=False)
    except OSError as error:
        raise UsageError(f"git cannot be run: {error.strerror}") from None
    return os.fsdecode(done.stdout).strip("\n") if done.returncode == 0 else None


def _environment() -> dict[str, str]:
    """Git takes no locks, asks nothing, and reads no replaced objects."""
    return {
        **os.environ,
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "LC_ALL": "C",
    }
