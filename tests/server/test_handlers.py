"""Handlers do what they declare: they read a frozen snapshot, wait as long as they must, and are offered to those who can use them."""

from __future__ import annotations

import ast
import asyncio
import inspect
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified

from analyzers.stop import Stop
from rf_lsp.server import code_action, diagnostics, hover, inlay_hint
from rf_lsp.server.analysis import AnalysisJob
from rf_lsp.server.client import Client
from rf_lsp.server.documents import ContentChange, FileDocument
from rf_lsp.server.engines import Engines
from rf_lsp.server.handlers import (
    BackgroundRequest,
    Push,
    SnapshotRequest,
    WhenEdited,
    background_request,
    first_models,
)
from rf_lsp.server.incremental import IncrementalAnalyzer
from rf_lsp.server.open_modules import OpenModule, OpenModules
from rf_lsp.server.scheduler import Interrupted
from rf_lsp.server.session import Session
from rf_lsp.server.snapshot import Choices, ModuleSnapshot, WaitFor
from rf_lsp.server.start import HANDLERS
from rf_lsp.server.text import Text
from tests.server.client import LspClient, capabilities
from tests.server.conftest import NET, STEM
from tests.server.test_error_boundary import Connection

SERVER = Path(inspect.getfile(Session)).parent
LIVE = {"rf_lsp.server.server", "rf_lsp.server.open_modules", "rf_lsp.server.scheduler", "rf_lsp.server.incremental"}
WRONG = NET.replace("Block(32, 64, 2)", "Block(48, 64, 2)")


class Opened:
    """A session with one module of which everything is known."""

    def __init__(self, folder: Path, text: str = WRONG) -> None:
        path = str(folder / "net.py")
        self.session = Session(Connection())
        self.module = self.session.modules.open(FileDocument("file:///net.py", path, Text(text), 1))
        job = AnalysisJob(path, {path: text}, {path: self.module.revision})
        self.module.analysis = IncrementalAnalyzer(Engines()).analyse(job, Stop(), lambda _: None)

    def snapshot(self, wait_for: WaitFor = WaitFor.NOTHING) -> ModuleSnapshot:
        found = asyncio.run(self.session.snapshot(self.module, wait_for))
        assert found is not None
        return found

    def edit(self, text: str, line: int = 0) -> None:
        assert isinstance(self.module.document, FileDocument)
        change = ContentChange(text, (line, 0), (line, 0))
        self.session.edit(self.module, *self.module.document.changed([change], 2))


DOCUMENT = types.TextDocumentIdentifier("file:///net.py")


def hovered(snapshot: ModuleSnapshot, line: int) -> Any:
    return hover.handle.run(snapshot, types.HoverParams(DOCUMENT, types.Position(line, 22)))


def hinted(snapshot: ModuleSnapshot) -> dict[int, str]:
    area = types.Range(types.Position(0, 0), types.Position(100, 0))
    found = inlay_hint.handle.run(snapshot, types.InlayHintParams(DOCUMENT, area))
    return {hint["position"]["line"]: hint["label"][0]["value"] for hint in found}


# -- what they read ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "handler", [h for h in HANDLERS if isinstance(h, SnapshotRequest | Push)], ids=lambda h: h.method
)
def test_handlers_of_snapshots_are_given_nothing_else(handler: SnapshotRequest | Push) -> None:
    kinds = [parameter.annotation for parameter in inspect.signature(handler.run).parameters.values()]
    assert kinds[0] == "ModuleSnapshot"
    assert kinds[2:] == (["Background"] if isinstance(handler, BackgroundRequest) else [])


