"""Confirming a model from an editor: by the real server and the real torch, in a process of its own."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
import time
import venv
from pathlib import Path
from typing import Any

import pytest

from analyzers.stop import Stop
from analyzers.tracing.interpreters import Interpreter
from analyzers.tracing.process import Limits, descendants
from rf_lsp.server import confirming
from tests.server.client import LspClient, ServerError, span
from tests.server.conftest import CONV, HEAD, NET, NET_LINE, STEM
from tests.server.shown import analysed

needs_torch = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch")
needs_proc = pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="Linux")
ASK = "window/showMessageRequest"


@pytest.fixture(autouse=True)
def environment(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that is active has torch, and nobody has agreed to anything."""
    monkeypatch.setenv("RF_LSP_STATE_DIR", str(tmp_path_factory.mktemp("state")))
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)


def endless(folder: Path) -> str:
    """A model whose file never ends being imported; it has begun once there is a file ``started``."""
    (folder / "waiting.py").write_text("import time\nopen('started', 'w').close()\nwhile True:\n    time.sleep(0.01)\n")
    return NET.replace("from torch import nn\n", "from torch import nn\nimport waiting\n")


def command(uri: str, target: str = "Net()") -> dict[str, Any]:
    return {"command": "rf-lsp.confirm", "arguments": [uri, target]}


def confirmed(client: LspClient, uri: str, target: str = "Net()") -> Any:
    return client.request("workspace/executeCommand", command(uri, target), 120)


def title(client: LspClient, uri: str) -> str:
    """What the lens says that confirms."""
    client.settled(uri)
    found = client.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
    return next(lens["command"]["title"] for lens in found if lens["command"]["command"] == "rf-lsp.confirm")


def said(client: LspClient) -> str:
    return client.wait_for("window/showMessage")["message"]


def traced_findings(client: LspClient, uri: str) -> list[dict[str, Any]]:
    client.settled(uri)
    return [one for one in client.diagnostics(uri) if one["code"].startswith("RF5")]


def workers(client: LspClient) -> list[int]:
    return descendants(client.process.pid)


def started(folder: Path) -> None:
    """Wait until the program runs."""
    end = time.monotonic() + 60
    while not (folder / "started").exists():
        assert time.monotonic() < end
        time.sleep(0.05)


def gone(pids: list[int], within: float = 5.0) -> bool:
    end = time.monotonic() + within
    while any(os.path.exists(f"/proc/{pid}") and not _is_zombie(pid) for pid in pids):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


# -- what it tells -----------------------------------------------------------------------------------------


@needs_torch
def test_a_confirmed_model_says_so_until_it_is_edited(folder: Path) -> None:
    (folder / "net.py").write_text(NET)
    with LspClient(folder) as client:
        uri = client.open("net.py")
        assert title(client, uri) == "Confirm with torch"
        answer = confirmed(client, uri)
        assert answer["verdict"] == "confirmed"
        assert said(client) == f"rf-lsp: {answer['message']}"
        assert answer["message"].startswith("Net: confirmed with torch 2.") and ", 6 of 6 layers, " in answer["message"]
        client.wait_for("workspace/codeLens/refresh")
        shown = title(client, uri)
        assert shown == "✓ " + answer["message"].removeprefix("Net: ")
        assert not traced_findings(client, uri)
        client.change(uri, 2, {"range": span(STEM, 0, STEM, 0), "text": "        self.more = nn.Linear(2, 2)\n"})
        assert title(client, uri) == "Confirm with torch"
        client.change(uri, 3, {"range": span(STEM, 0, STEM + 1, 0), "text": ""})
        assert title(client, uri) == shown
        client.change(uri, 4, {"range": span(0, 0, 0, 0), "text": "# above\n\n\n\ndef other():\n    return 3\n\n\n"})
        assert title(client, uri) == shown
        client.close(uri)
        assert title(client, client.open("net.py")) == shown


