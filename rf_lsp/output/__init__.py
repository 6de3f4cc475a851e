"""How results are shown: a folder for each command that has formats, in it one file for each format.

A format is a module that fulfils :class:`Format`; its file's name is the format's name.
"""

from __future__ import annotations

import os
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast, runtime_checkable

from analyzers.facts import Finding, ModelFact, UnknownFact
from analyzers.vocabulary import SEVERITIES
from rf_lsp.errors import UsageError
from rf_lsp.output.view import View
from rf_lsp.results import FileResult

if TYPE_CHECKING:
    from analyzers.tracing.results import ModelResult


@dataclass(slots=True)
class RenderOptions:
    """Where the text goes: with colours or not, and how many columns wide; and what of the layers is shown."""

    color: bool = False
    width: int = 120
    view: View = field(default_factory=View)


@dataclass(slots=True)
class Inspected:
    """One model with what the rules say about it."""

    model: ModelFact
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class InspectReport:
    """The models of all targets; what was found or lost outside of any model."""

    models: list[Inspected] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unknowns: list[UnknownFact] = field(default_factory=list)


@dataclass(slots=True)
class CheckReport:
    """The findings of all files by place, the files' own results, and whether statistics are wanted.

    ``hidden`` are findings of a level that is not shown; by default those that are only worth knowing. ``known`` are
    those of the baseline, ``gone`` what only the baseline has (file, code, message), ``silenced`` what comments silence.
    ``compared`` tells whether there is a baseline, ``quiet`` that nothing but findings is to be said.
    """

    findings: list[Finding] = field(default_factory=list)
    files: list[FileResult] = field(default_factory=list)
    statistics: bool = False
    hidden: list[Finding] = field(default_factory=list)
    known: list[Finding] = field(default_factory=list)
    gone: list[tuple[str, str, str]] = field(default_factory=list)
    silenced: list[Finding] = field(default_factory=list)
    compared: bool = False
    quiet: bool = False

    @property
    def worst_first(self) -> list[Finding]:
        """The findings by level, those of a level by place."""
        return sorted(self.findings, key=lambda finding: SEVERITIES.index(finding.severity))

    @property
    def everything(self) -> list[Finding]:
        """All findings by place, whether they are shown or not."""
        return sorted((*self.findings, *self.hidden), key=order)


def order(finding: Finding) -> tuple[Any, ...]:
    """By place, what is at one place by code."""
    place = finding.place
    return place.file, place.cell or 0, place.line, place.column, finding.code


@dataclass(slots=True)
class TraceReport:
    """The models of all targets as they were traced."""

    models: list[ModelResult] = field(default_factory=list)


class Format(Protocol):
    """What a file of a format must define."""

    @staticmethod
    def render(report: Any, options: RenderOptions) -> str: ...


@runtime_checkable
class ShowsFixes(Protocol):
    """A format that sets it gets findings with all fixes that hold, which take time to find; others get safe ones."""

    SHOWS_FIXES: bool


@runtime_checkable
class ShowsNotes(Protocol):
    """A format that sets it gets what is only worth knowing, unless ``--show`` says otherwise."""

    SHOWS_NOTES: bool


@runtime_checkable
class Summarizes(Protocol):
    """A format for a service that also takes a page in Markdown, in a file that this environment variable names."""

    SUMMARY_VARIABLE: str

    @staticmethod
    def summary(report: Any) -> str: ...


def formats(kind: str) -> list[str]:
    """The formats of a command (``"check"``, ``"inspect"``)."""
    folder = os.path.join(os.path.dirname(__file__), kind)
    return sorted(entry.name for entry in pkgutil.iter_modules([folder]))


def renderer(kind: str, name: str) -> Callable[[Any, RenderOptions], str]:
    """The ``render`` of a format; raises :class:`UsageError` when there is none of that name."""
    return _format(kind, name).render


def shows_fixes(kind: str, name: str) -> bool:
    """Whether a format shows the fixes of findings; raises as :func:`renderer`."""
    module = _format(kind, name)
    return isinstance(module, ShowsFixes) and module.SHOWS_FIXES


def shows_notes(kind: str, name: str) -> bool:
    """Whether a format has a place for what is only worth knowing; raises as :func:`renderer`."""
    module = _format(kind, name)
    return isinstance(module, ShowsNotes) and module.SHOWS_NOTES


def summarizer(kind: str, name: str) -> Summarizes | None:
    """A format that writes a summary; raises as :func:`renderer`."""
    module = _format(kind, name)
    return module if isinstance(module, Summarizes) else None


def _format(kind: str, name: str) -> Format:
    known = formats(kind)
    if name not in known:
        raise UsageError(f"unknown format {name!r}; {kind} writes {', '.join(known)}")
    return cast(Format, import_module(f"rf_lsp.output.{kind}.{name}"))
