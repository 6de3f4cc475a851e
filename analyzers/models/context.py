"""What the search for the models of one file works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analyzers.facts import FileFacts, ModelFact, Problem
from analyzers.models.runner import Runner

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine
    from analyzers.interpreter.module import Module
    from analyzers.interpreter.values import Class
    from analyzers.models.candidates import CandidateRun
    from analyzers.models.inputs.known import Usage
    from analyzers.models.session import Session
    from analyzers.request import Request, WorkspaceOptions
    from analyzers.source.sources import Sources


@dataclass
class FileContext:
    """One file under analysis: what was asked, the machine that runs it, and what is known so far."""

    request: Request
    options: WorkspaceOptions
    sources: Sources
    machine: Machine
    module: Module
    runner: Runner
    facts: FileFacts
    used: set[Class] = field(default_factory=set)
    """Classes of the parts of the models found so far."""
    remarks: list[Problem] = field(default_factory=list)
    """What is wrong with comments and settings that speak of the file's models."""
    usages: list[Usage] = field(default_factory=list)
    """How the file's own code calls its models."""
    open_runs: list[tuple[CandidateRun, ModelFact]] = field(default_factory=list)
    """Candidates for whose arguments symbols stand in."""
    session: Session | None = None
    """The file's own run, where it is run in order."""
