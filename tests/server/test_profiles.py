"""A session with each of the editors whose capabilities were recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.client import PROFILES, LspClient, span
from tests.server.conftest import CONV, NET, STEM

pytestmark = pytest.mark.slow

NAMES = sorted(path.stem for path in PROFILES.glob("*.json"))
WRONG = NET.replace("Block(32, 64, 2)", "Block(48, 64, 2)")


@pytest.mark.parametrize("profile", NAMES)
def test_session(folder: Path, profile: str) -> None:
    with LspClient(folder, profile) as client:
        offered = client.capabilities.get("general", {}).get("positionEncodings", ["utf-16"])
        assert client.server["capabilities"]["positionEncoding"] == offered[0]
        uri = client.open("net.py", WRONG)
        pulls = "diagnostic" in client.capabilities["textDocument"]
        assert ("diagnosticProvider" in client.server["capabilities"]) == pulls
        if pulls:
            client.settled(uri)
            found = client.diagnostics(uri)
        else:
            found = client.wait_for("textDocument/publishDiagnostics")["diagnostics"]
        mismatch = next(item for item in found if item["code"] == "RF201")
        assert mismatch["range"]["start"]["line"] == 11
        assert "expects 48 input channels, gets 32" in mismatch["message"]
        published = client.capabilities["textDocument"].get("publishDiagnostics", {})
        assert ("relatedInformation" in mismatch) == bool(published.get("relatedInformation"))
        assert (STEM, "16×32×32 · RF 7") in client.hints(uri)
        text = client.hover(uri, STEM, 22)
        assert "⌊(64 + 2·3 − 7)/2⌋ + 1 = 32" in text
        assert ("data:image" in text) == (profile.startswith("vscode"))
        assert ("|" in text) == (profile.startswith("vscode"))
        assert ("```text" in text) == (not profile.startswith(("vscode", "eglot")))
        sent = {message["method"] for message in client.seen}
        if profile.startswith(("eglot", "helix")):
            assert "workspace/inlayHint/refresh" not in sent
        if pulls:
            assert "textDocument/publishDiagnostics" not in sent
        assert client.stop() == 0


def test_tooltips_are_resolved_only_by_clients_that_do(folder: Path) -> None:
    parameters = {"range": span(0, 0, 100, 0)}
    for profile, eager in (("neovim-0.12", True), ("vscode-1.139", False)):
        with LspClient(folder, profile) as client:
            document = {"textDocument": {"uri": client.open("net.py", NET)}}
            client.settled(document["textDocument"]["uri"])
            hints = client.request("textDocument/inlayHint", {**document, **parameters})
            assert all(("tooltip" in hint) == eager for hint in hints)
            if not eager:
                whole = client.request("inlayHint/resolve", hints[0])
                assert "one.conv" in whole["tooltip"]["value"]


def test_contexts_and_clicks(folder: Path) -> None:
    with LspClient(folder) as client:
        uri = client.open("net.py", NET)
        client.settled(uri)
        assert dict(client.hints(uri))[CONV] == "32…64 ch · RF 11…19"
        assert all(len(text) <= 30 for _, text in client.hints(uri))
        params = {"textDocument": {"uri": uri}, "range": span(24, 0, 24, 0)}
        call = client.request("textDocument/inlayHint", params)[0]
        assert call["label"][0]["location"]["range"]["start"]["line"] == STEM
        table = client.hover(uri, CONV, 25)
        assert "one.conv" in table and "two.conv" in table
        pin = {"target": f"{folder / 'net.py'}::Net()", "layer": "two"}
        client.request("workspace/executeCommand", {"command": "rf-lsp.pinContext", "arguments": [uri, pin]})
        assert dict(client.hints(uri))[CONV] == "64×8×8 · RF 19"
        client.request("workspace/executeCommand", {"command": "rf-lsp.pinContext", "arguments": [uri, None]})
        assert dict(client.hints(uri))[CONV] == "32…64 ch · RF 11…19"


def test_pinning_asks_which_context(folder: Path) -> None:
    with LspClient(folder) as client:
        client.answers["window/showMessageRequest"] = lambda params: params["actions"][1]
        uri = client.open("net.py", NET)
        command = {"command": "rf-lsp.pinContext", "arguments": [uri, CONV]}
        assert client.request("workspace/executeCommand", command)["layer"] == "two"
        assert dict(client.hints(uri))[CONV] == "64×8×8 · RF 19"


def test_the_contexts_of_a_line_with_their_numbers(folder: Path) -> None:
    with LspClient(folder) as client:
        uri = client.open("net.py", NET)
        command = {"command": "rf-lsp.contexts", "arguments": [uri, CONV]}
        one, two = client.request("workspace/executeCommand", command)
        assert (one["title"], one["detail"]) == ("one in Net", "1×32×16×16 · RF 11")
        assert (two["title"], two["detail"]) == ("two in Net", "1×64×8×8 · RF 19")
        pin = {"command": "rf-lsp.pinContext", "arguments": [uri, two["context"]]}
        assert client.request("workspace/executeCommand", pin) == two["context"]
        assert dict(client.hints(uri))[CONV] == "64×8×8 · RF 19"


def test_lens_and_its_command(folder: Path) -> None:
    with LspClient(folder) as client:
        uri = client.open("net.py", NET)
        client.settled(uri)
        summary, confirm, _, change = client.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
        assert summary["command"]["title"].startswith("Net · 3×64×64 → 10 · ")
        assert confirm["command"] == {
            "title": "Confirm with torch",
            "command": "rf-lsp.confirm",
            "arguments": [uri, "Net()"],
        }
        assert change["command"]["arguments"] == [uri, "Net()"]
        larger = {"command": "rf-lsp.changeInput", "arguments": [uri, "Net()", "1x3x128x128"]}
        client.request("workspace/executeCommand", larger)
        client.settled(uri)
        assert dict(client.hints(uri))[STEM] == "16×64×64 · RF 7"


def test_changing_an_assumed_input_writes_a_comment(folder: Path) -> None:
    edits = []
    with LspClient(folder) as client:
        client.answers["workspace/applyEdit"] = lambda params: edits.append(params["edit"]) or {"applied": True}
        uri = client.open("net.py", NET.replace("# rf: input=1x3x64x64\n", ""))
        client.request("workspace/executeCommand", {"command": "rf-lsp.changeInput", "arguments": [uri, "Net()"]})
    (change,) = edits[0]["documentChanges"]
    assert change["edits"][0]["newText"] == "# rf: input=1x3x224x224\n"
    assert change["edits"][0]["range"] == span(14, 0, 14, 0)
