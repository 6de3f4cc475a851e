"""Programs on disk: whatever happened to the files, the answers are the same and nothing is said."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analyzers.source import program
from rf_lsp import programs, user_cache
from rf_lsp.programs import MAGIC
from tests.rf_lsp.processes import (
    MODEL,
    SMALL,
    Process,
    everything,
    heals,
    refused,
    run_once,
)

resource = pytest.importorskip("resource", reason="pipes and limits of POSIX")


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """A pipe that nobody reads must not be waited for."""

    def give_up(*_: object) -> None:
        raise AssertionError("waited for a file")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


# -- damaged files ------------------------------------------------------------------------------


def test_every_byte_may_be_another(kept):
    data = kept[1].read_bytes()
    for index in range(len(data)):
        for flipped in (data[index] ^ 0xFF, data[index] ^ 1):
            kept[1].write_bytes(data[:index] + bytes([flipped]) + data[index + 1 :])
            assert heals(kept), (index, flipped)


def test_the_file_may_end_anywhere(kept):
    data = kept[1].read_bytes()
    for length in range(len(data)):
        kept[1].write_bytes(data[:length])
        assert heals(kept), length


@pytest.mark.parametrize("more", [b"\0", b"x" * 10, MAGIC, b"\xff" * 1000])
def test_there_may_be_more_in_the_file(kept, more):
    data = kept[1].read_bytes()
    kept[1].write_bytes(data + more)
    assert heals(kept)
    kept[1].write_bytes(more + data)
    assert heals(kept)


def test_a_file_that_is_too_large_is_begun_anew(kept, monkeypatch):
    monkeypatch.setattr(programs, "LARGEST", 1000)
    kept[1].write_bytes(kept[1].read_bytes() + b"\0" * 3000)
    assert heals(kept) and kept[1].stat().st_size < 1000


# -- what stands in the place of files ----------------------------------------------------------


def test_a_link_in_the_place_of_the_file_is_replaced(kept, elsewhere):
    data = kept[1].read_bytes()
    kept[1].unlink()
    kept[1].symlink_to(elsewhere / "file")
    assert heals(kept) and not kept[1].is_symlink()
    (elsewhere / "file").write_bytes(data)
    kept[1].unlink()
    kept[1].symlink_to(elsewhere / "file")
    assert run_once(kept[0])[1] == 2
    assert (elsewhere / "file").read_bytes() == data


def test_nor_is_a_link_to_nothing_followed(kept, elsewhere):
    kept[1].unlink()
    kept[1].symlink_to(elsewhere / "new")
    assert heals(kept)
    assert not (elsewhere / "new").exists()


def test_a_link_in_the_place_of_the_folder_is_left_alone(package, cache_dir, elsewhere):
    cache_dir.mkdir()
    (cache_dir / "programs").symlink_to(elsewhere)
    before = everything(elsewhere)
    assert run_once(package)[1] == run_once(package)[1] == 2
    assert everything(elsewhere) == before


def test_nor_is_one_in_the_place_of_the_workspace_cache_followed(run, tmp_path, elsewhere):
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    (tmp_path / "net.py").write_text(MODEL)
    (tmp_path / ".rf_lsp_cache").symlink_to(elsewhere)
    before = everything(elsewhere)
    first = run("check", "net.py", "--format", "json")
    assert run("check", "net.py", "--format", "json") == first and first.err == ""
    assert everything(elsewhere) == before


def test_a_workspace_cache_that_becomes_a_link_is_not_written_through(tmp_path, elsewhere, cache_dir):
    (tmp_path / "net.py").write_text(SMALL)
    (tmp_path / ".rf_lsp_cache").mkdir()
    process = Process()
    process.programs.add_workspace(str(tmp_path))
    process.read(tmp_path / "net.py")
    (tmp_path / ".rf_lsp_cache").rmdir()
    (tmp_path / ".rf_lsp_cache").symlink_to(elsewhere)
    before = everything(elsewhere)
    process.programs.save()
    assert everything(elsewhere) == before


@pytest.mark.parametrize("name", ["file", "CACHEDIR.TAG", "key"])
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["pipe", "folder"])
def test_pipes_and_folders_in_the_place_of_files(kept, cache_dir, name, make):
    path = {"file": kept[1], "key": cache_dir / "key"}.get(name, kept[1].with_name(name))
    path.unlink()
    make(path)
    for _ in range(3):
        assert run_once(kept[0])[0] == kept[2]
    assert make is os.mkdir or heals(kept)


def test_a_key_that_is_a_link_is_made_anew(kept, cache_dir, elsewhere):
    (cache_dir / "key").unlink()
    (cache_dir / "key").symlink_to(elsewhere / "file")
    assert heals(kept)
    assert (elsewhere / "file").read_bytes() == b"untouched"


# -- where nothing can be written ---------------------------------------------------------------


@pytest.mark.parametrize("place", ["file", "file/below", "\0", "n" * 300])
def test_without_a_folder_nothing_is_kept(package, elsewhere, monkeypatch, capfd, place):
    monkeypatch.setattr(user_cache, "user_path", lambda: str(elsewhere / place))
    before = everything(elsewhere)
    first, count = run_once(package)
    assert run_once(package) == (first, count) == (first, 2)
    assert everything(elsewhere) == before and capfd.readouterr() == ("", "")


def test_a_user_without_a_home_has_no_folder(package, tmp_path, monkeypatch):
    import platformdirs

    monkeypatch.delenv(user_cache.VARIABLE)
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *_, **__: "~/.cache/rf-lsp")
    monkeypatch.chdir(tmp_path)
    assert run_once(package)[1] == run_once(package)[1] == 2
    assert not (tmp_path / "~").exists()


def test_the_folder_may_be_named_from_where_one_is(package, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(user_cache.VARIABLE, "mine")
    process = Process()
    process.read(package)
    monkeypatch.chdir(package.parent)
    process.programs.save()
    assert (tmp_path / "mine" / "programs").is_dir()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_must_not_be_written(kept, cache_dir):
    kept[0].write_text(SMALL + "c = 3\n")
    os.chmod(kept[1], 0o400)
    os.chmod(kept[1].parent, 0o500)
    assert run_once(kept[0])[1] == run_once(kept[0])[1] == 1
    os.chmod(kept[1].parent, 0o700)


@pytest.mark.parametrize("name", ["makedirs", "open", "replace", "unlink", "scandir", "utime"])
def test_whatever_the_system_refuses_is_no_error(kept, monkeypatch, capfd, name):
    kept[0].write_text(SMALL + "c = 3\n")
    with monkeypatch.context() as patch:
        patch.setattr(os, name, refused)
        process = Process()
        for block in process.sources.module(str(kept[0])).blocks:
            assert block.kind == "comment" or block.program is not None
        process.programs.save()
        process.programs.save()
    assert capfd.readouterr() == ("", "")
    assert run_once(kept[0])[0] == run_once(kept[0])[0]


@pytest.fixture
def full_disk() -> Iterator[Any]:
    """No file may grow beyond so many bytes, as if the disk was full then."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("room", [0, 1, 20, 40, 100])
