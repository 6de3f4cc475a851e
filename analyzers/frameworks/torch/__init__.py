"""What PyTorch's layers and functions do to tensors."""

from analyzers.frameworks.torch import (
    containers,
    creation,
    data,
    dtypes,
    einops_layers,
    functional,
    lightning,
    module,
    nn,
    operators,
    optimizers,
    parameter_containers,
    runtime,
    tensor_methods,
    torch_functions,
)

__all__ = [
    "containers",
    "creation",
    "data",
    "dtypes",
    "einops_layers",
    "functional",
    "lightning",
    "module",
    "nn",
    "operators",
    "optimizers",
    "parameter_containers",
    "runtime",
    "tensor_methods",
    "torch_functions",
]
