"""Registries (``@register_model``) that fill up when their package is imported."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.module import Module, kept_in
from analyzers.interpreter.registrations import entering_blocks, imported_by, makes, names_of_registry
from analyzers.interpreter.registry_keys import RegistryKeys
from analyzers.interpreter.values import MISSING, Class, Instance
from analyzers.source.outline import may_enter

if TYPE_CHECKING:
    from analyzers.interpreter.modules import Modules

_EMPTY = re.compile(r"=\s*(?:\{\s*\}|(?:\w+\.)*\w+\([^:={]*\))\s*(?:#.*)?$", re.MULTILINE)

MAXIMUM_MODULES = 400
"""Modules of a workspace in which what enters something into a registry is looked for."""


class Registries:
    """Finds the entries of containers that modules not yet run would make."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self.homes: dict[int, tuple[Any, Module | None]] = {}
        self.sought: set[tuple[int, str]] = set()
        self.filled: dict[int, tuple[Any, bool]] = {}
        """Containers into which everything was entered that the modules enter, and whether that is all there is."""
        self._parts: list[Any] = []
        """Of each module, what of it was run and its names."""
        self._sizes: tuple[int, ...] = ()
        self._kept: set[int] = set()
        self._siblings: dict[str, list[str]] = {}

    @cached_property
    def _keys(self) -> RegistryKeys:
        return RegistryKeys(self.modules.resolver.sources)

    def entry_to_come(self, container: Any, key: Any) -> Any:
        """What a missing key of a dictionary or set will be once everything is imported, else MISSING.

        Registries (``@register_model``) fill up when their package is imported; here modules run only as far as
        somebody asks. So on a miss in a container that a module keeps, the definitions that mention the key
        and may enter it are run. A module's own ``__dict__`` is asked like the module.
        """
        if isinstance(key, Instance) and key.class_.traits.members:
            is_there = self.fill(container) is not None and key in container
            return (container[key] if isinstance(container, dict) else True) if is_there else MISSING
        if not isinstance(key, str) or not key or self._is_being_entered(key):
            return MISSING
        home = self._home(container)
        if home is None:
            return MISSING
        if home.scope.names is container:
            return home.look_up(key)
        found = self._named_entry(home, container, key)
        if found is MISSING and self.fill(container) is not None and key in container:
            found = container[key] if isinstance(container, dict) else True
        return found

    def _named_entry(self, home: Module, container: Any, key: str) -> Any:
        """What a definition that mentions the key enters."""
        if (id(container), key) in self.sought:
            return MISSING
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

    def fill(self, container: Any) -> bool:
        """Run whatever enters something into a container that a module keeps; False where modules that were not read
        may enter more."""
        known = self.filled.get(id(container))
        if known is not None and known[0] is container:
            return known[1]
        home = self._home(container)
        if home is None or home.scope.names is container:
            return True
        self.filled[id(container)] = (container, True)
        names = names_of_registry(home, container)
        modules, is_all = self._importing(home) if not _is_literal(home, container) else ([home], True)
        for module in modules:
            for block in list(entering_blocks(module, names)):
                if block.index in module.executed:
                    continue
                if block.binds and block.kind in ("def", "class"):
                    module.look_up(block.binds[0])
                else:
                    module.run_block(self.modules.machine, block)
        self.filled[id(container)] = (container, is_all)
        if any(module.running and any(entering_blocks(module, names, whole=True)) for module in modules):
            del self.filled[id(container)]  # what stands behind the statement that asks is entered later
        return is_all

    def _importing(self, home: Module) -> tuple[list[Module], bool]:
        """The modules that are imported with the registry's; of an installed package, those that were read."""
        if self.modules.resolver.is_installed(home.path):
            return list(self.modules.by_path.values()), False
        found: dict[str, Module] = {}
        waiting = list(self.modules.by_path.values())
        while waiting and len(found) < MAXIMUM_MODULES:
            module = waiting.pop(0)
            if module.path not in found and not self.modules.resolver.is_installed(module.path):
                found[module.path] = module
                waiting += imported_by(module)
        return list(found.values()), True

    def _is_being_entered(self, key: str) -> bool:
        """Whether the question comes from the registration of just that name (``if name in REGISTRY: raise``)."""
        frames = self.modules.machine.frames
        return any(f.scope.is_module and f.block.kind in ("def", "class") and may_enter(f.block, key) for f in frames)

    def _home(self, container: Any) -> Module | None:
        """The module that keeps a container: as a global, or in an object that is one."""
        known = self.homes.get(id(container))
        if known is None or known[0] is not container:
            holding = self._holding(container)
            makers = (m for m in holding if makes(m, container))
            found = next(makers, holding[0] if holding else None)
            known = self.homes[id(container)] = (container, found)
        return known[1]

    def _holding(self, container: Any) -> list[Module]:
        """The modules that keep a container. Most dictionaries that are asked none does, and that is seen at once: what
        any module ever kept is in one set, to which a module adds when more of it was run."""
        modules = self.modules.by_path
        if len(self._parts) < 2 * len(modules):
            self._parts = [part for module in modules.values() for part in (module.executed, module.scope.names)]
        sizes = tuple(map(len, self._parts))
        if sizes != self._sizes:
            self._sizes = sizes
            for module in modules.values():
                self._kept.update(module.newly_kept())
        if id(container) not in self._kept:
            return []
        return [module for module in modules.values() if module.may_hold(container) and _holds(module, container)]

    def _entering(self, home: Module, container: Any, key: str) -> Iterator[tuple[Module, Any]]:
        """Decorated definitions of that name, or given it in quotes, in the packages that may know the registry.

        What is written out with its entries waits only for modules that are read anyway.
        """
        first = next(iter(self.modules.by_path.values()))
        packages: list[str] = []
        if not _is_literal(home, container):
            packages = [*self._package_of(home.path), *self._package_of(first.path)]
        keys = self._keys
        for path in dict.fromkeys([*keys.among(self.modules.by_path, key), *keys.among(packages, key)]):
            running = self.modules.by_path[path].running if path in self.modules.by_path else []
            for block in self.modules.resolver.sources.module(path).blocks:
                if running and block.index >= running[-1]:
                    break
                if may_enter(block, key):
                    yield self.modules.load(path), block

    def _package_of(self, path: str) -> list[str]:
        """The Python files of the package a file lies in, listed once in an analysis."""
        known = self._siblings.get(path)
        if known is None:
            files = self.modules.resolver.package_files(path)
            known = self._siblings[path] = [file for file in files if file.endswith(".py")]
        return known


def _holds(module: Module, container: Any) -> bool:
    return any(value is container for value in kept_in(module))


def _is_literal(module: Module, container: Any) -> bool:
    """Whether a global, or an attribute of a class, is written out with its entries, as a registry is not; what binds
    the name later is another."""
    name = next((n for n, v in module.scope.names.items() if v is container), None)
    if name is None:
        return _is_literal_in_class(module, container)
    ran = (block for block in module.source.binders(name) if block.index in module.executed)
    return not any(_EMPTY.search(block.text) for block in ran)


def _is_literal_in_class(module: Module, container: Any) -> bool:
    for class_ in module.scope.names.values():
        if type(class_) is Class and class_.module == module.name:
            name = next((n for n, v in class_.namespace.items() if v is container), None)
            texts = [b.text for b in module.source.binders(class_.name)] if name is not None else []
            bound = re.compile(rf"^[ \t]+{name}[ \t]*(?::[^=\r\n]*)?=[ \t]*\{{\s*[^\s}}]", re.MULTILINE)
            if texts:
                return all(map(bound.search, texts))
    return False
