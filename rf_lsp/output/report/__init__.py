"""The formats of `rf-lsp report`."""
