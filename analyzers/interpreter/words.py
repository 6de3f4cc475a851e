"""What things are called in messages: by the words of the program, never by the names we keep them under."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from analyzers.interpreter import overlays
from analyzers.interpreter.values import Class, Instance
from analyzers.source import program
from analyzers.vocabulary import ITEMS, SYMBOLS

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

SPECIAL: dict[str, str] = {
    **{f"__{name}__": f"`{symbol}`" for name, symbol in SYMBOLS.items()},
    **{f"__r{name}__": f"`{symbol}`" for name, symbol in SYMBOLS.items()},
    **{f"__i{name}__": f"`{symbol}=`" for name, symbol in SYMBOLS.items()},
    **{f"__{name}__": f"`{written}`" for name, written in ITEMS.items()},
    **{name: f"`{written}`" for name, written in ITEMS.items()},
    "__len__": "len(…)", "__iter__": "an iteration", "__bool__": "bool(…)", "__abs__": "abs(…)", "__int__": "int(…)",
    "__float__": "float(…)", "__index__": "int(…)", "__enter__": "with", "__exit__": "with",
}  # fmt: skip
"""Special method → what is written in its place."""
CONSTRUCTING = frozenset(("__init__", "__new__", "__post_init__"))


def callee(machine: Machine, native: Any, args: list[Any]) -> str:
    """Whom an error is about: the object whose method it is, else the function as it is called here."""
    if native.__name__ in SPECIAL:
        return SPECIAL[native.__name__]
    is_method = "." in native.__qualname__.rpartition("<locals>.")[2]
    if is_method and args and isinstance(args[0], Instance):
        return args[0].class_.name
    return function_name(machine, native)


def function_name(machine: Machine, native: Any) -> str:
    """The name under which a native function is called here, else one that it has in its library."""
    name = native.__name__
    if name == "__init__":
        return native.__qualname__.split(".")[0]
    if name in SPECIAL:
        return SPECIAL[name]
    known = _names(len(overlays.NAMES)).get(native, ())
    node = machine.frames[-1].node if machine.frames else None
    sign = _operator(node)
    if sign is not None and any(special in SPECIAL for special in known):
        return f"`{sign}`"
    written = _name_called(node)
    if written in known:
        return str(written)
    plain = name.strip("_").removeprefix("torch_")
    names = [name for name in known if name not in SPECIAL]
    return plain if plain in names or not names else min(names, key=len)


def _operator(node: Any) -> str | None:
    """The sign of an operator that is evaluated."""
    if isinstance(node, program.AugAssign):
        return f"{SYMBOLS[node.operator]}=" if node.operator in SYMBOLS else None
    operator = node.operators[0] if isinstance(node, program.Compare) else getattr(node, "operator", None)
    return SYMBOLS.get(operator) if isinstance(operator, str) else None


def _name_called(node: Any) -> str | None:
    """The last name of what a call calls."""
    function = node.func if isinstance(node, program.Call) else None
    if isinstance(function, program.Attribute):
        return function.attr
    return function.id if isinstance(function, program.Name) else None


@lru_cache(maxsize=1)
def _names(registered: int) -> dict[Any, tuple[str, ...]]:
    """Native function → the last parts of the names it is registered under, while these are so many: a framework's come
    when a program first names it."""
    found: dict[Any, dict[str, None]] = {}
    for table in (overlays.NAMES, overlays.METHODS, overlays.PROPERTIES):
        for name, value in table.items():
            if callable(value):
                found.setdefault(value, {})[name.rpartition(".")[2]] = None
    return {native: tuple(names) for native, names in found.items()}


def method_name(function: Any, args: list[Any]) -> str:
    """What the program writes to call one of its own functions: ``Block(…)`` for a constructor."""
    name = function.name
    if name == "<lambda>":
        return "the lambda"
    if name in SPECIAL:
        return SPECIAL[name]
    receiver = args[0] if args else None
    class_ = receiver if isinstance(receiver, Class) else receiver.class_ if isinstance(receiver, Instance) else None
    if name in CONSTRUCTING:
        return f"{class_.name if class_ is not None else 'the constructor'}(…)"
    return name
