"""Execution of libcst statements.

A runner returns None when control goes on, or one of the signals RETURN (the result stands in the
frame), BREAK, CONTINUE, SKIP (a loop may or may not go on with its next turn here), UNSURE (it may or may
not have been left here).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import libcst as cst

from analyzers.interpreter import attributes, contexts, operators
from analyzers.interpreter.budget import MAXIMUM_WHILE
from analyzers.interpreter.classes import leave_constructor_open, make_class
from analyzers.interpreter.expressions import attribute_name, evaluate, make_function, mangled, spread, subscript_key
from analyzers.interpreter.generators import yields
from analyzers.interpreter.iteration import is_exception
from analyzers.interpreter.joining import BREAK, CONTINUE, RETURN, SKIP, UNSURE, fork
from analyzers.interpreter.loop_compiler import run_plainly
from analyzers.interpreter.patterns import captured, is_irrefutable, match_case
from analyzers.interpreter.scope import Frame, Scope
from analyzers.interpreter.values import (
    MISSING,
    Class,
    Instance,
    LazyIterator,
    Raised,
    UnknownTail,
)
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def run_body(machine: Machine, frame: Frame, body: Any) -> str | None:
    """Run a suite (IndentedBlock, SimpleStatementSuite) or a list of statements."""
    statements = body if type(body) in (list, tuple) else body.body
    for index, statement in enumerate(statements):
        signal = run(machine, frame, statement)
        if signal is not None:
            if signal in (SKIP, UNSURE):
                return _rest_of(machine, frame, statements[index + 1 :], signal)
            return signal
    return None


def _rest_of(machine: Machine, frame: Frame, statements: Any, signal: str) -> str | None:
    """What stands behind a ``continue`` or ``break`` that is only possible may run or not."""
    if statements:
        reason = "it depends on a condition that is not known"
        behind = fork(machine, frame, [lambda: run_body(machine, frame, statements), lambda: None], reason)
        return behind if behind in (RETURN, UNSURE) else signal
    return signal


def run(machine: Machine, frame: Frame, node: Any) -> str | None:
    if type(node) is cst.SimpleStatementLine:
        if len(node.body) != 1:
            for part in node.body:
                signal = run(machine, frame, part)
                if signal is not None:
                    return signal
            return None
        node = node.body[0]
    machine.budget.spend()
    kind = type(node)
    if kind not in STATEMENTS:
        return None
    frame.node = node
    return STATEMENTS[kind](machine, frame, node)


# -- simple statements -----------------------------------------------------------------------


def _expression(machine: Machine, frame: Frame, node: cst.Expr) -> None:
    evaluate(machine, frame, node.value)


def _return(machine: Machine, frame: Frame, node: cst.Return) -> str:
    frame.result = evaluate(machine, frame, node.value) if node.value is not None else None
    return RETURN


def _assign(machine: Machine, frame: Frame, node: cst.Assign) -> None:
    value = evaluate(machine, frame, node.value)
    frame.node = node
    for target in node.targets:
        assign(machine, frame, target.target, value)


def _annotated(machine: Machine, frame: Frame, node: cst.AnnAssign) -> None:
    if frame.scope.is_class and isinstance(node.target, cst.Name):
        notes = frame.scope.names.setdefault("__annotations__", {})
        notes[node.target.value] = _annotation_kind(node.annotation.annotation)
    if node.value is not None:
        assign(machine, frame, node.target, evaluate(machine, frame, node.value))


def _annotation_kind(node: Any) -> str:
    if isinstance(node, cst.Subscript):
        node = node.value
    name = node.attr if isinstance(node, cst.Attribute) else node
    return "ClassVar" if isinstance(name, cst.Name) and name.value == "ClassVar" else ""


def _augmented(machine: Machine, frame: Frame, node: cst.AugAssign) -> None:
    current = evaluate(machine, frame, node.target)
    value = evaluate(machine, frame, node.value)
    kind = operators.AUGMENTED[type(node.operator)]
    frame.node = node
    if isinstance(current, list) and kind is cst.Add:
        machine.journal.touch(current)
        current.extend(spread(machine, value))
        result: Any = current
    elif isinstance(current, (dict, set)) and kind is cst.BitOr and isinstance(value, (dict, set)):
        machine.journal.touch(current)
        current.update(value)
        result = current
    else:
        result = operators.binary(machine, kind, current, value, in_place=True)
    assign(machine, frame, node.target, result)


def assign(machine: Machine, frame: Frame, target: Any, value: Any) -> None:
    """Bind a value to a target: a name, attribute, subscript, or a tuple of them."""
    kind = type(target)
    if kind is cst.Name:
        assign_name(machine, frame, target.value, value)
    elif kind is cst.Attribute:
        owner = evaluate(machine, frame, target.value)
        machine.set_attribute(owner, attribute_name(frame, target), value)
    elif kind is cst.Subscript:
        owner = evaluate(machine, frame, target.value)
        operators.set_item(machine, owner, subscript_key(machine, frame, target.slice), value)
    elif kind in (cst.Tuple, cst.List):
        _unpack(machine, frame, target.elements, value)
    elif kind is cst.StarredElement:
        assign(machine, frame, target.value, value)


def assign_name(machine: Machine, frame: Frame, name: str, value: Any) -> None:
    owner = frame.scope.owner_of(name)
    if owner is None:
        frame.module.assign(name, value)
        return
    machine.journal.touch(owner.names)
    owner.names[name] = value


def _unpack(machine: Machine, frame: Frame, elements: Any, value: Any) -> None:
    values = _unpacked(machine, frame, elements, value)
    for element, item in zip(elements, values):
        assign(machine, frame, element.value, item)


def _unpacked(machine: Machine, frame: Frame, elements: Any, value: Any) -> Sequence[Any]:
    wanted = len(elements)
    if _is_plain_pairing(elements, value):
        return value
    star = next((i for i, e in enumerate(elements) if type(e) is cst.StarredElement), None)
    if hasattr(value, "unpack"):
        value = value.unpack(wanted if star is None else None)
    if type(value) in (int, float):
        return _not_several(machine, value, wanted)
    try:
        items = machine.iterate(value)
    except UnknownUsed as used:
        return [machine.unknown(used.unknown.reason) if used.unknown.place is None else used.unknown] * wanted
    if star is not None:
        after = wanted - star - 1
        if len(items) >= wanted - 1:
            return [*items[:star], items[star : len(items) - after], *items[len(items) - after :]]
    elif len(items) == wanted:
        return items
    return _cannot_unpack(machine, value, wanted, len(items))


def _is_plain_pairing(elements: Any, value: Any) -> bool:
    same = type(value) is tuple and len(value) == len(elements)
    return same and UnknownTail not in map(type, value) and cst.StarredElement not in map(type, elements)


def _cannot_unpack(machine: Machine, value: Any, wanted: int, got: int) -> list[Any]:
    from analyzers.tensors.errors import OperationError

    message = f"{wanted} names are unpacked from {got} values"
    error = OperationError("dimension-out-of-range", message, exception="ValueError", names=wanted, values=got)
    problem = machine.problem(error)
    return [problem] * wanted


def _not_several(machine: Machine, value: Any, wanted: int) -> list[Any]:
    from analyzers.tensors.errors import OperationError

    message = f"{wanted} names are unpacked from the number {value}"
    return [machine.problem(OperationError("dimension-out-of-range", message, exception="TypeError"))] * wanted


def _delete(machine: Machine, frame: Frame, node: cst.Del) -> None:
    targets = node.target.elements if isinstance(node.target, cst.Tuple) else [node.target]
    for target in targets:
        target = target.value if isinstance(target, cst.Element) else target
        if isinstance(target, cst.Name):
            machine.journal.touch(frame.scope.names)
            frame.scope.names.pop(target.value, None)
        elif isinstance(target, cst.Attribute):
            attributes.delete_attribute(machine, evaluate(machine, frame, target.value), attribute_name(frame, target))
        elif isinstance(target, cst.Subscript):
            owner = evaluate(machine, frame, target.value)
            operators.delete_item(machine, owner, subscript_key(machine, frame, target.slice))


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


def _raise(machine: Machine, frame: Frame, node: cst.Raise) -> None:
    if node.exc is None:
        raise frame.handled or machine.exception("RuntimeError", "no active exception to raise")
    value = evaluate(machine, frame, node.exc)
    if isinstance(value, Class):
        value = machine.call(value)
    if node.cause is not None and isinstance(value, Instance):
        cause = evaluate(machine, frame, node.cause.item)
        value.attributes["__cause__"] = machine.call(cause) if isinstance(cause, Class) else cause
    frame.node = node
    raise Raised(value, machine.site(), frame.handled.recorded_error if frame.handled is not None else None)


def _assert(machine: Machine, frame: Frame, node: cst.Assert) -> None:
    if machine.truth(evaluate(machine, frame, node.test)) is False:
        message = evaluate(machine, frame, node.msg) if node.msg is not None else ""
        frame.node = node
        raise machine.exception("AssertionError", message if isinstance(message, str) else "")


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
        value = machine.modules.import_member(dotted, level, alias.name.value, frame)
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


def _for(machine: Machine, frame: Frame, node: cst.For) -> str | None:
    source = evaluate(machine, frame, node.iter)
    try:
        items = machine.iterate(source) if not isinstance(source, LazyIterator) else source.source
        plainly = run_plainly(machine, frame, node, items)
        if isinstance(plainly, Unknown):
            return _unknown_loop(machine, frame, node, plainly)
        return None if plainly else _turns(machine, frame, node, items)
    except UnknownUsed as used:
        return _unknown_loop(machine, frame, node, used.unknown)


def _turns(machine: Machine, frame: Frame, node: cst.For, items: Any) -> str | None:
    for item in items:
        if isinstance(item, UnknownTail):
            return _unknown_loop(machine, frame, node, item)
        machine.budget.spend()
        assign(machine, frame, node.target, item)
        signal = run_body(machine, frame, node.body)
        if signal == BREAK:
            return None
        if signal == RETURN:
            return signal
        if signal == UNSURE:
            return _left_somewhere(machine, frame, node)
    return run_body(machine, frame, node.orelse.body) if node.orelse is not None else None


def _left_somewhere(machine: Machine, frame: Frame, node: Any) -> str | None:
    """The loop may have been left at this turn or at any later one, or have come to its end."""
    reason = "it depends on when a loop is left"
    _unknown_loop(machine, frame, node, Unknown(reason))
    _blur(machine, frame, node)
    if node.orelse is None:
        return None
    signal = fork(machine, frame, [lambda: run_body(machine, frame, node.orelse.body), lambda: None], reason)
    return signal if signal == RETURN else None


def _unknown_loop(machine: Machine, frame: Frame, node: Any, reason: Unknown) -> str | None:
    """The body may run any number of times: once is followed, and whatever it changes becomes unknown."""

    def once() -> str | None:
        if isinstance(node, cst.For):
            assign(machine, frame, node.target, machine.unknown(reason.reason))
        try:
            signal = run_body(machine, frame, node.body)
        except Raised as raised:
            return _raised_in_loop(machine, frame, node, raised)
        ended.append(signal)
        return signal if signal == RETURN else None

    ended: list[str | None] = []
    because = "it depends on a loop that is not known"
    why = reason.reason if reason.reason.startswith(because) else f"{because}: {reason.reason}"
    signal = fork(machine, frame, [once, lambda: None], why)
    if ended == [CONTINUE]:  # A first turn that is skipped (a header) says nothing of the others.
        signal = fork(machine, frame, [once, lambda: None], why)
    return signal if signal == RETURN else None


def _raised_in_loop(machine: Machine, frame: Frame, node: Any, raised: Raised) -> None:
    """A turn with an element that is not known raised: others would not, and would change what this one did not."""
    if machine.handlers:
        machine.possible.append(raised)
    reason = "it depends on a loop that is not known"
    for name in changed_names(node.body):
        held = frame.scope.find(name)
        held = frame.module.look_up(name) if held is MISSING else held
        if type(held) is list:
            machine.journal.touch(held)
            held[:] = [UnknownTail(reason, machine.site())]
        elif held is not MISSING:
            assign_name(machine, frame, name, machine.unknown(reason))


def changed_names(node: Any) -> list[str]:
    """The plain names that a suite assigns, whose items it sets, or lists it makes longer."""
    names = [c for child in node.children for c in changed_names(child)]
    target = node.target if isinstance(node, (cst.AssignTarget, cst.AugAssign)) else None
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _MUTATORS:
        target = node.func.value
    while isinstance(target, cst.Subscript):
        target = target.value
    return [*names, target.value] if isinstance(target, cst.Name) else names


_MUTATORS = frozenset(("append", "extend", "insert", "add", "update", "setdefault", "appendleft", "remove", "pop"))


def _blur(machine: Machine, frame: Frame, node: Any) -> None:
    """After a loop that may have been left at any turn: what its body binds, or may have returned, is unknown."""
    reason = "it depends on when a loop is left"
    known = machine.literals.get(node)
    if known is None:
        known = machine.literals[node] = (tuple(dict.fromkeys(bound_names(node.body))), _returns(node.body))
    names, returns = known
    for name in names:
        assign_name(machine, frame, name, machine.unknown(reason))
    if returns:
        frame.pending.append(machine.unknown(reason))


def _returns(node: Any) -> bool:
    if isinstance(node, cst.Return):
        return True
    return any(_returns(c) for c in node.children if not isinstance(c, (cst.FunctionDef, cst.ClassDef, cst.Lambda)))


def bound_names(node: Any) -> list[str]:
    """The plain names assigned anywhere in a suite."""
    names = [c for child in node.children for c in bound_names(child)]
    if isinstance(node, (cst.AssignTarget, cst.AugAssign)) and isinstance(node.target, cst.Name):
        names.append(node.target.value)
    return names


def _while(machine: Machine, frame: Frame, node: cst.While) -> str | None:
    for _ in range(MAXIMUM_WHILE):
        machine.budget.spend()
        known = machine.truth(evaluate(machine, frame, node.test))
        if known is None:
            return _unknown_loop(machine, frame, node, Unknown("a condition that is not known"))
        if not known:
            return run_body(machine, frame, node.orelse.body) if node.orelse is not None else None
        returns = len(frame.pending)
        signal = run_body(machine, frame, node.body)
        if signal == BREAK:
            return None
        if signal == RETURN:
            return signal
        if signal == UNSURE or len(frame.pending) > returns:
            return _left_somewhere(machine, frame, node)
    return _left_somewhere(machine, frame, node)


# -- with, try -------------------------------------------------------------------------------


def _with(machine: Machine, frame: Frame, node: cst.With) -> str | None:
    return _with_items(machine, frame, node, 0)


def _with_items(machine: Machine, frame: Frame, node: cst.With, index: int) -> str | None:
    if index == len(node.items):
        return run_body(machine, frame, node.body)
    manager = assign_manager(machine, frame, node.items[index])
    outside = machine.handlers
    if isinstance(manager, contexts.Context) and manager.swallows:
        machine.handlers = (*outside, lambda raised: True)
    try:
        signal = _with_items(machine, frame, node, index + 1)
    except (Raised, UnknownUsed) as error:
        if contexts.leave(machine, manager, error):
            return None
        raise
    finally:
        machine.handlers = outside
    contexts.leave(machine, manager, None)
    return signal


def assign_manager(machine: Machine, frame: Frame, item: cst.WithItem) -> Any:
    """Enter the context manager of one ``with`` item and bind what it gives."""
    manager = evaluate(machine, frame, item.item)
    frame.node = item.item
    value = contexts.enter(machine, manager)
    if item.asname is not None:
        assign(machine, frame, item.asname.name, value)
    return manager


def _try(machine: Machine, frame: Frame, node: cst.Try) -> str | None:
    try:
        signal = _handled_body(machine, frame, node)
    except (Raised, UnknownUsed):
        last = run_body(machine, frame, node.finalbody.body) if node.finalbody is not None else None
        if last is not None:
            return last
        raise
    result = frame.result
    last = run_body(machine, frame, node.finalbody.body) if node.finalbody is not None else None
    if last is None:
        frame.result = result
    return last or signal


def _handled_body(machine: Machine, frame: Frame, node: cst.Try) -> str | None:
    outside, machine.possible = machine.possible, []
    try:
        signal = _guarded_body(machine, frame, node)
    except Raised as raised:
        machine.possible = outside
        return _handle(machine, frame, node, raised)
    finally:
        possible, machine.possible = machine.possible, outside
    for raised in possible:
        if handler_of(machine, frame, node, raised) is not None:
            branches = [lambda: signal, lambda raised=raised: _handle(machine, frame, node, raised)]
            return fork(machine, frame, branches, "it depends on an exception that is only possible")
    machine.possible.extend(possible)
    return signal


def _guarded_body(machine: Machine, frame: Frame, node: cst.Try) -> str | None:
    outside = machine.handlers
    if node.handlers:
        machine.handlers = (*outside, guard_of(machine, frame, node))
    try:
        signal = run_body(machine, frame, node.body)
    finally:
        machine.handlers = outside
    if signal is None and node.orelse is not None:
        return run_body(machine, frame, node.orelse.body)
    return signal


def _handle(machine: Machine, frame: Frame, node: cst.Try, raised: Raised) -> str | None:
    handler = handler_of(machine, frame, node, raised)
    if handler is None:
        raise raised
    if handler.name is not None:
        assign(machine, frame, handler.name.name, raised.value)
    before, frame.handled = frame.handled, raised
    try:
        return run_body(machine, frame, handler.body)
    finally:
        frame.handled = before
        if handler.name is not None:
            machine.journal.touch(frame.scope.names)
            for name in names_of(handler.name.name):
                frame.scope.names.pop(name, None)


def names_of(target: Any) -> list[str]:
    """The plain name an exception is bound to."""
    return [target.value] if isinstance(target, cst.Name) else []


def handler_of(machine: Machine, frame: Frame, node: cst.Try, raised: Raised) -> cst.ExceptHandler | None:
    """The first ``except`` that catches it."""
    for handler in node.handlers:
        if handler.type is None:
            return handler
        wanted = evaluate(machine, frame, handler.type)
        if is_caught(raised, wanted if isinstance(wanted, tuple) else (wanted,)):
            return handler
    return None


def guard_of(machine: Machine, frame: Frame, node: cst.Try) -> Callable[[Raised], bool]:
    """Whether a ``try`` catches an exception; where its handlers cannot be told, it may."""

    def catches(raised: Raised) -> bool:
        try:
            return handler_of(machine, frame, node, raised) is not None
        except (Raised, UnknownUsed):
            return True

    return catches


def is_caught(raised: Raised, kinds: tuple) -> bool:
    """Whether an exception is of one of these classes; one that is not known may be."""
    if not isinstance(raised.value, Instance):
        return True
    named = (k for k in kinds if isinstance(k, Class))
    return any(isinstance(k, Unknown) for k in kinds) or any(is_exception(raised.value, k.name) for k in named)


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


STATEMENTS: dict[type, Any] = {
    cst.Expr: _expression,
    cst.Return: _return,
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.Del: _delete,
    cst.Global: _global,
    cst.Nonlocal: _nonlocal,
    cst.Pass: _pass,
    cst.Break: _break,
    cst.Continue: _continue,
    cst.Raise: _raise,
    cst.Assert: _assert,
    cst.Import: _import,
    cst.ImportFrom: _import_from,
    cst.If: _if,
    cst.Match: _match,
    cst.For: _for,
    cst.While: _while,
    cst.With: _with,
    cst.Try: _try,
    cst.FunctionDef: _define_function,
    cst.ClassDef: _define_class,
}


__all__ = ["assign", "run", "run_body"]
