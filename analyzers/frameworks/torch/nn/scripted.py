"""Modules whose methods torch compiles: they compute what they say."""

from __future__ import annotations

from analyzers.frameworks.torch.module import Module
from analyzers.interpreter.overlays import layer


@layer("torch.jit.ScriptModule")
class ScriptModule(Module):
    """A base class beside Module."""
