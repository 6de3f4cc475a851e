"""Results of branches that do not fit together, and what is made of them: their sizes are only what one branch has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from analyzers.interpreter.graph import tensors_below
from analyzers.interpreter.values import Invocation
from analyzers.tensors.errors import OperationError
from analyzers.tensors.tensor import Tensor

OF_BRANCHES = frozenset(("concat-mismatch", "broadcast-mismatch"))
"""What says that branches of different sizes come together; behind it, others do for the same reason."""


class DeclaredResults(dict[int, Tensor]):
    """Tensors by identity."""

    def spread(self, operands: Iterable[Tensor], result: Any) -> None:
        """What is made of a result that was only declared is no surer."""
        if any(id(operand) in self for operand in operands):
            self.update((id(made), made) for made in tensors_below(result))

    def follows(self, error: OperationError, called: Invocation | None) -> bool:
        """Whether branches do not fit that come from some that did not; the result of these is only declared, too."""
        if error.rule not in OF_BRANCHES or called is None:
            return False
        follows = any(id(operand) in self for operand in tensors_below((called.args, called.kwargs)))
        self.update((id(made), made) for made in tensors_below(error.result))
        return follows
