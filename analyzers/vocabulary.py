"""The closed vocabularies of facts, rules and settings: each word stands here and nowhere else."""

from __future__ import annotations

from typing import Literal, get_args

Severity = Literal["error", "warning", "information"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Strongest first."""

Level = Literal["error", "warning", "information", "off"]
"""Of a rule; one that is off runs only when it is selected by its own name or code."""
LEVELS: tuple[Level, ...] = get_args(Level)

FailLevel = Literal["error", "warning", "information", "never"]
FAIL_LEVELS: tuple[FailLevel, ...] = get_args(FailLevel)

Status = Literal["complete", "partial", "failed"]
"""Of a model: everything is known, some of it, nothing."""

Origin = Literal["option", "comment", "settings", "usage", "data", "annotation", "solved", "default"]
"""Who says the shape of an input, in the order in which they are asked."""
GUESSED_ORIGINS: frozenset[Origin] = frozenset(("solved", "default"))
"""Nobody says it: it follows from what the layers take, or is a usual size."""

STATED_ORIGINS: frozenset[Origin] = frozenset(("option", "comment", "settings"))
"""Somebody says it to rf-lsp."""

Confidence = Literal["certain", "high", "medium"]
"""Of a rule: the framework raises; it is almost surely not meant; it is worth knowing."""

FixSafety = Literal["none", "safe", "unsafe"]
"""Of a rule's fixes: there are none; the program computes the same; it may compute or learn something else."""

SYMBOLS: dict[str, str] = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@",
    "and": "&", "or": "|", "xor": "^", "lshift": "<<", "rshift": ">>",
    "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "contains": "in",
    "neg": "-", "pos": "+", "invert": "~",
}  # fmt: skip
"""Name of an operator, as its special method has it → how it is written."""
ITEMS: dict[str, str] = {"getitem": "x[…]", "setitem": "x[…] = …", "delitem": "del x[…]"}
"""Name of an access to items → how it is written."""

MAXIMUM_RANK = 64
"""Dimensions of a tensor, as torch has it; no shape that anybody writes has more."""
