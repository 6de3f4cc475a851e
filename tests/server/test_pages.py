"""Documents beside the code: a report, an effective field, what changed since the last commit."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.server.client import LspClient
from tests.server.conftest import NET

needs_torch = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch")
needs_plotly = pytest.mark.skipif(importlib.util.find_spec("plotly") is None, reason="plotly")
REPORT, COMPARE, EFFECTIVE = "rf-lsp.openReport", "rf-lsp.compareWithHead", "rf-lsp.showEffectiveField"
WIDER = NET.replace("Block(32, 64, 2)", "Block(32, 128, 2)").replace("Linear(64", "Linear(128")
OURS = {"pages": True}


@pytest.fixture(autouse=True)
def environment(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RF_LSP_STATE_DIR", str(tmp_path_factory.mktemp("state")))
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)


@pytest.fixture
def repository(folder: Path) -> Path:
    """A folder whose last commit holds NET."""
    (folder / "net.py").write_text(NET)
    for line in (["init", "-q"], ["add", "net.py"], ["commit", "-q", "-m", "a net"]):
        names = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", "-C", str(folder), *names, *line], check=True)
    return folder


def asked(client: LspClient, uri: str, command: str, target: str = "Net()") -> Any:
    return client.request("workspace/executeCommand", {"command": command, "arguments": [uri, target]}, 120)


def titles(client: LspClient, uri: str) -> list[str]:
    client.settled(uri)
    found = client.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
    return [lens["command"]["title"] for lens in found]


@needs_plotly
def test_the_report_speaks_of_the_text_on_the_screen(folder: Path) -> None:
    (folder / "net.py").write_text(NET)
    with LspClient(folder, initializationOptions=OURS) as client:
        uri = client.open("net.py")
        assert titles(client, uri)[1:] == ["Confirm with torch", "Open report", "Change input…"]
        client.change(uri, 2, {"text": WIDER})
        answer = asked(client, uri, REPORT)
        page = Path(answer["file"])
        text = page.read_text(encoding="utf-8")
        assert answer["title"] == "Net report" and "<title>Net – rf-lsp</title>" in text and "128" in text
        if os.name == "posix":
            assert page.parent.stat().st_mode & 0o077 == 0
        assert not [one for one in client.seen if one.get("method") == "window/showDocument"]
    assert not page.parent.exists()


@needs_plotly
def test_another_editor_is_asked_to_show_the_file(folder: Path) -> None:
    (folder / "net.py").write_text(NET)
    with LspClient(folder) as client:
        client.answers["window/showDocument"] = lambda _: {"success": True}
        answer = asked(client, client.open("net.py"), REPORT)
        shown = client.wait_for("window/showDocument")
        assert shown == {"uri": Path(answer["file"]).as_uri(), "external": True, "takeFocus": True}


def test_a_model_that_is_no_more_has_no_report(folder: Path) -> None:
    (folder / "net.py").write_text(NET)
    with LspClient(folder) as client:
        assert asked(client, client.open("net.py"), REPORT, "Other()") is None
        assert "there is no model 'Other()'" in client.wait_for("window/showMessage")["message"]


def test_what_changed_since_the_last_commit(repository: Path) -> None:
    """Also what is not saved, and nothing of the work tree is touched."""
    with LspClient(repository, initializationOptions=OURS) as client:
        uri = client.open("net.py")
        assert "Compare with HEAD" in titles(client, uri)
        assert asked(client, uri, COMPARE) == {"title": "net.py since HEAD", "file": None}
        assert "no number of any model is different" in client.wait_for("window/showMessage")["message"]
        client.change(uri, 2, {"text": WIDER})
        text = Path(asked(client, uri, COMPARE)["file"]).read_text(encoding="utf-8")
        assert "| parameters | 26,250 | 45,450 (+73.1 %) |" in text
    assert (repository / "net.py").read_text() == NET


def test_git_is_not_asked_about_a_workspace_that_is_not_trusted(repository: Path) -> None:
    with LspClient(repository, initializationOptions={"trusted": False}) as client:
        assert asked(client, client.open("net.py"), COMPARE) is None
        assert "not trusted" in client.wait_for("window/showMessage")["message"]


def test_outside_of_a_repository_there_is_nothing_to_compare_with(folder: Path) -> None:
    (folder / "net.py").write_text(NET)
    with LspClient(folder) as client:
        uri = client.open("net.py")
        assert "Compare with HEAD" not in titles(client, uri)
        assert asked(client, uri, COMPARE) is None
        assert "git repository" in client.wait_for("window/showMessage")["message"]


@needs_torch
@needs_plotly
def test_the_effective_field_is_measured_and_the_model_confirmed(folder: Path) -> None:
    (folder / "net.py").write_text(NET)
    with LspClient(folder, initializationOptions=OURS) as client:
        uri = client.open("net.py")
        assert "Show effective field" not in titles(client, uri)
        text = Path(asked(client, uri, EFFECTIVE)["file"]).read_text(encoding="utf-8")
        assert "two.norm of Net" in text and '"type":"heatmap"' in text
        shown = titles(client, uri)
        assert shown[1].startswith("✓ confirmed with torch") and shown[2] == "Show effective field"
