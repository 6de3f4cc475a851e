"""Deep copies of a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.torch.containers import ModuleList
from analyzers.frameworks.torch.nn.children import make
from analyzers.interpreter.overlays import function
from analyzers.tensors.operations.arguments import integer

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


@function("torch.nn.modules.transformer._get_clones")
def clones(module: Any, N: Any, *, machine: Machine) -> Any:
    """A ModuleList of ``N`` deep copies, each with parameters of its own."""
    from analyzers.interpreter.library.copy_ import deep_copy  # the interpreter itself imports layers

    return make(machine, ModuleList, [deep_copy(machine, module, {}) for _ in range(integer(N))])
