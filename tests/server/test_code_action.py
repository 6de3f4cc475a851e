"""Code actions: what they offer, and that the offered edits do what they say."""

from __future__ import annotations

from typing import Any

from tests.server.client import LspClient, span
from tests.server.conftest import HEAD, NET, NET_LINE, STEM


def actions(client: LspClient, uri: str, line: int, only: list[str] | None = None, invoked: int = 2) -> dict[str, Any]:
    context: dict[str, Any] = {"diagnostics": [], "triggerKind": invoked}
    if only:
        context["only"] = only
    params = {"textDocument": {"uri": uri}, "range": span(line, 0, line, 0), "context": context}
    return {action["title"]: action for action in client.request("textDocument/codeAction", params)}


def edited(text: str, action: dict[str, Any]) -> str:
    """The text after an action's edits (ASCII lines only)."""
    lines = text.split("\n")
    (change,) = action["edit"]["documentChanges"]
    for edit in sorted(change["edits"], key=lambda edit: edit["range"]["start"]["line"], reverse=True):
        start, end = edit["range"]["start"], edit["range"]["end"]
        joined = lines[start["line"]][: start["character"]] + edit["newText"] + lines[end["line"]][end["character"] :]
        lines[start["line"] : end["line"] + 1] = joined.split("\n")
    return "\n".join(lines)


def test_fix_that_mends(client: LspClient) -> None:
    text = NET.replace("nn.Linear(64, 10)", "nn.Linear(  96, 10)  # the head")
    uri = client.open("net.py", text)
    client.settled(uri)
    finding = next(item for item in client.diagnostics(uri) if item["code"] == "RF202")
    found = actions(client, uri, finding["range"]["start"]["line"])
    fix = found["Set in_features to 64"]
    assert fix["isPreferred"] and fix["diagnostics"][0]["code"] == "RF202"
    new = edited(text, fix)
    assert "nn.Linear(  64, 10)  # the head" in new
    client.change(uri, 2, {"text": new})
    client.settled(uri)
    assert "RF202" not in [item["code"] for item in client.diagnostics(uri)]


def test_a_fix_that_does_not_hold_is_not_offered(client: LspClient) -> None:
    """Both blocks are built by one line: setting its number would break the other one."""
    text = NET.replace("nn.BatchNorm2d(outputs)", "nn.BatchNorm2d(64)")
    uri = client.open("net.py", text)
    client.settled(uri)
    assert "RF201" in [item["code"] for item in client.diagnostics(uri)]
    assert [title for title in actions(client, uri, 11) if title.startswith("Set")] == []


def test_ignore_for_this_line(client: LspClient) -> None:
    text = NET.replace("nn.Linear(64, 10)", "nn.Linear(96, 10)")
    uri = client.open("net.py", text)
    client.settled(uri)
    finding = next(item for item in client.diagnostics(uri) if item["code"] == "RF202")
    new = edited(text, actions(client, uri, finding["range"]["start"]["line"])["Ignore RF202 on this line"])
    client.change(uri, 2, {"text": new})
    client.settled(uri)
    assert "RF202" not in [item["code"] for item in client.diagnostics(uri)]


def test_fix_all_applies_what_is_safe(client: LspClient) -> None:
    text = NET.replace("stride=2, padding=3", "strides=2, padding=3  # rf: ignore[RF204]\n       ")
    uri = client.open("net.py", text)
    found = actions(client, uri, 0, ["source.fixAll"])
    new = edited(text, found["Apply all safe fixes"])
    assert "stride=2, padding=3\n" in new
    client.change(uri, 2, {"text": new})
    assert actions(client, uri, 0, ["source.fixAll"]) == {}


def test_numbers_as_comments(client: LspClient) -> None:
    uri = client.open("net.py", NET)
    client.settled(uri)
    assert actions(client, uri, HEAD + 2) == {}
    written = edited(NET, actions(client, uri, NET_LINE)["Write shapes and fields as comments"])
    assert written.split("\n")[STEM].endswith("padding=3)  # → 16×32×32 · RF 7")
    client.change(uri, 2, {"text": written})
    client.settled(uri)
    found = actions(client, uri, NET_LINE)
    assert "Update the comments with shapes and fields" not in found
    larger = written.replace("64x64", "128x128")
    client.change(uri, 3, {"text": larger})
    client.settled(uri)
    found = actions(client, uri, NET_LINE)
    assert "16×64×64" in edited(larger, found["Update the comments with shapes and fields"])
    assert edited(larger, found["Remove the comments with shapes and fields"]) == NET.replace("64x64", "128x128")


def test_numbers_stay_up_to_date_beside_other_comments(client: LspClient) -> None:
    text = NET.replace("padding=3)", "padding=3)  # stem").replace(
        "nn.Linear(64, 10)", "nn.Linear(64, 10)  # → old  # noqa"
    )
    uri = client.open("net.py", text)
    client.settled(uri)
    written = edited(text, actions(client, uri, NET_LINE)["Update the comments with shapes and fields"])
    assert written.split("\n")[STEM].endswith("padding=3)  # stem  # → 16×32×32 · RF 7")
    assert written.split("\n")[HEAD].endswith("nn.Linear(64, 10)  # → 10 · global  # noqa")
    client.change(uri, 2, {"text": written})
    client.settled(uri)
    assert "Update the comments with shapes and fields" not in actions(client, uri, NET_LINE)
