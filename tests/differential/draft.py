"""A model while it is being written: its text so far, and the live objects that text makes.

Every statement is run on the meta device as soon as it is written, so the next one can be chosen to
fit real shapes. The finished text is judged again as a whole: nothing here is the truth.
"""

from __future__ import annotations

import random
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

Item = TypeVar("Item")
Shape = tuple[int, ...]

HEADER = (
    "import collections",
    "import copy",
    "import functools",
    "import itertools",
    "import math",
    "import operator",
    "from collections import OrderedDict",
    "from functools import partial",
    "from typing import NamedTuple",
    "import einops",
    "import einops.layers.torch as einops_layers",
    "import torch",
    "from torch import nn",
    "from torch.nn import functional as F",
)
LARGEST = 300_000
"""Elements a tensor may have, so that a program can be run on the CPU as well."""


@dataclass(slots=True)
class Snippet:
    """Statements for the constructor, for ``forward`` and for the top of the file."""

    forward: list[str]
    init: list[str] = field(default_factory=list)
    top: list[str] = field(default_factory=list)


class Draft:
    """One class being written; blocks it uses are drafts of their own over the same file."""

    def __init__(self, rng: random.Random, values: dict[str, Tensor], parent: Draft | None = None) -> None:
        self.rng = rng
        self.arguments = list(values)
        self.values: dict[str, Any] = dict(values)
        self.init: list[str] = []
        self.forward: list[str] = []
        self.depth = 0 if parent is None else parent.depth + 1
        self.top: list[str] = [] if parent is None else parent.top
        self.names: dict[str, int] = {} if parent is None else parent.names
        self.namespace: dict[str, Any] = parent.namespace if parent else fresh_namespace()
        self.module = nn.Module()

    # -- choosing -------------------------------------------------------------------------------

    def choice(self, items: Sequence[Item]) -> Item:
        return self.rng.choice(items)

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def name(self, stem: str) -> str:
        """A name nobody has used: ``conv``, ``conv2``, ``conv3``."""
        self.names[stem] = self.names.get(stem, 0) + 1
        return stem if self.names[stem] == 1 else f"{stem}{self.names[stem]}"

    def tensors(self, test: Callable[[Tensor], bool] = lambda _: True) -> list[str]:
        return [n for n, v in self.values.items() if isinstance(v, Tensor) and test(v)]

    def partner(self, name: str, test: Callable[[Tensor], bool]) -> str | None:
        """Another live variable for which the test holds."""
        found = [other for other in self.tensors(test) if other != name]
        return self.choice(found) if found else None

    # -- running --------------------------------------------------------------------------------

    def attempt(self, snippet: Snippet) -> bool:
        """Run a snippet; keep its text and its values when every tensor it leaves is reasonable."""
        try:
            self._run_top(snippet.top)
            self._run_init(snippet.init)
            values = self._run_forward(snippet.forward)
        except Exception:
            return False
        if not all(reasonable(value) for value in values.values()):
            return False
        self.values = values
        self.top += snippet.top
        self.init += snippet.init
        self.forward += snippet.forward
        return True

    def _run_top(self, statements: list[str]) -> None:
        with torch.device("meta"):
            for statement in statements:
                exec(statement, self.namespace)

    def _run_init(self, statements: list[str]) -> None:
        with torch.device("meta"):
            exec(as_function("init", ["self"], statements), self.namespace)
            self.namespace["init"](self.module)
        self.module.eval()

    def _run_forward(self, statements: list[str]) -> dict[str, Any]:
        names = list(self.values)
        lines = [*statements, "return dict(locals())"]
        with torch.device("meta"):
            exec(as_function("run", ["self", *names], lines), self.namespace)
            found = self.namespace["run"](self.module, *self.values.values())
        found.pop("self")
        return {name: value for name, value in found.items() if isinstance(value, Tensor | int)}

    def evaluate(self, expression: str, **extra: Any) -> Any:
        """The value of an expression in the file's namespace; raises what it raises."""
        with torch.device("meta"):
            value = eval(expression, self.namespace, extra)
        return value.eval() if isinstance(value, nn.Module) else value

    def passed_through(self, constructor: str, tensor: Tensor) -> Tensor | None:
        """What the layer that ``constructor`` builds makes of a tensor; None when it cannot."""
        try:
            output = self.evaluate(constructor)(tensor)
        except Exception:
            return None
        return output if isinstance(output, Tensor) and reasonable(output) else None


def fresh_namespace() -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "program"}
    for line in HEADER:
        exec(line, namespace)
    return namespace


def reasonable(value: Any) -> bool:
    if not isinstance(value, Tensor):
        return True
    return value.dim() <= 6 and 0 < value.numel() <= LARGEST


def as_function(name: str, arguments: list[str], statements: list[str]) -> str:
    body = "\n".join(statements) or "pass"
    return f"def {name}({', '.join(arguments)}):\n" + textwrap.indent(body, "    ")


def tuple_text(values: Sequence[Any]) -> str:
    """``(3, 4)``, ``(3,)``."""
    inner = ", ".join(map(str, values))
    return f"({inner},)" if len(values) == 1 else f"({inner})"
