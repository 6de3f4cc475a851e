"""What a program certainly raises, in the words of its own code: an attribute, name or key that is not there.

Only what would be raised on every run is told: not in a branch that may not be taken, and nothing of objects that may
hold more than is known of them.
"""

from __future__ import annotations

import builtins
import os
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from analyzers.interpreter import overlays
from analyzers.interpreter.hosts import ModuleHost, hosts_of
from analyzers.interpreter.iteration import type_name
from analyzers.interpreter.scope import Frame
from analyzers.interpreter.values import MISSING, Class, Function, Instance, ModuleValue, Raised, Site
from analyzers.source import bindings, program
from analyzers.tensors.errors import OperationError
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine
    from analyzers.interpreter.module import Module
    from analyzers.interpreter.scope import Scope
    from analyzers.source.blocks import Block

CERTAIN_EXCEPTION = "certain-exception"
PLAIN = frozenset((tuple, list, dict, str))
"""Python's own kinds of value that have no other attributes than Python says."""
EXACT = PLAIN | {int, float}
"""Values that stand for nothing else: None may be filled later, True is what an option has by default."""
UNTOLD = frozenset(
    "NotImplementedError ImportError OSError EOFError SystemExit KeyboardInterrupt GeneratorExit StopIteration Warning".split()
)
"""What is raised on purpose, or depends on where the program runs: with the exceptions derived from these."""
OF_NOTEBOOKS = frozenset("get_ipython display In Out exit quit spark sc dbutils".split())
MAXIMUM_SHOWN = 60
_OF_SURROUNDINGS = re.compile(
    r"cuda|gpu|mps\b|xla|(?<!i)npu|available|version|platform|environ|argv|distributed|rank|world_size|device|exists|is_?file|"
    r"is_?dir|install|\bhas_|initialized",
    re.IGNORECASE,
)
"""Words of a condition that depends on where a program runs."""


def is_certain(machine: Machine) -> bool:
    """Whether what runs now is the user's own code and runs in any case: no function around it may have returned."""
    frames = machine.frames
    if machine.uncertain or any(frame.pending for frame in frames):
        return False
    module = frames[-1].module if frames else None
    return module is not None and machine.modules.is_own(module.path) and frames[-1].block in module.source.blocks


def _refuser(machine: Machine) -> str | None:
    """The function that the user's own code calls in any case, in a library that raises on account of arguments alone."""
    frames = machine.frames
    if machine.uncertain or any(frame.pending for frame in frames) or not frames:
        return None
    own = [machine.modules.is_own(frame.module.path) for frame in frames]
    if not overlays.checks_arguments(frames[-1].module.name) or True not in own:
        return None
    first = frames[len(own) - own[::-1].index(True)]
    return first.function.name if isinstance(first.function, Function) else None


def told(machine: Machine, raised: Raised, message: str, by_arguments: bool = False, **data: Any) -> Raised:
    """The exception with the problem that is reported where nothing in the program catches it."""
    if by_arguments or is_certain(machine):
        name = raised.value.class_.name
        error = OperationError(CERTAIN_EXCEPTION, message, exception=name, **data)
        raised.recorded_error = machine.recorder.recorded(error, None, raised.site)
    return raised


# -- attributes ------------------------------------------------------------------------------


def no_attribute(machine: Machine, frame: Frame, node: program.Attribute, owner: Any, name: str) -> Raised:
    """AttributeError for ``owner.name`` as ``node`` has it."""
    frame.node = node
    raised = machine.exception("AttributeError", f"{type_name(owner)} object has no attribute {name}")
    owner = machine.modules.behind(owner)
    if (
        not is_certain(machine)
        or not _is_wholly_known(machine, owner, name)
        or _is_neighbour(machine, node.value, owner)
    ):
        return raised
    never = _is_never_set(machine, owner, name)
    message = _about_self(frame, node, owner, never) or f"{_called(owner)} has no attribute {name}"
    return told(machine, raised, f"{message}{hint(name, _names_of(owner))}", any_input=True, always=never)


def _is_wholly_known(machine: Machine, owner: Any, name: str) -> bool:
    """Whether it can have no other attributes than are known of it."""
    if isinstance(owner, Instance):
        return _is_known_object(machine, owner, name) and not _is_set_outside(machine, owner, name)
    if isinstance(owner, ModuleValue):
        source = getattr(owner, "source", None)
        if getattr(owner, "is_namespace", False) or name[:2] == "__":
            return False
        return source is not None and not owner.has_unknown_names and not _may_bind(source, name)  # type: ignore[attr-defined]
    return type(owner) in PLAIN and not hasattr(owner, name) and not _is_of_unknown_class(machine)


