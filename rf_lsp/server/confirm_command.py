"""``rf-lsp.confirm``: a model is run by torch, because a person has asked for it, and compared with its source."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcException

from analyzers.facts import ModelFact
from analyzers.source.gate import read_bytes
from analyzers.source.sources import MAXIMUM_SIZE, NOTEBOOK
from analyzers.stop import Stop
from rf_lsp.errors import UsageError
from rf_lsp.server.confirmations import Confirmation, content_of, rests_on
from rf_lsp.server.confirming import Traced, TracingJob
from rf_lsp.server.messages import INFORMATION, WARNING
from rf_lsp.server.open_modules import OpenModule
from rf_lsp.server.progress import TaskProgress
from rf_lsp.server.scheduler import Interrupted
from rf_lsp.server.session import Session, Workbench
from rf_lsp.server.snapshot import ModuleSnapshot, WaitFor
from rf_lsp.server.views.lenses import expression_of
from rf_lsp.server.views.verdicts import verdict_message

if TYPE_CHECKING:
    from analyzers.tracing.interpreters import Interpreter
    from analyzers.tracing.results import ModelResult

START, LEAVE = "Start it", "Cancel"
UNTRUSTED = "this workspace is not trusted, so none of its code is run; trust it in the editor, then confirm again"
HAVE_TORCH = "install torch there, or name an interpreter that has it in the setting `python`"


class Refused(Exception):
    """Why a model is not traced, and what to do about it; one sentence."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is traced, and what the result is kept by."""

    job: TracingJob
    content: str
    rests_on: dict[str, str]


async def confirm(session: Session, module: OpenModule, target: str) -> dict[str, Any] | None:
    """Answers with ``{"verdict", "message"}``, the message that is shown, or null when nothing was traced."""
    result = await traced(session, module, target)
    if result is None:
        return None
    text = verdict_message(result)
    session.messages.tell(text, INFORMATION if result.verdict == "confirmed" else WARNING)
    return {"verdict": result.verdict, "message": text}


async def traced(session: Session, module: OpenModule, target: str, effective: bool = False) -> ModelResult | None:
    """A model as torch runs it, with its ``effective`` field where that is wanted; it is remembered for hints and
    lenses. None when it was not run: the person is told why, unless it is they who no longer want to know."""
    try:
        plan = await _planned(session, module, target)
        await _agreed(session, plan.job.interpreter)
        traced = await _traced(session, plan, effective)
        if not traced.is_of_model and traced.result.message != "cancelled":
            raise Refused(
                f"{plan.job.interpreter.path} ({plan.job.interpreter.origin}): {traced.result.message}; {HAVE_TORCH}"
            )
    except (Refused, UsageError) as refused:
        session.messages.tell(f"not confirmed: {refused}", WARNING)
        return None
    if not traced.is_of_model:
        return None
    kept = replace(traced.result, erf=None)  # its map is large
    session.confirmations.keep(plan.content, Confirmation(kept, plan.rests_on))
    present = session.modules.at(module.path)
    if present is not None:
        session.reanalyse([present])
    return traced.result


# -- before anything is started --------------------------------------------------------------------------


async def _planned(session: Session, module: OpenModule, target: str) -> _Plan:
    """Raises :class:`Refused` and :class:`UsageError`."""
    if not session.client.trusted:
        raise Refused(UNTRUSTED)
    snapshot = await session.snapshot(module, WaitFor.ALL_MODELS)
    models = snapshot.analysis.facts.models if snapshot is not None else ()
    model = next((model for model in models if expression_of(model) == target), None)
    if snapshot is None or model is None:
        raise Refused(f"there is no model {target!r} in the text as it is now")
    try:
        return await session.at_workbench(snapshot, partial(_plan, snapshot, model))
    except Interrupted:
        raise Refused("the text was edited meanwhile; confirm again") from None


def _plan(snapshot: ModuleSnapshot, model: ModelFact, bench: Workbench) -> _Plan:
    """In the background thread."""
    from rf_lsp.tracing import folders_of, interpreter_of, limits_of

    engine, path = bench.engine, snapshot.path
    others = [name for name in snapshot.texts if name != path and name in snapshot.analysis.dependencies]
    unsaved = [name for name in others if not _is_saved(name, snapshot.texts[name])]
    if unsaved:
        raise Refused(f"{os.path.basename(unsaved[0])} is not saved, and torch reads it from the disk; save it first")
    text = snapshot.document.text
    is_on_disk = not path.endswith(NOTEBOOK) and _is_saved(path, text)
    interpreter = interpreter_of(engine.project, path)
    folders, limits = folders_of(engine.project), limits_of(engine.project)
    job = TracingJob(model, None if is_on_disk else text, interpreter, folders, limits)
    content = content_of(engine.sources.module(path), model)
    return _Plan(job, content, rests_on(engine, path, snapshot.analysis.dependencies))


def _is_saved(path: str, text: str) -> bool:
    """Whether a regular file holds the text, whatever its line ends."""
    try:
        kept = read_bytes(path, MAXIMUM_SIZE).decode("utf-8-sig")
    except (OSError, ValueError):
        return False
    return kept.splitlines() == text.removeprefix("\ufeff").splitlines()


async def _agreed(session: Session, interpreter: Interpreter) -> None:
    """An interpreter of the project's own is started only after a person has agreed, once."""
    from rf_lsp.trust import agree, is_trusted

    if is_trusted(interpreter):
        return
    question = {
        "type": WARNING,
        "message": f"rf-lsp: {interpreter.path} ({interpreter.origin}) belongs to the project. Start it now and whenever a "
        "model of this project is confirmed?",
        "actions": [{"title": START}, {"title": LEAVE}],
    }
    try:
        answer = await session.ask("window/showMessageRequest", question)
    except JsonRpcException:
        answer = None
    title = answer.get("title") if isinstance(answer, dict) else getattr(answer, "title", None)
    if title != START:
        raise Refused(
            f"nobody has agreed to start {interpreter.path} ({interpreter.origin}); `rf-lsp trace --yes` agrees to it in a terminal"
        )
    agree(interpreter)


# -- running -----------------------------------------------------------------------------------------------


async def _traced(session: Session, plan: _Plan, effective: bool) -> Traced:
    stop = Stop()
    job = replace(plan.job, effective=effective)

    def cancel() -> None:
        stop.requested = True

    what = "Measuring" if effective else "Confirming"
    progress = TaskProgress(session.connection, f"{what} {job.model.name}", cancel)
    if session.client.progress:
        session.tasks.begin(progress)
    try:
        return await session.confirming.result_of(job, stop, progress.report)
    finally:
        session.tasks.end(progress)
