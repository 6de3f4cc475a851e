"""Tables of what to do with a kind of node or value."""

from __future__ import annotations

from typing import Any


class Dispatch(dict[type, Any]):
    """Kind → handler; any other kind has the handler ``other``."""

    def __init__(self, other: Any) -> None:
        super().__init__()
        self.other = other

    def __missing__(self, kind: type) -> Any:
        return self.other
