"""``importlib``: modules are found as the ``import`` statement finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def _import_module(name: Any, package: Any = None, *, machine: Machine) -> Any:
    level = len(name) - len(name.lstrip("."))
    if level:
        parts = package.split(".")
        name = ".".join([*parts[: len(parts) - level + 1], *filter(None, [name[level:]])])
    return machine.modules.import_module(name, machine.frames[-1] if machine.frames else None)


def _installed(*_: Any, **__: Any) -> Any:
    return Unknown("which packages are installed")


MODULES: dict[str, dict[str, Any]] = {
    "importlib": {"import_module": _import_module},
    "importlib.util": {"find_spec": _installed},
    "importlib.metadata": {"version": _installed},
}