@needs_torch
def test_what_is_confirmed_is_marked_where_it_stands(folder: Path) -> None:
    """In hints and hovers: where it is built, where it is called, and the module around; an edit takes it away."""
    (folder / "net.py").write_text(NET)
    with LspClient(folder) as client:
        uri = client.open("net.py")
        before = client.hints(uri)
        assert not [text for _, text in before if "✓" in text] and "| confirmed" not in client.hover(uri, CONV, 22)
        confirmed(client, uri)
        client.settled(uri)
        after = dict(client.hints(uri))
        assert after[STEM] == "16×32×32 · RF 7 ✓" and after[STEM + 1] == "32×16×16 · RF 11 ✓"
        assert after[CONV] == "32…64 ch · RF 11…19 ✓" and after[HEAD] == "10 · global ✓"
        assert [text.removesuffix(" ✓") for text in after.values()] == [text for _, text in before]
        assert "| confirmed | ✓ | torch 2." in client.hover(uri, CONV, 22)
        assert "✓ confirmed with torch 2." in client.hover(uri, NET_LINE, 7)
        client.change(uri, 2, {"range": span(STEM, 37, STEM, 38), "text": "5"})
        client.settled(uri)
        assert not [text for _, text in client.hints(uri) if "✓" in text]


@needs_torch
def test_what_is_on_the_screen_is_run_and_not_what_is_on_the_disk(folder: Path) -> None:
    (folder / "net.py").write_text("raise SystemExit(3)\n")
    with LspClient(folder) as client:
        assert confirmed(client, client.open("net.py", NET))["verdict"] == "confirmed"


@needs_torch
def test_a_model_of_a_notebook_is_confirmed(folder: Path) -> None:
    """Its cells are one module."""
    block, net = NET.split("# rf:")
    notebook, cells = (folder / "net.ipynb").as_uri(), [f"vscode-notebook-cell:/net.ipynb#{at}" for at in range(2)]
    kinds = [{"kind": 2, "document": cell} for cell in cells]
    texts = [
        {"uri": cell, "languageId": "python", "version": 1, "text": text}
        for cell, text in zip(cells, (block, "# rf:" + net), strict=True)
    ]
    document = {"uri": notebook, "notebookType": "jupyter-notebook", "version": 1, "cells": kinds}
    with LspClient(folder) as client:
        client.notify("notebookDocument/didOpen", {"notebookDocument": document, "cellTextDocuments": texts})
        assert title(client, cells[1]) == "Confirm with torch"
        assert confirmed(client, cells[1])["verdict"] == "confirmed"
        assert title(client, cells[1]).startswith("✓ confirmed with torch 2.")


@needs_torch
def test_an_edit_of_a_part_in_another_file_takes_it_away(folder: Path) -> None:
    block, net = NET.split("# rf:")
    (folder / "block.py").write_text(block)
    (folder / "net.py").write_text("from torch import nn\nfrom block import Block\n\n\n# rf:" + net)
    with LspClient(folder) as client:
        uri = client.open("net.py")
        assert confirmed(client, uri)["verdict"] == "confirmed"
        shown = title(client, uri)
        part = client.open("block.py")
        assert title(client, uri) == shown
        changed = block.replace("bias=False", "bias=True")
        client.change(part, 2, {"text": changed})
        assert title(client, uri) == "Confirm with torch"
        assert confirmed(client, uri) is None
        assert (
            "block.py is not saved"
            in client.wait_for("window/showMessage", lambda p: "saved" in p["message"])["message"]
        )
        client.change(part, 3, {"text": block})
        assert title(client, uri) == shown


@needs_torch
def test_what_differs_is_a_finding_that_moves_with_its_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NARROW", "1")
    source = NET.replace("import torch\n", "import os\n\nimport torch\n", 1)
    source = source.replace(
        "self.two = Block(32, 64, 2)", "self.two = Block(32, 64, 1 if os.environ.get('NARROW') else 2)"
    )
    (folder / "net.py").write_text(source)
    with LspClient(folder) as client:
        uri = client.open("net.py")
        answer = confirmed(client, uri)
        assert answer["verdict"] == "differs"
        assert "`two.conv`: output 1×64×8×8, torch 1×64×16×16 (and 1 more call)" in answer["message"]
        assert title(client, uri).startswith("✗ differs from torch 2.") and ", 4 of 6 layers" in title(client, uri)
        (finding,) = traced_findings(client, uri)
        assert (finding["code"], finding["range"]["start"]["line"]) == ("RF501", CONV + 6)
        client.change(uri, 2, {"range": span(0, 0, 0, 0), "text": "\n\n"})
        assert traced_findings(client, uri)[0]["range"]["start"]["line"] == CONV + 8
        client.change(
            uri, 3, {"range": span(STEM + 4, 0, STEM + 4, 0), "text": "        self.more = nn.Linear(2, 2)\n"}
        )
        assert not traced_findings(client, uri)


