"""Forward passes with inputs of which some are still open: whoever looks at one says what it should be."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.framework import framework_of
from analyzers.interpreter.graph import tensors_below
from analyzers.interpreter.recorder import ANYTHING
from analyzers.interpreter.values import Instance
from analyzers.models.contracts import broken_contracts
from analyzers.models.inputs.equations import fixes
from analyzers.models.inputs.found import Found, Input, Inputs
from analyzers.models.inputs.input_inference import (
    DEFAULT_SIZE,
    InputHint,
    NeedsShape,
    ShapeProbe,
    shape_wanted_by,
)
from analyzers.models.inputs.known import CONTAINERS, KnownInputs, parts_of
from analyzers.models.inputs.opening import equations_of, opened, read_back
from analyzers.models.runner import Failure
from analyzers.tensors.dims import Expression, bare_symbol, has_unknown
from analyzers.tensors.field import Field
from analyzers.tensors.layout import is_batch
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.models.context import FileContext

MAXIMUM_ATTEMPTS = 10
OF_ANY_INPUT = frozenset(["invalid-argument"])


class Trials:
    """Runs one model with one choice of inputs after the other."""

    def __init__(self, context: FileContext, root: Instance, known: KnownInputs) -> None:
        self.context = context
        self.machine = context.machine
        self.root = root
        self.known = known
        self.names = known.names
        self._stop_after: frozenset[Any] = frozenset()
        self._is_apart = False
        self._rank_beside: int | None = None

    @property
    def parameters(self) -> list[str]:
        return self.known.parameters.names

    def settle(self, inputs: Inputs) -> Found:
        """A forward pass in which every input that is not known takes the shape that the layer which looks at it
        wants. Raises NeedsShape never: what no layer tells is a failure."""
        inputs = dict(inputs)
        found = Found()
        for _ in range(MAXIMUM_ATTEMPTS):
            try:
                found = self.attempt(inputs)
            except NeedsShape as need:
                hint = shape_wanted_by(
                    self.machine, self.root, need, self.context.options.default_input or (), self.names
                )
                name = need.probe.name
                if hint is None:
                    reason = f"the shape of the input {name} is not known"
                    return Found(list(inputs.values()), Unknown(reason), [Failure(reason, None)])
                inputs[name] = self._likeliest(name, hint, inputs)
                continue
            if not take_learned_sizes(inputs):
                return found
        return found

    def _likeliest(self, name: str, hint: InputHint, inputs: Inputs) -> Input:
        """What a hint says; where nobody knows whether the input goes as it is to the layer that gave it, what the
        layers make of an open one."""
        shape, *others = hint.shapes
        if hint.is_vague and self._is_apart:
            of_rank = (shape for shape in hint.shapes if len(shape) == self._rank_beside)
            return opened(name, next(of_rank, shape), hint.dtype)
        read = read_back(self, name, hint, inputs) if hint.is_vague else None
        if read is not None:
            return read
        return Input(name, shape, "default" if hint.assumed else "solved", hint.dtype, others, said_at=hint.said_at)

    @contextmanager
    def apart(self, rank_beside: int | None = None) -> Iterator[None]:
        """Trials inside leave no trace, and open inputs stay open in them, if possible of that rank."""
        before = self._is_apart, self._rank_beside
        self._is_apart, self._rank_beside = True, rank_beside
        try:
            with self.machine.journal.branch(), self.machine.recorder.preserved():
                yield
        finally:
            self._is_apart, self._rank_beside = before

    def usual_size(self, dim: int, rank: int) -> int:
        """Of a side of a picture that nobody says."""
        default = self.context.options.default_input or ()
        usual = default[dim] if len(default) == rank else None
        return usual if isinstance(usual, int) else DEFAULT_SIZE

    def again(self, inputs: Inputs) -> Found:
        """The trial of inputs that were tried before; what was not looked at then may be looked at now."""
        try:
            return self.attempt(inputs)
        except NeedsShape:
            return self.settle(inputs)

    def attempt(self, inputs: Inputs) -> Found:
        """One forward pass; what is not known yet goes in as a probe that raises NeedsShape when it is looked at."""
        names = self.parameters
        args = [self._argument(name, inputs) for name in names]
        others = [name for name in (*inputs, *self.known.arguments) if name not in names]
        kwargs = {n: self._argument(n, inputs) for n in others if n not in self.known.parts}
        framework = framework_of(self.root)
        if framework is not None:
            args = framework.arguments(self.root, args)
        recorder, batch = self.machine.recorder, bare_symbol(self.names("N"))
        for dim in (self.names("N"), *(dim for given in inputs.values() for dim in given.shape)):
            if (one := bare_symbol(dim)) is not None:
                one.equations.clear()
        with recorder.separate_errors(self._stop_after) as errors:
            try:
                result, failures = self.context.runner.forward(self.root, args, kwargs)
            except NeedsShape as need:
                need.errors = list(errors)
                raise
        if any(isinstance(given, ShapeProbe) for given in args):  # It need not even be a tensor that is meant.
            errors = [recorded for recorded in errors if recorded.error.rule not in OF_ANY_INPUT]
        if not errors and not failures:
            errors = list(broken_contracts(self.machine))
        parts = [name for name in inputs if name in self.known.parts]
        used = [inputs[name] for name in (*names, *kwargs, *parts) if name in inputs]
        is_fixed = fixes(batch, equations_of([(self.names("N"), *(d for i in used for d in i.shape))]))
        item_counts = recorder.open_ends.items_read
        read = {name: sum(item_counts[id(a)]) for name, a in zip(names, args) if id(a) in item_counts}
        misread = _misread_batch(recorder.records, result)
        remarks = list(recorder.remarks)
        return Found(used, result, failures, errors, misread, is_fixed, remarks=remarks, items_read=read)

    @contextmanager
    def with_lists(self, found: Found) -> Iterator[Found | None]:
        """A trial in which what was read item by item is a list of tensors; None where nothing was, or nobody tells how
        long the list is. Trials inside have the lists."""
        counts = {n: c for n, c in found.items_read.items() if n in found.by_name and found.by_name[n].is_guessed}
        if not counts or not all(counts.values()):
            yield None
            return
        known = self.known
        before = known.arguments, known.parts
        lists = {name: [ShapeProbe(f"{name}.{place}") for place in range(count)] for name, count in counts.items()}
        known.arguments = {**known.arguments, **lists}
        known.parts |= {probe.name for probes in lists.values() for probe in probes}
        trial = self.settle({name: given for name, given in found.by_name.items() if name not in counts})
        yield trial
        known.arguments, known.parts = before

    @contextmanager
    def until_anything(self) -> Iterator[None]:
        """Trials inside are apart, and end as soon as something goes wrong."""
        before, self._stop_after = self._stop_after, frozenset([ANYTHING])
        try:
            with self.apart():
                yield
        finally:
            self._stop_after = before

    def until(self, inputs: Inputs, stop_after: set[Any]) -> tuple[Found, bool]:
        """A trial that ends as soon as all of ``stop_after`` has gone wrong again; whether it did."""
        self._stop_after = frozenset(stop_after)
        try:
            found = self.settle(inputs)
        finally:
            self._stop_after = frozenset()
        return found, bool(stop_after) and stop_after <= found.error_keys

    def _argument(self, name: str, inputs: Inputs) -> Any:
        """What a parameter is given: a tensor, what the code gives that is none, or a probe."""
        if name in inputs:
            return self._tensor(inputs[name])
        arguments = self.known.arguments
        return self._filled(name, arguments[name], inputs) if name in arguments else ShapeProbe(name)

    def _filled(self, name: str, value: Any, inputs: Inputs) -> Any:
        """The lists and dicts of an argument with the tensors that are tried."""
        if name in inputs:
            return self._tensor(inputs[name])
        if type(value) not in CONTAINERS:
            return value
        parts = {key: self._filled(f"{name}.{key}", part, inputs) for key, part in parts_of(value)}
        return parts if isinstance(value, dict) else type(value)(parts.values())

    def _tensor(self, given: Input) -> Tensor:
        return Tensor(given.shape, located_input(given), given.dtype)


def take_learned_sizes(inputs: Inputs) -> bool:
    """Symbols of an input that a layer asked to have a certain size take that size; whether any did."""
    changed = False
    for given in inputs.values():
        shape = tuple(_learned_size(d) for d in given.shape)
        if shape != given.shape:
            given.shape, changed = shape, True
    return changed


def _learned_size(dim: Any) -> Any:
    found = bare_symbol(dim) if isinstance(dim, Expression) else None
    wanted = found.wanted if found is not None else []
    return wanted[0] if wanted and all(w == wanted[0] for w in wanted) else dim


def located_input(given: Input) -> Field:
    """The field of an input of which nobody has said yet which dims are space: all but the batch are followed."""
    dims = [dim for dim, size in enumerate(given.shape) if not is_batch(size) and (dim or size != 1)]
    return Field.of_dims(given.shape, dims, given.name)


def _misread_batch(records: list[Any], result: Any) -> tuple[int, int] | None:
    """``view(-1, 400)`` of a map with more or fewer features takes them for further items of the batch."""
    output = next(iter(tensors_below(result)), None)
    if output is None or not output.shape:
        return None
    if bare_symbol(output.shape[0]) is not None and not has_unknown(output.shape[0]):
        return None
    for record in records:
        if record.instance is None and record.name in ("view", "reshape") and record.inputs:
            before, after = record.inputs[0].shape, getattr(record.output, "shape", ())
            batch = bare_symbol(before[0]) if len(before) > 2 else None
            sizes = (*before[1:], *after[1:])
            if batch is None or len(after) != 2 or not all(isinstance(d, int) for d in sizes):
                continue
            if bare_symbol(after[0]) is not batch:
                return after[1], math.prod(before[1:])
    return None
