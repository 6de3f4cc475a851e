"""When Python's cycle collector works: between two answers, hardly ever before one.

An analysis leaves all it made in cycles. To look for them takes tens of milliseconds, which nobody should wait for.
"""

from __future__ import annotations

import gc

THRESHOLD = 400_000
"""Objects after which the collector steps in by itself."""

YOUNG = 50_000
"""Objects that are looked at when there is time for it; fewer are left alone, more would hold up the next edit."""

ROUNDS = 4
"""Every so many looks at the young objects those that had survived are looked at too, where nobody is typing."""

MANY_ROUNDS = 8
"""The same where somebody types and never pauses."""

MOMENT = 0.05
"""Seconds without anything to do after which the young objects are looked at."""

PAUSE = 0.6
"""Seconds after which those that had survived once are looked at, too: nobody is typing."""

QUIET = 2.0
"""Seconds without anything to do after which all objects are looked at."""


def configure_gc() -> None:
    """From now on this module says when, in the whole process."""
    gc.set_threshold(THRESHOLD, *gc.get_threshold()[1:])


def collect_young(typing: bool = True) -> None:
    """There is a moment: look at what was made lately, if that is much."""
    young, rounds, _ = gc.get_count()
    if young > YOUNG:
        gc.collect(1 if rounds >= (MANY_ROUNDS if typing else ROUNDS) else 0)


def collect_middle() -> None:
    """There is a pause: look at what survived, too."""
    gc.collect(1)


def collect_all() -> None:
    """There is plenty of time."""
    gc.collect()
