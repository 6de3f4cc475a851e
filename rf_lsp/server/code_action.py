"""``textDocument/codeAction`` and ``codeAction/resolve``"""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from rf_lsp.server.server import Server

OPTIONS = types.CodeActionOptions(code_action_kinds=["quickfix", "source.fixAll.rf", "refactor.rewrite"], resolve_provider=True)


async def handle(server: Server, params: types.CodeActionParams) -> list[dict[str, Any]]:
    return []


async def resolve(server: Server, params: types.CodeAction) -> dict[str, Any]:
    return server.protocol.plain(params)
