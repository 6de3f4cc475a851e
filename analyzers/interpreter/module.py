"""One module under analysis: its blocks run when one of their names is looked up."""

from __future__ import annotations

import builtins
import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import BuiltinFunctionType, FunctionType
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.capabilities import SupportsAttributeAssignment
from analyzers.interpreter.iteration import is_exception
from analyzers.interpreter.relevant_blocks import changing, changing_import, checked_import
from analyzers.interpreter.scope import Frame, Scope
from analyzers.interpreter.unresolved_calls import CONTAINERS, change
from analyzers.interpreter.values import MISSING, Class, Function, Instance, ModuleValue, Raised
from analyzers.source import program
from analyzers.source.module import SourceModule
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine
    from analyzers.interpreter.modules import Modules
    from analyzers.source.blocks import Block


DEFINED = (ModuleValue, Class, Function, FunctionType, BuiltinFunctionType, type)
"""What code that sets options does not bind anew."""


class Module(ModuleValue, SupportsAttributeAssignment):
    """A module of source. Nothing of it is read until a name is looked up in it.

    Looking a name up runs the blocks that bind it and those that may change it, in file order, each
    once. That is what running the file would have left in the name, without parsing the rest.
    """

    def __init__(self, modules: Modules, name: str, path: str) -> None:
        self.modules = modules
        self.name = name
        self.path = path
        self.is_namespace = not path.endswith((".py", ".ipynb"))
        self.is_package = self.is_namespace or path.replace("\\", "/").endswith("/__init__.py")
        self.is_watched = modules.is_watched(path)
        """Whether the values of its expressions are wanted (see ``Request.open``)."""
        self.scope = Scope(self)
        self.scope.is_module = True
        self.scope.names.update(__name__=name, __file__=path, __doc__=None, __spec__=None)
        if self.is_package:
            self.scope.names["__path__"] = [path if self.is_namespace else os.path.dirname(path)]
        self.executed: set[int] = set()
        self.settled: set[str] = set()
        self.opened: Unknown | None = None
        """Code that is not known which ran among its names."""
        self.running: list[int] = []
        self._source: Any = None
        self._relevant_to: dict[str, list[Any]] = {}
        self._held: tuple[Any, frozenset[int]] = (None, frozenset())
        self._relevant_blocks: dict[str, tuple[frozenset[str], list[Block]]] = {}

    def __repr__(self) -> str:
        return f"<module {self.name}>"

    @property
    def source(self) -> Any:
        if self._source is None:
            sources = self.modules.resolver.sources
            self._source = SourceModule(self.path, "") if self.is_namespace else sources.module(self.path)
        return self._source

    @property
    def has_unknown_names(self) -> bool:
        """A star import of something unknown, or code that is not known, may have brought any name."""
        stars = self.source.star_imports
        return self.opened is not None or any(not self.modules.is_known(spec, self) for spec in stars)

    def open_names(self, unknown: Unknown) -> None:
        """Code that is not known ran among the module's names: what they are and which there are is not known."""
        machine = self.modules.machine
        limit = self.running[-1] if self.running else None
        for block in self.source.blocks:
            if (
                limit is not None
                and block.index < limit
                and block.kind == "assign"
                and block.index not in self.executed
            ):
                self.run_block(machine, block)
        names = self.scope.names
        machine.journal.touch(names)
        for name, value in names.items():
            if not name.startswith("__") and not isinstance(value, DEFINED):
                names[name] = unknown
        self.opened = unknown

    # -- names -------------------------------------------------------------------------------

    def look_up(self, name: str) -> Any:
        if name in self.settled:
            return self.scope.names.get(name, MISSING)
        if f"{self.name}.{name}" in self.modules.declared:
            self.scope.names[name] = self.modules.declared_member(f"{self.name}.{name}")
            self.settled.add(name)
            return self.scope.names[name]
        return self._settle(name)

    def _settle(self, name: str) -> Any:
        machine = self.modules.machine
        limit = self.running[-1] if self.running else None
        for block in self._waiting(name):
            if (limit is None or block.index < limit) and block.index not in self.executed:
                self._run_for(machine, block, name)
        if name not in self.scope.names:
            self._settle_elsewhere(machine, name, limit)
        if limit is None:
            self.settled.add(name)
        return self.scope.names.get(name, MISSING)

    def _waiting(self, name: str) -> list[Any]:
        """The blocks that are to run for a name and did not run yet, in order. What they are is looked for once, but for
        names that are imported: functions that are found later may change what those are."""
        known = self._relevant_to.get(name)
        if known is None:
            known = self._relevant(name)
            if any(block.kind != "import" for block in self.source.binders(name)):
                self._relevant_to[name] = known
        if known and known[0].index in self.executed:
            known = [block for block in known if block.index not in self.executed]
            if name in self._relevant_to:
                self._relevant_to[name] = known
        return known

    def _run_for(self, machine: Machine, block: Block, name: str) -> None:
        """Run a block for one of its names; what only type checkers see in a lazily imported package is imported alone."""
        known = checked_import(block, name) if block.keyword == "if" else None
        if known is None:
            self.run_block(machine, block)
        else:
            self._run(machine, block, (known,))

    def _settle_elsewhere(self, machine: Machine, name: str, limit: int | None) -> None:
        """Bound later in the file (reached through a call), by a star import, or a submodule."""
        if limit is not None:
            found = self.modules.find_starred(self, name)
            if found is not MISSING:
                self.scope.names[name] = found
                return
            later = () if hasattr(builtins, name) else self.source.binders(name)
            for block in later:
                if block.index not in self.executed:
                    self.run_block(machine, block)
        if name in self.scope.names:
            return
        found = self.modules.find_starred(self, name)
        if found is MISSING and self.is_package and not name.startswith("__"):
            found = self.modules.submodule(self, name)
        if found is not MISSING:
            self.scope.names[name] = found

    def _relevant(self, name: str) -> list[Any]:
        """The blocks that bind a name or may change it, in order; worked out once, as long as the functions that set
        names of their modules are the same."""
        setters = self.modules.setters
        binders = self.source.binders(name)
        is_imported = bool(binders) and all(b.kind == "import" for b in binders)
        if is_imported:
            self.modules.apply_patches(self)
            setters = self.modules.setters
        known = self._relevant_blocks.get(name)
        if known is None or known[0] is not setters:
            source = self.source
            found = changing_import(source, setters, binders) if is_imported else changing(source, name, binders)
            known = self._relevant_blocks[name] = setters, found
        return known[1]

    def run_in_turn(self, machine: Machine, block: Block) -> None:
        """Run a block after those before it that bind the same names: the last binding is the one that stays."""
        for name in block.binds:
            for earlier in self._relevant(name):
                if earlier.index < block.index and earlier.index not in self.executed:
                    self.run_block(machine, earlier)
        self.run_block(machine, block)

    def assign(self, name: str, value: Any) -> None:
        self.modules.machine.journal.touch(self.scope.names)
        self.scope.names[name] = value
        if not self.running:
            self.settled.add(name)

    def may_hold(self, container: Any) -> bool:
        """Whether a global may be the container or an object that keeps it; what its globals are is looked at anew
        after more of the module was run."""
        self.newly_kept()
        return id(container) in self._held[1]

    def newly_kept(self) -> frozenset[int]:
        """The identities of what its globals are and keep, where more of the module was run since that was asked."""
        ran = len(self.executed), len(self.scope.names)
        if self._held[0] == ran:
            return frozenset()
        self._held = ran, frozenset(map(id, kept_in(self)))
        return self._held[1]

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        found = self.look_up(name)
        if found is MISSING and name == "__dict__":
            return self.scope.names
        if found is MISSING and not name.startswith("__"):
            found = self._by_hook(machine, name)
        if found is MISSING and self.has_unknown_names:
            return machine.unknown(f"{self.name}.{name} is not found")
        return found

    def _by_hook(self, machine: Machine, name: str) -> Any:
        """What the module's own ``__getattr__`` (PEP 562) makes of a name, as lazily imported packages have it."""
        hook = self.look_up("__getattr__") if self.source.binders("__getattr__") else MISSING
        if not isinstance(hook, Function):
            return MISSING
        try:
            return machine.call(hook, (name,))
        except Raised as raised:
            if is_exception(raised.value, "AttributeError"):
                return MISSING
            raise

    def assign_attribute(self, machine: Machine, name: str, value: Any) -> None:
        """From outside; the module as a whole ran before that."""
        for block in self.source.blocks:
            if block.index not in self.executed and block.kind not in ("import", "comment") and block.mentions(name):
                self.look_up(block.binds[0]) if block.binds else self.run_block(machine, block)
        self.look_up(name)
        machine.journal.touch(self.scope.names)
        self.scope.names[name] = value
        self.settled.add(name)

    # -- execution ---------------------------------------------------------------------------

    def run_block(self, machine: Machine, block: Block) -> None:
        """Run one column-0 block, outside whatever branch or handler asked for it."""
        self.executed.add(block.index)
        statements = block.program
        if statements is None:
            self._lose(machine, block, block.refusal or "the code does not parse")
        else:
            self._run(machine, block, statements)

    def _run(self, machine: Machine, block: Block, statements: program.Suite) -> None:
        from analyzers.interpreter.execution import run

        frame = Frame(self, self.scope, block)
        before = {name: self.scope.names[name] for name in block.binds if name in self.scope.names}
        self.running.append(block.index)
        machine.frames.append(frame)
        try:
            with outside(machine):
                machine.journal.touch(self.scope.names)
                for statement in statements:
                    run(machine, frame, statement)
        except Raised as raised:
            machine.recorder.escaped(raised)
            self._lose(machine, block, f"raises {describe(raised)}")
        except UnknownUsed as used:
            unbind(self, before, used.unknown.reason)
            self._lose(machine, block, used.unknown.reason)
        finally:
            machine.frames.pop()
            self.running.pop()

    def _lose(self, machine: Machine, block: Block, reason: str) -> None:
        for name in block.binds:
            self.scope.names.setdefault(name, Unknown(reason))
        if block.kind not in ("def", "class", "import"):
            change(machine, f"the code that fills it could not be followed: {reason}", filled_by(self, block))

    def run_all(self) -> None:
        """Everything, in order: what running the file does."""
        for block in self.source.blocks:
            if block.index not in self.executed and block.kind != "comment":
                self.run_block(self.modules.machine, block)


