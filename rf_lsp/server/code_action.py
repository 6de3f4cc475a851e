"""``textDocument/codeAction``: fixes that hold, ignoring, and shapes as comments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lsprotocol import types

from analyzers.facts import Edit, Finding, Fix
from rf_lsp.editing import Texts
from rf_lsp.fixing import Fixer, is_fixed_safely
from rf_lsp.server import diagnostics, wire
from rf_lsp.server.analysis import Analysis, Order
from rf_lsp.server.buffers import Buffer
from rf_lsp.server.inlay_hint import shown_by
from rf_lsp.server.server import Server
from rf_lsp.server.view_cache import models_in, occurrences_in
from rf_lsp.server.views import comments
from rf_lsp.server.views.comments import Lines

QUICK_FIX, FIX_ALL, REWRITE = "quickfix", "source.fixAll.rf", "refactor.rewrite"
OPTIONS = types.CodeActionOptions(code_action_kinds=[QUICK_FIX, FIX_ALL, REWRITE], resolve_provider=False)
INVOKED = 1


async def handle(server: Server, params: types.CodeActionParams) -> list[dict[str, Any]]:
    buffer = server.buffers.get(params.text_document.uri)
    if buffer is None or not server.client.literal_actions:
        return []
    analysis = await server.analysed(buffer, whole=True)
    lines = _lines(buffer, params)
    if analysis is None or lines is None:
        return []
    actions: list[dict[str, Any]] = []
    if _wanted(params, QUICK_FIX):
        for finding in _findings_on(analysis, lines):
            actions += await _quick_fixes(server, buffer, analysis, finding)
    if _wanted(params, FIX_ALL) and params.context.only:
        actions += await _fix_all(server, buffer, analysis)
    if _wanted(params, REWRITE):
        actions += _rewrites(server, buffer, analysis, params, lines)
    return actions


def _lines(buffer: Buffer, params: types.CodeActionParams) -> tuple[int, int] | None:
    uri, area = params.text_document.uri, params.range
    first, last = buffer.line_of(uri, area.start.line), buffer.line_of(uri, area.end.line)
    return (first, last) if first is not None and last is not None else None


def _wanted(params: types.CodeActionParams, kind: str) -> bool:
    """Whether the client asks for actions of a kind: no list means all, ``source`` means all kinds below it."""
    only = params.context.only
    return not only or any(kind == asked or kind.startswith(f"{asked}.") or asked == "" for asked in map(_text, only))


def _text(kind: Any) -> str:
    return getattr(kind, "value", kind)


def _findings_on(analysis: Analysis, lines: tuple[int, int]) -> list[Finding]:
    """The findings whose underlined lines meet the given ones."""
    first, last = lines
    own = [finding for finding in analysis.findings if finding.place.file == analysis.path]
    return [finding for finding in own if finding.place.line <= last and _last_line(finding) >= first]


def _last_line(finding: Finding) -> int:
    """Of a finding about a whole class only the first line is underlined."""
    place = finding.place
    return place.line if place.end_line - place.line >= diagnostics.LONG else place.end_line


# -- fixes ---------------------------------------------------------------------------------------


async def _quick_fixes(server: Server, buffer: Buffer, analysis: Analysis, finding: Finding) -> list[dict[str, Any]]:
    actions = []
    held = await _held(server, buffer, analysis, finding)
    for index, fix in enumerate(held):
        action = _action(server, fix.title, QUICK_FIX, fix.edits)
        if action is not None:
            actions.append({**action, "isPreferred": index == 0 and len(held) == 1, **_about(server, buffer, finding)})
    ignored = _action(
        server, f"Ignore {finding.code} on this line", QUICK_FIX, comments.ignore(finding, Lines(buffer.text))
    )
    return [*actions, {**ignored, **_about(server, buffer, finding)}] if ignored is not None else actions


def _about(server: Server, buffer: Buffer, finding: Finding) -> dict[str, Any]:
    return {"diagnostics": [diagnostics.diagnostic(server, buffer, finding)[1]]}


async def _held(server: Server, buffer: Buffer, analysis: Analysis, finding: Finding) -> list[Fix]:
    """The fixes of a finding that the engine agrees to, looked for once for each text."""
    from analyzers.fixes import has_fixes

    if not has_fixes(finding):
        return []
    key = (buffer.path, analysis.revision, finding.code, finding.place)
    if key not in server.held_fixes:
        found = await server.background(lambda stop: _try(server, buffer.path, finding, stop))
        server.held_fixes = {old: fixes for old, fixes in server.held_fixes.items() if old[:2] == key[:2]}
        server.held_fixes[key] = found
    return server.held_fixes[key]


def _try(server: Server, path: str, finding: Finding, stop: Any) -> list[Fix]:
    """In the worker's thread."""
    order = server.order(path)
    if order is None:
        return []
    fixer = _fixer(server, order, stop)
    checked = fixer.look(Texts((order.text,)))
    same = (item for item in checked.findings if (item.code, item.place) == (finding.code, finding.place))
    found = next(same, None)
    return fixer.fixes(checked, found) if found is not None else []


async def _fix_all(server: Server, buffer: Buffer, analysis: Analysis) -> list[dict[str, Any]]:
    if not any(map(is_fixed_safely, analysis.findings)):
        return []
    parts = buffer.parts
    fixed = await server.background(lambda stop: _fixed(server, buffer.path, parts, stop))
    if fixed == parts or buffer.parts != parts:
        return []
    action = _action(server, "Apply all safe fixes", FIX_ALL, comments.replacements(buffer.path, parts, fixed))
    return [action] if action is not None else []


def _fixed(server: Server, path: str, parts: tuple[str, ...], stop: Any) -> tuple[str, ...]:
    """In the worker's thread."""
    order, source = server.order(path), Texts(parts)
    if order is None or order.text != source.module:
        return parts
    fixer = _fixer(server, order, stop)
    try:
        return tuple(fixer.fix_all(source, is_fixed_safely)[0].parts)
    finally:
        fixer.restore(source)


def _fixer(server: Server, order: Order, stop: Any) -> Fixer:
    from analyzers.request import Request

    engine, rules = server.projects.of(order.path)
    return Fixer(engine, rules, Request(order.path, inputs_of=order.inputs, stop=stop))


# -- comments ------------------------------------------------------------------------------------


def _rewrites(
    server: Server, buffer: Buffer, analysis: Analysis, params: types.CodeActionParams, lines: tuple[int, int]
) -> list[dict[str, Any]]:
    """Offered where a model is defined, or when a person asks what can be done: not on every line."""
    models = models_in(server, buffer, analysis)
    on_model = any(model.place is not None and lines[0] <= model.place.line <= lines[1] for model in models)
    if not on_model and _text(params.context.trigger_kind) != INVOKED and not params.context.only:
        return []
    text = Lines(buffer.text)
    written = comments.write(
        occurrences_in(server, buffer, analysis),
        text,
        shown_by(analysis.settings),
        server.pins.get(buffer.path),
        buffer.path,
    )
    removed = comments.remove(buffer.path, text)
    title = "Update the comments with shapes and fields" if removed else "Write shapes and fields as comments"
    made = [
        _action(server, title, REWRITE, written),
        _action(server, "Remove the comments with shapes and fields", REWRITE, removed),
    ]
    return [action for action in made if action is not None]


def _action(server: Server, title: str, kind: str, edits: Sequence[Edit]) -> dict[str, Any] | None:
    change = wire.workspace_edit(server, list(edits)) if edits else None
    return {"title": title, "kind": kind, "edit": change} if change is not None else None
