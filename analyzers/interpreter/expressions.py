"""Evaluation of expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter import calls, certain, comparison, exceptions, operators, subscripts
from analyzers.interpreter.attributes import COLLECTION_METHODS, get_attribute
from analyzers.interpreter.budget import MAXIMUM_COLLECTION
from analyzers.interpreter.builtins import BUILTINS
from analyzers.interpreter.capabilities import SupportsAttributes
from analyzers.interpreter.comprehensions import hashed
from analyzers.interpreter.execution import EXPRESSIONS, evaluate
from analyzers.interpreter.expansion import hashable
from analyzers.interpreter.iteration import truth
from analyzers.interpreter.literals import constant, formatted, refused
from analyzers.interpreter.parameters import Parameters
from analyzers.interpreter.scope import Frame, Scope
from analyzers.interpreter.values import MISSING, SUPER, UNKNOWNS, Class, Function, Raised, Site, Super, UnknownTail
from analyzers.source import program
from analyzers.source.lexical import INCOMPLETE
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


# -- names and literals ----------------------------------------------------------------------


def _name(machine: Machine, frame: Frame, node: program.Name) -> Any:
    name = node.id
    scope = frame.scope
    if name in scope.names and not scope.is_module:
        return scope.names[name]
    outer = scope.outer
    while outer is not None:
        if name in outer.names and not (outer.is_class or outer.is_module):
            return outer.names[name]
        outer = outer.outer
    return look_up_global(machine, frame, name, node)


def look_up_global(machine: Machine, frame: Frame, name: str, node: program.Name | None = None) -> Any:
    module = frame.module
    found = module.scope.names.get(name, MISSING) if name in module.settled else module.look_up(name)
    if found is not MISSING:
        return found
    if name in BUILTINS:
        return BUILTINS[name]
    exception = exceptions.builtin_exception(machine, name)
    if exception is not None:
        return exception
    if name == "__class__" and frame.function is not None and frame.function.owner is not None:
        return frame.function.owner
    if name == INCOMPLETE:
        return machine.unknown("the code is incomplete")
    if machine.handlers and not frame.module.has_unknown_names:
        raise machine.exception("NameError", f"name {name} is not defined")
    if node is not None:
        certain.undefined(machine, frame, node)
    is_magic = name == "get_ipython"
    return machine.unknown(
        "what a magic or the shell of the notebook gives" if is_magic else f"the name {name} is not found"
    )


def _tuple(machine: Machine, frame: Frame, node: Any) -> tuple:
    return hashable(machine, tuple(_elements(machine, frame, node.elements)))


def _list(machine: Machine, frame: Frame, node: Any) -> list:
    made = _elements(machine, frame, node.elements)
    machine.journal.made(made)
    return made


def _set(machine: Machine, frame: Frame, node: Any) -> Any:
    return hashed(machine, lambda: set(_elements(machine, frame, node.elements)))


def _elements(machine: Machine, frame: Frame, elements: Any) -> list[Any]:
    values: list[Any] = []
    for element in elements:
        kind = type(element)
        if kind is program.Starred:
            values.extend(spread(machine, evaluate(machine, frame, element.value)))
        else:
            values.append(EXPRESSIONS[kind](machine, frame, element))
    return values


def spread(machine: Machine, value: Any) -> list[Any]:
    """The elements of ``*value``; an unknown one leaves a Rest."""
    try:
        return machine.iterate(value)
    except UnknownUsed as used:
        return [UnknownTail(used.unknown.reason, used.unknown.place or machine.site())]


def _dict(machine: Machine, frame: Frame, node: program.Dict) -> Any:
    result: dict[Any, Any] = {}
    machine.journal.made(result)
    for key_node, value_node in zip(node.keys, node.values):
        value = evaluate(machine, frame, value_node)
        if key_node is None:
            value = getattr(value, "payload", None) or value
            if isinstance(value, dict):
                result.update(value)
            elif isinstance(value, Unknown):
                result["**"] = value
            continue
        key = evaluate(machine, frame, key_node)
        if isinstance(key, Unknown):
            result["**"] = key
        elif hashed(machine, lambda: hash(key)) is not None:  # noqa: B023
            result[key] = value
    return result


# -- operators -------------------------------------------------------------------------------


def _binary(machine: Machine, frame: Frame, node: program.BinOp) -> Any:
    chain = [node]
    left_node = node.left
    while type(left_node) is program.BinOp:
        chain.append(left_node)
        left_node = left_node.left
    value = evaluate(machine, frame, left_node)
    for operation in reversed(chain):
        right = evaluate(machine, frame, operation.right)
        frame.node = operation
        left, value = value, operators.binary(machine, operation.operator, value, right)
        if frame.module.is_watched:
            machine.recorder.evaluations.note(frame, operation, value, operands=(left, right))
    return value


def _unary(machine: Machine, frame: Frame, node: program.UnaryOp) -> Any:
    value = evaluate(machine, frame, node.operand)
    if node.operator == "not":
        known = value if type(value) is bool else truth(machine, value)
        return machine.unknown("a condition that is not known") if known is None else not known
    return operators.unary(machine, node.operator, value)


def _boolean(machine: Machine, frame: Frame, node: program.BoolOp) -> Any:
    is_and = node.is_and
    left_node, right_node = node.left, node.right
    left = EXPRESSIONS[type(left_node)](machine, frame, left_node)
    known = left if type(left) is bool else truth(machine, left)
    if known is None:
        return _boolean_unknown(machine, frame, node, left, is_and)
    return EXPRESSIONS[type(right_node)](machine, frame, right_node) if known is is_and else left


def _boolean_unknown(machine: Machine, frame: Frame, node: program.BoolOp, left: Any, is_and: bool) -> Any:
    """``unknown and False`` is falsy whatever the unknown is; ``unknown or True`` truthy. So is what raises where it is
    followed by more: then the left side had decided."""
    machine.uncertain += 1
    try:
        right = evaluate(machine, frame, node.right)
    except Raised as raised:
        if not machine.handlers:
            return not is_and
        machine.possible.append(raised)
        return left if isinstance(left, Unknown) else machine.unknown("a condition that is not known")
    finally:
        machine.uncertain -= 1
    if machine.truth(right) is (not is_and) and isinstance(right, bool):
        return right
    return left if isinstance(left, Unknown) else machine.unknown("a condition that is not known")


def _comparison(machine: Machine, frame: Frame, node: program.Compare) -> Any:
    first = node.left
    left = EXPRESSIONS[type(first)](machine, frame, first)
    last = node.comparators[-1]
    result: Any = True
    for operator, other in zip(node.operators, node.comparators):
        right = EXPRESSIONS[type(other)](machine, frame, other)
        frame.node = node
        result = comparison.compare(machine, operator, left, right)
        if other is last or machine.truth(result) is not True:
            return result
        left = right
    return result


def _if_expression(machine: Machine, frame: Frame, node: program.IfExp) -> Any:
    test = EXPRESSIONS[type(node.test)](machine, frame, node.test)
    known = test if type(test) is bool else truth(machine, test)
    if known is not None:
        chosen = node.body if known else node.orelse
        return EXPRESSIONS[type(chosen)](machine, frame, chosen)
    from analyzers.interpreter.joining import fork

    results: list[Any] = []

    def branch(expression: Any) -> None:
        results.append(evaluate(machine, frame, expression))

    reason = "it depends on a condition that is not known"
    fork(machine, frame, [lambda: branch(node.body), lambda: branch(node.orelse)], reason)
    from analyzers.interpreter.joining import join_all

    return join_all(machine, results, reason)


def _lambda(machine: Machine, frame: Frame, node: program.Lambda) -> Function:
    return make_function(machine, frame, "<lambda>", node)


def make_function(machine: Machine, frame: Frame, name: str, node: program.FunctionDef | program.Lambda) -> Function:
    """A function value; its defaults are evaluated now, in the defining scope."""
    parameters = machine.literals.get(node.parameters)
    if parameters is None:
        parameters = machine.literals[node.parameters] = Parameters(node.parameters)
    site = Site(frame.block, node, frame.module.path)
    function = Function(name, node, parameters, frame.scope, site)
    function.node_is_lambda = type(node) is program.Lambda
    function.defaults = {key: evaluate(machine, frame, default) for key, default in parameters.default_nodes.items()}
    return function


# -- access and calls ------------------------------------------------------------------------


def _attribute(machine: Machine, frame: Frame, node: program.Attribute) -> Any:
    name = node.attr
    if name[:2] == "__":
        name = attribute_name(frame, node)
    owner = node.value
    value = EXPRESSIONS[type(owner)](machine, frame, owner)
    found = get_attribute(machine, value, name, MISSING)
    if found is MISSING:
        raise certain.no_attribute(machine, frame, node, value, name)
    return found


def attribute_name(frame: Frame, node: program.Attribute) -> str:
    """The name behind the dot; a private one (``self.__x``) is that of the class it is written in."""
    name = node.attr
    if name[:2] != "__" or name[-2:] == "__":
        return name
    scope: Scope | None = frame.scope
    while scope is not None:
        if scope.function is not None and isinstance(scope.function.owner, Class):
            return mangled(scope.function.owner.name, name)
        scope = scope.outer
    return name


def mangled(class_name: str, name: str) -> str:
    """``__x`` written in the class ``A`` is ``_A__x``."""
    private = name[:2] == "__" and name[-2:] != "__"
    return f"_{class_name.lstrip('_')}{name}" if private else name


def _subscript(machine: Machine, frame: Frame, node: program.Subscript) -> Any:
    value = evaluate(machine, frame, node.value)
    key = evaluate(machine, frame, node.key)
    frame.node = node
    item = subscripts.get_item(machine, value, key)
    if frame.module.is_watched:
        machine.recorder.evaluations.note(frame, node, item, operands=(value,))
    return item


def _slice(machine: Machine, frame: Frame, node: program.Slice) -> slice:
    ends = [evaluate(machine, frame, e) if e is not None else None for e in (node.lower, node.upper, node.step)]
    return slice(*ends)


def _call(machine: Machine, frame: Frame, node: program.Call) -> Any:
    called = node.func
    function = EXPRESSIONS[type(called)](machine, frame, called)
    if function is SUPER:
        return _super(machine, frame, node)
    args, kwargs = arguments(machine, frame, node)
    before, frame.node = frame.node, node
    budget = machine.budget
    budget.left = left = budget.left - 1
    if left < 0 or budget.stop.requested:
        budget.end()
    try:
        if type(function) in UNKNOWNS and _is_method_of_collections(called):
            result = function.used()
        else:
            result = calls.call(machine, function, args, kwargs)
    finally:
        frame.node = before
    if frame.module.is_watched:
        operands = _operands(machine, frame, called, args, kwargs) if type(result) in UNKNOWNS else ()
        machine.recorder.evaluations.note(frame, node, result, operands=operands)
    return result


def _is_method_of_collections(called: program.Expression) -> bool:
    """``unknown.append(x)``: Python's own collections keep what they are given as it is."""
    return type(called) is program.Attribute and called.attr in COLLECTION_METHODS


