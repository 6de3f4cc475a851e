"""``textDocument/inlayHint`` and ``inlayHint/resolve``"""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from rf_lsp.server import wire
from rf_lsp.server.handlers import at_once, first_models_if, snapshot_request
from rf_lsp.server.module_view import occurrences_in, verdicts_in
from rf_lsp.server.snapshot import ModuleSnapshot
from rf_lsp.server.views import comments
from rf_lsp.server.views.hints import Hint, HintOptions, hints, tooltip
from rf_lsp.server.views.marks import unmarked
from rf_lsp.settings import Settings

OPTIONS = types.InlayHintOptions(resolve_provider=True)
PIN = "rf-lsp.pinContext"
TOGGLE = "rf-lsp.toggleHints"


@snapshot_request(
    types.TEXT_DOCUMENT_INLAY_HINT,
    OPTIONS,
    wait_for=first_models_if(lambda client: client.refreshes_hints),
    looks_at=lambda params: params.range,
)
def handle(snapshot: ModuleSnapshot, params: types.InlayHintParams) -> list[dict[str, Any]]:
    if not snapshot.state.choices.hints:
        return []
    uri = params.text_document.uri
    area = wire.lines_of(snapshot.document, uri, params.range)
    answers, key = snapshot.views.answers, (uri, area)
    if key not in answers:
        found = _hints(snapshot, area)
        answers[key] = [made for hint in found if (made := _made(snapshot, uri, hint)) is not None]
    return answers[key]


def _hints(snapshot: ModuleSnapshot, area: tuple[int, int] | None) -> list[Hint]:
    """The hints of the module's lines ``area`` (first, last), without those that a comment on the line says already."""
    line, shown = snapshot.document.line, hint_options(snapshot.settings)
    found = hints(occurrences_in(snapshot), line, shown, snapshot.pin, area, verdicts_in(snapshot))
    return [hint for hint in found if not comments.says(line(hint.line), hint.text)]


def hint_options(settings: Settings) -> HintOptions:
    return HintOptions(
        settings["hints.shape"],
        settings["hints.receptive-field"],
        settings["hints.parameters"],
        settings["hints.position"] == "end-of-line",
    )


def _made(snapshot: ModuleSnapshot, uri: str, hint: Hint) -> dict[str, Any] | None:
    """A hint for the client; tooltips come with it unless the client really asks for them later."""
    line = snapshot.document.locate(hint.line)
    if line.uri != uri:
        return None
    made: dict[str, Any] = {
        "position": wire.position(line, hint.column),
        "label": [_part(snapshot, uri, hint)],
        "paddingLeft": True,
    }
    if snapshot.client.resolves_tooltips:
        made["data"] = [uri, hint.line, hint.column]
    else:
        made["tooltip"] = _tooltip(snapshot, hint)
    return made


def _part(snapshot: ModuleSnapshot, uri: str, hint: Hint) -> dict[str, Any]:
    part: dict[str, Any] = {"value": hint.text}
    if hint.target is not None and (location := wire.location(snapshot, hint.target)) is not None:
        part["location"] = location
    elif hint.contexts > 1:
        part["command"] = {"title": "Show one context", "command": PIN, "arguments": [uri, hint.line]}
    return part


def _tooltip(snapshot: ModuleSnapshot, hint: Hint) -> str | types.MarkupContent:
    text = tooltip(hint)
    if snapshot.client.markdown:
        return types.MarkupContent(types.MarkupKind.Markdown, text)
    return unmarked(text)


@snapshot_request(
    types.INLAY_HINT_RESOLVE,
    wait_for=at_once,
    uri_of=lambda hint: _origin(hint)[0],
    otherwise=lambda hint: hint,
)
def resolve(snapshot: ModuleSnapshot, params: types.InlayHint) -> types.InlayHint:
    """The hint with its tooltip, if it is still there."""
    _, line, column = _origin(params)
    hint = next((hint for hint in _hints(snapshot, (line, line)) if hint.column == column), None)
    if hint is not None:
        params.tooltip = _tooltip(snapshot, hint)
    return params


def _origin(hint: types.InlayHint) -> tuple[str | None, int, int]:
    """The document, line and column that a hint was made for; no document when it is none of ours."""
    data = hint.data
    if not (isinstance(data, list) and len(data) == 3):
        return None, 0, 0
    uri, line, column = data
    return uri, line, column
