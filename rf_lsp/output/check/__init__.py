"""The formats of `rf-lsp check`."""
