"""How torch's functions read their arguments: tensors, strings, numbers that must lie in a range."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from analyzers.interpreter.framework import is_module
from analyzers.interpreter.values import Class, Function
from analyzers.tensors.dims import Dim, unknown_dim
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.operations.arguments import is_number, refused
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

PLAIN = (bool, int, float, complex, str, bytes, tuple, list, dict, set)


def tensor(value: Any) -> Tensor:
    """The tensor; raises UnknownUsed for what is not known, invalid-argument (TypeError) for a plain value.

    None is no finding: it often stands for what is set later, or for an input that was left out.
    """
    if isinstance(value, Tensor):
        return value
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    if value is None:
        raise PythonError("TypeError", "a Tensor is required, not NoneType")
    if isinstance(value, (*PLAIN, Class, Function)) or is_number(value) or is_module(value):
        raise refused(value, "a tensor")
    raise UnknownUsed(Unknown(f"{type(value).__name__} is not modelled as a tensor"))


def require_no_objects(*values: Any) -> None:
    """Modules and classes are no numbers, alone or in a sequence; raises invalid-argument (TypeError)."""
    for value in values:
        for item in value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(item, Class) or is_module(item):
                raise refused(item, "whole numbers")


def optional_tensor(value: Any) -> Tensor | None:
    """The tensor when there is one; what is not known counts as none, since it is only checked."""
    return value if isinstance(value, Tensor) else None


def known(value: Any) -> Any:
    """The value, when it decides the result; raises UnknownUsed."""
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    return value


def choice(value: Any, options: tuple[str, ...], argument: str, exception: str = "ValueError") -> str:
    """One of several strings; raises invalid-argument."""
    if known(value) not in options:
        listed = ", ".join(options)
        raise OperationError(
            "invalid-argument",
            f"{{subject}} has {argument} {value!r}, expects one of {listed}",
            exception=exception,
            argument=argument,
        )
    return value


def require_range(value: Any, low: float, high: float, argument: str, exception: str = "ValueError") -> None:
    """Raises invalid-argument when a number is certainly out of range."""
    if isinstance(value, (int, float)) and not low <= value <= high:
        raise OperationError(
            "invalid-argument",
            f"{{subject}} has {argument} {value}, expects {low} to {high}",
            exception=exception,
            argument=argument,
        )


def scaled_size(n: Dim, scale: Any) -> Dim:
    """⌊n · scale⌋ in floating point, as torch computes it."""
    if isinstance(scale, Unknown):
        return unknown_dim(scale.reason)
    if isinstance(scale, Tensor):
        scale = scale.content[0] if scale.content and len(scale.content) == 1 else None
    if scale is None:
        return unknown_dim("value of a tensor")
    if isinstance(n, int) and isinstance(scale, (int, float)):
        return int(n * scale) if math.isfinite(scale) else 0
    if isinstance(scale, (int, float)):
        ratio = Fraction(scale).limit_denominator(4096)
        return n * ratio.numerator // ratio.denominator
    return n * scale
