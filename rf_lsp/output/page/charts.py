"""The charts of the page, made with an optional library whose script the page carries.

Names stand in a chart's texts, in which the library looks for markup: they are escaped here. Colours are set by the page, which
knows whether it is light or dark; ``meta`` says what a line shows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from analyzers.facts import FieldFact, ModelFact
from rf_lsp.errors import UsageError
from rf_lsp.output.escape import visible
from rf_lsp.output.rows import CallRow, call_rows

LONGEST_NAME = 60
MOST_MARKERS = 60
FEW_CALLS = 15
"""Each has its number below the chart."""
DASHES = ("solid", "dash", "dashdot")
"""Of axes that differ."""
COLOURS = 8
"""Of models beside each other, in page.css."""


def library() -> Any:
    """The plotting library; raises :class:`UsageError` where it is not installed."""
    try:
        import plotly.graph_objects  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise UsageError("report needs plotly: pip install 'rf-lsp[report]'") from None
    return plotly.graph_objects


def script() -> str:
    """The library's own script."""
    from plotly.offline import get_plotlyjs  # pyright: ignore[reportMissingImports]

    return get_plotlyjs()


def calls_in_order(model: ModelFact) -> Iterator[tuple[CallRow, Any]]:
    """Every call of a layer with its row, as they happen."""
    calls = [(row, call) for row in call_rows(model.layers) for call in row.calls]
    return iter(sorted(calls, key=lambda pair: pair[1].order))


def growth(model: ModelFact) -> dict[str, Any] | None:
    """The theoretical and the effective field after each call, beside the input's extent; None without any field."""
    named = [(row.layer.name.removeprefix("forward:"), call.field) for row, call in calls_in_order(model)]
    fields = [field for _, field in named]
    axes = next((field.axes for field in fields if field is not None and any(field.size)), ())
    if not axes:
        return None
    alike: dict[Any, list[str]] = {}
    for axis, name in enumerate(axes):
        alike.setdefault(tuple([_at(field, axes, axis) for field in fields]), []).append(name)
    texts = [in_chart(name) for name, _ in named]
    traces = []
    for number, (points, names) in enumerate(alike.items()):
        suffix = f" ({', '.join(names)})" if len(alike) > 1 else ""
        traces += _lines(points, texts, suffix, DASHES[number % len(DASHES)])
    return _figure(traces, _extents(fields, axes))


def together(models: Sequence[ModelFact], labels: Sequence[str]) -> dict[str, Any] | None:
    """The theoretical fields of several models, the larger of the axes."""
    traces = []
    for number, (model, label) in enumerate(zip(models, labels, strict=True)):
        calls = list(calls_in_order(model))
        sizes = [_largest(call.field) for _, call in calls]
        if any(sizes):
            names = [in_chart(row.layer.name.removeprefix("forward:")) for row, _ in calls]
            trace = _trace(sizes, names, in_chart(label), f"model{number % COLOURS}")
            trace.x = [round(100 * place / len(sizes), 2) for place in trace.x]
            traces.append(trace)
    return _figure(traces, {}, "calls of layers, in % of all") if len(traces) > 1 else None


def in_chart(text: str) -> str:
    """Text as the library shows it, cut where it is long."""
    shown = visible(text)
    return escape(shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 1]}…", quote=False)


def _at(field: FieldFact | None, axes: tuple[str, ...], axis: int) -> tuple[int, float | None, int | None] | None:
    if field is None or field.axes != axes or field.size[axis] is None:
        return None
    return field.size[axis] or 0, field.erf[axis], field.size_min[axis]


def _largest(field: FieldFact | None) -> int | None:
    return max((size for size in field.size if size is not None), default=None) if field is not None else None


def _extents(fields: Sequence[FieldFact | None], axes: tuple[str, ...]) -> dict[int, str]:
    """The input's extents, with the axes that have them where they differ."""
    first = next(field for field in fields if field is not None and field.axes == axes)
    found: dict[int, str] = {}
    for axis, extent in zip(axes, first.extent, strict=False):
        if isinstance(extent, int):
            found[extent] = f"{found[extent]}, {axis}" if extent in found else axis
    return {extent: f"input {extent}{f' ({names})' if len(found) > 1 else ''}" for extent, names in found.items()}


def _lines(points: Sequence[Any], names: list[str], suffix: str, dash: str) -> Iterator[Any]:
    sizes, effective, smallest = ([None if point is None else point[i] for point in points] for i in range(3))
    yield _trace(sizes, names, f"theoretical field{suffix}", "size", dash)
    if sizes != smallest:
        yield _trace(smallest, names, f"its smallest phase{suffix}", "smallest", "dot")
    rounded = [None if value is None else round(value, 1) for value in effective]
    yield _trace(rounded, names, f"effective ≈{suffix}", "erf", dash)


def _trace(values: list[Any], names: list[str], label: str, meta: str, dash: str = "solid") -> Any:
    return library().Scatter(
        x=list(range(1, len(values) + 1)),
        y=values,
        customdata=names,
        name=label,
        meta=meta,
        mode="lines+markers" if len(values) <= MOST_MARKERS else "lines",
        marker={"size": 5},
        line={"dash": dash, "width": 2},
        hovertemplate="%{customdata}: %{y} px<extra>%{fullData.name}</extra>",
    )


def _figure(traces: list[Any], extents: dict[int, str], title: str = "calls of layers, in order") -> dict[str, Any]:
    figure = library().Figure(data=traces)
    last = max(trace.x[-1] for trace in traces)
    figure.update_layout(
        template="none",
        margin={"l": 56, "r": 12, "t": 8, "b": 40},
        height=300,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hovermode="closest",
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis={"title": {"text": title}, "zeroline": False, "range": [0.5, last + 0.5]},
        yaxis={"title": {"text": "pixels of the input"}, "rangemode": "tozero", "zeroline": False},
    )
    if last <= FEW_CALLS:
        figure.update_xaxes(dtick=1)
    for extent, text in extents.items():
        figure.add_hline(y=extent, line={"dash": "dash", "width": 1})
        place = {"x": 1, "xref": "paper", "xanchor": "right", "y": extent, "yanchor": "bottom"}
        figure.add_annotation(text=in_chart(text), showarrow=False, **place)
    return json.loads(figure.to_json())
