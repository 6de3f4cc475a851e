"""Documents that a person asked for, in a folder of our own, and how they come to the screen."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rf_lsp import own_files
from rf_lsp.server.messages import INFORMATION

if TYPE_CHECKING:
    from rf_lsp.server.session import Session

LONGEST_NAME = 60


class Pages:
    """Nobody but the person can read the folder; it goes with the conversation."""

    def __init__(self) -> None:
        self._folder: str | None = None

    def close(self) -> None:
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    async def show(self, session: Session, title: str, suffix: str, text: str) -> dict[str, Any]:
        """Write a page (``suffix`` is ``.html`` or ``.md``) and show it; the answer is for clients that do so themselves.
        Raises OSError."""
        path = self._written(title, suffix, text)
        client = session.client
        if client.shows_documents and not client.shows_pages:
            shown = {"uri": Path(path).as_uri(), "external": suffix == ".html", "takeFocus": True}
            await session.ask("window/showDocument", shown)
        elif not client.shows_pages:
            session.messages.tell(f"wrote {path}", INFORMATION)
        return {"title": title, "file": path}

    def _written(self, title: str, suffix: str, text: str) -> str:
        if self._folder is None or not os.path.isdir(self._folder):
            self._folder = os.path.realpath(tempfile.mkdtemp(prefix="rf-lsp-pages-"))
        name = re.sub(r"\W+", "-", title).strip("-")[:LONGEST_NAME] or "page"
        path = os.path.join(self._folder, name + suffix)
        own_files.write(path, text.encode())
        return path
