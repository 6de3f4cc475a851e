"""rf-lsp: shapes and receptive fields of PyTorch and Keras models, next to the code."""

__version__ = "0.1.0"
