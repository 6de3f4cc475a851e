"""A target's expression: ``resnet50()``, ``ResNet(Bottleneck, [3, 4, 6, 3])``, ``model``."""

from __future__ import annotations

from typing import Any

from analyzers.facts import ModelFact
from analyzers.interpreter.budget import BudgetExceeded
from analyzers.interpreter.execution import evaluate
from analyzers.interpreter.iteration import is_exception
from analyzers.interpreter.module import describe
from analyzers.interpreter.scope import Frame
from analyzers.interpreter.values import Instance, Raised
from analyzers.models.construction import Construction
from analyzers.models.context import FileContext
from analyzers.models.model import model_fact
from analyzers.models.runner import STEPS_PER_MODEL
from analyzers.request import TargetError
from analyzers.source.blocks import Block, split
from analyzers.source.program import Expr, Expression
from analyzers.source.tree import TreeStore
from analyzers.unknown import Unknown, UnknownUsed


def model_of_expression(context: FileContext, expression: str) -> ModelFact:
    """The model that an expression in the file's namespace makes.

    Raises:
        TargetError: it is no expression, or names what the file does not have.
    """
    path = context.request.path
    made = _made_at_line(context, expression) if "@" in expression else None
    if made is not None:
        return model_fact(context, f"{path}::{expression}", expression, made, None, made)
    value, failure = _evaluated(context, expression)
    if isinstance(value, Unknown):
        if value.reason == f"the name {expression.partition('(')[0].strip()} is not found":
            name = expression.partition("(")[0].strip()
            raise TargetError(f"{path} has no {expression!r}", _names_in(context), name)
        failure = failure or value.reason
    return model_fact(context, f"{path}::{expression}", expression, value, failure)


def _made_at_line(context: FileContext, target: str) -> Instance | None:
    """The model that the file's own run makes at a line: ``model@12``, ``model@3:2``."""
    if context.session is None:
        return None
    bound = {name: binding.value for name, binding in context.session.named()}
    return {**bound, **{name: made.model for name, made in context.session.others()}}.get(target)


def _evaluated(context: FileContext, expression: str) -> tuple[Any, str | None]:
    """(value, why there is none that can be run)."""
    machine = context.machine
    node, block = _parsed(expression, context.module.source.store)
    value: Any = None
    machine.budget.refill(STEPS_PER_MODEL)
    frame = Frame(context.module, context.module.scope, block)
    machine.frames.append(frame)
    try:
        value = evaluate(machine, frame, node)
        return Construction(context).built(value), None
    except Raised as raised:
        is_here = raised.site is None or raised.site.block is block
        if is_here and is_exception(raised.value, "AttributeError"):
            sentence = f"{context.request.path} has no {expression!r}: {describe(raised).partition(': ')[2]}"
            raise TargetError(sentence, _names_in(context)) from None
        machine.recorder.escaped(raised)
        return value, f"{expression} raises {describe(raised)}"
    except BudgetExceeded as error:
        return value, error.reason
    except UnknownUsed as used:
        return used.unknown, None
    finally:
        machine.frames.pop()


def _parsed(expression: str, store: TreeStore) -> tuple[Expression, Block]:
    """Kept with the programs of the file, so that asking again needs no parser."""
    blocks = split(expression + "\n")
    blocks[0].store = store
    statements = blocks[0].program if len(blocks) == 1 and not blocks[0].broken else None
    statement = statements[0] if statements is not None and len(statements) == 1 else None
    if not isinstance(statement, Expr) or (blocks[0].is_parsed and blocks[0].errors):
        raise TargetError(f"{expression!r} is not a Python expression")
    return statement.value, blocks[0]


def _names_in(context: FileContext) -> list[str]:
    return [name for block in context.module.source.blocks if block.kind != "import" for name in block.binds]
