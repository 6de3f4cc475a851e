"""Comments put behind lines: where they may stand, and that nothing else is taken for one."""

from __future__ import annotations

import pytest

from analyzers.facts import Finding, Place
from rf_lsp.editing import applied
from rf_lsp.server.views import comments
from rf_lsp.server.views.comments import Lines, ignore, remove
from tests.server.client import LspClient
from tests.server.conftest import HEAD, NET, STEM


def ignored(text: str, line: int) -> str:
    finding = Finding("RF201", "channel-mismatch", "error", "", Place("net.py", line, 0, line, 1))
    return applied(text, ignore(finding, Lines(text)))


@pytest.mark.parametrize(
    ("text", "line", "wanted"),
    [
        ("x = f(1)\n", 0, "x = f(1)  # rf: ignore[RF201]\n"),
        ("x = f(1)  # stem\n", 0, "x = f(1)  # stem  # rf: ignore[RF201]\n"),
        ("x = f(1)  # rf: ignore[RF101]\n", 0, "x = f(1)  # rf: ignore[RF101, RF201]\n"),
        ('x = f("# rf: ignore[RF1]")\n', 0, 'x = f("# rf: ignore[RF1]")  # rf: ignore[RF201]\n'),
        ("  x = 1 + \\\n    f(1)\n", 0, "  # rf: ignore[RF201]\n  x = 1 + \\\n    f(1)\n"),
        ("  x = 1 + \\\n    f(1)\n", 1, "  x = 1 + \\\n    f(1)  # rf: ignore[RF201]\n"),
        ('x = f("""a\nb""")\n', 0, '# rf: ignore[RF201]\nx = f("""a\nb""")\n'),
        ('x = g("""a\n""", """b\n""")\n', 1, 'x = g("""a\n""", """b\n""")\n'),
        ("x = f(1)", 0, "x = f(1)  # rf: ignore[RF201]"),
        ("x = f(1)  # a backslash \\\r\n", 0, "x = f(1)  # a backslash \\  # rf: ignore[RF201]\r\n"),
    ],
)
def test_where_an_ignore_comment_stands(text: str, line: int, wanted: str) -> None:
    assert ignored(text, line) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a = f(1)  # → 8×3 · RF 3\n", "a = f(1)\n"),
        ("a = f(1)  # stem  # → 8×3 · RF 3\n", "a = f(1)  # stem\n"),
        ("a = f(1)  # → 8×3 · RF 3  # rf: ignore[RF101]\n", "a = f(1)  # rf: ignore[RF101]\n"),
        ('print("# → done")\n', 'print("# → done")\n'),
        ('"""Text # → text\n\nx # → y\n"""\n', '"""Text # → text\n\nx # → y\n"""\n'),
        ("# → a heading\n", "# → a heading\n"),
    ],
)
def test_only_written_comments_are_removed(text: str, wanted: str) -> None:
    assert applied(text, remove("net.py", Lines(text))) == wanted


def test_a_written_comment_takes_its_hint_away_and_an_outdated_one_does_not() -> None:
    line = "self.a = nn.Conv2d(3, 8, 3)  # → 8×30×30 · RF 3"
    assert comments.says(line, "8×30×30 · RF 3") and comments.says(line, "8×30×30 · RF 3 ✓")
    assert comments.says(f"{line}  # stem", "8×30×30 · RF 3")
    assert not comments.says(line, "8×28×28 · RF 5") and not comments.says("x = 1", "8×30×30")


def test_hints_are_hidden_and_shown_again_by_a_command(client: LspClient) -> None:
    uri = client.open("net.py", NET)
    client.settled(uri)
    assert client.hints(uri)
    command = {"command": "rf-lsp.toggleHints", "arguments": []}
    assert client.request("workspace/executeCommand", command) is False
    other = client.open("other.py", NET)
    client.settled(other)
    assert client.hints(uri) == [] and client.hints(other) == []
    assert client.request("workspace/executeCommand", command) is True
    assert client.hints(uri) and client.hints(other)


def test_hints_go_where_comments_are_written(client: LspClient) -> None:
    uri = client.open("net.py", NET)
    client.settled(uri)
    lines = NET.split("\n")
    hint = dict(client.hints(uri))[STEM]
    lines[STEM] += f"  # → {hint}"
    client.change(uri, 2, {"text": "\n".join(lines)})
    client.settled(uri)
    assert STEM not in dict(client.hints(uri)) and HEAD in dict(client.hints(uri))
