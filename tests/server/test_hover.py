"""What a hover says of a call, a definition and an expression."""

from __future__ import annotations

from pathlib import Path

from rf_lsp.server.views.hover import Card, markdown
from tests.server.client import LspClient, span
from tests.server.shown import without_hints
from tests.server.test_hints import TUTORIAL, UNKNOWN

OTHER = "\n\nclass Other(nn.Module):\n    def forward(self, x):\n        return x.flatten(1)\n"


def row(text: str, what: str) -> str:
    """The value in a row of the card."""
    line = next(line for line in text.split("\n") if line.startswith(f"| {what} |"))
    return line.split("|")[2].strip()


def at(client: LspClient, uri: str, source: str, line: int, text: str) -> str:
    return client.hover(uri, line, source.split("\n")[line].index(text))


def test_each_call_and_the_whole_line(client: LspClient) -> None:
    source = without_hints(TUTORIAL)
    uri = client.open("net.py", source)
    client.settled(uri)
    second = at(client, uri, source, 18, "pool")
    assert (row(second, "input"), row(second, "output")) == ("1×16×10×10", "1×16×5×5")
    assert "⌊(10 − 2)/2⌋ + 1 = 5" in second and "RF = 14 + (2 − 1)·2 = 16" in second
    assert "this is call 2" in second
    assert at(client, uri, source, 18, "x =") == second

    built = at(client, uri, source, 10, "MaxPool2d")
    assert "pool · MaxPool2d · 2 calls" in built
    assert "| pool (call 1) | Net | 1×6×14×14 | 6 |" in built
    assert "| pool (call 2) | Net | 1×16×5×5 | 16 |" in built

    inner = at(client, uri, source, 18, "relu")
    assert "F.relu(self.conv2(x))" in inner and row(inner, "value") == "1×16×10×10"
    assert "| conv2 | Net | 1×16×10×10 | 14 | 2.4 k |" in inner
    assert row(at(client, uri, source, 20, "x ="), "value") == "1×120"


def test_why_a_value_is_not_known(client: LspClient) -> None:
    source = without_hints(UNKNOWN)
    uri = client.open("net.py", source)
    client.settled(uri)
    assert "not known: the module elsewhere is not found" in at(client, uri, source, 14, "self.c")
    assert "not known: the module elsewhere is not found (line 2)" in at(client, uri, source, 15, "y =")
    assert row(at(client, uri, source, 14, "self.a"), "output") == "1×8×30×30"
    assert at(client, uri, source, 13, "size") == ""


def test_values_move_with_their_lines(client: LspClient) -> None:
    """An edit above leaves the model as it was: its values stand where its lines are now."""
    source = without_hints(UNKNOWN) + OTHER
    uri = client.open("net.py", source)
    client.settled(uri)
    before = client.hints(uri)
    client.change(uri, 2, {"range": span(2, 0, 2, 0), "text": "\n\n# more\n"})
    client.settled(uri)
    assert client.hints(uri) == [(line + 3, text) for line, text in before]
    moved = client.hover(uri, 18, 8)
    assert "not known: the module elsewhere is not found (line 2)" in moved


DENSE = """import torch
from torch import nn

# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.up = nn.ConvTranspose2d(8, 2, 2, stride=2)
    def forward(self, x):
        return self.up(self.down(x))
"""


def test_memory_and_tiles_of_a_model(client: LspClient) -> None:
    uri = client.open("net.py", DENSE)
    client.settled(uri)
    text = at(client, uri, DENSE, 4, "Net")
    assert row(text, "memory") == "29.8 kB"
    assert row(text, "tiles") == "halo 2 px before and 1 after · overlap 4"


SKIP = """import torch
from torch import nn

# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Conv2d(3, 8, 3, padding=1)
        self.two = nn.Conv2d(16, 8, 3, padding=1)
    def forward(self, x):
        return self.two(self.one(x))
"""


def test_links_lead_to_the_producer_and_to_the_page_of_the_rule(client: LspClient) -> None:
    uri = client.open("net.py", SKIP)
    client.settled(uri)
    text = at(client, uri, SKIP, 10, "self.two")
    assert f"[from one](<{uri}#L8>)" in text
    assert "[RF201 channel-mismatch](<https://" in text and "RF201.md" in text


def test_the_drawing_stands_above_the_table(client: LspClient) -> None:
    uri = client.open("net.py", DENSE)
    client.settled(uri)
    text = at(client, uri, DENSE, 7, "Conv2d")
    assert text.index("data:image") < text.index("| input |")


def test_tables_are_aligned_text_where_they_are_not_drawn(folder: Path) -> None:
    (folder / "net.py").write_text(DENSE)
    with LspClient(folder, "neovim-0.12") as client:
        uri = client.open("net.py")
        client.settled(uri)
        text = at(client, uri, DENSE, 7, "Conv2d")
    lines = text.partition("```text\n")[2].partition("\n```")[0].split("\n")
    assert [line.split()[0] for line in lines[:2]] == ["input", "output"]
    assert lines[0].index("1×3×32×32") == lines[1].index("1×8×16×16") and "|" not in text


def test_a_name_ends_no_block_of_aligned_text() -> None:
    assert markdown(Card("x", [("```", "1\n2", "")]), tables=False).count("```") == 2
