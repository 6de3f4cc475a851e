"""``textDocument/publishDiagnostics``: only for clients that do not ask for diagnostics themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lsprotocol import types

from rf_lsp.server import diagnostics
from rf_lsp.server.handlers import push
from rf_lsp.server.session import Session
from rf_lsp.server.snapshot import ModuleSnapshot


@push(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, offered_to=lambda client: not client.pulls)
def handle(snapshot: ModuleSnapshot) -> Iterator[dict[str, Any]]:
    """What a complete analysis found, for each document of the module."""
    if not snapshot.analysis.complete:
        return
    for uri, items in diagnostics.of_module(snapshot).items():
        version = snapshot.document.version_of(uri)
        yield {"uri": uri, "diagnostics": items, **({} if version is None else {"version": version})}


def clear(session: Session, uris: Iterable[str]) -> None:
    """Take back what was said of documents that are closed."""
    if not session.client.pulls:
        for uri in uris:
            session.connection.notify(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, {"uri": uri, "diagnostics": []})