def _is_neighbour(machine: Machine, node: program.Expression, owner: Any) -> bool:
    """A module of the same package that ``import name`` found: another package of that name may be meant."""
    module = machine.frames[-1].module
    folder = os.path.dirname(module.path)
    path = getattr(owner, "path", None)
    if not isinstance(owner, ModuleValue) or not path or os.path.dirname(path) != folder:
        return False
    imports = module.source.binders(node.id) if isinstance(node, program.Name) else []
    is_relative = any(block.text.lstrip().startswith("from") for block in imports)
    return not is_relative and machine.modules.resolver.import_root(module.path) != folder


def _is_of_unknown_class(machine: Machine) -> bool:
    """Whether the value is an attribute of an object whose class has a base, or a metaclass, that is not known: it may
    make something else of what the class says."""
    frame = machine.frames[-1]
    node = getattr(frame.node, "value", None)
    owner = node.value if isinstance(node, program.Attribute) else None
    found = frame.scope.find(owner.id) if isinstance(owner, program.Name) else None
    if found is MISSING and isinstance(owner, program.Name):
        found = frame.module.look_up(owner.id)
    return isinstance(found, Instance) and found.class_.opaque is not None


def _is_known_object(machine: Machine, owner: Instance, name: str) -> bool:
    class_ = owner.class_
    if class_.opaque is not None or owner.unknown_because is not None or owner.payload is not None:
        return False
    if id(owner) in machine.recorder.open_objects or machine.recorder.has_hooks:
        return False
    host = next(hosts_of(class_), None)
    if host is not None and not (issubclass(host, ModuleHost) and host.tells_all_names):
        return False
    if host is not None and host.may_have and (name in host.may_have or name[0] == "_"):
        return False
    hooks = (class_.find(hook) for hook in ("__getattr__", "__getattribute__"))
    if any(isinstance(hook, Function) for hook in hooks) or class_.traits.metaclass is not None:
        return False
    bases = (base for base in class_.mro if base is not object)
    if any(not isinstance(base, Class) or base.module == "builtins" for base in bases):
        return False
    tables = (owner.attributes, *(v for v in owner.attributes.values() if type(v) is dict))
    return all(isinstance(key, str) and key != "**" for key in owner.attributes) and all("**" not in t for t in tables)


def _own_blocks(owner: Instance) -> set[Any]:
    return {c.site.block for c in owner.class_.mro if isinstance(c, Class) and c.site is not None}


def _is_set_outside(machine: Machine, owner: Instance, name: str) -> bool:
    """Whether other code of the same files sets an attribute of that name, perhaps of this object."""
    own = _own_blocks(owner)
    modules = {frame.module.path: frame.module for frame in machine.frames}
    modules.update({c.site.path: machine.modules.by_path.get(c.site.path) for c in owner.class_.mro if _has_site(c)})
    blocks = (b for module in modules.values() if module is not None for b in module.source.blocks if b not in own)
    return any(block.mentions(name) and bindings.sets_attribute(block.text, name) for block in blocks)


def _has_site(class_: Any) -> bool:
    return isinstance(class_, Class) and class_.site is not None


def _is_never_set(machine: Machine, owner: Any, name: str) -> bool:
    """Whether no code of the object's classes sets the attribute, under whatever condition."""
    if not isinstance(owner, Instance):
        return False
    return not any(bindings.sets_attribute(block.text, name) for block in _own_blocks(owner))


def _about_self(frame: Frame, node: program.Attribute, owner: Any, never: bool) -> str | None:
    """``forward uses self.conv, which __init__ never makes``, where it is the object whose method runs."""
    function = frame.function
    if not isinstance(function, Function) or not isinstance(node.value, program.Name) or function.owner is None:
        return None
    positional = function.parameters.positional
    if not positional or node.value.id != positional[0] or not isinstance(owner, Instance):
        return None
    initialiser = owner.class_.find("__init__")
    if never:
        maker = "__init__ never makes" if isinstance(initialiser, Function) else "is never made"
        return f"{function.name} uses {node.value.id}.{node.attr}, which {maker}"
    return f"{function.name} uses {node.value.id}.{node.attr}, which is not made by then"


