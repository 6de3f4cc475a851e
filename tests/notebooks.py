"""Notebooks written for a test, from cells or from a script with cell markers (``# %%``)."""

from __future__ import annotations

import json
import re
from itertools import accumulate
from pathlib import Path
from typing import Any

_MARKER = re.compile(r"^(?=# %%)", re.MULTILINE)


def cell(source: str, kind: str = "code", **metadata: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"cell_type": kind, "metadata": metadata, "source": source.splitlines(keepends=True)}
    return {**found, "outputs": [], "execution_count": None} if kind == "code" else found


def text_of(*cells: str | dict[str, Any], **metadata: Any) -> str:
    """A notebook's JSON; what starts with ``#md`` is a text cell."""
    made = [
        item if isinstance(item, dict) else cell(item, "markdown" if item.startswith("#md") else "code")
        for item in cells
    ]
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4})


def write(path: Path, *cells: str | dict[str, Any], **metadata: Any) -> None:
    path.write_text(text_of(*cells, **metadata), encoding="utf-8")


def cells_of(script: str) -> list[str]:
    """A script cut before its markers; each line of it stands in one cell."""
    return _MARKER.split(script)


def lines_before(cells: list[str]) -> list[int]:
    """How many lines of the script stand before each cell."""
    return [0, *accumulate(cell.count("\n") for cell in cells)]
