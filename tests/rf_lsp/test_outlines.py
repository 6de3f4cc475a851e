"""Which names files bind, on disk: a later process reads only those that have what it looks for."""

from __future__ import annotations

import os
from pathlib import Path
from unittest import mock

import pytest

from analyzers.imports.resolver import ImportResolver
from analyzers.interpreter.machine import Machine
from analyzers.interpreter.modules import Modules
from analyzers.source import sources as sources_module
from tests.rf_lsp.processes import Process

PARTS = 12


@pytest.fixture
def zoo(tmp_path: Path) -> Path:
    """A package whose parts, a dozen, are imported by stars."""
    folder = tmp_path / "lib" / "site-packages" / "zoo"
    folder.mkdir(parents=True)
    stars = "".join(f"from .part{number} import *\n" for number in range(PARTS))
    (folder / "__init__.py").write_text(stars)
    for number in range(PARTS):
        (folder / f"part{number}.py").write_text(f"size{number} = [{number}]\nshared = {number}\n")
    return folder


def asked(zoo: Path, name: str) -> tuple[object, set[str]]:
    """What a process finds under a name of the package, and the files it reads for that."""
    process = Process()
    process.sources.outlines_of = process.programs.outlines.of
    read: set[str] = set()
    bytes_of = sources_module._bytes

    def noted(path: str) -> bytes:
        read.add(os.path.basename(path))
        return bytes_of(path)

    with mock.patch.object(sources_module, "_bytes", noted):
        modules = Modules(ImportResolver(process.sources, [str(zoo.parent)]))
        Machine(modules)
        found = modules.load(str(zoo / "__init__.py")).look_up(name)
    process.programs.save()
    return found, read


def kept(cache_dir: Path) -> Path:
    (path,) = (path for path in (cache_dir / "programs").iterdir() if ".names-" in path.name)
    return path


def test_the_second_process_reads_only_what_has_the_name(zoo, cache_dir):
    assert asked(zoo, "size3")[0] == [3]
    assert asked(zoo, "size3") == ([3], {"__init__.py", "part3.py"})
    assert asked(zoo, "shared") == (PARTS - 1, {"__init__.py", f"part{PARTS - 1}.py"})
    assert os.stat(kept(cache_dir)).st_mode & 0o77 == 0


def test_a_file_that_has_changed_is_looked_at_anew(zoo, cache_dir):
    asked(zoo, "size3")
    (zoo / "part7.py").write_text("size3 = 'of seven'\n")
    assert asked(zoo, "size3")[0] == "of seven"
    (zoo / "part7.py").write_text("other = 1\n")
    assert asked(zoo, "size3")[0] == [3]


@pytest.mark.parametrize("damage", [b"", b"rf-lsp outlines\n", b"\0" * 500])
def test_what_is_damaged_is_made_anew(zoo, cache_dir, damage):
    asked(zoo, "size3")
    kept(cache_dir).write_bytes(damage)
    assert asked(zoo, "size3")[0] == [3]
    assert asked(zoo, "size3")[1] == {"__init__.py", "part3.py"}


def test_what_somebody_else_has_written_is_not_loaded(zoo, cache_dir):
    asked(zoo, "size3")
    content = kept(cache_dir).read_bytes()
    kept(cache_dir).write_bytes(content.replace(b"size3", b"size9"))
    assert asked(zoo, "size3")[0] == [3]
