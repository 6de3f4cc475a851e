"""Which input a model gets, in the order of DESIGN §4: given, comment, settings, use, annotation, solved, default."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from analyzers.interpreter.framework import framework_of, walk
from analyzers.interpreter.graph import tensors_below
from analyzers.interpreter.values import MISSING, BoundMethod, Function, Instance
from analyzers.models.inputs.annotations import annotated_shapes
from analyzers.models.inputs.input_inference import Names, NeedsShape, ShapeProbe, shape_wanted_by
from analyzers.tensors.dims import Expression, bare_symbol, has_unknown, substitute, symbol, symbols
from analyzers.tensors.field import Field
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

DEFAULT_SIZE = 224
MAXIMUM_ATTEMPTS = 10
ALTERNATIVES = (256, 32, 28, 64, 128, 299, 512, 96, 227)
MAXIMUM_SIZE = 1 << 20
GUESSED = ("default", "solved")
MAXIMUM_SIDE = 4096
DOUBTED: tuple[frozenset[str], ...] = (
    frozenset(),
    frozenset(["dimension-out-of-range", "rank-mismatch"]),
    frozenset(
        "dimension-out-of-range rank-mismatch broadcast-mismatch concat-mismatch matmul-mismatch reshape-mismatch "
        "invalid-argument feature-size-mismatch".split()
    ),
)
"""Findings that nothing is made of where the rank of no, one, or more inputs was guessed: with another rank they
might not be there."""
OF_ANY_INPUT = frozenset(["invalid-argument"])
WRAPPERS = frozenset(["DataParallel", "DistributedDataParallel", "FullyShardedDataParallel"])
SIZE_NAMES = frozenset("img_size image_size input_size input_resolution img_dim resolution patch_resolution".split())
FLATTEN_RULES = frozenset(["feature-size-mismatch", "reshape-mismatch", "matmul-mismatch"])


class InputError(Exception):
    """An input the user gave cannot be used; ``partial`` holds what could be found out all the same."""

    def __init__(self, sentence: str, partial: Found) -> None:
        super().__init__(sentence)
        self.partial = partial


class Usage(NamedTuple):
    """A call of a model in the file's own top-level code."""

    instance: Instance
    args: list[Any]
    kwargs: dict[str, Any]
    site: Any


@dataclass
class Input:
    name: str
    shape: tuple[Any, ...]
    origin: str
    dtype: str = "float32"
    others: list[tuple[Any, ...]] = field(default_factory=list)
    """Other shapes that may be meant, where this one was only guessed."""


@dataclass
class Found:
    """The inputs that were settled on and what the forward pass with them gave."""

    inputs: list[Input] = field(default_factory=list)
    result: Any = None
    failures: list[tuple[str, Any]] = field(default_factory=list)
    recorded_errors: list[Any] = field(default_factory=list)
    misread: tuple[int, int] | None = None
    """Features (wanted, given) of a map that was flattened so that its batch came out wrong."""

    def is_vague(self, name: str) -> bool:
        """Whether the input's rank is only a guess."""
        return any(i.others for i in self.inputs if i.name == name)

    @property
    def is_sound(self) -> bool:
        """Whether nothing speaks against these inputs."""
        return not self.recorded_errors and not self.failures and self.misread is None


def find_inputs(discovery: Any, root: Instance, usages: list[Usage], built: list[Any]) -> Found:
    """Settle the inputs of ``root`` and run it with them."""
    return _Search(discovery, root, usages).run()


