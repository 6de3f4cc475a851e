"""What carries messages to the client and back."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Introduction:
    """What the client said of itself in ``initialize``, with what the protocol's types do not know."""

    capabilities: dict[str, Any] = field(default_factory=dict)
    options: Any = None


class Connection(Protocol):
    """Parameters and results are plain data."""

    introduction: Introduction

    def notify(self, method: str, params: Any = None) -> None:
        """Send a notification."""
        ...

    def send_request(self, method: str, params: Any = None) -> Future[Any]:
        """Send a request; the future gets the client's answer."""
        ...
