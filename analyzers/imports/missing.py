"""Which packages a file imports that are nowhere to be found."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.imports.resolver import ImportResolver, is_stdlib
from analyzers.source import program
from analyzers.source.module import SourceModule


def missing_packages(module: SourceModule, resolver: ImportResolver) -> list[str]:
    """The top-level packages of a file's own import statements that have no source, in their order."""
    found = dict.fromkeys(_imported(module))
    return [name for name in found if not is_stdlib(name) and resolver.find(name, module.path) is None]


def _imported(module: SourceModule) -> Iterator[str]:
    for block in module.blocks:
        for statement in (block.program or ()) if block.kind == "import" else ():
            if isinstance(statement, program.Import):
                yield from (alias.name.partition(".")[0] for alias in statement.names)
            elif isinstance(statement, program.ImportFrom) and not statement.level:
                yield statement.module.partition(".")[0]
