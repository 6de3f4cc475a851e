"""Programs with one token changed, as a slip of the hand or of memory changes it.

Only what describes the model is touched: constants in calls, subscripts, defaults and assignments;
keyword names; names and attributes swapped for another one of the same kind; an argument left out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Mutant:
    """The changed text, the line (1-based) of the change, and what was changed into what."""

    source: str
    line: int
    kind: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.kind}: {self.before} -> {self.after}"


def mutants(source: str, broad: bool = False) -> list[Mutant]:
    """Every mutant of a program, in source order; ``broad`` adds the unlikelier slips."""
    tree = ast.parse(source)
    edits = Edits(source)
    for node in ast.walk(tree):
        for start, end, kind, text in changes(node, broad):
            edits.add(start, end, kind, text)
    swaps(tree, edits)
    return sorted(edits.found, key=lambda mutant: (mutant.line, mutant.kind, mutant.after))


Span = tuple[int, int]
Change = tuple[Span, Span, str, str]


class Edits:
    """Collects mutants of one text; positions are (line, column) as ``ast`` gives them."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.starts = [0]
        for line in source.split("\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.found: list[Mutant] = []

    def add(self, start: Span, end: Span, kind: str, text: str) -> None:
        first, last = self.starts[start[0] - 1] + start[1], self.starts[end[0] - 1] + end[1]
        before = self.source[first:last]
        if before != text:
            changed = self.source[:first] + text + self.source[last:]
            self.found.append(Mutant(changed, start[0], kind, before, text))


def changes(node: ast.AST, broad: bool) -> Iterator[Change]:
    if isinstance(node, ast.Call):
        yield from call_changes(node, broad)
    elif isinstance(node, ast.Subscript):
        yield from (change for item in items(node.slice) for change in constant_changes(item, "index", broad))
    elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        yield from (
            change
            for item in items(node.value)
            for change in constant_changes(
                item,
                "constant",
                broad,
            )
        )
    elif isinstance(node, ast.FunctionDef):
        for default in [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]:
            yield from constant_changes(default, "default", broad)
    elif isinstance(node, ast.BinOp):
        for side in (node.left, node.right):
            yield from constant_changes(side, "operand", broad)


def items(node: ast.AST) -> Iterator[ast.AST]:
    """The node itself, or the elements of a tuple, list, slice or dict."""
    if isinstance(node, ast.Tuple | ast.List):
        for element in node.elts:
            yield from items(element)
    elif isinstance(node, ast.Slice):
        yield from (part for part in (node.lower, node.upper, node.step) if part is not None)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from items(value)
    else:
        yield node


IGNORED = {"eps", "momentum", "p", "negative_slope", "dropout", "dropout_p", "value", "scale", "beta", "lr"}


def call_changes(node: ast.Call, broad: bool) -> Iterator[Change]:
    name = callee(node)
    if name in ("print", "range", "isinstance", "Dropout", "LeakyReLU", "super"):
        return
    for argument in node.args:
        for item in items(argument):
            yield from constant_changes(item, f"argument of {name}", broad)
        if broad:
            yield from length_changes(argument, name)
    for keyword in node.keywords:
        if keyword.arg in IGNORED:
            continue
        for item in items(keyword.value):
            yield from constant_changes(item, f"{keyword.arg} of {name}", broad)
        if broad and keyword.arg:
            yield from keyword_changes(keyword)
            yield from length_changes(keyword.value, name)
    if name == "flatten" or (broad and len(node.args) > 1 and name not in NOT_LEFT_OUT):
        yield from left_out(node)


NOT_LEFT_OUT = {
    "getattr",
    "setattr",
    "hasattr",
    "register_module",
    "add_module",
    "insert",
    "reduce",
    "map",
    "zip",
}


def length_changes(node: ast.AST, name: str) -> Iterator[Change]:
    """A window given as a tuple of another length."""
    if not any(word in name.lower() for word in ("conv", "pool", "interpolate", "upsample")):
        return
    if (
        isinstance(node, ast.Tuple)
        and node.elts
        and all(
            isinstance(
                item,
                ast.Constant,
            )
            for item in node.elts
        )
    ):
        texts = [ast.unparse(item) for item in node.elts]
        yield start_of(node), end_of(node), f"tuple of {name}", f"({', '.join([*texts, texts[-1]])})"
        yield (
            start_of(
                node,
            ),
            end_of(node),
            f"tuple of {name}",
            f"({', '.join(texts[:-1])},)" if texts[1:] else "()",
        )
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield start_of(node), end_of(node), f"tuple of {name}", f"({node.value}, {node.value})"


def callee(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "call")


def left_out(node: ast.Call) -> Iterator[Change]:
    """The last positional argument removed."""
    if node.keywords or not node.args or isinstance(node.args[-1], ast.Starred) or own_attribute(node.func):
        return
    last = node.args[-1]
    if len(node.args) > 1:
        yield end_of(node.args[-2]), end_of(last), f"argument of {callee(node)} left out", ""
    else:
        yield start_of(last), end_of(last), f"argument of {callee(node)} left out", ""


RENAMED = {
    "kernel_size": "filter_size",
    "in_channels": "input_channels",
    "out_channels": "filters",
    "stride": "strides",
    "padding": "pad",
    "in_features": "input_features",
    "bias": "use_bias",
    "dim": "dims",
    "num_features": "features",
    "groups": "group",
}


def keyword_changes(keyword: ast.keyword) -> Iterator[Change]:
    assert keyword.arg is not None
    start = start_of(keyword)
    end = (start[0], start[1] + len(keyword.arg))
    if keyword.arg in RENAMED:
        yield start, end, "keyword", RENAMED[keyword.arg]


def constant_changes(node: ast.AST, kind: str, broad: bool) -> Iterator[Change]:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = node.operand
        if isinstance(inner, ast.Constant) and type(inner.value) is int:
            for value in (inner.value + 1, *([inner.value - 1] if inner.value > 1 else [])):
                yield start_of(inner), end_of(inner), kind, str(value)
    elif isinstance(node, ast.Constant):
        for text in other_constants(node.value, broad):
            yield start_of(node), end_of(node), kind, text


STRINGS = {
    "'same'": ("'valid'",),
    "'valid'": ("'same'",),
    "'nearest'": ("'bilinear'",),
    "'bilinear'": ("'linear'",),
}


def other_constants(value: Any, broad: bool) -> Iterator[str]:
    if type(value) is int:
        yield from (
            str(other)
            for other in sorted(
                {value + 1, max(0, value - 1), value * 2, value // 2} - {value},
            )
        )
        if broad:
            yield from (str(other) for other in sorted({0, -1, value + 7} - {value, value - 1}))
    elif isinstance(value, bool):
        yield str(not value)
    elif isinstance(value, str):
        yield from STRINGS.get(repr(value), ())
        if broad and value.isalpha():
            yield repr(value[:-1])


def swaps(tree: ast.AST, edits: Edits) -> None:
    """Names for other names of the same function, attributes of self for other ones that are called."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        names = local_names(function)
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
                for other in neighbours(node.id, names):
                    edits.add(start_of(node), end_of(node), "name", other)
        called = called_attributes(function)
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and own_attribute(node.func) in called:
                for other in neighbours(own_attribute(node.func), called):
                    edits.add(start_of(node.func), end_of(node.func), "layer", f"self.{other}")


def local_names(function: ast.FunctionDef) -> list[str]:
    arguments = [argument.arg for argument in function.args.args if argument.arg not in ("self", "cls")]
    stored = [n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return list(dict.fromkeys([*arguments, *stored]))


def called_attributes(function: ast.FunctionDef) -> list[str]:
    calls = (own_attribute(node.func) for node in ast.walk(function) if isinstance(node, ast.Call))
    return list(
        dict.fromkeys(name for name in calls if name and not name.startswith("_") and name not in METHODS),
    )


METHODS = {
    "register_buffer",
    "register_parameter",
    "add_module",
    "modules",
    "parameters",
    "children",
    "apply",
    "eval",
}


def own_attribute(node: ast.AST) -> str:
    is_own = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    return node.attr if is_own else ""  # type: ignore[attr-defined]


def neighbours(name: str, names: list[str]) -> list[str]:
    """The one before and the one after in the order they were written."""
    at = names.index(name)
    return [names[index] for index in (at - 1, at + 1) if 0 <= index < len(names)]


def start_of(node: Any) -> Span:
    return node.lineno, node.col_offset


def end_of(node: Any) -> Span:
    return node.end_lineno, node.end_col_offset
