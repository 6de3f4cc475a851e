"""Arguments a class may be meant to be built with that nobody builds: what goes wrong with all of them is told.

``ResNet(block, layers)``: a parameter that is called stands for a class of the file that has what is read of it, one whose
items are only counted with for any number of repetitions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.framework import is_model_class, walk
from analyzers.interpreter.values import Class, Instance
from analyzers.models.placeholder_arguments import looked_up, paths_read
from analyzers.models.signatures import constructor_parameters, open_defaults
from analyzers.tensors.dims import Expression, symbol, symbols
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

REPETITIONS = (1, 2, 3)
MAXIMUM_ALTERNATIVES = 6
MAXIMUM_ITEMS = 12

Arguments = dict[str, Any]


def alternatives(machine: Machine, module: Any, class_: Class) -> list[Arguments]:
    """The arguments of each; empty where no parameter is called as a class of the file."""
    text = _text_of(class_)
    names = constructor_parameters(class_)
    kinds = {name: list(_classes_for(machine, module, class_, name, text)) for name in names if _is_called(name, text)}
    if not any(kinds.values()):
        return []
    kinds = {name: found for name, found in kinds.items() if found}
    counted = {name: count for name in names if name not in kinds and (count := _items_read(name, text))}
    others = {name: Unknown(f"nobody says what {name} is") for name in (*names, *open_defaults(class_))}
    chosen = [dict(zip(kinds, choice)) for choice in product(*kinds.values())]
    if counted and not all(_are_only_counted(machine, class_, {**others, **one}, counted) for one in chosen):
        return []
    turns = REPETITIONS if counted else REPETITIONS[:1]
    made = [{**others, **one, **{n: [turn] * c for n, c in counted.items()}} for one in chosen for turn in turns]
    return made if len(made) <= MAXIMUM_ALTERNATIVES else []


def _text_of(class_: Class) -> str:
    blocks = [c.site.block for c in class_.mro if isinstance(c, Class) and c.site is not None]
    return "\n".join(block.text for block in dict.fromkeys(blocks))


def _is_called(name: str, text: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(name)}\s*\(", text) is not None


def _items_read(name: str, text: str) -> int:
    """How many items a list has whose items are read by number."""
    places = [int(place) for place in re.findall(rf"\b{re.escape(name)}\[(\d+)\]", text)]
    return max(places) + 1 if places and max(places) < MAXIMUM_ITEMS else 0


def _classes_for(machine: Machine, module: Any, class_: Class, name: str, text: str) -> Iterator[Class]:
    """The model classes of the file that have the attributes that are read of a parameter."""
    read = {path[0] for path in paths_read(name, text)}
    for block in module.source.blocks:
        if not read or block.kind != "class" or not all(block.mentions(key) for key in read):
            continue
        found = looked_up(module, block.binds[0])
        if isinstance(found, Class) and found is not class_ and is_model_class(found):
            yield found


def _are_only_counted(machine: Machine, class_: Class, given: Arguments, counted: dict[str, int]) -> bool:
    """Whether the items of these lists are sizes of no layer."""
    items = {name: [symbol(name, argument=True) for _ in range(count)] for name, count in counted.items()}
    made = machine.call(class_, (), {**given, **items})
    own = {one for dims in items.values() for dim in dims for one in symbols(dim)}
    modules = [module for _, module in walk(made)] if isinstance(made, Instance) else []
    values = (value for module in modules for value in module.attributes.values())
    return bool(modules) and not any(own & symbols(v) for v in values if isinstance(v, Expression))
