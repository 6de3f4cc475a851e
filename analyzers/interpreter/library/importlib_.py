"""``importlib``: modules are found as the ``import`` statement finds them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from analyzers.imports.distributions import is_beside, version_of
from analyzers.imports.resolver import is_stdlib
from analyzers.interpreter.capabilities import SupportsAttributes
from analyzers.interpreter.exceptions import builtin_exception
from analyzers.interpreter.overlays import NAMES
from analyzers.interpreter.values import MISSING, Class, Instance, ModuleValue, NativeModule, Raised
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

_NOT_FOUND = "PackageNotFoundError"


def _import_module(name: Any, package: Any = None, *, machine: Machine) -> Any:
    level = len(name) - len(name.lstrip("."))
    if level:
        parts = package.split(".")
        name = ".".join([*parts[: len(parts) - level + 1], *filter(None, [name[level:]])])
    return machine.modules.import_module(name, machine.frames[-1] if machine.frames else None)


class ModuleInfo(NamedTuple):
    """What ``pkgutil`` says of a module."""

    module_finder: Any
    name: str
    ispkg: bool


def _iter_modules(path: Any = None, prefix: Any = "", *, machine: Machine) -> Any:
    """The modules in folders of the workspace or the environment, in the order of their files' names."""
    if path is None or not isinstance(prefix, str):
        return machine.unknown("which modules can be imported")
    sources, found = machine.modules.resolver.sources, []
    for folder in machine.iterate(path):
        if not isinstance(folder, str) or not os.path.isabs(folder):
            return machine.unknown("which modules a folder holds")
        for entry in sources.list_dir(folder):
            name, ending = os.path.splitext(entry)
            is_package = not ending and sources.is_file(os.path.join(folder, entry, "__init__.py"))
            if name.isidentifier() and name != "__init__" and (ending == ".py" or is_package):
                found.append(ModuleInfo(machine.unknown("what finds modules"), prefix + name, is_package))
    return found


def _locate(path: Any, forceload: Any = 0, *, machine: Machine) -> Any:
    """The object of a dotted name, module by module and then attribute by attribute; None where there is none."""
    parts = [part for part in path.split(".") if part]
    frame = machine.frames[-1] if machine.frames else None
    importer = frame.module if frame is not None else None
    found = machine.modules.find_module(parts[0], importer)
    if found is MISSING:
        return machine.unknown("which packages are installed")
    for count, name in enumerate(parts[1:], 2):
        inner = machine.get_attribute(found, name, MISSING)
        if inner is MISSING and isinstance(found, ModuleValue):
            inner = machine.modules.find_module(".".join(parts[:count]), importer)
        if inner is MISSING:
            return None
        found = inner
    return found


class Spec(SupportsAttributes):
    """What says that a module can be imported."""

    def __init__(self, name: str) -> None:
        self.name = name

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        return self.name if name == "name" else machine.unknown(f"the {name} of a module that can be imported")


def _find_spec(name: Any, package: Any = None, *, machine: Machine) -> Any:
    """The module is there when it can be read, or is of a framework that the program imports. That any other is not
    there is certain where a library asks: what lies beside it is the environment in which it runs."""
    if not isinstance(name, str) or name.startswith("."):
        return machine.unknown("which packages are installed")
    root = name.partition(".")[0]
    frame = machine.frames[-1] if machine.frames else None
    found = machine.modules.find_module(name, frame.module if frame is not None else None)
    resolver = machine.modules.resolver
    if frame is not None and resolver.is_installed(frame.module.path):
        beside = is_beside(root, resolver)
        if beside and (found is not MISSING or name == root):
            return Spec(name)
        if found is MISSING and not beside:
            return None
    if found is MISSING or (
        isinstance(found, NativeModule) and not is_stdlib(root) and not _is_imported(machine, root)
    ):
        return machine.unknown("which packages are installed")
    return Spec(name)


def _is_imported(machine: Machine, root: str) -> bool:
    """Whether a module imports the package whatever the conditions are."""
    blocks = (block for module in machine.modules.by_path.values() for block in module.source.blocks)
    return any(block.kind == "import" and block.mentions(root) for block in blocks)


def _version(distribution_name: Any, *, machine: Machine) -> Any:
    known = NAMES.get(f"{distribution_name}.__version__")
    resolver = machine.modules.resolver
    if known is None and isinstance(distribution_name, str):
        known = version_of(distribution_name, resolver)
    if known is None and machine.frames and resolver.is_installed(machine.frames[-1].module.path):
        raise _not_found(machine, distribution_name)
    return machine.unknown("which packages are installed") if known is None else known


def _not_found(machine: Machine, distribution_name: Any) -> Raised:
    class_ = Class(_NOT_FOUND, (builtin_exception(machine, "ModuleNotFoundError"),), {}, "importlib.metadata")
    error = Instance(class_, machine, machine.site())
    error.attributes["args"] = (distribution_name,)
    return Raised(error, machine.site())


def _packages_distributions() -> dict[str, Any]:
    """Which distributions bring which package: some do."""
    return {"**": Unknown("which packages are installed")}


MODULES: dict[str, dict[str, Any]] = {
    "importlib": {"import_module": _import_module},
    "importlib.util": {"find_spec": _find_spec},
    "pkgutil": {"iter_modules": _iter_modules},
    "pydoc": {"locate": _locate},
    "importlib.metadata": {
        "version": _version, "packages_distributions": _packages_distributions,
        "PackageNotFoundError": Class(_NOT_FOUND, (), {}, "importlib.metadata"),
    },
}  # fmt: skip
