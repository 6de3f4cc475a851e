"""Files are written whole or not at all, wherever the system fails or the process is killed, and never through a link."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rf_lsp import own_files
from rf_lsp.cli import main

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked off, and links made")

NET = """from torch import nn

# rf: input=1x3x8x8
net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(9))
x = 1  # rf: ignore[RF201]
"""
ERRORS = (errno.ENOSPC, errno.EACCES, errno.EIO)
CALLS = 12
"""No command here asks the system for more."""


class FailingSystem(own_files.System):
    """The n-th call fails with an error or kills the process; what is written before that is cut short."""

    def __init__(self, at: int, error: int | None) -> None:
        self.left = at
        self.error = error

    def _count(self) -> bool:
        self.left -= 1
        return self.left < 0

    def _fail(self) -> None:
        if self.error is None:
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(self.error, os.strerror(self.error or 0))

    def open(self, *given: Any) -> int:
        if self._count():
            self._fail()
        return os.open(*given)

    def write(self, handle: int, data: Any) -> int:
        if self._count():
            os.write(handle, data[: len(data) // 2])
            self._fail()
        return os.write(handle, data)

    def flush(self, handle: int) -> None:
        if self._count():
            self._fail()

    def replace(self, *given: Any) -> None:
        if self._count():
            self._fail()
        os.replace(*given)


def in_child(work: Callable[[], int]) -> int:
    """The exit code of work in a process of its own, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1), os.dup2(null, 2)
            code = work()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


