"""What language servers of this kind get wrong: each once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.server.client import LspClient, ServerError, capabilities, span
from tests.server.conftest import CONV, HEAD, NET, STEM

pytestmark = pytest.mark.slow

SLOW_CLASS = """

class Slow{number}(nn.Module):
    def __init__(self):
        super().__init__()
        for i in range(120):
            for j in range(400):
                k = i * j
        self.c = nn.Conv2d(3, 3, 3)

    def forward(self, x):
        return self.c(x)
"""
SLOW = "from torch import nn\n" + "".join(SLOW_CLASS.format(number=number) for number in range(200))


def edit(line: int, column: int, end_line: int, end_column: int, text: str) -> dict:
    return {"range": span(line, column, end_line, end_column), "text": text}


@pytest.mark.parametrize("separator", ["\f", "\u2028", "\x85", "\v", "\x1c"])
def test_lines_end_only_at_line_ends(shared: LspClient, separator: str) -> None:
    text = f"# a{separator}b\n{NET}"
    uri = shared.open("separators.py", text)
    shared.change(uri, 2, edit(STEM + 1, 33, STEM + 1, 35, "24"), edit(STEM + 2, 25, STEM + 2, 27, "24"))
    assert dict(shared.hints(uri))[STEM + 1] == "24×32×32 · RF 7"
    shared.close(uri)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends(shared: LspClient, end: str) -> None:
    uri = shared.open("ends.py", NET.replace("\n", end))
    shared.change(uri, 2, edit(STEM, 33, STEM, 35, "24"), edit(STEM + 1, 25, STEM + 1, 27, "24"))
    assert dict(shared.hints(uri))[STEM] == "24×32×32 · RF 7"
    shared.close(uri)


@pytest.mark.parametrize("profile", ["vscode-1.139", "neovim-0.12", "eglot-1.17"])
def test_columns_behind_astral_characters(folder: Path, profile: str) -> None:
    text = NET.replace("self.stem = nn", "smile = '😀é'; self.stem = nn")
    line = text.split("\n")[STEM]
    column = line.index("16")
    before = line[:column]
    units = {
        "vscode-1.139": len(before.encode("utf-16-le")) // 2,
        "neovim-0.12": len(before.encode()),
        "eglot-1.17": len(before),
    }[profile]
    with LspClient(folder, profile) as client:
        uri = client.open("net.py", text)
        client.change(uri, 2, edit(STEM, units, STEM, units + 2, "24"), edit(STEM + 1, 25, STEM + 1, 27, "24"))
        params = {"textDocument": {"uri": uri}, "range": span(STEM, 0, STEM, 0)}
        hint = client.request("textDocument/inlayHint", params)[0]
        assert hint["label"][0]["value"] == "24×32×32 · RF 7"
        assert hint["position"]["character"] == len(line) - len(before) + units


def test_edits_past_the_end(shared: LspClient) -> None:
    uri = shared.open("past.py", NET.rstrip("\n"))
    shared.change(uri, 2, edit(9_999, 7, 9_999, 9, "\n# end"), edit(STEM, 33, STEM, 35, "24"))
    shared.change(uri, 3, edit(STEM + 1, 25, STEM + 1, 27, "24"), edit(0, 12, 0, 9_999, "  # torch"))
    assert dict(shared.hints(uri))[STEM] == "24×32×32 · RF 7"
    shared.close(uri)


def test_whole_text_instead_of_a_range(shared: LspClient) -> None:
    uri = shared.open("whole.py", "x = 1\n")
    shared.change(uri, 2, {"text": NET})
    assert dict(shared.hints(uri))[STEM] == "16×32×32 · RF 7"
    shared.close(uri)


def test_foreign_diagnostics_in_a_code_action(shared: LspClient) -> None:
    uri = shared.open("foreign.py", NET)
    foreign = {"range": "here", "severity": "bad", "message": {"kind": "markdown"}, "source": "another"}
    context = {"diagnostics": [foreign]}
    params = {"textDocument": {"uri": uri}, "range": span(0, 0, 0, 0), "context": context}
    assert shared.request("textDocument/codeAction", params) == []
    shared.close(uri)


@pytest.mark.parametrize(
    "method",
    ["textDocument/hover", "textDocument/inlayHint", "textDocument/codeAction", "textDocument/diagnostic"],
)
@pytest.mark.parametrize("params", [{}, {"textDocument": 3}, None, {"textDocument": None, "range": []}])
def test_unreadable_parameters_are_answered(shared: LspClient, method: str, params: object) -> None:
    with pytest.raises(ServerError):
        shared.request(method, params)
    assert shared.server


def test_unreadable_notifications_are_ignored(shared: LspClient) -> None:
    shared.notify("textDocument/didChange", {"textDocument": {}, "contentChanges": "all"})
    shared.notify("textDocument/didOpen", None)
    shared.notify("textDocument/didChange", {"textDocument": {"uri": "file:///no", "version": 1}, "contentChanges": []})
    shared.notify("no/such/thing", {"a": 1})
    with pytest.raises(ServerError) as caught:
        shared.request("no/such/request", {})
    assert caught.value.code == -32601
    assert not [message for message in shared.seen if message["method"] == "window/showMessage"]


def test_before_and_after_the_session(folder: Path) -> None:
    client = LspClient(folder)
    with pytest.raises(ServerError):
        client.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    client.request("shutdown", None)
    with pytest.raises(ServerError) as caught:
        client.request(
            "textDocument/hover",
            {"textDocument": {"uri": "file:///a"}, "position": {"line": 0, "character": 0}},
        )
    assert caught.value.code == -32600
    client.notify("exit", None)
    assert client.process.wait(20) == 0


def test_a_client_that_just_goes(folder: Path) -> None:
    client = LspClient(folder)
    client.open("slow.py", SLOW)
    assert client.process.stdin is not None
    client.process.stdin.close()
    assert client.process.wait(20) == 1


def test_cancelled_requests_are_answered_while_an_analysis_runs(folder: Path) -> None:
    # a client that cannot be told to ask again is answered when all models are known
    known = capabilities("neovim-0.12")
    known["workspace"].pop("inlayHint", None)
    with LspClient(folder, capabilities=known) as client:
        client.hints(client.open("net.py", NET))
        uri = client.open("slow.py", SLOW)
        time.sleep(0.3)
        taken = []
        for _ in range(5):
            params = {"textDocument": {"uri": uri}, "range": span(0, 0, 50, 0)}
            number = client.send("textDocument/inlayHint", params)
            time.sleep(0.05)
            begun = time.perf_counter()
            client.notify("$/cancelRequest", {"id": number})
            with pytest.raises(ServerError) as caught:
                client.result(number)
            taken.append(time.perf_counter() - begun)
            assert caught.value.code == -32800
        assert min(taken) < 0.05
        # what is newer does not wait for what is outdated
        client.change(uri, 2, {"text": NET})
        assert dict(client.hints(uri))[STEM] == "16×32×32 · RF 7"


def test_broken_code_keeps_its_hints(shared: LspClient) -> None:
    uri = shared.open("broken.py", NET)
    before = dict(shared.hints(uri))
    shared.change(uri, 2, edit(HEAD, 0, HEAD, 0, "        self.x = nn.Conv2d(3, (((\n\n"))
    after = dict(shared.hints(uri))
    assert after[STEM] == before[STEM]
    assert after[HEAD + 2] == before[HEAD]
    shared.change(uri, 3, edit(HEAD, 0, HEAD + 2, 0, ""))
    shared.settled(uri)
    assert dict(shared.hints(uri)) == before
    shared.close(uri)


def test_a_half_typed_number_keeps_the_hints(shared: LspClient) -> None:
    uri = shared.open("half.py", NET)
    before = dict(shared.hints(uri))
    shared.change(uri, 2, edit(STEM, 30, STEM, 39, ""))
    shared.settled(uri)
    assert dict(shared.hints(uri))[STEM + 1] == before[STEM + 1]
    shared.close(uri)


def test_other_files_follow(folder: Path) -> None:
    blocks, net = NET.split("# rf:")
    (folder / "blocks.py").write_text(blocks)
    text = f"from torch import nn\nfrom blocks import Block\n\n# rf:{net}"
    with LspClient(folder) as client:
        uri, other = client.open("net.py", text), client.open("blocks.py")
        client.settled(uri)
        assert "64×8×8 · RF 19" in dict(client.hints(uri)).values()
        client.settled(other)
        assert (7, "32…64 ch · RF 11…19") in client.hints(other)
        line = NET.split("\n")[CONV]
        kernel, padding = line.index("3, stride"), line.index("1, bias")
        client.change(other, 2, edit(7, kernel, 7, kernel + 1, "5"), edit(7, padding, 7, padding + 1, "2"))
        client.settled(uri)
        assert "64×8×8 · RF 31" in dict(client.hints(uri)).values()


def test_settings_from_everywhere(folder: Path) -> None:
    options = {"settings": {"hints": {"receptive-field": False}}}
    with LspClient(folder, initializationOptions=options) as client:
        uri = client.open("net.py", NET)
        assert dict(client.hints(uri))[STEM] == "16×32×32"
        client.answers["workspace/configuration"] = lambda _: [{"hints": {"shape": False}, "nonsense": 3}]
        client.notify("workspace/didChangeConfiguration", {"settings": {}})
        client.wait_for("workspace/inlayHint/refresh")
        client.settled(uri)
        assert dict(client.hints(uri))[STEM] == "RF 7"
        client.wait_for("window/showMessage", lambda params: "nonsense" in params["message"])
        (folder / "rf-lsp.toml").write_text("[hints]\nshape = true\nparameters = true\n")
        change = {"uri": client.uri("rf-lsp.toml"), "type": 1}
        client.notify("workspace/didChangeWatchedFiles", {"changes": [change]})
        client.wait_for("workspace/inlayHint/refresh")
        client.settled(uri)
        assert dict(client.hints(uri))[STEM] == "16×32×32 · RF 7 · 2.4 k"


def test_several_roots(tmp_path: Path) -> None:
    folders = []
    for name, size in (("a", 64), ("b", 32)):
        root = tmp_path / name
        root.mkdir()
        (root / "pyproject.toml").write_text("[project]\nname = 'x'\n")
        (root / "sizes.py").write_text(f"CHANNELS = {size}\n")
        (root / "net.py").write_text(
            "from torch import nn\nfrom sizes import CHANNELS\nnet = nn.Conv2d(3, CHANNELS, 1)\n"
        )
        folders.append({"uri": root.as_uri(), "name": name})
    with LspClient(tmp_path, workspaceFolders=folders) as client:
        texts = [dict(client.hints(client.open(f"{name}/net.py")))[2] for name in "ab"]
    assert [text.partition("×")[0] for text in texts] == ["~64", "~32"]
