"""Imports, and modules whose blocks run only when one of their names is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analyzers.imports.resolver import ImportResolver, is_stdlib
from analyzers.imports.starred import StarredNames
from analyzers.interpreter import certain, overlays
from analyzers.interpreter.hosts import is_host
from analyzers.interpreter.library import STANDARD_LIBRARY
from analyzers.interpreter.module import Module
from analyzers.interpreter.registrations import imported_by
from analyzers.interpreter.registries import Registries
from analyzers.interpreter.values import MISSING, Class, NativeModule
from analyzers.unknown import NotModelled, Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine
    from analyzers.interpreter.scope import Frame


REPORTING = frozenset(
    "wandb mlflow comet_ml neptune clearml aim swanlab visdom tensorboard tensorboardX tensorboard_logger tqdm rich loguru "
    "absl termcolor colorama tabulate prettytable yaml ruamel toml simplejson matplotlib seaborn plotly cv2 PIL imageio "
    "pandas scipy sklearn skimage psutil".split()
)
"""Libraries that log, draw, save or compute of copies: they may be missing, and change nothing that they are given."""
DRAWING = frozenset("matplotlib seaborn plotly".split())
"""Those of them whose own source is not worth following: nothing that they give is a part of a model."""
PACKAGES = frozenset(("site-packages", "dist-packages"))
"""Folders of installed libraries, wherever they are found."""


class Modules:
    """All modules of one analysis: native tables, and source found by the project."""

    machine: Machine
    """Whose modules they are; it enters itself."""

    def __init__(self, resolver: ImportResolver) -> None:
        self.resolver = resolver
        self.by_path: dict[str, Module] = {}
        self.natives: dict[str, NativeModule] = {}
        self.open: frozenset[str] | None = None
        """Files on a screen: values of their expressions, and of those of the workspace, are kept (None: none are)."""
        self.declared: dict[str, str] = {}
        """Dotted name of a custom layer → the framework layer it is declared to be like."""
        self.main: str | None = None
        """The file under analysis."""
        self.registries = Registries(self)
        self.starred_names = StarredNames(resolver, _has_table)
        self.setters: frozenset[str] = frozenset()
        """Functions of the workspace's modules that bind names of their modules."""
        self._patched: set[str] = set()
        self._tried: dict[tuple[str, str], set[str]] = {}

    def is_own(self, path: str) -> bool:
        """Whether a file is the one under analysis or the user's, and no installed library's."""
        if path == self.main or self.resolver is None:
            return True
        return PACKAGES.isdisjoint(path.replace("\\", "/").split("/")) and not self.resolver.is_installed(path)

    def is_watched(self, path: str) -> bool:
        return self.open is not None and (path in self.open or not self.resolver.is_installed(path))

    def apply_patches(self, module: Module) -> None:
        """What the modules of the workspace that are imported, also for that alone, change of others."""
        if module.path in self._patched or self.resolver.is_installed(module.path):
            return
        self._patched.add(module.path)
        for other in imported_by(module):
            if other.path in self._patched or self.resolver.is_installed(other.path):
                continue
            self.setters |= other.source.functions_with_globals
            self.apply_patches(other)
            for block in other.source.patches:
                if block.index not in other.executed and not other.running:
                    other.run_block(self.machine, block)

    # -- finding -----------------------------------------------------------------------------

    def load(self, path: str, name: str | None = None) -> Module:
        known = self.by_path.get(path)
        if known is None:
            known = Module(self, name or self.resolver.module_name(path), path)
            self.by_path[path] = known
        return known

    def import_module(self, dotted: str, frame: Frame | None = None) -> Any:
        """The module of that name; unknown or ImportError (inside ``try``) where it is not found."""
        found = self.find_module(dotted, frame.module if frame is not None else None)
        if found is not MISSING:
            return found
        if self.machine.handlers:
            raise self.machine.exception("ModuleNotFoundError", f"No module named {dotted}")
        return self._absent(dotted)

    def find_module(self, dotted: str, importer: Module | None = None) -> Any:
        root = dotted.split(".")[0]
        if overlays.is_native_root(root) or _members(dotted) is not None:
            source = self._source_of(dotted, importer)
            if source is not MISSING:
                return source
            if not overlays.is_partly_known(dotted) or dotted in overlays.NAMES or overlays.is_prefix(dotted):
                return self.native(dotted)
        path = self.resolver.find(dotted, importer.path if importer is not None else None)
        if path is not None and root in DRAWING and not self.is_own(path):
            return NotModelled(f"{root} draws, which is not followed", self.machine.site())
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
        if not is_host(host):
            return MISSING
        module, _, name = dotted.rpartition(".")
        return Class(name, (self.machine.class_of_host(host),), {}, module)

    def _source_of(self, dotted: str, importer: Module | None = None) -> Any:
        """Native names first: what no table holds of a framework whose package may be read, from its source."""
        name = overlays.source_name(dotted)
        path = self.resolver.find(name, importer.path if importer is not None else None) if name is not None else None
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
        if overlays.is_partly_known(dotted):
            return self._read_member(module, name)
        source = self._source_of(dotted)
        if source is not MISSING:
            return source
        if name in ("__name__", "__path__", "__file__", "__version__"):
            return overlays.NAMES.get(f"{module.name}.__version__", module.name)
        return NotModelled(
            self.resolver.absence(overlays.source_name(dotted)) or f"{dotted} is not modelled", self.machine.site()
        )

    def _read_member(self, module: NativeModule, name: str) -> Any:
        """What the source of a module has under a name that no table holds."""
        source = self.behind(module)
        if source is module:
            return self._absent(f"{module.name}.{name}")
        value = self.machine.get_attribute(source, name, default=MISSING)  # (a function may be called like its file)
        return self._source_of(f"{module.name}.{name}") if value is MISSING else value

    def behind(self, module: Any) -> Any:
        """The source of a module of which tables know some names, where it is found; else the module."""
        if not isinstance(module, NativeModule) or not overlays.is_partly_known(module.name):
            return module
        path = self.resolver.find(module.name)
        return module if path is None else self.load(path, module.name)

    def wrap(self, value: Any) -> Any:
        return self.machine.class_of_host(value) if is_host(value) else value

    # -- from … import -----------------------------------------------------------------------

    def resolve(self, dotted: str, level: int, module: Module) -> Any:
        """The module a ``from`` clause names, or MISSING."""
        if level == 0:
            return self.find_module(dotted, module)
        path = self.resolver.resolve_relative(module.path, level, dotted)
        return self.load(path) if path is not None else MISSING

    def import_member(self, dotted: str, level: int, name: str, frame: Frame) -> Any:
        module = self.resolve(dotted, level, frame.module)
        if module is MISSING:
            return self._not_found("." * level + dotted, "ModuleNotFoundError")
        value = self.machine.get_attribute(module, name, default=MISSING)
        if value is MISSING and isinstance(module, Module):
            value = self.submodule(module, name)
        if value is MISSING:
            if isinstance(module, Module):
                certain.not_importable(self.machine, frame, module, level, dotted, name)
            return self._not_found(f"{dotted}.{name}", "ImportError")
        return value

    def _not_found(self, what: str, exception: str) -> Any:
        if self.machine.handlers:
            raise self.machine.exception(exception, f"cannot import {what}")
        return self._absent(what)

    def _absent(self, what: str) -> Unknown:
        """In place of what is not found; what a library that reports is given stays as it is."""
        kind = NotModelled if what.partition(".")[0] in REPORTING else Unknown
        return kind(f"the module {what} is not found", self.machine.site())

    def submodule(self, module: Module, name: str) -> Any:
        if not module.is_package:
            return MISSING
        path = self.resolver.submodule(module.path, name)
        return self.load(path, f"{module.name}.{name}") if path is not None else MISSING

    # -- star imports ------------------------------------------------------------------------

    def starred(self, module: Module, name: str) -> Iterator[Any]:
        """The modules of the star imports that may have the name, last first."""
        for star in self.starred_names.of(module.path):
            if star.is_open:
                yield self.find_module(star.spec, module)
            elif star.file is not None and self.starred_names.may_have(star.file, name):
                yield self.load(star.file, None if star.spec[0] == "." else star.spec)

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
        for other in self.starred(module, name):
            if isinstance(other, NativeModule):
                value = self.machine.get_attribute(other, name, default=MISSING)
                if not isinstance(value, Unknown) and value is not MISSING:
                    return value
                continue
            if not isinstance(other, Module) or other.path in seen:
                continue
            seen.add(other.path)
            outline = self.resolver.sources.outline(other.path)
            is_exported = outline.exports(name) if outline is not None else False
            if outline is None or is_exported is False or (is_exported is None and not _exports(other, name)):
                continue
            value = other.look_up(name) if name in outline.bound else self._find_starred(other, name, seen)
            if value is not MISSING:
                return value
        return MISSING

    def star_members(self, dotted: str, level: int, frame: Frame) -> dict[str, Any]:
        """What a star import inside a function binds; at module level names are found on demand instead."""
        if frame.scope.is_module:
            return {}
        module = self.resolve(dotted, level, frame.module)
        if not isinstance(module, Module):
            return {}
        names = module.source.all_names or [n for b in module.source.blocks for n in b.binds if n[0] != "_"]
        return {name: module.look_up(name) for name in names}

    # -- registries --------------------------------------------------------------------------


def _exports(module: Module, name: str) -> bool:
    """Whether a decorator (``@register_model``) adds the name to the module's ``__all__``."""
    module.look_up("__all__")
    module.look_up(name)
    names = module.scope.names.get("__all__")
    return isinstance(names, (list, tuple)) and name in names


def _has_table(dotted: str) -> bool:
    """Whether a table says what is in a module, at least first of all."""
    return overlays.is_native_root(dotted.partition(".")[0]) or _members(dotted) is not None


def _members(dotted: str) -> dict[str, Any] | None:
    """What a module holds that a table knows whole; None where none does."""
    known = STANDARD_LIBRARY.get(dotted)
    return overlays.MODULES.get(dotted) if known is None else known
