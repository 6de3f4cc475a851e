"""``rf-lsp report``: a page of HTML that needs nothing but itself, and may connect to nothing."""

from __future__ import annotations

import base64
import gzip
import hashlib
from importlib.resources import files
from string import Template

from rf_lsp import __version__
from rf_lsp.output import InspectReport, RenderOptions
from rf_lsp.output.markup import Markup, data, element, joined
from rf_lsp.output.page import charts
from rf_lsp.output.page.fields import FieldData
from rf_lsp.output.page.overview import labels_of, overview
from rf_lsp.output.page.sections import findings, model_section, unknowns

FOLDER = files("rf_lsp.output.page")


def render(report: InspectReport, options: RenderOptions) -> str:
    labels = labels_of(report)
    title = labels[0] if len(labels) == 1 else f"{len(labels)} models"
    library = charts.script()
    own = _asset("page.js")
    return Template(_asset("page.html")).substitute(
        policy=_policy(own, library),
        version=__version__,
        title=element("title", f"{title} – rf-lsp"),
        style=_asset("page.css"),
        body=_body(report, labels),
        library=_packed(library),
        script=own,
    )


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


def _asset(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _packed(script: str) -> str:
    """The library is by far the largest part of the page."""
    return base64.b64encode(gzip.compress(script.encode(), 9, mtime=0)).decode("ascii")


def _policy(*scripts: str) -> str:
    """Only these scripts run, and nothing is loaded from anywhere."""
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii") for text in scripts]
    allowed = " ".join(f"'sha256-{text}'" for text in hashes)
    parts = ["default-src 'none'", f"script-src {allowed}", "style-src 'unsafe-inline'", "img-src data: blob:"]
    return "; ".join([*parts, "base-uri 'none'", "form-action 'none'"])
