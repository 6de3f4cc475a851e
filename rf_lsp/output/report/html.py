"""``rf-lsp report``: a page of HTML that needs nothing but itself, and may connect to nothing."""

from __future__ import annotations

from rf_lsp.output import InspectReport, RenderOptions
from rf_lsp.output.markup import Markup, data, element, joined
from rf_lsp.output.page import charts
from rf_lsp.output.page.document import document
from rf_lsp.output.page.fields import FieldData
from rf_lsp.output.page.overview import labels_of, overview
from rf_lsp.output.page.sections import findings, model_section, unknowns


def render(report: InspectReport, options: RenderOptions) -> str:
    labels = labels_of(report)
    title = labels[0] if len(labels) == 1 else f"{len(labels)} models"
    return document(title, "rf-lsp report", "Read from the source, nothing was run.", _body(report, labels))


def _body(report: InspectReport, labels: list[str]) -> Markup:
    models = [item.model for item in report.models]
    sections, blocks = [], []
    for number, (item, label) in enumerate(zip(report.models, labels, strict=True)):
        fields = FieldData()
        sections.append(model_section(item, number, label, fields))
        blocks.append(data(f"data-{number}", {**fields.plain, "growth": charts.growth(item.model)}))
    if len(models) > 1:
        sections.insert(0, overview(report, labels))
        blocks.append(data("data-overview", {"growth": charts.together(models, labels)}))
    loose = [findings(report.findings), unknowns(report.unknowns)]
    if any(loose):
        sections.append(element("section", element("h2", "Outside of the models"), loose, id="loose"))
    return joined(sections, blocks)
