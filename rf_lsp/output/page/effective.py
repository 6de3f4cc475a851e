"""The page of a measured effective field: where in the input the gradient of one unit falls, and how wide that is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rf_lsp.erf_picture import brightness, plane
from rf_lsp.output.markup import Markup, data, element, joined
from rf_lsp.output.page.charts import in_chart, library
from rf_lsp.output.page.document import document
from rf_lsp.output.trace.table import headline

if TYPE_CHECKING:
    from analyzers.tracing.results import ModelResult

WIDTHS = (("width", "measured", "erf"), ("static", "estimated", "smallest"), ("theoretical", "theoretical", "size"))
"""Name in the result, what it is, the colour's name in page.css."""
DASHES = ("solid", "dot", "dash")
HEIGHT = 520
"""Pixels, as in page.css."""
MAP = "overview"
"""The part of the page whose chart belongs to no table of layers."""


def render(result: ModelResult) -> str:
    """HTML of the first map that was measured. Raises :class:`UsageError` without the plotting library; ValueError where
    nothing was measured."""
    measured = next((one for one in result.erf or () if one.get("map")), None)
    if measured is None:
        raise ValueError(result.message or "no gradient came through to the input")
    name = f"{measured['layer']} of {result.model.name}"
    said = f"{headline(result)}."
    body = joined(_section(name, measured), data(f"data-{MAP}", {"growth": _figure(measured)}))
    return document(name, "Effective receptive field", said, body)


def _section(name: str, measured: dict[str, Any]) -> Markup:
    sizes = [(what, f"{_size(measured[key])} px", "") for key, what, _ in WIDTHS]
    areas = [
        (f"{share} % of the contribution", f"{100 * part:.1f} %", "of the input")
        for share, part in measured["area_ratio"].items()
        if part is not None
    ]
    said = (
        f"How strongly one unit in the middle of {measured['layer']} depends on each pixel of the input: the squared gradient, "
        f"averaged over {measured['seeds']} random initialisations. The measured width holds 95 % of it."
    )
    cards = [
        element("div", element("dt", what), element("dd", value, element("small", note)))
        for what, value, note in [*sizes, *areas]
    ]
    chart = element("div", class_="chart tall", id=f"chart-{MAP}", role="figure", aria_label=name)
    return element(
        "section",
        element("h2", name),
        element("p", said, class_="note"),
        element("dl", cards, class_="cards"),
        chart,
        id=MAP,
    )


def _size(sizes: Sequence[float | None] | None) -> str:
    return "×".join("?" if size is None else f"{size:g}" for size in sizes or [None])


def _figure(measured: dict[str, Any]) -> dict[str, Any]:
    rows, shown = plane(measured["map"]), brightness(measured["map"])
    is_series = len(rows) == 1
    middle = [_middle([sum(row) for row in rows]), _middle([sum(column) for column in zip(*rows, strict=True)])]
    traces = [_series(shown[0]) if is_series else _map(shown)]
    for (key, what, colour), dash in zip(WIDTHS, DASHES, strict=True):
        known = [size for size in list(measured[key] or ())[-2:] if size is not None]
        if len(known) == min(len(measured["width"]), 2):
            corners = _interval(middle[1], known[0]) if is_series else _frame(middle, known)
            traces.append(_line(corners, f"{what} {_size(measured[key])}", colour, dash))
    figure = library().Figure(data=traces)
    square = {"zeroline": False, "autorange": "reversed", "scaleanchor": "x", "constrain": "domain"}
    figure.update_layout(
        template="none",
        margin={"l": 56, "r": 12, "t": 8, "b": 40},
        height=HEIGHT,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hovermode="closest",
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis={"title": {"text": "pixels of the input"}, "zeroline": False, "constrain": "domain"},
        yaxis={"zeroline": False, "rangemode": "tozero"} if is_series else square,
    )
    return json.loads(figure.to_json())


def _map(shown: list[list[float]]) -> Any:
    return library().Heatmap(
        z=shown, colorscale="Viridis", showscale=False, hovertemplate="row %{y}, column %{x}<extra></extra>"
    )


def _series(shown: list[float]) -> Any:
    return library().Scatter(y=shown, mode="lines", name="gradient", meta="ink", line={"width": 1}, marker={"size": 4})


def _line(corners: tuple[list[float], list[float]], name: str, colour: str, dash: str) -> Any:
    across, down = corners
    line = {"dash": dash, "width": 2}
    return library().Scatter(
        x=across,
        y=down,
        mode="lines",
        name=in_chart(name),
        meta=colour,
        line=line,
        marker={"size": 4},
        hoverinfo="name",
    )


def _middle(marginal: Sequence[float]) -> float:
    return sum(place * value for place, value in enumerate(marginal)) / (sum(marginal) or 1.0)


def _frame(middle: Sequence[float], size: Sequence[float]) -> tuple[list[float], list[float]]:
    """A rectangle as large as a field, around where the gradient falls."""
    (top, bottom), (left, right) = ((at - side / 2, at + side / 2) for at, side in zip(middle, size, strict=True))
    return [left, right, right, left, left], [top, top, bottom, bottom, top]


def _interval(middle: float, size: float) -> tuple[list[float], list[float]]:
    left, right = middle - size / 2, middle + size / 2
    return [left, left, right, right], [0, 1, 1, 0]
