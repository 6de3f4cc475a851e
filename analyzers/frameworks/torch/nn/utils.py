"""``torch.nn.utils``: reparametrised weights, flat vectors of parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.overlays import function
from analyzers.interpreter.values import Instance
from analyzers.tensors.dims import Dim, product
from analyzers.tensors.errors import OperationError
from analyzers.tensors.tensor import Tensor, parameter
from analyzers.unknown import UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def _plain(tensor: Tensor) -> Tensor:
    """The tensor as an ordinary attribute: computed from other parameters before every call."""
    return tensor.with_(parameter=False)


def _take_parameter(module: Any, name: str) -> Tensor:
    """Unregister a parameter and leave a plain tensor of its shape in its place."""
    if isinstance(module, Instance) and module.unknown_because is not None:
        raise UnknownUsed(module.unknown_because)
    taken = getattr(module, name)
    if not isinstance(taken, Tensor):
        raise OperationError("invalid-argument", f"{{subject}} gets a module without {name}", exception="ValueError")
    delattr_parameter(module, name)
    return taken


def delattr_parameter(module: Any, name: str) -> None:
    module.attributes["_parameters"].pop(name, None)


# -- weight and spectral normalisation -------------------------------------------------------


def magnitude_shape(shape: tuple[Dim, ...], dim: Any) -> tuple[Dim, ...]:
    """Norms over all dims but ``dim``: 1 elsewhere; one number for ``dim=None`` or −1."""
    if dim is None or dim == -1:
        return ()
    return tuple(size if axis == dim % len(shape) else 1 for axis, size in enumerate(shape))


@function("torch.nn.utils.weight_norm", "torch.nn.utils.weight_norm.weight_norm")
def weight_norm(module: Any, name: str = "weight", dim: Any = 0) -> Any:
    """The module with ``name`` split into a magnitude ``name_g`` and a direction ``name_v``."""
    taken = _take_parameter(module, name)
    setattr(module, f"{name}_g", parameter(magnitude_shape(taken.shape, dim), trainable=taken.trainable))
    setattr(module, f"{name}_v", parameter(taken.shape, trainable=taken.trainable))
    setattr(module, name, _plain(taken))
    return module


@function("torch.nn.utils.remove_weight_norm")
def remove_weight_norm(module: Any, name: str = "weight") -> Any:
    """The module with ``name`` as a parameter again."""
    whole = getattr(module, f"{name}_v")
    for end in ("_g", "_v"):
        delattr_parameter(module, name + end)
    setattr(module, name, parameter(whole.shape))
    return module


@function("torch.nn.utils.spectral_norm", "torch.nn.utils.spectral_norm.spectral_norm")
def spectral_norm(
    module: Any, name: str = "weight", n_power_iterations: Any = 1, eps: Any = 1e-12, dim: Any = None
) -> Any:
    """The module with ``name`` divided by its largest singular value, estimated with two buffers."""
    taken = _take_parameter(module, name)
    rows = taken.shape[_output_dim(module, dim)]
    setattr(module, f"{name}_orig", parameter(taken.shape, trainable=taken.trainable))
    setattr(module, name, _plain(taken))
    module.register_buffer(f"{name}_u", Tensor((rows,)))
    module.register_buffer(f"{name}_v", Tensor((product(taken.shape) // rows,)))
    return module


def _output_dim(module: Any, dim: Any) -> int:
    """The dim of the outputs: transposed convolutions have theirs second."""
    if dim is not None:
        return dim
    return 1 if getattr(module, "transposed", False) is True else 0


@function("torch.nn.utils.remove_spectral_norm")
def remove_spectral_norm(module: Any, name: str = "weight") -> Any:
    """The module with ``name`` as a parameter again."""
    whole = getattr(module, f"{name}_orig")
    delattr_parameter(module, f"{name}_orig")
    for end in ("_u", "_v"):
        module.attributes["_buffers"].pop(name + end, None)
    setattr(module, name, parameter(whole.shape))
    return module


@function("torch.nn.utils.parametrizations.weight_norm")
def parametrized_weight_norm(module: Any, name: str = "weight", dim: Any = 0) -> Any:
    """As :func:`weight_norm`; torch keeps the two parts in a child named ``parametrizations``."""
    return weight_norm(module, name, dim)


@function("torch.nn.utils.parametrizations.spectral_norm")
def parametrized_spectral_norm(
    module: Any, name: str = "weight", n_power_iterations: Any = 1, eps: Any = 1e-12, dim: Any = None
) -> Any:
    """As :func:`spectral_norm`; torch keeps the parts in a child named ``parametrizations``."""
    return spectral_norm(module, name, n_power_iterations, eps, dim)


@function("torch.nn.utils.parametrizations.orthogonal")
def orthogonal(module: Any, name: str = "weight", orthogonal_map: Any = None, *, use_trivialization: Any = True) -> Any:
    """The module itself: its weight keeps its shape."""
    return module


# -- vectors and gradients -------------------------------------------------------------------


@function("torch.nn.utils.parameters_to_vector", "torch.nn.utils.convert_parameters.parameters_to_vector")
def parameters_to_vector(parameters: Any, *, machine: Machine) -> Tensor:
    """All parameters end to end."""
    total: Dim = 0
    for item in machine.iterate(parameters):
        total = total + item.numel()
    return Tensor((total,))


@function("torch.nn.utils.vector_to_parameters", "torch.nn.utils.convert_parameters.vector_to_parameters")
def vector_to_parameters(vec: Any, parameters: Any) -> None:
    """Values only."""


@function("torch.nn.utils.clip_grad_norm_", "torch.nn.utils.clip_grad_norm", "torch.nn.utils.get_total_norm")
def clip_grad_norm_(*args: Any, **kwargs: Any) -> Tensor:
    """The norm, a scalar."""
    return Tensor(())


@function("torch.nn.utils.clip_grad_value_")
def clip_grad_value_(*args: Any, **kwargs: Any) -> None:
    """Values only."""


@function("torch.nn.utils.skip_init", "torch.nn.utils.init.skip_init")
def skip_init(module_cls: Any, *args: Any, machine: Machine, **kwargs: Any) -> Any:
    """``module_cls(*args, **kwargs)``"""
    kwargs.pop("device", None)
    return machine.call(module_cls, args, kwargs)
