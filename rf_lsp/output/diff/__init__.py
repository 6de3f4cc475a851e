"""The formats of `rf-lsp diff`."""
