"""Imports, and modules whose blocks run only when one of their names is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from analyzers.frameworks import registry
from analyzers.interpreter.library import LIBRARY
from analyzers.interpreter.scope import Frame, Scope
from analyzers.interpreter.values import MISSING, Class, NativeModule, Raised
from analyzers.project.resolve import is_stdlib
from analyzers.source.module import SourceModule
from analyzers.unknown import Unknown, UnknownUsed


class Module:
    """A module of source. Nothing of it is read until a name is looked up in it.

    Looking a name up runs the blocks that bind it and those that may change it, in file order, each
    once. That is what running the file would have left in the name, without parsing the rest.
    """

    def __init__(self, modules: Modules, name: str, path: str) -> None:
        self.modules = modules
        self.name = name
        self.path = path
        self.is_namespace = not path.endswith(".py")
        self.is_package = self.is_namespace or path.replace("\\", "/").endswith("/__init__.py")
        self.scope = Scope(self)
        self.scope.is_module = True
        self.scope.names.update(__name__=name, __file__=path, __doc__=None, __spec__=None)
        self.executed: set[int] = set()
        self.settled: set[str] = set()
        self.running: list[int] = []
        self._source: Any = None

    def __repr__(self) -> str:
        return f"<module {self.name}>"

    @property
    def source(self) -> Any:
        if self._source is None:
            sources = self.modules.project.sources
            self._source = SourceModule(self.path, "") if self.is_namespace else sources.module(self.path)
        return self._source

    @property
    def has_unknown_names(self) -> bool:
        """A star import of something unknown may have brought any name."""
        return any(not self.modules.is_known(spec, self) for spec in self.source.star_imports)

    # -- names -------------------------------------------------------------------------------

    def look_up(self, name: str) -> Any:
        if name in self.settled:
            return self.scope.names.get(name, MISSING)
        return self._settle(name)

    def _settle(self, name: str) -> Any:
        machine = self.modules.machine
        limit = self.running[-1] if self.running else None
        for block in self._relevant(name):
            if (limit is None or block.index < limit) and block.index not in self.executed:
                self.run_block(machine, block)
        if name not in self.scope.names:
            self._settle_elsewhere(machine, name, limit)
        if limit is None:
            self.settled.add(name)
        return self.scope.names.get(name, MISSING)

    def _settle_elsewhere(self, machine: Any, name: str, limit: int | None) -> None:
        """Bound later in the file (reached through a call), by a star import, or a submodule."""
        if limit is not None:
            for block in self.source.binders(name):
                if block.index not in self.executed:
                    self.run_block(machine, block)
        if name in self.scope.names:
            return
        found = self.modules.find_starred(self, name)
        if found is MISSING and self.is_package and not name.startswith("__"):
            found = self.modules.submodule(self, name)
        if found is not MISSING:
            self.scope.names[name] = found

    def _relevant(self, name: str) -> list[Any]:
        binders = self.source.binders(name)
        if all(b.kind == "import" for b in binders):
            return binders
        effects = [b for b in self.source.effects(name) if _may_change(b, name, binders)]
        return sorted({b.index: b for b in (*binders, *effects)}.values(), key=lambda b: b.index)

    def assign(self, name: str, value: Any) -> None:
        self.modules.machine.journal.touch(self.scope.names)
        self.scope.names[name] = value
        if not self.running:
            self.settled.add(name)

    def lookup_attribute(self, machine: Any, name: str) -> Any:
        found = self.look_up(name)
        if found is MISSING and name == "__dict__":
            return self.scope.names
        if found is MISSING and self.has_unknown_names:
            return machine.unknown(f"{self.name}.{name} is not found")
        return found

    def assign_attribute(self, machine: Any, name: str, value: Any) -> None:
        self.look_up(name)
        self.scope.names[name] = value

    # -- execution ---------------------------------------------------------------------------

    def run_block(self, machine: Any, block: Any) -> None:
        """Run one column-0 block, outside whatever branch or handler asked for it."""
        from analyzers.interpreter.statements import run

        self.executed.add(block.index)
        tree = block.tree()
        if tree is None:
            self._lose(machine, block, block.refusal or "the code does not parse")
            return
        frame = Frame(self, self.scope, block)
        self.running.append(block.index)
        machine.frames.append(frame)
        try:
            with outside(machine):
                for statement in tree.body:
                    run(machine, frame, statement)
        except Raised as raised:
            self._lose(machine, block, f"raises {describe(raised)}")
        except UnknownUsed as used:
            self._lose(machine, block, used.unknown.reason)
        finally:
            machine.frames.pop()
            self.running.pop()

    def _lose(self, machine: Any, block: Any, reason: str) -> None:
        for name in block.binds:
            self.scope.names.setdefault(name, Unknown(reason))

    def run_all(self) -> None:
        """Everything, in order: what running the file does."""
        for block in self.source.blocks:
            if block.index not in self.executed and block.kind != "comment":
                self.run_block(self.modules.machine, block)


def _may_change(block: Any, name: str, binders: list[Any]) -> bool:
    """Loops and calls may change an object; of a class or function only an assignment to it counts."""
    if any(b.kind in ("def", "class") for b in binders):
        return block.text.lstrip().startswith((f"{name}.", f"setattr({name}")) and "=" in block.text
    return True


def describe(raised: Raised) -> str:
    """``ValueError("text")`` as one reads it in a traceback."""
    class_ = getattr(raised.value, "class_", None)
    if class_ is None:
        return "an exception"
    args = raised.value.attributes.get("args", ())
    text = args[0] if args and isinstance(args[0], str) else ""
    return f"{class_.name}: {text}" if text else class_.name


@contextmanager
def outside(machine: Any) -> Iterator[None]:
    """Module code is not part of the branch, handler or layer call during which it happens to be needed."""
    saved = machine.journal.open, machine.uncertain, machine.handlers
    machine.journal.open, machine.uncertain, machine.handlers = [], 0, 0
    try:
        with machine.recorder.suspended():
            yield
    finally:
        machine.journal.open, machine.uncertain, machine.handlers = saved


class Modules:
    """All modules of one analysis: native tables, and source found by the project."""

    def __init__(self, project: Any) -> None:
        self.project = project
        self.machine: Any = None
        self.by_path: dict[str, Module] = {}
        self.natives: dict[str, NativeModule] = {}

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
        if root == "numpy":
            registry.is_native_root("torch")
        if registry.is_native_root(root) or dotted in LIBRARY:
            return self.native(dotted)
        path = self.project.find(dotted, importer.path if importer is not None else None)
        if path is not None:
            return self.load(path, dotted)
        return self.native(dotted) if is_stdlib(dotted) else MISSING

    def native(self, dotted: str) -> Any:
        if dotted in registry.NAMES:
            return self.wrap(registry.NAMES[dotted])
        known = self.natives.get(dotted)
        if known is None:
            known = self.natives[dotted] = NativeModule(dotted, LIBRARY.get(dotted, {}))
        return known

    def native_member(self, module: NativeModule, name: str) -> Any:
        if name in module.members:
            return module.members[name]
        dotted = f"{module.name}.{name}"
        if dotted in registry.NAMES:
            return self.wrap(registry.NAMES[dotted])
        if dotted in LIBRARY or registry.is_prefix(dotted):
            return self.native(dotted)
        if name in ("__name__", "__path__", "__file__", "__version__"):
            return registry.NAMES.get(f"{module.name}.__version__", module.name)
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
        if name.startswith("_"):
            return MISSING
        return self._find_starred(module, name, set())

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
            if exported is not None and name not in exported:
                continue
            if other.source.binders(name):
                return other.look_up(name)
            value = self._find_starred(other, name, seen)
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

    def awaited(self, container: Any, key: Any) -> Any:
        """A key missing from a module-level dictionary may be entered by a decorated definition not yet run.

        Registries (``@register_model``) fill up when their package is imported; we import lazily, so on a
        miss the package's modules are searched for a decorated definition of that name.
        """
        if not isinstance(key, str) or not key.isidentifier():
            return MISSING
        home = next((m for m in self.by_path.values() if _holds(m, container)), None)
        if home is None:
            return MISSING
        for path in self.project.package_files(home.path):
            if path in self.by_path and key in self.by_path[path].settled:
                continue
            if f"def {key}(" in self.project.sources.read(path):
                self.load(path).look_up(key)
                if key in container:
                    return container[key] if isinstance(container, dict) else True
        return MISSING


def _holds(module: Module, container: Any) -> bool:
    return any(value is container for value in module.scope.names.values())


__all__ = ["Class", "Module", "Modules", "describe"]
