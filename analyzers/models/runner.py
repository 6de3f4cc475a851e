"""Runs what a file holds, each piece within steps of its own: its code, the building of a model, a forward pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from analyzers.interpreter.budget import BudgetExceeded, Enough
from analyzers.interpreter.framework import framework_of
from analyzers.interpreter.module import describe, outside
from analyzers.interpreter.values import Instance, Raised, Site
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

STEPS_PER_MODEL = 300_000
"""Six times what a network of a thousand layers takes."""
STEPS_PER_CANDIDATE = 200_000
STEPS_PER_USAGE = 100_000


class Failure(NamedTuple):
    """What ended a run, and where."""

    reason: str
    site: Site | None
    raises: bool = False
    """Whether the program itself raises, whatever is not known."""


class Runner:
    """Runs pieces of one analysis and counts those that used all their steps."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.exhausted = 0
        """Models that took all their steps."""
        self.endless = 0
        """Pieces of the file's own code that did."""

    def within(self, steps: int, work: Callable[[], Any]) -> Any:
        """What ``work`` gives; an Unknown with the reason where it raises or takes more than ``steps``."""
        self.machine.budget.refill(steps)
        try:
            return work()
        except Raised as raised:
            self.machine.recorder.escaped(raised)
            return Unknown(f"raises {describe(raised)}", raised.site)
        except BudgetExceeded as error:
            self.exhausted += 1
            return Unknown(error.reason)
        except UnknownUsed as used:
            return used.unknown

    def own_code(self, steps: int, work: Callable[[], Any]) -> Any:
        """The file's own code, within ``steps``. A training loop has no end in sight: that says nothing of the
        models, but each time the steps run out the next code gets a quarter of them."""
        before = self.exhausted
        value = self.within(steps >> 2 * self.endless, work)
        self.endless += self.exhausted - before
        self.exhausted = before
        return value

    def forward(self, root: Instance, args: list[Any], kwargs: dict[str, Any]) -> tuple[Any, list[Failure]]:
        """One recorded forward pass: (result, what ended it)."""
        machine = self.machine
        machine.recorder.reset()
        machine.recorder.suspended_depth = 0
        machine.budget.refill(STEPS_PER_MODEL)
        try:
            return machine.call(root, args, kwargs), []
        except Raised as raised:
            machine.recorder.escaped(raised)
            reason = f"forward raises {describe(raised)}"
            return Unknown(reason, raised.site), [Failure(reason, raised.site, raises=True)]
        except Enough as end:
            return Unknown(end.reason), []
        except BudgetExceeded as error:
            self.exhausted += 1
            return Unknown(error.reason), [Failure(error.reason, None)]
        except UnknownUsed as used:
            return used.unknown, [Failure(used.unknown.reason, used.unknown.place)]

    def finalize(self, root: Instance) -> None:
        """What the framework does to a model before it is looked at; code of the user's that takes part in it
        (an own ``train``) may not fit, which is no finding."""
        framework = framework_of(root)
        assert framework is not None
        with self.machine.recorder.separate_errors(), outside(self.machine):
            self.own_code(STEPS_PER_CANDIDATE, lambda: framework.finalize_model(root))
