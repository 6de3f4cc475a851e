"""Building on the first call: ``build`` gets the shapes of what ``call`` gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.arguments_of_calls import leaves
from analyzers.frameworks.keras.shapes import is_shape, open_shape, raw_nest, static_nest, static_shape
from analyzers.interpreter.graph import tensors_below
from analyzers.interpreter.values import MISSING, BoundMethod, Function, Instance
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def build_and_call(self: Instance, entry: Any, *args: Any, machine: Machine, **kwargs: Any) -> Any:
    """Run ``call``; of what it gives that is not known, the shape that the layer itself declares."""
    if not self.attributes.get("built"):
        _build(self, entry, args, kwargs, machine)
    result = machine.call(entry, args, kwargs)
    declared = self.class_.find("compute_output_shape")
    if isinstance(result, Unknown) and isinstance(declared, Function) and _are_tensors(args):
        shapes = [static_shape(t.shape) for t in tensors_below((args, kwargs))]
        declared_shape = machine.call(BoundMethod(self, declared), (shapes[0] if len(shapes) == 1 else shapes,))
        if is_shape(declared_shape) and not isinstance(declared_shape, Unknown):
            return Tensor(open_shape(declared_shape))
    return result


def _are_tensors(args: tuple) -> bool:
    return bool(args) and not any(isinstance(value, Unknown) for value in leaves(args))


def _build(self: Instance, entry: Any, args: tuple, kwargs: dict[str, Any], machine: Machine) -> None:
    """Call ``build`` with the shapes of what ``call`` gets, as Keras lines them up by name."""
    builder = self.class_.find("build")
    shapes = _shapes_by_name(entry, args, kwargs)
    first = next(iter(shapes.values()), None)
    if isinstance(builder, Function):
        names = builder.parameters.positional[1:]
        static = {k: static_nest(v) for k, v in shapes.items()}
        if len(names) == 1:
            machine.call(BoundMethod(self, builder), (static_nest(first),))
        else:
            machine.call(BoundMethod(self, builder), (), {n: static[n] for n in names if n in static})
    elif isinstance(first, Unknown):
        return  # The next call may bring a shape.
    elif builder is not MISSING:
        machine.call(BoundMethod(self, builder), (raw_nest(first),))
    self.attributes["built"] = True


def _shapes_by_name(entry: Any, args: tuple, kwargs: dict[str, Any]) -> dict[str, Any]:
    """``{"inputs_shape": nest of tensors}`` for every argument of ``call`` that holds tensors or is not known."""
    function = entry.function if isinstance(entry, BoundMethod) else entry
    if isinstance(function, Function):
        names = function.parameters.positional[1:]
    else:
        code = getattr(function, "__code__", None)
        names = list(code.co_varnames[1 : code.co_argcount]) if code is not None else []
    bound = {**dict(zip([*names, *map(str, range(9))], args)), **kwargs}
    return {f"{k}_shape": v for k, v in bound.items() if k != "mask" and _may_have_shape(v)}


def _may_have_shape(value: Any) -> bool:
    return isinstance(value, Unknown) or any(True for _ in tensors_below(value))
