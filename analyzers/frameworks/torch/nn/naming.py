"""The dotted names under which torch makes a layer class reachable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from analyzers.interpreter.overlays import layer

Definition = TypeVar("Definition", bound=type[Any])


def nn_layer(module: str, sizes: tuple[str, ...] = ()) -> Callable[[Definition], Definition]:
    """Register a class of ``torch/nn/modules/<module>.py``.

    Public classes are also ``torch.nn.X`` and ``torch.nn.modules.X``; the first name is the
    canonical one. ``sizes`` are the constructor arguments whose Unknown becomes an unknown dim.
    """

    def register(definition: Definition) -> Definition:
        name = definition.__name__
        names = [f"torch.nn.modules.{module}.{name}"]
        if not name.startswith("_"):
            names = [f"torch.nn.{name}", *names, f"torch.nn.modules.{name}"]
        return layer(*names, sizes=sizes)(definition)

    return register


def internal_layer(module: str, sizes: tuple[str, ...] = ()) -> Callable[[Definition], Definition]:
    """Register a class that torch leaves in its module only (``RNNCellBase`` is not such a one)."""

    def register(definition: Definition) -> Definition:
        return layer(f"torch.nn.modules.{module}.{definition.__name__}", sizes=sizes)(definition)

    return register
