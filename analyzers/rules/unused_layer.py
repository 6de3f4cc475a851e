"""RF403: a layer that is built, with parameters, and never called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from analyzers.facts import FileFacts, Finding, ModelFact, ModuleFact, Place
from analyzers.rules.support.record import Example, Rule
from analyzers.rules.support.settings import RuleSettings
from analyzers.rules.support.words import spoken

RULE = Rule(
    code="RF403",
    name="unused-layer",
    level="information",
    summary="A layer with parameters is built but never called when the model is evaluated.",
    why=(
        "Its parameters take memory, appear in checkpoints and make distributed training complain about "
        "unused parameters; often a line of forward was forgotten."
    ),
    how_to_fix="Call it, or remove it. Ignore the line of an auxiliary head that is meant for training only.",
)


def check(facts: FileFacts, settings: RuleSettings) -> Iterator[Finding]:
    needed = {module.definition for model in facts.models for module in model.modules if _in_use(module)}
    for model in facts.models:
        if model.status != "complete":
            continue
        by_place: dict[Place, list[ModuleFact]] = {}
        for module in unused(model.modules):
            if module.definition is not None and module.definition not in needed:
                by_place.setdefault(module.definition, []).append(module)
        for place, modules in by_place.items():
            yield RULE.finding(place, _message(modules, model), model=model.target)


def _in_use(module: ModuleFact) -> bool:
    return module.called or module.used


def unused(modules: Sequence[ModuleFact]) -> list[ModuleFact]:
    """The outermost modules in which nothing is called although there are parameters.

    A container (ModuleList) is never called itself: it counts as used when anything inside it is. A module
    that is called while nothing inside it is (MultiheadAttention) uses what is inside by itself.
    """
    needed = {module.name for module in modules if _in_use(module)}
    idle = [module for module in modules if module.name not in needed]
    if not idle:
        return []
    parents = _above(needed)
    outermost = [
        module for module in idle if module.name not in parents and parents.issuperset(_lineage(module.name)[:-1])
    ]
    return [module for module in outermost if total_parameters(modules, module) > 0]


def _above(names: Iterable[str]) -> set[str]:
    """Every module on the way to one of the names: ``"a.b.c"`` → ``""``, ``"a"``, ``"a.b"``."""
    found: set[str] = set()
    for name in names:
        while name:
            name = name.rpartition(".")[0]
            if name in found:
                break
            found.add(name)
    return found


def _lineage(name: str) -> list[str]:
    """The root and every module on the way: ``"a.b"`` → ``["", "a", "a.b"]``."""
    parts = name.split(".") if name else []
    return [".".join(parts[:count]) for count in range(len(parts) + 1)]


def _inside(name: str, outer: str) -> bool:
    return name != outer and (not outer or name.startswith(outer + "."))


def total_parameters(modules: Sequence[ModuleFact], module: ModuleFact) -> int:
    """The parameters of a module and of all inside it, as far as they are known numbers."""
    family = [other for other in modules if other is module or _inside(other.name, module.name)]
    return sum(other.parameters for other in family if isinstance(other.parameters, int))


def _message(modules: list[ModuleFact], model: ModelFact) -> str:
    count = sum(total_parameters(model.modules, module) for module in modules)
    more = f" and {len(modules) - 1} more built here" if len(modules) > 1 else ""
    verb = "are" if len(modules) > 1 else "is"
    return f"{spoken(modules[0])}{more} ({count:,} parameters) {verb} built but never called in evaluation"


GOOD = (
    Example(
        """
from torch import nn


# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x):
        return self.conv(x)
"""
    ),
)
BAD = (
    Example(
        """
from torch import nn


# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.norm = nn.BatchNorm2d(8)
#                   ^^^^^^^^^^^^^^^^^ `norm` (16 parameters) is built but never called in evaluation

    def forward(self, x):
        return self.conv(x)
"""
    ),
)
