"""What is sent to the client beside answers: messages on the screen, and that it should ask again."""

from __future__ import annotations

from rf_lsp.server.client import Client
from rf_lsp.server.connection import Connection

ERROR, WARNING, INFORMATION = 1, 2, 3
"""The protocol's numbers."""


class Messages:
    """Each text is shown once, but for answers."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._shown: set[str] = set()
        self._has_crashed = False

    def show(self, text: str, level: int = INFORMATION) -> None:
        """A message on the screen."""
        if text not in self._shown:
            self._shown.add(text)
            self._connection.notify("window/showMessage", {"type": level, "message": f"rf-lsp: {text}"})

    def tell(self, text: str, level: int = INFORMATION) -> None:
        """The answer to what a person has asked for: shown each time."""
        self._connection.notify("window/showMessage", {"type": level, "message": f"rf-lsp: {text}"})

    def tell_crash(self, text: str) -> None:
        """An internal error: logged each time, shown once."""
        message = {"type": ERROR, "message": f"rf-lsp: internal error: {text}"}
        self._connection.notify("window/logMessage", message)
        if not self._has_crashed:
            self._has_crashed = True
            self.show(f"internal error: {text} (more in the log; it goes on)", ERROR)


class Refreshes:
    """Asks the client to ask again, one request of a kind at a time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pending: set[str] = set()

    def request(self, client: Client) -> None:
        """Where the client cannot know that its answers are old."""
        kinds = {
            "workspace/inlayHint/refresh": client.refreshes_hints,
            "workspace/codeLens/refresh": client.refreshes_lenses,
            "workspace/diagnostic/refresh": client.pulls and client.refreshes_diagnostics,
        }
        for method, is_known in kinds.items():
            if is_known and method not in self._pending:
                self._pending.add(method)
                future = self._connection.send_request(method)
                future.add_done_callback(lambda _, method=method: self._pending.discard(method))
