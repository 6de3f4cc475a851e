"""Keras, for the engine: what is below a layer, what goes into a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.layer import Layer, parts_of
from analyzers.frameworks.keras.naming import before_build, finalize_model
from analyzers.frameworks.keras.shapes import is_shape, open_shape
from analyzers.frameworks.keras.state import state_of
from analyzers.frameworks.keras.tuner import HyperParameters
from analyzers.interpreter.framework import FRAMEWORKS, DeclaredInput, Framework, Made
from analyzers.interpreter.graph import Step
from analyzers.interpreter.values import Function, Instance
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


class Keras(Framework):
    """Keras' layers, for the engine."""

    name = "keras"
    packages = ("keras", "tensorflow", "tf_keras", "keras_core")
    base = Layer
    model: type
    entry = "call"
    builds_graphs = True
    builds_on_call = True

    def children(self, module: Instance) -> dict[str, Any]:
        return {f"{part.attributes.get('name', '')}#{i}": part for i, part in enumerate(parts_of(module))}

    def parameter_table(self, module: Instance) -> dict[str, Any]:
        return state_of(module).weights

    def child_name(self, prefix: str, key: str, child: Instance) -> str:
        """Layer names joined by slashes; the model's own is left out."""
        name = child.attributes.get("name")
        name = name if isinstance(name, str) else key.partition("#")[0]
        return f"{prefix}/{name}" if prefix else name

    def declared_inputs(self, root: Instance) -> list[DeclaredInput]:
        state = state_of(root)
        graph, given = state.graph, state.declared_shape
        if graph is None and is_shape(given):
            return [DeclaredInput(n, open_shape(given), "float32") for n in (self.input_names(root) or [])[:1]]
        begins = (state.begins or ()) if graph is None else graph.inputs
        names = self.input_names(root) or []
        return [DeclaredInput(n, t.shape, t.dtype) for n, t in zip(names, begins)]

    def input_names(self, root: Instance) -> list[str] | None:
        begins = state_of(root).begins
        return _call_inputs(root) if begins is None else _distinct([_input_name(t) for t in begins])

    def made(self, machine: Machine) -> list[Made]:
        return machine.frameworks.setdefault("keras models", [])

    def argument_of_builder(self, name: str) -> Any:
        return HyperParameters() if name == "hp" else None

    def is_building(self, module: Instance) -> bool:
        return state_of(module).is_symbolic and bool(module.machine.recorder.symbolic)

    def before_build(self, machine: Machine) -> None:
        before_build(machine)

    def finalize_model(self, root: Instance) -> None:
        finalize_model(root.machine)

    def arguments(self, root: Instance, values: list[Any]) -> list[Any]:
        """Several inputs go in as one list, as ``model([a, b])``."""
        return [values] if state_of(root).graph is not None and len(values) > 1 else values


def _input_name(tensor: Tensor) -> str:
    return tensor.history.kwargs.get("name", "input") if isinstance(tensor.history, Step) else "input"


def _distinct(names: list[str]) -> list[str]:
    """Tensors from inside of other graphs have no names: they are numbered."""
    found: list[str] = []
    for name in names:
        count = sum(1 for known in found if known == name or known.startswith(f"{name}_"))
        found.append(f"{name}_{count}" if name in found else name)
    return found


def _call_inputs(root: Instance) -> list[str] | None:
    """The parameters of an interpreted ``call`` that must be given, without what Keras fills in itself."""
    entry = root.class_.find("call")
    if not isinstance(entry, Function):
        return ["inputs"]
    required = [p for p in entry.parameters.positional if p not in entry.defaults][1:]
    return [p for p in required if p not in ("training", "mask")] or (["inputs"] if entry.parameters.rest else required)


def note_made(model: Instance) -> None:
    """The program makes a model, in the function that calls its class."""
    machine, site = model.machine, model.site
    frames = [frame for frame in machine.frames if isinstance(frame.function, Function)]
    inner = next(
        (f for f in reversed(frames) if site is not None and f.block is site.block and f.node is site.node), None
    )
    callers = frozenset(frame.function for frame in frames)
    KERAS.made(machine).append(Made(model, inner.function if inner is not None else None, callers))


KERAS = Keras()
FRAMEWORKS.append(KERAS)
