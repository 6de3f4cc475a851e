"""rf-lsp: shapes and receptive fields of PyTorch and Keras models, next to the code.

What stands here for programs (docs/python.md) is loaded when it is asked for: the command line does not need it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rf_lsp.api import check as check
    from rf_lsp.api import diff as diff
    from rf_lsp.api import inspect as inspect
    from rf_lsp.api.facts import Finding as Finding
    from rf_lsp.api.facts import LayerFact as LayerFact
    from rf_lsp.api.facts import ModelFact as ModelFact
    from rf_lsp.api.facts import Place as Place
    from rf_lsp.api.facts import ReceptiveField as ReceptiveField
    from rf_lsp.api.results import Diff as Diff
    from rf_lsp.api.results import Findings as Findings
    from rf_lsp.api.results import Models as Models
    from rf_lsp.errors import Error as Error

__version__ = "0.1.0"

_HOMES = {
    "api": "check diff inspect",
    "api.facts": "Finding LayerFact ModelFact Place ReceptiveField",
    "api.results": "Diff Findings Models",
    "errors": "Error",
}


if not TYPE_CHECKING:  # a name that is not there is an error of the type checker, too

    def __getattr__(name: str) -> object:
        from importlib import import_module

        for home, names in _HOMES.items():
            if name in names.split():
                return getattr(import_module(f"rf_lsp.{home}"), name)
        raise AttributeError(f"module 'rf_lsp' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *(name for names in _HOMES.values() for name in names.split())])
