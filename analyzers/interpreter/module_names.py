"""``dir`` of a module of source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.module import Module
from analyzers.interpreter.values import UnknownTail

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

_GIVEN_TO_MODULES = "__builtins__ __cached__ __doc__ __file__ __loader__ __name__ __package__ __spec__".split()


def names_of_module(machine: Machine, module: Module) -> list[Any]:
    """What a module of source binds, run or not; an open end where a condition or a star decides."""
    blocks = module.source.blocks
    names = {n for block in blocks for n in block.binds} | {n for n in module.scope.names if isinstance(n, str)}
    is_open = any((b.kind == "other" and b.binds) or (b.kind == "import" and "*" in b.text) for b in blocks)
    end = [UnknownTail("names that a condition decides", machine.site())] if is_open or module.has_unknown_names else []
    return [*sorted(names.union(_GIVEN_TO_MODULES)), *end]
