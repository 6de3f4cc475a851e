"""``textDocument/codeLens``

"Open report" belongs before the last lens of a model once it exists.
"""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from rf_lsp.server import wire
from rf_lsp.server.handlers import first_models_if, snapshot_request
from rf_lsp.server.module_view import models_in
from rf_lsp.server.snapshot import ModuleSnapshot
from rf_lsp.server.views.lenses import Lens, lenses
from rf_lsp.server.views.verdicts import verdict_text

OPTIONS = types.CodeLensOptions(resolve_provider=False)
CHANGE_INPUT, CONFIRM = "rf-lsp.changeInput", "rf-lsp.confirm"


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
    change = {"title": "Change input…", "command": CHANGE_INPUT, "arguments": [uri, lens.target]}
    traced = snapshot.analysis.traced.get(lens.model.target)
    title = (verdict_text(traced) if traced is not None else None) or "Confirm with torch"
    return [
        {"range": area, "command": {"title": lens.text, "command": ""}},
        {"range": area, "command": {"title": title, "command": CONFIRM, "arguments": [uri, lens.target]}},
        {"range": area, "command": change},
    ]
