"""What the connected editor can do: its capabilities resolved once into plain answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rf_lsp.server.text import ENCODINGS


@dataclass(frozen=True, slots=True)
class Client:
    """``encoding`` is how it counts columns. ``pulls``: it asks for diagnostics itself. ``markdown``,
    ``images`` and ``tables``: what its hovers show (tables of Markdown as tables, not as their source). ``resolves_tooltips``: it really asks for the tooltips of hints later. ``trusted``: it has not said
    that the person does not trust the workspace. ``shows_documents``: it opens files that it is told of; ``shows_pages``: it
    shows what commands answer with itself."""

    encoding: str = "utf-16"
    pulls: bool = False
    markdown: bool = False
    images: bool = False
    tables: bool = False
    related: bool = False
    code_descriptions: bool = False
    resolves_tooltips: bool = False
    resolves_actions: bool = False
    literal_actions: bool = False
    document_changes: bool = False
    refreshes_hints: bool = False
    refreshes_lenses: bool = False
    refreshes_diagnostics: bool = False
    progress: bool = False
    configuration: bool = False
    watches: bool = False
    watches_relative: bool = False
    applies_edits: bool = False
    notebooks: bool = False
    trusted: bool = True
    shows_documents: bool = False
    shows_pages: bool = False


def client_of(capabilities: dict[str, Any], options: Any = None) -> Client:
    """From ``initialize``: the raw capabilities and the initialization options."""

    def has(path: str) -> bool:
        return bool(_get(capabilities, path))

    diagnostics = "textDocument.diagnostic" if has("textDocument.diagnostic") else "textDocument.publishDiagnostics"
    resolved = _get(capabilities, "textDocument.inlayHint.resolveSupport.properties") or []
    actions = _get(capabilities, "textDocument.codeAction.resolveSupport.properties") or []
    wanted = options if isinstance(options, dict) else {}
    renders = _renders_html(capabilities)
    return Client(
        encoding=_encoding(capabilities),
        pulls=has("textDocument.diagnostic"),
        markdown="markdown" in (_get(capabilities, "textDocument.hover.contentFormat") or []),
        images=bool(wanted.get("images", renders)),
        tables=bool(wanted.get("tables", renders)),
        related=has("textDocument.publishDiagnostics.relatedInformation") or has(f"{diagnostics}.relatedInformation"),
        code_descriptions=has("textDocument.publishDiagnostics.codeDescriptionSupport")
        or has(f"{diagnostics}.codeDescriptionSupport"),
        resolves_tooltips="label.tooltip" in resolved,
        resolves_actions="edit" in actions and has("textDocument.codeAction.dataSupport"),
        literal_actions=has("textDocument.codeAction.codeActionLiteralSupport"),
        document_changes=has("workspace.workspaceEdit.documentChanges"),
        refreshes_hints=has("workspace.inlayHint.refreshSupport"),
        refreshes_lenses=has("workspace.codeLens.refreshSupport"),
        refreshes_diagnostics=has("workspace.diagnostics.refreshSupport") or has("workspace.diagnostic.refreshSupport"),
        progress=has("window.workDoneProgress"),
        configuration=has("workspace.configuration"),
        watches=has("workspace.didChangeWatchedFiles.dynamicRegistration"),
        watches_relative=has("workspace.didChangeWatchedFiles.relativePatternSupport"),
        applies_edits=has("workspace.applyEdit"),
        notebooks=has("notebookDocument.synchronization"),
        shows_documents=has("window.showDocument.support"),
        shows_pages=isinstance(options, dict) and options.get("pages") is True,
        trusted=not (isinstance(options, dict) and options.get("trusted", True) is not True),
    )


def _get(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _encoding(capabilities: dict[str, Any]) -> str:
    """The client's first choice among those we know; without a choice utf-16."""
    offered = _get(capabilities, "general.positionEncodings") or []
    return next((name for name in offered if name in ENCODINGS), "utf-16")


def _renders_html(capabilities: dict[str, Any]) -> bool:
    """VS Code and its kin, the only ones that render markdown with marked: tables are tables, data URIs pictures."""
    return _get(capabilities, "general.markdown.parser") == "marked"
