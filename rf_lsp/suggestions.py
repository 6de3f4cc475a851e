"""What somebody most likely meant."""

from __future__ import annotations

from collections.abc import Iterable

LEAST_ALIKE = 0.5


def closest(name: str, names: Iterable[str], cutoff: float = LEAST_ALIKE) -> str | None:
    """The nearest of the names, whatever their case; None where none is near."""
    import difflib

    spelled = {known.lower(): known for known in names}
    found = difflib.get_close_matches(name.lower(), list(spelled), 1, cutoff)
    return spelled[found[0]] if found else None


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """``; did you mean 'params'?``, empty where nothing is near."""
    near = closest(name, names)
    return "" if near is None else f"; did you mean {near!r}?"