class _Search:
    def __init__(self, discovery: Any, root: Instance, usages: list[Usage]) -> None:
        self.discovery = discovery
        self.machine = discovery.machine
        self.root = root
        self.usages = usages
        self.core = unwrapped(root)
        self.parameters = forward_parameters(self.machine, self.core)
        self.names = Names()
        self.given = False
        """Whether anybody says what goes in."""
        self.borrows = True
        """Whether what another instance of the class is called with may be what this one takes."""
        self.borrowed = False
        self.stop_after: set[Any] = set()
        """What ends a trial once all of it has gone wrong again."""

    def run(self) -> Found:
        found = self._settle(self._known())
        if self.borrowed and not found.is_sound:  # (another size, other channels)
            self.borrows = False
            self.parameters = forward_parameters(self.machine, self.core)
            found = self._settle(self._known())
        if self._takes_any_number() and not found.is_sound:
            found = self._with_more(found)
        guessed = any(i.origin in GUESSED for i in found.inputs)
        if guessed and not found.is_sound and self.machine.budget.left >= 0:
            found = self._solve(found)
        elif guessed:
            found = self._measured(found)
        if self._leaves_out(found):
            found.recorded_errors = [t for t in found.recorded_errors if not t.error.data.get("absent")]
        if any(i.origin in GUESSED for i in found.inputs):
            found.recorded_errors = [t for t in found.recorded_errors if not t.error.data.get("as_tensor")]
        return found

    def _leaves_out(self, found: Found) -> bool:
        """Whether forward has inputs that are None where nobody gives them: who calls it may always do."""
        forward = entry_of(self.machine, self.root)
        forward = forward.function if isinstance(forward, BoundMethod) else forward
        given = {i.name for i in found.inputs}
        defaults = forward.defaults if isinstance(forward, Function) else {}
        return any(value is None and name not in given for name, value in defaults.items())

    def _takes_any_number(self) -> bool:
        """Whether the model takes any number of inputs and nobody says how many."""
        return not self.given and _rest_of(self.machine, self.root) is not None

    def _with_more(self, found: Found) -> Found:
        """One input was only a guess: what two or three do not suffer is what is meant; none of them is a finding."""
        for _ in range(2):
            self._further()
            trial = self._trial({i.name: i for i in found.inputs})
            if trial is not None and trial.is_sound:
                return trial
        del self.parameters[-2:]
        found = self._settle({i.name: i for i in found.inputs})
        found.recorded_errors = []
        return found

    # -- what is known beforehand ------------------------------------------------------------------

    def _known(self) -> dict[str, Input]:
        request = self.discovery.request
        known: dict[str, Input] = {}
        for group, origin in (
            (request.inputs_of.get(self.discovery.target, request.inputs), "option"),
            (self._comment_inputs(), "comment"),
            (self._settings_inputs(), "settings"),
        ):
            self._add(known, group, origin)
        self._add_declared(known)
        if not known:
            self._add_usage(known)
        self._add(known, self._annotations(), "annotation")
        self._check_names(known)
        self.given = bool(known)
        return known

    def _check_names(self, known: dict[str, Input]) -> None:
        """An input the user names must be one the model has."""
        from analyzers.request import TargetError

        possible = possible_parameters(self.machine, self.core)
        for given in known.values():
            has = possible is None or given.name in possible or given.name in self.parameters
            if given.origin == "option" and possible is not None and not has:
                listed = ", ".join(possible)
                raise TargetError(f"{self.root.class_.name} has no input {given.name!r}; it takes {listed}")

    def _annotations(self) -> Any:
        forward = entry_of(self.machine, self.core)
        forward = forward.function if isinstance(forward, BoundMethod) else forward
        shapes = annotated_shapes(forward) if isinstance(forward, Function) else []
        return [(name, shape) for name, shape in shapes if name in self.parameters]

    def _add_declared(self, known: dict[str, Input]) -> None:
        """Inputs that the model itself declares; what is given for one of them by the user comes first."""
        framework = framework_of(self.root)
        for name, shape, dtype in framework.declared_inputs(self.root) if framework is not None else ():
            if name in known:
                known[name].dtype = dtype
            else:
                known[name] = Input(name, shape, "usage", dtype)

    def _add(self, known: dict[str, Input], group: Any, origin: str) -> None:
        free = [p for p in self.parameters if p not in known]
        for name, shape in group:
            target = name or (free.pop(0) if free else self._further())
            if target is None:
                self._too_many(origin)
            elif target not in known:
                known[target] = Input(target, self._dims(shape), origin)
                if target in free:
                    free.remove(target)

    def _further(self) -> str | None:
        """One more input of a forward that takes ``*inputs``."""
        rest = _rest_of(self.machine, self.root)
        if rest is None:
            return None
        self.parameters.append(f"{rest}{len(self.parameters)}")
        return self.parameters[-1]

    def _too_many(self, origin: str) -> None:
        from analyzers.request import TargetError

        if origin == "option" and self.root.unknown_because is None:
            count = len(self.parameters)
            raise TargetError(f"{self.root.class_.name} takes {count} input{'s' * (count != 1)}, more are given")

    def _dims(self, shape: tuple) -> tuple:
        return tuple(self.names(d) if isinstance(d, str) else d for d in shape)

    def _comment_inputs(self) -> Any:
        """``# rf: input=`` on or above the class, function or call, or at the top of the file."""
        module = self.discovery.module.source
        lines = self._lines_of_target()
        chosen: Any = ()
        for directive in module.comments:
            if directive.kind != "input" or directive.error is not None:
                continue
            if directive.line in lines:
                return directive.inputs
            if not chosen and _is_at_top(module, directive):
                chosen = directive.inputs
        return chosen

    def _lines_of_target(self) -> set[int]:
        lines: set[int] = set()
        path = self.discovery.request.path
        for site in (self.root.site, self.root.class_.site):
            if site is None or site.path != path or site.node is None:
                continue
            block = site.block
            first = block.first_line
            start = site.block.span(site.node)[0]
            lines.update((start, start - 1, first, first - 1))
        return lines

    def _settings_inputs(self) -> Any:
        from analyzers.source.comments import parse_input

        for entry in self.discovery.analyzer.options.models:
            if entry.get("input") and self._is_meant(entry.get("target", "")):
                shapes = entry["input"] if isinstance(entry["input"], list) else [entry["input"]]
                return [parse_input(s) if isinstance(s, str) else (None, tuple(s)) for s in shapes]
        return ()

    def _is_meant(self, target: str) -> bool:
        """Whether a target of the settings is the present model: its file, and its name if one is given."""
        path, _, expression = target.partition("::")
        request = self.discovery.request
        names = (self.root.class_.name, self.discovery.target.partition("(")[0], *request.expressions)
        return path == request.path and (not expression or expression.partition("(")[0] in names)

    def _add_usage(self, known: dict[str, Input]) -> None:
        """``model(torch.randn(…))`` in the file's own code."""
        usages = [u._replace(instance=unwrapped(u.instance)) for u in self.usages]
        same = [u for u in usages if u.instance is self.core]
        own = self.core.class_.host is None
        alike = [u for u in usages if own and self.borrows and u.instance.class_ is self.core.class_]
        for usage in [*(same or alike), *_example_inputs(self.core)]:
            given = {**dict(zip(self.parameters, usage.args)), **usage.kwargs}
            shapes = {n: v for n, v in given.items() if isinstance(v, Tensor)}
            if shapes and all(_is_given(d) for t in shapes.values() for d in t.shape):
                known.update((n, Input(n, self._renamed(t.shape), "usage", t.dtype)) for n, t in shapes.items())
                self.borrowed = usage in alike and not same and not _is_twin(usage.instance, self.core)
                return

    def _renamed(self, shape: tuple) -> tuple:
        return tuple(d if isinstance(d, int) else self.names("N") for d in shape)

    # -- finding the rest by running -----------------------------------------------------------------

    def _settle(self, known: dict[str, Input]) -> Found:
        inputs = dict(known)
        found = Found()
        for _ in range(MAXIMUM_ATTEMPTS):
            try:
                found = self._attempt(inputs)
            except NeedsShape as need:
                wanted = shape_wanted_by(self.machine, self.root, need, self._size(), self.names)
                if wanted is None:
                    found = Found(
                        list(inputs.values()), Unknown(f"the shape of the input {need.probe.name} is not known")
                    )
                    found.failures.append((f"the shape of the input {need.probe.name} is not known", None))
                    return found
                origin = "default" if wanted.assumed else "solved"
                shape, *others = wanted.shapes
                inputs[need.probe.name] = Input(need.probe.name, shape, origin, wanted.dtype, others)
                continue
            changed = self._learned(inputs)
            if not changed:
                return found
        return found

    def _size(self) -> int:
        default = self.discovery.analyzer.options.default_input
        return default if isinstance(default, int) else DEFAULT_SIZE

    def _attempt(self, inputs: dict[str, Input]) -> Found:
        """One forward pass; what is not known yet goes in as a probe that asks when it is looked at."""
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        for name in self.parameters:
            given = inputs.get(name)
            args.append(ShapeProbe(name) if given is None else self._tensor(given))
        for name, given in inputs.items():
            if name not in self.parameters:
                kwargs[name] = self._tensor(given)
        framework = framework_of(self.root)
        if framework is not None:
            args = framework.arguments(self.root, args)
        before = self.machine.recorder.recorded_errors
        self.machine.recorder.recorded_errors = []
        self.machine.recorder.stop_after = set(self.stop_after)
        try:
            result, failures = self.discovery.forward_once(self.root, args, kwargs)
            recorded_errors = self.machine.recorder.recorded_errors
        finally:
            self.machine.recorder.recorded_errors = before
        if any(name not in inputs for name in self.parameters):  # It need not even be a tensor that is meant.
            recorded_errors = [t for t in recorded_errors if t.error.rule not in OF_ANY_INPUT]
        used = [i for i in inputs.values() if i.name in self.parameters or i.name in kwargs]
        return Found(used, result, failures, recorded_errors, _misread_batch(self.machine.recorder.records, result))

    def _tensor(self, given: Input) -> Tensor:
        return Tensor(given.shape, located_input(given, self.root), given.dtype)

    def _learned(self, inputs: dict[str, Input]) -> bool:
        """Symbols of an input that a layer asked to have a certain size take that size."""
        changed = False
        for given in inputs.values():
            shape = tuple(_learned_size(d) for d in given.shape)
            if shape != given.shape:
                given.shape, changed = shape, True
        return changed

    # -- sizes without a default ------------------------------------------------------------------------

    def _measured(self, found: Found) -> Found:
        """Symbolic sizes take the smallest value at which a flattened map has the features a Linear expects."""
        open_sizes = {d for i in found.inputs if i.origin in GUESSED for d in i.shape[1:] if _is_open(d)}
        size = _fitting_size(self.machine.recorder.records, open_sizes)
        if size is None:
            return found
        inputs = {
            i.name: Input(i.name, tuple(size if d in open_sizes else d for d in i.shape), "solved", i.dtype)
            for i in found.inputs
        }
        trial = self._trial(inputs)
        return trial if trial is not None and trial.is_sound else self._attempt({i.name: i for i in found.inputs})

    # -- solving for a size ------------------------------------------------------------------------------

    def _solve(self, found: Found) -> Found:
        """The guess does not fit: look for a shape that does. What no shape mends is a finding."""
        trials, whole = [found], [found]
        common = {t.key for t in found.recorded_errors}
        for inputs in self._hypotheses(found):
            trial, ended = self._trial_until(inputs, common if not found.failures else set())
            if trial is None:
                continue
            if self.machine.budget.left < 0:
                break
            if trial.is_sound:
                return trial
            trials.append(trial)
            common &= {t.key for t in trial.recorded_errors}
            if not ended:
                whole.append(trial)
        best = min(whole, key=lambda t: (len(t.failures), len(t.recorded_errors)))
        if best is not trials[-1] and self.machine.budget.left >= 0:
            best = self._attempt({i.name: i for i in best.inputs})
        best.recorded_errors = [t for t in best.recorded_errors if all(_has(other, t) for other in trials)]
        vague = [i for i in best.inputs if i.origin in GUESSED and found.is_vague(i.name)]
        doubted = DOUBTED[min(len(vague), len(DOUBTED) - 1)]
        best.recorded_errors = [t for t in best.recorded_errors if t.error.rule not in doubted]
        return best

    def _trial_until(self, inputs: dict[str, Input], stop_after: set[Any]) -> tuple[Found | None, bool]:
        """A trial that ends as soon as everything has gone wrong again that is ``stop_after``; whether it did."""
        recorder = self.machine.recorder
        self.stop_after, before = stop_after, recorder.stop_after
        try:
            trial = self._trial(inputs)
        finally:
            self.stop_after, recorder.stop_after = set(), before
        return trial, trial is not None and bool(stop_after) and stop_after <= {t.key for t in trial.recorded_errors}

    def _trial(self, inputs: dict[str, Input]) -> Found | None:
        try:
            return self._settle(inputs)
        except NeedsShape:
            return None

    def _hypotheses(self, found: Found) -> list[dict[str, Input]]:
        """Other shapes for the guessed inputs: other ranks one input at a time, then all at once; one size for all
        maps, then oblong ones."""
        sized = self._sized(found) if any(_is_guessed_map(i) for i in found.inputs) else []
        held = {i.name: i for i in found.inputs}
        ranked = [
            {**held, given.name: Input(given.name, shape, "solved", given.dtype)}
            for given in found.inputs
            for shape in (*self._unpacked(found, given), *given.others)
        ]
        vague = [i for i in found.inputs if i.others]
        together = [
            {
                **held,
                **{i.name: Input(i.name, i.others[turn], "solved", i.dtype) for i in vague if turn < len(i.others)},
            }
            for turn in range(max((len(i.others) for i in vague), default=0))
        ]
        return [*ranked, *(together if len(vague) > 1 else []), *sized]

    def _sized(self, found: Found) -> list[dict[str, Input]]:
        """The guessed maps in all sizes that may mend something."""
        oblong = _oblong(found, self.machine.recorder.records)
        least = self._wrong_from(found)
        if least == 1:
            return []
        sizes = [*self._searched(found), *self._named_sizes(), *_scaled_sizes(found), *ALTERNATIVES]
        sized = [*(self._resized(found, size) for size in dict.fromkeys(sizes)), *oblong]
        return [inputs for inputs in sized if least is None or not _are_maps_from(least, inputs)]

    def _wrong_from(self, found: Found) -> int | None:
        """A size of maps from which on all that goes wrong does so with any, since it does with symbols in its place.

        Lengths that do not match may do so where the map has shrunk to one pixel. Leaves everything as the last run
        left it.
        """
        rules = {t.error.rule for t in found.recorded_errors}
        if found.failures or not rules or "empty-output" in rules:
            return None
        least = min(ALTERNATIVES) if "broadcast-mismatch" in rules else 1
        height, width = (symbol(name) + (least - 1) for name in "HW")
        inputs = {
            i.name: Input(i.name, (*i.shape[:2], height, width), i.origin, i.dtype) if _is_guessed_map(i) else i
            for i in found.inputs
        }
        with self.machine.journal.branch(), self.machine.recorder.preserved():
            _, ended = self._trial_until(inputs, {t.key for t in found.recorded_errors})
        return least if ended else None

    def _unpacked(self, found: Found, given: Input) -> list[tuple[Any, ...]]:
        """``b, t, c, h, w = x.shape``: the input has as many dimensions as there are names; the further ones are
        further items of the batch (frames)."""
        wanted = {
            t.error.data["names"] for t in found.recorded_errors if t.error.data.get("values") == len(given.shape)
        }
        if given.origin not in GUESSED or len(given.shape) < 2:
            return []
        batch, *rest = given.shape
        more = [count - len(given.shape) for count in wanted if 0 < count - len(given.shape) <= 2]
        return [(batch, *map(self.names, ("T", "D")[:count]), *rest) for count in more]

    def _resized(self, found: Found, size: int) -> dict[str, Input]:
        return {i.name: _resized(i, size) for i in found.inputs}

    def _named_sizes(self) -> list[int]:
        """Sizes the model itself speaks of (``img_size``, ``image_size``, ``input_resolution``)."""
        sizes: list[int] = []
        for _, module in walk(self.root):
            for name, value in module.attributes.items():
                if name in SIZE_NAMES:
                    value = value[0] if isinstance(value, (tuple, list)) and value else value
                    sizes += [value] if isinstance(value, int) and 0 < value <= 4096 else []
        return sizes

    def _searched(self, found: Found) -> list[int]:
        """The smallest size at which the flattened map has the features the layer behind it expects, and before
        it the usual sizes a little above, which may give the same features (floors swallow the rest)."""
        if not _flatten_error(found) and found.misread is None:
            return []
        low, high = 1, 2048
        while low < high:
            middle = (low + high) // 2
            if self._is_large_enough(found, middle):
                high = middle
            else:
                low = middle + 1
        return [*_usual(low, found), low] if low < 2048 else []

    def _is_large_enough(self, found: Found, size: int) -> bool:
        trial = self._trial(self._resized(found, size))
        if trial is None or trial.failures or any(t.error.rule == "empty-output" for t in trial.recorded_errors):
            return False
        if trial.misread is not None:
            return trial.misread[1] >= trial.misread[0]
        recorded = _flatten_error(trial)
        if recorded is None:
            return True
        expected, actual = recorded.error.data.get("expected"), recorded.error.data.get("actual")
        return isinstance(expected, int) and isinstance(actual, int) and actual >= expected


