"""Reading files: encodings, what cannot be read, unsaved buffers, and what a result depends on."""

from __future__ import annotations

import os

import pytest

from analyzers.source.sources import MAXIMUM_SIZE, SourceError, Sources


def write(path, data) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return str(path)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"x = 1\n", "x = 1\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        ("s = 'größe'\r\n".encode(), "s = 'größe'\r\n"),
        (b"# -*- coding: latin-1 -*-\ns = '\xe9'\n", "# -*- coding: latin-1 -*-\ns = 'é'\n"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\ns = '\x80'\n", None),
        (b"# one\n# two\n# coding: latin-1\n", None),
        (b"", ""),
    ],
)
def test_encodings(tmp_path, data, text):
    path = write(tmp_path / "m.py", data)
    assert Sources().read(path) == (text if text is not None else data.decode("cp1252"))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"x = 1\ns = '\xff\xfe'\n", "is not UTF-8 (line 2)."),
        (b"\xff\xfex\0", "is UTF-16"),
        (b"# coding: klingon\n", "declares the unknown encoding 'klingon'."),
        (b"# coding: rot13\n", "declares the unknown encoding 'rot13'."),
        (b"x = '\0'\n", "contains null bytes."),
        (b"#" * (MAXIMUM_SIZE + 1), "is larger than 1 MB."),
    ],
)
def test_what_cannot_be_read(tmp_path, data, sentence):
    path = write(tmp_path / "m.py", data)
    with pytest.raises(SourceError) as raised:
        Sources().read(path)
    assert sentence in str(raised.value)
    assert str(raised.value).startswith(path)


def test_missing_file_and_directory(tmp_path):
    with pytest.raises(SourceError, match="does not exist"):
        Sources().read(str(tmp_path / "none.py"))
    with pytest.raises(SourceError, match="is a directory"):
        Sources().read(str(tmp_path))


def test_unsaved_buffer_lies_over_the_file(tmp_path):
    path = write(tmp_path / "m.py", "x = 1\n")
    sources = Sources()
    assert sources.read(path) == "x = 1\n"
    sources.overlay(path, "x = 2\n")
    assert sources.read(path) == "x = 2\n"
    assert sources.module(path).blocks[0].text == "x = 2\n"
    sources.forget(path)
    assert sources.read(path) == "x = 1\n"


def test_buffer_without_a_file(tmp_path):
    sources = Sources()
    path = str(tmp_path / "new.py")
    sources.overlay(path, "x = 2\n")
    assert sources.is_file(path)
    assert sources.read(path) == "x = 2\n"


def test_changed_file_is_seen_after_refresh(tmp_path):
    path = write(tmp_path / "m.py", "x = 1\n")
    sources = Sources()
    first = sources.module(path)
    assert sources.module(path) is first
    write(tmp_path / "m.py", "x = 1\ny = 22\n")
    sources.refresh()
    second = sources.module(path)
    assert second.text == "x = 1\ny = 22\n"
    assert second.binders("y")


def test_dependencies_change_with_what_was_looked_for(tmp_path):
    path = write(tmp_path / "m.py", "x = 1\n")
    sources = Sources()
    sources.read(path)
    assert not sources.is_file(str(tmp_path / "other.py"))
    known = dict(sources.dependencies)
    assert known == {path: sources.stamp(path), str(tmp_path): sources.stamp(str(tmp_path))}
    write(tmp_path / "other.py", "")
    later = Sources()
    assert later.stamp(path) == known[path]
    assert later.stamp(str(tmp_path)) != known[str(tmp_path)]
    assert later.stamp(str(tmp_path / "none.py")) == ""


def test_directories(tmp_path):
    write(tmp_path / "a" / "m.py", "")
    write(tmp_path / "a" / "__pycache__" / "m.pyc", "")
    sources = Sources()
    assert sources.list_dir(str(tmp_path / "a")) == ["m.py"]
    assert sources.list_dir(str(tmp_path / "none")) == []
    assert sources.is_dir(str(tmp_path / "a"))
    assert not sources.is_file(str(tmp_path / "a"))
    assert sources.is_file(os.path.join(str(tmp_path), "a", "..", "a", "m.py"))
