"""The statements that enter something into a registry, whatever the key is that they compute."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.module import Module
from analyzers.interpreter.values import Class, Instance

if TYPE_CHECKING:
    from analyzers.source.blocks import Block

_DEFINITION = re.compile(r"^(?:async[ \t]+)?(?:def|class)\b", re.MULTILINE)
_HEADER_END = re.compile(r":[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r|\Z)")
_FROM = re.compile(r"^[ \t]*from[ \t]+(\.*)([\w.]*)[ \t]+import\b([^;#]*)", re.MULTILINE)
_IMPORT = re.compile(r"^[ \t]*import[ \t]+([\w.]+(?:[ \t]+as[ \t]+\w+)?(?:[ \t]*,[ \t]*[\w. ]+)*)", re.MULTILINE)
MAXIMUM_PASSES = 3
"""How often functions that use functions that use a registry are looked for."""
COMPOUND = frozenset(("if", "for", "while", "with", "try", "match"))


def names_of_registry(home: Module, container: Any) -> set[str]:
    """The names in the module that keeps a container by which something may be entered: of the container, of the
    object or class that holds it, and of the functions and classes that use those."""
    held = {name for name, value in home.scope.names.items() if _holds(value, container)}
    for _ in range(MAXIMUM_PASSES):
        users = [b for b in home.source.blocks if b.kind in ("def", "class", "assign") and _uses(b, held)]
        found = held.union(*(block.binds for block in users))
        if found == held:
            break
        held = found
    return held


def makes(module: Module, container: Any) -> bool:
    """Whether the module itself binds what holds the container, rather than importing it."""
    held = [name for name, value in module.scope.names.items() if _holds(value, container)]
    return any(block.kind != "import" for name in held for block in module.source.binders(name))


def _holds(value: Any, container: Any) -> bool:
    if value is container:
        return True
    kept = value.attributes if type(value) is Instance else value.namespace if type(value) is Class else {}
    return any(part is container for part in kept.values()) or (type(value) is Instance and value.payload is container)


def entering_blocks(module: Module, names: set[str], whole: bool = False) -> Iterator[Block]:
    """The blocks of a module, not run yet, that may enter something by one of the names (or what they are imported as):
    while it runs, those in front of where it is, or (``whole``) all."""
    blocks = module.source.blocks
    imports = (b for b in blocks if b.kind == "import" and _uses(b, names))
    local = names.union(*(block.binds for block in imports))
    limit = module.running[-1] if module.running and not whole else len(blocks)
    for block in blocks[:limit]:
        if block.index not in module.executed and _may_enter(block, local):
            yield block


def _may_enter(block: Block, names: set[str]) -> bool:
    """What costs least is asked first: the identifiers of a block are found by looking through its whole text."""
    if block.kind in ("def", "class"):
        may = (block.decorated or block.kind == "class") and _mentions(_head_of(block.text), names)
    elif block.kind == "other":
        may = block.keyword not in COMPOUND or block.keyword == "for"
    else:
        may = block.kind == "assign" and not names.isdisjoint(block.bound.changed)
    return may and _uses(block, names)


def _uses(block: Block, names: set[str]) -> bool:
    text = block.text
    return any(name in text for name in names) and not names.isdisjoint(block.identifiers)


def _head_of(text: str) -> str:
    """The decorators and bases of a definition."""
    definition = _DEFINITION.search(text)
    end = _HEADER_END.search(text, definition.start() if definition else 0)
    return text[: end.start()] if end else text


def _mentions(text: str, names: set[str]) -> bool:
    return any(name in text and re.search(rf"\b{re.escape(name)}\b", text) for name in names)


def imported_by(module: Module) -> Iterator[Module]:
    """The modules of source that a module imports at its top level."""
    for block in module.source.blocks:
        if block.kind in ("import", "other"):
            for dots, dotted, names in _FROM.findall(block.text):
                yield from _imported_from(module, len(dots), dotted, names)
            for listed in _IMPORT.findall(block.text):
                for part in listed.split(","):
                    yield from _packages_of(module, part.split()[0])


def _packages_of(module: Module, dotted: str) -> Iterator[Module]:
    """``import a.b.c`` runs a, a.b and a.b.c."""
    parts = dotted.split(".")
    for count in range(1, len(parts) + 1):
        found = module.modules.find_module(".".join(parts[:count]), module)
        if isinstance(found, Module):
            yield found


def _imported_from(module: Module, level: int, dotted: str, names: str) -> Iterator[Module]:
    found = module.modules.resolve(dotted, level, module)
    if not isinstance(found, Module):
        return
    yield found
    if found.is_package:
        for name in re.findall(r"\w+", names):
            part = module.modules.submodule(found, name)
            if isinstance(part, Module):
                yield part


__all__ = ["entering_blocks", "imported_by", "names_of_registry"]
