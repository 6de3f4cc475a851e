"""Programs run by Python and by the interpreter, and the values of their names compared."""

from __future__ import annotations

import collections
import enum
import sys
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import analyzers.frameworks  # whose tables programs find
from analyzers.analysis import Analyzer, with_deep_stack
from analyzers.interpreter import values as abstract
from analyzers.interpreter.classes import NamedTuple
from analyzers.interpreter.lazy_iterators import LazyIterator
from analyzers.interpreter.library.argparse_ import Namespace
from analyzers.interpreter.machine import Machine
from analyzers.interpreter.module import Module
from analyzers.interpreter.modules import Modules
from analyzers.request import WorkspaceOptions
from analyzers.source.sources import Sources
from analyzers.unknown import Unknown

UNKNOWN = "<unknown>"
_VIEWS = (type({}.keys()), type({}.values()), type({}.items()))
_PLAIN = (int, float, str, bytes, complex, type(None), type(...), range, slice)

assert analyzers.frameworks


@dataclass
class Outcome:
    """What a comparison of one program gave, as lines to read."""

    compared: int = 0
    different: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def outcome_of(source: str, folder: Path, others: dict[str, str] | None = None) -> Outcome:
    """Run ``source`` (``main.py`` in ``folder``, beside ``others``) both ways and compare its public names."""
    for name, text in {**(others or {}), "main.py": source}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    expected = real_values(source, folder)
    actual = with_deep_stack(lambda: abstract_values(folder / "main.py", list(expected)))
    outcome = Outcome(len(expected))
    for name, value in expected.items():
        found = actual[name]
        if found != value or kinds(found) != kinds(value):
            lines = outcome.unknown if UNKNOWN in repr(found) else outcome.different
            lines.append(f"{name} is {value!r}, the interpreter says {found!r}")
    return outcome


def kinds(value: Any) -> Any:
    """1, 1.0 and True are equal; here they are not."""
    if isinstance(value, (list, tuple)):
        return [kinds(v) for v in value]
    return type(value)


# -- Python ----------------------------------------------------------------------------------


def real_values(source: str, folder: Path) -> dict[str, Any]:
    """Public names → normal forms, as Python itself leaves them."""
    before = set(sys.modules)
    module = types.ModuleType("main")
    sys.path.insert(0, str(folder))
    sys.modules["main"] = module
    try:
        exec(compile(source, "main.py", "exec", dont_inherit=True), module.__dict__)
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            if name == "main" or str(folder) in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]
        sys.path_importer_cache.pop(str(folder), None)
    return {n: _real(v) for n, v in module.__dict__.items() if not n.startswith("_") and not _is_imported(v)}


def _is_imported(value: Any) -> bool:
    """What came with the standard library is not the program's."""
    if getattr(type(value), "__module__", "") == "abc" and value.__module__ == "collections.abc":
        return True
    home = value.__module__ if isinstance(value, type) else type(value).__module__
    known = ("builtins", "collections", "functools", "itertools", "argparse")
    if isinstance(value, types.ModuleType) or type(value).__name__ == "ArgumentParser":
        return True
    return home.partition(".")[0] in sys.stdlib_module_names and (isinstance(value, type) or home not in known)


def _real(value: Any, depth: int = 0) -> Any:
    """Nests of plain values; an instance is its class's name with its attributes (and the value it extends)."""
    kind = type(value)
    if depth > 8:
        return "<deep>"
    if isinstance(value, enum.Enum):
        return ("enum", kind.__name__, value.name)
    if kind in _PLAIN or kind is bool:
        return value
    if isinstance(value, type):
        return ("class", value.__name__)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return ("namedtuple", kind.__name__, [_real(v, depth + 1) for v in value])
    if kind in (list, tuple, set, frozenset, dict, *_VIEWS, *_COLLECTIONS):
        return _collection(value, depth, _real)
    if isinstance(value, BaseException):
        return ("exception", kind.__name__, _real(value.args, depth + 1))
    if (callable(value) and not hasattr(value, "__dict__")) or isinstance(value, _FUNCTIONS):
        return "<callable>"
    if hasattr(value, "__next__") and kind.__module__ in ("builtins", "itertools"):
        return "<iterator>"
    if kind.__module__ == "functools":
        return "<callable>"
    attributes = getattr(value, "__dict__", {})
    base = next((b for b in kind.__mro__ if b in (dict, list, int, str, tuple, set, float)), None)
    content = None if base is None else _real(base(value), depth + 1)
    return ("object", kind.__name__, _attributes(attributes, depth, _real), content)