@needs_torch
def test_what_cannot_be_run_is_a_finding_with_the_reason(folder: Path) -> None:
    source = NET.replace(
        "        x = self.stem(x)\n", "        x = self.stem(x)\n        open('no [file](command:x)')\n"
    )
    (folder / "net.py").write_text(source)
    with LspClient(folder) as client:
        uri = client.open("net.py")
        answer = confirmed(client, uri)
        assert answer["verdict"] == "failed" and "](" not in answer["message"]
        (finding,) = traced_findings(client, uri)
        assert (finding["code"], finding["range"]["start"]["line"]) == ("RF502", NET_LINE)
        assert title(client, uri) == "Confirm with torch"


@needs_torch
def test_findings_are_pushed_to_those_who_do_not_ask(folder: Path) -> None:
    (folder / "net.py").write_text(NET.replace("x = self.one(x)", "x = self.one(x)\n        open('data.csv')"))
    with LspClient(folder, "eglot-1.17") as client:
        assert confirmed(client, client.open("net.py"))["verdict"] == "failed"
        method, is_traced = (
            "textDocument/publishDiagnostics",
            lambda p: any(one["code"] == "RF502" for one in p["diagnostics"]),
        )
        assert "data.csv" in str(client.wait_for(method, is_traced)["diagnostics"])


# -- what is never started ---------------------------------------------------------------------------------


def test_nothing_runs_in_an_untrusted_workspace(folder: Path) -> None:
    (folder / "net.py").write_text("open('ran', 'w').close()\n" + NET)
    with LspClient(folder, initializationOptions={"trusted": False}) as client:
        assert confirmed(client, client.open("net.py")) is None
        assert "this workspace is not trusted" in said(client)
        assert not workers(client)
    assert not (folder / "ran").exists()


