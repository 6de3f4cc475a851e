"""The thread of an analysis has room for the frames of its calls."""

from __future__ import annotations

import sys

import pytest

from analyzers.analysis import with_deep_stack

resource = pytest.importorskip("resource", reason="only Unix counts the pages of a thread")

CALLS = 300


def _leaf() -> None:
    return None


def _called_at(depth: int) -> None:
    if depth:
        return _called_at(depth - 1)
    for _ in range(CALLS):
        _leaf()
    return None


def _pages_taken() -> int:
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for depth in range(200):
        _called_at(depth)
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what a thread takes is told by Linux")
def test_a_loop_of_calls_takes_no_memory_at_any_depth() -> None:
    """Python gives the memory of frames back a chunk at a time: at some depths, at the end of every call."""
    assert with_deep_stack(_pages_taken) < CALLS / 3
