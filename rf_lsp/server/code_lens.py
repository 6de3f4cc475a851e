"""``textDocument/codeLens``

"Confirm with torch" and "Open report" belong between the two lenses of a model once they exist.
"""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from rf_lsp.server import wire
from rf_lsp.server.buffers import Buffer
from rf_lsp.server.server import Server
from rf_lsp.server.view_cache import models_in
from rf_lsp.server.views.lenses import Lens, lenses

OPTIONS = types.CodeLensOptions(resolve_provider=False)
CHANGE_INPUT = "rf-lsp.changeInput"


async def handle(server: Server, params: types.CodeLensParams) -> list[dict[str, Any]] | None:
    uri = params.text_document.uri
    buffer = server.buffers.get(uri)
    if buffer is None:
        return None
    analysis = await server.analysed(buffer, whole=not server.client.refreshes_lenses)
    if analysis is None:
        return None
    found = lenses(models_in(server, buffer, analysis), buffer.path)
    return [made for lens in found for made in _made(buffer, uri, lens)]


def _made(buffer: Buffer, uri: str, lens: Lens) -> list[dict[str, Any]]:
    spot = buffer.spot(lens.place.line)
    if spot.uri != uri:
        return []
    start = wire.position(spot, lens.place.column)
    area = {"start": start, "end": wire.position(spot, len(spot.text.line(spot.line)))}
    change = {"title": "Change input…", "command": CHANGE_INPUT, "arguments": [uri, lens.target]}
    return [
        {"range": area, "command": {"title": lens.text, "command": ""}},
        {"range": area, "command": change},
    ]
