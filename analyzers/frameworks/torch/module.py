"""``torch.nn.Module``, ``Parameter`` and ``Tensor`` as classes."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.torch import hooks
from analyzers.interpreter.capabilities import ShapeTuple
from analyzers.interpreter.framework import FRAMEWORKS, Framework, framework_of
from analyzers.interpreter.hosts import HostObject, ModuleHost, hosts_of
from analyzers.interpreter.instances import note_assignment
from analyzers.interpreter.lazy_iterators import LazyIterator
from analyzers.interpreter.missing_entry import missing_entry
from analyzers.interpreter.overlays import NAMES, layer
from analyzers.interpreter.values import MISSING, Class, Function, Instance, Partial
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.operations.arguments import described
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import NotModelled, Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

TABLES = ("_parameters", "_buffers", "_modules")
PLAIN_TYPES = frozenset((int, float, bool, str, type(None)))
LAZY = {LazyIterator: "a generator", Partial: "a functools.partial"}
NEVER_MODULES = (int, float, str, tuple, list, dict, set, Tensor, LazyIterator, Class, Function, FunctionType, Partial)


def is_module(value: Any) -> bool:
    return framework_of(value) is TORCH


def children_of(module: Instance) -> dict[str, Any]:
    """Name → child module (or None)."""
    return module.attributes.get("_modules", {})


def walk(module: Instance, prefix: str = "") -> Iterator[tuple[str, Instance]]:
    """``named_modules()``: every module once, under the first name it is reached by."""
    seen: set[int] = set()
    waiting = [(prefix, module)]
    while waiting:
        path, module = waiting.pop()
        if id(module) not in seen:
            seen.add(id(module))
            yield path, module
            below = [
                (f"{path}.{name}" if path else str(name), child)
                for name, child in children_of(module).items()
                if isinstance(child, Instance)
            ]
            waiting += reversed(below)


def own_tensors(module: Instance, table: str) -> Iterator[tuple[str, Tensor]]:
    for name, tensor in module.attributes.get(table, {}).items():
        if isinstance(tensor, Tensor):
            yield name, tensor


def named_tensors(module: Instance, table: str, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Tensor]]:
    """``named_parameters()`` / ``named_buffers()``: shared ones once."""
    seen: set[int] = set()
    for path, owner in walk(module, prefix) if recurse else [(prefix, module)]:
        for name, tensor in own_tensors(owner, table):
            if id(tensor) not in seen:
                seen.add(id(tensor))
                yield (f"{path}.{name}" if path else name), tensor


def unregistered(root: Instance) -> Iterator[tuple[Instance, str, list[Instance]]]:
    """(owner, attribute, modules) where modules are kept in a plain list, tuple or dict and nowhere else."""
    modules = [module for _, module in walk(root)]
    known = set(map(id, modules))
    for owner in modules:
        for name, value in owner.attributes.items():
            if type(value) not in PLAIN_TYPES and name not in TABLES:
                lost = [m for m in _modules_in(value) if id(m) not in known]
                if lost:
                    yield owner, name, lost


def _modules_in(value: Any, depth: int = 0, seen: set[int] | None = None) -> Iterator[Instance]:
    """The modules in a list, tuple or dict; each container is looked into once."""
    seen = set() if seen is None else seen
    if not isinstance(value, (list, tuple, dict)) or depth > 2 or id(value) in seen:
        return
    seen.add(id(value))
    for part in list(value.values() if isinstance(value, dict) else value):
        if type(part) in PLAIN_TYPES:
            continue
        if is_module(part):
            yield part
        else:
            yield from _modules_in(part, depth + 1, seen)


def lazily(items: Iterator[Any]) -> LazyIterator:
    return LazyIterator(iter(list(items)))


UNMODELLED = frozenset(
    "T_destination _apply _backward_hooks _backward_pre_hooks _call_impl _compiled_call_impl _forward_hooks "
    "_forward_hooks_always_called _forward_hooks_with_kwargs _forward_pre_hooks _forward_pre_hooks_with_kwargs "
    "_get_backward_hooks _get_backward_pre_hooks _is_full_backward_hook _load_state_dict_post_hooks "
    "_load_state_dict_pre_hooks _maybe_warn_non_full_backward_hook _named_members _non_persistent_buffers_set "
    "_replicate_for_data_parallel _save_to_state_dict _slow_forward _state_dict_hooks _state_dict_pre_hooks _version "
    "_wrapped_call_impl call_super_init dump_patches get_buffer get_extra_state mtia register_full_backward_pre_hook "
    "register_load_state_dict_pre_hook register_state_dict_post_hook set_extra_state set_submodule _conv_forward "
    "_check_non_zero_input_channels _fill_padding_idx_with_zero _require_tuple_int _flat_weight_refs _flat_weights "
    "_flat_weights_names _init_flat_weights _update_flat_weights _weights_have_changed check_forward_args "
    "check_hidden_size check_input get_expected_hidden_size permute_hidden get_expected_cell_size merge_masks "
    "_get_full_log_prob _infer_parameters _initialize_hook _lazy_load_hook _load_hook cls_to_become _get_item_by_idx "
    "_get_abs_string_index _size _key_to_attr _keys copy fromkeys popitem setdefault".split()
)
"""What torch's modules have beyond what is written down here: nothing is known of these attributes."""


