"""What a person can look at beside the code: a report of a model, its effective field, and what changed since the last
commit."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from analyzers.facts import ModelFact
from rf_lsp.errors import UsageError
from rf_lsp.server.confirm_command import traced
from rf_lsp.server.messages import INFORMATION, WARNING
from rf_lsp.server.open_modules import OpenModule
from rf_lsp.server.progress import TaskProgress
from rf_lsp.server.scheduler import Interrupted
from rf_lsp.server.session import Session, Workbench
from rf_lsp.server.snapshot import ModuleSnapshot, WaitFor
from rf_lsp.server.views.lenses import expression_of

if TYPE_CHECKING:
    from analyzers.tracing.results import ModelResult
    from rf_lsp.comparison.models import Comparison

HEAD = "HEAD"
UNTRUSTED = "this workspace is not trusted, so git is not asked about it; trust it in the editor first"


async def report(session: Session, module: OpenModule, target: str) -> dict[str, Any] | None:
    """The page of ``rf-lsp report`` on one model, as the editor has it."""
    try:
        snapshot, model = await _model(session, module, target)
        page = await session.at_workbench(snapshot, partial(_report, snapshot, model))
        return await session.pages.show(session, f"{model.name} report", ".html", page)
    except (UsageError, Interrupted, OSError) as error:
        return _failed(session, "no report", error)


async def effective_field(session: Session, module: OpenModule, target: str) -> dict[str, Any] | None:
    """A picture of what the last map of a model really uses, measured by torch."""
    result = await traced(session, module, target, effective=True)
    if result is None:
        return None
    try:
        page = await asyncio.to_thread(_effective_page, result)
        return await session.pages.show(session, f"{result.model.name} effective field", ".html", page)
    except (UsageError, ValueError, OSError) as error:
        return _failed(session, "no effective field", error)


async def compare_with_head(session: Session, module: OpenModule, target: str) -> dict[str, Any] | None:
    """What the text on the screen does to the models of its file since the last commit, as ``rf-lsp diff`` tells it."""
    try:
        if not session.client.trusted:
            raise UsageError(UNTRUSTED)
        texts = {other.path: other.document.text for other in session.modules}
        title = f"{os.path.basename(module.path)} since {HEAD}"
        work = partial(_compared, module.path, texts)
        compared, text = await _with_progress(session, f"Comparing {title}", work)
        if not (compared.models or compared.new_findings or compared.fixed_findings or compared.notes):
            session.messages.tell(f"{title}: no number of any model is different", INFORMATION)
            return {"title": title, "file": None}
        return await session.pages.show(session, title, ".md", text)
    except (UsageError, OSError) as error:
        return _failed(session, "not compared", error)


def is_in_repository(path: str) -> bool:
    """Whether git may know the file: some folder above holds its own data."""
    folder, last = os.path.dirname(path), ""
    while folder != last:
        if os.path.exists(os.path.join(folder, ".git")):
            return True
        folder, last = os.path.dirname(folder), folder
    return False


async def _model(session: Session, module: OpenModule, target: str) -> tuple[ModuleSnapshot, ModelFact]:
    snapshot = await session.snapshot(module, WaitFor.ALL_MODELS)
    models = snapshot.analysis.facts.models if snapshot is not None else ()
    model = next((model for model in models if expression_of(model) == target), None)
    if snapshot is None or model is None:
        raise UsageError(f"there is no model {target!r} in the text as it is now")
    return snapshot, model


def _report(snapshot: ModuleSnapshot, model: ModelFact, bench: Workbench) -> str:
    """In the background thread."""
    from rf_lsp.inspection import report_of
    from rf_lsp.output import RenderOptions, renderer
    from rf_lsp.output.page.charts import library

    library()
    found = report_of(model, snapshot.analysis.facts, bench.engine, bench.rules)
    return renderer("report", "html")(found, RenderOptions())


def _effective_page(result: ModelResult) -> str:
    from rf_lsp.output.page.charts import library
    from rf_lsp.output.page.effective import render

    library()
    return render(result)


def _compared(path: str, texts: Mapping[str, str]) -> tuple[Comparison, str]:
    """In a thread of its own, with sources of its own."""
    from rf_lsp.comparison.sides import DiffOptions
    from rf_lsp.output import RenderOptions, renderer

    options = DiffOptions(unsaved={os.path.realpath(other): text for other, text in texts.items()})
    with options.since(HEAD, [path]) as (old, new):
        compared = options.compared(old, new)
        return compared, renderer("diff", "markdown")(compared, RenderOptions())


async def _with_progress(session: Session, title: str, work: Callable[[], Any]) -> Any:
    """Giving up is at once, although the thread goes on to its end."""
    task = asyncio.ensure_future(asyncio.to_thread(work))

    def cancel() -> None:
        task.cancel()

    progress = TaskProgress(session.connection, title, cancel)
    if session.client.progress:
        session.tasks.begin(progress)
    try:
        return await task
    except asyncio.CancelledError:
        raise UsageError("cancelled") from None
    finally:
        session.tasks.end(progress)


def _failed(session: Session, what: str, error: Exception) -> None:
    reason = "the text was edited meanwhile; ask again" if isinstance(error, Interrupted) else str(error)
    session.messages.tell(f"{what}: {reason}", WARNING)
