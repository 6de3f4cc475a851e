"""Lines and tables as rich draws them: what is drawn without it must look as if it had been asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from rf_lsp.output import Inspected, InspectReport, RenderOptions
from rf_lsp.output.inspect.table import render
from rf_lsp.output.layout import PLAIN, TableColumn
from rf_lsp.output.style import CODES
from rf_lsp.output.terminal import Terminal
from rf_lsp.output.with_rich import RichTerminal
from tests.rf_lsp.fake_analysis import layer, model

ROOT = Path(__file__).resolve().parents[2]
STYLES = ("", "bold", "dim", "bold red", "yellow", "cyan")

options = st.builds(RenderOptions, st.booleans(), st.sampled_from((40, 41, 60, 80)))
words = st.builds(lambda letter, count: letter * count, st.sampled_from("ab×…"), st.sampled_from((1, 2, 7, 39, 40, 81)))
gaps = st.sampled_from((" ", "  ", " " * 45))
texts = st.lists(st.one_of(words, gaps)).map("".join)
spans = st.lists(st.tuples(texts, st.sampled_from(STYLES)), max_size=4)
cells = st.sampled_from(("", " ", "a", " 12 %", "3×224×224 ", "flatten@9 ", "(recursive)"))


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[TableColumn], list[str]]:
    styles = ["bold", *draw(st.lists(st.sampled_from(STYLES), max_size=4))]
    column = st.lists(cells, min_size=len(styles), max_size=len(styles))
    numbers = st.builds(TableColumn, column, st.booleans())
    names = TableColumn(draw(column), min_width=9)
    return [names, *draw(st.lists(numbers, max_size=7))], styles


def shown(text: str) -> list[str]:
    """Without the spaces at the ends of lines: no format writes them."""
    return [line.rstrip() for line in text.split("\n")]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(options, spans, st.sampled_from((0, 2)))
def test_a_line_is_the_one_that_rich_draws(options, spans, indent):
    own, rich = (kind(options).line(*spans, indent=indent) for kind in (Terminal, RichTerminal))
    assert shown(own) == shown(rich)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(options, tables())
def test_a_table_is_the_one_that_rich_draws(options, table):
    assert Terminal(options).table(*table) == RichTerminal(options).table(*table)


@pytest.mark.parametrize("name", ["größe", "卷积", "двойной", "e\u0301tage", "a\u200bb"])
@pytest.mark.parametrize("width", [40, 120])
def test_characters_of_any_width_are_drawn(name, width):
    options = RenderOptions(color=True, width=width)
    columns = [TableColumn(["layer ", f"{name} "], min_width=9), TableColumn([" MACs", " 1.2 G"], right=True)]
    assert Terminal(options).table(columns, ["bold", "dim"]) == RichTerminal(options).table(columns, ["bold", "dim"])
    assert Terminal(options).line((name, "bold")) == RichTerminal(options).line((name, "bold"))


@pytest.mark.parametrize(
    ("name", "spelled"), [("tab\tbed", "tab\\tbed"), ("two\nlines", "two\\nlines"), ("\x1b[31mred", "\\x1b[31mred")]
)
def test_what_a_terminal_obeys_is_spelled(name, spelled):
    terminal = Terminal(RenderOptions(width=120))
    assert spelled in terminal.table([TableColumn(["layer ", f"{name} "], min_width=9)], ["", ""])
    assert terminal.line((name, "")) == f"{spelled}\n"


def test_plain_characters_fill_one_cell():
    assert [character for character in sorted(PLAIN) if cell_len(character) != 1] == []
    assert [character for character in sorted(PLAIN) if character.isspace()] == [" "]


def test_colours_have_the_codes_of_rich():
    terminal = RichTerminal(RenderOptions(color=True))
    named = [name for name in STYLES if name]
    assert [terminal.line(("text", name)) for name in named] == [f"\x1b[{CODES[name]}mtext\x1b[0m\n" for name in named]


@pytest.mark.parametrize(("color", "width"), [(False, 80), (True, 80), (False, 200), (True, 200)])
def test_a_whole_report_is_drawn_as_by_rich(monkeypatch, color, width):
    item = Inspected(model("net.py"))
    item.model.layers.extend(layer(f"stages.{index}.blocks.0.conv_dw", "net.py", index) for index in range(9))
    report, options = InspectReport([item, item]), RenderOptions(color, width)
    own = render(report, options)
    monkeypatch.setattr("rf_lsp.output.inspect.table.Terminal", WholeRich)
    assert own == render(report, options)
    assert ("\x1b[2mstages" in own, "9 more" in own) == (color, False)


class WholeRich(RichTerminal):
    """Rich for everything, where the width is asked for too."""

    def __init__(self, options: RenderOptions) -> None:
        super().__init__(options)
        self.width = options.width


def test_what_is_plain_and_fits_does_not_need_rich():
    """Importing rich and drawing with it takes longer than all else that `inspect` does once a model is analysed."""
    code = (
        "import sys\n"
        "from rf_lsp.output import Inspected, InspectReport, RenderOptions\n"
        "from rf_lsp.output.inspect.table import render\n"
        "from tests.rf_lsp.fake_analysis import model\n"
        "report = InspectReport([Inspected(model('net.py'))])\n"
        "for color in (False, True):\n"
        "    assert 'stem' in render(report, RenderOptions(color, 80))\n"
        "print(*sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [name for name in done.stdout.split() if name.split(".")[0] == "rich"] == []


def test_rich_is_asked_once_for_a_table_that_does_not_fit(monkeypatch):
    asked = []
    draw = RichTerminal.table
    monkeypatch.setattr(RichTerminal, "table", lambda self, *table: asked.append(table) or draw(self, *table))
    item = Inspected(model("net.py"))
    item.model.layers.append(layer("stage." * 9 + "conv", "net.py", 9))
    render(InspectReport([item]), RenderOptions(width=40))
    assert len(asked) == 1
