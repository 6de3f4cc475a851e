"""The order in which classes are searched for attributes.

Source: "The Python 2.3 Method Resolution Order", https://docs.python.org/3/howto/mro.html
"""

from __future__ import annotations

from typing import Any


def merged(lines: list[list[Any]], bases: list[Any]) -> list[Any]:
    """C3: what the orders of the bases make together. Where they contradict each other, what is seen first comes first."""
    if len(lines) == 1:
        return lines[0]
    sequences = [*lines, bases]
    result: list[Any] = []
    while any(sequences):
        sequences = [s for s in sequences if s]
        head = next((s[0] for s in sequences if not any(s[0] in t[1:] for t in sequences)), sequences[0][0])
        result.append(head)
        sequences = [[x for x in s if x is not head] for s in sequences]
    return result
