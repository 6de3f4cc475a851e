"""``textDocument/codeLens``: what a model is, and what can be asked about it."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from rf_lsp.server import wire
from rf_lsp.server.handlers import first_models_if, snapshot_request
from rf_lsp.server.module_view import models_in
from rf_lsp.server.page_commands import is_in_repository
from rf_lsp.server.snapshot import ModuleSnapshot
from rf_lsp.server.views.lenses import Lens, lenses
from rf_lsp.server.views.verdicts import verdict_text

OPTIONS = types.CodeLensOptions(resolve_provider=False)
CHANGE_INPUT, CONFIRM, REPORT = "rf-lsp.changeInput", "rf-lsp.confirm", "rf-lsp.openReport"
EFFECTIVE_FIELD, COMPARE = "rf-lsp.showEffectiveField", "rf-lsp.compareWithHead"


@snapshot_request(
    types.TEXT_DOCUMENT_CODE_LENS, OPTIONS, wait_for=first_models_if(lambda client: client.refreshes_lenses)
)
def handle(snapshot: ModuleSnapshot, params: types.CodeLensParams) -> list[dict[str, Any]]:
    uri = params.text_document.uri
    found = lenses(models_in(snapshot), snapshot.path)
    return [made for lens in found for made in _made(snapshot, uri, lens)]


def _made(snapshot: ModuleSnapshot, uri: str, lens: Lens) -> list[dict[str, Any]]:
    line = snapshot.document.locate(lens.place.line)
    if line.uri != uri:
        return []
    area = {"start": wire.position(line, lens.place.column), "end": wire.position(line, line.length)}
    traced = snapshot.analysis.traced.get(lens.model.target)
    verdict = verdict_text(traced) if traced is not None else None
    commands = [(lens.text, ""), (verdict or "Confirm with torch", CONFIRM)]
    if verdict is not None and lens.model.field is not None:
        commands.append(("Show effective field", EFFECTIVE_FIELD))
    if is_in_repository(snapshot.path):
        commands.append(("Compare with HEAD", COMPARE))
    commands += [("Open report", REPORT), ("Change input…", CHANGE_INPUT)]
    return [{"range": area, "command": _command(title, name, uri, lens.target)} for title, name in commands]


def _command(title: str, name: str, uri: str, target: str) -> dict[str, Any]:
    return {"title": title, "command": name, **({"arguments": [uri, target]} if name else {})}
