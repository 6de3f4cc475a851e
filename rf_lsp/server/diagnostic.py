"""``textDocument/diagnostic``: for clients that ask for diagnostics themselves."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from rf_lsp.server import diagnostics
from rf_lsp.server.server import Server

OPTIONS = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier="rf-lsp")


async def handle(server: Server, params: types.DocumentDiagnosticParams) -> dict[str, Any]:
    uri = params.text_document.uri
    buffer = server.buffers.get(uri)
    if buffer is None:
        return {"kind": "full", "items": []}
    analysis = await server.analysed(buffer, whole=not server.client.refreshes_diagnostics)
    if analysis is None:
        return {"kind": "full", "items": []}
    result_id = f"{analysis.revision}{'' if analysis.complete else '-'}"
    if params.previous_result_id == result_id and analysis.complete:
        return {"kind": "unchanged", "resultId": result_id}
    items = diagnostics.of_buffer(server, buffer, analysis).get(uri, [])
    return {"kind": "full", "items": items, "resultId": result_id}
