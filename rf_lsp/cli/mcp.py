"""``rf-lsp mcp``: the server for agents, over standard input and output."""

from __future__ import annotations

import argparse
import os

from rf_lsp.errors import UsageError

GIB = 1 << 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--root",
        action="append",
        default=[],
        metavar="DIR",
        help="folder that may be read, for clients that name none (default: the working directory)",
    )
    add("--timeout", type=float, default=60, metavar="S", help="seconds that one answer may take (default: 60)")
    add("--memory", type=float, default=4, metavar="GIB", help="memory that one answer may take (default: 4)")


def run(arguments: argparse.Namespace) -> int:
    for folder in arguments.root:
        if not os.path.isdir(folder):
            raise UsageError(f"{folder}: no such folder (--root)")
    if arguments.timeout <= 0 or arguments.memory < 1:
        raise UsageError("--timeout must be above 0, --memory at least 1")
    try:
        from rf_lsp.agents.server import serve
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "anyio"):
            raise
        raise UsageError("rf-lsp mcp needs the SDK of the protocol: pip install 'rf-lsp[mcp]'") from None
    return serve(list(map(os.path.realpath, arguments.root)), arguments.timeout, int(arguments.memory * GIB))
