"""Deep copies of a layer."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.registry import function
from analyzers.frameworks.torch.containers import ModuleList
from analyzers.frameworks.torch.nn.children import make


@function("torch.nn.modules.transformer._get_clones")
def clones(module: Any, N: Any, *, machine: Any) -> Any:
    """A ModuleList of ``N`` deep copies, each with parameters of its own."""
    from analyzers.interpreter.library.copy_ import deep_copy  # the interpreter itself imports layers

    return make(machine, ModuleList, [deep_copy(machine, module, {}) for _ in range(N)])
