"""``shutdown``: what is running stops."""

from __future__ import annotations

from typing import Any

from rf_lsp.server.server import Server


def handle(server: Server, _: Any) -> None:
    server.worker.close()
