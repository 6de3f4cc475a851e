"""The models of one file: found, run, and told as facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import analyzers.frameworks
from analyzers.facts import FileFacts, ModelFact, Place, UnknownFact
from analyzers.imports.resolver import ImportResolver
from analyzers.interpreter.budget import BudgetExceeded
from analyzers.interpreter.machine import Machine
from analyzers.interpreter.modules import Modules
from analyzers.interpreter.values import Class
from analyzers.models.candidates import (
    Candidate,
    CandidateRun,
    candidates_of,
    chosen_blocks,
    made_in_order,
    of_builders,
)
from analyzers.models.context import FileContext
from analyzers.models.extraction import Extraction
from analyzers.models.losses import own_losses
from analyzers.models.remarks import malformed_comments, unknown_model
from analyzers.models.runner import Runner
from analyzers.models.session import runs_in_order
from analyzers.models.targets import model_of_expression
from analyzers.models.usages import follow_usages, note_usages
from analyzers.request import TargetError

if TYPE_CHECKING:
    from analyzers.interpreter.recorder import RecordedError
    from analyzers.request import Request, WorkspaceOptions
    from analyzers.source.blocks import Block
    from analyzers.source.comments import Directive
    from analyzers.source.sources import Sources

assert analyzers.frameworks

MAXIMUM_MODELS = 300
"""Models of one file that are run."""
MAXIMUM_DECLARED = 100
"""Models that are named by comments."""
MAXIMUM_EXHAUSTED = 1
"""Candidates that may use up their budget; then the rest of the file is left alone."""
OF_DATA = frozenset(
    "broadcast-mismatch concat-mismatch matmul-mismatch reshape-mismatch dimension-out-of-range rank-mismatch "
    "invalid-argument".split()
)
"""Findings that say something of values, which a notebook's own code outside its models computes from data."""


def file_facts(request: Request, options: WorkspaceOptions, sources: Sources) -> FileFacts:
    """Everything that is found out about one file.

    Raises:
        SourceError: the file cannot be read.
        TargetError: a target of the request is no expression, or names what the file does not have.
    """
    context = _context(request, options, sources)
    try:
        _of_expressions(context) if request.expressions else _of_file(context)
        context.facts.losses = own_losses(context)
    except BudgetExceeded as error:  # What was found so far holds.
        context.facts.unknowns.append(UnknownFact(None, error.reason))
    context.facts.broken_blocks = _broken_blocks(context)
    return context.facts


def _context(request: Request, options: WorkspaceOptions, sources: Sources) -> FileContext:
    resolver = ImportResolver(sources, options.roots, options.search_paths, options.site_packages)
    modules = Modules(resolver)
    modules.declared = {name: entry.get("like", "") for name, entry in options.layers.items()}
    modules.open, modules.main = request.open, request.path
    machine = Machine(modules)
    module = modules.load(request.path)
    if request.stop is not None:
        machine.budget.stop = request.stop
    return FileContext(request, options, sources, machine, module, Runner(machine), FileFacts(request.path))


def _broken_blocks(context: FileContext) -> list[tuple[Place, str]]:
    return [
        (Place(context.request.path, line, 0, line, 0), message)
        for block in context.module.source.blocks
        for line, message in (block.errors if block.is_parsed else ())
    ]


def _of_expressions(context: FileContext) -> None:
    request = context.request
    if runs_in_order(context.module.source) or not (request.inputs or request.inputs_of):
        follow_usages(context)
    context.facts.models += [model_of_expression(context, expression) for expression in request.expressions]


def _of_file(context: FileContext) -> None:
    models = context.facts.models
    for expression, directive in _declared(context)[:MAXIMUM_MODELS]:
        if context.runner.exhausted >= MAXIMUM_EXHAUSTED:
            break
        try:
            models.append(model_of_expression(context, expression))
        except TargetError as error:
            context.remarks.append(unknown_model(context, expression, directive, error))
    follow_usages(context)
    _run_candidates(context)
    models.sort(key=_line_of)
    _problems_outside_models(context)


