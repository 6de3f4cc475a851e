"""From the code: the file that CONTRIBUTING.md shows as an example of a layer."""

from __future__ import annotations

from collections.abc import Iterator

from tests.generate import ROOT
from tests.generate.marks import replaced

LAYER = "analyzers/frameworks/torch/nn/shuffle.py"


def texts() -> Iterator[tuple[str, str]]:
    source = (ROOT / LAYER).read_text(encoding="utf-8").rstrip("\n")
    yield replaced("CONTRIBUTING.md", f"file {LAYER}", [f"`{LAYER}`", "", "```python", *source.splitlines(), "```"])
