"""The file's own run, from its first line to its last, and the models that it makes on the way.

Where models are graphs that top-level code builds, names mean what they meant when a line ran, and layers are numbered in
the order in which they are made: such a file is run as Python or a notebook runs it, and not name by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.framework import FRAMEWORKS, Made, is_model, own_parameters, walk
from analyzers.interpreter.overlays import ROOTS, is_native_root
from analyzers.interpreter.values import Function, Instance, Site
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.models.context import FileContext
    from analyzers.source.blocks import Block
    from analyzers.source.module import SourceModule
    from analyzers.source.notebook import Notebook

DEFINITIONS = ("def", "class", "import", "comment")
"""Blocks that are run when their names are looked up."""

ASSIGNED = re.compile(r"[ \t]*(?:self\.|cls\.)?([^\W\d]\w*)[ \t]*=(?!=)")


@dataclass(frozen=True)
class Binding:
    """A model that a name was bound to, and by which block."""

    name: str
    value: Instance
    block: Block


@dataclass
class Session:
    """What came of running the file in order."""

    notebook: Notebook | None
    bindings: list[Binding] = field(default_factory=list)
    """Models that names of the module were bound to, in order."""
    made: list[Made] = field(default_factory=list)
    """Every model that was made, in order."""

    def named(self) -> Iterator[tuple[str, Binding]]:
        """(name, binding): what a name is last bound to has the name, what it was bound to before, also the line."""
        last = {binding.name: binding.value for binding in self.bindings}
        told: set[tuple[str, int]] = set()
        for binding in self.bindings:
            key = (binding.name, id(binding.value))
            if key not in told:
                told.add(key)
                is_last = last[binding.name] is binding.value
                yield binding.name if is_last else self.at_line(binding.name, _site_of(binding)), binding

    def others(self) -> Iterator[tuple[str, Made]]:
        """(name, model): the models that no name of the module was bound to and that are part of no other; those that one
        line makes alike are one."""
        bound = [binding.value for binding in self.bindings]
        known = {id(model) for model in bound} | self._parts()
        told = {_make_up(model) for model in bound}
        counts: dict[str, int] = {}
        for made in self.made:
            if id(made.model) in known or made.model.site is None or _make_up(made.model) in told:
                continue
            told.add(_make_up(made.model))
            name = self.at_line(_name_of(made), made.model.site)
            counts[name] = counts.get(name, 0) + 1
            yield (name if counts[name] == 1 else f"{name}.{counts[name]}"), made

    def made_by(self, function: Function) -> Instance | None:
        """The model that a function made first, if all that it makes and that is part of no other comes from one line."""
        parts = self._parts()
        found = [made.model for made in self.made if made.function is function and id(made.model) not in parts]
        sites = {id(model.site.node) if model.site is not None else None for model in found}
        return found[0] if len(sites) == 1 else None

    def called(self, function: Function) -> bool:
        """Whether the file's own run made a model in the function."""
        return any(function in made.callers for made in self.made)

    def at_line(self, name: str, site: Site | None) -> str:
        """``model@12``; in a notebook ``model@3:2``, the second line of the third cell."""
        if site is None or site.node is None:
            return name
        line = site.block.span(site.node)[0]
        if self.notebook is None:
            return f"{name}@{line + 1}"
        spot = self.notebook.spot(line, 0)
        return f"{name}@{spot.cell + 1}:{spot.line + 1}"

    def _parts(self) -> set[int]:
        """What is part of one of the models."""
        models = [*(binding.value for binding in self.bindings), *(made.model for made in self.made)]
        return {id(part) for model in models for _, part in walk(model) if part is not model}


def _make_up(model: Instance) -> tuple[Any, ...]:
    """The same for models that one line makes of the same layers with parameters of the same shapes."""
    site = id(model.site.node) if model.site is not None else id(model)
    below = ((part.class_.name, tuple(tensor.shape for _, tensor in own_parameters(part))) for _, part in walk(model))
    return site, *below


def _site_of(binding: Binding) -> Site | None:
    """Where a model is made that a block binds, if that is in the block itself, or else the block."""
    site, block = binding.value.site, binding.block
    if site is not None and site.block is block:
        return site
    return Site(block, block.program[0], site.path if site is not None else "") if block.program else site


def _name_of(made: Made) -> str:
    """What a model is called that no name of the module means: the variable, the function, or its own name."""
    site = made.model.site
    if site is not None and site.node is not None:
        line = site.block.span(site.node)[0] - site.block.first_line
        assigned = ASSIGNED.match(site.block.text.splitlines()[line])
        if assigned is not None:
            return assigned[1]
    if made.function is not None and made.function.name.isidentifier():
        return made.function.name
    return str(made.model.attributes.get("name", "model"))


def runs_in_order(source: SourceModule) -> bool:
    """Whether the file imports a framework whose models are graphs that its own code builds, and no other."""
    imported = [block for block in source.blocks if block.kind == "import" or "import " in block.text]
    roots = [root for root in ROOTS if any(block.mentions(root) for block in imported) and is_native_root(root)]
    named = {framework.name: framework for framework in FRAMEWORKS}
    found = [named[ROOTS[root]] for root in roots if ROOTS[root] in named]
    return bool(found) and all(framework.builds_graphs for framework in found)


def run_file(context: FileContext, run: Callable[[Block], None]) -> Session:
    """Run the blocks of the file in order."""
    session = context.session = Session(context.sources.notebook(context.request.path))
    scope = context.module.scope.names
    for block in context.module.source.blocks:
        if block.kind in DEFINITIONS:
            continue
        run(block)
        for name in block.binds:
            value = scope.setdefault(name, Unknown(f"the code that makes {name} could not be followed"))
            if is_model(value):
                session.bindings.append(Binding(name, value, block))
    session.made = [made for framework in FRAMEWORKS for made in framework.made(context.machine)]
    return session
