"""Keras, for the engine: what is below a layer, what goes into a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.layer import Layer, graph_layers, is_shape, open_shape, parts_of, sublayers
from analyzers.frameworks.keras.naming import before_build, finalize_model
from analyzers.interpreter.framework import FRAMEWORKS, SPATIAL, DeclaredInput, Framework
from analyzers.interpreter.graph import Step
from analyzers.interpreter.values import Class, Function, Instance
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

    def children(self, module: Instance) -> dict[str, Any]:
        return {f"{part.attributes.get('name', '')}#{i}": part for i, part in enumerate(parts_of(module))}

    def child_name(self, prefix: str, key: str, child: Instance) -> str:
        """Layer names joined by slashes; the model's own is left out."""
        name = child.attributes.get("name")
        name = name if isinstance(name, str) else key.partition("#")[0]
        return f"{prefix}/{name}" if prefix else name

    def input_axes(self, root: Instance, rank: int) -> dict[str, int]:
        """The axes between batch and channels, or behind both where the layers say channels_first."""
        first = 2 if is_channels_first(root) else 1
        return {axis: first + i for i, axis in enumerate(SPATIAL.get(rank - 2, ()))}

    def declared_inputs(self, root: Instance) -> list[DeclaredInput]:
        graph = root.attributes.get("_graph")
        given = root.attributes.get("_built_for")
        if graph is None and is_shape(given):
            return [DeclaredInput(n, open_shape(given), "float32") for n in (self.input_names(root) or [])[:1]]
        begins = root.attributes.get("_begins", ()) if graph is None else graph.inputs
        names = self.input_names(root) or []
        return [DeclaredInput(n, t.shape, t.dtype) for n, t in zip(names, begins)]

    def wanted_input(self, module: Instance, size: int, names: Any) -> tuple[list[tuple[Any, ...]], str, bool] | None:
        """From the kind of the layer: its rank is known, channels and (but for images) sizes are open."""
        return wanted_by(module, size, names)

    def input_names(self, root: Instance) -> list[str] | None:
        begins = root.attributes.get("_begins")
        return _call_inputs(root) if begins is None else [_input_name(t) for t in begins]

    def before_build(self, machine: Machine) -> None:
        before_build(machine)

    def finalize_model(self, root: Instance) -> None:
        finalize_model(root.machine)

    def arguments(self, root: Instance, values: list[Any]) -> list[Any]:
        """Several inputs go in as one list, as ``model([a, b])``."""
        return [values] if "_graph" in root.attributes and len(values) > 1 else values


def wanted_by(module: Instance, size: int, names: Any) -> tuple[list[tuple[Any, ...]], str, bool] | None:
    """(shapes, dtype, whether a size is only assumed) of what a layer takes; None where its kind does not tell."""
    kinds = {c.name for c in module.class_.mro if isinstance(c, Class) and c.host is not None}
    n, values = names("N"), module.attributes
    if "Embedding" in kinds:
        return [(n, names("T"))], "int64", False
    if kinds & {"Recurrent", "RNN", "MultiHeadAttention", "Bidirectional"}:
        return [(n, names("T"), names("C"))], "float32", False
    if "Dense" in kinds:
        return [(n, names("C"))], "float32", False
    window = values.get("kernel_size") or values.get("pool_size")
    if not isinstance(window, tuple) or "ConvLSTM" in kinds:
        return None
    space = (size, size) if len(window) == 2 else tuple(names(a) for a in SPATIAL[len(window)])
    first = values.get("data_format") == "channels_first"
    shape = (n, names("C"), *space) if first else (n, *space, names("C"))
    return [shape], "float32", len(window) == 2


def _input_name(tensor: Tensor) -> str:
    return tensor.history.kwargs.get("name", "input") if isinstance(tensor.history, Step) else "input"


def _call_inputs(root: Instance) -> list[str] | None:
    """The parameters of an interpreted ``call`` that must be given, without what Keras fills in itself."""
    entry = root.class_.find("call")
    if not isinstance(entry, Function):
        return ["inputs"]
    required = [p for p in entry.parameters.positional if p not in entry.defaults][1:]
    return [p for p in required if p not in ("training", "mask")] or (["inputs"] if entry.parameters.rest else required)


def is_channels_first(module: Instance) -> bool:
    """Whether the first layer that has a layout says channels_first."""
    return _layout(module, set()) == "channels_first"


def _layout(module: Instance, seen: set[int]) -> str | None:
    if id(module) in seen:
        return None
    seen.add(id(module))
    own = module.attributes.get("data_format")
    if isinstance(own, str):
        return own
    parts = (*graph_layers(module), *sublayers(module))
    return next((found for part in parts if (found := _layout(part, seen))), None)


KERAS = Keras()
FRAMEWORKS.append(KERAS)
