"""An internal error is logged, shown once and answered, and the next request works."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest
from pygls.exceptions import JsonRpcContentModified, JsonRpcInternalError, JsonRpcRequestCancelled

from analyzers.stop import Stop
from rf_lsp.engine import Engine
from rf_lsp.server import start
from rf_lsp.server.analysis import AnalysisJob
from rf_lsp.server.engines import Engines
from rf_lsp.server.error_boundary import guarded_notification, guarded_request
from rf_lsp.server.incremental import IncrementalAnalyzer
from rf_lsp.server.messages import Messages
from tests.server.conftest import NET


class Connection:
    """Remembers what would be sent."""

    introduction: Any = None

    def __init__(self) -> None:
        self.sent: list[str] = []

    def notify(self, method: str, params: Any = None) -> None:
        self.sent.append(method)

    def send_request(self, method: str, params: Any = None) -> Any:
        raise AssertionError(method)


async def broken_request(params: Any) -> Any:
    raise ZeroDivisionError(params)


def broken_notification(params: Any) -> None:
    raise ZeroDivisionError(params)


def test_handlers_tell_once_and_go_on() -> None:
    connection = Connection()
    tell = Messages(connection).tell_crash
    request = guarded_request(tell, "a", broken_request)
    notification = guarded_notification(tell, "b", broken_notification)
    for _ in range(3):
        with pytest.raises(JsonRpcInternalError):
            asyncio.run(request(1))
        notification(2)
    assert connection.sent.count("window/showMessage") == 1
    assert connection.sent.count("window/logMessage") == 6


def test_an_analysis_that_fails_keeps_the_last_good_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    analyzer, path = IncrementalAnalyzer(Engines()), str(tmp_path / "net.py")

    def analyse(text: str, revision: int) -> Any:
        return analyzer.analyse(AnalysisJob(path, {path: text}, {path: revision}), Stop(), lambda _: None)

    assert [model.name for model in analyse(NET, 1).facts.models] == ["Net"]
    with monkeypatch.context() as patch:
        patch.setattr(Engine, "analyzed", lambda *_: 1 // 0)
        failed = analyse(NET + "x = 1\n", 2)
    assert failed.crash is not None and [model.name for model, _ in failed.stale] == ["Net"]
    assert [model.name for model in analyse(NET, 3).facts.models] == ["Net"]


def test_a_file_of_which_a_piece_takes_too_much_is_answered(tmp_path: Path) -> None:
    """The watchdog ends the last piece; what is found is told, and nobody waits for ever."""
    analyzer, path, stop = IncrementalAnalyzer(Engines()), str(tmp_path / "net.py"), Stop()
    engine, _ = analyzer.engines.of(path)
    analyzed = engine.analyzed

    def late(*given: Any) -> Any:
        found = analyzed(*given)
        stop.overdue("the code takes too long to follow")
        return found

    engine.analyzed = late
    found = analyzer.analyse(AnalysisJob(path, {path: NET}, {path: 1}), stop, lambda _: None)
    assert found.complete and [model.name for model in found.facts.models] == ["Net"]


def test_edits_give_what_a_fresh_analysis_gives(tmp_path: Path) -> None:
    """What is kept of earlier analyses never shows: the same facts and findings, places included."""
    path = str(tmp_path / "net.py")
    other = NET.replace("class Net", "class Other").split("class Other")[1]
    start = f"{NET}\n\n# rf: input=1x3x96x96\nclass Other{other}"
    texts = [
        start,
        start.replace("Linear(64, 10)", "Linear(64, 12)", 1),
        "# a line\n\n" + start,
        "# a line\n\n" + start.replace("padding=3", "padding=2"),
        start.replace("class Block", "class Blocks", 1),
        start.replace("from torch import nn", "from torch import nn as nn"),
        start.replace("# rf: input=1x3x64x64", "# rf: input=1x3x32x32"),
        start[: start.index("# rf: input=1x3x96x96")],
        start + "\nmodel = Net()\n",
        start,
    ]
    analyzer = IncrementalAnalyzer(Engines())
    for revision, text in enumerate(texts):
        results = []
        for used in (analyzer, IncrementalAnalyzer(Engines())):
            job = AnalysisJob(path, {path: text}, {path: revision})
            results.append(used.analyse(job, Stop(), lambda _: None))
        edited, fresh = results
        assert edited.findings == fresh.findings
        assert [model.target for model in edited.facts.models] == [model.target for model in fresh.facts.models]
        for own, other_model in zip(edited.facts.models, fresh.facts.models, strict=True):
            assert own.place == other_model.place
            assert repr(own.layers) == repr(other_model.layers)  # symbols are equal by name only


def test_what_is_overtaken_is_not_logged() -> None:
    """An edit or the client's cancel comes every second; only what is unexpected belongs into the log."""
    expected = start.Unexpected()
    kinds = [JsonRpcContentModified(message="edited"), JsonRpcRequestCancelled(message="gone"), ValueError("a bug")]
    records = [logging.LogRecord("", 40, "", 0, "%s", (), (type(error), error, None)) for error in kinds]
    late = logging.LogRecord("", 30, "", 0, 'Cancel notification for unknown message id "%s"', ("7",), None)
    assert [bool(expected.filter(record)) for record in [*records, late]] == [False, False, True, False]