def _called(owner: Any) -> str:
    if isinstance(owner, Instance):
        return owner.class_.name
    return f"the module {owner.name}" if isinstance(owner, ModuleValue) else f"a {type(owner).__name__}"  # type: ignore[attr-defined]


def _names_of(owner: Any) -> Iterable[str]:
    if isinstance(owner, ModuleValue):
        return owner.source.bound_names  # type: ignore[attr-defined]
    if not isinstance(owner, Instance):
        return dir(owner)
    tables = [v for k, v in owner.attributes.items() if type(v) is dict and k[:1] == "_"]
    own = [c.namespace for c in owner.class_.mro if isinstance(c, Class) and c.host is None]
    return [key for table in (*tables, owner.attributes, *own) for key in table if isinstance(key, str)]


MAXIMUM_COMPARED = 2_000
"""Names that one is compared with."""


def hint(word: Any, known: Iterable[Any]) -> str:
    """``; did you mean conv1?`` where one of the known names is close."""
    names = [name for name in dict.fromkeys(known) if isinstance(name, str) and name[:1] != "_"][:MAXIMUM_COMPARED]
    close = _closest(word, tuple(names)) if isinstance(word, str) else None
    return f"; did you mean {close}?" if close else ""


@lru_cache(maxsize=64)
def _closest(word: str, names: tuple[str, ...]) -> str | None:
    import difflib

    return next(iter(difflib.get_close_matches(word, names, 1, 0.6)), None)


# -- names -----------------------------------------------------------------------------------


def undefined(machine: Machine, frame: Frame, node: program.Name) -> None:
    """Note a NameError; the caller goes on with what is not known."""
    name = node.id
    if not is_certain(machine) or frame.scope.is_class or _is_bound_around(frame, name):
        return
    module = frame.module
    machine.budget.visit(len(module.source.blocks))
    if name[:2] == "__" or hasattr(builtins, name) or module.has_unknown_names or _may_bind(module.source, name):
        return
    if module.path.endswith(".ipynb") and (name in OF_NOTEBOOKS or name[0] == "_"):
        return
    known = (*_local_names(frame), *module.source.bound_names)
    message = f"the name {name} is not defined{hint(name, known)}"
    self_name = _meant_attribute(frame, name)
    if self_name is not None:
        message = f"the name {name} is not defined; did you mean {self_name}?"
    error = OperationError(
        CERTAIN_EXCEPTION, message, exception="NameError", any_input=True, always=True, undefined=name
    )
    machine.recorder.problem(error, None, Site(frame.block, node, module.path))


def not_importable(machine: Machine, frame: Frame, module: Module, level: int, dotted: str, name: str) -> None:
    """Note an ImportError: a file of the user's does not have the name. None where another file may be meant, by that
    of a package of the same name, or what is compiled beside the files of one."""
    if machine.handlers or not is_certain(machine) or module.is_package or module.running or name[:2] == "__":
        return
    root = machine.modules.resolver.import_root(frame.module.path)
    is_meant = bool(level) or os.path.join(root, *dotted.split(".")) + ".py" == os.path.abspath(module.path)
    if not is_meant or not machine.modules.is_own(module.path) or module.has_unknown_names:
        return
    blocks = frame.module.source.blocks
    is_set_here = any(block.mentions(name) and bindings.sets_attribute(block.text, name) for block in blocks)
    if not _may_bind(module.source, name) and not is_set_here:
        message = f"{'.' * level}{dotted} has no {name} to import{hint(name, module.source.bound_names)}"
        error = OperationError(
            CERTAIN_EXCEPTION,
            message,
            exception="ImportError",
            any_input=True,
            always=True,
            source_at=_start_of(module),
        )
        machine.recorder.problem(error, None, machine.site())


def _start_of(module: Module) -> Site | None:
    """The first statement of a file."""
    statements = (Site(block, block.program[0], module.path) for block in module.source.blocks if block.program)
    return next(statements, None)


def _local_names(frame: Frame) -> Iterator[str]:
    scope: Scope | None = frame.scope
    while scope is not None and not scope.is_module:
        yield from scope.names
        scope = scope.outer


