"""Execution of libcst statements.

A runner returns None when control goes on, or one of the signals RETURN (the result stands in the
frame), BREAK, CONTINUE, SKIP (a loop may or may not go on with its next turn here), UNSURE (it may or may
not have been left here).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from analyzers.interpreter.assignment import assign, assign_name
from analyzers.interpreter.classes import leave_constructor_open, make_class
from analyzers.interpreter.execution import evaluate, evaluate_whole, run_body
from analyzers.interpreter.expressions import make_function, mangled, spread
from analyzers.interpreter.generators import yields
from analyzers.interpreter.joining import BREAK, CONTINUE, RETURN, fork
from analyzers.interpreter.patterns import captured, is_irrefutable, match_case
from analyzers.interpreter.scope import Frame, Scope
from analyzers.interpreter.values import (
    Class,
)
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


# -- simple statements -----------------------------------------------------------------------


def _expression(machine: Machine, frame: Frame, node: cst.Expr) -> None:
    evaluate_whole(machine, frame, node.value)


def _return(machine: Machine, frame: Frame, node: cst.Return) -> str:
    frame.result = evaluate_whole(machine, frame, node.value) if node.value is not None else None
    return RETURN


def _global(machine: Machine, frame: Frame, node: cst.Global) -> None:
    redirect(frame, {item.name.value: None for item in node.names})


def _nonlocal(machine: Machine, frame: Frame, node: cst.Nonlocal) -> None:
    owners: dict[str, Any] = {}
    for item in node.names:
        scope = frame.scope.outer
        while scope is not None and item.name.value not in scope.names:
            scope = scope.outer
        owners[item.name.value] = scope or frame.scope
    redirect(frame, owners)


def redirect(frame: Frame, owners: dict[str, Any]) -> None:
    frame.scope.redirected = {**(frame.scope.redirected or {}), **owners}


def _pass(machine: Machine, frame: Frame, node: Any) -> None:
    return None


def _break(machine: Machine, frame: Frame, node: Any) -> str:
    return BREAK


def _continue(machine: Machine, frame: Frame, node: Any) -> str:
    return CONTINUE


def _import(machine: Machine, frame: Frame, node: cst.Import) -> None:
    for alias in node.names:
        dotted = _dotted(alias.name)
        module = machine.modules.import_module(dotted, frame)
        if alias.asname is not None:
            assign(machine, frame, alias.asname.name, module)
        else:
            head = dotted.split(".")[0]
            assign_name(machine, frame, head, machine.modules.import_module(head, frame))


def _import_from(machine: Machine, frame: Frame, node: cst.ImportFrom) -> None:
    dotted = _dotted(node.module) if node.module is not None else ""
    level = len(node.relative)
    if isinstance(node.names, cst.ImportStar):
        for name, value in machine.modules.star_members(dotted, level, frame).items():
            assign_name(machine, frame, name, value)
        return
    for alias in node.names:
        value = machine.modules.import_member(dotted, level, _dotted(alias.name), frame)
        target = alias.asname.name if alias.asname is not None else alias.name
        assign(machine, frame, target, value)


def _dotted(node: Any) -> str:
    return f"{_dotted(node.value)}.{node.attr.value}" if isinstance(node, cst.Attribute) else node.value


# -- conditions ------------------------------------------------------------------------------


def _if(machine: Machine, frame: Frame, node: cst.If) -> str | None:
    """An ``elif`` chain is walked in a loop, so that its length costs no recursion."""
    current: Any = node
    while type(current) is cst.If:
        known = machine.truth(evaluate(machine, frame, current.test))
        if known is None:
            return _unsure_if(machine, frame, current)
        if known:
            return run_body(machine, frame, current.body)
        current = current.orelse
    return run_body(machine, frame, current.body) if current is not None else None


def _unsure_if(machine: Machine, frame: Frame, node: cst.If) -> str | None:
    def otherwise() -> str | None:
        if isinstance(node.orelse, cst.If):
            return _if(machine, frame, node.orelse)
        return run_body(machine, frame, node.orelse.body) if node.orelse is not None else None

    branches = [lambda: run_body(machine, frame, node.body), otherwise]
    return fork(machine, frame, branches, "it depends on a condition that is not known")


def _match(machine: Machine, frame: Frame, node: cst.Match) -> str | None:
    subject = evaluate(machine, frame, node.subject)
    for index, case in enumerate(node.cases):
        matched = match_case(machine, frame, case, subject)
        if matched is None:
            return _unsure_match(machine, frame, node.cases[index:], subject)
        if matched:
            return run_body(machine, frame, case.body)
    return None


def _unsure_match(machine: Machine, frame: Frame, cases: Any, subject: Any) -> str | None:
    """Any of these cases may be the one, up to the first that fits everything."""

    def body(case: cst.MatchCase) -> str | None:
        if not is_irrefutable(case):
            for name in captured(case.pattern):
                assign_name(machine, frame, name, machine.unknown("a part of something unknown"))
        else:
            for name in captured(case.pattern):
                assign_name(machine, frame, name, subject)
        return run_body(machine, frame, case.body)

    branches: list[Any] = []
    for case in cases:
        branches.append(lambda case=case: body(case))
        if is_irrefutable(case):
            break
    else:
        branches.append(lambda: None)
    return fork(machine, frame, branches, "it depends on a match that is not known")


# -- loops -----------------------------------------------------------------------------------


# -- with, try -------------------------------------------------------------------------------


# -- definitions -----------------------------------------------------------------------------


def _define_function(machine: Machine, frame: Frame, node: cst.FunctionDef) -> None:
    function = make_function(machine, frame, node.name.value, node, node.params, node.body)
    function.is_generator = "yield" in frame.block.text and _is_generator(machine, node)
    if frame.scope.is_class:
        frame.scope.functions = [*(frame.scope.functions or ()), function]
    assign_name(machine, frame, node.name.value, _decorated(machine, frame, node, function))


def _is_generator(machine: Machine, node: cst.FunctionDef) -> bool:
    return yields(machine, node.body)


def _decorated(machine: Machine, frame: Frame, node: Any, value: Any) -> Any:
    """Apply decorators from the inside out; one that is not known passes the definition through."""
    for decorator in reversed(node.decorators):
        function = evaluate(machine, frame, decorator.decorator)
        frame.node = decorator.decorator
        result = machine.call(function, (value,)) if not isinstance(function, Unknown) else function
        if not isinstance(result, Unknown) and result is not None:
            value = result
        elif isinstance(value, Class):
            leave_constructor_open(value)
    return value


def _define_class(machine: Machine, frame: Frame, node: cst.ClassDef) -> None:
    bases: list[Any] = []
    for base in node.bases:
        value = evaluate(machine, frame, base.value)
        bases.extend(spread(machine, value) if base.star == "*" else [value])
    keywords = {k.keyword.value: evaluate(machine, frame, k.value) for k in node.keywords if k.keyword is not None}
    scope = Scope(frame.module, frame.scope)
    scope.is_class = True
    body = Frame(frame.module, scope, frame.block, frame.function)
    machine.frames.append(body)
    try:
        run_body(machine, body, node.body)
    finally:
        machine.frames.pop()
    frame.node = node
    names = {mangled(node.name.value, n): v for n, v in scope.names.items()}
    made = make_class(machine, node.name.value, bases, keywords, names, frame.module.name)
    for function in scope.functions or ():
        function.owner = made
    assign_name(machine, frame, node.name.value, _decorated(machine, frame, node, made))


HANDLED: dict[type, Any] = {
    cst.Expr: _expression,
    cst.Return: _return,
    cst.Global: _global,
    cst.Nonlocal: _nonlocal,
    cst.Pass: _pass,
    cst.Break: _break,
    cst.Continue: _continue,
    cst.Import: _import,
    cst.ImportFrom: _import_from,
    cst.If: _if,
    cst.Match: _match,
    cst.FunctionDef: _define_function,
    cst.ClassDef: _define_class,
}
