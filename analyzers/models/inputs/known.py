"""What is said of a model's inputs, without running it: given, comment, settings, use, annotation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from analyzers.interpreter.framework import framework_of, own_parameters, walk
from analyzers.interpreter.values import Function, Instance
from analyzers.models.inputs.annotations import annotated_shapes
from analyzers.models.inputs.found import Input, Inputs
from analyzers.models.inputs.input_inference import Names
from analyzers.models.inputs.parameters import CallParameters
from analyzers.models.remarks import place_of_comment, unknown_input
from analyzers.request import TargetError
from analyzers.source.comments import parse_input
from analyzers.tensors.dims import bare_symbol
from analyzers.tensors.tensor import OF_DATA, Tensor
from analyzers.unknown import Unknown
from analyzers.vocabulary import Origin

if TYPE_CHECKING:
    from analyzers.facts import Place
    from analyzers.interpreter.values import Site
    from analyzers.models.context import FileContext
    from analyzers.source.module import SourceModule

WRAPPERS = frozenset(["DataParallel", "DistributedDataParallel", "FullyShardedDataParallel"])
CONTAINERS = frozenset([list, tuple, dict])
MAXIMUM_DEPTH = 3
"""Lists in lists of tensors."""
Shapes = Iterable[tuple[str | None, tuple[Any, ...]]]
"""(name or None, shape) of inputs, in order."""


class Usage(NamedTuple):
    """A call of a model in the file's own top-level code."""

    instance: Instance
    args: list[Any]
    kwargs: dict[str, Any]
    site: Site | None


class KnownInputs:
    """What anybody says of the inputs of ``root``, the target ``target`` of the file."""

    def __init__(self, context: FileContext, root: Instance, target: str, names: Names) -> None:
        self.context = context
        self.root = root
        self.core = unwrapped(root)
        self.target = target
        self.names = names
        self.parameters = CallParameters(context.machine, root, self.core)
        self.given = False
        """Whether anybody says what goes in."""
        self.arguments: dict[str, Any] = {}
        """What the code gives that is no tensor: numbers and words, lists and dicts of tensors (named in :attr:`parts`)."""
        self.parts: frozenset[str] = frozenset()
        """Names of inputs that stand in a list or dict."""
        self.borrows = True
        """Whether what another instance of the class is called with may be what this one takes."""
        self.borrowed = False
        self._comment: Place | None = None
        """The comment that speaks of this very model."""

    def stop_borrowing(self) -> None:
        self.borrows = False
        self.arguments, self.parts = {}, frozenset()
        self.parameters = CallParameters(self.context.machine, self.root, self.core)

    def inputs(self) -> Inputs:
        """Raises TargetError for an input given by name that the model does not have, or one too many."""
        request = self.context.request
        known: Inputs = {}
        said: tuple[tuple[Shapes, Origin], ...] = (
            (request.inputs_of.get(self.target, request.inputs), "option"),
            (self._of_comments(), "comment"),
            (self._of_settings(), "settings"),
        )
        for group, origin in said:
            self._add(known, group, origin)
        self._add_declared(known)
        if not known:
            self._add_usage(known)
        self._add(known, self._annotations(), "annotation")
        self._check_names(known)
        self.given = bool(known)
        return known

    def _add(self, known: Inputs, group: Shapes, origin: Origin) -> None:
        free = [p for p in self.parameters.by_position if p not in known]
        for name, shape in group:
            target = name or (free.pop(0) if free else self.parameters.further())
            if target is None:
                self._too_many(origin)
            elif target not in known:
                known[target] = Input(target, self._dims(shape), origin)
                if target in free:
                    free.remove(target)

    def _dims(self, shape: tuple) -> tuple:
        return tuple(self.names(d) if isinstance(d, str) else d for d in shape)

    def _too_many(self, origin: Origin) -> None:
        if origin == "option" and self.root.unknown_because is None:
            count = len(self.parameters.by_position)
            raise TargetError(f"{self.root.class_.name} takes {count} input{'s' * (count != 1)}, more are given")

    def _check_names(self, known: Inputs) -> None:
        """An input the user names must be one the model has."""
        possible = self.parameters.possible()
        for given in known.values():
            has = possible is None or given.name in possible or given.name in self.parameters.names
            if given.origin == "comment" and possible is not None and not has and self._comment is not None:
                remark = unknown_input(self._comment, given.name, self.root.class_.name, possible)
                if remark not in self.context.remarks:
                    self.context.remarks.append(remark)
            if given.origin == "option" and possible is not None and not has:
                listed = ", ".join(possible)
                raise TargetError(f"{self.root.class_.name} has no input {given.name!r}; it takes {listed}")

    def _of_comments(self) -> Shapes:
        """``# rf: input=`` on or above the class, function or call, or at the top of the file."""
        source = self.context.module.source
        lines = self._lines_of_target()
        chosen: Any = ()
        for directive in source.comments:
            if directive.kind != "input" or directive.error is not None:
                continue
            if directive.line in lines:
                self._comment = place_of_comment(self.context, directive)
                return directive.inputs
            if not chosen and _is_at_top(source, directive):
                chosen = directive.inputs
        return chosen

    def _lines_of_target(self) -> set[int]:
        lines: set[int] = set()
        for site in (self.root.site, self.root.class_.site):
            if site is None or site.path != self.context.request.path or site.node is None:
                continue
            first = site.block.first_line
            start = site.block.span(site.node)[0]
            lines.update((start, start - 1, first, first - 1))
        return lines

    def _of_settings(self) -> Shapes:
        for entry in self.context.options.models:
            if entry.get("input") and self._is_meant(entry.get("target", "")):
                shapes = entry["input"] if isinstance(entry["input"], list) else [entry["input"]]
                return [parse_input(s) if isinstance(s, str) else (None, tuple(s)) for s in shapes]
        return ()

    def _is_meant(self, target: str) -> bool:
        """Whether a target of the settings is the present model: its file, and its name if one is given."""
        path, _, expression = target.partition("::")
        request = self.context.request
        names = (self.root.class_.name, self.target.partition("(")[0], *request.expressions)
        return path == request.path and (not expression or expression.partition("(")[0] in names)

    def _annotations(self) -> Shapes:
        entry = self.parameters.entry
        shapes = annotated_shapes(entry) if isinstance(entry, Function) else []
        return [(name, shape) for name, shape in shapes if name in self.parameters.names]

    def _add_declared(self, known: Inputs) -> None:
        """Inputs that the model itself declares; what is given for one of them by the user comes first."""
        framework = framework_of(self.root)
        for name, shape, dtype in framework.declared_inputs(self.root) if framework is not None else ():
            if name in known:
                known[name].dtype = dtype
            else:
                known[name] = Input(name, shape, "usage", dtype)

    def _add_usage(self, known: Inputs) -> None:
        """``model(torch.randn(…))`` in the file's own code."""
        usages = [u._replace(instance=unwrapped(u.instance)) for u in self.context.usages]
        same = [u for u in usages if u.instance is self.core]
        own = self.core.class_.host is None
        alike = [u for u in usages if own and self.borrows and u.instance.class_ is self.core.class_]
        for usage in [*(same or alike), *_example_inputs(self.core)]:
            given = self._by_name(usage)
            tensors = dict(tensors_in(given))
            if tensors and all(_is_given(d) for t in tensors.values() for d in t.shape):
                known.update((n, Input(n, self._renamed(t.shape), _origin(t), t.dtype)) for n, t in tensors.items())
                self.parts = frozenset(tensors) - frozenset(given)
                self.arguments = {n: v for n, v in given.items() if not isinstance(v, (Tensor, Unknown))}
                self.borrowed = usage in alike and not same and not _is_twin(usage.instance, self.core)
                return

    def _by_name(self, usage: Usage) -> dict[str, Any]:
        """The arguments of a call; how the model is told that it is trained has nothing to do with its inputs."""
        while len(self.parameters.by_position) < len(usage.args) and self.parameters.further() is not None:
            pass
        named = {n: v for n, v in usage.kwargs.items() if n != "training"}
        return {**dict(zip(self.parameters.by_position, usage.args)), **named}

    def _renamed(self, shape: tuple) -> tuple:
        return tuple(d if isinstance(d, int) else self.names("N") for d in shape)