def _meant_attribute(frame: Frame, name: str) -> str | None:
    """``self.conv1`` for a bare ``conv1`` in a method."""
    function = frame.function
    is_method = isinstance(function, Function) and function.owner is not None
    positional: list[str] = function.parameters.positional if is_method else []
    owner = frame.scope.names.get(positional[0]) if positional else None
    if isinstance(owner, Instance) and name in _names_of(owner):
        return f"{positional[0]}.{name}"
    return None


def _is_bound_around(frame: Frame, name: str) -> bool:
    """Whether a function around this place binds the name, so that it may have a value on another path."""
    scope: Scope | None = frame.scope
    while scope is not None and not scope.is_module:
        bound = bindings.bound_in(scope.function.node) if scope.function is not None else ()
        if name in bound or "*" in bound:
            return True
        scope = scope.outer
    return False


def _may_bind(source: Any, name: str) -> bool:
    """Whether a module may get the name in some way, be it by code that is not understood."""
    if source.binders(name) or any(block.broken or (block.is_parsed and block.errors) for block in source.blocks):
        return True
    return bindings.binds_dynamically(source.text, name)


# -- keys, items, calls ----------------------------------------------------------------------


def no_key(machine: Machine, value: dict, key: Any) -> Raised:
    """KeyError for ``value[key]``; what is in an empty dictionary may come from code that is not followed."""
    raised = machine.exception("KeyError", key)
    if type(value) is not dict or not value or not isinstance(key, (str, int)) or _may_come_out_otherwise(machine):
        return raised
    holder = shown(machine, "value") or "the dictionary"
    close = hint(key, value).replace("did you mean ", "did you mean '").replace("?", "'?")
    return told(machine, raised, f"{holder} has no key {key!r}{close}", any_input=_is_literal(machine))


def no_item(machine: Machine, value: list, key: Any, reason: str) -> Raised:
    """IndexError for an item of a list."""
    raised = machine.exception("IndexError", reason)
    if type(value) is not list or not value or type(key) is not int or _may_come_out_otherwise(machine):
        return raised
    holder = shown(machine, "value") or "the list"
    message = f"{holder} has {len(value)} item{'s' * (len(value) != 1)}, none at {key}"
    return told(machine, raised, message, any_input=_is_literal(machine))


def not_callable(machine: Machine, value: Any) -> Raised:
    """TypeError for ``value(…)``."""
    raised = machine.exception("TypeError", f"{type(value).__name__} object is not callable")
    kinds = {
        tuple: "a tuple",
        list: "a list",
        dict: "a dictionary",
        str: "a string",
        int: "a number",
        float: "a number",
    }
    kind = "a tensor" if isinstance(value, Tensor) else "None" if value is None else kinds.get(type(value))
    function = getattr(machine.frames[-1].node, "func", None) if machine.frames else None
    if kind is None or not isinstance(function, (program.Name, program.Attribute, program.Subscript)):
        return raised
    if value is None and not _is_attribute_of_self(machine, function):
        return raised
    message = f"{shown(machine, 'func')} is {kind}, which cannot be called"
    return told(machine, raised, message, any_input=True)


def of_python(machine: Machine, error: Exception, *operands: Any) -> Raised:
    """What Python itself raises; told where operands of these kinds never go together, whatever is in them."""
    raised = machine.exception(type(error).__name__, str(error))
    is_of_kinds = type(error) is TypeError and bool(operands) and EXACT.issuperset(map(type, operands))
    if not is_of_kinds or _may_come_out_otherwise(machine):
        return raised
    return told(machine, raised, f"this raises {type(error).__name__}: {error}")


def _is_attribute_of_self(machine: Machine, node: program.Expression) -> bool:
    """Whether ``self.transform`` is called and is None itself, not a part of what it is."""
    if not isinstance(node, program.Attribute) or not isinstance(node.value, program.Name) or node.value.id != "self":
        return False
    owner = machine.frames[-1].scope.names.get("self")
    return isinstance(owner, Instance) and owner.attributes.get(node.attr, None) is None


def _is_literal(machine: Machine) -> bool:
    """Whether the key is written down, so that no input has a part in it."""
    key = getattr(machine.frames[-1].node, "key", None) if machine.frames else None
    return isinstance(key, program.Constant)


# -- statements ------------------------------------------------------------------------------


