"""``np.finfo`` and ``np.iinfo``: what the numbers of a dtype can be."""

from __future__ import annotations

import math
from typing import Any

from analyzers.frameworks.numpy.arguments import array_of, dtype_or_none
from analyzers.frameworks.numpy.array import scalar
from analyzers.frameworks.numpy.dtypes import KINDS, bounds, real_of
from analyzers.frameworks.numpy.registration import native_of
from analyzers.frameworks.numpy.types import DTYPES
from analyzers.interpreter.overlays import NAMES
from analyzers.tensors.errors import PythonError
from analyzers.tensors.operations.dtypes import ITEM_SIZES

DIGITS = {"float16": (10, 5), "float32": (23, 8), "float64": (52, 11)}
"""Bits of the fraction and of the exponent."""


class FloatInfo:
    """The limits of a floating dtype."""

    __slots__ = (
        "bits", "dtype", "eps", "epsneg", "max", "maxexp", "min", "minexp", "nexp", "nmant", "precision", "resolution",
        "smallest_normal", "smallest_subnormal", "tiny",
    )  # fmt: skip

    def __init__(self, dtype: str) -> None:
        self.dtype = DTYPES[dtype]
        self.bits = ITEM_SIZES[dtype] * 8
        self.nmant, self.nexp = DIGITS[dtype]
        self.maxexp = 2 ** (self.nexp - 1)
        self.minexp = 2 - self.maxexp
        largest = (2 - 2.0**-self.nmant) * 2.0 ** (self.maxexp - 1)
        self.max, self.min = scalar(largest, dtype), scalar(-largest, dtype)
        self.eps, self.epsneg = scalar(2.0**-self.nmant, dtype), scalar(2.0 ** -(self.nmant + 1), dtype)
        self.tiny = self.smallest_normal = scalar(2.0**self.minexp, dtype)
        self.smallest_subnormal = scalar(2.0 ** (self.minexp - self.nmant), dtype)
        self.precision = math.floor(self.nmant * math.log10(2))
        self.resolution = scalar(10.0**-self.precision, dtype)


class IntegerInfo:
    """The limits of a whole-number dtype."""

    __slots__ = ("bits", "dtype", "kind", "max", "min")

    def __init__(self, dtype: str) -> None:
        self.dtype = DTYPES[dtype]
        self.kind = KINDS[dtype]
        self.bits = ITEM_SIZES[dtype] * 8
        self.min, self.max = bounds(dtype)


def _dtype_of(value: Any) -> str:
    return dtype_or_none(value) or array_of(value).dtype


def finfo(dtype: Any) -> FloatInfo:
    name = real_of(_dtype_of(dtype))
    if KINDS[name] != "f":
        raise PythonError("ValueError", f"data type {name} not inexact")
    return FloatInfo(name)


def iinfo(int_type: Any) -> IntegerInfo:
    name = _dtype_of(int_type)
    if KINDS[name] not in "iu":
        raise PythonError("ValueError", f"Invalid integer data type {KINDS[name]!r}.")
    return IntegerInfo(name)


NAMES["numpy.finfo"] = native_of(finfo, "finfo")
NAMES["numpy.iinfo"] = native_of(iinfo, "iinfo")
