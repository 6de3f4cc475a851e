"""``textDocument/inlayHint`` and ``inlayHint/resolve``"""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from rf_lsp.server import wire
from rf_lsp.server.analysis import Analysis
from rf_lsp.server.buffers import Buffer
from rf_lsp.server.server import Server
from rf_lsp.server.view_cache import view_of
from rf_lsp.server.views.hints import Hint, Shown, hints, tooltip
from rf_lsp.settings import Settings

OPTIONS = types.InlayHintOptions(resolve_provider=True)
PIN = "rf-lsp.pinContext"


async def handle(server: Server, params: types.InlayHintParams) -> list[dict[str, Any]] | None:
    uri = params.text_document.uri
    buffer = server.buffers.get(uri)
    if buffer is None:
        return None
    buffer.view = _lines(buffer, uri, params.range)
    analysis = await server.analysed(buffer, whole=not server.client.refreshes_hints)
    if analysis is None:
        return None
    view = view_of(server, buffer, analysis)
    key = (uri, _lines(buffer, uri, params.range))
    if key not in view.answers:
        found = _hints(server, buffer, analysis, key[1])
        view.answers[key] = [made for hint in found if (made := _made(server, buffer, uri, hint)) is not None]
    return view.answers[key]


def _hints(server: Server, buffer: Buffer, analysis: Analysis, area: tuple[int, int] | None) -> list[Hint]:
    """The hints of the module's lines ``area`` (first, last)."""
    occurrences = view_of(server, buffer, analysis).occurrences
    return hints(occurrences, buffer.line, shown_by(analysis.settings), server.pins.get(buffer.path), area)


def _lines(buffer: Buffer, uri: str, area: types.Range) -> tuple[int, int] | None:
    first, last = buffer.line_of(uri, area.start.line), buffer.line_of(uri, area.end.line)
    return (first, last) if first is not None and last is not None else None


def shown_by(settings: Settings) -> Shown:
    return Shown(
        settings["hints.shape"],
        settings["hints.receptive-field"],
        settings["hints.parameters"],
        settings["hints.position"] == "end-of-line",
    )


def _made(server: Server, buffer: Buffer, uri: str, hint: Hint) -> dict[str, Any] | None:
    """A hint for the client; tooltips come with it unless the client really asks for them later."""
    spot = buffer.spot(hint.line)
    if spot.uri != uri:
        return None
    made: dict[str, Any] = {
        "position": wire.position(spot, hint.column),
        "label": [_part(server, uri, hint)],
        "paddingLeft": True,
    }
    if server.client.resolves_tooltips:
        made["data"] = [uri, hint.line, hint.column]
    else:
        made["tooltip"] = _tooltip(server, hint)
    return made


def _part(server: Server, uri: str, hint: Hint) -> dict[str, Any]:
    part: dict[str, Any] = {"value": hint.text}
    if hint.target is not None and (location := wire.location(server, hint.target)) is not None:
        part["location"] = location
    elif hint.contexts > 1:
        part["command"] = {"title": "Show one context", "command": PIN, "arguments": [uri, hint.line]}
    return part


def _tooltip(server: Server, hint: Hint) -> Any:
    text = tooltip(hint)
    if server.client.markdown:
        return {"kind": "markdown", "value": text}
    return text.replace("`", "").replace("  \n", "\n")


async def resolve(server: Server, params: types.InlayHint) -> dict[str, Any]:
    """The hint with its tooltip, if it is still there."""
    made = server.protocol.plain(params)
    data = params.data
    if not (isinstance(data, list) and len(data) == 3):
        return made
    uri, line, column = data
    buffer = server.buffers.get(uri)
    analysis = server.analyses.get(buffer.path) if buffer is not None else None
    if buffer is None or analysis is None:
        return made
    found = _hints(server, buffer, analysis, (line, line))
    hint = next((hint for hint in found if hint.column == column), None)
    return {**made, "tooltip": _tooltip(server, hint)} if hint is not None else made
