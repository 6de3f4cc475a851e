"""Puts the server together and starts it."""

from __future__ import annotations

import logging
import os
import sys

from pygls.exceptions import JsonRpcContentModified, JsonRpcRequestCancelled
from pygls.io_ import StdoutWriter

from rf_lsp.server import (
    code_action,
    code_lens,
    diagnostic,
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
    publish_diagnostics,
    shutdown,
    transport,
    work_done_progress_cancel,
)
from rf_lsp.server.server import Server

SWITCH = 0.001
"""Seconds after which the analysing thread lets the loop's thread have its turn."""

HANDLERS = (
    initialize.handle,
    initialized.handle,
    shutdown.handle,
    did_open.handle,
    did_change.handle,
    did_save.handle,
    did_close.handle,
    notebook_did_open.handle,
    notebook_did_change.handle,
    notebook_did_close.handle,
    did_change_configuration.handle,
    did_change_watched_files.handle,
    did_change_workspace_folders.handle,
    inlay_hint.handle,
    inlay_hint.resolve,
    hover.handle,
    code_lens.handle,
    code_action.handle,
    diagnostic.handle,
    publish_diagnostics.handle,
    execute_command.handle,
    work_done_progress_cancel.handle,
)


class Unexpected(logging.Filter):
    """Keeps out of the log what happens every day: requests that an edit or the client itself has overtaken."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        late = str(record.msg).startswith("Cancel notification for unknown message")
        return not late and not isinstance(error, (JsonRpcContentModified, JsonRpcRequestCancelled))


def serve(address: tuple[str, int] | None = None) -> int:
    """Serve over standard input and output, or one client over TCP; returns when the session ends: 1 when the
    client went without saying goodbye."""
    logging.basicConfig(stream=sys.stderr, level=os.environ.get("RF_LSP_LOG", "WARNING").upper())
    logging.getLogger("pygls.protocol.json_rpc").addFilter(Unexpected())
    sys.setswitchinterval(SWITCH)
    gc_policy.configure_gc()
    messages, sys.stdout = sys.stdout.buffer, sys.stderr
    server = Server(HANDLERS, execute_command.COMMANDS)
    if address is not None:
        transport.serve_port(server, *address)
    else:
        server.protocol.set_writer(StdoutWriter(messages))
        transport.serve_stream(server, sys.stdin.fileno())
    server.session.close()
    return 0 if server.protocol.is_over else 1