@pytest.mark.parametrize("answer", [None, {"title": "Cancel"}])
def test_an_interpreter_of_the_project_needs_an_agreement(
    folder: Path, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    monkeypatch.delenv("VIRTUAL_ENV")
    mark = brought(folder)
    (folder / "net.py").write_text(NET)
    asked = []
    with LspClient(folder) as client:
        client.answers[ASK] = lambda params: asked.append(params["message"]) or answer
        assert confirmed(client, client.open("net.py")) is None
        assert "nobody has agreed to start" in said(client)
    assert len(asked) == 1 and str(folder / ".venv") in asked[0]
    assert not mark.exists()


@needs_torch
def test_an_agreement_is_asked_for_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIRTUAL_ENV")
    mark = brought(folder)
    (folder / "net.py").write_text(NET)
    asked = []
    for _ in range(2):
        with LspClient(folder) as client:
            client.answers[ASK] = lambda params: asked.append(params["message"]) or params["actions"][0]
            assert confirmed(client, client.open("net.py"))["verdict"] == "confirmed"
    assert len(asked) == 1 and mark.exists()


def brought(folder: Path) -> Path:
    """The project brings an environment; the file that is there once its interpreter has been started."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (folder / ".venv" / "lib" / version / "site-packages").mkdir(parents=True)
    (folder / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    python = folder / ".venv" / "bin" / "python"
    mark = folder / "interpreter-ran"
    python.write_text(f'#!/bin/sh\ntouch "{mark}"\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return mark


def test_without_torch_it_says_what_to_do(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = tmp_path_factory.mktemp("bare")
    venv.create(bare, with_pip=False)
    monkeypatch.setenv("VIRTUAL_ENV", str(bare))
    (folder / "net.py").write_text(NET)
    with LspClient(folder) as client:
        uri = client.open("net.py")
        assert confirmed(client, uri) is None
        text = said(client)
        assert str(bare) in text and "cannot import torch" in text and "install torch there" in text
        assert not traced_findings(client, uri)


def test_a_model_that_is_not_there_is_said(client: LspClient) -> None:
    uri = client.open("confirmed.py", NET)
    assert confirmed(client, uri, "Other()") is None
    assert "there is no model 'Other()'" in said(client)
    with pytest.raises(ServerError):
        client.request("workspace/executeCommand", {"command": "rf-lsp.confirm", "arguments": [uri]})


# -- while it runs -----------------------------------------------------------------------------------------


@needs_torch
@needs_proc
def test_others_are_answered_meanwhile_and_a_cancel_kills_it(folder: Path) -> None:
    (folder / "net.py").write_text(endless(folder))
    with LspClient(folder) as client:
        uri = client.open("net.py")
        number = client.send("workspace/executeCommand", command(uri))
        token = client.wait_for("window/workDoneProgress/create", lambda p: "task" in p["token"])["token"]
        shown = client.wait_for("$/progress", lambda p: p["token"] == token)["value"]
        assert shown["title"] == "Confirming Net" and shown["cancellable"]
        started(folder)
        begun = time.monotonic()
        assert client.hover(uri, STEM + 1, 25) and client.hints(uri)
        client.change(uri, 2, {"range": span(0, 0, 0, 0), "text": "\n"})
        assert dict(client.hints(uri))[STEM + 2] == "16×32×32 · RF 7"
        assert time.monotonic() - begun < 10
        pids = workers(client)
        assert pids
        client.notify("window/workDoneProgress/cancel", {"token": token})
        assert client.result(number, 10) is None
        assert gone(pids)
        client.wait_for("$/progress", lambda p: p["token"] == token and p["value"]["kind"] == "end")
        assert not traced_findings(client, uri)
        (folder / "waiting.py").write_text("")
        assert confirmed(client, uri)["verdict"] == "confirmed"


@needs_torch
@needs_proc
@pytest.mark.parametrize("ending", ["cancelRequest", "shutdown", "kill", "hangup"])
def test_it_is_killed(folder: Path, ending: str) -> None:
    """When the request is cancelled, with the server, and when the client goes without a word."""
    (folder / "net.py").write_text(endless(folder))
    client = LspClient(folder)
    try:
        number = client.send("workspace/executeCommand", command(client.open("net.py")))
        started(folder)
        pids = workers(client)
        assert pids
        if ending == "cancelRequest":
            client.notify("$/cancelRequest", {"id": number})
        elif ending == "shutdown":
            begun = time.monotonic()
            assert client.stop() == 0
            assert time.monotonic() - begun < 5
        elif ending == "kill":
            client.process.kill()
        else:
            assert client.process.stdin is not None
            client.process.stdin.close()
            client.process.wait(10)
        assert gone(pids)
    finally:
        client.process.kill()


@needs_torch
@needs_proc
def test_the_interpreter_stays_warm_and_goes_with_the_server(folder: Path) -> None:
    (folder / "net.py").write_text(NET)
    with LspClient(folder) as client:
        uri = client.open("net.py")
        confirmed(client, uri)
        pids = workers(client)
        confirmed(client, uri)
        assert pids and workers(client) == pids
    assert gone(pids)


@needs_torch
@needs_proc
def test_an_interpreter_that_nobody_needs_is_ended(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirming, "IDLE", 0.1)
    (model,) = (model for model in analysed(folder, NET) if model.name == "Net")
    job = confirming.TracingJob(model, None, Interpreter(sys.executable, "ours"), [str(folder)], Limits())
    tracing, others = confirming.Confirming(), set(descendants(os.getpid()))

    def running() -> set[int]:
        return set(descendants(os.getpid())) - others

    async def traced_and_left() -> None:
        assert (await tracing.result_of(job, Stop(), lambda _: None)).result.verdict == "confirmed"
        assert running()
        end = time.monotonic() + 20
        while running() and time.monotonic() < end:
            await asyncio.sleep(0.1)

    asyncio.run(traced_and_left())
    assert not running()
    tracing.close()


@needs_torch
@needs_proc
def test_each_interpreter_stays_ready_but_not_too_many(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirming, "MOST", 2)
    (model,) = (model for model in analysed(folder, NET) if model.name == "Net")
    origins = [Interpreter(sys.executable, origin) for origin in ("one", "two", "three")]
    jobs = [confirming.TracingJob(model, None, interpreter, [str(folder)], Limits()) for interpreter in origins]
    tracing, others = confirming.Confirming(), set(descendants(os.getpid()))

    async def traced(*wanted: int) -> set[int]:
        for at in wanted:
            assert (await tracing.result_of(jobs[at], Stop(), lambda _: None)).result.verdict == "confirmed"
        return {pid for pid in set(descendants(os.getpid())) - others if not _is_zombie(pid)}

    async def conversation() -> None:
        first = await traced(0)
        both = await traced(1)
        assert first < both and await traced(0, 1) == both
        last = await traced(2)
        assert not first & last and len(last) == len(both)

    asyncio.run(conversation())
    tracing.close()
    assert gone(list(set(descendants(os.getpid())) - others))


@needs_torch
def test_nothing_is_started_unasked(folder: Path) -> None:
    (folder / "net.py").write_text("open('ran', 'w').close()\n" + NET)
    with LspClient(folder) as client:
        uri = client.open("net.py")
        assert title(client, uri) == "Confirm with torch"
        assert not workers(client)
    assert not (folder / "ran").exists()