@pytest.mark.parametrize(
    "name",
    ["hover", "inlay_hint", "code_lens", "code_action", "diagnostic", "diagnostics", "module_view", "wire", "views/*"],
)
def test_what_answers_from_a_snapshot_knows_no_live_state(name: str) -> None:
    found = set()
    for path in SERVER.glob(f"{name}.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                found.update([node.module, *(f"{node.module}.{alias.name}" for alias in node.names)])
    assert found and found.isdisjoint({*LIVE, "rf_lsp.server.session.Session"})


def test_an_edit_changes_no_answer_from_an_earlier_snapshot(tmp_path: Path) -> None:
    opened = Opened(tmp_path)
    before = opened.snapshot()
    answers = hovered(before, STEM), diagnostics.of_module(before), before.texts
    opened.edit("# new\n\n")
    assert (hovered(before, STEM), diagnostics.of_module(before), before.texts) == answers
    assert hinted(before)[STEM] == hinted(opened.snapshot())[STEM + 2] == "16×32×32 · RF 7"


def test_as_long_as_nothing_changes_the_snapshot_is_the_same(tmp_path: Path) -> None:
    opened = Opened(tmp_path)
    first = opened.snapshot()
    opened.module.view = (0, 10)
    assert opened.snapshot() is opened.snapshot(WaitFor.ALL_MODELS) is first
    opened.module.choose(replace(opened.module.state.choices, pin=("Net()", "two")))
    assert (second := opened.snapshot()) is not first
    opened.session.open(FileDocument("file:///other.py", str(tmp_path / "other.py"), Text("x = 1\n"), 1))
    assert (third := opened.snapshot()) is not second
    opened.edit("# new\n")
    assert opened.snapshot() is not third


# -- how long they wait --------------------------------------------------------------------------------


def test_a_request_waits_for_the_newest_text(tmp_path: Path) -> None:
    opened = Opened(tmp_path)
    opened.edit("# new\n")
    assert opened.snapshot(WaitFor.NOTHING).analysis.revision == opened.module.revision - 1
    with pytest.raises(asyncio.TimeoutError):  # a class of its own before Python 3.11
        asyncio.run(asyncio.wait_for(opened.session.snapshot(opened.module, WaitFor.FIRST_MODELS), 0.05))


def test_what_was_answered_early_is_asked_again(tmp_path: Path) -> None:
    opened = Opened(tmp_path)
    assert opened.module.analysis is not None
    opened.module.analysis = replace(opened.module.analysis, complete=False)
    opened.snapshot(WaitFor.NOTHING)
    assert not opened.module.answered_early
    opened.snapshot(WaitFor.FIRST_MODELS)
    assert opened.module.answered_early


def interrupted_once(when_edited: WhenEdited, opened: Opened) -> Any:
    """The answer of a background request that an edit has overtaken the first time."""
    texts: list[str] = []

    @background_request("test", wait_for=first_models, when_edited=when_edited)
    async def handle(snapshot: ModuleSnapshot, params: Any, background: Any) -> int:
        texts.append(snapshot.document.text)
        if len(texts) == 1:
            raise Interrupted("edited")
        return len(texts)

    registered: dict[str, Any] = {}
    handle.offer(opened.session, lambda method, options, answer: registered.update({method: answer}))
    params = types.CodeLensParams(DOCUMENT)
    return asyncio.run(registered["test"](params))


def test_background_requests_are_refused_or_made_anew(tmp_path: Path) -> None:
    assert interrupted_once(WhenEdited.RETRY, Opened(tmp_path)) == 2
    with pytest.raises(JsonRpcContentModified):
        interrupted_once(WhenEdited.REFUSE, Opened(tmp_path))


def test_work_for_a_text_that_is_no_more_is_not_begun(tmp_path: Path) -> None:
    opened = Opened(tmp_path)
    snapshot = opened.snapshot()
    opened.edit("# new\n")

    async def work() -> None:
        opened.session.start(Client())
        try:
            await opened.session.at_workbench(snapshot, lambda bench: pytest.fail("it was begun"))
        finally:
            opened.session.close()

    with pytest.raises(Interrupted):
        asyncio.run(work())


# -- whom they are offered to --------------------------------------------------------------------------


def test_methods_with_a_condition_are_offered_to_those_who_fulfil_it(folder: Path) -> None:
    plain = capabilities("vscode-1.139")
    plain["textDocument"]["codeAction"].pop("codeActionLiteralSupport")
    plain["textDocument"].pop("diagnostic")
    with LspClient(folder, capabilities=plain) as client:
        offered = client.server["capabilities"]
        assert "codeActionProvider" not in offered and "diagnosticProvider" not in offered
        uri = client.open("net.py", WRONG)
        assert client.wait_for("textDocument/publishDiagnostics")["uri"] == uri
    assert code_action.handle.offered_to is not None and not code_action.handle.offered_to(Client())


# -- what is kept --------------------------------------------------------------------------------------


def document(text: str) -> FileDocument:
    return FileDocument("file:///a.py", "/a.py", Text(text), 1)


def test_what_a_person_chose_outlives_the_document() -> None:
    modules = OpenModules()
    first = modules.open(document("x = 1\n"))
    first.choose(Choices(("Net()", "two"), {"Net()": [(None, (1, 3, 64, 64))]}))
    assert modules.close("file:///a.py") is first and modules.get("file:///a.py") is None
    again = modules.open(document("x = 1\n"))
    assert again.state.choices == first.state.choices
    assert again.revision > first.revision + 100


def test_a_file_under_two_names_is_the_one_opened_last() -> None:
    modules = OpenModules()
    first = modules.open(document("x = 1\n"))
    second = modules.open(replace(document("x = 2\n"), uri="file:///A.py"))
    assert [module.document.text for module in modules] == ["x = 2\n"]
    assert modules.get("file:///a.py") is first and not modules.is_open(first)
    modules.close("file:///a.py")
    assert modules.at("/a.py") is second and second.revision == first.revision + 1


def test_fixes_are_those_of_the_present_text() -> None:
    module = OpenModules().open(document("x = 1\n"))
    fixes = module.fixes
    module.renew()
    assert module.fixes is not fixes and isinstance(module, OpenModule)


def test_a_hover_says_that_nothing_is_known_yet(tmp_path: Path) -> None:
    opened = Opened(tmp_path)
    opened.module.analysis = None
    params = types.HoverParams(types.TextDocumentIdentifier("file:///net.py"), types.Position(STEM, 22))
    asked = replace(hover.handle, patience=0.01)
    answer = asyncio.run(asked._answer(opened.session, params))
    assert "still reading" in answer["contents"]["value"]
