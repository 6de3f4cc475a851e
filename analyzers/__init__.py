"""The engine of rf-lsp: source text in, facts and findings out."""
