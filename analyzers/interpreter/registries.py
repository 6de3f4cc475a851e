"""Registries (``@register_model``) that fill up when their package is imported."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.module import Module, kept_in
from analyzers.interpreter.values import MISSING
from analyzers.source.sources import SourceError

if TYPE_CHECKING:
    from analyzers.interpreter.modules import Modules

_DEFINITION = re.compile(r"^(?:async[ \t]+)?(?:def|class)\b", re.MULTILINE)
_EMPTY = re.compile(r"=\s*(?:\{\s*\}|(?:\w+\.)*\w+\([^:={]*\))\s*(?:#.*)?$", re.MULTILINE)


class Registries:
    """Finds the entries of containers that modules not yet run would make."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self.homes: dict[int, tuple[Any, Module | None]] = {}
        self.sought: set[tuple[int, str]] = set()
        self._siblings: dict[str, list[str]] = {}
        self._texts: dict[str, str] = {}

    def entry_to_come(self, container: Any, key: Any) -> Any:
        """What a missing key of a dictionary or set will be once everything is imported, else MISSING.

        Registries (``@register_model``) fill up when their package is imported; here modules run only as far as
        somebody asks. So on a miss in a container that a module keeps, the definitions that mention the key
        and may enter it are run. A module's own ``__dict__`` is asked like the module.
        """
        if not isinstance(key, str) or not key or self._is_being_entered(key):
            return MISSING
        home = self._home(container)
        if home is None or (id(container), key) in self.sought:
            return MISSING
        if home.scope.names is container:
            return home.look_up(key)
        self.sought.add((id(container), key))
        for module, block in self._entering(home, container, key):
            if block.index in module.executed:
                continue
            if block.binds:
                module.look_up(block.binds[0])
            else:
                module.run_block(self.modules.machine, block)
            if key in container:
                return container[key] if isinstance(container, dict) else True
        return MISSING

    def _is_being_entered(self, key: str) -> bool:
        """Whether the question comes from the registration of just that name (``if name in REGISTRY: raise``)."""
        frames = self.modules.machine.frames
        return any(f.scope.is_module and f.block.kind in ("def", "class") and _may_enter(f.block, key) for f in frames)

    def _home(self, container: Any) -> Module | None:
        """The module that keeps a container: as a global, or in an object that is one."""
        known = self.homes.get(id(container))
        if known is None or known[0] is not container:
            found = next(
                (m for m in self.modules.by_path.values() if m.may_hold(container) and _holds(m, container)), None
            )
            known = self.homes[id(container)] = (container, found)
        return known[1]

    def _entering(self, home: Module, container: Any, key: str) -> Iterator[tuple[Module, Any]]:
        """Decorated definitions of that name, or given it in quotes, in the packages that may know the registry.

        What is written out with its entries waits only for modules that are read anyway.
        """
        first = next(iter(self.modules.by_path.values()))
        packages: list[str] = []
        if not _is_literal(home, container):
            packages = [*self._package_of(home.path), *self._package_of(first.path)]
        for path in dict.fromkeys([*self.modules.by_path, *packages]):
            if not path.endswith(".py") or key not in self._text(path):
                continue
            running = self.modules.by_path[path].running if path in self.modules.by_path else []
            for block in self.modules.resolver.sources.module(path).blocks:
                if running and block.index >= running[-1]:
                    break
                if _may_enter(block, key):
                    yield self.modules.load(path), block

    def _package_of(self, path: str) -> list[str]:
        """The Python files of the package a file lies in, listed once in an analysis."""
        known = self._siblings.get(path)
        if known is None:
            files = self.modules.resolver.package_files(path)
            known = self._siblings[path] = [file for file in files if file.endswith(".py")]
        return known

    def _text(self, path: str) -> str:
        known = self._texts.get(path)
        if known is None:
            try:
                known = self.modules.resolver.sources.read(path)
            except SourceError:
                known = ""
            self._texts[path] = known
        return known


def _may_enter(block: Any, key: str) -> bool:
    if key not in block.text:
        return False
    if block.kind in ("def", "class"):
        return block.decorated and (key in block.binds or _quotes(block.text[: _definition(block.text)], key))
    return block.kind == "other" and _quotes(block.text, key)


def _definition(text: str) -> int:
    found = _DEFINITION.search(text)
    return found.start() if found else len(text)


def _quotes(text: str, key: str) -> bool:
    return f'"{key}"' in text or f"'{key}'" in text


def _holds(module: Module, container: Any) -> bool:
    return any(value is container for value in kept_in(module))


def _is_literal(module: Module, container: Any) -> bool:
    """Whether a global is written out with its entries, as a registry is not."""
    name = next((n for n, v in module.scope.names.items() if v is container), None)
    return name is not None and not any(_EMPTY.search(b.text) for b in module.source.binders(name))
