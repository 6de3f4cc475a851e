"""Formats of ``rf-lsp trace``."""
