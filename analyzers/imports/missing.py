"""Which packages a text imports, and which of them are nowhere to be found."""

from __future__ import annotations

from analyzers.imports.imported import imported_modules
from analyzers.imports.resolver import ImportResolver, is_stdlib
from analyzers.source.lexical import without_strings
from analyzers.source.module import SourceModule


def missing_packages(module: SourceModule, resolver: ImportResolver) -> list[str]:
    """The top-level packages that a file imports and that have no source, in their order."""
    return [name for name in imported_packages(module.text) if resolver.find(name, module.path) is None]


def imported_packages(text: str) -> list[str]:
    """The top-level packages that a text imports, in their order; those of Python itself excepted."""
    names = (name.partition(".")[0] for name in imported_modules(without_strings(text)))
    return [name for name in dict.fromkeys(names) if not is_stdlib(name)]
