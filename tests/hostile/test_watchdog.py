"""What does not end is ended from outside."""

from __future__ import annotations

import threading

import pytest

from analyzers import watchdog
from analyzers.interpreter.budget import Budget, BudgetExceeded
from analyzers.stop import Stop


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "SECONDS_PER_PIECE", 0.2)
    monkeypatch.setattr(watchdog, "PATIENCE", 0.2)


def ended_by(work, stop: Stop) -> list[BaseException]:
    """What ended work that would never end."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BudgetExceeded as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    watchdog.Watchdog(stop).wait_for(thread)
    return raised


def test_what_takes_steps_ends_at_the_next_one() -> None:
    budget = Budget(10**12)

    def work() -> None:
        while True:
            budget.spend()

    (error,) = ended_by(work, budget.stop)
    assert "takes too long to follow" in str(error) and not isinstance(error, watchdog.Overdue)


def test_what_takes_none_is_ended_in_the_middle() -> None:
    def work() -> None:
        while True:
            sum(range(100))

    (error,) = ended_by(work, Stop())
    assert isinstance(error, watchdog.Overdue)


def test_the_next_piece_begins_anew() -> None:
    stop = Stop()
    stop.overdue("the code takes too long to follow")
    stop.next_piece()
    assert not stop.requested
