"""Calls that leave nothing behind, so that one like them need not be followed again.

``init_weights(m, name)`` is called of every layer of a model: it asks which class the layer has and for some numbers, and
sets the values of tensors, which nobody knows. Whether a call is such a one is read off the statements that it ran
(:class:`_Walk`): those only compute, assign names of their own, and call what is known to change tensors' values alone. What
they asked of the arguments is a *plan*; an object that answers the same is treated the same, and costs the same steps.
"""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any

from analyzers.interpreter import overlays
from analyzers.interpreter.builtins import BUILTINS
from analyzers.interpreter.execution import EXPRESSIONS, evaluate, evaluate_whole
from analyzers.interpreter.library import math_
from analyzers.interpreter.scope import Frame, Scope
from analyzers.interpreter.values import MISSING, Function, Instance, NativeModule, Property, Raised
from analyzers.source import program
from analyzers.tensors.errors import OperationError
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

PLAIN = frozenset((int, float, bool, str, type(None)))
MAXIMUM_PLANS = 4
"""Ways through a function for objects of one class."""
MAXIMUM_ANSWERS = 500
OF_TENSORS = frozenset(("shape", "ndim"))
ASKING_TENSORS = frozenset(("size", "dim", "numel"))
OF_MATH = frozenset(value for value in math_.MODULES["math"].values() if type(value) is FunctionType)
COMPUTING = (program.Tuple, program.BinOp, program.UnaryOp, program.Compare, program.Subscript)


class _Effect(Exception):
    """Something that may leave a trace, or of which that is not known."""


class Plan:
    """What a call asked: attributes of arguments (``None``: the argument itself), and globals, which must be the same."""

    __slots__ = ("answers", "globals", "questions")

    def __init__(self, questions: tuple[tuple[str, str | None], ...], found: dict[str, Any]) -> None:
        self.questions = questions
        self.globals = tuple(found.items())
        self.answers: dict[Any, int] = {}
        """What was answered, and how many steps the call took then."""

    def steps(self, machine: Machine, names: dict[str, Any], given: dict[str, Any]) -> int | None:
        """The steps of a call with these arguments; None where none like it was followed."""
        if any(names.get(name, MISSING) is not value for name, value in self.globals):
            return None
        try:
            return self.answers.get(tuple([answer(machine, given[of], name) for of, name in self.questions]))
        except _Effect:
            return None


def answer(machine: Machine, value: Any, name: str | None) -> Any:
    """What an argument, or an attribute of it, says to a call; tensors are told apart by what is known of them."""
    found = value if name is None else attribute(machine, value, name)
    kind = type(found)
    if kind in PLAIN:
        return kind, found
    if kind is tuple and PLAIN.issuperset(map(type, found)):
        return tuple(map(type, found)), found
    if kind is Tensor and PLAIN.issuperset(map(type, found.shape)) and _is_parameter(found):
        return Tensor, found.shape, found.dtype, found.parameter, found.trainable
    if found is MISSING:
        return MISSING
    raise _Effect


def _is_parameter(tensor: Tensor) -> bool:
    """Of which there is nothing to know but what :func:`answer` says."""
    return tensor.content is None and tensor.history is None and type(tensor.cost) is int and not tensor.cost


def attribute(machine: Machine, value: Any, name: str) -> Any:
    """An attribute that neither the class nor code of the program's makes up."""
    if type(value) is not Instance or value.unknown_because is not None or value.payload is not None:
        raise _Effect
    class_ = value.class_
    of_class = class_.find(name)
    if type(of_class) in (Property, Instance) or name[:2] == "__" or class_.opaque is not None:
        raise _Effect
    if class_.find("__getattribute__") is not MISSING:
        raise _Effect
    if name in value.attributes:
        return value.attributes[name]
    if of_class is not MISSING or type(class_.find("__getattr__")) is Function:
        raise _Effect
    return machine.get_attribute(value, name, MISSING)