_COLLECTIONS = (collections.OrderedDict, collections.defaultdict, collections.Counter, collections.deque)
_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.BuiltinMethodType)


def _collection(value: Any, depth: int, normal: Any) -> Any:
    if isinstance(value, dict):
        return ("dict", [(normal(k, depth + 1), normal(v, depth + 1)) for k, v in value.items()])
    if isinstance(value, (set, frozenset)):
        return ("set", sorted((normal(v, depth + 1) for v in value), key=repr))
    items = [normal(v, depth + 1) for v in value]
    return tuple(items) if type(value) is tuple else items


def _attributes(attributes: dict[str, Any], depth: int, normal: Any) -> list[tuple[str, Any]]:
    return sorted((k, normal(v, depth + 1)) for k, v in attributes.items() if not k.startswith("__"))


# -- the interpreter -------------------------------------------------------------------------


def module_of(path: Path) -> tuple[Machine, Module]:
    """A machine that has loaded the file, nothing of it run yet."""
    analyzer = Analyzer(Sources(), WorkspaceOptions(roots=[str(path.parent)]))
    machine = Machine(Modules(analyzer.project_for(str(path))), steps=3_000_000)
    return machine, machine.modules.load(str(path))


def abstract_values(path: Path, names: list[str]) -> dict[str, Any]:
    """The same names → normal forms, as the interpreter finds them."""
    _, module = module_of(path)
    module.run_all()
    return {name: abstract_form(module.look_up(name)) for name in names}


def abstract_form(value: Any, depth: int = 0) -> Any:
    """The normal form of a value of the interpreter."""
    kind = type(value)
    if depth > 8:
        return "<deep>"
    if value is abstract.MISSING:
        return "<missing>"
    if isinstance(value, Unknown):
        return f"{UNKNOWN} {value.reason}"
    if isinstance(value, abstract.Instance):
        return _instance(value, depth)
    if kind in _PLAIN or kind is bool:
        return value
    if isinstance(value, abstract.Class):
        return ("class", value.name)
    if isinstance(value, type):
        return ("class", value.__name__)
    if isinstance(value, NamedTuple):
        return ("namedtuple", value.class_.name, [abstract_form(v, depth + 1) for v in value])
    if isinstance(value, LazyIterator) or hasattr(value, "__next__"):
        return "<iterator>"
    if isinstance(value, (list, tuple, set, frozenset, dict, collections.deque)):
        return _collection(value, depth, abstract_form)
    if isinstance(value, Namespace):
        return ("object", "Namespace", _attributes(value.values, depth, abstract_form), None)
    return "<callable>"


def _instance(value: abstract.Instance, depth: int) -> Any:
    classes = value.class_.mro
    if value.class_.traits.members is not None:
        return ("enum", value.class_.name, value.attributes["name"])
    if any(isinstance(c, abstract.Class) and c.name == "BaseException" for c in classes):
        return ("exception", value.class_.name, abstract_form(value.attributes.get("args", ()), depth + 1))
    if value.unknown_because is not None:
        return f"{UNKNOWN} {value.unknown_because.reason}"
    content = None if value.payload is None else abstract_form(value.payload, depth + 1)
    return ("object", value.class_.name, _attributes(value.attributes, depth, abstract_form), content)
