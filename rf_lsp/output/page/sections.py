"""The section of one model, and what was found outside of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzers.facts import Finding, ModelFact, UnknownFact
from analyzers.rules.support.memory import bytes_text, memory_of
from analyzers.rules.support.registry import RULES
from rf_lsp.output import Inspected
from rf_lsp.output.markup import Markup, element, joined, link
from rf_lsp.output.page.fields import FieldData
from rf_lsp.output.page.tables import layers_table, stages_table, tiling_table
from rf_lsp.output.text import (
    count_text,
    covers_text,
    field_text,
    input_text,
    inputs_text,
    located,
    outputs_text,
    per_axis,
    place_text,
    short_count,
    tiling_text,
)

STATUS = {"partial": "Not everything could be followed.", "failed": "The model could not be followed."}
SHOWN_UNKNOWNS = 50
GROWTH = "Growth of the receptive field"


def model_section(item: Inspected, number: int, label: str, fields: FieldData) -> Markup:
    model = item.model
    return element(
        "section",
        element("h2", model.name),
        list(_notes(model)),
        _cards(model),
        _explorer(model, number, fields) if model.layers else None,
        *_part("By stage", stages_table(model)),
        *_part("Tiling", _tiling(model)),
        *_part("Findings", findings(item.findings)),
        *_part("Not known", unknowns(model.unknowns)),
        id=f"model-{number}",
        class_="model",
        aria_label=label,
    )


def _part(title: str, content: Markup | None) -> tuple[Markup, ...]:
    return () if content is None else (element("h3", title), element("div", content, class_="wide"))


def _notes(model: ModelFact) -> Iterator[Markup]:
    yield element("p", place_text(model.place) if model.place else model.target, class_="note")
    if model.inputs:
        texts = ", ".join(input_text(item.name, item.shape, item.origin) for item in model.inputs)
        yield element("p", f"input {texts}", class_="note")
    if model.status in STATUS:
        yield element("p", STATUS[model.status], class_="note warning")


def _cards(model: ModelFact) -> Markup:
    field, memory = model.field, memory_of(model).forward
    cards = [
        ("input → output", f"{inputs_text(model)} → {outputs_text(model)}", ""),
        ("parameters", count_text(model.parameters), _trained(model)),
        ("MACs", short_count(model.macs), "one item"),
        ("memory", "?" if memory is None else bytes_text(memory), "forward, 32 bits"),
    ]
    if field is not None and located(field):
        cards.append(("receptive field", field_text(field), covers_text(model).partition(field_text(field))[2].strip()))
        cards.append(("effective ≈", per_axis(field.erf), "pixels, an estimate"))
    shown = [element("div", element("dt", t), element("dd", v, element("small", n))) for t, v, n in cards]
    return element("dl", shown, class_="cards")


def _trained(model: ModelFact) -> str:
    total, trained = model.parameters, model.trainable_parameters
    if not isinstance(total, int) or not isinstance(trained, int):
        return ""
    return "all trained" if total == trained else f"{count_text(total - trained)} frozen"


def _explorer(model: ModelFact, number: int, fields: FieldData) -> Markup:
    """Chart and table beside the drawing; the drawing is filled by the page's script."""
    is_drawn = any(call.field is not None and located(call.field) for layer in model.layers for call in layer.per_call)
    table = layers_table(model, number, fields)
    tools = element(
        "p",
        [
            element("button", text, type="button", data_do=what)
            for text, what in (("open all", "open"), ("close all", "close"))
        ],
        element("label", element("input", type="checkbox", data_do="columns"), "all columns"),
        element("small", "keys: ↑ ↓ choose, ← → close and open"),
        class_="tools script",
    )
    chart = [
        element("h3", GROWTH),
        element("div", class_="chart", id=f"chart-{number}", role="figure", aria_label=GROWTH),
    ]
    left = element(
        "div", chart if is_drawn else None, element("h3", "Layers"), tools, element("div", table, class_="scroll")
    )
    drawing = element(
        "aside", class_="drawing script", aria_label="the field of the chosen layer", id=f"drawing-{number}"
    )
    return element("div", left, drawing, class_="explorer")


def _tiling(model: ModelFact) -> Markup | None:
    if model.tiling is None:
        return None
    return joined(element("p", tiling_text(model).removeprefix("tiles: "), class_="note"), tiling_table(model.tiling))


def findings(found: Sequence[Finding]) -> Markup | None:
    if not found:
        return None
    return element("ul", [_finding(finding) for finding in found], class_="findings")


def _finding(finding: Finding) -> Markup:
    name = link(f"{finding.code} {finding.name}", RULES[finding.code].url)
    return element(
        "li",
        element("span", finding.severity, class_=f"badge {finding.severity}"),
        element("b", name),
        element("span", finding.message),
        element("code", place_text(finding.place)),
        [element("div", text, element("code", place_text(at)), class_="related") for text, at in finding.related],
    )


def unknowns(found: Sequence[UnknownFact]) -> Markup | None:
    lines = list(dict.fromkeys((item.reason, place_text(item.place) if item.place else "") for item in found))
    if not lines:
        return None
    shown = [
        element("li", element("span", text), element("code", at) if at else None) for text, at in lines[:SHOWN_UNKNOWNS]
    ]
    left = len(lines) - SHOWN_UNKNOWNS
    return element("ul", shown, element("li", f"… and {left} more") if left > 0 else None, class_="findings")
