"""RF301: the argument, and others of its call, get the names they have in this framework."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import Fix
from analyzers.fixes.support.calls import Call
from analyzers.fixes.support.context import FixContext
from analyzers.interpreter.parameters import nearest


def propose(context: FixContext) -> Iterator[Fix]:
    problem = context.problem
    if problem is None:
        return
    wrong, right = problem.data.get("argument"), problem.data.get("suggestion")
    call = context.call(problem.place)
    if call is None or not isinstance(wrong, str) or not isinstance(right, str):
        return
    names = {wrong: right, **_others(call, wrong, problem.data.get("known"))}
    edits = [call.rename(old, new) for old, new in names.items() if call.argument(new) is None]
    found = tuple(edit for edit in edits if edit is not None)
    if len(found) == len(names) == len(set(names.values())):
        title = ", ".join(f"{old} to {new}" for old, new in names.items())
        yield Fix(f"Rename {title}", found)


def _others(call: Call, wrong: str, known: object) -> dict[str, str]:
    """Further keywords that the callee does not have, with those they are close to; Python tells only the first."""
    names = [name for name in known if isinstance(name, str)] if isinstance(known, list | tuple) else []
    keywords = [argument.keyword.value for argument in call.node.args if argument.keyword is not None]
    strange = [name for name in keywords if names and name not in names and name != wrong]
    return {name: near for name in strange if (near := nearest(name, names)) is not None}
