"""``textDocument/publishDiagnostics``: only for clients that do not ask for diagnostics themselves."""

from __future__ import annotations

from typing import Any

from rf_lsp.server import diagnostics
from rf_lsp.server.analysis import Analysis
from rf_lsp.server.server import Server

METHOD = "textDocument/publishDiagnostics"


def publish(server: Server, analysis: Analysis) -> None:
    """Send what a complete analysis found."""
    buffer = server.buffers.at(analysis.path)
    if buffer is None or not analysis.complete:
        return
    for uri, items in diagnostics.of_buffer(server, buffer, analysis).items():
        params: dict[str, Any] = {"uri": uri, "diagnostics": items}
        version = buffer.version_of(uri)
        server.protocol.notify(METHOD, params if version is None else {**params, "version": version})


def clear(server: Server, uris: list[str]) -> None:
    """Take back what was said of documents that are closed."""
    if not server.client.pulls:
        for uri in uris:
            server.protocol.notify(METHOD, {"uri": uri, "diagnostics": []})
