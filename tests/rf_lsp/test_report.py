"""``rf-lsp report``: what stands on the page, that nothing breaks out of it or loads anything, and what it does in a browser."""

from __future__ import annotations

import base64
import gzip
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from analyzers.geometry import PixelSets
from rf_lsp.output.markup import data, element, joined, link
from rf_lsp.output.page.fields import MOST_RUNS, drawn, runs
from tests.trees import ROOT

needs_library = pytest.mark.skipif(importlib.util.find_spec("plotly") is None, reason="plotly is not installed")

UNET = """\
import torch
from torch import nn


class Double(nn.Module):
    def __init__(self, i, o, d=1):
        super().__init__()
        self.a = nn.Conv2d(i, o, 3, padding=d, dilation=d)
        self.b = nn.Conv2d(o, o, 3, padding=d, dilation=d)
        self.act = nn.ReLU()

    def forward(self, x):
        return self.act(self.b(self.act(self.a(x))))


# rf: input=1x3x64x96
class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = Double(3, 8, 2)
        self.pool = nn.MaxPool2d(2)
        self.bottom = Double(8, 16)
        self.up = nn.ConvTranspose2d(16, 8, 2, stride=2)
        self.merge = Double(16, 8)
        self.head = nn.Conv2d(8, 4, 1)

    def forward(self, x):
        skip = self.down(x)
        low = self.bottom(self.pool(skip))
        return self.head(self.merge(torch.cat([self.up(low), skip], 1)))
"""

SMALL = """\
import torch
from torch import nn

series = nn.Sequential(nn.Conv1d(2, 4, 5, dilation=3), nn.Conv1d(4, 4, 5, stride=2))
series(torch.zeros(1, 2, 200))
volume = nn.Sequential(nn.Conv3d(1, 4, (3, 5, 5), padding=(1, 2, 2)), nn.MaxPool3d(2))
volume(torch.zeros(1, 1, 16, 32, 32))
flat = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
flat(torch.zeros(1, 1, 28, 28))
"""

NAMES = (
    "<script>alert(1)<script>",
    "<img src=x onerror=alert(2)>",
    "</script><b>&lt;",
    "<a href='javascript:alert(3)'>x",
    '" onmouseover="alert(4)',
    "--><!--",
    "\\u2028\\x1b[31m$title",
)
HOSTILE = "import torch\nfrom torch import nn\n\nbad = nn.Sequential()\n" + "".join(
    f'bad.add_module("{name}", nn.Conv2d({3 if index == 0 else 4}, 4, 3))\n'
    for index, name in enumerate(name.replace('"', '\\"') for name in NAMES)
)
HOSTILE += "bad(torch.zeros(1, 3, 40, 40))\n"

VOID = {"meta", "link", "input", "br"}


@dataclass
class Node:
    """An element with its attributes, and the text directly and below it."""

    name: str
    attributes: dict[str, str]
    inner: list[Node] = field(default_factory=list)
    text: str = ""

    def all(self, name: str, **attributes: str) -> list[Node]:
        found = [node for node in self.inner if node.name == name and attributes.items() <= node.attributes.items()]
        return found + [node for inner in self.inner for node in inner.all(name, **attributes)]

    def one(self, name: str, **attributes: str) -> Node:
        (found,) = self.all(name, **attributes)
        return found