COMMANDS = {
    "cache": ("check", "."),
    "fix": ("check", "--no-cache", "--fix", "."),
    "baseline": ("check", "--no-cache", "--baseline", "known.json", "--update-baseline", "."),
    "output": ("check", "--no-cache", "--output-file", "out.txt", "."),
}


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What the commands import is there before any process is forked off."""
    (tmp_path_factory.mktemp("warm") / "net.py").write_text(NET)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.getbasetemp() / "warm0")
        main(["check", "--fix", "."])
        main(["check", "--baseline", "known.json", "--update-baseline", "."])


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warm: None) -> Path:
    folder = tmp_path / "work"
    (folder / ".git").mkdir(parents=True)
    (folder / "net.py").write_text(NET)
    monkeypatch.chdir(folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def reset(folder: Path, files: dict[str, bytes]) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.unlink()
    for name, data in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("already", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["new", "again"])
def test_whole_or_not_at_all(workspace, command, already):
    """Every call that a command makes of the system fails in each way, and kills it; the next run works."""
    arguments = COMMANDS[command]
    if already:
        (workspace / "known.json").write_text(json.dumps({"schema": "rf-lsp.baseline/1", "findings": []}))
        (workspace / "out.txt").write_text("old\n")
        assert in_child(lambda: main(["check", "."])) == 1
        (workspace / "net.py").write_text(NET + "\n")
    before = contents(workspace)
    assert in_child(lambda: main(list(arguments))) in (0, 1)
    after = contents(workspace)
    for error in (*ERRORS, None) if already else (errno.ENOSPC, None):
        for at in range(CALLS):
            reset(workspace, before)

            def failing(at: int = at, error: int | None = error) -> int:
                own_files.SYSTEM = FailingSystem(at, error)
                return main(list(arguments))

            assert in_child(failing) in ((0, 1, 2) if error is not None else (0, 1, -signal.SIGKILL))
            for name, data in contents(workspace).items():
                is_own = name.endswith(".tmp") or name.startswith(".rf_lsp_cache")
                assert is_own or data in (before.get(name), after.get(name)), (name, at, error)
                assert error is None or not name.endswith(".tmp"), (name, at, error)
            assert in_child(lambda: main(list(arguments))) in (0, 1)
            named = {n: d for n, d in contents(workspace).items() if not n.endswith(".tmp") and n[0] != "."}
            assert named == {n: d for n, d in after.items() if n[0] != "."}, (at, error)


def test_a_full_disk(workspace):
    (workspace / "net.py").write_text(NET + "# " + "long " * 4000 + "\n")
    before = contents(workspace)

    def limited() -> int:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
        return main(["check", "--fix", "."])

    assert in_child(limited) in (0, 1, 2)
    assert contents(workspace)["net.py"] == before["net.py"]
    assert in_child(lambda: main(["check", "--fix", "."])) in (0, 1)
    assert b"ignore" not in contents(workspace)["net.py"]


@pytest.mark.parametrize("what", ["folder", ".gitignore", "results"])
def test_a_cache_that_is_a_link(workspace, what):
    outside = workspace.parent / "outside"
    outside.mkdir()
    (outside / "file").write_text("precious")
    (outside / "0123456789abcdef01234567.json").write_text("precious")
    cache = workspace / ".rf_lsp_cache"
    if what == "folder":
        cache.symlink_to(outside)
    elif what == ".gitignore":
        cache.mkdir()
        (cache / ".gitignore").symlink_to(outside / "new")
    else:
        assert in_child(lambda: main(["check", "."])) == 1
        for path in cache.glob("*.json"):
            path.unlink()
            path.symlink_to(outside / "file")
    before = contents(outside)
    for _ in range(2):
        assert in_child(lambda: main(["check", "."])) == 1
    assert contents(outside) == before


def test_what_others_put_into_the_cache_stays(workspace):
    cache = workspace / ".rf_lsp_cache"
    cache.mkdir()
    for number in range(60):
        (cache / f"mine{number}.json").write_text("{}")
    assert in_child(lambda: main(["check", "."])) == 1
    assert len(list(cache.glob("mine*.json"))) == 60


def test_fixing_leads_nowhere_else(workspace):
    outside = workspace.parent / "outside.py"
    outside.write_text(NET)
    (workspace / "link.py").symlink_to(outside)
    (workspace / "named.py").write_text(NET)
    os.link(workspace / "named.py", workspace.parent / "other_name.py")
    for given in ((".",), ("link.py",), ("named.py",)):
        assert in_child(lambda given=given: main(["check", "--no-cache", "--fix", *given])) in (0, 1, 2)
    assert outside.read_text() == NET
    assert (workspace / "link.py").is_symlink()
    assert (workspace.parent / "other_name.py").read_text() == NET
    assert os.stat(workspace / "named.py").st_nlink == 2


def test_fixing_keeps_mode_and_attributes_and_minds_no_stale_file(workspace):
    path = workspace / "net.py"
    path.chmod(0o640)
    try:
        os.setxattr(path, "user.note", b"kept")
    except OSError:
        pytest.skip("no attributes on this file system")
    for name in ("net.py.rf-lsp", ".net.py.rf-lsp.tmp"):
        (workspace / name).write_text("of a run that was killed")
    assert in_child(lambda: main(["check", "--no-cache", "--fix", "."])) in (0, 1)
    assert "ignore" not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o640 and os.getxattr(path, "user.note") == b"kept"


@pytest.mark.parametrize("command", ["baseline", "output"])
def test_what_is_named_is_no_link(workspace, command):
    outside = workspace.parent / "profile"
    outside.write_text("precious")
    (workspace / ("known.json" if command == "baseline" else "out.txt")).symlink_to(outside)
    assert in_child(lambda: main(list(COMMANDS[command]))) == 2
    assert outside.read_text() == "precious"


def forged(data: bytes, signed: Callable[[bytes], bytes]) -> bytes:
    """Results that say that nothing is wrong, behind a sum that anybody can make."""
    text = data.partition(b"\n")[2]
    made = json.loads(text)
    assert made["entries"]
    for entry in made["entries"].values():
        entry["findings"] = []
    text = json.dumps(made).encode()
    return signed(text) + b"\n" + text


@pytest.mark.parametrize(
    "signed",
    [
        lambda text: hashlib.blake2b(text, digest_size=16).hexdigest().encode(),
        lambda text: hashlib.blake2b(text, digest_size=32).hexdigest().encode(),
        lambda text: hashlib.blake2b(text, digest_size=32, key=bytes(32)).hexdigest().encode(),
        lambda text: b"0" * 64,
        lambda text: b"",
    ],
    ids=["short", "long", "keyed", "zero", "none"],
)
def test_results_that_somebody_else_signed_are_not_believed(workspace, signed):
    os.utime(workspace / "net.py", (10**9 + 0.5, 10**9 + 0.5))
    assert in_child(lambda: main(["check", "."])) == 1
    (file,) = (workspace / ".rf_lsp_cache").glob("*.json")
    file.write_bytes(forged(file.read_bytes(), signed))
    assert in_child(lambda: main(["check", "."])) == 1


def test_results_of_other_settings_are_not_believed_under_another_name(workspace):
    os.utime(workspace / "net.py", (10**9 + 0.5, 10**9 + 0.5))
    assert in_child(lambda: main(["check", ".", "--ignore", "RF"])) == 0
    (other,) = (workspace / ".rf_lsp_cache").glob("*.json")
    kept = other.read_bytes()
    other.unlink()
    assert in_child(lambda: main(["check", "."])) == 1
    (file,) = (workspace / ".rf_lsp_cache").glob("*.json")
    file.write_bytes(kept)
    assert in_child(lambda: main(["check", "."])) == 1


def test_results_that_are_not_what_was_written_are_not_believed(workspace, seed=5):
    import random

    at = random.Random(seed)
    assert in_child(lambda: main(["check", "."])) == 1
    file = next((workspace / ".rf_lsp_cache").glob("*.json"))
    whole = file.read_bytes()
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(at.randint(1, 4)):
            place = at.randrange(len(data))
            if at.random() < 0.5:
                data[place] = at.randrange(256)
            else:
                del data[place : place + at.randint(1, 40)]
        file.write_bytes(bytes(data))
        assert in_child(lambda: main(["check", "."])) == 1
