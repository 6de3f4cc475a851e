"""`rf-lsp mcp`: the server for agents, on the SDK of the Model Context Protocol."""
