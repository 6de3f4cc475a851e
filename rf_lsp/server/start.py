"""Puts the server together and starts it."""

from __future__ import annotations

import logging
import os
import sys

from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified, JsonRpcRequestCancelled

from rf_lsp.server import (
    code_action,
    code_lens,
    did_change,
    did_change_configuration,
    did_change_watched_files,
    did_change_workspace_folders,
    did_close,
    did_open,
    did_save,
    execute_command,
    gc_policy,
    hover,
    initialize,
    initialized,
    inlay_hint,
    notebook_did_change,
    notebook_did_close,
    notebook_did_open,
    shutdown,
)
from rf_lsp.server.server import Server

SWITCH = 0.001
"""Seconds after which the analysing thread lets the loop's thread have its turn."""

NOTEBOOKS = types.NotebookDocumentSyncOptions(
    notebook_selector=[types.NotebookDocumentFilterWithCells(cells=[types.NotebookCellLanguage(language="python")])]
)


class Unexpected(logging.Filter):
    """Keeps out of the log what happens every day: requests that an edit or the client itself has overtaken."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        late = str(record.msg).startswith("Cancel notification for unknown message")
        return not late and not isinstance(error, (JsonRpcContentModified, JsonRpcRequestCancelled))


def create() -> Server:
    """A server with every method it answers."""
    server = Server(NOTEBOOKS)
    server.offer(types.INITIALIZE, initialize.handle)
    server.offer(types.INITIALIZED, initialized.handle)
    server.offer(types.SHUTDOWN, shutdown.handle)
    server.offer(types.TEXT_DOCUMENT_DID_OPEN, did_open.handle)
    server.offer(types.TEXT_DOCUMENT_DID_CHANGE, did_change.handle)
    server.offer(types.TEXT_DOCUMENT_DID_SAVE, did_save.handle)
    server.offer(types.TEXT_DOCUMENT_DID_CLOSE, did_close.handle)
    server.offer(types.NOTEBOOK_DOCUMENT_DID_OPEN, notebook_did_open.handle)
    server.offer(types.NOTEBOOK_DOCUMENT_DID_CHANGE, notebook_did_change.handle)
    server.offer(types.NOTEBOOK_DOCUMENT_DID_CLOSE, notebook_did_close.handle)
    server.offer(types.WORKSPACE_DID_CHANGE_CONFIGURATION, did_change_configuration.handle)
    server.offer(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, did_change_watched_files.handle)
    server.offer(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, did_change_workspace_folders.handle)
    server.offer(types.TEXT_DOCUMENT_INLAY_HINT, inlay_hint.handle, inlay_hint.OPTIONS)
    server.offer(types.INLAY_HINT_RESOLVE, inlay_hint.resolve)
    server.offer(types.TEXT_DOCUMENT_HOVER, hover.handle)
    server.offer(types.TEXT_DOCUMENT_CODE_LENS, code_lens.handle, code_lens.OPTIONS)
    server.offer(types.TEXT_DOCUMENT_CODE_ACTION, code_action.handle, code_action.OPTIONS)
    server.offer(types.WORKSPACE_EXECUTE_COMMAND, execute_command.handle)
    for name in execute_command.COMMANDS:
        server.command(name)(lambda *_: None)
    return server


def serve(address: tuple[str, int] | None = None) -> int:
    """Serve over standard input and output, or one client over TCP; returns when the session ends: 1 when the
    client went without saying goodbye."""
    logging.basicConfig(stream=sys.stderr, level=os.environ.get("RF_LSP_LOG", "WARNING").upper())
    logging.getLogger("pygls.protocol.json_rpc").addFilter(Unexpected())
    sys.setswitchinterval(SWITCH)
    gc_policy.take_over()
    messages, sys.stdout = sys.stdout.buffer, sys.stderr
    server = create()
    if address is not None:
        server.start_tcp(*address)
    else:
        server.start_io(stdout=messages)
    server.worker.close()
    return 0 if server.protocol.is_over else 1
