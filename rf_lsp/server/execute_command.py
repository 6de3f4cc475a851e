"""``workspace/executeCommand``: hide hints, pin a context, change the input of a model, confirm it with torch, show what belongs to it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from analyzers.facts import Edit, Place
from rf_lsp.errors import UsageError
from rf_lsp.server import wire
from rf_lsp.server.code_lens import CHANGE_INPUT, COMPARE, CONFIRM, EFFECTIVE_FIELD, REPORT
from rf_lsp.server.confirm_command import confirm
from rf_lsp.server.documents import Document
from rf_lsp.server.handlers import session_request
from rf_lsp.server.inlay_hint import PIN, TOGGLE
from rf_lsp.server.module_view import models_in, occurrences_in
from rf_lsp.server.open_modules import OpenModule
from rf_lsp.server.page_commands import compare_with_head, effective_field, report
from rf_lsp.server.session import Session
from rf_lsp.server.snapshot import WaitFor
from rf_lsp.server.views.hints import fields_text, outputs_text
from rf_lsp.server.views.occurrences import Fact, Occurrence
from rf_lsp.shapes import parse_input, shape_text

OF_MODELS = {CONFIRM: confirm, REPORT: report, EFFECTIVE_FIELD: effective_field, COMPARE: compare_with_head}
"""What is asked about one model: ``[uri, target]``."""
CONTEXTS = "rf-lsp.contexts"
COMMANDS = (PIN, CONTEXTS, TOGGLE, CHANGE_INPUT, *OF_MODELS)
ALL = "All contexts"
MOST_CHOICES = 8


@session_request(types.WORKSPACE_EXECUTE_COMMAND)
async def handle(session: Session, params: types.ExecuteCommandParams) -> Any:
    arguments = list(params.arguments or [])
    if params.command == TOGGLE:
        return _toggle_hints(session)
    module = session.modules.get(arguments[0]) if arguments and isinstance(arguments[0], str) else None
    if module is None:
        raise JsonRpcInvalidParams(message="the first argument must be the URI of an open document")
    if params.command == PIN:
        return await _pin(session, module, arguments)
    if params.command == CONTEXTS:
        return await _contexts(session, module, arguments)
    if params.command in OF_MODELS:
        return await OF_MODELS[params.command](session, module, _target(arguments))
    return await _change_input(session, module, arguments)


def _target(arguments: list[Any]) -> str:
    if len(arguments) < 2 or not isinstance(arguments[1], str):
        raise JsonRpcInvalidParams(message="the second argument must be the model, as its lens names it")
    return arguments[1]


def _toggle_hints(session: Session) -> bool:
    """Hide the hints of all files, or show them again; answers whether they are shown now."""
    session.modules.show_hints(not session.modules.hints)
    session.refresh()
    return session.modules.hints


# -- pinning -------------------------------------------------------------------------------------


async def _pin(session: Session, module: OpenModule, arguments: list[Any]) -> Any:
    """``[uri, context]`` pins ``{"target", "layer"}`` (null: all again); ``[uri, line]`` asks which of those
    on the line. Answers with the context that is pinned now."""
    wanted = arguments[1] if len(arguments) > 1 else None
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        wanted = await _chosen(session, module, wanted)
        if wanted == {}:
            return None
    pin = (str(wanted.get("target", "")), str(wanted.get("layer", ""))) if isinstance(wanted, dict) else None
    module.choose(replace(module.state.choices, pin=pin))
    session.refresh()
    return wanted


async def _contexts(session: Session, module: OpenModule, arguments: list[Any]) -> list[dict[str, Any]]:
    """``[uri, line]``: those of what stands on the line, each ``{"title", "detail", "context"}`` with what it is there."""
    if len(arguments) < 2 or not isinstance(arguments[1], int):
        raise JsonRpcInvalidParams(message="the second argument must be a line")
    found = await _occurrences_at(session, module, arguments[1])
    return [
        {"title": title, "detail": numbers_text(facts), "context": context}
        for title, (context, facts) in contexts_of(found).items()
    ]


async def _occurrences_at(session: Session, module: OpenModule, line: int) -> list[Occurrence]:
    snapshot = await session.snapshot(module, WaitFor.ALL_MODELS)
    found = occurrences_in(snapshot) if snapshot is not None else []
    return [occurrence for occurrence in found if occurrence.place.end_line == line]


def numbers_text(facts: list[Fact]) -> str:
    """``256×14×14 · RF 67``, of what is seen last on a line."""
    fact = facts[-1]
    return " · ".join(text for text in (outputs_text(fact), fields_text([fact.field])[0]) if text)


async def _chosen(session: Session, module: OpenModule, line: int) -> dict[str, str] | None:
    """The context a person picks; ``{}`` when none was picked, ``None`` for all."""
    choices = {
        title: context for title, (context, _) in contexts_of(await _occurrences_at(session, module, line)).items()
    }
    titles = [*list(choices)[:MOST_CHOICES], ALL]
    question = {
        "type": 3,
        "message": "rf-lsp: show the numbers of",
        "actions": [{"title": text} for text in titles],
    }
    answer = await session.ask("window/showMessageRequest", question)
    title = getattr(answer, "title", None) or (answer.get("title") if isinstance(answer, dict) else None)
    if title == ALL:
        return None
    return choices.get(title or "", {})


def contexts_of(found: list[Occurrence]) -> dict[str, tuple[dict[str, str], list[Fact]]]:
    """Title → context, and what is known in it: the module around each layer and expression, in its model."""
    choices: dict[str, tuple[dict[str, str], list[Fact]]] = {}
    for occurrence in found:
        for fact in occurrence.facts:
            around, model = occurrence.context(fact), occurrence.model
            title = f"{around} in {model.name}" if around else model.name
            choices.setdefault(title, ({"target": model.target, "layer": around}, []))[1].append(fact)
    return choices


# -- inputs --------------------------------------------------------------------------------------


async def _change_input(session: Session, module: OpenModule, arguments: list[Any]) -> Any:
    """``[uri, target, "1x3x256x256"]`` analyses the model with that input (null: as before); without a shape
    a ``# rf: input=`` comment is put above the model, for the person to change."""
    target = _target(arguments)
    if len(arguments) == 2:
        return await _write_comment(session, module, target)
    shapes = arguments[2] if isinstance(arguments[2], list) or arguments[2] is None else [arguments[2]]
    try:
        inputs = [parse_input(str(shape)) for shape in shapes or []]
    except UsageError as error:
        raise JsonRpcInvalidParams(message=str(error)) from None
    choices = module.state.choices
    others = {name: given for name, given in choices.inputs.items() if name != target}
    module.choose(replace(choices, inputs={**others, target: inputs} if inputs else others))
    session.reanalyse([module])
    return None


