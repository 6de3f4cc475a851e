"""pygls' server with a session: methods are offered as their handlers declare."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from rf_lsp import __version__
from rf_lsp.server.client import Client
from rf_lsp.server.handlers import Handler
from rf_lsp.server.protocol import ServerProtocol
from rf_lsp.server.session import Session

logger = logging.getLogger(__name__)

NOTEBOOKS = types.NotebookDocumentSyncOptions(
    notebook_selector=[types.NotebookDocumentFilterWithCells(cells=[types.NotebookCellLanguage(language="python")])]
)


class Server(LanguageServer):
    """``handlers`` are the methods it answers, ``commands`` the names that the client may have executed."""

    protocol: ServerProtocol  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, handlers: Sequence[Handler], commands: Sequence[str]) -> None:
        super().__init__("rf-lsp", __version__, notebook_document_sync=NOTEBOOKS, protocol_cls=ServerProtocol)
        self.session = Session(self.protocol)
        self._conditional = [handler for handler in handlers if handler.offered_to is not None]
        self.session.when_started.append(self._offer_conditional)
        for handler in handlers:
            if handler.offered_to is None:
                handler.offer(self.session, self._register)
        for name in commands:
            self.command(name)(lambda *_: None)

    def _offer_conditional(self, client: Client) -> None:
        """What depends on the client is offered when it has said what it can."""
        for handler in self._conditional:
            if handler.offered_to is not None and handler.offered_to(client):
                handler.offer(self.session, self._register)

    def _register(self, method: str, options: Any, handle: Callable[[Any], Any]) -> None:
        self.feature(method, options)(handle)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Nothing pops up for what pygls reports; our own handlers tell of their errors once."""
        logger.warning("%s: %s", getattr(source, "__name__", source), error)
