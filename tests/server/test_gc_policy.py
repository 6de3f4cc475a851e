"""The cycle collector works when nobody waits."""

from __future__ import annotations

import gc
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from analyzers.analysis import with_rare_collection
from rf_lsp.server import gc_policy
from rf_lsp.server.scheduler import AnalysisScheduler


def test_in_a_quiet_moment_everything_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    collected: list[str] = []
    done = threading.Event()
    monkeypatch.setattr(gc_policy, "QUIET", 0.01)
    monkeypatch.setattr(gc_policy, "collect_all", lambda: (collected.append("all"), done.set()))
    analyzer: Any = SimpleNamespace(tidy=lambda: collected.append("programs"))
    scheduler = AnalysisScheduler(analyzer, lambda path: None, lambda analysis: None)
    scheduler.start()
    scheduler.run(lambda stop: None)
    assert done.wait(10)
    threading.Event().wait(0.1)
    scheduler.close()
    assert collected == ["programs", "all"]


def test_an_analysis_leaves_the_threshold_of_the_server() -> None:
    before = gc.get_threshold()
    try:
        gc_policy.configure_gc()
        with with_rare_collection():
            assert gc.get_threshold()[0] == gc_policy.THRESHOLD
        assert gc.get_threshold()[0] == gc_policy.THRESHOLD
    finally:
        gc.set_threshold(*before)