def test_a_disk_that_is_full_half_way(kept, full_disk, room):
    """A first file and an addition to one are both cut short."""
    size = kept[1].stat().st_size
    kept[0].write_text(SMALL + "\n\ndef g(c):\n    return [c * 2 for c in range(c) if c > 3]\n")
    process = Process()
    found = process.read(kept[0])
    full_disk(size + room)
    process.programs.save()
    full_disk(resource.RLIM_INFINITY)
    assert heals((kept[0], kept[1], found))
    assert [path.name for path in kept[1].parent.glob("*.tmp")] == []
    kept[1].unlink()
    process = Process()
    process.read(kept[0])
    full_disk(room)
    process.programs.save()
    full_disk(resource.RLIM_INFINITY)
    assert heals((kept[0], kept[1], found))


def test_what_is_nested_too_deep_for_marshal_is_left_out(package, cache_dir):
    deep: program.Expression = program.Name(0, "a")
    for _ in range(3000):
        deep = program.UnaryOp(0, "neg", deep)
    process = Process()
    process.store(package).put("-" * 3000 + "a\n", (program.Expr(0, deep),))
    process.read(package)
    process.programs.save()
    assert run_once(package)[1] == 0


def test_names_that_are_no_text(tmp_path, cache_dir):
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff/site-packages/p\xff"))
    folder.mkdir(parents=True)
    (folder / "m.py").write_text(SMALL)
    assert run_once(folder / "m.py")[1] == 2
    assert run_once(folder / "m.py")[1] == 0
