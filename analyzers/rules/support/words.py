"""What messages call layers and operations: by what stands in the source."""

from __future__ import annotations

from analyzers.facts import LayerFact, ModuleFact
from analyzers.vocabulary import ITEMS, SYMBOLS


def spoken(layer: LayerFact | ModuleFact) -> str:
    """``conv1``, in backquotes; with its kind where it has only a number; an operation by its sign and its line."""
    if isinstance(layer, LayerFact) and layer.functional:
        line = f" in line {layer.call.line + 1}" if layer.call is not None else ""
        return f"`{written(layer.type)}`{line}"
    kind = layer.type.rpartition(".")[2]
    return f"`{layer.name}` ({kind})" if layer.name.rpartition(".")[2].isdigit() else f"`{layer.name}`"


def written(operation: str) -> str:
    """``+=`` for ``iadd``, ``x[…]`` for ``getitem``; a function has its own name."""
    if operation in ITEMS:
        return ITEMS[operation]
    if operation[:1] in ("i", "r") and operation[1:] in SYMBOLS:
        return SYMBOLS[operation[1:]] + ("=" if operation[0] == "i" else "")
    return operation
