"""A conversation of random edits and requests: nothing is lost, and the end is that of a fresh open.

The suite runs a short one; ``python -m tests.server.test_fuzz 10000 1 2 3`` runs 10,000 steps with three seeds.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.server.client import LspClient, ServerError, span
from tests.server.conftest import NET

pytestmark = pytest.mark.slow

PIECES = [
    "a",
    "😀",
    "\u2028",
    "\f",
    "\n",
    "\r\n",
    "\r",
    "(",
    '"""',
    "    ",
    "nn.Conv2d(3, 8, 3)",
    "# rf: ",
    "def f():\n",
    "64",
    "",
]
REQUESTS = ["inlayHint", "hover", "codeLens", "diagnostic", "codeAction"]


class Document:
    """The reference: a list of lines, with their ends."""

    def __init__(self, text: str) -> None:
        self.text = text

    def edit(self, start: int, end: int, text: str) -> dict[str, Any]:
        """Replace between two offsets; the change as the protocol has it (utf-16)."""
        first, last = self._position(start), self._position(end)
        self.text = self.text[:start] + text + self.text[end:]
        return {"range": {"start": first, "end": last}, "text": text}

    def _position(self, offset: int) -> dict[str, int]:
        before = self.text[:offset].replace("\r\n", "\n\0").replace("\r", "\n")
        line = before.rpartition("\n")[2].replace("\0", "")
        return {"line": before.count("\n"), "character": len(line.encode("utf-16-le")) // 2}

    def offset(self, source: random.Random) -> int:
        """Anywhere but inside a CR LF, which no position names."""
        at = source.randrange(len(self.text) + 1)
        return at - 1 if self.text[at - 1 : at + 1] == "\r\n" else at


class Conversation:
    def __init__(self, client: LspClient, seed: int) -> None:
        self.client = client
        self.source = random.Random(seed)
        self.document = Document(NET)
        self.uri = client.open("fuzz.py", NET)
        self.version = 1
        self.waiting: list[int] = []

    def step(self) -> None:
        choice = self.source.random()
        if choice < 0.45:
            self._edit()
        elif choice < 0.5:
            self._mend()
        elif choice < 0.9:
            self._ask()
        elif choice < 0.97 and self.waiting:
            self.client.notify("$/cancelRequest", {"id": self.source.choice(self.waiting)})
        else:
            self._reopen()
        if len(self.waiting) > 20:
            self.collect()

    def _edit(self) -> None:
        changes = []
        for _ in range(self.source.randrange(1, 3)):
            start = self.document.offset(self.source)
            end = min(start + self.source.choice([0, 0, 1, 2, 5, 40]), len(self.document.text))
            if self.document.text[end - 1 : end + 1] == "\r\n":
                end += 1
            changes.append(self.document.edit(start, end, self.source.choice(PIECES)))
        self._send(changes)

    def _mend(self) -> None:
        self.document.text = NET
        self._send([{"text": NET}])

    def _send(self, changes: list[dict[str, Any]]) -> None:
        self.version += 1
        self.client.change(self.uri, self.version, *changes)

    def _reopen(self) -> None:
        self.client.close(self.uri)
        self.version += 1
        self.uri = self.client.open("fuzz.py", self.document.text, self.version)

    def _ask(self) -> None:
        line, column = self.source.randrange(40), self.source.randrange(40)
        area = span(0, 0, line, column)
        params = {
            "textDocument": {"uri": self.uri},
            "position": {"line": line, "character": column},
            "range": area,
            "context": {"diagnostics": []},
        }
        method = f"textDocument/{self.source.choice(REQUESTS)}"
        self.waiting.append(self.client.send(method, params))

    def collect(self) -> None:
        """Every request is answered, if only by an error that says it was cancelled."""
        for number in self.waiting:
            try:
                self.client.result(number)
            except ServerError as error:
                assert error.code in (-32800, -32801), error
        self.waiting.clear()

    def finish(self) -> None:
        """What is known in the end is what a fresh session knows of the same text."""
        self.collect()
        good = NET.replace("64", "48")
        for text in (self.document.text, good):
            self.document.text = text
            self._send([{"text": text + " "}])
            self._send([{"text": text}])
            self.client.settled(self.uri)
            with LspClient(self.client.folder) as fresh:
                uri = fresh.open("fuzz.py", text)
                fresh.settled(uri)
                assert fresh.diagnostics(uri) == self.client.diagnostics(self.uri), text
                own, other = set(self.client.hints(self.uri)), set(fresh.hints(uri))
                # of broken text the last good hints stay
                assert own == other if text is good else own >= other, (text, own ^ other)
        shown = [message for message in self.client.seen if message["method"] == "window/showMessage"]
        assert not shown, shown


def converse(folder: Path, steps: int, seed: int) -> None:
    (folder / "pyproject.toml").write_text("[project]\nname = 'example'\n")
    with LspClient(folder) as client:
        conversation = Conversation(client, seed)
        for _ in range(steps):
            conversation.step()
        conversation.finish()


def test_conversation(tmp_path: Path) -> None:
    converse(tmp_path, 250, 7)


if __name__ == "__main__":
    count, *seeds = map(int, sys.argv[1:])
    for chosen in seeds:
        with tempfile.TemporaryDirectory() as name:
            converse(Path(name), count, chosen)
        print(f"seed {chosen}: {count} steps, nothing lost, same end")
