"""``shutdown``: what is running stops."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from rf_lsp.server.handlers import notification
from rf_lsp.server.session import Session


@notification(types.SHUTDOWN)
def handle(session: Session, _: Any) -> None:
    session.close()