async def _write_comment(session: Session, module: OpenModule, target: str) -> Any:
    snapshot = await session.snapshot(module, WaitFor.ALL_MODELS)
    models = models_in(snapshot) if snapshot is not None else []
    model = next((model for model in models if model.target.partition("::")[2] == target), None)
    if snapshot is None or model is None or model.place is None:
        raise JsonRpcInvalidParams(message=f"there is no model {target!r} in the document")
    shapes = [shape_text(item.shape, "x") for item in model.inputs]
    edit = comment_edit(snapshot.document, model.place, ", ".join(re.sub(r"^N", "1", shape) for shape in shapes))
    change = wire.workspace_edit(snapshot, [edit]) if edit is not None else None
    if change is not None:
        return await session.ask("workspace/applyEdit", {"label": "Change input", "edit": change})
    return None


def comment_edit(document: Document, place: Place, shapes: str) -> Edit | None:
    """``# rf: input=…`` above a definition and its decorators, unless there is one already."""
    line = place.line
    while line > 0 and document.line(line - 1).lstrip().startswith("@"):
        line -= 1
    if document.line(line - 1).lstrip().startswith("# rf: input"):
        return None
    text = document.line(line)
    indent = text[: len(text) - len(text.lstrip())]
    return Edit(Place(place.file, line, 0, line, 0), f"{indent}# rf: input={shapes or '1x3x224x224'}\n")
