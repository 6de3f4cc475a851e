"""Paths of Windows, with pure paths: drives, shares, backslashes and line ends; what is shared has forward slashes."""

from __future__ import annotations

import ntpath
import os
from pathlib import PureWindowsPath
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from pathspec import GitIgnoreSpec
from pygls import uris

from analyzers.facts import Finding, Place
from rf_lsp import baseline, check_run, files, paths, shards, user_cache
from rf_lsp.output import repository, text
from rf_lsp.server import wire

HOME = "C:\\work\\nets"


class WindowsOs(SimpleNamespace):
    """``os`` as modules see it there; what has nothing to do with paths is this machine's."""

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    known = WindowsOs(path=ntpath, sep="\\", curdir=".", pardir="..", name="nt")
    modules: tuple[ModuleType, ...] = (paths, files, shards, baseline, repository, text, check_run, wire)
    for module in modules:
        if hasattr(module, "os"):
            monkeypatch.setattr(module, "os", known)
    monkeypatch.setattr(os, "getcwd", lambda: HOME)


def inside(name: str) -> str:
    return str(PureWindowsPath(HOME, name))


OTHER_DRIVE = "D:\\envs\\torch\\Lib\\site-packages\\timm\\models\\resnet.py"
SHARE = "\\\\server\\models\\unet.py"


@pytest.mark.usefixtures("windows")
@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (inside("sub/net.py"), "sub\\net.py"),
        ("c:\\WORK\\nets\\net.py", "net.py"),
        ("C:\\work\\other\\net.py", "C:\\work\\other\\net.py"),
        (inside("..data\\net.py"), "..data\\net.py"),
        (OTHER_DRIVE, OTHER_DRIVE),
        (SHARE, SHARE),
        ("sub\\net.py", "sub\\net.py"),
    ],
)
def test_what_people_are_shown(path: str, shown: str):
    """Drives and folders have no case; no path leads from one drive to another, or to a share."""
    assert text.path_text(path) == shown


@pytest.mark.usefixtures("windows")
@pytest.mark.parametrize(
    ("path", "told", "uri"),
    [
        (inside("a b\\net.py"), "a b/net.py", "a%20b/net.py"),
        (
            OTHER_DRIVE,
            OTHER_DRIVE.replace("\\", "/"),
            "file:///D%3A/envs/torch/Lib/site-packages/timm/models/resnet.py",
        ),
        ("C:\\work\\x.py", "C:/work/x.py", "file:///C%3A/work/x.py"),
    ],
)
def test_what_services_are_told(path: str, told: str, uri: str):
    known = repository.Repository.__new__(repository.Repository)
    known.root = HOME
    assert (known.path(path), known.uri(path)) == (told, uri)
    assert known.holds(path) == (not ntpath.isabs(told))


@pytest.mark.usefixtures("windows")
def test_baselines_are_those_of_other_machines():
    finding = Finding("RF201", "channel-mismatch", "error", "no", Place(inside("sub\\net.py"), 0, 0, 0, 0))
    assert baseline._entry(finding, inside("rf.json"))[0] == "sub/net.py"
    finding.place = Place(OTHER_DRIVE, 0, 0, 0, 0)
    assert baseline._entry(finding, inside("rf.json"))[0] == OTHER_DRIVE.replace("\\", "/")


def test_parts_are_those_of_other_machines(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest):
    names = [f"sub{i % 7}/net{i}.py" for i in range(60)]
    here = [shards.Shard(2, 3).holds(os.path.abspath(name)) for name in names]
    request.getfixturevalue("windows")
    assert [shards.Shard(2, 3).holds(inside(name)) for name in names] == here and 5 < sum(here) < 55
    assert {shards.Shard(index, 3).holds(OTHER_DRIVE) for index in (1, 2, 3)} == {True, False}


@pytest.mark.usefixtures("windows")
def test_patterns_are_for_what_is_below_them():
    ignore = files.Ignore(HOME, GitIgnoreSpec.from_lines(["generated/", "/old*.py"]))
    assert ignore.matches(inside("sub\\generated"), True) is True
    assert ignore.matches(inside("sub\\generated\\net.py"), False) is True
    assert ignore.matches(inside("OLD_net.py".lower()), False) is True
    assert ignore.matches(inside("net.py"), False) is None
    assert ignore.matches("C:\\work\\generated", True) is None
    assert ignore.matches(OTHER_DRIVE, False) is None and ignore.matches(SHARE, False) is None
    assert files._default_excluded(inside(".venv\\Lib\\net.py")) and not files._default_excluded(inside("net.py"))


def test_installed_packages_are_known_by_their_folder():
    assert user_cache.package_of(OTHER_DRIVE) == ("D:/envs/torch/Lib/site-packages", "timm")
    assert user_cache.package_of("\\\\server\\py\\Lib\\site-packages\\one.py")[1] == "one"
    assert user_cache.package_of(SHARE)[1] == ""


@pytest.mark.usefixtures("windows")
@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///c%3A/work/nets/net.py", "c:\\work\\nets\\net.py"),
        ("file:///C:/work/nets/net.py", "c:\\work\\nets\\net.py"),
        ("file:///c:/gr%C3%B6%C3%9Fe/a%20b.py", "c:\\größe\\a b.py"),
        ("file://server/models/unet.py", "\\\\server\\models\\unet.py"),
    ],
)
def test_editors_name_drives_and_shares(monkeypatch: pytest.MonkeyPatch, uri: str, path: str):
    """However a drive is written, it is one file to the server."""
    monkeypatch.setattr(uris, "IS_WIN", True)
    assert wire.path_of(uri) == path
