"""``torchvision.models.feature_extraction``: a model that ends at some of its modules and gives what they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.torch.module import Module
from analyzers.interpreter.framework import children_of, own_parameters, walk
from analyzers.interpreter.overlays import function
from analyzers.interpreter.values import Class, Instance
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


class _Reached(Exception):
    """Everything that is wanted is there: torch's graph ends here, too."""


@function("torchvision.models.feature_extraction.create_feature_extractor")
def create_feature_extractor(
    model: Any,
    return_nodes: Any = None,
    train_return_nodes: Any = None,
    eval_return_nodes: Any = None,
    tracer_kwargs: Any = None,
    suppress_diff_warning: Any = False,
    concrete_args: Any = None,
    *,
    machine: Machine,
) -> Any:
    """The same modules under the same names, as far as they are needed; called, a dict of what was asked for.

    Nodes are known by the names of modules; one that is a function (``add_1``) leaves the extractor unknown.
    """
    wanted = return_nodes if return_nodes is not None else eval_return_nodes
    if not isinstance(model, Instance) or not isinstance(wanted, (dict, list, tuple)):
        return Unknown("a feature extractor of what is not known", machine.site())
    names = wanted if isinstance(wanted, dict) else {name: name for name in wanted}
    modules = dict(walk(model))
    for name in names:
        if not isinstance(name, str) or not name or name not in modules:
            return Unknown(f"a feature extractor whose node {name} is no module", machine.site())
    made = Class(model.class_.name, (model.class_,), {"__call__": _called}, model.class_.module, model.class_.site)
    extractor = Instance(made, machine, machine.site())
    for name, value in model.attributes.items():
        extractor.attributes[name] = dict(value) if isinstance(value, dict) else value
    Module.prepare(extractor)
    extractor.attributes[_NODES] = {str(alias): modules[name] for name, alias in names.items()}
    extractor.attributes[_WHOLE] = (model,)
    return extractor


_NODES, _WHOLE = "<nodes>", "<whole>"
"""Attributes that hold what is wanted, and the model itself, whose code may name what is left out here: no program can
write such names."""


def _called(self: Instance, *args: Any, machine: Machine, **kwargs: Any) -> Any:
    nodes: dict[str, Instance] = self.attributes[_NODES]
    forward = machine.get_attribute(self.attributes[_WHOLE][0], "forward")

    def until_reached(*given: Any, machine: Machine, **named: Any) -> Any:
        results: dict[int, Any] = {}
        recorder = machine.recorder
        before, recorder.listener = recorder.listener, lambda module, result: _take(nodes, results, module, result)
        try:
            machine.call(forward, given, named)
        except _Reached:
            _drop_unused(self, machine)
        finally:
            recorder.listener = before
        return {alias: results.get(id(node), _missing(alias)) for alias, node in nodes.items()}

    return machine.recorder.call_module(self, until_reached, list(args), kwargs)


def _missing(alias: str) -> Unknown:
    return Unknown(f"the model does not come to what is returned as {alias}")


def _take(nodes: dict[str, Instance], results: dict[int, Any], module: Instance, result: Any) -> None:
    if any(node is module for node in nodes.values()):
        results[id(module)] = result
        if len(results) == len({id(node) for node in nodes.values()}):
            raise _Reached


def _drop_unused(extractor: Instance, machine: Machine) -> None:
    """torch deletes the modules that its graph does not call; those that hold any of them are its own copies."""
    recorder = machine.recorder
    used = {id(record.instance) for record in recorder.records} | recorder.read
    pruned = _pruned(extractor, used, machine)
    machine.journal.touch(extractor.attributes)
    extractor.attributes["_modules"] = pruned.attributes["_modules"]


def _pruned(module: Instance, used: set[int], machine: Machine) -> Instance:
    """The module, or a copy of it without what is not used below it."""
    children = {name: child for name, child in children_of(module).items() if isinstance(child, Instance)}
    kept = {name: _pruned(child, used, machine) for name, child in children.items() if _is_used(child, used)}
    if list(kept) == list(children) and all(kept[name] is child for name, child in children.items()):
        return module
    copied = Instance(module.class_, machine, module.site)
    copied.attributes.update(module.attributes)
    copied.attributes["_modules"] = kept
    return copied


def _is_used(module: Instance, used: set[int]) -> bool:
    """Whether it is called, or holds what is; functions without parameters may be left out or not."""
    below = [inner for _, inner in walk(module)]
    return any(id(inner) in used for inner in below) or not any(True for m in below for _ in own_parameters(m))


__all__ = ["create_feature_extractor"]
