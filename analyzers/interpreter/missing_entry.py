"""A module that is called and has nothing to run: its ``forward`` (Keras: ``call``) stands in the wrong place, or is
misspelt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.values import Class, Function, Instance, Site
from analyzers.source import program
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.unknown import UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

MISSING_FORWARD = "missing-forward"
LISTS = frozenset(("ModuleList", "ModuleDict", "ParameterList", "ParameterDict"))
ALIKE = 0.75


def missing_entry(machine: Machine, module: Instance, entry: str) -> Exception:
    """What a call of the module raises. Where the engine alone calls it, that says something only if the program has
    a function that is meant."""
    name, opaque = module.class_.name, module.unknown_because or module.class_.opaque
    if opaque is not None:
        return UnknownUsed(opaque)
    meant, said = _meant(module, entry)
    if machine.site() is None and (meant is None or module.class_.has_subclasses):
        return PythonError("NotImplementedError", f"{name} has no {entry}")
    if (
        any(isinstance(c, Class) and c.host is not None and c.name in LISTS for c in module.class_.mro)
        and meant is None
    ):
        said = f"{name} has no {entry}: call the modules in it one by one"
    message = said or f"{name} has no {entry}{' method' * (entry == 'call')}"
    data = {"class_name": module.class_.qualified_name, "misplaced": meant}
    return OperationError(MISSING_FORWARD, message, exception="NotImplementedError", **data)


def _meant(module: Instance, entry: str) -> tuple[Site | None, str]:
    """(the function that was to be the method, what is wrong with it)."""
    name = module.class_.name
    own = [c.namespace for c in module.class_.mro if isinstance(c, Class) and c.host is None]
    methods = [member for namespace in own for member in namespace.values() if isinstance(member, Function)]
    for method in methods:
        for node in _inside(method, entry):
            site = Site(method.site.block, node, method.site.path)
            return site, f"{name} has no {entry}: the one written inside {method.name} is not a method"
    for method in methods:
        if _is_misspelt(method.name, entry):
            return method.site, f"{name} has no {entry}, but a method {method.name}: is it misspelt?"
    return None, ""


def _inside(method: Function, entry: str) -> list[Any]:
    """The functions of that name that are defined in the body of a method and are not handed on by it."""
    if not isinstance(method.node, program.FunctionDef) or entry not in method.site.block.identifiers:
        return []
    found = [node for node in method.node.body if isinstance(node, program.FunctionDef) and node.name == entry]
    return [node for node in found if node.parameters.named and node.parameters.named[0].name == "self"]


def _is_misspelt(name: str, entry: str) -> bool:
    import difflib

    alike = difflib.SequenceMatcher(None, name.lower(), entry).ratio() >= ALIKE
    return alike and (entry not in name or name == f"{entry}s") and len(name) > 3
