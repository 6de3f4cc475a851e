"""The server's state: what is open, what is known of it, and who waits for what."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

from pygls import uris
from pygls.exceptions import JsonRpcContentModified
from pygls.lsp.server import LanguageServer

from analyzers.facts import Fix
from analyzers.stop import Stopped
from rf_lsp import __version__
from rf_lsp.server.analysis import Analysis, Analyst, Order
from rf_lsp.server.buffers import Buffer, Buffers
from rf_lsp.server.client import Client
from rf_lsp.server.error_boundary import guarded
from rf_lsp.server.progress import Progress
from rf_lsp.server.projects import Projects
from rf_lsp.server.protocol import Protocol
from rf_lsp.server.text import Text
from rf_lsp.server.worker import Task, Worker
from rf_lsp.shapes import NamedShape

logger = logging.getLogger(__name__)

ERROR, WARNING, INFORMATION = 1, 2, 3


class Server(LanguageServer):
    """Only the loop's thread touches the fields; ``lock`` guards the texts, which the worker reads too."""

    protocol: Protocol  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, notebooks: Any = None) -> None:
        super().__init__("rf-lsp", __version__, notebook_document_sync=notebooks, protocol_cls=Protocol)
        self.client = Client()
        self.buffers = Buffers()
        self.lock = threading.Lock()
        self.projects = Projects()
        self.analyst = Analyst(self.projects)
        self.worker = Worker(self.analyst, self.order, self._publish)
        self.analyses: dict[str, Analysis] = {}
        self.inputs: dict[str, dict[str, list[NamedShape]]] = {}
        self.held_fixes: dict[tuple[Any, ...], list[Fix]] = {}
        self.pins: dict[str, tuple[str, str]] = {}
        self.views: dict[str, Any] = {}
        self.occurrences: dict[str, dict[int, Any]] = {}
        self.folders: list[str] = []
        self.editor_settings: dict[str, Any] = {}
        self.closed_texts: dict[str, Text | None] = {}
        self.loop: asyncio.AbstractEventLoop | None = None
        self.listeners: list[Callable[[Analysis], None]] = []
        self._waiters: list[asyncio.Future[None]] = []
        self._unasked: set[str] = set()
        self._refreshing: set[str] = set()
        self._told: set[str] = set()
        self._revisions = self._taken = 0
        self._progress = Progress(self)

    def next_revision(self) -> int:
        """A number above those of all texts so far: a document that is opened again is another text."""
        self._revisions = max([self._revisions, *(buffer.revision for buffer in self.buffers)]) + 1000
        return self._revisions

    def offer(self, method: str, handler: Any, options: Any = None) -> None:
        """Answer a method with ``handler(server, params)``, told of errors once and always going on."""
        self.feature(method, options)(guarded(self, method, handler))

    # -- analysis --------------------------------------------------------------------------------

    def edited(self, buffer: Buffer) -> None:
        """The buffer has a new text: analyse it first, then what depends on it."""
        self.worker.schedule(buffer.path)
        self._progress.begun()
        self.reanalyse(other for other in self.buffers if other is not buffer and self._depends(other, [buffer.path]))

    def reanalyse(self, buffers: Iterable[Buffer]) -> None:
        """Analyse anew although the texts are the same: what they depend on has changed."""
        for buffer in buffers:
            with self.lock:
                buffer.revision += 1
            self._unasked.add(buffer.path)
            self.worker.schedule(buffer.path, urgent=False)
            self._progress.begun()

    def depending_on(self, paths: list[str]) -> list[Buffer]:
        return [buffer for buffer in self.buffers if self._depends(buffer, paths)]

    def _depends(self, buffer: Buffer, paths: list[str]) -> bool:
        analysis = self.analyses.get(buffer.path)
        return analysis is not None and not analysis.dependencies.isdisjoint(paths)

    def _is_outdated(self, analysis: Analysis) -> bool:
        """Whether another open module that it depends on has got another text since it began."""
        others = (buffer for buffer in self.buffers if buffer.path in analysis.dependencies - {analysis.path})
        return any(buffer.text is not analysis.texts.get(buffer.path) for buffer in others)

    def closed(self, buffer: Buffer) -> None:
        self._revisions = max(self._revisions, buffer.revision)
        for known in (self.analyses, self.views, self.occurrences):
            known.pop(buffer.path, None)
        self._progress.ended()
        self.worker.schedule(buffer.path, urgent=False)
        self.reanalyse(self.depending_on([buffer.path]))
        self._wake()

    async def analysed(self, buffer: Buffer, whole: bool) -> Analysis | None:
        """The analysis of the buffer's newest text, with all its models or with those that are known so far;
        ``None`` when the buffer is closed meanwhile."""
        while self.buffers.at(buffer.path) is buffer:
            analysis = self.analyses.get(buffer.path)
            if analysis is not None and analysis.revision == buffer.revision and (analysis.complete or not whole):
                if not analysis.complete:
                    self._unasked.add(buffer.path)
                return analysis
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter
        return None

    async def background(self, work: Callable[[Any], Any]) -> Any:
        """The result of ``work(stop)`` in the worker's thread, where the engine may be used."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()

        def settle(result: Any, error: BaseException | None) -> None:
            if not future.done():
                future.set_exception(error) if error is not None else future.set_result(result)

        stops: list[Any] = []

        def task(stop: Any) -> None:
            stops.append(stop)
            stop.requested = future.cancelled()
            try:
                result, error = work(stop), None
            except Stopped:
                result, error = None, JsonRpcContentModified(message="the document was edited meanwhile")
            except Exception as caught:
                result, error = None, caught
            loop.call_soon_threadsafe(settle, result, error)

        self.worker.run(task, interrupt=True)
        try:
            return await future
        except asyncio.CancelledError:
            for stop in stops:
                stop.requested = True
            raise

    def in_background(self, task: Task) -> None:
        self.worker.run(task)

    def order(self, path: str) -> Order | None:
        """In the worker's thread: the newest state of a path."""
        with self.lock:
            buffers = list(self.buffers)
            texts = {buffer.path: buffer.text for buffer in buffers}
            revisions = {buffer.path: buffer.revision for buffer in buffers}
            buffer = self.buffers.at(path)
            view = buffer.view if buffer is not None else None
            inputs = dict(self.inputs.get(path, {}))
        self.analyst.lay_over(texts)
        if path not in texts:
            return None
        return Order(path, texts, revisions, view, inputs)

    def _publish(self, analysis: Analysis) -> None:
        """In the worker's thread: hand a result to the loop."""
        if self.loop is not None and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._take, analysis, self._warnings())

    def _warnings(self) -> list[str]:
        warnings, self.projects.warnings = self.projects.warnings, []
        return warnings

    def _take(self, analysis: Analysis, warnings: list[str]) -> None:
        for warning in warnings:
            self.show(warning, WARNING)
        buffer = self.buffers.at(analysis.path)
        if buffer is None or analysis.revision != buffer.revision:
            return
        if analysis.crash:
            self.tell_crash(analysis.crash)
        self._taken += 1
        analysis.number = self._taken
        self.analyses[analysis.path] = analysis
        self._wake()
        for listener in self.listeners:
            listener(analysis)
        if analysis.complete:
            self._progress.ended()
            self._refresh_after(analysis)
            if self._is_outdated(analysis):
                self.reanalyse([buffer])

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    # -- what the client is to ask again -----------------------------------------------------------

    def _refresh_after(self, analysis: Analysis) -> None:
        """Where the client cannot know that its answers are old: parts were missing, or another file changed."""
        unasked = analysis.path in self._unasked
        self._unasked.discard(analysis.path)
        others = [buffer for buffer in self.buffers if buffer.path != analysis.path]
        if unasked or any(buffer.path in analysis.dependencies for buffer in others):
            self.refresh()

    def refresh(self) -> None:
        client = self.client
        kinds = {
            "workspace/inlayHint/refresh": client.refreshes_hints,
            "workspace/codeLens/refresh": client.refreshes_lenses,
            "workspace/diagnostic/refresh": client.pulls and client.refreshes_diagnostics,
        }
        for method, wanted in kinds.items():
            if wanted and method not in self._refreshing:
                self._refreshing.add(method)
                future = self.protocol.send_request(method)
                future.add_done_callback(lambda _, method=method: self._refreshing.discard(method))

    # -- places ----------------------------------------------------------------------------------

    def uri_of(self, path: str) -> str:
        buffer = self.buffers.at(path)
        return buffer.uri if buffer is not None else uris.from_fs_path(path) or path

    def path_of(self, uri: str) -> str:
        """The file of a URI; for what is no file (an unsaved document) a name in the working directory."""
        path = uris.to_fs_path(uri) if uri.startswith("file:") else None
        if path:
            return os.path.abspath(path)
        name = "".join(c if c.isalnum() or c in "._-" else "_" for c in uri)[-80:]
        return os.path.join(os.getcwd(), f"{name}.py" if not name.endswith(".py") else name)

    # -- messages --------------------------------------------------------------------------------

    def show(self, text: str, level: int = INFORMATION) -> None:
        """A message on the screen, each text once."""
        if text not in self._told:
            self._told.add(text)
            self.protocol.notify("window/showMessage", {"type": level, "message": f"rf-lsp: {text}"})

    def tell_crash(self, text: str) -> None:
        """An internal error: logged each time, shown once."""
        self.protocol.notify("window/logMessage", {"type": ERROR, "message": f"rf-lsp: internal error: {text}"})
        if "crash" not in self._told:
            self._told.add("crash")
            self.show(f"internal error: {text} (more in the log; it goes on)", ERROR)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Nothing pops up for what pygls reports; our own handlers tell of their errors once."""
        logger.warning("%s: %s", getattr(source, "__name__", source), error)