@layer("torch.nn.Module", "torch.nn.modules.Module", "torch.nn.modules.module.Module")
class Module(ModuleHost):
    """The base of every layer: attribute assignment registers parameters, buffers and submodules."""

    tells_all_names = True
    training: Any

    @staticmethod
    def prepare(instance: Instance) -> None:
        """What ``Module.__init__`` sets up; framework layers are prepared before their own constructor runs."""
        attributes = instance.attributes
        for table in TABLES:
            if table not in attributes:
                entries: dict[str, Any] = {}
                attributes[table] = entries
                instance.machine.journal.made(entries)
        if "training" not in attributes:
            attributes["training"] = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        return None

    def __call__(self, *args: Any, machine: Machine, **kwargs: Any) -> Any:
        forward = machine.get_attribute(self, "forward", default=MISSING)
        if forward is MISSING:
            raise missing_entry(machine, self, "forward")
        given = hooks.before(self, list(args), kwargs, machine)
        result = machine.recorder.call_module(self, forward, *given)
        return hooks.after(self, *given, result, machine)

    if not TYPE_CHECKING:  # What is not declared is a mistake to the type checker.

        def __getattr__(self, name: str) -> Any:
            attributes = self.attributes
            for table in TABLES:
                if table in attributes and name in attributes[table]:
                    if table == "_parameters":
                        self.machine.recorder.read.add(id(self))
                    return attributes[table][name]
            if name in UNMODELLED:
                return Unknown(f"torch's own {name} is not modelled")
            return hooks.table_of(self, name) if name in hooks.TABLES else MISSING

    def __setattr__(self, name: str, value: Any) -> None:
        machine = self.machine
        table = _table_for(self, name, value)
        if table is None:
            machine.journal.touch(self.attributes)
            self.attributes[name] = value
            if type(value) not in PLAIN_TYPES and isinstance(value, (list, tuple, dict)):
                note_assignment(self, name, machine.site())
            return
        entries = self.attributes.get(table)
        if entries is None:
            raise _not_prepared(self)
        machine.journal.touch(entries)
        _forget(self, name, keep=table)
        entries[name] = value
        if table == "_modules":
            note_assignment(self, name, machine.site())

    def __delattr__(self, name: str) -> None:
        for table in TABLES:
            entries = self.attributes.get(table, {})
            if name in entries:
                self.machine.journal.touch(entries)
                del entries[name]
                return
        self.attributes.pop(name, None)

    # -- registration --------------------------------------------------------------------------

    def register_buffer(self, name: Any, tensor: Any, persistent: Any = True) -> None:
        self.attributes["_buffers"][name] = tensor

    def register_parameter(self, name: Any, param: Any) -> None:
        self.attributes["_parameters"][name] = param

    def add_module(self, name: Any, module: Any, *, machine: Machine) -> None:
        entries = self.attributes.get("_modules")
        if entries is None:
            raise _not_prepared(self)
        machine.journal.touch(entries)
        if isinstance(name, Unknown) or isinstance(module, Unknown):
            object.__setattr__(self, "unknown_because", name if isinstance(name, Unknown) else module)
            return
        require_module(module)
        entries[name] = module

    def register_module(self, name: Any, module: Any, *, machine: Machine) -> None:
        machine.call(machine.get_attribute(self, "add_module"), (name, module))

    # -- looking around --------------------------------------------------------------------------

    def children(self) -> LazyIterator:
        return lazily(c for c in _unique(children_of(self).values()))

    def named_children(self) -> LazyIterator:
        return lazily((n, c) for n, c in children_of(self).items() if c is not None)

    def modules(self) -> LazyIterator:
        return lazily(m for _, m in walk(self))

    def named_modules(self, memo: Any = None, prefix: Any = "", remove_duplicate: Any = True) -> LazyIterator:
        return lazily(walk(self, prefix))

    def parameters(self, recurse: Any = True) -> LazyIterator:
        _note_read(self)
        return lazily(t for _, t in named_tensors(self, "_parameters", recurse=recurse))

    def named_parameters(self, prefix: Any = "", recurse: Any = True, remove_duplicate: Any = True) -> LazyIterator:
        _note_read(self)
        return lazily(named_tensors(self, "_parameters", prefix, recurse))

    def buffers(self, recurse: Any = True) -> LazyIterator:
        return lazily(t for _, t in named_tensors(self, "_buffers", recurse=recurse))

    def named_buffers(self, prefix: Any = "", recurse: Any = True, remove_duplicate: Any = True) -> LazyIterator:
        return lazily(named_tensors(self, "_buffers", prefix, recurse))

    def state_dict(self, *args: Any, **kwargs: Any) -> dict:
        return {**dict(named_tensors(self, "_parameters")), **dict(named_tensors(self, "_buffers"))}

    def get_submodule(self, target: Any) -> Any:
        return _descend(self, target)

    def get_parameter(self, target: Any) -> Any:
        path, _, name = target.rpartition(".")
        return _descend(self, path).attributes["_parameters"][name]

    # -- changing --------------------------------------------------------------------------------

    def apply(self, fn: Any, *, machine: Machine) -> Any:
        for _, module in reversed(list(walk(self))):
            machine.call(fn, (module,))
        return self

    def requires_grad_(self, requires_grad: Any = True) -> Any:
        for _, tensor in named_tensors(self, "_parameters"):
            tensor.trainable = bool(requires_grad)
        return self

    def train(self, mode: Any = True, *, machine: Machine) -> Any:
        """Sets the mode here and calls ``train`` of each child, which may be the user's own."""
        machine.journal.touch(self.attributes)
        self.attributes["training"] = mode
        for child in children_of(self).values():
            if is_module(child):
                machine.call(machine.get_attribute(child, "train"), (mode,))
        return self

    def eval(self, *, machine: Machine) -> Any:
        return machine.call(machine.get_attribute(self, "train"), (False,))

    def to(self, *args: Any, **kwargs: Any) -> Any:
        return self

    cuda = cpu = float = half = double = bfloat16 = type = to_empty = share_memory = ipu = xpu = to

    def zero_grad(self, set_to_none: Any = True) -> None:
        return None

    def load_state_dict(self, *args: Any, **kwargs: Any) -> Any:
        return Unknown("what loading weights reports")

    def register_forward_hook(
        self, hook: Any, *, prepend: Any = False, with_kwargs: Any = False, always_call: Any = False, machine: Machine
    ) -> Any:
        return hooks.register(self, hooks.AFTER, hook, machine, prepend=prepend, with_kwargs=with_kwargs)

    def register_forward_pre_hook(
        self, hook: Any, *, prepend: Any = False, with_kwargs: Any = False, machine: Machine
    ) -> Any:
        return hooks.register(self, hooks.BEFORE, hook, machine, prepend=prepend, with_kwargs=with_kwargs)

    def register_full_backward_hook(self, *args: Any, machine: Machine, **kwargs: Any) -> Any:
        machine.recorder.has_hooks = True
        return NotModelled("the handle of a hook that a forward pass does not run")

    register_full_backward_pre_hook = register_backward_hook = register_full_backward_hook
    register_state_dict_pre_hook = register_load_state_dict_post_hook = register_full_backward_hook
    register_load_state_dict_pre_hook = register_state_dict_post_hook = register_full_backward_hook
    _register_load_state_dict_pre_hook = _register_state_dict_hook = register_full_backward_hook

    def compile(self, *args: Any, **kwargs: Any) -> None:
        return None

    def extra_repr(self) -> str:
        return ""

    def _get_name(self) -> str:
        return self.class_.name

    def _load_from_state_dict(self, *args: Any, **kwargs: Any) -> None:
        return None


