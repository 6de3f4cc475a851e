"""What a rule may be told: plain, picklable data made from the user's settings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from analyzers.facts import ModelFact
from analyzers.vocabulary import Severity


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """One ``[[tool.rf-lsp.models]]`` entry; ``None`` leaves a key to the general setting."""

    target: str
    required_coverage: float | None = None
    target_size: tuple[int, ...] | None = None
    max_parameters: int | None = None
    max_macs: int | None = None
    max_memory: int | None = None
    output: tuple[tuple[int | str, ...], ...] | None = None
    """The shapes that come out, batch first; a word stands for any size."""

    @property
    def demands_coverage(self) -> bool:
        return self.required_coverage is not None or self.target_size is not None

    def speaks_of(self, model: ModelFact) -> bool:
        """Whether ``model`` is the one named: same file, and the same expression if one is given."""
        path, _, expression = self.target.partition("::")
        other_path, _, other = model.target.partition("::")
        if _file(path) != _file(other_path):
            return False
        wanted = "".join(expression.split())
        return not wanted or wanted in ("".join(other.split()), model.name)


def _file(path: str) -> str:
    return os.path.normcase(os.path.realpath(path))


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """``levels``: code of each enabled rule → its level, or ``None`` for what the rule itself says
    (``None``: the rules that are on by default). ``file_ignores``: glob over absolute
    POSIX paths → codes. ``workspace``: folders outside which only errors are reported (empty: none)."""

    levels: Mapping[str, Severity | None] | None = None
    required_coverage: float = 1.0
    target_size: tuple[int, ...] | None = None
    models: tuple[ModelSettings, ...] = ()
    file_ignores: tuple[tuple[str, frozenset[str]], ...] = ()
    workspace: tuple[str, ...] = ()

    def of_model(self, model: ModelFact) -> ModelSettings:
        """The settings of one model: its own entry, else the general ones."""
        own = self.own_entry(model)
        return replace(
            own,
            required_coverage=self.required_coverage if own.required_coverage is None else own.required_coverage,
            target_size=self.target_size if own.target_size is None else own.target_size,
        )

    def own_entry(self, model: ModelFact) -> ModelSettings:
        """The first entry that speaks of the model; one that says nothing where there is none."""
        return next((entry for entry in self.models if entry.speaks_of(model)), ModelSettings(model.target))

    def ignored_in(self, path: str) -> frozenset[str]:
        """The codes that per-file-ignores turn off in ``path``."""
        if not self.file_ignores:
            return frozenset()
        absolute = os.path.abspath(path).replace(os.sep, "/")
        sets = [codes for pattern, codes in self.file_ignores if fnmatchcase(absolute, pattern)]
        return frozenset().union(*sets)

    def owns(self, path: str) -> bool:
        """Whether ``path`` is the user's own source (not an installed library's)."""
        if not self.workspace:
            return True
        absolute = os.path.abspath(path)
        parts = absolute.replace(os.sep, "/").split("/")
        inside = any(absolute.startswith(root.rstrip(os.sep) + os.sep) for root in self.workspace)
        return inside and "site-packages" not in parts and "dist-packages" not in parts
