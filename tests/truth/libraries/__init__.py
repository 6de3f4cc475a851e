"""Models of libraries: small programs, what torch made of them, and what rf-lsp says of them without running them."""
