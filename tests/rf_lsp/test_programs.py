"""Programs on disk: a later process need not parse."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rf_lsp import own_files, programs, syntax, user_cache
from rf_lsp.syntax import broken_blocks
from tests.rf_lsp.processes import (
    MODEL,
    SMALL,
    Process,
    everything,
    forget_user,
    heals,
    kept_file,
    kept_file_names,
    refused,
    run_once,
)

ROOT = Path(__file__).resolve().parents[2]


# -- what it is for -----------------------------------------------------------------------------


def test_the_second_process_parses_nothing(package, cache_dir):
    first, count = run_once(package)
    assert count == 2
    assert run_once(package) == (first, 0)
    assert kept_file(cache_dir).name.startswith("small-")
    assert (cache_dir / "programs" / "CACHEDIR.TAG").read_bytes().startswith(b"Signature: 8a477f597d28d172")
    assert os.stat(cache_dir / "key").st_mode & 0o77 == os.stat(kept_file(cache_dir)).st_mode & 0o77 == 0


def test_a_changed_block_is_the_only_one_that_is_parsed(package, cache_dir):
    run_once(package)
    package.write_text(SMALL.replace("a = 1", "a = 2"))
    process = Process()
    process.read(package)
    assert process.parsed == ["a = 2\n"]


def test_what_does_not_parse_is_not_kept(package, cache_dir):
    package.write_text("a = (\n")
    assert run_once(package)[1] == run_once(package)[1] == 1
    assert not (cache_dir / "programs").exists()


def test_which_files_are_well_formed_is_known_to_the_next_process(package, cache_dir, monkeypatch):
    assert broken_blocks(Process().sources.module(str(package))) == []
    first = Process()
    broken_blocks(first.sources.module(str(package)))
    first.programs.save()
    second = Process().sources.module(str(package))
    assert second.store.is_well_formed(SMALL)
    assert not second.store.is_well_formed(SMALL + "b = 2\n")
    monkeypatch.setattr(syntax.ast, "parse", lambda text: pytest.fail("parsed again"))
    assert broken_blocks(second) == []


def test_that_a_file_is_not_well_formed_is_found_anew(package, cache_dir):
    package.write_text("a = (\n")
    for _ in range(2):
        process = Process()
        assert [text for _, text in broken_blocks(process.sources.module(str(package)))] == ["'(' was never closed"]
        process.programs.save()


def test_a_text_that_is_being_edited_is_not_noted(package, cache_dir):
    process = Process()
    process.sources.overlay(str(package), SMALL)
    broken_blocks(process.sources.module(str(package)))
    process.programs.save()
    assert not Process().sources.module(str(package)).store.is_well_formed(SMALL)


@pytest.mark.parametrize("command", ["inspect", "check"])
def test_no_process_imports_libcst_and_the_second_says_the_same(tmp_path, cache_dir, command):
    """Where there are no findings that could be fixed."""
    folder = tmp_path / "site-packages" / "nets"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "net.py").write_text(MODEL)
    (tmp_path / "work").mkdir()
    code = (
        f"import sys; from rf_lsp.cli import main; main([{command!r}, {str(folder / 'net.py')!r}, '--format', 'json']);"
        "print('libcst' in sys.modules, file=sys.stderr)"
    )

    def answer() -> tuple[str, str]:
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path / "work",
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        for path in (tmp_path / "work").rglob("*.json"):
            path.unlink()
        return done.stdout, done.stderr.strip()

    first, parsed = answer()
    assert parsed == "False" and '"schema"' in first
    assert answer() == (first, "False")


def test_a_workspace_keeps_its_own_where_it_has_a_cache(tmp_path, cache_dir):
    path = tmp_path / "net.py"
    path.write_text(SMALL)

    def read() -> list[str]:
        process = Process()
        process.programs.add_workspace(str(tmp_path))
        process.read(path)
        process.programs.save()
        return process.parsed

    assert len(read()) == len(read()) == 2
    (tmp_path / ".rf_lsp_cache").mkdir()
    assert len(read()) == 2 and read() == []
    assert (tmp_path / ".rf_lsp_cache" / "CACHEDIR.TAG").exists()


def test_a_workspace_cache_that_was_removed_is_not_made_again(tmp_path, cache_dir):
    """The one who makes it puts a ``.gitignore`` into it."""
    (tmp_path / "net.py").write_text(SMALL)
    (tmp_path / ".rf_lsp_cache").mkdir()
    process = Process()
    process.programs.add_workspace(str(tmp_path))
    process.read(tmp_path / "net.py")
    (tmp_path / ".rf_lsp_cache").rmdir()
    process.programs.save()
    assert not (tmp_path / ".rf_lsp_cache").exists()


def test_what_is_being_edited_is_not_kept(package, cache_dir):
    run_once(package)
    before = everything(cache_dir)
    process = Process()
    for end in range(1, 30):
        process.sources.overlay(str(package), SMALL + "c = f(" + "1" * end + ")\n")
        process.read(package)
        process.programs.save()
    assert len(process.parsed) == 29
    assert everything(cache_dir) == before
    process.sources.forget(str(package))
    assert process.read(package) and len(process.parsed) == 29


# -- keys and versions --------------------------------------------------------------------------


def test_what_another_user_signed_is_not_loaded(kept, cache_dir, monkeypatch):
    (cache_dir / "key").write_bytes(b"another key of thirty-two bytes.")
    loaded = []
    monkeypatch.setattr(programs.marshal, "loads", lambda data: loaded.append(data))
    process = Process()
    assert process.read(kept[0]) == kept[2] and len(process.parsed) == 2 and loaded == []
    monkeypatch.undo()


def test_after_a_change_of_the_key_all_is_kept_anew(kept, cache_dir):
    (cache_dir / "key").write_bytes(b"another key of thirty-two bytes.")
    forget_user()
    assert heals(kept)


@pytest.mark.parametrize("key", [b"", b"short", b"k" * 33])
def test_a_damaged_key_is_made_anew(kept, cache_dir, key):
    (cache_dir / "key").write_bytes(key)
    assert heals(kept)
    assert len((cache_dir / "key").read_bytes()) == 32


def test_programs_of_another_version_are_not_read(kept, monkeypatch):
    monkeypatch.setattr(programs, "fingerprint", lambda: "0123456789ab")
    assert Process().store(kept[0])._index == {}
    assert heals(kept)
    assert len(list(kept[1].parent.iterdir())) == 3


def test_nor_where_they_have_the_name_of_this_version(kept, monkeypatch):
    other = kept[1].with_name(kept[1].name[:-12] + "0123456789ab")
    kept[1].rename(other)
    monkeypatch.setattr(programs, "fingerprint", lambda: "0123456789ab")
    assert run_once(kept[0]) == (kept[2], 2)


def test_the_version_is_that_of_grammar_lowering_and_python(monkeypatch):
    programs.fingerprint.cache_clear()
    here = programs.fingerprint()
    for owner, name, value in [(user_cache, "__version__", "0"), (user_cache.marshal, "version", 0)]:
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, value)
            programs.fingerprint.cache_clear()
            assert programs.fingerprint() != here
    programs.fingerprint.cache_clear()
    assert programs.fingerprint() == here


# -- several processes, and growth --------------------------------------------------------------


def test_two_processes_that_began_together_keep_what_both_read(package, cache_dir):
    other = package.with_name("other.py")
    other.write_text("b = 2\n")
    first, second = Process(), Process()
    first.read(package)
    second.read(other)
    first.programs.save()
    second.programs.save()
    assert run_once(package)[1] == run_once(other)[1] == 0


def test_many_processes_at_once(package, cache_dir):
    """Whatever they overwrite of each other, the file is one afterwards that serves."""
    files = [package.with_name(f"m{number}.py") for number in range(6)]
    for number, path in enumerate(files):
        path.write_text("".join(f"a{line} = {number}\n" for line in range(50)))
    code = (
        "import sys; from analyzers.source.sources import Sources; from rf_lsp.programs import Programs\n"
        "programs, sources = Programs(), Sources()\n"
        "sources.programs_of = programs.of\n"
        "for block in sources.module(sys.argv[1]).blocks:\n    block.program; programs.save()"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for path in files
    ]
    assert [process.communicate()[0] for process in started] == [b""] * 6
    for path in files:
        run_once(path)
    assert [run_once(path)[1] for path in files] == [0] * 6


def test_a_file_grows_up_to_its_limit_and_keeps_what_was_used(package, cache_dir, monkeypatch):
    monkeypatch.setattr(programs, "LARGEST", 4000)
    for number in range(200):
        package.write_text(f"{SMALL}b = {number}\n")
        run_once(package)
        assert kept_file(cache_dir).stat().st_size <= 4000
    assert run_once(package)[1] == 0


def test_one_process_that_saves_often_stays_below_the_limit_too(package, cache_dir, monkeypatch):
    monkeypatch.setattr(programs, "LARGEST", 4000)
    process = Process()
    for number in range(200):
        package.write_text(f"{SMALL}b = {number:04}\n".replace("= 0", "= 10"))
        process.sources.refresh()
        process.sources.forget(str(package))
        process.read(package)
        process.programs.save()
        assert kept_file(cache_dir).stat().st_size <= 4000
    assert len(kept_file(cache_dir).read_bytes()) > 1000


def test_the_last_used_files_stay_and_those_of_others_are_left_alone(package, cache_dir, monkeypatch):
    monkeypatch.setattr(user_cache, "MOST", 3)
    run_once(package)
    folder = cache_dir / "programs"
    (folder / "thesis.txt").write_text("my own")
    (folder / "notes").mkdir()
    mine = kept_file_names(folder)
    for number in range(6):
        old = folder / f"old{number}-0123456789ab-0123456789ab"
        old.write_bytes(b"")
        os.utime(old, (number, number))
    os.utime(folder / mine[0], (3, 3))
    assert run_once(package)[1] == 0  # used, and with that the last of all
    package.with_name("more.py").write_text("more = 1\n")
    run_once(package.with_name("more.py"))
    assert sorted(kept_file_names(folder)) == sorted([*mine, *(f"old{n}-0123456789ab-0123456789ab" for n in (4, 5))])
    assert (folder / "thesis.txt").read_text() == "my own" and (folder / "notes").is_dir()


def test_few_versions_stay_in_a_workspace(tmp_path, cache_dir, monkeypatch):
    folder = tmp_path / ".rf_lsp_cache"
    folder.mkdir()
    (folder / "results.json").write_text("{}")
    (tmp_path / "net.py").write_text(SMALL)
    for number in range(10, 20):
        monkeypatch.setattr(programs, "fingerprint", lambda number=number: f"0123456789{number}")
        process = Process()
        process.programs.add_workspace(str(tmp_path))
        process.read(tmp_path / "net.py")
        process.programs.save()
    assert len(kept_file_names(folder)) == user_cache.VERSIONS
    assert (folder / "results.json").exists()


# -- commands -----------------------------------------------------------------------------------


def test_no_cache_neither_reads_nor_writes(run, package, tmp_path, cache_dir, monkeypatch):
    (tmp_path / "net.py").write_text(MODEL)
    monkeypatch.setattr(programs.ProgramStore, "__init__", refused)
    monkeypatch.setattr(own_files, "read", refused)
    outcome = run("check", "net.py", str(package), "--no-cache")
    assert (outcome.code, outcome.err) == (0, "")
    assert not cache_dir.exists() and not (tmp_path / ".rf_lsp_cache").exists()


def test_clean_removes_what_is_kept_of_packages(run, kept, cache_dir):
    (cache_dir / "programs" / "thesis.txt").write_text("my own")
    outcome = run("clean")
    assert (outcome.code, outcome.out) == (0, f"removed {cache_dir / 'programs'}\n")
    assert list((cache_dir / "programs").iterdir()) == [cache_dir / "programs" / "thesis.txt"]
    (cache_dir / "programs" / "thesis.txt").unlink()
    run("clean")
    assert not (cache_dir / "programs").exists()
    assert run("clean").out == ""
    assert heals(kept)


def test_clean_removes_what_is_kept_of_the_workspace(run, tmp_path):
    (tmp_path / "net.py").write_text(MODEL)
    run("check", "net.py")
    assert list((tmp_path / ".rf_lsp_cache").glob("programs-*")) != []
    assert run("clean").out == f"removed {tmp_path / '.rf_lsp_cache'}\n"
    assert not (tmp_path / ".rf_lsp_cache").exists()


def test_clean_makes_nothing_and_follows_no_links(run, tmp_path, cache_dir, elsewhere):
    assert run("clean").out == "" and not cache_dir.exists()
    cache_dir.mkdir()
    (cache_dir / "programs").symlink_to(elsewhere)
    assert run("clean").out == ""
    (tmp_path / ".rf_lsp_cache").symlink_to(elsewhere)
    outcome = run("clean")
    assert outcome.code == 2 and outcome.err.endswith("it is a link\n")
    assert (elsewhere / "file").read_bytes() == b"untouched"


def test_the_suite_keeps_nothing_in_the_users_own_folder():
    assert (
        "rf-lsp-tests-"
        in subprocess.run(
            [sys.executable, "-c", "import tests.conftest, os; print(os.environ['RF_LSP_CACHE_DIR'])"],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if name != user_cache.VARIABLE},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )
