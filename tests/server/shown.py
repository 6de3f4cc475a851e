"""A program with its hints in it: ``x = self.conv(x)  «8×30×30 · RF 3»``; behind a part of a line without space."""

from __future__ import annotations

import re
from pathlib import Path

from analyzers.analysis import Analyzer
from analyzers.facts import ModelFact
from analyzers.request import Request, WorkspaceOptions
from analyzers.source.sources import Sources
from rf_lsp.server.views.hints import Hint, HintOptions, hints
from rf_lsp.server.views.occurrences import Occurrence, occurrences

_HINT = re.compile(r"(?:  )?«[^»]*»")


def without_hints(text: str) -> str:
    return _HINT.sub("", text)


def analysed(folder: Path, source: str) -> list[ModelFact]:
    """The models of a file as an editor has them analysed that shows it."""
    path = folder / "net.py"
    path.write_text(source, encoding="utf-8")
    request = Request(str(path), open=frozenset([str(path)]))
    return Analyzer(Sources(), WorkspaceOptions(roots=[str(folder)])).analyze(request).models


def occurrences_of(folder: Path, source: str) -> list[Occurrence]:
    models = analysed(folder, source)
    return [occurrence for model in models for occurrence in occurrences(model, str(folder / "net.py"))]


def hints_of(folder: Path, source: str, shown: HintOptions | None = None) -> list[Hint]:
    lines = [*source.split("\n"), ""]
    return hints(occurrences_of(folder, source), lines.__getitem__, shown or HintOptions())


def with_hints(folder: Path, text: str, shown: HintOptions | None = None) -> str:
    """The program of a text that has hints in it already, with those that it really has."""
    source = without_hints(text)
    lines = source.split("\n")
    for hint in reversed(hints_of(folder, source, shown)):
        line = lines[hint.line]
        space = "  " if hint.column == len(line.rstrip()) else ""
        lines[hint.line] = f"{line[: hint.column]}{space}«{hint.text}»{line[hint.column :]}"
    return "\n".join(lines)
