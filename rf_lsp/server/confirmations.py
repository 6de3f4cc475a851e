"""What tracing told of models, kept by their content: an edit takes it away, undoing the edit brings it back."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzers.facts import ModelFact
from analyzers.incremental.reuse import reached
from analyzers.source.module import SourceModule
from analyzers.source.sources import SourceError
from rf_lsp.server.analysis import name_of

if TYPE_CHECKING:
    from analyzers.tracing.results import ModelResult
    from rf_lsp.engine import Engine

MOST = 200
"""Results that are kept."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """``rests_on`` says what every other file was that the model was read from."""

    result: ModelResult
    rests_on: Mapping[str, str]


class Confirmations:
    """Written in the loop's thread, read in the analysing one: it is replaced as a whole."""

    def __init__(self) -> None:
        self._kept: Mapping[str, Confirmation] = {}

    def keep(self, content: str, confirmation: Confirmation) -> None:
        others = {name: kept for name, kept in self._kept.items() if name != content}
        self._kept = dict([*others.items(), (content, confirmation)][-MOST:])

    def results(self, engine: Engine, module: SourceModule, models: Iterable[ModelFact]) -> dict[str, ModelResult]:
        """Target → result, of the models that are what they were when they were traced."""
        if not self._kept:
            return {}
        from analyzers.tracing.comparison import at_present

        found = {}
        for model in models:
            kept = self._kept.get(content_of(module, model))
            if kept is not None and all(_stamp(engine, path) == stamp for path, stamp in kept.rests_on.items()):
                found[model.target] = at_present(kept.result, model)
        return found


def content_of(module: SourceModule, model: ModelFact) -> str:
    """A digest of the blocks of a model's file that it can reach, and of what the analysis says of it as a whole; of
    the whole text where that cannot be told."""
    name = name_of(model)
    names = reached(module, name, frozenset()) if name in module.bound_names else None
    digest = hashlib.sha256()
    for block in module.blocks:
        is_anything = block.kind == "other" or bool(block.star_imports) or block.broken
        if names is None or is_anything or not names.isdisjoint((*block.binds, *block.bound.changed)):
            digest.update(block.text.encode("utf-8", "replace") + b"\0")
    shapes = [one.shape for one in (*model.inputs, *model.outputs)]
    digest.update(repr((model.target, shapes, model.parameters)).encode())
    return digest.hexdigest()


def rests_on(engine: Engine, path: str, dependencies: Iterable[str]) -> dict[str, str]:
    """What each of the files is that were read for a model of ``path``, that file excepted."""
    return {name: _stamp(engine, name) for name in dependencies if name != path and os.path.isfile(name)}


def _stamp(engine: Engine, path: str) -> str:
    """Sources of the workspace by their text, whether they are open or not."""
    root = os.path.abspath(engine.project.root) + os.sep
    if path.endswith(".py") and path.startswith(root) and "-packages" + os.sep not in path:
        try:
            return hashlib.sha256(engine.sources.module(path).text.encode("utf-8", "replace")).hexdigest()
        except SourceError:
            return ""
    return engine.sources.stamp(path)
