"""Importing a file as its package would be imported."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import linecache
import os
import re
import sys
import types
from collections.abc import Callable
from typing import Any

RELATIVE_IMPORT = re.compile(r"^[ \t]*from[ \t]+(\.+)", re.MULTILINE)
MISSING_OPERATOR = re.compile(r"operator ([\w.]+)::(\w+) does not exist")
PREFIX = "rf_lsp_traced_"
"""Of files whose own name is taken, or is none."""


class Loaded:
    """A module, and what ended its import early (``None``: nothing)."""

    def __init__(self, module: types.ModuleType, failure: BaseException | None) -> None:
        self.module = module
        self.failure = failure


def load(path: str, text: str | None, folders: list[str]) -> Loaded:
    """Import the file; what its import has bound before it failed is there all the same."""
    name, root = dotted_name(path, levels_above(path, text))
    for folder in reversed([root, *folders]):
        seen_folders.add(os.path.join(os.path.abspath(folder), ""))
        if folder not in sys.path:
            sys.path.insert(0, folder)
            added_to_path.append(folder)
    if text is None and _is_of(sys.modules.get(name), path):
        return Loaded(sys.modules[name], None)
    return tolerating_operators(lambda: _executed(name, path, text))


def levels_above(path: str, text: str | None) -> int:
    """How many folders up the relative imports of the file lead, its own folder among them."""
    if text is None:
        with contextlib.suppress(OSError), open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
    return max([len(dots) for dots in RELATIVE_IMPORT.findall(text or "")], default=0)


def dotted_name(path: str, levels: int = 0) -> tuple[str, str]:
    """(name, folder it is found in): the package is what has ``__init__.py`` in an unbroken line, and what ``levels`` of
    relative imports ask for above it."""
    folder, file = os.path.split(os.path.abspath(path))
    parts = [os.path.splitext(file)[0]]
    while os.path.basename(folder).isidentifier() and (
        os.path.exists(os.path.join(folder, "__init__.py")) or len(parts) <= levels
    ):
        folder, package = os.path.split(folder)
        parts.insert(0, package)
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    if len(parts) == 1 and (not parts[0].isidentifier() or parts[0] in sys.modules or _is_standard(parts[0])):
        return f"{PREFIX}{re.sub(r'[^0-9A-Za-z_]', '_', parts[0])}", folder
    return ".".join(parts), folder


def _is_standard(name: str) -> bool:
    return name in getattr(sys, "stdlib_module_names", sys.builtin_module_names)


def _executed(name: str, path: str, text: str | None) -> Loaded:
    parent = name.rpartition(".")[0]
    if parent:
        _import_parent(parent, os.path.dirname(os.path.abspath(path)))
        if text is None and _is_of(sys.modules.get(name), path):
            return Loaded(sys.modules[name], None)
    spec = importlib.util.spec_from_file_location(name, path) if text is None else None
    module = importlib.util.module_from_spec(spec) if spec is not None else types.ModuleType(name)
    module.__file__ = path
    sys.modules[name] = module
    try:
        if spec is not None and spec.loader is not None:
            spec.loader.exec_module(module)
        else:
            _execute_text(text or "", path, module)
    except (Exception, SystemExit) as error:
        if MISSING_OPERATOR.search(str(error)):
            raise
        return Loaded(module, error)
    return Loaded(module, None)


def _import_parent(name: str, folder: str) -> None:
    """The package of a file; where a library has taken the name of a folder without ``__init__.py``, the folder
    itself."""
    package = importlib.import_module(name)
    if os.path.exists(os.path.join(folder, "__init__.py")):
        return
    if folder not in [os.path.abspath(one) for one in package.__path__]:
        package = sys.modules[name] = types.ModuleType(name)
        package.__path__ = [folder]


def _execute_text(text: str, path: str, module: types.ModuleType) -> None:
    """The code cells of a notebook, or a text that is not saved."""
    linecache.cache[path] = (len(text), None, text.splitlines(True), path)
    exec(compile(text, path, "exec"), module.__dict__)


def tolerating_operators(work: Callable[[], Any]) -> Any:
    """A torchvision that was built for another torch lacks its compiled operators, which hardly any model needs: they
    are declared, and the import is tried again."""
    try:
        return work()
    except RuntimeError as error:
        missing = MISSING_OPERATOR.search(str(error))
        if missing is None:
            raise
        declare_operators(missing.group(1), missing.group(2))
        for name in [name for name in sys.modules if name.split(".")[0] == missing.group(1)]:
            del sys.modules[name]
    return work()


libraries: list[Any] = []
"""Operators are there as long as the libraries that declare them."""


def declare_operators(namespace: str, name: str) -> None:
    """The operator that is missing, and others of its library that are registered by name."""
    import torch

    library = torch.library.Library(namespace, "FRAGMENT")
    libraries.append(library)
    existing = getattr(torch.ops, namespace)
    for operator in {name, *_registered(namespace)}:
        if not hasattr(existing, operator):
            library.define(operator + "(Tensor a) -> Tensor")


def _registered(namespace: str) -> set[str]:
    """Names that the package's own files give to ``register_fake`` and the like."""
    spec = importlib.util.find_spec(namespace)
    found: set[str] = set()
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        for file in os.listdir(folder):
            if file.endswith(".py"):
                with open(os.path.join(folder, file), encoding="utf-8", errors="replace") as opened:
                    found.update(re.findall(rf"""["']{namespace}::(\w+)["']""", opened.read()))
    return found


seen_folders: set[str] = set()
added_to_path: list[str] = []


def forget() -> None:
    """Modules that were imported from the folders of earlier requests are imported anew."""
    for name in [name for name, module in list(sys.modules.items()) if name.startswith(PREFIX) or _is_earlier(module)]:
        del sys.modules[name]
    for folder in added_to_path:
        if folder in sys.path:
            sys.path.remove(folder)
    added_to_path.clear()
    importlib.invalidate_caches()


def _is_earlier(module: Any) -> bool:
    file = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", ())), None)
    roots = tuple(seen_folders)
    return isinstance(file, str) and "-packages" not in file and os.path.abspath(file).startswith(roots)


def _is_of(module: Any, path: str) -> bool:
    """Whether it was imported from this file."""
    file = getattr(module, "__file__", None)
    return file is not None and os.path.abspath(file) == os.path.abspath(path)
