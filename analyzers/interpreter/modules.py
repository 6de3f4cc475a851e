"""Imports, and modules whose blocks run only when one of their names is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analyzers.imports.resolver import is_stdlib
from analyzers.interpreter import overlays
from analyzers.interpreter.library import STANDARD_LIBRARY
from analyzers.interpreter.module import Module, kept_in
from analyzers.interpreter.values import MISSING, Class, NativeModule
from analyzers.source.sources import SourceError
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

_DEFINITION = re.compile(r"^(?:async[ \t]+)?(?:def|class)\b", re.MULTILINE)
_EMPTY = re.compile(r"=\s*(?:\{\s*\}|(?:\w+\.)*\w+\([^:={]*\))\s*(?:#.*)?$", re.MULTILINE)


class Modules:
    """All modules of one analysis: native tables, and source found by the project."""

    machine: Machine
    """Whose modules they are; it enters itself."""

    def __init__(self, project: Any) -> None:
        self.project = project
        self.by_path: dict[str, Module] = {}
        self.natives: dict[str, NativeModule] = {}
        self.declared: dict[str, str] = {}
        """Dotted name of a custom layer → the framework layer it is declared to be like."""
        self.homes: dict[int, tuple[Any, Module | None]] = {}
        self.sought: set[tuple[int, str]] = set()
        self._tried: dict[tuple[str, str], set[str]] = {}
        self._siblings: dict[str, list[str]] = {}
        self._texts: dict[str, str] = {}

    # -- finding -----------------------------------------------------------------------------

    def load(self, path: str, name: str | None = None) -> Module:
        known = self.by_path.get(path)
        if known is None:
            known = Module(self, name or self.project.module_name(path), path)
            self.by_path[path] = known
        return known

    def import_module(self, dotted: str, frame: Any = None) -> Any:
        """The module of that name; unknown or ImportError (inside ``try``) where it is not found."""
        found = self.find_module(dotted, frame.module if frame is not None else None)
        if found is not MISSING:
            return found
        if self.machine.handlers:
            raise self.machine.exception("ModuleNotFoundError", f"No module named {dotted}")
        return self.machine.unknown(f"the module {dotted} is not found")

    def find_module(self, dotted: str, importer: Module | None = None) -> Any:
        root = dotted.split(".")[0]
        if overlays.is_native_root(root) or _members(dotted) is not None:
            source = self._source_of(dotted, importer)
            return self.native(dotted) if source is MISSING else source
        path = self.project.find(dotted, importer.path if importer is not None else None)
        if path is not None:
            return self.load(path, dotted)
        if is_stdlib(dotted) or any(name.startswith(f"{dotted}.") for name in self.declared):
            return self.native(dotted)
        return MISSING

    def declared_member(self, dotted: str) -> Any:
        """The class a custom layer is declared to be like, under its own name; MISSING without a declaration."""
        like = self.declared.get(dotted)
        overlays.is_native_root((like or "").split(".")[0])
        host = overlays.NAMES.get(like) if like else None
        if not isinstance(host, type):
            return MISSING
        module, _, name = dotted.rpartition(".")
        return Class(name, (self.machine.class_of_host(host),), {}, module)

    def _source_of(self, dotted: str, importer: Module | None = None) -> Any:
        """Native names first: what no table holds of a framework whose package may be read, from its source."""
        name = overlays.source_name(dotted)
        path = self.project.find(name, importer.path if importer is not None else None) if name is not None else None
        return self.load(path, name) if path is not None else MISSING

    def native(self, dotted: str) -> Any:
        name = overlays.canonical(dotted)
        if name in overlays.NAMES:
            return self.wrap(overlays.NAMES[name])
        known = self.natives.get(dotted)
        if known is None:
            known = self.natives[dotted] = NativeModule(dotted, _members(dotted) or {})
        return known

    def native_member(self, module: NativeModule, name: str) -> Any:
        if name in module.members:
            return module.members[name]
        dotted = f"{module.name}.{name}"
        if dotted in self.declared:
            return self.declared_member(dotted)
        registered = overlays.canonical(dotted)
        if registered in overlays.NAMES:
            module.found[name] = self.wrap(overlays.NAMES[registered])
            return module.found[name]
        if _members(dotted) is not None or overlays.is_prefix(registered):
            return self.native(dotted)
        source = self._source_of(dotted)
        if source is not MISSING:
            return source
        if name in ("__name__", "__path__", "__file__", "__version__"):
            return overlays.NAMES.get(f"{module.name}.__version__", module.name)
        return self.machine.unknown(f"{dotted} is not modelled")

    def wrap(self, value: Any) -> Any:
        if isinstance(value, type) and hasattr(value, "qualified_name"):
            return self.machine.class_of_host(value)
        return value

    # -- from … import -----------------------------------------------------------------------

    def resolve(self, dotted: str, level: int, module: Module) -> Any:
        """The module a ``from`` clause names, or MISSING."""
        if level == 0:
            return self.find_module(dotted, module)
        path = self.project.resolve_relative(module.path, level, dotted)
        return self.load(path) if path is not None else MISSING

    def import_member(self, dotted: str, level: int, name: str, frame: Any) -> Any:
        module = self.resolve(dotted, level, frame.module)
        if module is MISSING:
            return self._not_found("." * level + dotted, "ModuleNotFoundError")
        value = self.machine.get_attribute(module, name, default=MISSING)
        if value is MISSING and isinstance(module, Module):
            value = self.submodule(module, name)
        if value is MISSING:
            return self._not_found(f"{dotted}.{name}", "ImportError")
        return value

    def _not_found(self, what: str, exception: str) -> Any:
        if self.machine.handlers:
            raise self.machine.exception(exception, f"cannot import {what}")
        return self.machine.unknown(f"the module {what} is not found")

    def submodule(self, module: Module, name: str) -> Any:
        if not module.is_package:
            return MISSING
        path = self.project.submodule(module.path, name)
        return self.load(path, f"{module.name}.{name}") if path is not None else MISSING

    # -- star imports ------------------------------------------------------------------------

    def starred(self, module: Module) -> list[tuple[str, Any]]:
        """(spec, module) of every star import, last first."""
        found = []
        for spec in reversed(module.source.star_imports):
            level = len(spec) - len(spec.lstrip("."))
            found.append((spec, self.resolve(spec[level:], level, module)))
        return found

    def is_known(self, spec: str, module: Module) -> bool:
        level = len(spec) - len(spec.lstrip("."))
        return self.resolve(spec[level:], level, module) is not MISSING

    def find_starred(self, module: Module, name: str) -> Any:
        """What the last star import that has the name gives. A module that is looked into may itself want the name
        from here (packages whose parts import from the package): then only the star imports before it count."""
        if name.startswith("_"):
            return MISSING
        tried = self._tried.setdefault((module.path, name), set())
        before = set(tried)
        try:
            return self._find_starred(module, name, tried)
        finally:
            tried &= before

    def _find_starred(self, module: Module, name: str, seen: set[str]) -> Any:
        for _, other in self.starred(module):
            if isinstance(other, NativeModule):
                value = self.machine.get_attribute(other, name, default=MISSING)
                if not isinstance(value, Unknown) and value is not MISSING:
                    return value
                continue
            if not isinstance(other, Module) or other.path in seen:
                continue
            seen.add(other.path)
            exported = other.source.all_names
            if exported is not None and name not in exported and not _exports(other, name):
                continue
            bound = other.source.binders(name)
            value = other.look_up(name) if bound else self._find_starred(other, name, seen)
            if value is not MISSING:
                return value
        return MISSING

    def star_members(self, dotted: str, level: int, frame: Any) -> dict[str, Any]:
        """What a star import inside a function binds; at module level names are found on demand instead."""
        if frame.scope.is_module:
            return {}
        module = self.resolve(dotted, level, frame.module)
        if not isinstance(module, Module):
            return {}
        names = module.source.all_names or [n for b in module.source.blocks for n in b.binds if n[0] != "_"]
        return {name: module.look_up(name) for name in names}

    # -- registries --------------------------------------------------------------------------

    def stop_after(self, container: Any, key: Any) -> Any:
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
                module.run_block(self.machine, block)
            if key in container:
                return container[key] if isinstance(container, dict) else True
        return MISSING

    def _is_being_entered(self, key: str) -> bool:
        """Whether the question comes from the registration of just that name (``if name in REGISTRY: raise``)."""
        frames = self.machine.frames
        return any(f.scope.is_module and f.block.kind in ("def", "class") and _may_enter(f.block, key) for f in frames)

    def _home(self, container: Any) -> Module | None:
        """The module that keeps a container: as a global, or in an object that is one."""
        known = self.homes.get(id(container))
        if known is None or known[0] is not container:
            found = next((m for m in self.by_path.values() if m.may_hold(container) and _holds(m, container)), None)
            known = self.homes[id(container)] = (container, found)
        return known[1]

    def _entering(self, home: Module, container: Any, key: str) -> Iterator[tuple[Module, Any]]:
        """Decorated definitions of that name, or given it in quotes, in the packages that may know the overlays.

        What is written out with its entries waits only for modules that are read anyway.
        """
        first = next(iter(self.by_path.values()))
        packages: list[str] = []
        if not _is_literal(home, container):
            packages = [*self._package_of(home.path), *self._package_of(first.path)]
        for path in dict.fromkeys([*self.by_path, *packages]):
            if not path.endswith(".py") or key not in self._text(path):
                continue
            running = self.by_path[path].running if path in self.by_path else []
            for block in self.project.sources.module(path).blocks:
                if running and block.index >= running[-1]:
                    break
                if _may_enter(block, key):
                    yield self.load(path), block

    def _package_of(self, path: str) -> list[str]:
        """The Python files of the package a file lies in, listed once in an analysis."""
        known = self._siblings.get(path)
        if known is None:
            files = self.project.package_files(path)
            known = self._siblings[path] = [file for file in files if file.endswith(".py")]
        return known

    def _text(self, path: str) -> str:
        known = self._texts.get(path)
        if known is None:
            try:
                known = self.project.sources.read(path)
            except SourceError:
                known = ""
            self._texts[path] = known
        return known


def _exports(module: Module, name: str) -> bool:
    """Whether a decorator (``@register_model``) adds the name to the module's ``__all__``."""
    if not any(block.decorated for block in module.source.binders(name)):
        return False
    module.look_up("__all__")
    module.look_up(name)
    names = module.scope.names.get("__all__")
    return isinstance(names, (list, tuple)) and name in names


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


def _members(dotted: str) -> dict[str, Any] | None:
    """What a module holds that a table knows whole; None where none does."""
    known = STANDARD_LIBRARY.get(dotted)
    return overlays.MODULES.get(dotted) if known is None else known
