"""Several models beside each other."""

from __future__ import annotations

from collections import Counter
from typing import Any

from analyzers.facts import Finding, ModelFact
from analyzers.rules.support.memory import bytes_text, memory_of
from analyzers.vocabulary import SEVERITIES
from rf_lsp.output import Inspected, InspectReport
from rf_lsp.output.markup import Markup, element
from rf_lsp.output.text import (
    covers_text,
    field_text,
    inputs_text,
    located,
    outputs_text,
    path_text,
    per_axis,
    short_count,
)
from rf_lsp.shapes import UNKNOWN


def labels_of(report: InspectReport) -> list[str]:
    """The models' names, with their targets where a name stands for several."""
    models = [item.model for item in report.models]
    times = Counter(model.name for model in models)
    return [model.name if times[model.name] == 1 else _longer(model) for model in models]


def _longer(model: ModelFact) -> str:
    path, separator, expression = model.target.partition("::")
    return f"{path_text(path)}{separator}{expression}"


def overview(report: InspectReport, labels: list[str]) -> Markup:
    titles = ["model", "input → output", "parameters", "MACs", "memory", "RF", "ERF ≈", "covers", "findings"]
    rows = [_row(item, number, label) for number, (item, label) in enumerate(zip(report.models, labels, strict=True))]
    table = element(
        "table",
        element("thead", element("tr", [element("th", title, scope="col") for title in titles])),
        element("tbody", rows),
        class_="overview",
    )
    chart = element(
        "div", class_="chart", id="chart-overview", role="figure", aria_label="growth of the receptive fields"
    )
    return element(
        "section", element("h2", "Side by side"), element("div", table, class_="scroll"), chart, id="overview"
    )


def _row(item: Inspected, number: int, label: str) -> Markup:
    model, memory = item.model, memory_of(item.model).forward
    field = model.field if model.field is not None and located(model.field) else None
    cells: list[tuple[str, str, Any]] = [
        ("input → output", f"{inputs_text(model)} → {outputs_text(model)}", None),
        ("parameters", short_count(model.parameters), model.parameters),
        ("MACs", short_count(model.macs), model.macs),
        ("memory", UNKNOWN if memory is None else bytes_text(memory), memory),
        ("RF", field_text(field), None),
        ("ERF ≈", per_axis(field.erf) if field is not None else "", None),
        ("covers", _covered(model), None),
        ("findings", _counted(item.findings), None),
    ]
    name = element("th", element("a", label, href=f"#model-{number}"), scope="row")
    shown = [
        element("td", text, data_title=title, data_value=value if isinstance(value, int) else None)
        for title, text, value in cells
    ]
    return element("tr", name, shown)


def _counted(found: list[Finding]) -> str:
    counts = Counter(finding.severity for finding in found)
    texts = [f"{counts[level]} {level}{_plural(level, counts[level])}" for level in SEVERITIES if counts[level]]
    return ", ".join(texts) or "none"


def _plural(level: str, count: int) -> str:
    return "s" if count > 1 and level != "information" else ""


def _covered(model: ModelFact) -> str:
    """``94 % of 224`` or ``all of 224``."""
    share = covers_text(model).partition(" covers ")[2]
    return f"all of {share}" if share and "%" not in share else share