def run(machine: Machine, frame: Frame, node: program.Call) -> None:
    """A call whose result nobody takes."""
    called = _called(machine, frame, node) if _is_plain_moment(machine, frame) else None
    if called is None:
        evaluate_whole(machine, frame, node)
        return
    function, given = called
    classes = tuple([v.class_ if type(v) is Instance else type(v) for v in given.values()])
    key = (function, classes)
    plans = machine.idle_calls.setdefault(key, [])
    names = function.scope.module.scope.names
    for plan in plans or ():
        steps = plan.steps(machine, names, given)
        if steps is not None and machine.budget.left > steps:
            machine.budget.spend(steps)
            return
    before = machine.budget.left, len(machine.recorder.recorded_errors)
    evaluate_whole(machine, frame, node)
    steps, errors = before[0] - machine.budget.left, len(machine.recorder.recorded_errors) - before[1]
    if plans is not None and not errors and not _keep(machine, plans, function, given, steps):
        machine.idle_calls[key] = None


def _keep(machine: Machine, plans: list[Plan], function: Function, given: dict[str, Any], steps: int) -> bool:
    """Remember a call that was followed; False where it may leave a trace."""
    left = machine.budget.left
    try:
        walk = _Walk(machine, function, given)
        walk.suite(function.node.body)
        questions = tuple(walk.questions)
        answers = tuple([answer(machine, given[of], name) for of, name in questions])
    except (_Effect, Raised, UnknownUsed, OperationError):
        return False
    finally:
        machine.budget.left = left
    plan = next((p for p in plans if p.questions == questions and p.globals == tuple(walk.globals.items())), None)
    if plan is None:
        if len(plans) >= MAXIMUM_PLANS:
            return False
        plan = Plan(questions, walk.globals)
        plans.append(plan)
    if len(plan.answers) < MAXIMUM_ANSWERS:
        plan.answers[answers] = steps
    return True


def _is_plain_moment(machine: Machine, frame: Frame) -> bool:
    """Nothing is undone, caught or recorded of what runs now."""
    recorder = machine.recorder
    is_certain = not machine.journal.open and not machine.uncertain and not machine.handlers and not machine.changed
    return is_certain and not recorder.stack and not recorder.symbolic and not frame.module.is_watched


def _called(machine: Machine, frame: Frame, node: program.Call) -> tuple[Function, dict[str, Any]] | None:
    """The function and its arguments by name, where names and literals are all that stands in the call."""
    if type(node.func) is not program.Name or not node.args:
        return None
    if any(a.star or a.keyword or type(a.value) not in (program.Name, program.Constant) for a in node.args):
        return None
    function = EXPRESSIONS[program.Name](machine, frame, node.func)
    if (
        type(function) is not Function
        or not function.scope.is_module
        or function.is_generator
        or function.node_is_lambda
    ):
        return None
    parameters = function.parameters
    is_simple = parameters.is_plain and function.memo is None and function.decorated_by is None
    if not is_simple or len(node.args) > len(parameters.positional) or function.scope.module.is_watched:
        return None
    given = {n: evaluate(machine, frame, a.value) for n, a in zip(parameters.positional, node.args)}
    for name in parameters.positional[len(node.args) :]:
        if name not in function.defaults:
            return None
        given[name] = function.defaults[name]
    return function, given


