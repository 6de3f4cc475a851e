"""torch.nn.functional: normalisations."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch.functional.arguments import known, optional_tensor, tensor
from analyzers.interpreter.overlays import function
from analyzers.tensors import signals
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, product, same
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.operations import convolution, normalization
from analyzers.tensors.operations.arguments import axis, integer
from analyzers.tensors.operations.arguments import size as size_of
from analyzers.tensors.operations.spatial import require_at_least
from analyzers.tensors.signals import Signal
from analyzers.tensors.tensor import Tensor, signal_of
from analyzers.unknown import Unknown


@function("torch.nn.functional.batch_norm")
def batch_norm(
    input: Any,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: Any = False,
    momentum: Any = 0.1,
    eps: Any = 1e-5,
) -> Tensor:
    """Running statistics are used where there are some: fields are those of inference."""
    x = tensor(input)
    if running_mean is None and running_var is None and training is False:
        raise _norm_error("{subject} has no running_mean, which it needs in evaluation mode")
    _require_channels(x)
    if 0 in x.shape:
        return _of_nothing(x, weight)
    dims = range(2, x.rank) if running_mean is None else ()
    if running_mean is None and training is True:
        values = product((x.shape[0], *x.shape[2:]))
        normalization.require_several(values, "value per channel", x)
    given = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    vectors = {name: optional_tensor(value) for name, value in given.items()}
    result = normalization.channel_norm(x, _channels_of(vectors), 1, dims)
    result.signal = normalised_signal(x, weight, False, eps)
    for name, vector in vectors.items():
        normalization.require_vector(vector, result.shape[1], name, result)
    return result


def normalised_signal(x: Tensor, weight: Any, over_channels: bool, eps: Any) -> Signal:
    """After a norm, whose scale is 1 unless somebody has filled it otherwise."""
    scale = weight.signal if isinstance(weight, Tensor) else None
    return signals.normalised(signal_of(x), scale, over_channels, eps if isinstance(eps, float) else 0.0)


def _of_nothing(x: Tensor, weight: Any) -> Tensor:
    """Torch hands an input without elements on, channels unchecked, after a look at the first weight."""
    if isinstance(weight, Tensor) and same(weight.shape[0], 0):
        raise OperationError("invalid-argument", "{subject} normalises 0 channels", exception="IndexError", result=x)
    return x.with_()


def _require_channels(x: Tensor) -> None:
    """Raises rank-mismatch unless there are a batch and a channel dim."""
    if x.rank < 2:
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} expects at least 2 dimensions, gets {x.rank}",
            expected=2,
            actual=x.rank,
        )


def _norm_error(message: str) -> OperationError:
    return OperationError("invalid-argument", message)


def _channels_of(vectors: dict[str, Tensor | None]) -> Dim | None:
    """The number of channels that the first given statistic or scale declares."""
    given = [vector.numel() for vector in vectors.values() if vector is not None]
    return given[0] if given else None


@function("torch.batch_norm")
def torch_batch_norm(
    input: Any,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    training: Any,
    momentum: Any,
    eps: Any,
    cudnn_enabled: Any,
) -> Tensor:
    return batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)


@function("torch.nn.functional.instance_norm")
def instance_norm(
    input: Any,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: Any = True,
    momentum: Any = 0.1,
    eps: Any = 1e-5,
) -> Tensor:
    """Normalisation per channel over space, unless running statistics are used."""
    x = tensor(input)
    own = isinstance(use_input_stats, Unknown) or bool(use_input_stats)
    if own and not isinstance(use_input_stats, Unknown):
        normalization.require_several(product(x.shape[2:]), "spatial element", x)
    if not own and (running_mean is None or running_var is None):
        raise _norm_error("{subject} has no running_mean and running_var, which it needs without input statistics")
    _require_channels(x)
    given = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    vectors = {name: optional_tensor(value) for name, value in given.items()}
    result = normalization.channel_norm(x, _channels_of(vectors), 1, range(2, x.rank) if own else ())
    result.signal = normalised_signal(x, weight, False, eps)
    for name, vector in vectors.items():
        normalization.require_vector(vector, result.shape[1], name, result)
    return result


@function("torch.instance_norm")
def torch_instance_norm(
    input: Any,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    use_input_stats: Any,
    momentum: Any,
    eps: Any,
    cudnn_enabled: Any,
) -> Tensor:
    return instance_norm(input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps)


def _normalized_shape(value: Any) -> tuple[Dim, ...]:
    if not isinstance(known(value), (tuple, list)):
        raise PythonError("TypeError", f"normalized_shape must be tuple of ints, not {type(value).__name__}")
    if not value:
        raise _norm_error("{subject} has an empty normalized_shape")
    return tuple(size_of(item) for item in value)


def _require_scale(vector: Any, shape: tuple[Dim, ...], argument: str, result: Tensor) -> None:
    given = optional_tensor(vector)
    if given is None:
        return
    if given.rank != len(shape) or any(same(a, b) is False for a, b in zip(given.shape, shape, strict=True)):
        raise OperationError(
            "feature-size-mismatch",
            f"{{subject}} has a {argument} of {shape_text(given.shape)}, expects {shape_text(shape)}",
            result=result,
            argument=argument,
        )


@function("torch.nn.functional.layer_norm")
def layer_norm(input: Any, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: Any = 1e-5) -> Tensor:
    shape = _normalized_shape(normalized_shape)
    result = normalization.layer_norm(tensor(input), shape)
    result.signal = normalised_signal(tensor(input), weight, True, eps)
    _require_scale(weight, shape, "weight", result)
    _require_scale(bias, shape, "bias", result)
    return result


@function("torch.layer_norm")
def torch_layer_norm(
    input: Any,
    normalized_shape: Any,
    weight: Any = None,
    bias: Any = None,
    eps: Any = 1e-5,
    cudnn_enable: Any = True,
) -> Tensor:
    return layer_norm(input, normalized_shape, weight, bias, eps)


@function("torch.nn.functional.rms_norm", "torch.rms_norm")
def rms_norm(input: Any, normalized_shape: Any, weight: Any = None, eps: Any = None) -> Tensor:
    return layer_norm(input, normalized_shape, weight)


@function("torch.nn.functional.group_norm")
def group_norm(input: Any, num_groups: Any, weight: Any = None, bias: Any = None, eps: Any = 1e-5) -> Tensor:
    x, groups = tensor(input), integer(num_groups)
    _require_channels(x)
    if groups == 0:
        raise PythonError("ZeroDivisionError", "integer division or modulo by zero")
    require_at_least([groups], 1, "num_groups")
    channels = _channels_of({"weight": optional_tensor(weight)})
    if channels is not None:
        undecided = normalization.undecided(normalization.normalized(x, range(2, x.rank)), [1])
        convolution.require_channels(x.shape[1], channels, undecided, "num_channels")
    values = (x.shape[0] * x.shape[1]) // groups * product(x.shape[2:])
    normalization.require_several(values, "value per channel", x)
    result = normalization.group_norm(x, groups, 1, range(2, x.rank))
    result.signal = normalised_signal(x, weight, True, eps)
    for name, vector in (("weight", weight), ("bias", bias)):
        _require_scale(vector, (x.shape[1],), name, result)
    return result


@function("torch.group_norm")
def torch_group_norm(
    input: Any,
    num_groups: Any,
    weight: Any = None,
    bias: Any = None,
    eps: Any = 1e-5,
    cudnn_enabled: Any = True,
) -> Tensor:
    return group_norm(input, num_groups, weight, bias, eps)


@function("torch.nn.functional.local_response_norm")
def local_response_norm(input: Any, size: Any, alpha: Any = 1e-4, beta: Any = 0.75, k: Any = 1.0) -> Tensor:
    x = tensor(input)
    if x.rank < 3:
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} expects at least 3 dimensions, gets {x.rank}",
            exception="ValueError",
            expected=3,
            actual=x.rank,
        )
    return normalization.local_response_norm(x, size_of(size), 1)


@function("torch.nn.functional.normalize")
def normalize(input: Any, p: Any = 2.0, dim: Any = 1, eps: Any = 1e-12, out: Any = None) -> Tensor:
    x = tensor(input)
    dims = dim if isinstance(dim, (tuple, list)) else (dim,)
    return normalization.normalized(x, [axis(item, x.rank) for item in dims])
