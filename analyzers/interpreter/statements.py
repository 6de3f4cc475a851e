"""Execution of statements.

A runner returns None when control goes on, or one of the signals RETURN (the result stands in the
frame), BREAK, CONTINUE, SKIP (a loop may or may not go on with its next turn here), UNSURE (it may or may
not have been left here).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter import idle_calls
from analyzers.interpreter.assignment import assign_name
from analyzers.interpreter.classes import leave_constructor_open, make_class
from analyzers.interpreter.execution import evaluate, evaluate_whole, run_body
from analyzers.interpreter.expressions import make_function, mangled, spread
from analyzers.interpreter.iteration import truth
from analyzers.interpreter.joining import BREAK, CONTINUE, RETURN, fork
from analyzers.interpreter.patterns import captured, is_irrefutable, match_case
from analyzers.interpreter.scope import Frame, Scope
from analyzers.interpreter.values import Class, Function
from analyzers.source import program
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


# -- simple statements -----------------------------------------------------------------------


def _expression(machine: Machine, frame: Frame, node: program.Expr) -> None:
    value = node.value
    if type(value) is program.Call and type(value.func) is program.Name:
        idle_calls.run(machine, frame, value)
    else:
        evaluate_whole(machine, frame, value)


def _return(machine: Machine, frame: Frame, node: program.Return) -> str:
    frame.result = evaluate_whole(machine, frame, node.value) if node.value is not None else None
    return RETURN


def _global(machine: Machine, frame: Frame, node: program.Global) -> None:
    redirect(frame, dict.fromkeys(node.names))


def _nonlocal(machine: Machine, frame: Frame, node: program.Nonlocal) -> None:
    owners: dict[str, Any] = {}
    for name in node.names:
        scope = frame.scope.outer
        while scope is not None and name not in scope.names:
            scope = scope.outer
        owners[name] = scope or frame.scope
    redirect(frame, owners)


def redirect(frame: Frame, owners: dict[str, Any]) -> None:
    frame.scope.redirected = {**(frame.scope.redirected or {}), **owners}


def _pass(machine: Machine, frame: Frame, node: Any) -> None:
    return None


def _break(machine: Machine, frame: Frame, node: Any) -> str:
    return BREAK


def _continue(machine: Machine, frame: Frame, node: Any) -> str:
    return CONTINUE


def _import(machine: Machine, frame: Frame, node: program.Import) -> None:
    for alias in node.names:
        module = machine.modules.import_module(alias.name, frame)
        if alias.asname is not None:
            assign_name(machine, frame, alias.asname, module)
        else:
            head = alias.name.split(".")[0]
            assign_name(machine, frame, head, machine.modules.import_module(head, frame))


def _import_from(machine: Machine, frame: Frame, node: program.ImportFrom) -> None:
    if not node.names:
        for name, value in machine.modules.star_members(node.module, node.level, frame).items():
            assign_name(machine, frame, name, value)
    for alias in node.names:
        value = machine.modules.import_member(node.module, node.level, alias.name, frame)
        assign_name(machine, frame, alias.asname or alias.name, value)


# -- conditions ------------------------------------------------------------------------------


def _if(machine: Machine, frame: Frame, node: program.If) -> str | None:
    """An ``elif`` chain is walked in a loop, so that its length costs no recursion."""
    current: program.If | program.Suite = node
    while type(current) is program.If:
        test = evaluate(machine, frame, current.test)
        known = test if type(test) is bool else truth(machine, test)
        if known is None:
            return _unsure_if(machine, frame, current)
        if known:
            return run_body(machine, frame, current.body)
        current = current.orelse
    return run_body(machine, frame, current)


def _unsure_if(machine: Machine, frame: Frame, node: program.If) -> str | None:
    def otherwise() -> str | None:
        if isinstance(node.orelse, program.If):
            return _if(machine, frame, node.orelse)
        return run_body(machine, frame, node.orelse)

    branches = [lambda: run_body(machine, frame, node.body), otherwise]
    return fork(machine, frame, branches, "it depends on a condition that is not known")


def _match(machine: Machine, frame: Frame, node: program.Match) -> str | None:
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

    def body(case: program.MatchCase) -> str | None:
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


def _define_function(machine: Machine, frame: Frame, node: program.FunctionDef) -> None:
    function = make_function(machine, frame, node.name, node)
    function.is_generator = node.is_generator
    if frame.scope.is_class:
        frame.scope.functions = [*(frame.scope.functions or ()), function]
    assign_name(machine, frame, node.name, _decorated(machine, frame, node, function))


def _decorated(machine: Machine, frame: Frame, node: Any, value: Any) -> Any:
    """Apply decorators from the inside out; one that is not known passes the definition through."""
    for decorator in reversed(node.decorators):
        function = evaluate(machine, frame, decorator)
        frame.node = decorator
        result = machine.call(function, (value,)) if not isinstance(function, Unknown) else function
        if not isinstance(result, Unknown) and result is not None:
            value = result
        elif isinstance(result, Unknown):
            _leave_open(value, result)
    return value


def _leave_open(value: Any, decorator: Unknown) -> None:
    """A definition as a decorator that is not known leaves it: it may hand on other arguments, and give attributes."""
    if isinstance(value, Function):
        value.decorated_by = decorator
    elif isinstance(value, Class):
        leave_constructor_open(value, decorator)


def _define_class(machine: Machine, frame: Frame, node: program.ClassDef) -> None:
    bases: list[Any] = []
    keywords: dict[str, Any] = {}
    for argument in node.arguments:
        if argument.star == "**":
            continue
        value = evaluate(machine, frame, argument.value)
        if argument.keyword is not None:
            keywords[argument.keyword] = value
        else:
            bases.extend(spread(machine, value) if argument.star else [value])
    scope = Scope(frame.module, frame.scope)
    scope.is_class, scope.class_name = True, node.name
    body = Frame(frame.module, scope, frame.block, frame.function)
    machine.frames.append(body)
    try:
        run_body(machine, body, node.body)
    finally:
        machine.frames.pop()
    frame.node = node
    names = {mangled(node.name, n): v for n, v in scope.names.items()}
    made = make_class(machine, node.name, bases, keywords, names, frame.module.name)
    for function in scope.functions or ():
        function.owner = made
    assign_name(machine, frame, node.name, _decorated(machine, frame, node, made))


HANDLED: dict[type, Any] = {
    program.Expr: _expression,
    program.Return: _return,
    program.Global: _global,
    program.Nonlocal: _nonlocal,
    program.Pass: _pass,
    program.Break: _break,
    program.Continue: _continue,
    program.Import: _import,
    program.ImportFrom: _import_from,
    program.If: _if,
    program.Match: _match,
    program.FunctionDef: _define_function,
    program.ClassDef: _define_class,
}
