"""Handlers that never take the session down: an error is logged, shown once, and answered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcException, JsonRpcInternalError

if TYPE_CHECKING:
    from rf_lsp.server.server import Server

logger = logging.getLogger(__name__)


def guarded(server: Server, method: str, handler: Callable[..., Any]) -> Callable[..., Any]:
    """``handler(server, params)`` as pygls calls it; requests are coroutines, notifications are not."""
    return (
        _request(server, method, handler)
        if asyncio.iscoroutinefunction(handler)
        else _notification(server, method, handler)
    )


def _request(server: Server, method: str, handler: Callable[..., Any]) -> Callable[..., Any]:
    async def answer(params: Any) -> Any:
        try:
            return await handler(server, params)
        except JsonRpcException:
            raise
        except Exception as error:
            _tell(server, method, error)
            raise JsonRpcInternalError(message=f"{type(error).__name__}: {error}") from None

    return answer


def _notification(server: Server, method: str, handler: Callable[..., Any]) -> Callable[..., Any]:
    def take(params: Any) -> None:
        try:
            handler(server, params)
        except Exception as error:
            _tell(server, method, error)

    return take


def _tell(server: Server, method: str, error: Exception) -> None:
    logger.exception("internal error in %s", method)
    server.tell_crash(f"{type(error).__name__}: {error} in {method}")
