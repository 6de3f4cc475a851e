"""Mistakes of our own inside a native: an unknown value for the user, a traceback for those who work on rf-lsp."""

from __future__ import annotations

import os
from typing import Any

from analyzers.interpreter.values import Instance
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

FAILURES = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError)
"""What a native may raise by mistake, or because the program hands it something that it is not made for."""
DECLARED: dict[str, type] = {"Tensor": Tensor, "Instance": Instance, "str": str}
"""Annotations that say which values a native is made for."""


class NativeError(Exception):
    """A native raised on arguments that it should take; the cause is what it raised."""


def reraise_own(native: Any, args: list[Any], kwargs: dict[str, Any], error: Exception) -> None:
    """Raises NativeError for a mistake of our own where ``RF_LSP_DEBUG`` is set, as the tests do."""
    if os.environ.get("RF_LSP_DEBUG") and _is_own(native, args, kwargs, error):
        raise NativeError(f"{native.__module__}.{native.__qualname__}: {type(error).__name__}: {error}") from error


def _is_own(native: Any, args: list[Any], kwargs: dict[str, Any], error: Exception) -> bool:
    """Whether the error says something of the native and not of the program.

    Of Python's own functions (``int``, ``max``) it says what Python says of the arguments, but for a missing
    attribute. Framework knowledge tells the program by OperationError and PythonError what does not fit.
    """
    named = {**dict(zip(native.__code__.co_varnames, args)), **kwargs}
    if any(isinstance(value, Unknown) for value in (*args, *kwargs.values())):
        return False
    if any(not _is_declared(native.__annotations__.get(name), value) for name, value in named.items()):
        return False
    if isinstance(error, AttributeError):
        return not _is_of_the_program(getattr(error, "obj", None))
    return not is_pythons_own(native)


def is_pythons_own(native: Any) -> bool:
    """Whether a native stands for a function of Python itself, whose exceptions are the program's."""
    return native.__module__.startswith("analyzers.interpreter")


def _is_declared(annotation: Any, value: Any) -> bool:
    """False only for a value that is certainly not what the annotation names."""
    if not isinstance(annotation, str):
        return True
    kinds = [DECLARED.get(name.strip()) for name in annotation.split("|") if name.strip() != "None"]
    optional = "None" in annotation and value is None
    return optional or any(kind is None or isinstance(value, kind) for kind in kinds)


def _is_of_the_program(owner: Any) -> bool:
    """An object of a class of the program, whose constructor may have left out what the framework sets."""
    return isinstance(owner, Instance) and owner.class_.host is None