def _is_guessed_map(given: Input) -> bool:
    return given.origin in GUESSED and len(given.shape) == 4


def _are_maps_from(least: int, inputs: dict[str, Input]) -> bool:
    sides = [side for i in inputs.values() if _is_guessed_map(i) for side in i.shape[2:]]
    return all(isinstance(side, int) and side >= least for side in sides)


def _scaled_sizes(found: Found) -> list[int]:
    """Sizes at which two maps or rows of tokens that do not fit would: 224, 196 and 576 tokens give 384."""
    size = next((i.shape[2] for i in found.inputs if i.origin in GUESSED and len(i.shape) == 4), None)
    if not isinstance(size, int):
        return []
    shapes = [t.error.data.get("shapes", ()) for t in found.recorded_errors]
    pairs = [pair for both in shapes if len(both) == 2 for pair in zip(*both, strict=False)]
    unequal = [p for p in pairs if all(isinstance(d, int) and d > 1 for d in p) and p[0] != p[1]]
    ratios = [(wanted - extra) / (given - extra) for given, wanted in unequal for extra in (0, 1)]
    sizes = [size * math.sqrt(ratio) for ratio in ratios]
    return [round(s) for s in sizes if abs(s - round(s)) < 1e-6 and s < MAXIMUM_SIDE]


