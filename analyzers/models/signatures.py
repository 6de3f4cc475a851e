"""What functions and constructors of the user's must be given."""

from __future__ import annotations

from typing import Any

from analyzers.interpreter.values import Class, Function


def required_parameters(function: Function) -> list[str]:
    """Parameters without a default, in order (``self`` included)."""
    parameters = function.parameters
    every = [*parameters.positional, *parameters.keyword_only]
    return [p for p in every if p not in function.defaults]


def constructor_parameters(class_: Class) -> list[str]:
    """What a constructor must be given: its parameters without a default, and those of the base's
    constructor where it takes ``**kwargs`` to hand on."""
    names: list[str] = []
    for base in class_.mro:
        initialiser = base.namespace.get("__init__") if isinstance(base, Class) else None
        if initialiser is None:
            continue
        if not isinstance(initialiser, Function):
            break
        names += required_parameters(initialiser)[1:]
        if initialiser.parameters.keywords is None:
            break
    return list(dict.fromkeys(names))


def has_symbols(value: Any) -> bool:
    """A class whose constructor gets placeholders, since nobody says what it is given."""
    return isinstance(value, Class) and bool(constructor_parameters(value))


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
    if isinstance(value, Class):
        value = next(
            (c.namespace["__init__"] for c in value.mro if isinstance(c, Class) and "__init__" in c.namespace), None
        )
    if not isinstance(value, Function):
        return False
    return value.parameters.rest is not None or value.parameters.keywords is not None
