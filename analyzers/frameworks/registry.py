"""Where framework knowledge is written down: dotted name → native function, method or layer class.

Tables are filled when a framework's modules are imported and never change afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Definition = TypeVar("Definition", bound=Callable[..., Any])

NAMES: dict[str, Any] = {}
"""Dotted name → native function, layer class or constant."""
METHODS: dict[str, Callable[..., Any]] = {}
"""Tensor method name → native function (``self`` first)."""
PROPERTIES: dict[str, Callable[..., Any]] = {}
"""Tensor attribute name → native function of the tensor."""
SIZES: dict[Any, tuple[str, ...]] = {}
"""Layer class → constructor arguments whose Unknown becomes an unknown dim."""


def function(*names: str) -> Callable[[Definition], Definition]:
    """Register a native function under every dotted name it is reachable by."""

    def register(definition: Definition) -> Definition:
        for name in names:
            NAMES[name] = definition
        return definition

    return register


def method(*names: str, property: bool = False) -> Callable[[Definition], Definition]:
    """Register a tensor method (or attribute) under its names."""

    def register(definition: Definition) -> Definition:
        table = PROPERTIES if property else METHODS
        for name in names:
            table[name] = definition
        return definition

    return register


def layer(*names: str, sizes: tuple[str, ...] = ()) -> Callable[[Definition], Definition]:
    """Register a layer class; the first name is its canonical dotted name."""

    def register(definition: Definition) -> Definition:
        definition.qualified_name = names[0]  # type: ignore[attr-defined]
        SIZES[definition] = sizes
        for name in names:
            NAMES[name] = definition
        return definition

    return register


def attribute(name: str, value: Any) -> None:
    """Register a constant (``torch.float32``, ``torch.pi``)."""
    NAMES[name] = value


# -- which dotted names are ours ---------------------------------------------------------------

ROOTS = frozenset(["torch", "einops"])
_loaded: set[str] = set()
_prefixes: set[str] = set()


def is_native_root(root: str) -> bool:
    """Whether modules below this name are known by table; fills the table on first use."""
    if root not in ROOTS:
        return False
    if "torch" not in _loaded:
        _loaded.add("torch")
        import analyzers.frameworks.torch

        assert analyzers.frameworks.torch
    return True


def is_prefix(dotted: str) -> bool:
    """Whether some registered name lies below ``dotted`` (so that it is a module or namespace)."""
    if not _prefixes:
        for name in NAMES:
            parts = name.split(".")
            _prefixes.update(".".join(parts[:i]) for i in range(1, len(parts)))
    return dotted in _prefixes
