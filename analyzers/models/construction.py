"""Building a model nobody has built yet: as the workspace builds it, or with placeholders for what nobody gives."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

from analyzers.imports.resolver import marked_root, workspace_root
from analyzers.imports.workspace import files_that_build, files_that_derive
from analyzers.interpreter.framework import FRAMEWORKS, is_model_class, is_module
from analyzers.interpreter.values import Class, Function, Instance, Raised
from analyzers.models.arguments import arguments_fact
from analyzers.models.context import FileContext
from analyzers.models.inputs.known import unwrapped
from analyzers.models.placeholder_arguments import placeholder_arguments
from analyzers.models.signatures import constructor_parameters, open_defaults, required_parameters
from analyzers.models.usages import call_function, run_block
from analyzers.unknown import Unknown

MAXIMUM_BUILDERS = 5


class Construction:
    """Makes models of the classes and functions of one file."""

    def __init__(self, context: FileContext) -> None:
        self.context = context
        self.machine = context.machine

    def built(self, value: Any) -> Any:
        """A class or a function named as target is called without arguments."""
        for framework in FRAMEWORKS:
            framework.before_build(self.machine)
        if isinstance(value, Class) and is_model_class(value):
            return self._instance_of(value)
        if isinstance(value, Function) and not required_parameters(value):
            return self.machine.call(value)
        return value

    def _instance_of(self, value: Class) -> Any:
        """An instance; what nobody gives its constructor has a placeholder."""
        names = constructor_parameters(value)
        try:
            given = placeholder_arguments(self.machine, self.context.module, value, names)
            made = self.machine.call(value, (), given)
            self.machine.recorder.given[id(made)] = [], given
            return made
        except Raised:
            if not names:
                raise
            return self.with_unknowns(value)

    def with_unknowns(self, value: Class, defaults: Sequence[str] = ()) -> Any:
        """An instance of which nothing is supposed that nobody gives, nor that these ``defaults`` stay."""
        names = [*constructor_parameters(value), *defaults]
        return self.machine.call(value, (), {name: Unknown(f"nobody says what {name} is") for name in names})

    def of_any_kind(self, value: Class) -> Any:
        """An instance of which nothing is supposed that a caller may give: whatever happens to it happens to every
        one."""
        return self.with_unknowns(value, open_defaults(value))

    def in_workspace(self, value: Class) -> Instance | None:
        """An instance of the class as the file itself, or else another file of the workspace, builds it."""
        made = self._instance_made(value)
        for name in (value.name, *self._functions_that_build(value)) if made is None else ():
            for path in self._builders(value, name):
                self._follow(path, name)
                made = self._instance_made(value)
                if made is not None:
                    return made
        return made

    def _functions_that_build(self, value: Class) -> list[str]:
        """The functions beside the class that call it with what others give them."""
        call = re.compile(rf"\b{re.escape(value.name)}[ \t]*\(")
        blocks = [
            block for block in self.context.module.source.blocks if block.kind == "def" and block.mentions(value.name)
        ]
        return [name for block in blocks if call.search(block.text) for name in block.binds][:MAXIMUM_BUILDERS]

    def as_used(self, value: Class) -> Instance | None:
        """An instance of a class that needs no arguments with those that the file's own code gives it where it tries it
        out: what goes in there fits no other."""
        given = self.machine.recorder.given
        for usage in self.context.usages:
            made = unwrapped(usage.instance)
            args, kwargs = given.get(id(made), ([], {}))
            if made.class_ is value and (args or kwargs) and arguments_fact(args, kwargs).unsayable is None:
                built = self.machine.call(value, args, kwargs)
                given[id(built)] = args, kwargs
                return built if isinstance(built, Instance) and built.unknown_because is None else None
        return None

    def _instance_made(self, value: Class) -> Instance | None:
        made = self.machine.recorder.built
        return next((i for i in made if i.class_ is value and i.unknown_because is None and is_module(i)), None)

    def _builders(self, value: Class, name: str) -> list[str]:
        path = self.context.request.path
        root = self._workspace(path)
        if "site-packages" in root or value.site is None or value.site.path != path:
            return []
        return list(files_that_build(self.context.sources, root, name, path))[:MAXIMUM_BUILDERS]

    def _workspace(self, path: str) -> str:
        """The folder whose files may build what is in this one: the project's, else the one that was given."""
        given = [root for root in self.context.options.roots if path.startswith(os.path.join(root, ""))]
        return marked_root(path) or max(given, key=len, default="") or workspace_root(path)

    def is_derived(self, value: Class) -> bool:
        """Whether another class of the workspace derives from this one and may bring what it lacks."""
        path = self.context.request.path
        root = self._workspace(path)
        if value.has_subclasses or "site-packages" in root:
            return True
        return any(files_that_derive(self.context.sources, root, value.name, path))

    def _follow(self, path: str, name: str) -> None:
        """Run what another file does with a class or function: its top-level code, then its functions without arguments."""
        module = self.machine.modules.load(path)
        with self.machine.recorder.separate_errors():
            for block in module.source.blocks:
                if block.kind not in ("def", "class", "import", "comment") and block.mentions(name):
                    run_block(self.context, block, module)
            for block in module.source.blocks:
                if block.kind == "def" and block.mentions(name) and f"{name}(" in block.text:
                    call_function(self.context, module, block.binds[0])
