"""torch.nn.modules.utils: one number for all axes, or one number per axis."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from analyzers.interpreter.overlays import function


@function("torch.nn.modules.utils._ntuple")
def ntuple(n: int, name: str = "parse") -> Callable[[Any], tuple[Any, ...]]:
    """The function that repeats a single value ``n`` times and leaves sequences as they are.

    As in torch a sequence of another length passes: the layer only raises when it is called.
    """

    def parse(x: Any) -> tuple[Any, ...]:
        if type(x) is int:
            return (x,) * n
        return tuple(x) if isinstance(x, (tuple, list, Iterable)) else (x,) * n

    return parse


single = function("torch.nn.modules.utils._single")(ntuple(1))
pair = function("torch.nn.modules.utils._pair")(ntuple(2))
triple = function("torch.nn.modules.utils._triple")(ntuple(3))
quadruple = function("torch.nn.modules.utils._quadruple")(ntuple(4))
sextuple = ntuple(6)


@function("torch.nn.modules.utils._reverse_repeat_tuple")
def reverse_repeat_tuple(t: Sequence[Any], n: int) -> tuple[Any, ...]:
    """``(1, 2), 2`` → ``(2, 2, 1, 1)``: paddings in the order ``F.pad`` takes them."""
    return tuple(x for x in reversed(t) for _ in range(n))


@function("torch.nn.modules.utils._list_with_default")
def list_with_default(out_size: Any, defaults: Sequence[Any]) -> Any:
    """An output size whose None entries are the input's own sizes."""
    if not isinstance(out_size, Iterable):
        return out_size
    sizes = list(out_size)
    return [d if v is None else v for v, d in zip(sizes, defaults[-len(sizes) :], strict=False)]
