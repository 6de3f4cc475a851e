"""Results of branches that do not fit together, and what is made of them: their sizes are only what one branch has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from analyzers.interpreter.graph import tensors_below
from analyzers.tensors.errors import OperationError
from analyzers.tensors.tensor import Tensor

OF_BRANCHES = frozenset(("concat-mismatch", "broadcast-mismatch"))
"""What says that branches of different sizes come together: of the result only the sizes are known that they share."""
OF_SIZES = OF_BRANCHES | frozenset(
    ("channel-mismatch", "feature-size-mismatch", "reshape-mismatch", "matmul-mismatch", "groups-mismatch")
)
"""What may be wrong behind it for the same reason."""


class DeclaredResults(dict[int, Tensor]):
    """Tensors by identity."""

    def spread(self, operands: Iterable[Tensor], result: Any) -> None:
        """What is made of a result that was only declared is no surer."""
        if any(id(operand) in self for operand in operands):
            self.update((id(made), made) for made in tensors_below(result))

    def follows(self, error: OperationError, given: Any) -> bool:
        """Whether sizes do not fit of what comes from branches that did not; what is declared then is no surer."""
        follows = error.rule in OF_SIZES and any(id(operand) in self for operand in tensors_below(given))
        if follows or error.rule in OF_BRANCHES:
            self.update((id(made), made) for made in tensors_below(error.result))
        return follows