def _origin(tensor: Tensor) -> Origin:
    return "data" if tensor.trait == OF_DATA else "usage"


def tensors_in(arguments: dict[str, Any], depth: int = 0) -> Iterator[tuple[str, Tensor]]:
    """The tensors among arguments and in their lists and dicts: ``maps.0``, ``batch.image``."""
    for name, value in arguments.items():
        if isinstance(value, Tensor):
            yield name, value
        elif type(value) in CONTAINERS and depth < MAXIMUM_DEPTH:
            yield from tensors_in({f"{name}.{key}": part for key, part in parts_of(value)}, depth + 1)


def parts_of(value: Any) -> Iterable[tuple[Any, Any]]:
    """(key, part) of a list, tuple or dict."""
    return value.items() if isinstance(value, dict) else enumerate(value)


def unwrapped(instance: Instance) -> Instance:
    """The model inside DataParallel and its like."""
    inner = instance.attributes.get("_modules", {}).get("module")
    return unwrapped(inner) if instance.class_.name in WRAPPERS and isinstance(inner, Instance) else instance


def _is_given(dim: Any) -> bool:
    named = None if isinstance(dim, int) else bare_symbol(dim)
    return isinstance(dim, int) or (named is not None and named.name == "N")


def _is_twin(left: Instance, right: Instance) -> bool:
    """Whether two models of one class have the same layers and parameters of the same shapes."""
    return _make_up(left) == _make_up(right)


def _make_up(model: Instance) -> list[Any]:
    return [(path, part.class_, [(n, t.shape) for n, t in own_parameters(part)]) for path, part in walk(model)]


def _example_inputs(root: Instance) -> list[Usage]:
    """``example_input_array`` of a LightningModule."""
    example = root.attributes.get("example_input_array")
    if isinstance(example, dict):
        return [Usage(root, [], example, root.site)]
    args = list(example) if isinstance(example, (tuple, list)) else [example]
    return [Usage(root, args, {}, root.site)] if example is not None else []


def _is_at_top(source: SourceModule, directive: Any) -> bool:
    """Before the first statement but imports and the docstring."""
    for block in source.blocks:
        if block.kind in ("class", "def", "assign"):
            return directive.line < block.first_line - 1
    return True
