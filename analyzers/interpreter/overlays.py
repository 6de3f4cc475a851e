"""Where framework knowledge is written down: dotted name → native function, method or layer class.

Tables are filled when a framework's modules are imported and never change afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from analyzers.interpreter.hosts import HostObject

Definition = TypeVar("Definition", bound=Callable[..., Any])
Host = TypeVar("Host", bound="type[HostObject]")

NAMES: dict[str, Any] = {}
"""Dotted name → native function, layer class or constant."""
METHODS: dict[str, Callable[..., Any]] = {}
"""Tensor method name → native function (``self`` first)."""
PROPERTIES: dict[str, Callable[..., Any]] = {}
"""Tensor attribute name → native function of the tensor."""
MODULES: dict[str, dict[str, Any]] = {}
"""Module name → member → value, of modules beside the frameworks that a table knows whole (profilers)."""
SIZES: dict[Any, tuple[str, ...]] = {}
"""Layer class → constructor arguments whose Unknown becomes an unknown dim."""
VALUES_ONLY: set[Any] = set()
"""Native functions that change nothing but the numbers of a tensor, which nobody knows, and give it back."""


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


def layer(*names: str, sizes: tuple[str, ...] = ()) -> Callable[[Host], Host]:
    """Register a layer class; the first name is its canonical dotted name."""

    def register(definition: Host) -> Host:
        definition.qualified_name = names[0]
        SIZES[definition] = sizes
        for name in names:
            NAMES[name] = definition
        return definition

    return register


def attribute(name: str, value: Any) -> None:
    """Register a constant (``torch.float32``, ``torch.pi``)."""
    NAMES[name] = value


# -- which dotted names are ours ---------------------------------------------------------------

ROOTS: dict[str, str] = {}
"""Top-level package → the framework whose tables know it."""
LOADERS: dict[str, Callable[[], None]] = {}
"""Framework → what fills its tables; called once, when a program first names one of its packages."""
SPELLINGS: dict[str, Callable[[str], str]] = {}
"""Top-level package → what turns any spelling of a dotted name into the registered one."""
SOURCED: dict[str, Callable[[str], str]] = {}
"""Top-level package → the dotted name of the *source* of a name no table holds (the rest of the package is read)."""
CHECKING: set[str] = set()
"""Packages of libraries whose functions look at their arguments first: what they raise then depends on nothing else."""
PARTLY_KNOWN: set[str] = set()
"""Top-level packages of which the tables know some names: the others are those of their source, or are not there."""
_loaded: set[str] = set()
_prefixes: set[str] = set()


def is_native_root(root: str) -> bool:
    """Whether modules below this name are known by table; fills the table on first use."""
    framework = ROOTS.get(root)
    if framework is None:
        return False
    if framework not in _loaded:
        _loaded.add(framework)
        LOADERS[framework]()
        _prefixes.clear()
    return True


def canonical(dotted: str) -> str:
    """The name under which a table holds what this spelling means (``tf.keras.layers.X`` → ``keras.layers.X``)."""
    spelling = SPELLINGS.get(dotted.partition(".")[0])
    return spelling(dotted) if spelling is not None else dotted


def source_name(dotted: str) -> str | None:
    """The module whose source says what a name means that the tables do not hold; None: nothing does."""
    named = SOURCED.get(dotted.partition(".")[0])
    if named is None:
        return None
    known = canonical(dotted)
    return None if known in NAMES or is_prefix(known) else named(dotted)


def is_partly_known(dotted: str) -> bool:
    return dotted.partition(".")[0] in PARTLY_KNOWN


def checks_arguments(dotted: str) -> bool:
    """Whether the module raises on purpose only what its arguments call for."""
    return any(f"{dotted}.".startswith(f"{package}.") for package in CHECKING)


def is_prefix(dotted: str) -> bool:
    """Whether some registered name lies below ``dotted`` (so that it is a module or namespace)."""
    if not _prefixes:
        for name in NAMES:
            parts = name.split(".")
            _prefixes.update(".".join(parts[:i]) for i in range(1, len(parts)))
    return dotted in _prefixes
