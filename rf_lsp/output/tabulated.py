"""Tables of HTML and LaTeX, which the library tabulate writes: of a model's layers, and of anything else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tabulate import tabulate

from analyzers.facts import ModelFact
from rf_lsp.output.columns import listing
from rf_lsp.output.escape import visible
from rf_lsp.output.markup import Markup, element, joined, table_markup
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


def as_html(model: ModelFact, view: View) -> Markup:
    """A heading, the table, and a line of totals; everything that comes from the source is escaped."""
    heading, totals = element("h3", summary_text(model)), element("p", _totals(model))
    return joined(heading, "\n", html_table(*_cells(model, view)), "\n", totals)


def as_latex(model: ModelFact, view: View) -> str:
    """The table with its totals as a comment above it."""
    table = _table(*_cells(model, view), form="latex_booktabs")
    spelled = re.sub("|".join(IN_LATEX), lambda match: IN_LATEX[match[0]], table)
    heading = " ".join(f"{summary_text(model)}; {_totals(model)}".split())
    return f"% {heading}\n{spelled}"


def html_table(head: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> Markup:
    """A table of HTML in which no text marks anything up. ``numeric`` says which columns stand on the right; the others
    say that they stand on the left, since notebooks would turn them as well."""
    return table_markup(_table(head, rows, numeric, form="html"))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool], form: str) -> str:
    sides = ["right" if is_number else "left" for is_number in numeric]
    shown = [list(map(visible, row)) for row in (head, *rows)]
    return str(tabulate(shown, headers="firstrow", tablefmt=form, colalign=sides, disable_numparse=True))


def _cells(model: ModelFact, view: View) -> tuple[list[str], list[list[str]], list[bool]]:
    found = listing(model, view)
    texts = [cells for _, cells in found.columns]
    head = ["layer", *(column.title for column, _ in found.columns)]
    rows = [[name, *cells] for name, *cells in zip(found.names, *texts, strict=True)]
    return head, rows, [False, *(column.numeric for column, _ in found.columns)]


def _totals(model: ModelFact) -> str:
    return f"total {count_text(model.parameters)} parameters, {macs_text(model.macs)}"