def failed_assertion(machine: Machine, frame: Frame, node: program.Assert, message: Any) -> Raised:
    """AssertionError."""
    frame.node = node
    raised = machine.exception("AssertionError", message if isinstance(message, str) else "")
    if machine.recorder.has_choices or _OF_SURROUNDINGS.search(source_of(frame.block, node.test)):
        return raised
    if _asks_identity(node.test):
        return raised
    said = f": {_line(message)}" if isinstance(message, str) and message else ""
    return told(machine, raised, f"the assertion {source_of(frame.block, node.test)} fails{said}")


def _asks_identity(node: program.Node) -> bool:
    """``query is key``: nobody says whether two arguments are the same object."""
    if isinstance(node, program.Compare) and "is" in node.operators:
        return not any(isinstance(part, program.Constant) for part in (node.left, *node.comparators))
    return any(map(_asks_identity, program.children(node)))


def explicit(machine: Machine, raised: Raised) -> Raised:
    """What a ``raise`` statement raises, unless it says something of where the program runs."""
    value = raised.value
    if raised.recorded_error is not None or not isinstance(value, Instance) or value.class_.opaque is not None:
        return raised
    kinds = {c.name for c in value.class_.mro if isinstance(c, Class)}
    if not kinds.isdisjoint(UNTOLD) or "Exception" not in kinds or machine.recorder.has_choices:
        return raised
    frame = machine.frames[-1]
    around = _statements_around(frame)
    tests = [node.test for node in around if isinstance(node, (program.If, program.While))]
    if any(_OF_SURROUNDINGS.search(source_of(frame.block, test)) for test in tests):
        return raised
    if _package_runs_first(machine) or any(map(_awaits_an_exception, around, around[1:])):
        return raised
    args = value.attributes.get("args", ())
    text = _line(args[0]) if args and isinstance(args[0], (str, int)) else ""
    refuser = _refuser(machine)
    said = f"{refuser or 'this'} raises {value.class_.name}{': ' if text else ''}{text}"
    return told(machine, raised, said, by_arguments=refuser is not None)


def _statements_around(frame: Frame) -> list[program.Node]:
    """The statements that the one which is run stands in, from the outermost on, and itself."""
    body = frame.function.node.body if isinstance(frame.function, Function) else frame.block.program
    waiting: list[tuple[Any, list[program.Node]]] = [(body, [])]
    while waiting:
        node, around = waiting.pop()
        path = [*around, node] if isinstance(node, program.Node) else around
        if node is frame.node:
            return path
        waiting += [(child, path) for child in program.children(node)]
    return []


def _package_runs_first(machine: Machine) -> bool:
    """Whether the file belongs to a package whose ``__init__`` does something before the file is imported: it may set what
    the file's objects need."""
    module = machine.frames[0].module
    package = machine.modules.resolver.resolve_relative(module.path, 1, None)
    if package is None or package == module.path or not package.endswith(".py"):
        return False
    blocks = machine.modules.resolver.sources.module(package).blocks
    return any(block.kind == "other" and "(" in block.text for block in blocks)


def _awaits_an_exception(outer: program.Node, inner: program.Node) -> bool:
    """Whether the statement is for when nothing in front of it has raised what the ``try`` around it catches: that
    something raises is not always known."""
    if not isinstance(outer, program.Try) or not outer.handlers:
        return False
    return any(inner is node for node in (*outer.body[1:], *outer.orelse))


def _may_come_out_otherwise(machine: Machine) -> bool:
    """Whether what a container holds may come from hooks or the command line, which are not followed."""
    return machine.recorder.has_hooks or machine.recorder.has_choices


def _line(text: Any) -> str:
    line = " ".join(str(text).split())
    return line if len(line) <= 2 * MAXIMUM_SHOWN else line[: 2 * MAXIMUM_SHOWN - 1] + "…"


def shown(machine: Machine, part: str) -> str | None:
    """The text of a part of what is evaluated."""
    frame = machine.frames[-1] if machine.frames else None
    node = getattr(frame.node, part, None) if frame is not None else None
    return source_of(frame.block, node) if frame is not None and isinstance(node, program.Node) else None


def source_of(block: Block, node: program.Node) -> str:
    """The code of a node, in backquotes, on one line; shortened where it is long."""
    try:
        code = block.code(node)
    except KeyError:
        code = ""
    if not code:
        return "it"
    return f"`{code if len(code) <= MAXIMUM_SHOWN else code[: MAXIMUM_SHOWN - 1] + '…'}`"
