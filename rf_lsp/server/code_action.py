"""``textDocument/codeAction``: fixes that hold, ignoring, and shapes as comments."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from lsprotocol import types

from analyzers.facts import Edit, Finding, Fix
from rf_lsp.editing import Texts
from rf_lsp.fixing import Fixer, is_fixed_safely
from rf_lsp.server import diagnostics, wire
from rf_lsp.server.handlers import Background, WhenEdited, all_models, background_request
from rf_lsp.server.inlay_hint import hint_options
from rf_lsp.server.module_view import models_in, occurrences_in
from rf_lsp.server.session import Workbench
from rf_lsp.server.snapshot import ModuleSnapshot
from rf_lsp.server.views import comments
from rf_lsp.server.views.comments import Lines

QUICK_FIX, FIX_ALL, REWRITE = "quickfix", "source.fixAll.rf", "refactor.rewrite"
OPTIONS = types.CodeActionOptions(code_action_kinds=[QUICK_FIX, FIX_ALL, REWRITE], resolve_provider=False)


@background_request(
    types.TEXT_DOCUMENT_CODE_ACTION,
    OPTIONS,
    offered_to=lambda client: client.literal_actions,
    wait_for=all_models,
    when_edited=WhenEdited.REFUSE,
    otherwise=lambda _: [],
)
async def handle(
    snapshot: ModuleSnapshot, params: types.CodeActionParams, background: Background
) -> list[dict[str, Any]]:
    lines = wire.lines_of(snapshot.document, params.text_document.uri, params.range)
    if lines is None:
        return []
    actions: list[dict[str, Any]] = []
    if _wanted(params, QUICK_FIX):
        for finding in _findings_on(snapshot, lines):
            actions += await _quick_fixes(snapshot, finding, background)
    if _wanted(params, FIX_ALL) and params.context.only:
        actions += await _fix_all(snapshot, background)
    if _wanted(params, REWRITE):
        actions += _rewrites(snapshot, params, lines)
    return actions


def _wanted(params: types.CodeActionParams, kind: str) -> bool:
    """Whether the client asks for actions of a kind: no list means all, ``source`` means all kinds below it."""
    only = params.context.only
    return not only or any(kind == asked or kind.startswith(f"{asked}.") or asked == "" for asked in map(_text, only))


def _text(kind: types.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind


def _findings_on(snapshot: ModuleSnapshot, lines: tuple[int, int]) -> list[Finding]:
    """The findings whose underlined lines meet the given ones."""
    first, last = lines
    own = [finding for finding in snapshot.analysis.findings if finding.place.file == snapshot.path]
    return [finding for finding in own if finding.place.line <= last and _last_line(finding) >= first]


def _last_line(finding: Finding) -> int:
    """Of a finding about a whole class only the first line is underlined."""
    place = finding.place
    return place.line if place.end_line - place.line >= diagnostics.LONG else place.end_line


# -- fixes ---------------------------------------------------------------------------------------


async def _quick_fixes(snapshot: ModuleSnapshot, finding: Finding, background: Background) -> list[dict[str, Any]]:
    fixes = await _fixes(snapshot, finding, background)
    made = [(fix.title, fix.edits, {"isPreferred": len(fixes) == 1}) for fix in fixes]
    ignoring = comments.ignore(finding, Lines(snapshot.document.text))
    made.append((f"Ignore {finding.code} on this line", tuple(ignoring), {}))
    about = {"diagnostics": [diagnostics.diagnostic(snapshot, finding)[1]]}
    actions = [(_action(snapshot, title, QUICK_FIX, edits), more) for title, edits, more in made]
    return [{**action, **more, **about} for action, more in actions if action is not None]


async def _fixes(snapshot: ModuleSnapshot, finding: Finding, background: Background) -> list[Fix]:
    """The fixes of a finding that the engine agrees to, looked for once for each text."""
    from analyzers.fixes import has_fixes

    if not has_fixes(finding):
        return []
    key = (finding.code, finding.place)
    if key not in snapshot.fixes:
        snapshot.fixes[key] = await background(partial(_fixes_that_hold, snapshot.document.text, finding))
    return snapshot.fixes[key]


def _fixes_that_hold(text: str, finding: Finding, bench: Workbench) -> list[Fix]:
    """In the background thread."""
    fixer = Fixer(bench.engine, bench.rules, bench.request)
    checked = fixer.look(Texts((text,)))
    same = (item for item in checked.findings if (item.code, item.place) == (finding.code, finding.place))
    found = next(same, None)
    return fixer.fixes(checked, found) if found is not None else []


async def _fix_all(snapshot: ModuleSnapshot, background: Background) -> list[dict[str, Any]]:
    if not any(map(is_fixed_safely, snapshot.analysis.findings)):
        return []
    parts = snapshot.document.parts
    fixed = await background(partial(_fixed, parts))
    if fixed == parts:
        return []
    edits = comments.replacements(snapshot.path, parts, fixed)
    action = _action(snapshot, "Apply all safe fixes", FIX_ALL, edits)
    return [action] if action is not None else []


def _fixed(parts: tuple[str, ...], bench: Workbench) -> tuple[str, ...]:
    """In the background thread."""
    source = Texts(parts)
    fixer = Fixer(bench.engine, bench.rules, bench.request)
    try:
        return tuple(fixer.fix_all(source, is_fixed_safely)[0].parts)
    finally:
        fixer.restore(source)


# -- comments ------------------------------------------------------------------------------------


def _rewrites(snapshot: ModuleSnapshot, params: types.CodeActionParams, lines: tuple[int, int]) -> list[dict[str, Any]]:
    """Offered where a model is defined, or when a person asks what can be done: not on every line."""
    places = [model.place for model in models_in(snapshot)]
    is_on_model = any(place is not None and lines[0] <= place.line <= lines[1] for place in places)
    is_asked = params.context.trigger_kind == types.CodeActionTriggerKind.Invoked
    if not (is_on_model or is_asked or params.context.only):
        return []
    text, path = Lines(snapshot.document.text), snapshot.path
    written = comments.write(occurrences_in(snapshot), text, hint_options(snapshot.settings), snapshot.pin, path)
    removed = comments.remove(path, text)
    title = "Update the comments with shapes and fields" if removed else "Write shapes and fields as comments"
    made = [
        _action(snapshot, title, REWRITE, written),
        _action(snapshot, "Remove the comments with shapes and fields", REWRITE, removed),
    ]
    return [action for action in made if action is not None]


def _action(snapshot: ModuleSnapshot, title: str, kind: str, edits: Sequence[Edit]) -> dict[str, Any] | None:
    change = wire.workspace_edit(snapshot, edits) if edits else None
    return {"title": title, "kind": kind, "edit": change} if change is not None else None
