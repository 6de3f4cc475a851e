"""The abstract machine: one per analysis, holding the modules, the budget and the journal.

The work is spread over this package: ``attributes`` (looking up and assigning), ``calls``
(calling anything), ``expressions`` and, below ``execution``,
``statements``, ``assignment``, ``loops``, ``handlers`` (statements by kind), ``joining`` (unknown
conditions), ``modules`` (imports), ``builtins`` and ``library`` (what comes with Python).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from analyzers.interpreter import (
    assignment,
    attribute_setting,
    attributes,
    calls,
    comprehensions,
    execution,
    expressions,
    handlers,
    iteration,
    loops,
    objects,
    statements,
)
from analyzers.interpreter.budget import STEPS_PER_EXCEPTION, Budget
from analyzers.interpreter.classes import class_of_host
from analyzers.interpreter.recorder import Recorder
from analyzers.interpreter.scope import Frame, Journal
from analyzers.interpreter.values import Class, Instance, Invocation, Raised, Site
from analyzers.tensors.errors import OperationError
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.modules import Modules

DEFAULT_STEPS = 300_000

for part in (expressions, comprehensions):
    execution.EXPRESSIONS.update(part.HANDLED)
for part in (statements, assignment, loops, handlers):
    execution.STATEMENTS.update(part.HANDLED)


SIZE_UNKNOWN = re.compile(r"(?:^|[ ×(])\?")
"""A size that is not known in a message: it follows from something told before, or is not certain enough to tell."""


class Machine:
    """State of one analysis."""

    def __init__(self, modules: Modules, steps: int = DEFAULT_STEPS) -> None:
        self.modules = modules
        self.budget = Budget(steps)
        self.journal = Journal()
        self.recorder = Recorder(self)
        self.frames: list[Frame] = []
        self.depth = 0
        self.uncertain = 0
        self.handlers: tuple[Callable[[Raised], bool], ...] = ()
        """Whether each ``try`` (and swallowing ``with``) around what runs now catches an exception."""
        self.possible: list[Raised] = []
        """Exceptions that a branch not known to be taken raised inside the present ``try``."""
        self.changed: dict[int, tuple[Instance, Unknown]] = {}
        """Modules that a call which is not known was given, by identity, and why they may be others than they were."""
        self.host_classes: dict[type, Class] = {}
        self.literals: dict[Any, Any] = {}
        self.plain_loops: dict[Any, Any] = {}
        self.signatures: dict[Any, Any] = {}
        self.idle_calls: dict[Any, Any] = {}
        """Calls that leave nothing behind, by function and the classes of the arguments; see :mod:`idle_calls`."""
        self.frameworks: dict[str, Any] = {}
        """What a framework keeps for one analysis (counters of automatic names), by its own key."""
        modules.machine = self

    # -- where we are ----------------------------------------------------------------------

    def site(self) -> Site | None:
        """The call being evaluated in the innermost interpreted code."""
        if not self.frames:
            return None
        frame = self.frames[-1]
        return Site(frame.block, frame.node, frame.module.path) if frame.node is not None else None

    @contextmanager
    def at(self, site: Site | None) -> Iterator[None]:
        """Calls made inside happen at this place of the source (the steps of a graph are run where they were written)."""
        module = self.modules.by_path.get(site.path) if site is not None else None
        if site is None or module is None:
            yield
            return
        frame = Frame(module, module.scope, site.block)
        frame.node = site.node
        self.frames.append(frame)
        try:
            yield
        finally:
            self.frames.pop()

    @contextmanager
    def unsure(self) -> Iterator[None]:
        """What is run inside may be run or not, or may be run otherwise: no errors are reported."""
        self.uncertain += 1
        try:
            yield
        finally:
            self.uncertain -= 1

    def possible_change(self, module: Instance) -> Unknown | None:
        """Why a module may be another than it was built as; None where it is not."""
        entry = self.changed.get(id(module)) if self.changed else None
        return entry if entry is None or isinstance(entry, Unknown) else entry[1]

    def unknown(self, reason: str) -> Unknown:
        return Unknown(reason, self.site())

    # -- values ----------------------------------------------------------------------------

    def call(self, value: Any, args: Iterable[Any] = (), kwargs: dict[str, Any] | None = None) -> Any:
        return calls.call(self, value, list(args), kwargs or {})

    get_attribute = attributes.get_attribute
    set_attribute = attribute_setting.set_attribute
    assign = assignment.assign
    evaluate = execution.evaluate
    run = execution.run
    run_body = execution.run_body
    truth = iteration.truth
    iterate = iteration.iterate
    class_of_host = class_of_host

    def written(self, tensor: Tensor, shape: Any, field: Any) -> Tensor:
        """A tensor that was written in place, as it was before, with this shape and field: that is what was recorded of
        it, and what it is in other branches."""
        before = tensor.copy()
        before.shape, before.field = shape, field
        self.journal.changed_from(tensor, before)
        self.recorder.rewritten(tensor, before)
        return before

    is_equal = objects.is_equal
    is_less = objects.is_less
    hash_of = objects.hash_of
    index_of = objects.index_of

    # -- recorded errors --------------------------------------------------------------------------

    def problem(
        self,
        error: OperationError,
        subject: str | None = None,
        site: Site | None = None,
        called: Invocation | None = None,
    ) -> Any:
        """Note what the framework would refuse (in the function ``called``, where it is not a layer's), and go on with
        what the operation declares."""
        site = site or self.site()
        if self.handlers:
            raised = self.exception(error.exception, error.message.replace("{subject}", subject or "it"))
            if any(catches(raised) for catches in self.handlers):
                raised.recorded_error = None if self.uncertain else self.recorder.recorded(error, subject, site, called)
                raise raised
        is_sure = not self.uncertain and not (error.data.get("of_nothing") and self.recorder.has_hooks)
        if is_sure and not SIZE_UNKNOWN.search(error.message):
            self.recorder.problem(error, subject, site, called)
        if error.result is None:
            return Unknown(error.message.replace("{subject}", subject or "it"), site)
        return error.result

    def exception(self, name: str, message: Any = "") -> Raised:
        """A Python exception to raise in the interpreted program."""
        from analyzers.interpreter.exceptions import builtin_exception

        self.budget.spend(STEPS_PER_EXCEPTION)
        class_ = builtin_exception(self, name) or Class(name, (builtin_exception(self, "Exception"),), {}, "")
        instance = Instance(class_, self, self.site())
        instance.attributes["args"] = (message,) if message != "" else ()
        return Raised(instance, self.site())


__all__ = ["Machine"]