def _note_read(module: Instance) -> None:
    """The parameters of a part are used by whoever asks for them; a module that asks for its own wants a device."""
    recorder = module.machine.recorder
    if all(record.instance is not module for record in recorder.stack):
        recorder.read.update(id(part) for _, part in walk(module))


def _unique(values: Any) -> Iterator[Any]:
    seen: set[int] = set()
    for value in values:
        if value is not None and id(value) not in seen:
            seen.add(id(value))
            yield value


def _table_for(instance: Instance, name: str, value: Any) -> str | None:
    """Which of Module's tables an assignment goes to; None: an ordinary attribute."""
    if type(value) not in PLAIN_TYPES:
        if isinstance(value, Tensor) and value.parameter:
            return "_parameters"
        if is_module(value):
            return "_modules"
    attributes = instance.attributes
    for table in TABLES:
        if table in attributes and name in attributes[table]:
            return table
    return None


def _forget(instance: Instance, name: str, keep: str) -> None:
    attributes = instance.attributes
    if name in attributes:
        del attributes[name]
    for table in TABLES:
        if table != keep and table in attributes and name in attributes[table]:
            del attributes[table][name]


def require_module(value: Any) -> None:
    """Raises invalid-argument (TypeError) for what certainly is no module, such as a class or a list of modules."""
    if not isinstance(value, NEVER_MODULES):
        return
    if isinstance(value, Class):
        said = f"the class {value.name}" + (", which is not instantiated" if Module in hosts_of(value) else "")
    elif isinstance(value, (Function, FunctionType)):
        said = f"the function {getattr(value, 'name', None) or getattr(value, '__name__', '')}"
    else:
        said = LAZY.get(type(value)) or described(value)
    raise OperationError("invalid-argument", f"{{subject}} takes modules, gets {said}", exception="TypeError")


