"""All the modules of torch.* functions (most are Tensor methods as well)."""

from analyzers.frameworks.torch import arithmetic, fourier, gather_scatter, matrices, products, reductions, reshaping

__all__ = ["arithmetic", "fourier", "gather_scatter", "matrices", "products", "reductions", "reshaping"]
