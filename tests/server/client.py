"""A small client of the protocol over standard input and output, for tests."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROFILES = Path(__file__).parent / "capabilities"
PATIENCE = 60.0
"""Seconds after which an answer counts as lost; machines that test are slow machines."""


def capabilities(profile: str) -> dict[str, Any]:
    """What a real editor sent in its ``initialize``."""
    return json.loads((PROFILES / f"{profile}.json").read_text())["capabilities"]


class ServerError(Exception):
    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error.get("message"))
        self.code = error.get("code")


class LspClient:
    """One session. Requests of the server are answered with null, or by ``answers[method]``.

    ``command`` starts another server than ours.
    """

    def __init__(self, folder: Path, profile: str = "vscode-1.139", **more: Any) -> None:
        self.folder = folder
        self.answers: dict[str, Callable[[Any], Any]] = {}
        self.seen: list[dict[str, Any]] = []
        self.opened: set[str] = set()
        self._results: dict[int, dict[str, Any]] = {}
        self._last = 0
        self._queue: queue.Queue[dict[str, Any]] = queue.Queue()
        self.process = _start(folder, more.pop("command", None))
        self._writing = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()
        self.capabilities = more.pop("capabilities", None) or capabilities(profile)
        parameters = {
            "processId": os.getpid(),
            "rootUri": folder.as_uri(),
            "workspaceFolders": [{"uri": folder.as_uri(), "name": folder.name}],
            "capabilities": self.capabilities,
            **more,
        }
        self.server = self.request("initialize", parameters)
        self.notify("initialized", {})

    # -- messages --------------------------------------------------------------------------------

    def _write(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        with self._writing:
            assert self.process.stdin is not None
            self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            self.process.stdin.flush()

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while True:
            length = 0
            while (line := stream.readline()).strip():
                if line.lower().startswith(b"content-length"):
                    length = int(line.split(b":")[1])
            if not line:
                return
            self._queue.put(json.loads(stream.read(length)))

    def _take(self, timeout: float) -> None:
        """Take one message of the server."""
        message = self._queue.get(timeout=max(timeout, 0.001))
        if "method" in message:
            self.seen.append(message)
            if "id" in message:
                answer = self.answers.get(message["method"], lambda _: None)(message.get("params"))
                self._write({"id": message["id"], "result": answer})
        else:
            self._results[message["id"]] = message

    def notify(self, method: str, params: Any) -> None:
        self._write({"method": method, "params": params})

    def send(self, method: str, params: Any) -> int:
        """Send a request and do not wait."""
        self._last += 1
        self._write({"id": self._last, "method": method, "params": params})
        return self._last

    def result(self, number: int, timeout: float = PATIENCE) -> Any:
        """The answer to a request; raises ServerError, or TimeoutError when there is none."""
        end = time.monotonic() + timeout
        while number not in self._results:
            if time.monotonic() > end:
                raise TimeoutError(f"request {number} is not answered")
            try:
                self._take(end - time.monotonic())
            except queue.Empty:
                continue
        message = self._results.pop(number)
        if "error" in message:
            raise ServerError(message["error"])
        return message["result"]

    def request(self, method: str, params: Any, timeout: float = PATIENCE) -> Any:
        return self.result(self.send(method, params), timeout)

    def wait_for(self, method: str, fits: Callable[[Any], bool] = lambda _: True, timeout: float = PATIENCE) -> Any:
        """The parameters of the next notification or request of the server that fits (or one seen before)."""
        end = time.monotonic() + timeout
        at = 0
        while True:
            for message in self.seen[at:]:
                if message["method"] == method and fits(message.get("params")):
                    self.seen.remove(message)
                    return message.get("params")
            at = len(self.seen)
            if time.monotonic() > end:
                raise TimeoutError(f"no {method}")
            try:
                self._take(end - time.monotonic())
            except queue.Empty:
                continue

    # -- documents -------------------------------------------------------------------------------

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str | None = None, version: int = 1) -> str:
        """Open a file of the folder, or an unsaved text for it; returns its URI."""
        uri = self.uri(name)
        text = (self.folder / name).read_bytes().decode() if text is None else text
        document = {"uri": uri, "languageId": "python", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        self.opened.add(uri)
        return uri

    def change(self, uri: str, version: int, *changes: dict[str, Any]) -> None:
        params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)}
        self.notify("textDocument/didChange", params)

    def close(self, uri: str) -> None:
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        self.opened.discard(uri)

    def hints(self, uri: str, last: int = 100_000) -> list[tuple[int, str]]:
        """(line, text) of the hints."""
        params = {"textDocument": {"uri": uri}, "range": span(0, 0, last, 0)}
        found = self.request("textDocument/inlayHint", params) or []
        return [(hint["position"]["line"], "".join(part["value"] for part in hint["label"])) for hint in found]

    def diagnostics(self, uri: str) -> list[dict[str, Any]]:
        """Pulled."""
        return self.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})["items"]

    def hover(self, uri: str, line: int, character: int) -> str:
        params = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
        found = self.request("textDocument/hover", params)
        return found["contents"]["value"] if found else ""

    def settled(self, uri: str) -> None:
        """Wait until what is known of a document is all there is."""
        for _ in range(100):
            number = self.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
            if not number.get("resultId", "").endswith("-"):
                return
            time.sleep(0.05)

    def stop(self) -> int:
        """Shut down and return the exit code."""
        try:
            self.request("shutdown", None)
            self.notify("exit", None)
            return self.process.wait(20)
        finally:
            self.process.kill()

    def __enter__(self) -> LspClient:
        return self

    def __exit__(self, *_: Any) -> None:
        if self.process.poll() is None:
            self.stop()


def _start(folder: Path, command: list[str] | None) -> subprocess.Popen[bytes]:
    if command is not None:
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=folder, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from rf_lsp.cli import main; sys.exit(main(['server']))"
    environment = {**os.environ, "RF_LSP_LOG": os.environ.get("RF_LSP_LOG", "ERROR")}
    return subprocess.Popen(
        [sys.executable, "-P", "-c", code] if sys.version_info >= (3, 11) else [sys.executable, "-c", code],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    )


def span(line: int, column: int, end_line: int, end_column: int) -> dict[str, Any]:
    return {"start": {"line": line, "character": column}, "end": {"line": end_line, "character": end_column}}
