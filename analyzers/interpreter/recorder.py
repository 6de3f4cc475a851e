"""What happened during a forward pass: layer calls, functional operations, merges, costs and problems."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from analyzers.interpreter.budget import Enough
from analyzers.interpreter.declared import DeclaredResults
from analyzers.interpreter.degenerate import note_degenerate
from analyzers.interpreter.evaluations import Evaluations
from analyzers.interpreter.framework import children_of, is_building, name_dims
from analyzers.interpreter.graph import Step, tensors_below
from analyzers.interpreter.holders import Holders
from analyzers.interpreter.open_ends import OpenEnds
from analyzers.interpreter.values import Instance, Invocation, Raised, Site
from analyzers.tensors.dims import unknown_dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.field import Field
from analyzers.tensors.tensor import Tensor, is_shaped
from analyzers.unknown import ModelResult, Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

MERGING = frozenset(
    "add __add__ __radd__ __iadd__ add_ sub __sub__ mul __mul__ __rmul__ __imul__ mul_ cat concat concatenate stack "
    "maximum minimum".split()
)


PLAIN_TYPES = frozenset((int, float, bool, str, type(None)))
ANYTHING = "anything"
"""Stands for the first problem that comes up, whatever it is, among those after which a trial ends."""


class Record:
    """One call of a module (``instance``) or of a shape-changing function (``name``)."""

    __slots__ = ("cost", "direct", "inputs", "instance", "name", "output", "producers", "site", "within")

    def __init__(self, instance: Instance | None, name: str, inputs: list[Any], site: Site | None) -> None:
        self.instance = instance
        self.name = name
        self.inputs = inputs
        self.site = site
        self.output: Any = None
        self.cost: Any = 0
        self.producers: tuple[Any, ...] = ()
        """Who made the inputs, through whatever operations lie between."""
        self.direct: tuple[Any, ...] = ()
        """Those whose output is an input as it is."""
        self.within: Instance | None = None
        """The module in whose forward a function was called."""


class Merge:
    """Branches that come together."""

    __slots__ = ("detail", "operation", "site")

    def __init__(self, operation: str, site: Site | None, detail: str | None) -> None:
        self.operation = operation
        self.site = site
        self.detail = detail


class RecordedError:
    """A problem before it is worded for people: the error, who it happened to, where, and in which function (None:
    in a layer); ``own_site`` is where the user's own code led there, if that is another place, ``caller_site`` where
    the function was called in which it happened; ``after`` is how many calls had come to an end; ``is_of_building`` says that it was met while a model was built,
    whatever data the code has."""

    __slots__ = ("after", "called", "caller_site", "error", "is_of_building", "own_site", "record", "site", "subject")

    def __init__(
        self,
        error: OperationError,
        subject: str | None,
        site: Site | None,
        record: Record | None,
        called: Invocation | None = None,
        own_site: Site | None = None,
        caller_site: Site | None = None,
        after: int = 0,
    ) -> None:
        self.error = error
        self.subject = subject
        self.site = site
        self.record = record
        self.called = called
        self.own_site = own_site
        self.caller_site = caller_site
        self.after = after
        instance = record.instance if record is not None else None
        self.is_of_building = bool(error.data.get("of_building")) or is_building(instance, called)

    @property
    def key(self) -> tuple[str, Any]:
        """The same for what goes wrong at the same place in the same way."""
        return self.error.rule, self.site.node if self.site is not None else None


class LossUse(NamedTuple):
    """A loss that expects logits and is given what ``model`` returns; ``own``: by code that runs for its own sake, not
    to build the model."""

    loss: str
    model: Instance
    site: Site | None
    own: bool


class Recorder:
    """Collects while a model is built and called; ``suspended`` while module code runs."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.records: list[Record] = []
        self.evaluations = Evaluations(self)
        self.stack: list[Record] = []
        self.merges: list[Merge] = []
        self.recorded_errors: list[RecordedError] = []
        self.remarks: list[RecordedError] = []
        """What stood out in the last forward pass and speaks neither against the inputs nor against the code."""
        self.losses: list[LossUse] = []
        self.stop_after: set[Any] = set()
        """The problems of a run that is only a trial: once all of them have come up, it ends."""
        self._holders: Holders | None = None
        self.makers: dict[int, tuple[Any, Record, bool]] = {}
        self.total_cost: Any = 0
        self.usages: list[tuple[Instance, list[Any], dict[str, Any], Site | None]] = []
        self.built: list[Instance] = []  # (by module-level code)
        self.given: dict[int, tuple[list[Any], dict[str, Any]]] = {}  # (what constructors of models were given)
        self.declared = DeclaredResults()
        self.suspended_depth = 0
        self.symbolic = False
        """Whether symbolic tensors are about, so that operations on them become steps of their graph."""
        self.read: set[int] = set()
        """Modules whose parameters were looked at."""
        self.open_ends = OpenEnds()
        self.open_objects: set[int] = set()
        """Objects that were given attributes whose names are not known."""
        self.listener: Callable[[Instance, Any], None] | None = None
        """Is told of the result of every module."""
        self.has_choices = self.has_hooks = False
        """Whether the command line or environment were asked for (only defaults are known), and hooks set (not followed)."""

    def reset(self) -> None:
        """Forget the calls of the last forward pass; problems of construction are kept."""
        self.records, self.stack, self.merges = [], [], []
        self.evaluations.seen, self.remarks = [], []
        self.makers, self.declared = {}, DeclaredResults()
        self.read, self.open_ends = set(), OpenEnds()
        self.total_cost = 0

    @contextmanager
    def preserved(self) -> Iterator[None]:
        """What is recorded of forward passes inside is forgotten, what was recorded of the last one stays."""
        kept = self.records, self.stack, self.merges, self.makers, self.read, self.total_cost, self.remarks
        seen, self.evaluations.seen = self.evaluations.seen, []
        try:
            yield
        finally:
            self.records, self.stack, self.merges, self.makers, self.read, self.total_cost, self.remarks = kept
            self.evaluations.seen = seen

    @contextmanager
    def separate_errors(self, stop_after: Iterable[Any] = ()) -> Iterator[list[RecordedError]]:
        """Errors recorded inside are in the list that is yielded, apart from those before.

        A trial ends (:class:`Enough`) once each of the errors ``stop_after`` (their keys) has come up again.
        """
        before = self.recorded_errors, self.stop_after
        self.recorded_errors, self.stop_after = [], set(stop_after)
        try:
            yield self.recorded_errors
        finally:
            self.recorded_errors, self.stop_after = before

    @contextmanager
    def suspended(self) -> Iterator[None]:
        stack, self.stack = self.stack, []
        self.suspended_depth += 1
        try:
            yield
        finally:
            self.suspended_depth -= 1
            self.stack = stack

    @contextmanager
    def unrecorded(self) -> Iterator[list[Record]]:
        """Calls made inside leave no trace but their problems; their records are in the list that is yielded."""
        kept = self.records, self.merges, self.total_cost, self.stack
        seen, self.evaluations.seen = self.evaluations.seen, []
        records: list[Record] = []
        self.records, self.merges = records, []
        self.stack = [*self.stack[-1:], Record(None, "", [], self.machine.site())]
        try:
            yield records
        finally:
            self.records, self.merges, self.total_cost, self.stack = kept
            self.evaluations.seen = seen

    # -- calls ---------------------------------------------------------------------------------

    def call_module(
        self,
        instance: Instance,
        forward: Any,
        args: list[Any],
        kwargs: dict[str, Any],
        inputs: list[Any] | None = None,
    ) -> Any:
        """Call a module's forward and note what went in (``inputs``, else the arguments) and came out."""
        machine = self.machine
        if not self.stack and self.suspended_depth and not _is_being_built(machine, instance):
            self.usages.append((instance, args, kwargs, machine.site()))
        record = Record(instance, "", [*args, *kwargs.values()] if inputs is None else inputs, machine.site())
        _set_producers(record, self.makers)
        self.records.append(record)
        self.stack.append(record)
        name_dims(instance, record.inputs[0] if record.inputs else None)
        try:
            result = _result_of(machine, instance, forward, args, kwargs)
        finally:
            self.stack.pop()
        if isinstance(result, Unknown) and self.suspended_depth and not self.stack:
            result = ModelResult(result.reason, result.place, instance)
        record.output = result
        self._remember(result, record)
        if self.listener is not None:
            self.listener(instance, result)
        return result

    def _remember(self, result: Any, record: Record) -> None:
        for value in result if isinstance(result, (tuple, list)) else (result,):
            if isinstance(value, Tensor) and not self._is_made_directly(value):
                self.makers[id(value)] = (value, record, True)

    def _is_made_directly(self, value: Tensor) -> bool:
        """Whether a layer inside made it already: a container only hands it on."""
        entry = self.makers.get(id(value))
        return entry is not None and entry[2]

    def module_that_made(self, value: Tensor) -> Instance | None:
        """The module whose result a tensor is as it is."""
        entry = self.makers.get(id(value))
        return entry[1].instance if entry is not None and entry[2] else None

    def remember_again(self, result: Any, copies: Any) -> None:
        """Copies of a module's result were made by whoever made the result."""
        for old, new in zip(tensors_below(result), tensors_below(copies)):
            if id(old) in self.makers:
                self.makers[id(new)] = (new, *self.makers[id(old)][1:])

    def rewritten(self, written: Tensor, before: Tensor) -> None:
        """A tensor was written in place: whatever was recorded of it is told of what it was ``before``."""
        if self._holders is None or self._holders.records is not self.records:
            self._holders = Holders(self.records)
        self._holders.rewritten(written, before, self.stack)
        self.evaluations.rewritten(written, before)
        entry = self.makers.pop(id(written), None)
        if entry is not None:
            self.makers[id(before)] = (before, *entry[1:])

    # -- operations ------------------------------------------------------------------------------

    def observe(self, native: Any, args: list[Any], kwargs: dict[str, Any], result: Any) -> None:
        """After a native: count its cost, follow who made what, and note changes of shape or field."""
        if self.declared:
            self.declared.spread(tensors_in(args, kwargs), result)
        if self.symbolic and not isinstance(args[0] if args else None, Instance):
            _link(self.machine.site(), native, args, kwargs, result)
        if isinstance(result, Tensor):
            self._observe_tensor(native, args, kwargs, result)
            return
        for value in result:
            if isinstance(value, Tensor) and not _is_free(value):
                self.count(value)

    def _observe_tensor(self, native: Any, args: list[Any], kwargs: dict[str, Any], result: Tensor) -> None:
        if not _is_free(result):
            self.count(result)
        if (args and type(args[0]) is Instance) or id(result) in self.makers:
            return
        operands = tensors_in(args, kwargs)
        if not operands:
            return
        if (producer := next((self.makers[id(t)] for t in operands if id(t) in self.makers), None)) is not None:
            self.makers[id(result)] = (result, producer[1], False)
        if len(operands) > 1 and native.__name__ in MERGING:
            self.merged(native.__name__.strip("_"), operands)
            note_degenerate(self.machine, native, args, operands)
        first = operands[0]
        if (first.shape != result.shape or first.field is not result.field) and self._is_shown():
            self._functional(native, operands, result)

    def _is_shown(self) -> bool:
        """Operations are listed inside modules with children (and at the root), not inside leaves."""
        if self.suspended_depth:
            return False
        if len(self.stack) <= 1:
            return True
        instance = self.stack[-1].instance
        return instance is None or bool(children_of(instance))

    def _functional(self, native: Any, operands: list[Tensor], result: Tensor) -> None:
        record = Record(None, native.__name__.strip("_").removeprefix("torch_"), list(operands), self.machine.site())
        record.output = result
        record.within = self.stack[-1].instance if self.stack else None
        _set_producers(record, self.makers)
        self.records.append(record)
        self.makers[id(result)] = (result, record, True)

    def merged(self, operation: str, operands: list[Tensor]) -> None:
        """Note that branches came together."""
        fields = [t.field for t in operands if t.field is not Field.EMPTY]
        if len(fields) < 2 or all(f is fields[0] for f in fields) or self.machine.uncertain:
            return
        ranks = {t.rank for t in operands}
        detail = Field.misalignment(fields) if len(ranks) == 1 else None
        self.merges.append(Merge(operation, self.machine.site(), detail))

    def count(self, value: Tensor) -> None:
        """What it took to make a tensor is spent by what is being called, once."""
        cost, value.cost = value.cost, 0
        self.add_cost(cost)

    def add_cost(self, cost: Any) -> None:
        """Multiply-accumulates of what is being called."""
        self.total_cost = self.total_cost + cost
        if self.stack:
            self.stack[-1].cost = self.stack[-1].cost + cost

    # -- problems --------------------------------------------------------------------------------

    def problem(
        self, error: OperationError, subject: str | None, site: Site | None, called: Invocation | None = None
    ) -> None:
        recorded = self.recorded(error, subject, site, called)
        inputs = recorded.record.inputs if recorded.record is not None else []
        if self.declared.follows(error, (called.args, called.kwargs) if called is not None else inputs):
            return
        self.recorded_errors.append(recorded)
        if self.stop_after:
            self.stop_after -= {recorded.key, ANYTHING}
            if not self.stop_after:
                raise Enough

    def recorded(
        self, error: OperationError, subject: str | None, site: Site | None, called: Invocation | None = None
    ) -> RecordedError:
        record, machine = self.stack[-1] if self.stack else None, self.machine
        _settle_tensor(self, error)
        after = len(self.records) - len(self.stack)
        return RecordedError(error, subject, site, record, called, own_site(machine, site), caller_site(machine), after)

    def escaped(self, raised: Raised) -> None:
        """What nothing in the program caught for good."""
        if raised.recorded_error is not None:
            self.recorded_errors.append(raised.recorded_error)


