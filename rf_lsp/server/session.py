"""One conversation with an editor: what is open, what is known of it, and who waits for what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

from analyzers.request import Request
from analyzers.rules.support.settings import RuleSettings
from analyzers.stop import Stop, Stopped
from rf_lsp.engine import Engine
from rf_lsp.server.analysis import AnalysisJob, AnalysisSnapshot
from rf_lsp.server.client import Client
from rf_lsp.server.closed_files import ClosedFiles
from rf_lsp.server.confirmations import Confirmations
from rf_lsp.server.confirming import Confirming
from rf_lsp.server.connection import Connection
from rf_lsp.server.documents import Document
from rf_lsp.server.engines import Engines
from rf_lsp.server.incremental import IncrementalAnalyzer
from rf_lsp.server.line_map import LineEdit
from rf_lsp.server.messages import WARNING, Messages, Refreshes
from rf_lsp.server.open_modules import OpenModule, OpenModules
from rf_lsp.server.pages import Pages
from rf_lsp.server.progress import Progress, Tasks
from rf_lsp.server.scheduler import AnalysisScheduler
from rf_lsp.server.snapshot import ModuleSnapshot, WaitFor
from rf_lsp.server.view_cache import ViewCache

Result = TypeVar("Result")


class Workbench(NamedTuple):
    """The engine in the background thread, with the texts of a snapshot; ``request`` asks about its module."""

    engine: Engine
    rules: RuleSettings
    request: Request


class Session:
    """Only the loop's thread touches it; :meth:`_job` and :meth:`_publish` are called in the background thread and
    read nothing but what is replaced as a whole.

    ``when_started`` are told who the client is, ``when_analysed`` of every new analysis.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.client = Client()
        self.modules = OpenModules()
        self.files = ClosedFiles(self.client.encoding)
        self.messages = Messages(connection)
        self.engines = Engines()
        self.confirmations = Confirmations()
        self.confirming = Confirming()
        self.pages = Pages()
        self.tasks = Tasks()
        self.when_started: list[Callable[[Client], None]] = []
        self.when_analysed: list[Callable[[ModuleSnapshot], None]] = []
        self.editor_settings: dict[str, Any] = {}
        self._analyzer = IncrementalAnalyzer(self.engines, self.confirmations)
        self._scheduler = AnalysisScheduler(self._analyzer, self._job, self._publish)
        self._refreshes = Refreshes(connection)
        self._progress = Progress(connection, self._pending)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiters: list[asyncio.Future[None]] = []

    def start(self, client: Client) -> None:
        """The client has said what it can."""
        self.client = client
        self.files = ClosedFiles(client.encoding)
        self._loop = asyncio.get_running_loop()
        if client.progress:
            self._progress.enable(self._loop)
        for tell in self.when_started:
            tell(client)
        self._scheduler.start()

    def close(self) -> None:
        """What is running stops."""
        self._scheduler.close()
        self.confirming.close()
        self.pages.close()

    # -- what the client has open ------------------------------------------------------------------

    def open(self, document: Document) -> None:
        self._edited(self.modules.open(document))

    def edit(self, module: OpenModule, document: Document, edits: Iterable[LineEdit]) -> None:
        """It has another text now, by these edits, one after the other."""
        module.edit(document, edits)
        self.modules.index(module)
        self._edited(module)

    def _edited(self, module: OpenModule) -> None:
        """Analyse it first, then what depends on it."""
        self._scheduler.schedule(module.path)
        self._progress.begun()
        self.reanalyse(other for other in self.depending_on([module.path]) if other is not module)

    def close_module(self, uri: str) -> OpenModule | None:
        """Close what is known by the URI, if anything."""
        module = self.modules.close(uri)
        if module is not None:
            self._progress.ended()
            self._scheduler.schedule(module.path, urgent=False)
            self.reanalyse(self.depending_on([module.path]))
            self._wake()
        return module

    def depending_on(self, paths: Iterable[str]) -> list[OpenModule]:
        """The open modules that one of the files was read for."""
        wanted = list(paths)
        return [module for module in self.modules if module.depends_on(wanted)]

    # -- what is known of it -----------------------------------------------------------------------

    def reanalyse(self, modules: Iterable[OpenModule]) -> None:
        """Analyse anew although the texts are the same: what they depend on has changed."""
        for module in modules:
            module.renew()
            module.answered_early = True
            self._scheduler.schedule(module.path, urgent=False)
            self._progress.begun()

    async def snapshot(self, module: OpenModule, wait_for: WaitFor) -> ModuleSnapshot | None:
        """What is known of a module, as soon as there is what is waited for; ``None`` when it is closed meanwhile,
        or when nothing is known and nothing is waited for."""
        while self.modules.is_open(module):
            if wait_for is WaitFor.NOTHING:
                return self._snapshot(module)
            if _is_enough(module, wait_for):
                module.answered_early = module.answered_early or not module.is_analysed
                return self._snapshot(module)
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter
        return None

    def _snapshot(self, module: OpenModule) -> ModuleSnapshot | None:
        """As long as nothing changes it is the same object."""
        if module.analysis is None:
            return None
        documents = {other.path: other.document for other in self.modules}
        others = [other.analysis for other in self.depending_on([module.path]) if other is not module]
        analyses = [module.analysis, *(analysis for analysis in others if analysis is not None)]
        last = module.snapshot
        if last is None or not last.is_of(module.state, documents, analyses):
            views = ViewCache(last.views if last is not None else None)
            module.snapshot = last = ModuleSnapshot(
                self.client, module.state, analyses, documents, self.files, views, module.fixes
            )
        return last

    def _take(self, analysis: AnalysisSnapshot, warnings: list[str]) -> None:
        """There is something new; of a text that is no more it is of no use."""
        for warning in warnings:
            self.messages.show(warning, WARNING)
        module = self.modules.at(analysis.path)
        if module is None or analysis.revision != module.revision:
            return
        if analysis.crash:
            self.messages.tell_crash(analysis.crash)
        module.analysis = analysis
        self._wake()
        for tell in self.when_analysed:
            if (snapshot := self._snapshot(module)) is not None:
                tell(snapshot)
        if analysis.complete:
            self._completed(module, analysis)

    def _completed(self, module: OpenModule, analysis: AnalysisSnapshot) -> None:
        """Everything is known of a module: others may show it, or have changed since it began."""
        self._progress.ended()
        others = [other for other in self.modules if other is not module and other.path in analysis.dependencies]
        if module.answered_early or others:
            module.answered_early = False
            self.refresh()
        if any(other.document.text is not analysis.texts.get(other.path) for other in others):
            self.reanalyse([module])

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _pending(self) -> list[str]:
        return [module.path for module in self.modules if not module.is_analysed]

    def refresh(self) -> None:
        """The client is to ask again."""
        self._refreshes.request(self.client)

    async def ask(self, method: str, params: Any) -> Any:
        """The client's answer to a request."""
        return await asyncio.wrap_future(self.connection.send_request(method, params))

    # -- the background thread ---------------------------------------------------------------------

    def run(self, work: Callable[[], object]) -> None:
        """Do something in the background thread, where the engines may be used, before the next analysis."""
        self._scheduler.run(lambda _: work())

    async def at_workbench(self, snapshot: ModuleSnapshot, work: Callable[[Workbench], Result]) -> Result:
        """The result of work with the engine; raises ``Interrupted`` when the module gets another text."""

        def at_its_turn(stop: Stop) -> Result:
            module = self.modules.at(snapshot.path)
            if module is None or module.document is not snapshot.document:
                raise Stopped
            self._analyzer.lay_over(snapshot.texts)
            engine, rules = self.engines.of(snapshot.path)
            inputs = dict(snapshot.state.choices.inputs)
            return work(Workbench(engine, rules, Request(snapshot.path, inputs_of=inputs, stop=stop)))

        return await self._scheduler.result_of(at_its_turn)

    def _job(self, path: str) -> AnalysisJob | None:
        """The newest state of a path, if it is open."""
        module = self.modules.at(path)
        states = {other.path: other.state for other in self.modules}
        if module is None or path not in states:
            return None
        texts = {other: state.document.text for other, state in states.items()}
        revisions = {other: state.revision for other, state in states.items()}
        inputs = states[path].choices.inputs
        return AnalysisJob(path, texts, revisions, module.view, inputs, lambda: module.view)

    def _publish(self, analysis: AnalysisSnapshot) -> None:
        """Hand a result to the loop."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, analysis, self.engines.new_warnings())


def _is_enough(module: OpenModule, wait_for: WaitFor) -> bool:
    analysis = module.analysis
    if analysis is None or analysis.revision != module.revision:
        return False
    return analysis.complete or wait_for is WaitFor.FIRST_MODELS
