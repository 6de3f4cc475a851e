"""``textDocument/diagnostic``: for clients that ask for diagnostics themselves."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from rf_lsp.server import diagnostics
from rf_lsp.server.handlers import first_models_if, snapshot_request
from rf_lsp.server.snapshot import ModuleSnapshot

OPTIONS = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier="rf-lsp")


@snapshot_request(
    types.TEXT_DOCUMENT_DIAGNOSTIC,
    OPTIONS,
    offered_to=lambda client: client.pulls,
    wait_for=first_models_if(lambda client: client.refreshes_diagnostics),
    otherwise=lambda _: {"kind": "full", "items": []},
)
def handle(snapshot: ModuleSnapshot, params: types.DocumentDiagnosticParams) -> dict[str, Any]:
    analysis = snapshot.analysis
    result_id = f"{analysis.revision}{'' if analysis.complete else '-'}"
    if params.previous_result_id == result_id and analysis.complete:
        return {"kind": "unchanged", "resultId": result_id}
    items = diagnostics.of_module(snapshot).get(params.text_document.uri, [])
    return {"kind": "full", "items": items, "resultId": result_id}
