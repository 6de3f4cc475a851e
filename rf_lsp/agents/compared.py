"""``compare_models``: both sides read within a confinement."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rf_lsp.agents.confinement import Confinement
from rf_lsp.comparison.models import Comparison
from rf_lsp.comparison.revision import repository_of
from rf_lsp.comparison.sides import DiffOptions
from rf_lsp.comparison.trees import Tree
from rf_lsp.errors import UsageError
from rf_lsp.shapes import parse_input


def compared(arguments: Mapping[str, Any], paths: Sequence[str], confinement: Confinement) -> Comparison:
    """Raises :class:`UsageError`."""
    options = DiffOptions(tuple(parse_input(text) for text in arguments.get("inputs", ())))
    if "old" in arguments:
        sides = [_given(arguments[name], options, confinement) for name in ("old", "new")]
        return options.compared(sides[0], sides[1], confinement.sources)
    found = [confinement.path(path) for path in paths]
    folder = found[0] if os.path.isdir(found[0]) else os.path.dirname(found[0])
    repository = repository_of(folder)
    confinement.path(repository)  # raises where it is more than may be read
    with options.since(arguments.get("base", "HEAD"), found) as (old, new):
        inner = Confinement([*confinement.roots, old.root])
        for tree in (old, new):
            _allow(tree, inner)
        return options.compared(_own(old, inner), _own(new, inner), inner.sources)


def _given(text: str, options: DiffOptions, confinement: Confinement) -> Tree:
    path, separator, expression = text.partition("::")
    tree = options.given(f"{confinement.path(path)}{separator}{expression}")
    _allow(tree, confinement)
    return _own(replace(tree, name=text), confinement)


def _allow(tree: Tree, confinement: Confinement) -> None:
    """Find the settings and the packages of a tree, so that they may be read; raises :class:`UsageError` for settings
    that lead out."""
    confinement.project(tree.root)
    if not tree.is_file:
        confinement.check_settings_in(tree.root)


def _own(tree: Tree, confinement: Confinement) -> Tree:
    """Without the files that links lead out to."""
    files = tuple(file for file in tree.files if confinement.allows(tree.absolute(file)))
    if not files:
        raise UsageError(f"{tree.name} holds no Python file that may be read")
    return replace(tree, files=files)
