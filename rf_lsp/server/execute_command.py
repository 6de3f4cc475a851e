"""``workspace/executeCommand``: pin a context, change the input of a model."""

from __future__ import annotations

import re
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from analyzers.facts import Edit, Place
from rf_lsp.errors import UsageError
from rf_lsp.server import wire
from rf_lsp.server.buffers import Buffer
from rf_lsp.server.code_lens import CHANGE_INPUT
from rf_lsp.server.inlay_hint import PIN
from rf_lsp.server.server import Server
from rf_lsp.server.view_cache import models_in, occurrences_in
from rf_lsp.server.views.occurrences import Occurrence
from rf_lsp.shapes import parse_input, shape_text

COMMANDS = (PIN, CHANGE_INPUT)
ALL = "All contexts"
MOST_CHOICES = 8


async def handle(server: Server, params: types.ExecuteCommandParams) -> Any:
    arguments = list(params.arguments or [])
    buffer = server.buffers.get(arguments[0]) if arguments and isinstance(arguments[0], str) else None
    if buffer is None:
        raise JsonRpcInvalidParams(message="the first argument must be the URI of an open document")
    if params.command == PIN:
        return await _pin(server, buffer, arguments)
    return await _change_input(server, buffer, arguments)


# -- pinning -------------------------------------------------------------------------------------


async def _pin(server: Server, buffer: Buffer, arguments: list[Any]) -> Any:
    """``[uri, context]`` pins ``{"target", "layer"}`` (null: all again); ``[uri, line]`` asks which of those
    on the line. Answers with the context that is pinned now."""
    wanted = arguments[1] if len(arguments) > 1 else None
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        wanted = await _chosen(server, buffer, wanted)
        if wanted == {}:
            return None
    if isinstance(wanted, dict):
        server.pins[buffer.path] = (str(wanted.get("target", "")), str(wanted.get("layer", "")))
    else:
        server.pins.pop(buffer.path, None)
    server.views.pop(buffer.path, None)
    server.refresh()
    return wanted


async def _chosen(server: Server, buffer: Buffer, line: int) -> dict[str, str] | None:
    """The context a person picks; ``{}`` when none was picked, ``None`` for all."""
    analysis = await server.analysed(buffer, whole=True)
    found = occurrences_in(server, buffer, analysis) if analysis is not None else []
    choices = contexts_of([occurrence for occurrence in found if occurrence.place.end_line == line])
    titles = [*list(choices)[:MOST_CHOICES], ALL]
    question = {
        "type": 3,
        "message": "rf-lsp: show the numbers of",
        "actions": [{"title": text} for text in titles],
    }
    answer = await server.protocol.send_request_async("window/showMessageRequest", question)
    title = getattr(answer, "title", None) or (answer.get("title") if isinstance(answer, dict) else None)
    if title == ALL:
        return None
    return choices.get(title or "", {})


def contexts_of(found: list[Occurrence]) -> dict[str, dict[str, str]]:
    """Title → context: the module around each layer and expression, in its model."""
    choices: dict[str, dict[str, str]] = {}
    shown = [(occurrence, fact) for occurrence in found for fact in occurrence.facts]
    for occurrence, fact in shown:
        around, model = occurrence.context(fact), occurrence.model
        title = f"{around} in {model.name}" if around else model.name
        choices.setdefault(title, {"target": model.target, "layer": around})
    return choices


# -- inputs --------------------------------------------------------------------------------------


async def _change_input(server: Server, buffer: Buffer, arguments: list[Any]) -> Any:
    """``[uri, target, "1x3x256x256"]`` analyses the model with that input (null: as before); without a shape
    a ``# rf: input=`` comment is put above the model, for the person to change."""
    if len(arguments) < 2 or not isinstance(arguments[1], str):
        raise JsonRpcInvalidParams(message="the second argument must be the model, as its lens names it")
    if len(arguments) == 2:
        return await _write_comment(server, buffer, arguments[1])
    shapes = arguments[2] if isinstance(arguments[2], list) or arguments[2] is None else [arguments[2]]
    try:
        inputs = [parse_input(str(shape)) for shape in shapes or []]
    except UsageError as error:
        raise JsonRpcInvalidParams(message=str(error)) from None
    chosen = server.inputs.setdefault(buffer.path, {})
    with server.lock:
        chosen.pop(arguments[1], None)
        if inputs:
            chosen[arguments[1]] = inputs
    server.reanalyse([buffer])
    return None


async def _write_comment(server: Server, buffer: Buffer, target: str) -> Any:
    analysis = await server.analysed(buffer, whole=True)
    models = models_in(server, buffer, analysis) if analysis is not None else []
    model = next((model for model in models if model.target.partition("::")[2] == target), None)
    if model is None or model.place is None:
        raise JsonRpcInvalidParams(message=f"there is no model {target!r} in the document")
    shapes = [shape_text(item.shape, "x") for item in model.inputs]
    edit = comment_edit(buffer, model.place, ", ".join(re.sub(r"^N", "1", shape) for shape in shapes))
    change = wire.workspace_edit(server, [edit]) if edit is not None else None
    if change is not None:
        return await server.protocol.send_request_async(
            "workspace/applyEdit", {"label": "Change input", "edit": change}
        )
    return None


def comment_edit(buffer: Buffer, place: Place, shapes: str) -> Edit | None:
    """``# rf: input=…`` above a definition and its decorators, unless there is one already."""
    line = place.line
    while line > 0 and buffer.line(line - 1).lstrip().startswith("@"):
        line -= 1
    if buffer.line(line - 1).lstrip().startswith("# rf: input"):
        return None
    text = buffer.line(line)
    indent = text[: len(text) - len(text.lstrip())]
    return Edit(Place(place.file, line, 0, line, 0), f"{indent}# rf: input={shapes or '1x3x224x224'}\n")