def _operands(machine: Machine, frame: Frame, called: Any, args: list[Any], kwargs: dict[str, Any]) -> list[Any]:
    """What goes into a call; of ``x.method(y)`` also ``x``."""
    is_method = type(called) is program.Attribute and type(called.value) is program.Name
    receiver = [evaluate(machine, frame, called.value)] if is_method else []
    return [*receiver, *args, *kwargs.values()]


def arguments(machine: Machine, frame: Frame, node: program.Call) -> tuple[list[Any], dict[str, Any]]:
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    for argument in node.args:
        given = argument.value
        value = EXPRESSIONS[type(given)](machine, frame, given)
        keyword = argument.keyword
        if keyword is not None:
            kwargs[keyword] = value
        elif not argument.star:
            args.append(value)
        elif argument.star == "*":
            args.extend(spread(machine, value))
        else:
            _spread_keywords(machine, value, kwargs)
    return args, kwargs


def _spread_keywords(machine: Machine, value: Any, kwargs: dict[str, Any]) -> None:
    value = getattr(value, "payload", None) or value
    if isinstance(value, dict):
        kwargs.update(value)
    if isinstance(value, Unknown):
        kwargs["**"] = value
    elif not isinstance(value, dict) or isinstance(value, SupportsAttributes):  # A configuration that nobody wrote.
        kwargs.setdefault("**", machine.unknown("nobody says what is handed on"))


