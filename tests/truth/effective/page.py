"""The table of the documentation: ``docs/effective-fields.md``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.truth.effective.estimates import Row

PAGE = Path(__file__).resolve().parents[3] / "docs" / "effective-fields.md"
HEAD = """# Effective fields: estimated and measured

The effective field that rf-lsp shows (`ERF ≈ 91`) is an estimate, made without running anything
([receptive-fields.md, §4](receptive-fields.md#4-the-effective-field-without-running-anything)). Here it is held against what `rf-lsp trace --erf`
measures on the real networks: mean squared gradient of the centre unit over ten random initialisations (U-Nets 40, Temporal 150), batch norm calibrated, of four
random inputs each. Widths in pixels along each axis, of the interval that holds 95.45 % of the energy; *off* is the axis that is farther off.

    python -m tests.truth.effective --record     # measures (torch and torchvision; minutes)
    python -m tests.truth.effective --write      # writes this page

Those that are no models of torchvision are in `tests/truth/effective/networks.py`.

| network | kind | after | theoretical | estimated | measured | off |
|---|---|---|---:|---:|---:|---:|
"""


def page(rows: Sequence[Row]) -> str:
    lines = [_line(row) for row in rows]
    errors = [abs(row.error) for row in rows]
    summary = f"{len(rows)} maps: median of what is off {median(errors):.1%}, worst {max(errors):.1%}."
    return HEAD + "\n".join(lines) + f"\n\n{summary}\n"


def _line(row: Row) -> str:
    network = row.network
    sides = [_sizes(side) for side in (row.theoretical, row.estimated, row.measured)]
    return f"| {' | '.join([network.name, network.kind, f'`{row.layer}`', *sides, f'{row.error:+.1%}'])} |"


def _sizes(sizes: Sequence[float]) -> str:
    texts = [f"{size:.1f}".removesuffix(".0") for size in sizes]
    alike = len(texts) > 1 and max(sizes) - min(sizes) < 0.02 * max(sizes)
    return texts[0] if alike else "×".join(texts)
