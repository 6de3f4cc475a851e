"""A sample of the costly sources that ``python -m tests.hostile.run`` tries by the thousand."""

from __future__ import annotations

import os

import pytest

from tests.hostile.forked import checked, turn_seconds, warm_up
from tests.hostile.generator import KINDS, costly_sources
from tests.hostile.run import MILLION_TURNS, complaints

SAMPLE = 5
"""Sources of each kind."""
LIKE_LARGE_FILES = {"many_models", "comments", "long_supports", "polynomials", "tensors"}
"""Kinds that may take as long as large files of real libraries do."""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked off")
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in LIKE_LARGE_FILES])
def test_costly_sources_are_bounded(kind, tmp_path):
    warm_up(tmp_path)
    seconds = MILLION_TURNS * min(turn_seconds() for _ in range(3))
    for source in costly_sources(7, SAMPLE, (kind,)):
        (tmp_path / "hostile.py").write_text(source.text, encoding="utf-8", errors="surrogatepass")
        assert complaints(checked(tmp_path, "hostile.py"), seconds) == [], source.text[-1500:]