class Page(HTMLParser):
    """The page as a tree; raises AssertionError where elements are not nested as they should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.root = Node("", {})
        self.above = [self.root]
        self.feed(text)
        assert self.above == [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.above[-1].inner.append(node)
        if tag not in VOID:
            self.above.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.above.pop().name == tag

    def handle_data(self, data: str) -> None:
        for node in self.above:
            node.text += data

    def nodes(self) -> list[Node]:
        found, queue = [], [self.root]
        while queue:
            node = queue.pop()
            found.append(node)
            queue.extend(node.inner)
        return found[1:]

    def data(self, name: str) -> Any:
        return json.loads(self.root.one("script", id=f"data-{name}").text)

    @property
    def policy(self) -> dict[str, str]:
        meta = next(node for node in self.root.all("meta") if "http-equiv" in node.attributes)
        assert meta.attributes["http-equiv"] == "Content-Security-Policy"
        return dict(part.strip().split(" ", 1) for part in meta.attributes["content"].split(";"))


@pytest.fixture
def page(run, tmp_path):
    """The page of a source and what the engine says as JSON."""

    def make(source: str, *arguments: str) -> tuple[Page, Any]:
        (tmp_path / "net.py").write_text(source, encoding="utf-8")
        outcome = run("report", "net.py", "-o", "page.html", *arguments)
        assert outcome.code in (0, 1), outcome.err
        said = json.loads(run("inspect", "net.py", "--format", "json", *arguments).out)
        return Page((tmp_path / "page.html").read_text(encoding="utf-8")), said

    return make


# numbers ------------------------------------------------------------------------------------------


def cells(row: Node, table: Node) -> dict[str, str]:
    titles = [node.text for node in table.one("thead").all("th")]
    return dict(zip(titles, [node.text for node in row.inner], strict=True))


@needs_library
def test_every_call_of_a_layer_has_a_row_with_the_numbers_of_inspect(page):
    made, said = page(UNET)
    (model,) = said["models"]
    table = made.root.one("table", id="layers-0")
    rows = [(row.attributes["data-name"], cells(row, table)) for row in table.one("tbody").all("tr")]
    told = []
    for layer in model["layers"]:
        for turn, call in enumerate(layer.get("per_call", [layer])):
            smallest, largest = (call["receptive_field"][key][0] for key in ("size_min", "size"))
            size = str(largest) if smallest == largest else f"{smallest}…{largest}"
            count = layer["parameters"] and ("(recursive)" if turn else f"{layer['parameters']:,}")
            told.append((layer["name"].removeprefix("forward:"), shape_of(call), count or "", size))
    shown = [(name, row["output"], row["params"], row["RF"]) for name, row in rows]
    modules = [(name, shape_of(part), f"{part['parameters']:,}", "") for name, part in containers(model)]
    assert sorted(shown) == sorted([*told, *modules])


def containers(model: Any) -> Any:
    return [(name, {"output_shape": part["output"], **part}) for name, part in model["containers"].items()]


def shape_of(call: Any) -> str:
    return "×".join(map(str, call["output_shape"][1:]))


@needs_library
def test_drawings_have_the_fields_of_inspect(page):
    made, said = page(UNET)
    plain = made.data("0")
    rows = made.root.one("table", id="layers-0").one("tbody").all("tr")
    calls: dict[str, list[str]] = {}
    for row in rows:
        calls.setdefault(row.attributes["data-name"], []).extend(row.attributes["data-calls"].split())
    for layer in said["models"][0]["layers"]:
        name = layer["name"].removeprefix("forward:")
        told = [call["receptive_field"] for call in layer.get("per_call", [layer])]
        shown = [plain["fields"][plain["calls"][int(index)][1]] for index in calls[name]]
        for field_told, drawn_field in zip(told, shown, strict=True):
            assert drawn_field["size"] == field_told["size"] and drawn_field["start"] == field_told["start"]
            assert [Fraction(*stride) for stride in drawn_field["stride"]] == [
                Fraction(s) for s in field_told["stride"]
            ]
            assert drawn_field["erf"] == pytest.approx(field_told["erf"], abs=1e-3)
            for index, size, density in zip(
                drawn_field["sets"], field_told["size"], field_told["density"], strict=True
            ):
                widths = [phase[1][-2] + phase[1][-1] for phase in plain["sets"][index]["phases"]]
                read = [sum(phase[1][1::2]) for phase in plain["sets"][index]["phases"]]
                assert max(widths) == size
                sparsest = min(count for count, width in zip(read, widths, strict=True) if width == size)
                assert sparsest / size == density


@needs_library
def test_the_chart_grows_as_the_fields_do(page):
    made, said = page(UNET)
    figure = made.data("0")["growth"]
    lines = {trace["name"]: trace["y"] for trace in figure["data"]}
    assert set(lines) == {"theoretical field", "effective ≈"}
    layers = [call for layer in said["models"][0]["layers"] for call in layer.get("per_call", [layer])]
    assert sorted(lines["theoretical field"]) == sorted(layer["receptive_field"]["size"][0] for layer in layers)
    assert {note["text"] for note in figure["layout"]["annotations"]} == {"input 64 (H)", "input 96 (W)"}


@needs_library
def test_axes_and_phases_that_differ_have_lines_of_their_own(page):
    made, _ = page(
        "from torch import nn\n\n# rf: input=1x3x32x32\nnet = nn.Sequential(nn.MaxPool2d((4, 2)), nn.Upsample(scale_factor=2),"
        " nn.Conv2d(3, 4, (2, 1)))\n"
    )
    lines = {trace["name"]: trace["y"] for trace in made.data("0")["growth"]["data"]}
    assert lines["theoretical field (H)"] == [4, 4, 8] and lines["its smallest phase (H)"] == [4, 4, 4]
    assert lines["theoretical field (W)"] == [2, 2, 2] and "its smallest phase (W)" not in lines


@needs_library
def test_stages_add_up_to_the_model(page):
    made, said = page(UNET)
    (model,) = said["models"]
    rows = [row.all("td") for row in made.root.one("table", **{"class": "stages"}).one("tbody").all("tr")]
    sums = [sum(int(row[column].attributes["data-value"]) for row in rows) for column in range(4)]
    assert sums == [model["parameters"], model["macs"], model["memory"]["activations"], model["memory"]["parameters"]]


@needs_library
def test_a_model_that_is_one_module_is_told_by_its_parts(page):
    wrapped = UNET + (
        "\n\n# rf: input=1x3x64x96\nclass Outer(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.net = UNet()\n\n    def forward(self, x):\n        return self.net(x)\n"
    )
    made, _ = page(wrapped)
    section = next(node for node in made.root.all("section") if node.one("h2").text == "Outer")
    stages = [row.one("th").text for row in section.one("table", **{"class": "stages"}).one("tbody").all("tr")]
    assert stages[:2] == ["net.downDouble", "net.poolMaxPool2d"]


@needs_library
def test_tiles_and_findings_are_told(page):
    made, said = page(UNET)
    (model,) = said["models"]
    tiles = made.root.one("table", **{"class": "tiling"}).one("tbody").all("tr")
    for index, row in enumerate(tiles):
        before, after = model["tiling"]["halo"][index]
        texts = [node.text for node in row.all("td")]
        assert texts[:3] == [f"{before} px", f"{after} px", str(model["tiling"]["overlap"][index])]
        assert texts[4] == ", ".join(map(str, model["tiling"]["valid_sizes"][index]))
    told = made.root.one("ul", **{"class": "findings"}).all("li")
    assert len(told) == len(model["findings"]) > 0
    for finding, item in zip(model["findings"], told, strict=True):
        assert finding["message"] in item.text and item.one("a").attributes["href"] == finding["url"]


@needs_library
def test_several_models_stand_side_by_side(page):
    made, said = page(SMALL)
    rows = made.root.one("table", **{"class": "overview"}).one("tbody").all("tr")
    assert [row.one("a").text for row in rows] == [model["name"] for model in said["models"]]
    for row, model in zip(rows, said["models"], strict=True):
        numbers = {node.attributes["data-title"]: node.attributes.get("data-value") for node in row.all("td")}
        assert numbers["parameters"] == str(model["parameters"]) and numbers["MACs"] == str(model["macs"])
    figure = made.data("overview")["growth"]
    assert [trace["name"] for trace in figure["data"]] == ["series", "volume"]  # nothing is located in the third


@needs_library
def test_an_input_is_given_as_to_inspect(page):
    made, said = page(UNET, "--input", "1x3x128x32")
    assert said["models"][0]["outputs"][0]["shape"] == [1, 4, 128, 32]
    assert "3×128×32 → 4×128×32" in made.root.one("section").text


def test_sets_are_told_in_runs():
    assert runs(0b11101) == [0, 1, 2, 3] and runs(0) == [] and runs(1 << 70) == [70, 1]
    found = PixelSets(2, 1, (-1, 0), (0b101, 0b11), Fraction(1, 2), None)
    assert drawn(found)["phases"] == [(-1, [0, 1, 2, 1]), (0, [0, 2])] and drawn(found)["pace"] == (1, 2)


def test_of_very_many_runs_only_the_ends_are_told():
    comb = int("01" * (MOST_RUNS + 1), 2)
    told = drawn(PixelSets(1, 1, (0,), (comb,), None, 10))
    assert told["hull"] and told["phases"] == [(0, [0, comb.bit_length()])]


# what comes from sources ----------------------------------------------------------------------------


def test_text_is_escaped_and_markup_is_not():
    inner = element("b", "<i>")
    assert element("p", inner, "&", title='"><') == '<p title="&quot;&gt;&lt;"><b>&lt;i&gt;</b>&amp;</p>'
    assert joined("\x1b", ["a", inner], None, 3) == "\\x1ba<b>&lt;i&gt;</b>3"
    assert element("input", disabled=True, hidden=False) == "<input disabled>"


def test_data_never_ends_its_block():
    text = data("x", {"</script>": "<!--"})
    assert text.count("<") == 2 and json.loads(re.sub("<.*?>", "", text)) == {"</script>": "<!--"}


def test_links_are_to_https_alone():
    assert link("x<", "javascript:alert(1)") == "x&lt;"
    assert 'href="https://a.b/"' in link("x", "https://a.b/")


ALLOWED = set(
    "html head meta link title style body header h1 h2 h3 p main section dl dt dd div table thead tbody tr th td span small "
    "button label input aside ul li b a code details summary script".split()
)


@needs_library
def test_names_from_sources_are_text(page):
    made, _ = page(HOSTILE)
    nodes = made.nodes()
    assert {node.name for node in nodes} <= ALLOWED
    assert not any(name.startswith("on") or name in ("src", "srcdoc") for node in nodes for name in node.attributes)
    shown = {row.attributes["data-name"] for row in made.root.one("table", id="layers-0").one("tbody").all("tr")}
    for name in NAMES[:-1]:
        assert name in shown
    assert "\\u2028\\x1b[31m$title" in shown
    texts = made.data("0")["growth"]["data"][0]["customdata"]
    assert len(texts) == len(NAMES) and not any("<" in text for text in texts)


# nothing is loaded, nothing else runs ------------------------------------------------------------------


def is_script(node: Node) -> bool:
    return node.name == "script" and node.attributes.get("type") in (None, "text/javascript", "module")


@needs_library
@pytest.mark.parametrize("source", [UNET, SMALL, HOSTILE])
def test_nothing_is_loaded(page, source):
    made, _ = page(source)
    for node in made.nodes():
        for name in ("src", "href", "action", "poster", "data", "srcset"):
            if name in node.attributes and node.name != "a":
                assert node.attributes[name] == "data:,", node
    for style in made.root.all("style"):
        assert "@import" not in style.text and "url(" not in style.text
    (script,) = filter(is_script, made.nodes())
    assert re.findall(r"https?://\S+", script.text) == ["http://www.w3.org/2000/svg';"]
    assert not re.search(
        r"\b(fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|import|eval|innerHTML)\b", script.text
    )


@needs_library
def test_the_policy_lets_these_scripts_run_and_no_others(page):
    made, _ = page(UNET)
    policy = made.policy
    assert policy["default-src"] == "'none'" and "connect-src" not in policy
    (script,) = filter(is_script, made.nodes())
    library = gzip.decompress(base64.b64decode(made.root.one("script", id="library").text)).decode()
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (script.text, library)]
    assert policy["script-src"].split() == [f"'sha256-{text}'" for text in hashes]
    assert policy["base-uri"] == policy["form-action"] == "'none'"


@needs_library
def test_a_page_is_the_same_every_time(page, tmp_path):
    page(UNET)
    first = (tmp_path / "page.html").read_bytes()
    page(UNET)
    assert (tmp_path / "page.html").read_bytes() == first


# the command ------------------------------------------------------------------------------------------


@pytest.fixture
def hidden_library(monkeypatch):
    for name in [name for name in sys.modules if name == "plotly" or name.startswith("plotly.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "plotly", None)


@pytest.mark.usefixtures("fake", "net", "hidden_library")
def test_without_the_library_one_sentence_says_what_to_do(run, tmp_path):
    outcome = run("report", "net.py")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == "rf-lsp: report needs plotly: pip install 'rf-lsp[report]'\n"
    assert not (tmp_path / "report.html").exists()


@needs_library
@pytest.mark.usefixtures("fake", "net")
def test_errors_make_the_exit_code_1_and_the_page_is_written(run, tmp_path):
    outcome = run("report", "net.py")
    assert (outcome.code, outcome.out, outcome.err) == (1, "", "rf-lsp: wrote report.html\n")
    text = Page((tmp_path / "report.html").read_text(encoding="utf-8")).root.text
    assert "conv2 expects 64 input channels, gets 8" in text and "its size depends on an argument" in text


@needs_library
@pytest.mark.usefixtures("fake", "net")
def test_the_page_may_go_to_standard_output(run, tmp_path):
    outcome = run("report", "net.py", "-o", "-")
    assert outcome.out.startswith("<!doctype html>") and outcome.err == ""
    assert list(tmp_path.glob("*.html")) == []


@needs_library
@pytest.mark.usefixtures("fake", "net")
def test_without_a_model_nothing_is_written(run, tmp_path):
    (tmp_path / "net.py").write_text("import torch  # EMPTY\n")
    outcome = run("report", "net.py")
    assert (outcome.code, outcome.err) == (2, "rf-lsp: no model found in net.py\n")
    assert list(tmp_path.glob("*.html")) == []


@needs_library
@pytest.mark.usefixtures("fake", "net")
@pytest.mark.skipif(os.name == "nt", reason="links need rights")
@pytest.mark.parametrize("is_there", [True, False])
def test_a_page_is_never_written_through_a_link(run, tmp_path, is_there):
    target = tmp_path / "precious"
    if is_there:
        target.write_text("precious")
    (tmp_path / "report.html").symlink_to(target)
    outcome = run("report", "net.py")
    assert (outcome.code, outcome.err) == (2, "rf-lsp: cannot write report.html: it is a link\n")
    assert target.exists() == is_there and (not is_there or target.read_text() == "precious")


@needs_library
@pytest.mark.usefixtures("fake", "net")
def test_an_older_page_is_replaced_as_a_whole(run, tmp_path):
    (tmp_path / "report.html").write_text("x" * 9_000_000)
    run("report", "net.py")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>") and text.endswith("</html>\n")


@needs_library
@pytest.mark.usefixtures("fake", "net")
@pytest.mark.parametrize("place", ["", "missing/page.html"])
def test_what_cannot_be_written_is_said(run, tmp_path, place):
    outcome = run("report", "net.py", "-o", str(tmp_path / place))
    assert outcome.code == 2 and outcome.err.startswith("rf-lsp: cannot write ")


# in a browser -------------------------------------------------------------------------------------------


def playwright_folder() -> Path | None:
    """Where npm has put playwright-core: ``$RF_LSP_PLAYWRIGHT``, or what the editors' tests have installed."""
    cache = os.environ.get("RF_LSP_TEST_CACHE") or Path.home() / ".cache" / "rf-lsp-editors"
    places = [os.environ.get("RF_LSP_PLAYWRIGHT"), Path(cache, "vscode", "tools")]
    return next((Path(p) for p in places if p and Path(p, "node_modules", "playwright-core").is_dir()), None)


CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
needs_browser = pytest.mark.skipif(
    not (CHROMIUM and shutil.which("node") and playwright_folder()),
    reason="needs chromium, node and npm's playwright-core (in $RF_LSP_PLAYWRIGHT/node_modules)",
)


def in_browser(page: Path, scenario: str) -> dict[str, Any]:
    """What a scenario of report_page.mjs saw, and what went wrong meanwhile."""
    done = subprocess.run(
        ["node", str(ROOT / "tests" / "rf_lsp" / "report_page.mjs"), scenario, str(page)],
        env={**os.environ, "CHROMIUM": str(CHROMIUM), "RF_LSP_PLAYWRIGHT": str(playwright_folder())},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen.pop("trouble") == []
    return seen


@needs_library
@needs_browser
@pytest.mark.slow
def test_pointer_and_keys_choose_whose_field_is_drawn(page, tmp_path):
    page(UNET)
    seen = in_browser(tmp_path / "page.html", "drawing")
    assert seen["hovered"]["title"] == "down.b"
    assert seen["hovered"]["drawn"] == seen["read"] == [[28, 1], [30, 1], [32, 1], [34, 1], [36, 1]]
    assert seen["views"] == {"field": "43 27 11 11", "both": "-12 -8 120 80", "input": "-12 -8 120 80"}
    assert seen["left"]["title"] == seen["first"]["title"] == "down"
    assert [one["title"] for one in seen["keys"]] == ["down.a", "down.act", "down", "down", "pool"]
    assert seen["phases"] == [f"phase {1 + i % 2} of 2" for i in range(4)]
    assert seen["charted"] == "merge.b" and seen["marked"] == 1


@needs_library
@needs_browser
@pytest.mark.slow
@pytest.mark.parametrize("source", [UNET, SMALL, HOSTILE], ids=["unet", "small", "hostile"])
def test_all_of_a_page_works_on_a_screen_and_on_a_telephone(page, tmp_path, source):
    _, said = page(source)
    seen = in_browser(tmp_path / "page.html", "visit")
    for width, sections in seen.items():
        assert len(sections) == len(said["models"]) + (len(said["models"]) > 1)
        assert [one for one in sections if one["overflow"] > 0] == [], width
    assert {one["dark"] for one in seen["telephone"]} == {True} and {one["dark"] for one in seen["screen"]} == {False}


@needs_library
@needs_browser
@pytest.mark.slow
def test_the_browser_keeps_the_page_from_connecting(page, tmp_path):
    page(UNET)
    seen = in_browser(tmp_path / "page.html", "connecting")
    assert seen.pop("refused") == ["https://example.org/a.png"]
    assert seen == {"fetch": "refused", "image": "refused", "script": "refused"}


@needs_library
@needs_browser
@pytest.mark.slow
def test_halves_are_rounded_as_python_does(page, tmp_path):
    page(UNET)
    cases = [(n, d) for n in range(-9, 10) for d in (1, 2, 3, 4)]
    assert in_browser(tmp_path / "page.html", "rounding")["rounded"] == [
        [n, d, round(Fraction(n, d))] for n, d in cases
    ]
