"""The formats of `rf-lsp inspect`."""
