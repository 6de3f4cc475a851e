"""What the engine is asked: a file and what to look at in it, in a workspace with its settings. Plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from analyzers.facts import ModelFact
from analyzers.stop import Stop


@dataclass
class Request:
    """What to look at: a file, and expressions in its namespace (none: every model found).

    ``inputs`` are (name or None, shape) as given by the user, ``inputs_of`` the same for single targets
    (``resnet50()``); ``text`` an unsaved buffer. An editor looks at a file again and again: ``first`` names
    what to look at before the rest, ``kept`` the models that need not be looked at again (name → the classes
    of their parts), ``done`` is told of every model as soon as it is known, and ``stop`` ends the analysis.
    ``view`` says at any time which lines (first, last) are on the screen: what stands there comes next.
    ``open`` are the files on its screen: what expressions in them and in the workspace's own files are worth
    becomes facts too (``ModelFact.expressions``); None where nobody looks. ``tiling`` asks which sizes dense models take.
    """

    path: str
    expressions: list[str] = field(default_factory=list)
    inputs: list[tuple[str | None, tuple]] = field(default_factory=list)
    text: str | None = None
    inputs_of: dict[str, list[tuple[str | None, tuple]]] = field(default_factory=dict)
    first: tuple[str, ...] = ()
    kept: dict[str, frozenset[str]] = field(default_factory=dict)
    done: Callable[[ModelFact], None] | None = None
    stop: Stop | None = None
    view: Callable[[], tuple[int, int] | None] | None = None
    open: frozenset[str] | None = None
    tiling: bool = False


@dataclass
class WorkspaceOptions:
    """The workspace: where imports are looked for, and what the settings say of models."""

    roots: list[str] = field(default_factory=list)
    search_paths: list[str] = field(default_factory=list)
    site_packages: list[str] = field(default_factory=list)
    default_input: tuple[Any, ...] | None = None
    """The input where nothing says it, batch first."""
    models: list[dict[str, Any]] = field(default_factory=list)
    layers: dict[str, dict[str, Any]] = field(default_factory=dict)


class TargetError(Exception):
    """A target that cannot be found; ``held`` names what the file does hold, ``wanted`` is the name that it has not."""

    def __init__(self, sentence: str, held: list[str] | None = None, wanted: str | None = None) -> None:
        super().__init__(sentence)
        self.held = held or []
        self.wanted = wanted
