"""How a file uses its models: its main block, its top-level calls, the functions that try models out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyzers.interpreter.certain import CERTAIN_EXCEPTION
from analyzers.interpreter.framework import children_of
from analyzers.interpreter.module import Module, outside
from analyzers.interpreter.values import Function
from analyzers.models.context import FileContext
from analyzers.models.extraction import OF_CODE
from analyzers.models.inputs.known import Usage
from analyzers.models.runner import STEPS_PER_CANDIDATE, STEPS_PER_USAGE
from analyzers.models.session import run_file, runs_in_order
from analyzers.models.signatures import hands_on, required_parameters
from analyzers.source import program

if TYPE_CHECKING:
    from analyzers.interpreter.recorder import RecordedError
    from analyzers.source.blocks import Block
    from analyzers.source.module import SourceModule

MAXIMUM_TRIALS = 5
USE = re.compile(
    r"\b(?:rand|randn|randint|zeros|ones|empty|full|arange|rand_like|normal|uniform|Tensor|FloatTensor|summary|export|trace|profile|"
    r"get_model_complexity_info|FlopCountAnalysis|flop_count|add_graph)[ \t]*\("
)
"""Making a tensor to try a model with, or giving a model to a tool that runs it."""
TRIAL = re.compile(r"_?(?:test|main|demo|example|run|try|check|sanity|debug|smoke)")


def follow_usages(context: FileContext) -> None:
    """Run the main block and top-level calls, to see which models are called with what."""
    if runs_in_order(context.module.source):
        _run_in_order(context)
    else:
        _run_uses(context)
    note_usages(context)


def _run_in_order(context: FileContext) -> None:
    """Run the whole file; what it runs into is certain where it builds something, and otherwise as for other files."""
    recorder, found = context.machine.recorder, []

    def run(block: Block) -> None:
        with recorder.separate_errors() as errors:
            own_block(context, block, STEPS_PER_CANDIDATE)
        found.extend(e for e in errors if block.kind == "assign" or e.is_of_building or _is_certain(context, e))

    run_file(context, run)
    recorder.recorded_errors += found


def _is_certain(context: FileContext, recorded: RecordedError) -> bool:
    """What building refuses is certain, and so is what the code itself raises, or runs into with a layer of its own;
    what else a call runs into comes up again with the model itself."""
    if recorded.record is None or recorded.error.rule in OF_CODE:
        return True
    instance, node = recorded.record.instance, recorded.site.node if recorded.site is not None else None
    called = node.func if isinstance(node, program.Call) else None
    is_own = isinstance(called, program.Name) and context.module.scope.names.get(called.id) is instance
    return is_own and instance is not None and instance.class_.host is not None and not children_of(instance)


def _run_uses(context: FileContext) -> None:
    recorder, source = context.machine.recorder, context.module.source
    with recorder.separate_errors() as errors:
        tensors: set[str] = set()
        for block in source.blocks:
            is_use = _is_top_level_use(block)
            if is_use and block.kind == "assign":
                tensors.update(block.binds)
            of_tensors = block.kind == "assign" and not is_use and any(map(block.mentions, tensors))
            if (is_use or of_tensors) and not _is_entry_of_library(context, block):
                own_block(context, block)
        if not recorder.usages:
            for block in _trials(source):
                with recorder.separate_errors() as met:
                    own_function(context, block.binds[0])
                errors += [e for e in met if e.error.rule != CERTAIN_EXCEPTION or e.error.data.get("always")]
    recorder.recorded_errors += [e for e in errors if _is_certain(context, e)]


def note_usages(context: FileContext) -> None:
    """Take over the calls of models that the file's own code has made so far."""
    context.usages = [Usage(*usage) for usage in context.machine.recorder.usages]


def own_block(context: FileContext, block: Block, steps: int = STEPS_PER_USAGE) -> None:
    context.runner.own_code(steps, lambda: _run(context, block, context.module))


def own_function(context: FileContext, name: str) -> None:
    context.runner.own_code(STEPS_PER_USAGE, lambda: _call(context, context.module, name))


def run_block(context: FileContext, block: Block, module: Module) -> None:
    """A block of another file's top-level code."""
    context.runner.within(STEPS_PER_USAGE, lambda: _run(context, block, module))


def call_function(context: FileContext, module: Module, name: str) -> None:
    """A function of another file, if it needs no arguments."""
    context.runner.within(STEPS_PER_USAGE, lambda: _call(context, module, name))


def _run(context: FileContext, block: Block, module: Module) -> None:
    names = module.scope.names
    before = names.get("__name__")
    names["__name__"] = "__main__"
    try:
        if block.index not in module.executed:
            module.run_in_turn(context.machine, block)
    finally:
        names["__name__"] = before


def _call(context: FileContext, module: Module, name: str) -> None:
    function = module.look_up(name)
    if isinstance(function, Function) and not required_parameters(function) and not hands_on(function):
        with outside(context.machine):
            context.machine.call(function)


def _is_top_level_use(block: Block) -> bool:
    """Any top-level code that calls something, and assignments that make tensors or hand a model to a tool."""
    return (block.kind == "other" and "(" in block.text) or (
        block.kind == "assign" and USE.search(block.text) is not None
    )


LITERALS = (program.Constant, program.Tuple, program.List, program.Set, program.Dict)


def _is_entry_of_library(context: FileContext, block: Block) -> bool:
    """Whether an installed library tells another module names and numbers while it is imported (which models are
    called otherwise today): a call of what it imports, with literals alone. Nothing is tried out there."""
    if not context.machine.modules.resolver.is_installed(context.request.path):
        return False
    statements = block.program or ()
    call = statements[0].value if len(statements) == 1 and isinstance(statements[0], program.Expr) else None
    if not isinstance(call, program.Call) or not isinstance(call.func, program.Name):
        return False
    binders = context.module.source.binders(call.func.id)
    is_imported = bool(binders) and all(binder.kind == "import" for binder in binders)
    return is_imported and all(not argument.star and _is_literal(argument.value) for argument in call.args)


def _is_literal(node: program.Node) -> bool:
    if isinstance(node, program.Name):
        return node.id == "__name__"
    return isinstance(node, LITERALS) and all(map(_is_literal, program.children(node)))


def _trials(source: SourceModule) -> list[Block]:
    """Functions that try the file's models out: tests, ``main`` and the like, where nothing else does."""
    found = (b for b in source.blocks if b.kind == "def" and TRIAL.match(b.binds[0] if b.binds else ""))
    return [block for block in found if USE.search(block.text)][:MAXIMUM_TRIALS]
