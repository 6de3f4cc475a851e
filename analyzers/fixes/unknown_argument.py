"""RF301: the argument gets the name it has in this framework."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import Fix
from analyzers.fixes.support.bench import Bench


def propose(bench: Bench) -> Iterator[Fix]:
    problem = bench.problem
    if problem is None:
        return
    wrong, right = problem.data.get("argument"), problem.data.get("suggestion")
    call = bench.call(problem.place)
    if call is None or not isinstance(wrong, str) or not isinstance(right, str) or call.argument(right) is not None:
        return
    edit = call.rename(wrong, right)
    if edit is not None:
        yield Fix(f"Rename {wrong} to {right}", True, (edit,))
