"""Argument lists as people write them: positional, by keyword, left to the default."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.differential.draft import Draft, tuple_text

REQUIRED = object()
Argument = tuple[str, Any, Any]
"""Name, value, and the default (REQUIRED without one). Strings as values are source text."""


def call(draft: Draft, callee: str, arguments: Sequence[Argument], positional: int = 3) -> str:
    """A call of ``callee``: a random prefix positional, defaults mostly left out."""
    limit = draft.rng.randint(0, min(positional, len(arguments)))
    if draft.chance(0.6):
        limit = max(limit, sum(default is REQUIRED for _, _, default in arguments))
    parts = []
    for index, (name, value, default) in enumerate(arguments):
        if index < limit:
            parts.append(str(value))
        elif default is REQUIRED or value != default or draft.chance(0.1):
            parts.append(f"{name}={value}")
    return f"{callee}({', '.join(parts)})"


def spread(draft: Draft, value: int, rank: int, even: float = 0.7) -> int | str:
    """One number for every axis: ``3``, ``(3, 3)``, or sometimes another for each: ``(3, 1)``."""
    if draft.chance(even):
        return value if draft.chance(0.8) else tuple_text([value] * rank)
    values = [max(0, value + draft.choice((-1, 0, 0, 1))) for _ in range(rank)]
    return tuple_text([item or value for item in values])


def positive(draft: Draft, largest: int) -> int:
    return draft.rng.randint(1, max(1, largest))


def divisor(draft: Draft, number: int, largest: int = 64) -> int:
    """A random divisor."""
    return draft.choice([d for d in range(1, min(number, largest) + 1) if number % d == 0])


def axis(draft: Draft, rank: int) -> int:
    """A dimension, from the front or from the back."""
    found = draft.rng.randrange(rank)
    return found - rank if draft.chance(0.4) else found


def width(draft: Draft) -> int:
    """A channel count that divides well."""
    return draft.choice((4, 6, 8, 12, 16, 24, 32))


def flag(draft: Draft, probability: float = 0.5) -> bool:
    return draft.chance(probability)
