"""The parts of the standard library that model code uses, as tables of natives."""

from __future__ import annotations

from typing import Any

from analyzers.interpreter.library import (
    argparse_,
    collections_,
    contextlib_,
    contextvars_,
    copy_,
    dataclasses_,
    enum_,
    files_,
    functools_,
    importlib_,
    inspect_,
    itertools_,
    math_,
    operator_,
    re_,
    system,
    typing_,
)

STANDARD_LIBRARY: dict[str, dict[str, Any]] = {
    **argparse_.MODULES,
    **collections_.MODULES,
    **contextlib_.MODULES,
    **contextvars_.MODULES,
    **copy_.MODULES,
    **dataclasses_.MODULES,
    **enum_.MODULES,
    **files_.MODULES,
    **functools_.MODULES,
    **importlib_.MODULES,
    **inspect_.MODULES,
    **itertools_.MODULES,
    **math_.MODULES,
    **operator_.MODULES,
    **re_.MODULES,
    **system.MODULES,
    **typing_.MODULES,
}
"""Module name → member name → value."""
