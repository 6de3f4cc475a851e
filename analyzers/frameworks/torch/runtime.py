"""What torch offers besides tensors and layers: modes, devices, scripting, checkpoints – without effect on shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.no_ops import nothing, scope
from analyzers.frameworks.profilers import used_with
from analyzers.interpreter.capabilities import SupportsAttributeAssignment
from analyzers.interpreter.hosts import HostObject
from analyzers.interpreter.instances import is_instance
from analyzers.interpreter.overlays import NAMES, attribute, function, layer
from analyzers.interpreter.values import Class, TypingForm
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

for _name in (
    "no_grad inference_mode enable_grad set_grad_enabled autocast set_num_threads amp.autocast cuda.amp.autocast "
    "autograd.set_detect_anomaly cuda.stream backends.cudnn.flags nn.attention.sdpa_kernel random.fork_rng "
    "autograd.profiler.record_function profiler.record_function device_context"
).split():
    NAMES[f"torch.{_name}"] = scope

for _name in (
    "manual_seed seed cuda.manual_seed cuda.manual_seed_all cuda.empty_cache set_default_dtype set_printoptions "
    "set_float32_matmul_precision use_deterministic_algorithms _C._log_api_usage_once set_default_device save "
    "cuda.synchronize set_default_tensor_type backends.cuda.enable_flash_sdp"
).split():
    NAMES[f"torch.{_name}"] = nothing


@function("torch.jit.is_scripting", "torch.jit.is_tracing", "torch.onnx.is_in_onnx_export")
def is_scripting() -> bool:
    return False


@function(
    "torch._C._get_tracing_state",
    "torch.is_grad_enabled",
    "torch.cuda.is_available",
    "torch.compiler.is_compiling",
    "torch.cuda.is_bf16_supported",
    "torch.backends.mps.is_available",
    "torch.backends.mps.is_built",
    "torch.mps.is_available",
    "torch.xpu.is_available",
    "torch.xpu.device_count",
    "torch.mtia.is_available",
    "torch.accelerator.is_available",
    "torch.overrides.has_torch_function",
    "torch.is_autocast_enabled",
    "torch.distributed.is_available",
    "torch.distributed.is_initialized",
    "torch._dynamo.is_compiling",
    "torch.compiler.is_exporting",
    "torch.compiler.is_dynamo_compiling",
    "torch.cuda.is_current_stream_capturing",
    "torch.xpu.is_current_stream_capturing",
    "torch.overrides.has_torch_function_unary",
    "torch.cuda.device_count",
)
def off(*_: Any, **__: Any) -> bool:
    return False


@function(
    "torch.jit.script",
    "torch.jit.freeze",
    "torch.compile",
    "torch.jit.optimize_for_inference",
    "torch.fx.symbolic_trace",
)
def compiled(value: Any = None, *_: Any, machine: Machine, **__: Any) -> Any:
    """The same module, which has more attributes now (``save``)."""
    machine.recorder.open_objects.add(id(value))
    return same(value)


@function(
    "torch.jit.ignore",
    "torch.jit.unused",
    "torch.jit.export",
    "torch.jit.interface",
    "torch.jit._overload_method",
    "torch.jit.script_method",
    "torch.jit.script_if_tracing",
    "torch.compiler.disable",
    "torch.fx.wrap",
    "torch.autograd.function.once_differentiable",
    "torch.nn.parallel.data_parallel",
    "torch.library.register_fake",
)
def same(value: Any = None, *_: Any, **__: Any) -> Any:
    """Returns what it is given (or, called with options only, a decorator that does)."""
    return value if value is not None and not isinstance(value, (str, bool)) else _identity


def _identity(value: Any) -> Any:
    return value


@function("torch.jit.annotate")
def annotate(the_type: Any, the_value: Any) -> Any:
    return the_value


@function("torch.jit.isinstance")
def isinstance_(obj: Any, target_type: Any, *, machine: Machine) -> Any:
    found = is_instance(machine, obj, target_type)
    return machine.unknown("whether the value is of the type") if found is None else found


@function("torch.jit.trace", "torch.jit.trace_module")
def trace(func: Any, example_inputs: Any = (), *_: Any, machine: Machine, **options: Any) -> Any:
    """The model itself; what it is traced with is an input it is meant for."""
    used_with(machine, func, options.get("example_kwarg_inputs") or example_inputs)
    machine.recorder.open_objects.add(id(func))
    return func


@function("torch.onnx.export", "torch.onnx.dynamo_export", "torch.export.export")
def export(model: Any, args: Any = (), *_: Any, machine: Machine, kwargs: Any = None, **__: Any) -> Any:
    return used_with(machine, model, args, kwargs)


@function("torch._assert")
def check(condition: Any, message: Any = "", *, machine: Machine) -> None:
    if machine.truth(condition) is False:
        raise machine.exception("AssertionError", message if isinstance(message, str) else "")


@function("torch.utils.checkpoint.checkpoint")
def checkpoint(fn: Any, *args: Any, machine: Machine, use_reentrant: Any = None, **kwargs: Any) -> Any:
    kept = {
        k: v for k, v in kwargs.items() if k not in ("preserve_rng_state", "context_fn", "determinism_check", "debug")
    }
    return machine.call(fn, args, kept)


@function("torch.utils.checkpoint.checkpoint_sequential")
def checkpoint_sequential(functions: Any, segments: Any, input: Any, *, machine: Machine, **_: Any) -> Any:
    for fn in machine.iterate(functions):
        input = machine.call(fn, (input,))
    return input


@function("torch.is_tensor")
def is_tensor(obj: Any) -> bool:
    if isinstance(obj, Unknown):
        raise_unknown(obj)
    return isinstance(obj, Tensor) and not obj.is_array


def raise_unknown(value: Unknown) -> None:
    bool(value)


@function("torch.load", "torch.hub.load", "torch.hub.load_state_dict_from_url", "torch.utils.model_zoo.load_url")
def load(*_: Any, **__: Any) -> Any:
    return Unknown("what a file holds")


@function("torch.are_deterministic_algorithms_enabled")
def deterministic() -> bool:
    return False


@function("torch.autograd.Variable", "torch.autograd.variable.Variable")
def variable(data: Any, requires_grad: Any = False, volatile: Any = False) -> Any:
    """The wrapper of old: a tensor is its own variable."""
    return data


variable.makes = Tensor  # type: ignore[attr-defined]  # what isinstance(…, Variable) looks for


_ON_CONTEXT = "save_for_backward save_for_forward mark_dirty mark_non_differentiable set_materialize_grads"


class Context(SupportsAttributeAssignment):
    """The ``ctx`` of an autograd function: keeps what is put in it."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        if name in self.kept:
            return self.kept[name]
        return nothing if name in _ON_CONTEXT.split() else machine.unknown(f"{name} of an autograd context")

    def assign_attribute(self, machine: Machine, name: str, value: Any) -> None:
        self.kept[name] = value


@layer("torch.autograd.Function", "torch.autograd.function.Function", "torch.autograd.function.InplaceFunction")
class AutogradFunction(HostObject):
    """A user's own operation: ``apply`` runs its ``forward``."""

    @classmethod
    def apply(cls: Any, *args: Any, machine: Machine, **kwargs: Any) -> Any:
        forward = machine.get_attribute(cls, "forward")
        own = any("setup_context" in c.namespace for c in cls.mro if isinstance(c, Class))
        return machine.call(forward, args if own else (Context(), *args), kwargs)


attribute("torch.__version__", "2.13.0")
attribute("torch.version.cuda", None)
attribute("torch.backends.cudnn.benchmark", False)
attribute("torch.jit.Final", TypingForm("Final"))
attribute("torch.jit.final", TypingForm("Final"))

attribute("torch.types.Device", TypingForm("Device"))
attribute("torch.Generator", nothing)