def _oblong(found: Found, records: list[Any]) -> list[dict[str, Input]]:
    """Sizes of inputs that are not square, less than two to one, whose flattened map has the features that the layer
    behind it expects (spectrograms)."""
    recorded = _flatten_error(found)
    expected, actual = (recorded.error.data.get(k) for k in ("expected", "actual")) if recorded is not None else (0, 0)
    if not isinstance(expected, int) or not isinstance(actual, int):
        return []
    maps = [r.output.shape for r in records if isinstance(r.output, Tensor) and len(r.output.shape) == 4]
    whole = [m for m in maps if all(isinstance(d, int) for d in m[1:]) and math.prod(m[1:]) == actual and m[2] == m[3]]
    if not whole or expected % whole[0][1]:
        return []
    _, channels, height, width = whole[0]
    cells = expected // channels
    sides = [(cells // b, b) for b in range(1, math.isqrt(cells) + 1) if cells % b == 0 and b < cells // b < 2 * b]

    def stretched(given: Input, rows: int, columns: int) -> Input:
        if given.origin not in GUESSED or len(given.shape) != 4 or not isinstance(given.shape[2], int):
            return given
        shape = (*given.shape[:2], given.shape[2] * rows // height, given.shape[3] * columns // width)
        return Input(given.name, shape, "solved", given.dtype)

    pairs = [pair for side in sides[::-1] for pair in (side, side[::-1])]
    return [{i.name: stretched(i, *pair) for i in found.inputs} for pair in pairs[:4]]


def _has(found: Found, recorded: Any) -> bool:
    """Whether the same thing goes wrong at the same place."""
    return any(t.error.rule == recorded.error.rule and _same_site(t.site, recorded.site) for t in found.recorded_errors)


def _same_site(left: Any, right: Any) -> bool:
    return left is right or (left is not None and right is not None and left.node is right.node)


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


def _is_given(dim: Any) -> bool:
    named = None if isinstance(dim, int) else bare_symbol(dim)
    return isinstance(dim, int) or (named is not None and named.name == "N")


def _is_open(dim: Any) -> bool:
    named = None if isinstance(dim, int) else bare_symbol(dim)
    return named is not None and named.solvable


def _fitting_size(records: list[Any], open_sizes: set[Any]) -> int | None:
    """The smallest size that gives the first Linear behind a flatten just the features it expects."""
    unknowns = {s for d in open_sizes for s in symbols(d)}
    for record in records:
        features = record.instance.attributes.get("in_features") if record.instance is not None else None
        first = record.inputs[0] if record.inputs else None
        given = first.shape if isinstance(first, Tensor) and not isinstance(first, ShapeProbe) else None
        if not isinstance(features, int) or not given or not symbols(given[-1]) or symbols(given[-1]) - unknowns:
            continue
        low, high = 1, MAXIMUM_SIZE
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if _at(given[-1], unknowns, middle) >= features else (middle + 1, high)
        return low if _at(given[-1], unknowns, low) == features else None
    return None


def _at(dim: Any, unknowns: set[Any], size: int) -> int:
    value = substitute(dim, dict.fromkeys(unknowns, size))
    return value if isinstance(value, int) else 0


def _is_twin(left: Instance, right: Instance) -> bool:
    """Whether two models of one class have the same layers and parameters of the same shapes."""
    return _make_up(left) == _make_up(right)


def _make_up(model: Instance) -> list[Any]:
    framework = framework_of(model)
    tensors = framework.leaf_tensors if framework is not None else lambda module: ()
    return [(path, module.class_, [(n, t.shape) for n, t in tensors(module)]) for path, module in walk(model)]


def unwrapped(instance: Instance) -> Instance:
    """The model inside DataParallel and its like."""
    inner = instance.attributes.get("_modules", {}).get("module")
    return unwrapped(inner) if instance.class_.name in WRAPPERS and isinstance(inner, Instance) else instance


def _example_inputs(root: Instance) -> list[Usage]:
    """``example_input_array`` of a LightningModule."""
    example = root.attributes.get("example_input_array")
    if isinstance(example, dict):
        return [Usage(root, [], example, root.site)]
    args = list(example) if isinstance(example, (tuple, list)) else [example]
    return [Usage(root, args, {}, root.site)] if example is not None else []


def possible_parameters(machine: Machine, root: Instance) -> list[str] | None:
    """Every input a call may give by name; None where any name goes."""
    framework = framework_of(root)
    names = framework.input_names(root) if framework is not None else None
    forward = entry_of(machine, root)
    forward = forward.function if isinstance(forward, BoundMethod) else forward
    if names is not None or not isinstance(forward, Function):
        return None
    parameters = forward.parameters
    if parameters.keywords is not None or parameters.rest is not None:
        return None
    return [*parameters.positional[1:], *parameters.keyword_only]


def _rest_of(machine: Machine, root: Instance) -> str | None:
    """The name under which forward takes any number of inputs (``*inputs``)."""
    forward = entry_of(machine, root)
    forward = forward.function if isinstance(forward, BoundMethod) else forward
    return forward.parameters.rest if isinstance(forward, Function) else None


def _flatten_error(found: Found) -> Any:
    return next((t for t in found.recorded_errors if t.error.rule in FLATTEN_RULES), None)


def _resized(given: Input, size: int) -> Input:
    if given.origin not in GUESSED or len(given.shape) != 4 or not isinstance(given.shape[2], int):
        return given
    return Input(given.name, (*given.shape[:2], size, size), "solved", given.dtype)


def _usual(smallest: int, found: Found) -> list[int]:
    """Sizes that pictures really have, from the smallest that fits to a third above; 28 is one of grey pictures."""
    grey = any(i.origin in GUESSED and len(i.shape) == 4 and i.shape[1] == 1 for i in found.inputs)
    sizes = [size for size in sorted((*ALTERNATIVES, DEFAULT_SIZE)) if smallest <= size <= smallest * 4 // 3]
    return sizes if grey else sorted(sizes, key=lambda size: size == 28)


def _learned_size(dim: Any) -> Any:
    found = bare_symbol(dim) if isinstance(dim, Expression) else None
    wanted = found.wanted if found is not None else []
    return wanted[0] if wanted and all(w == wanted[0] for w in wanted) else dim


def located_input(given: Input, root: Instance) -> Field:
    """The field of an input: the axes its framework's layout gives it; integer inputs (tokens) have one axis."""
    rank = len(given.shape)
    if given.dtype.startswith("int") and rank == 2:
        return Field.of_input(given.shape, {"T": 1}, given.name)
    framework = framework_of(root)
    axes = framework.input_axes(root, rank) if framework is not None else {}
    return Field.of_input(given.shape, axes, given.name) if axes else Field.EMPTY


def entry_of(machine: Machine, root: Instance) -> Any:
    """The method that a call of the model runs; MISSING where it has none."""
    framework = framework_of(root)
    return machine.get_attribute(root, framework.entry if framework is not None else "forward", default=MISSING)


def forward_parameters(machine: Machine, root: Instance) -> list[str]:
    """The names of the inputs a call must give: those it declares, else its forward's parameters without a default."""
    framework = framework_of(root)
    names = framework.input_names(root) if framework is not None else None
    if names is not None:
        return names
    forward = entry_of(machine, root)
    if isinstance(forward, BoundMethod):
        forward = forward.function
    if isinstance(forward, Function):
        required = [p for p in forward.parameters.positional if p not in forward.defaults]
        if not required[1:] and forward.parameters.rest:
            return ["x"]
        return required[1:]
    code = getattr(forward, "__code__", None)
    if code is None:
        return ["x"]
    count = code.co_argcount - len(forward.__defaults__ or ())
    return list(code.co_varnames[1:count])


def _is_at_top(module: Any, directive: Any) -> bool:
    """Before the first statement but imports and the docstring."""
    for block in module.blocks:
        if block.kind in ("class", "def", "assign"):
            return directive.line < block.first_line - 1
    return True
