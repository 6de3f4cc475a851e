"""The tables of a model's section: its layers in a tree with the columns of ``inspect``, its stages, its tiling."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from analyzers.facts import ModelFact, TilingFact
from analyzers.rules.support.memory import BYTES, bytes_text
from rf_lsp.output.columns import COLUMNS, Column, Listing, listing
from rf_lsp.output.markup import Markup, element, joined
from rf_lsp.output.page.charts import calls_in_order
from rf_lsp.output.page.fields import FieldData
from rf_lsp.output.page.stages import Stage, stages_of
from rf_lsp.output.rows import CallRow
from rf_lsp.output.text import count_text, number_text, short_count
from rf_lsp.output.view import Choice, View
from rf_lsp.shapes import UNKNOWN

EVERYTHING = View(columns=tuple([column.key for column in COLUMNS]), choice=Choice(folded=False))
SPARED = frozenset(("type", "macs", "stride", "start", "density", "covers"))
"""Columns for which a telephone has no room."""
OPEN_AT_FIRST = 40
"""Rows of a model that has all its modules open when the page is opened; of a longer one only the outermost are."""


def layers_table(model: ModelFact, number: int, fields: FieldData) -> Markup:
    """The layers as a tree that keys walk through; every row knows the calls that it draws, and where they are in the chart."""
    found = listing(model, EVERYTHING)
    columns = [(column, texts) for column, texts in found.columns if any(texts)]
    titles = [element("th", column.title, scope="col", class_=_class(column)) for column, _ in columns]
    head = [element("th", "layer", scope="col"), *titles]
    rows = [_row(found, index, columns, drawn) for index, drawn in enumerate(_drawn(model, found, fields))]
    return element(
        "table",
        element("thead", element("tr", head)),
        element("tbody", rows),
        class_="layers",
        role="treegrid",
        aria_label="layers",
        id=f"layers-{number}",
    )


def _class(column: Column) -> str | None:
    """One letter each, since every cell has them: a number, a column that is shown when asked for, or where there is room."""
    letters = ["n"] * column.numeric + ["m"] * (not column.usual) + ["r"] * (column.key in SPARED)
    return " ".join(letters) or None


def _row(found: Listing, index: int, columns: Sequence[tuple[Column, list[str]]], drawn: dict[str, Any]) -> Markup:
    depth, name, row = found.rows[index]
    has_inner = index + 1 < len(found.rows) and found.rows[index + 1][0] > depth
    is_open = len(found.rows) <= OPEN_AT_FIRST or depth == 0
    kind = "module" if has_inner else "function" if row is not None and row.layer.functional else None
    cells = [element("td", texts[index], class_=_class(column)) for column, texts in columns]
    return element(
        "tr",
        element("th", name, scope="row", style=f"--depth:{depth}" if depth else None),
        cells,
        class_=kind,
        tabindex="-1",
        aria_level=depth + 1,
        aria_expanded=("true" if is_open else "false") if has_inner else None,
        **drawn,
    )


def _drawn(model: ModelFact, found: Listing, fields: FieldData) -> Iterator[dict[str, Any]]:
    """For each row, the numbers of its calls in ``fields``, and the first and last place in the chart."""
    places = {call.order: place for place, (_, call) in enumerate(calls_in_order(model), 1)}
    for index, (name, (_, _, row)) in enumerate(zip(found.names, found.rows, strict=True)):
        calls = row.calls if row is not None else ()
        numbers = " ".join(str(fields.add(call)) for call in calls)
        here = [places[call.order] for call in _calls_below(found.rows, index) if call.order in places]
        yield {
            "data_name": name,
            "data_calls": numbers,
            "data_from": min(here, default=None),
            "data_to": max(here, default=None),
        }


def _calls_below(rows: Sequence[tuple[int, str, CallRow | None]], index: int) -> Iterator[Any]:
    depth, _, row = rows[index]
    yield from row.calls if row is not None and row.container is None else ()
    for inner_depth, _, inner in rows[index + 1 :]:
        if inner_depth <= depth:
            return
        if inner is not None and inner.container is None:
            yield from inner.calls


# -- stages ------------------------------------------------------------------------------------------


def stages_table(model: ModelFact) -> Markup | None:
    """A bar for each stage's share of parameters, MACs, and bytes; None where there is a single one."""
    stages = stages_of(model)
    if len(stages) < 2:
        return None
    measures: list[tuple[str, Callable[[Stage], Any], Callable[[Any], str]]] = [
        ("parameters", lambda stage: stage.parameters, count_text),
        ("MACs", lambda stage: stage.macs, short_count),
        ("outputs", lambda stage: stage.outputs, bytes_text),
        ("weights", lambda stage: BYTES * stage.parameters if isinstance(stage.parameters, int) else None, bytes_text),
    ]
    largest = [max([_known(value(stage)) for stage in stages], default=0) for _, value, _ in measures]
    rows = [
        element(
            "tr",
            element("th", stage.name, element("small", stage.type), scope="row"),
            [
                _bar(title, value(stage), most, text)
                for (title, value, text), most in zip(measures, largest, strict=True)
            ],
        )
        for stage in stages
    ]
    head = [element("th", "stage", scope="col"), *(element("th", title, scope="col") for title, _, _ in measures)]
    return element("table", element("thead", element("tr", head)), element("tbody", rows), class_="stages")


def _known(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _bar(title: str, value: Any, most: int, text: Callable[[Any], str]) -> Markup:
    share = 100 * _known(value) / most if most else 0
    shown = UNKNOWN if value is None else text(value) if value != 0 else "–"
    bar = element("span", class_="bar", style=f"--share:{share:.2f}%", aria_hidden="true")
    return element(
        "td", element("span", shown), bar, data_title=title, data_value=value if isinstance(value, int) else None
    )


# -- tiling ------------------------------------------------------------------------------------------


def tiling_table(tiling: TilingFact) -> Markup:
    """One row for each axis."""
    count = len(tiling.axes)
    columns: list[tuple[str, Sequence[str]]] = [
        ("halo before", _halo(tiling, 0)),
        ("halo after", _halo(tiling, 1)),
        ("overlap", _numbers(tiling.overlap, count, "none: the field is global")),
        ("sizes are multiples of", _numbers(tiling.multiple, count, UNKNOWN if tiling.smallest is None else "any")),
        ("next sizes", [", ".join(map(str, sizes)) for sizes in tiling.valid_sizes or ()] or [UNKNOWN] * count),
        ("smallest", _numbers(tiling.smallest, count, UNKNOWN)),
    ]
    head = [element("th", "axis", scope="col"), *(element("th", title, scope="col") for title, _ in columns)]
    rows = [
        element("tr", element("th", axis, scope="row"), [element("td", texts[i], data_title=t) for t, texts in columns])
        for i, axis in enumerate(tiling.axes)
    ]
    return element("table", element("thead", element("tr", head)), element("tbody", joined(rows)), class_="tiling")


def _halo(tiling: TilingFact, side: int) -> list[str]:
    if tiling.halo is None:
        return ["none"] * len(tiling.axes)
    return [UNKNOWN if halo is None else f"{halo[side]} px" for halo in tiling.halo]


def _numbers(values: Sequence[int | None] | None, count: int, otherwise: str) -> list[str]:
    return [otherwise] * count if values is None else [number_text(value) for value in values]
