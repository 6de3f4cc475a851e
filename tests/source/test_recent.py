"""What stays of what was read, and that a run over many files keeps none of them."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

from analyzers.source.recent import Recent
from analyzers.source.sources import Sources


def looked_at(recent: Recent[str], *paths: str) -> None:
    """One look, at files of ten characters."""
    recent.begin()
    for path in paths:
        if recent.get(path) is None:
            recent.put(path, path, 10)


def kept(recent: Recent[str], *paths: str) -> list[str]:
    return [path for path in paths if path in recent._again or path in recent._once]


def test_what_one_look_asked_for_goes_and_what_several_did_stays():
    recent: Recent[str] = Recent(most=1000, once=20)
    looked_at(recent, "shared", "a")
    looked_at(recent, "shared", "b")
    for name in "cdefgh":
        looked_at(recent, name)
    assert kept(recent, *"abcdefgh", "shared") == ["f", "g", "h", "shared"]


def test_a_look_keeps_all_that_it_asks_for():
    recent: Recent[str] = Recent(most=1000, once=0)
    looked_at(recent, *"abcdef")
    assert kept(recent, *"abcdef") == [*"abcdef"]


def test_what_was_dropped_and_is_asked_for_again_stays():
    """However much there is of it: files that all need one large package read it twice, not each time."""
    recent: Recent[str] = Recent(most=1000, once=0)
    looked_at(recent, *"abcdef", "first")
    looked_at(recent, *"abcdef", "second")
    recent.begin()
    assert kept(recent, *"abcdef", "first", "second") == [*"abcdef"]


def test_there_is_no_more_than_there_is_room_for():
    recent: Recent[str] = Recent(most=50, once=10)
    looked_at(recent, *"abc")
    looked_at(recent, *"cba")
    looked_at(recent, *"defg")
    assert kept(recent, *"abcdefg") == ["a", *"defg"]
    assert recent.get("b") is None and recent._size_once + recent._size_again == 50


def test_an_edited_item_takes_the_place_of_the_earlier_one():
    recent: Recent[str] = Recent(most=100, once=100)
    recent.put("a", "old", 10)
    recent.put("a", "new", 30)
    assert recent.get("a") == "new" and recent._size_once + recent._size_again == 30
    recent.pop("a")
    assert recent.get("a") is None and recent._size_once + recent._size_again == 0


def test_files_of_a_long_run_are_not_kept(tmp_path: Path):
    sources = Sources()
    (tmp_path / "shared.py").write_text("shared = 1\n")
    shared = sources.module(str(tmp_path / "shared.py"))
    modules = []
    for number in range(40):
        path = tmp_path / f"m{number}.py"
        path.write_text(f"x = {number}\n" + "# a comment\n" * 2000)
        sources.begin()
        assert sources.module(str(tmp_path / "shared.py")) is shared
        modules.append(weakref.ref(sources.module(str(path))))
    gc.collect()
    assert sum(module() is not None for module in modules) <= 14


def test_a_text_that_was_let_go_is_read_again(tmp_path: Path):
    sources = Sources()
    for number in range(40):
        (tmp_path / f"m{number}.py").write_text(f"x = {number}\n" + "#\n" * 20_000)
        sources.begin()
        sources.read(str(tmp_path / f"m{number}.py"))
    assert sources.read(str(tmp_path / "m0.py")).startswith("x = 0")
    assert sources.dependencies.keys() >= {str(tmp_path / "m0.py")}
