"""What functions and constructors of the user's must be given."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from types import FunctionType
from typing import Any

from analyzers.interpreter.values import Class, Function, StaticMethod
from analyzers.source.program import Attribute, Call, Node, children


def required_parameters(function: Function) -> list[str]:
    """Parameters without a default, in order (``self`` included)."""
    parameters = function.parameters
    every = [*parameters.positional, *parameters.keyword_only]
    return [p for p in every if p not in function.defaults]


def constructor_parameters(class_: Class) -> list[str]:
    """What a constructor must be given: its parameters without a default, and those of the base's
    constructor where it takes ``**kwargs`` to hand on and does not give them itself; before them those of the class's
    own ``__new__``."""
    creator = _creator(class_)
    names = required_parameters(creator)[1:] if creator is not None else []
    above: list[Call] = []
    for base in class_.mro:
        initialiser = base.namespace.get("__init__") if isinstance(base, Class) else None
        if initialiser is None:
            continue
        if not isinstance(initialiser, Function):
            break
        given = {name for call in above for name in _given(call, initialiser.parameters.positional)}
        names += [name for name in required_parameters(initialiser)[1:] if name not in given]
        if initialiser.parameters.keywords is None:
            break
        above = _calls_of_initialisers(initialiser.node)
    return list(dict.fromkeys(names))


def _calls_of_initialisers(node: Node) -> list[Call]:
    """``super().__init__(…)`` and ``Base.__init__(self, …)`` in a constructor."""
    found, left = [], [node]
    while left:
        node = left.pop()
        if isinstance(node, Call) and isinstance(node.func, Attribute) and node.func.attr == "__init__":
            found.append(node)
        left += children(node)
    return found


def _given(call: Call, positional: list[str]) -> Iterator[str]:
    """The parameters that a call of a constructor gives, of which these can be given by position."""
    by_super = isinstance(call.func, Attribute) and isinstance(call.func.value, Call)
    listed = [argument for argument in call.args if argument.keyword is None and argument.star != "**"]
    before = takewhile(lambda argument: not argument.star, listed)
    yield from (name for name, _ in zip(positional[by_super:], before))
    yield from (argument.keyword for argument in call.args if argument.keyword is not None)


def _creator(class_: Class) -> Function | None:
    """The ``__new__`` of the program's that makes the instances."""
    creator = class_.find("__new__")
    if isinstance(creator, StaticMethod):
        creator = creator.function
    return creator if isinstance(creator, Function) else None


def has_symbols(value: Any) -> bool:
    """A class whose constructor gets placeholders, since nobody says what it is given."""
    return isinstance(value, Class) and bool(constructor_parameters(value))


def open_defaults(value: Any) -> list[str]:
    """Parameters of a constructor whose default only stands in for what a caller gives: None, or something to call."""
    initialiser = value.find("__init__") if isinstance(value, Class) else None
    if not isinstance(initialiser, Function):
        return []
    return [name for name, default in initialiser.defaults.items() if _is_stand_in(default)]


def _is_stand_in(default: Any) -> bool:
    return default is None or isinstance(default, (Class, Function, type, FunctionType))


def takes_arguments(value: Any) -> bool:
    """Whether a function, or the constructor of a class, may be given anything."""
    function = value.find("__init__") if isinstance(value, Class) else value
    if not isinstance(function, Function):
        return False
    parameters = function.parameters
    names = [*parameters.positional, *parameters.keyword_only][isinstance(value, Class) :]
    return bool(names) or parameters.rest is not None or parameters.keywords is not None


def waits_for_items(value: Any) -> bool:
    """A class whose constructor has an empty tuple, list or dict as a default: nobody means to leave it empty."""
    initialiser = value.find("__init__") if isinstance(value, Class) else None
    defaults = initialiser.defaults.values() if isinstance(initialiser, Function) else ()
    return any(isinstance(default, (tuple, list, dict)) and not default for default in defaults)


def hands_on(value: Any) -> bool:
    """Whether a function or a constructor takes any arguments, to hand them on: called without, it may lack some."""
    called = [value]
    if isinstance(value, Class):
        initialiser = value.find("__init__")
        called = [_creator(value), initialiser]
    functions = (f for f in called if isinstance(f, Function))
    return any(f.parameters.rest is not None or f.parameters.keywords is not None for f in functions)
