"""A revision of a git repository as files in a folder of ours; neither the work tree nor the index is touched.

Only what models are read from is written: Python files, notebooks, settings and small data. No hook, filter or attribute of the
repository is asked, links and submodules are left out.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from typing import IO

from rf_lsp.errors import UsageError

SUFFIXES = (".py", ".pyi", ".ipynb", ".toml", ".cfg", ".ini", ".yaml", ".yml", ".json", ".txt", ".gitignore", ".pth")
LARGEST, LARGEST_NOTEBOOK = 1_000_000, 20_000_000
"""Bytes."""
_FILES = ("100644", "100755")


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
        raise UsageError(f"--base: there is no revision {name!r}")
    if name == revision:
        return commit
    common = _git(repository, "merge-base", commit, "HEAD")
    if common is None:
        raise UsageError(f"--base: {name} and HEAD have no commit in common (is the clone too shallow?)")
    return common


def write_files(repository: str, commit: str, folder: str) -> None:
    """Write what counts of a commit into an empty folder; raises :class:`UsageError`."""
    os.mkdir(os.path.join(folder, ".git"))  # it is a root, as the repository's own folder is
    wanted = list(_listed(repository, commit))
    command = ["git", "-C", repository, "cat-file", "--batch"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment()) as process:
        assert process.stdin is not None and process.stdout is not None
        for name, path in wanted:
            process.stdin.write(name + b"\n")
            process.stdin.flush()
            _write(os.path.join(folder, path), _blob(process.stdout))
        process.stdin.close()


def _listed(repository: str, commit: str) -> Iterator[tuple[bytes, str]]:
    """(name of the blob, path) of the files that count."""
    command = ["git", "-C", repository, "ls-tree", "-r", "-l", "-z", "--full-tree", commit]
    done = subprocess.run(command, capture_output=True, env=_environment(), check=False)
    if done.returncode:
        raise UsageError(f"git cannot list {commit}: {done.stderr.decode(errors='replace').strip()}")
    for entry in done.stdout.split(b"\0"):
        head, _, raw = entry.partition(b"\t")
        mode, _, name, size = (*head.split(), b"", b"", b"", b"")[:4]
        path = os.fsdecode(raw)
        most = LARGEST_NOTEBOOK if path.endswith(".ipynb") else LARGEST
        fits = size.isdigit() and int(size) <= most  # no number: the object is not here
        if mode.decode() in _FILES and path.endswith(SUFFIXES) and fits and _is_inside(path):
            yield name, path


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
