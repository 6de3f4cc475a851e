"""The parts of the standard library (and numpy) that model code uses, as tables of natives."""

from __future__ import annotations

from typing import Any

from analyzers.interpreter.library import (
    argparse_,
    collections_,
    contextlib_,
    copy_,
    dataclasses_,
    enum_,
    files_,
    functools_,
    importlib_,
    inspect_,
    itertools_,
    math_,
    numpy_,
    operator_,
    re_,
    summaries_,
    system,
    typing_,
)

LIBRARY: dict[str, dict[str, Any]] = {
    **argparse_.MODULES,
    **collections_.MODULES,
    **contextlib_.MODULES,
    **copy_.MODULES,
    **dataclasses_.MODULES,
    **enum_.MODULES,
    **files_.MODULES,
    **functools_.MODULES,
    **importlib_.MODULES,
    **inspect_.MODULES,
    **itertools_.MODULES,
    **math_.MODULES,
    **numpy_.MODULES,
    **operator_.MODULES,
    **re_.MODULES,
    **summaries_.MODULES,
    **system.MODULES,
    **typing_.MODULES,
}
"""Module name → member name → value."""