def _not_prepared(instance: Instance) -> OperationError:
    return OperationError(
        "missing-super-init",
        f"{instance.class_.name} assigns layers before super().__init__() is called",
        exception="AttributeError",
        class_name=instance.class_.name,
    )


def _descend(module: Instance, target: str) -> Any:
    for name in target.split(".") if target else []:
        entries = children_of(module)
        if name not in entries:
            raise PythonError("AttributeError", f"{module.class_.name} has no submodule {name}")
        module = entries[name]
    return module


@layer("torch.Tensor", "torch.FloatTensor", "torch.LongTensor", "torch.BoolTensor", "torch._C.TensorBase")
class TensorClass(HostObject):
    """``torch.Tensor``, for isinstance; calling it makes a tensor of these sizes, or of the numbers it is given."""

    def __new__(cls: Any, *data: Any, **kwargs: Any) -> Any:
        if len(data) != 1:
            return Tensor(data or (0,))
        given = data[0]
        if isinstance(given, Unknown):
            return given.used()
        if isinstance(given, ShapeTuple):
            return Tensor(given)
        is_data = isinstance(given, (Tensor, list, tuple))
        return NAMES["torch.tensor"](given, "float32") if is_data else Tensor((given,))


@layer("torch.nn.Parameter", "torch.nn.parameter.Parameter")
class Parameter(TensorClass):
    """``torch.nn.Parameter``: the tensor, marked as learned."""

    def __new__(cls: Any, data: Any = None, requires_grad: Any = True) -> Any:
        if isinstance(data, Unknown):
            return data
        if data is None:
            data = Tensor((0,))
        trainable = True if isinstance(requires_grad, Unknown) else bool(requires_grad)
        return data.with_(parameter=True, trainable=trainable, field=type(data.field).EMPTY)


@layer("torch.nn.UninitializedParameter", "torch.nn.parameter.UninitializedParameter")
class UninitializedParameter(Parameter):
    pass


@layer("torch.nn.Buffer", "torch.nn.parameter.Buffer")
class Buffer(TensorClass):
    """``torch.nn.Buffer``: the tensor, which no gradient reaches."""

    def __new__(cls: Any, data: Any = None, *, persistent: Any = True) -> Any:
        return Tensor((0,)) if data is None else data


class Torch(Framework):
    """PyTorch's modules, for the engine."""

    name = "torch"
    packages = ("torch",)
    base = Module
    model = Module
    entry = "forward"

    def children(self, module: Instance) -> dict[str, Any]:
        return children_of(module)

    def parameter_table(self, module: Instance) -> dict[str, Any]:
        return module.attributes.get("_parameters", {})

    def child_table(self, module: Instance) -> dict[str, Any]:
        return children_of(module)

    def finalize_model(self, root: Instance) -> None:
        """A model is built in training mode, as torch builds it, and looked at in evaluation mode."""
        modules = [module for _, module in walk(root) if module.attributes.get("training") is not False]
        if any(isinstance(module.class_.find("train"), Function) for module in modules):
            root.machine.call(root.machine.get_attribute(root, "eval"))
        for module in modules:
            module.attributes["training"] = False


TORCH = Torch()
FRAMEWORKS.append(TORCH)


__all__ = ["Module", "Parameter", "children_of", "is_module", "named_tensors", "own_tensors", "walk"]
