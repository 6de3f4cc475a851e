"""Randomly composed PyTorch programs: what rf-lsp says of them, held against torch itself."""
