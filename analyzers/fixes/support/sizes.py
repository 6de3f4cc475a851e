"""Setting what a layer was built for to what arrives."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import Fix, Place
from analyzers.fixes.support.context import Bench

POSITIONS = {
    "in_channels": 0,
    "in_features": 0,
    "num_features": 0,
    "num_channels": 1,
    "input_size": 0,
    "normalized_shape": 0,
}
"""Where the argument stands when it is given without its name."""


def set_to_actual(bench: Bench) -> Iterator[Fix]:
    problem = bench.problem
    if problem is None:
        return
    argument, actual = problem.data.get("argument"), problem.data.get("actual")
    definition = problem.data.get("definition")
    if argument not in POSITIONS or not isinstance(actual, int) or not isinstance(definition, Place):
        return
    call = bench.call(definition)
    edit = call.set(argument, POSITIONS[argument], str(actual)) if call is not None else None
    if edit is not None:
        yield Fix(f"Set {argument} to {actual}", False, (edit,))
