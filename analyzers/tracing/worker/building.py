"""The model, built as the request says: an expression, and what a class is given that needs arguments."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import torch

from analyzers.tracing.worker.loading import load


class Impossible(Exception):
    """Why there is no model to run; one sentence."""


def built(request: dict[str, Any], namespace: dict[str, Any]) -> Any:
    """What the request's expression is worth in ``namespace``. Its arguments and keywords are for a class that is named
    (or called with nothing): the ones that the static analysis has built it with; where it cannot say them, the class
    is not built at all."""
    expression, arguments, keywords = request["expression"], request.get("arguments"), request.get("keywords") or {}
    bare = expression[:-2] if expression.endswith("()") else expression
    value = _named(bare, namespace) if bare.replace(".", "").isidentifier() else None
    if inspect.isclass(value) and request.get("unsayable"):
        raise Impossible(request["unsayable"])
    if inspect.isclass(value) and arguments is not None and (arguments or keywords):
        return value(
            *[plain(one, namespace) for one in arguments],
            **{name: plain(one, namespace) for name, one in keywords.items()},
        )
    value = eval(compile(expression, "<target>", "eval"), namespace)
    if inspect.isclass(value) or inspect.isfunction(value):
        value = value()
    return value


def _named(dotted: str, namespace: dict[str, Any]) -> Any:
    first, *others = dotted.split(".")
    value = namespace.get(first)
    for name in others:
        value = getattr(value, name, None)
    return value


def plain(described: Any, namespace: dict[str, Any]) -> Any:
    """A value as the request describes it: JSON, and objects that say what they stand for."""
    if isinstance(described, list):
        return [plain(one, namespace) for one in described]
    if not isinstance(described, dict):
        return described
    if "tuple" in described:
        return tuple([plain(one, namespace) for one in described["tuple"]])
    if "named" in described:
        return _found(described, namespace)
    if "object" in described:
        return _object(described, namespace)
    return {name: plain(one, namespace) for name, one in described["dict"].items()}


class Configuration(dict):
    """What nobody wrote: read by attribute or by key."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


def _object(described: dict[str, Any], namespace: dict[str, Any]) -> Any:
    """An object of the program's own class as it is, whatever its constructor would do."""
    holds = {name: plain(one, namespace) for name, one in described["object"].items()}
    if described.get("class") is None:
        return Configuration(holds)
    class_ = _found(described["class"], namespace)
    made = object.__new__(class_)
    for name, value in holds.items():
        object.__setattr__(made, name, value)
    return made


def _found(described: dict[str, Any], namespace: dict[str, Any]) -> Any:
    """A class or function: of the file itself, of another file, of a library."""
    if described.get("module"):
        namespace = vars(importlib.import_module(described["module"]))
    elif described.get("file"):
        namespace = vars(load(described["file"], None, []).module)
    return _named(described["named"], namespace)


def tensor_of(shape: list[int], dtype: str, batch: int | None = None) -> torch.Tensor:
    """An input of nothing but zeros, on the device that is traced on; ``batch`` replaces its first size."""
    sizes = shape if batch is None else [batch, *shape[1:]]
    return torch.zeros(sizes, dtype=getattr(torch, dtype, torch.float32))


def arguments_for(request: dict[str, Any], tensors: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """What the model is called with: the tensors by their names, and what the program gives beside them."""
    beside = request.get("call") or {}

    def value(name: str) -> Any:
        if name in tensors:
            return tensors[name]
        return _filled(name, beside[name], tensors) if name in beside else None

    order = list(request.get("order") or [])
    while order and order[-1] not in tensors and order[-1] not in beside:
        order.pop()
    positional = [value(name) for name in order]
    tops = [name.split(".")[0] if name.split(".")[0] in beside else name for name in tensors]
    others = [name for name in dict.fromkeys([*tops, *beside]) if name not in order]
    return positional, {name: value(name) for name in others}


def _filled(name: str, described: Any, tensors: dict[str, Any]) -> Any:
    """Lists and dicts with the tensors whose places they hold."""
    if name in tensors:
        return tensors[name]
    if isinstance(described, list):
        return [_filled(f"{name}.{at}", one, tensors) for at, one in enumerate(described)]
    if isinstance(described, dict) and "tuple" in described:
        return tuple([_filled(f"{name}.{at}", one, tensors) for at, one in enumerate(described["tuple"])])
    if isinstance(described, dict) and "dict" in described:
        return {key: _filled(f"{name}.{key}", one, tensors) for key, one in described["dict"].items()}
    return plain(described, {})