def _super(machine: Machine, frame: Frame, node: program.Call) -> Any:
    if len(node.args) == 2:
        owner = evaluate(machine, frame, node.args[0].value)
        receiver = evaluate(machine, frame, node.args[1].value)
    else:
        owner, receiver = _implicit_super(frame)
    if isinstance(owner, Class):
        return Super(owner, receiver)
    return machine.unknown("super() outside a method")


def _implicit_super(frame: Frame) -> tuple[Any, Any]:
    function = frame.function
    scope: Scope | None = frame.scope
    while scope is not None and function is not None and function.owner is None:
        scope = scope.outer
        function = scope.function if scope is not None else None
    if function is None or scope is None or not function.parameters.positional:
        return None, None
    return function.owner, scope.names.get(function.parameters.positional[0])


# -- comprehensions --------------------------------------------------------------------------


# -- the rest --------------------------------------------------------------------------------


def _named(machine: Machine, frame: Frame, node: program.NamedExpr) -> Any:
    value = evaluate(machine, frame, node.value)
    scope = frame.scope
    while scope.function is None and scope.outer is not None and not scope.is_class:
        scope = scope.outer
    machine.journal.touch(scope.names)
    scope.names[node.name] = value
    return value


def _yield(machine: Machine, frame: Frame, node: program.Yield) -> Any:
    return _yielded(machine, frame, [evaluate(machine, frame, node.value) if node.value is not None else None])


def _yield_from(machine: Machine, frame: Frame, node: program.YieldFrom) -> Any:
    return _yielded(machine, frame, spread(machine, evaluate(machine, frame, node.value)))


def _yielded(machine: Machine, frame: Frame, values: list[Any]) -> Any:
    if frame.yields is None:
        return machine.unknown("yield outside a generator")
    frame.yields.extend(values)
    if len(frame.yields) > MAXIMUM_COLLECTION:
        raise UnknownUsed(machine.unknown("a generator without end"))
    return machine.unknown("the value sent to a generator")


HANDLED: dict[type, Any] = {
    program.Constant: constant,
    program.Refused: refused,
    program.Name: _name,
    program.FormattedString: formatted,
    program.Tuple: _tuple,
    program.List: _list,
    program.Set: _set,
    program.Dict: _dict,
    program.BinOp: _binary,
    program.UnaryOp: _unary,
    program.BoolOp: _boolean,
    program.Compare: _comparison,
    program.IfExp: _if_expression,
    program.Lambda: _lambda,
    program.Attribute: _attribute,
    program.Subscript: _subscript,
    program.Slice: _slice,
    program.Call: _call,
    program.NamedExpr: _named,
    program.Yield: _yield,
    program.YieldFrom: _yield_from,
}
