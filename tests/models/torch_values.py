"""The judge of expressions: what the statements of a program's own code are worth when torch runs its model.

A process of its own, one JSON request a line: ``{"source", "expression", "inputs"}``. The answer maps the line (from
1) in which the value of a statement ends to the different shapes it had, a list of shapes for a tuple or list of
tensors. Lines that hold several statements are left out.
"""

from __future__ import annotations

import ast
import json
import os
import sys
from types import FrameType
from typing import Any

from tests.differential.judge import Judge, Request

PROGRAM = "judged.py"


class Values(Judge):
    """The suite's side."""

    worker = "tests.models.torch_values"

    def of(self, source: str, expression: str, inputs: list[list[int]]) -> dict[int, list[Any]]:
        request: Request = {"source": source, "expression": expression, "inputs": inputs}
        return {int(line): shapes for line, shapes in self.ask(request).items()}


def main() -> None:
    import torch

    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    torch.set_num_threads(1)
    for line in sys.stdin:
        answers.write(json.dumps(values(**json.loads(line))) + "\n")


def values(source: str, expression: str, inputs: list[list[int]]) -> dict[int, list[Any]]:
    import torch

    namespace: dict[str, Any] = {"__name__": "judged"}
    exec(compile(source, PROGRAM, "exec"), namespace)
    model = eval(expression, namespace).eval()
    watch = Watch(source)
    given = [torch.randn(shape) for shape in inputs]
    with torch.no_grad():
        sys.settrace(watch.enter)
        try:
            model(*given)
        finally:
            sys.settrace(None)
    return watch.found


class Watch:
    """Looks at the variable a statement has assigned as soon as the next one begins."""

    def __init__(self, source: str) -> None:
        self.statements = statements(source)
        self.found: dict[int, list[Any]] = {}

    def enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename != PROGRAM:
            return None
        last: list[ast.stmt | None] = [None]

        def step(frame: FrameType, event: str, argument: Any) -> Any:
            current = self.statements.get(frame.f_lineno) if event == "line" else None
            if current is not last[0]:
                self._note(last[0], frame, argument if event == "return" else None)
                last[0] = current
            return step

        return step

    def _note(self, statement: ast.stmt | None, frame: FrameType, returned: Any) -> None:
        value = returned if isinstance(statement, ast.Return) else frame.f_locals.get(target(statement) or "")
        shape = shape_of(value)
        if statement is not None and shape is not None:
            known = self.found.setdefault(end_of(statement), [])
            if shape not in known:
                known.append(shape)


def statements(source: str) -> dict[int, ast.stmt]:
    """The statement of each line, where it is one whose value is looked at and is alone on its lines."""
    found: dict[int, list[ast.stmt]] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Expr)):
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                found.setdefault(line, []).append(node)
    return {line: nodes[0] for line, nodes in found.items() if len(nodes) == 1}


def target(statement: ast.stmt | None) -> str | None:
    """The name that a statement assigns, if it is one plain name."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        first = statement.targets[0]
    elif isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
        first = statement.target
    else:
        return None
    return first.id if isinstance(first, ast.Name) else None


def end_of(statement: ast.stmt) -> int:
    value = getattr(statement, "value", None)
    return value.end_lineno if isinstance(value, ast.expr) and value.end_lineno else statement.lineno


def shape_of(value: Any) -> Any:
    import torch

    if isinstance(value, torch.Tensor):
        return list(value.shape)
    if isinstance(value, (tuple, list)) and value and all(isinstance(part, torch.Tensor) for part in value):
        return [list(part.shape) for part in value]
    return None


if __name__ == "__main__":
    main()