def unbind(module: Module, before: dict[str, Any], reason: str) -> None:
    """The names that still have what they had before a block that would have bound them anew."""
    names = module.scope.names
    names.update({name: Unknown(reason) for name, value in before.items() if names.get(name) is value})


def filled_by(module: Module, block: Block) -> list[Any]:
    """The lists, dicts and sets of a module that a block may fill."""
    for name in filter(block.mentions, module.source.containers):
        module.look_up(name)
    values = module.scope.names.items()
    return [value for name, value in values if type(value) in CONTAINERS and block.mentions(name)]


def describe(raised: Raised) -> str:
    """``ValueError("text")`` as one reads it in a traceback."""
    class_ = getattr(raised.value, "class_", None)
    if class_ is None:
        return "an exception"
    args = raised.value.attributes.get("args", ())
    if args and class_.name == "KeyError":
        return f"KeyError: {args[0]!r}"
    text = str(args[0]) if args and isinstance(args[0], (str, int)) else ""
    return f"{class_.name}: {text}" if text else class_.name


@contextmanager
def outside(machine: Machine) -> Iterator[None]:
    """Module code is not part of the branch, handler or layer call during which it happens to be needed."""
    saved = machine.journal.open, machine.uncertain, machine.handlers
    machine.journal.open, machine.uncertain, machine.handlers = [], 0, ()
    try:
        with machine.recorder.suspended(), machine.journal.earlier(saved[0]):
            yield
    finally:
        machine.journal.open, machine.uncertain, machine.handlers = saved


def kept_in(module: Module) -> Iterator[Any]:
    """A module's namespace, its globals, and what those that are objects or classes keep."""
    yield module.scope.names
    for value in module.scope.names.values():
        yield value
        if isinstance(value, Instance):
            yield value.payload
        kept = value.attributes if type(value) is Instance else value.namespace if type(value) is Class else None
        if kept is not None:
            yield from kept.values()