def _declared(context: FileContext) -> list[tuple[str, Directive | None]]:
    """Models named by ``# rf: model=…`` comments and by the settings, with the comment."""
    path = context.request.path
    comments = [(d.value, d) for d in context.module.source.comments if d.kind == "model" and d.error is None]
    targets = [entry.get("target", "").partition("::") for entry in context.options.models]
    return [
        *comments[:MAXIMUM_DECLARED],
        *((expression, None) for file, separator, expression in targets if separator and file == path),
    ]


def _run_candidates(context: FileContext) -> None:
    """Whatever the file makes of an object comes before it is tried with a guessed input, which may build it."""
    models, runner = context.facts.models, context.runner
    blocks = chosen_blocks(context)
    in_order = sorted((b for b in blocks if b.kind == "assign"), key=lambda block: block.index)
    assigned = {block.index: candidates_of(context, block) for block in in_order}
    note_usages(context)
    for candidate in made_in_order(context):
        _run_candidate(context, candidate)
    for block in _in_turn(blocks, request=context.request):
        for candidate in assigned[block.index] if block.kind == "assign" else candidates_of(context, block):
            if not _is_part(context, candidate):
                _run_candidate(context, candidate)
        if runner.exhausted >= MAXIMUM_EXHAUSTED or len(models) >= MAXIMUM_MODELS:
            return
    for candidate in of_builders(context):
        _run_candidate(context, candidate)
    for run, fact in context.open_runs:
        fact.problems += run.of_alternatives(fact)


def _in_turn(blocks: list[Block], request: Request) -> Iterator[Block]:
    """The blocks in their order, but for those on the screen: they are next, once it is known what is there. Classes
    that others name may be parts of them, and wait."""
    waiting = dict.fromkeys(blocks)
    while waiting:
        block = next(iter(waiting))
        if not any(name in request.first for name in block.binds):
            view = request.view() if request.view is not None else None
            seen = (b for b in waiting if view is not None and _is_within(b, view))
            block = next((b for b in seen if not _is_named(b, blocks)), block)
        del waiting[block]
        yield block


def _is_within(block: Block, view: tuple[int, int]) -> bool:
    return block.first_line <= view[1] and view[0] < block.end_line


def _is_named(block: Block, blocks: list[Block]) -> bool:
    definitions = (b for b in blocks if b.kind == "class" and b is not block) if block.kind == "class" else ()
    return any(other.mentions(name) for other in definitions for name in block.binds)


def _is_part(context: FileContext, candidate: Candidate) -> bool:
    """A class that another model of the file has as a part."""
    value = candidate.value
    if not isinstance(value, Class):
        return False
    return value in context.used or any(value.qualified_name in parts for parts in context.request.kept.values())


def _run_candidate(context: FileContext, candidate: Candidate) -> None:
    run = CandidateRun(context, candidate)
    fact = run.fact()
    if fact is not None:
        context.facts.models.append(fact)
        if run.is_open:
            context.open_runs.append((run, fact))
        if context.request.done is not None:
            context.request.done(fact)


def _problems_outside_models(context: FileContext) -> None:
    errors = context.machine.recorder.recorded_errors
    if context.module.source.offsets:  # Cells give a name new meanings, and loops fill it between them.
        errors = [recorded for recorded in errors if recorded.error.rule not in OF_DATA or _is_built(context, recorded)]
    found = Extraction(context.machine, None, []).problems(errors)
    context.facts.problems = [*found, *malformed_comments(context), *context.remarks]


def _is_built(context: FileContext, recorded: RecordedError) -> bool:
    """Whether it was met where a model is built by cells that are run in order."""
    return context.session is not None and recorded.is_of_building


def _line_of(model: ModelFact) -> int:
    return model.place.line if model.place is not None else 0
