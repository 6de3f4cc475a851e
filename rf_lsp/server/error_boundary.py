"""Handlers that never take the session down: an error is logged, shown once, and answered."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from pygls.exceptions import JsonRpcException, JsonRpcInternalError

logger = logging.getLogger(__name__)

Tell = Callable[[str], None]
"""Takes one sentence about an internal error."""


def guarded_request(
    tell: Tell, method: str, answer: Callable[[Any], Awaitable[Any]]
) -> Callable[[Any], Awaitable[Any]]:
    """``answer`` as the transport calls it."""

    async def guarded(params: Any) -> Any:
        try:
            return await answer(params)
        except JsonRpcException:
            raise
        except Exception as error:
            _report(tell, method, error)
            raise JsonRpcInternalError(message=f"{type(error).__name__}: {error}") from None

    return guarded


def guarded_notification(tell: Tell, method: str, take: Callable[[Any], None]) -> Callable[[Any], None]:
    """``take`` as the transport calls it."""

    def guarded(params: Any) -> None:
        try:
            take(params)
        except Exception as error:
            _report(tell, method, error)

    return guarded


def _report(tell: Tell, method: str, error: Exception) -> None:
    logger.exception("internal error in %s", method)
    tell(f"{type(error).__name__}: {error} in {method}")
