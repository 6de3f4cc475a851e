"""Arguments of a layer's call: what counts as a tensor, and how it becomes part of a graph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.state import changed
from analyzers.interpreter.framework import is_module
from analyzers.interpreter.graph import Step, replaced
from analyzers.interpreter.hosts import host_of
from analyzers.interpreter.values import BoundMethod, Class, Function, Instance
from analyzers.tensors.errors import OperationError
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.frameworks.keras.layer import Layer


def leaves(value: Any) -> Iterator[Any]:
    """What is in a nest of tuples, lists and dicts."""
    if type(value) in (list, tuple, dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from leaves(part)
    else:
        yield value


def filled_in(entry: Any, args: tuple, kwargs: dict[str, Any]) -> dict[str, Any]:
    """The keywords that ``call`` takes; ``training`` and ``mask`` come and go as Keras has it."""
    function = entry.function if isinstance(entry, BoundMethod) else entry
    if isinstance(function, Function):
        parameters = function.parameters
        names, required = [*parameters.positional, *parameters.keyword_only], function.defaults
        takes_any = parameters.keywords is not None
    else:
        code = getattr(function, "__code__", None)
        if code is None:
            return kwargs
        names, required = list(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]), None
        takes_any = bool(code.co_flags & 0x08)
    kept = {k: v for k, v in kwargs.items() if k in names or takes_any or k not in ("training", "mask")}
    if required is not None:
        for name in ("training", "mask"):
            if name in names and name not in required and name not in kept and names.index(name) > len(args):
                kept[name] = None
    return kept


def cannot_be_a_tensor(value: Any) -> bool:
    return isinstance(value, (bool, int, float, str, Function, Class)) or is_module(value)


def is_data(self: Layer, value: Any) -> bool:
    """Numbers and texts for a preprocessing layer; nested lists of numbers, which Keras 2 converts for every layer."""
    return host_of(self).takes_data or (isinstance(value, list) and isinstance(value[0], list))


def data_tensor(value: Any) -> Any:
    """What a preprocessing layer makes of a number, a text, or nested lists of them."""
    shape: list[int] = []
    first = value
    while isinstance(first, (list, tuple)) and first:
        shape.append(len(first))
        first = first[0]
    return value if isinstance(first, (Tensor, Unknown, dict)) else Tensor(tuple(shape), dtype=_data_type(first))


def _data_type(value: Any) -> str:
    kinds = {"bool": "bool", "int": "int64", "str": "string"}
    return kinds.get(type(value).__name__, "float32")


def not_a_tensor(value: Any) -> OperationError:
    name = repr(value) if isinstance(value, (bool, int, float, str)) else f"the {kind_name(value)}"
    return OperationError(
        "invalid-argument",
        f"{{subject}} is called on {name}, which is not a tensor",
        exception="ValueError",
    )


def plain(tensor: Tensor) -> Tensor:
    """A symbolic tensor as the values inside a layer see it; an array of floats becomes one of single precision."""
    if tensor.is_array:
        made = tensor.plain()
        return made.with_(dtype="float32") if made.dtype in ("float16", "float64") else made
    if tensor.history is None:
        return tensor
    return tensor.with_(content=tensor.content, trait=tensor.trait)


def linked(operation: Instance, args: list[Any], kwargs: dict[str, Any], result: Any) -> Any:
    """The result of a call on symbolic tensors, as outputs of a new step."""
    made: list[Tensor] = []
    machine = operation.machine
    step = Step(operation, args, kwargs, made, machine.site())

    def mark(tensor: Tensor) -> Tensor:
        copy = tensor.with_(content=tensor.content, trait=tensor.trait)
        copy.history = step
        made.append(copy)
        return copy

    outputs = replaced(result, mark)
    if made:
        changed(operation).nodes.append(step)
        machine.recorder.remember_again(result, outputs)
    return outputs


def kind_name(value: Any) -> str:
    if isinstance(value, Instance):
        return f"layer {value.attributes.get('name', value.class_.name)}"
    return f"{'class' if isinstance(value, Class) else 'function'} {value.name}"