class _Walk:
    """Goes through the statements that a call ran, and sees whether they leave anything behind."""

    def __init__(self, machine: Machine, function: Function, given: dict[str, Any]) -> None:
        self.machine = machine
        self.module = function.scope.module
        self.given = dict(given)
        self.names = dict(given)
        self.frame = Frame(self.module, Scope(self.module, function.scope, self.names), function.site.block, function)
        self.questions: dict[tuple[str, str | None], None] = {}
        self.globals: dict[str, Any] = {}

    def suite(self, body: Any) -> bool:
        """True where the function returns in it."""
        return any(self._statement(node) for node in body)

    def _statement(self, node: Any) -> bool:
        kind = type(node)
        if kind is program.If:
            body = node.body if self._truth(node.test) else node.orelse
            return self._statement(body) if type(body) is program.If else self.suite(body)
        if kind is program.Return and (node.value is None or type(node.value) is program.Constant):
            return True
        if kind is program.Expr:
            self._check(node.value)
        elif kind in (program.Assign, program.AugAssign):
            self._assign(node)
        elif kind is not program.Pass:
            raise _Effect
        return False

    def _assign(self, node: Any) -> None:
        is_augmented = type(node) is program.AugAssign
        targets = [node.target] if is_augmented else node.targets
        names = [target.id for target in targets if isinstance(target, program.Name)]
        if len(names) < len(targets):
            raise _Effect
        self._check(node.value)
        if is_augmented:
            self._check(node.target)
            self._require_plain((node.value, node.target))
        self.machine.run(self.frame, node)
        for name in names:
            self.given.pop(name, None)

    def _value(self, node: Any) -> Any:
        self.machine.frames.append(self.frame)
        try:
            return self.machine.evaluate(self.frame, node)
        finally:
            self.machine.frames.pop()

    def _truth(self, node: Any) -> bool:
        self._check(node)
        known = self.machine.truth(self._value(node))
        if known is None:
            raise _Effect
        return known

    def _require_plain(self, nodes: Any) -> None:
        for node in nodes:
            value = self._value(node)
            if type(value) not in PLAIN and not (type(value) is tuple and PLAIN.issuperset(map(type, value))):
                raise _Effect

    def _check(self, node: Any) -> None:
        kind = type(node)
        if kind is program.Constant:
            return
        if kind is program.Name:
            self._name(node.id)
        elif kind is program.Attribute:
            self._attribute(node)
        elif kind is program.Call:
            self._call(node)
        elif kind is program.BoolOp:
            if self._truth(node.left) is node.is_and:
                self._check(node.right)
        elif kind is program.IfExp:
            self._check(node.body if self._truth(node.test) else node.orelse)
        elif kind in COMPUTING:
            parts = program.children(node)
            for part in parts:
                self._check(part)
            if kind is not program.Tuple and not (kind is program.Compare and set(node.operators) <= {"is", "is not"}):
                self._require_plain(parts)
        else:
            raise _Effect

    def _name(self, name: str) -> None:
        if name in self.given:
            if type(self.given[name]) not in PLAIN:
                raise _Effect
            self.questions[name, None] = None
        elif name not in self.names:
            names = self.module.scope.names
            if name in names and (name in self.module.settled):
                self.globals[name] = names[name]
            elif name in BUILTINS and not self.module.source.binders(name) and name not in names:
                self.globals[name] = MISSING
            else:
                raise _Effect

    def _attribute(self, node: program.Attribute) -> None:
        owner = node.value
        if type(owner) is program.Name and owner.id in self.given:
            if answer(self.machine, self.given[owner.id], node.attr) is MISSING:
                raise _Effect
            self.questions[owner.id, node.attr] = None
            return
        self._check(owner)
        value = self._value(owner)
        is_table = type(value) is NativeModule and not value.assigned
        if not is_table and not (type(value) is Tensor and node.attr in OF_TENSORS):
            raise _Effect

    def _call(self, node: program.Call) -> None:
        if any(argument.star for argument in node.args):
            raise _Effect
        func, values = node.func, [argument.value for argument in node.args]
        if type(func) is program.Attribute and func.attr in ASKING_TENSORS:
            self._check(func.value)
            if type(self._value(func.value)) is not Tensor:
                raise _Effect
            return self._arguments(values, plain=True)
        self._check(func)
        callee = self._value(func)
        if callee is BUILTINS["isinstance"] or callee is BUILTINS["hasattr"]:
            return self._question(node, values, callee)
        is_of_math = type(callee) is FunctionType and callee in OF_MATH
        if not is_of_math and (type(callee) is not FunctionType or callee not in overlays.VALUES_ONLY):
            raise _Effect
        return self._arguments(values, plain=is_of_math)

    def _arguments(self, values: list[Any], plain: bool) -> None:
        for value in values:
            self._check(value)
        if plain:
            self._require_plain(values)

    def _question(self, node: program.Call, values: list[Any], callee: FunctionType) -> None:
        """``isinstance(m, …)`` asks the class, which is the same for all that a plan is for."""
        subject = values[0] if len(values) == 2 else None
        if type(subject) is not program.Name or type(self.given.get(subject.id)) is not Instance:
            raise _Effect
        if callee is BUILTINS["isinstance"]:
            return self._check(values[1])
        if type(values[1]) is not program.Constant or type(values[1].value) is not str:
            raise _Effect
        name, instance = values[1].value, self.given[subject.id]
        if name in instance.attributes or instance.class_.find(name) is MISSING:
            answer(self.machine, instance, name)
            self.questions[subject.id, name] = None
        elif type(instance.class_.find(name)) in (Property, Instance):
            raise _Effect
        return None
