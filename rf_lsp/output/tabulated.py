"""A model's layers as a table of HTML or LaTeX, which the library tabulate writes."""

from __future__ import annotations

import re
from html import escape

from tabulate import tabulate

from analyzers.facts import ModelFact
from rf_lsp.output.columns import listing
from rf_lsp.output.text import count_text, macs_text, summary_text
from rf_lsp.output.view import View

IN_LATEX = {
    "×": r"$\times$",
    "…": r"\ldots{}",
    "→": r"$\rightarrow$",
    "≈": r"$\approx$",
    "·": r"$\cdot$",
    "−": "--",
}
"""What tabulate leaves as it is, in the words of plain LaTeX."""


def as_html(model: ModelFact, view: View) -> str:
    """A heading, the table, and a line of totals; everything that comes from the source is escaped."""
    table = str(tabulate(_rows(model, view), headers="firstrow", tablefmt="html", colalign=_alignment(model, view)))
    return f"<h3>{escape(summary_text(model))}</h3>\n{table}\n<p>{escape(_totals(model))}</p>"


def as_latex(model: ModelFact, view: View) -> str:
    """The table with its totals as a comment above it."""
    rows = _rows(model, view)
    table = tabulate(rows, headers="firstrow", tablefmt="latex_booktabs", colalign=_alignment(model, view))
    spelled = re.sub("|".join(IN_LATEX), lambda match: IN_LATEX[match[0]], str(table))
    heading = " ".join(f"{summary_text(model)}; {_totals(model)}".split())
    return f"% {heading}\n{spelled}"


def _rows(model: ModelFact, view: View) -> list[list[str]]:
    found = listing(model, view)
    texts = [cells for _, cells in found.columns]
    header = ["layer", *(column.title for column, _ in found.columns)]
    return [header, *([name, *cells] for name, *cells in zip(found.names, *texts, strict=True))]


def _alignment(model: ModelFact, view: View) -> list[str]:
    return ["left", *("right" if column.numeric else "left" for column, _ in listing(model, view).columns)]


def _totals(model: ModelFact) -> str:
    return f"total {count_text(model.parameters)} parameters, {macs_text(model.macs)}"