def _result_of(machine: Machine, instance: Instance, forward: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """What a module that may have been changed gives is not known; what happens inside is followed all the same."""
    if instance.unknown_because is not None:
        machine.recorder.add_cost(unknown_dim(instance.unknown_because.reason))
        return instance.unknown_because
    change = machine.possible_change(instance)
    if change is None:
        try:
            return machine.call(forward, args, kwargs)
        except Raised as raised:
            raised.unfinished.append(machine.recorder.stack[-1])
            raise
    with machine.unsure():
        machine.call(forward, args, kwargs)
    return change.used()


def _is_being_built(machine: Machine, instance: Instance) -> bool:
    """Whether the call comes from the module's own constructor, which tries it out to see what comes out."""
    frames = (f for f in machine.frames if f.function is not None and f.function.name == "__init__")
    return any(next(iter(f.scope.names.values()), None) is instance for f in frames)


def own_site(machine: Machine, site: Site | None) -> Site | None:
    """The innermost place of the user's own code, where ``site`` lies in a library that it calls."""
    if site is None or machine.modules.is_own(site.path):
        return None
    frames = (frame for frame in reversed(machine.frames) if frame.node is not None)
    own = next((frame for frame in frames if machine.modules.is_own(frame.module.path)), None)
    return Site(own.block, own.node, own.module.path) if own is not None else None


def caller_site(machine: Machine) -> Site | None:
    """Where the function that runs was called, if that is written in a source."""
    frame = machine.frames[-2] if len(machine.frames) > 1 else None
    return None if frame is None or frame.node is None else Site(frame.block, frame.node, frame.module.path)


def _set_producers(record: Record, makers: dict[int, tuple[Any, Record, bool]]) -> None:
    entries = [makers[id(v)] for v in record.inputs if id(v) in makers and isinstance(v, Tensor)]
    record.producers = tuple([entry[1] for entry in entries])
    record.direct = tuple([entry[1] for entry in entries if entry[2]])


def _link(site: Site | None, native: Any, args: list[Any], kwargs: dict[str, Any], result: Any) -> None:
    """An operation on symbolic tensors is a step of their graph."""
    if any(t.history is not None for t in tensors_below((args, kwargs))):
        made = [t for t in tensors_below(result) if t.history is None and not t.parameter]
        step = Step(native, args, kwargs, made, site)
        for tensor in made:
            tensor.history = step


def _settle_tensor(recorder: Recorder, error: OperationError) -> None:
    """Whether an argument is only taken for a tensor that should be something else."""
    if (offending := error.data.pop("offending", None)) is not None:
        error.data["as_tensor"] = not _is_sure_tensor(recorder, offending)


def _is_sure_tensor(recorder: Recorder, value: Tensor) -> bool:
    """Whether a layer of the framework took the value, or made what it was made of."""
    entry = recorder.makers.get(id(value))
    waiting = [entry[1]] if entry is not None else []
    seen: set[int] = set()
    while waiting:
        record = waiting.pop()
        if id(record) not in seen:
            seen.add(id(record))
            if _is_layer(record):
                return True
            waiting += record.producers
    taken = (given for record in recorder.records if _is_layer(record) for given in record.inputs)
    return any(value is given or _is_made_of(value, given) for given in taken)


def _is_made_of(value: Tensor, given: Any) -> bool:
    """Whether the elements of both see the same, one by one, as those of ``-x`` and ``x`` do."""
    return is_shaped(given) and value.field is given.field is not Field.EMPTY


def _is_layer(record: Record) -> bool:
    """Whether it is the call of a module of the framework that takes one tensor."""
    instance = record.instance
    return instance is not None and instance.class_.site is None and not children_of(instance)


def _is_free(value: Tensor) -> bool:
    return type(value.cost) is int and value.cost == 0


def tensors_in(args: list[Any], kwargs: dict[str, Any]) -> list[Tensor]:
    found: list[Tensor] = []
    for value in (*args, *kwargs.values()):
        if type(value) in PLAIN_TYPES:
            continue
        if isinstance(value, Tensor):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            found.extend(v for v in value if isinstance(v, Tensor))
    return found


__all__ = ["LossUse", "Merge", "Record", "RecordedError", "Recorder"]
