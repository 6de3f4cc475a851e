"""``rf-lsp server``"""

from __future__ import annotations

import argparse

from rf_lsp.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tcp", metavar="HOST:PORT", help="wait for one editor there; default: standard input and output"
    )
    parser.add_argument("--stdio", action="store_true", help="the default; some editors insist on saying it")


def run(arguments: argparse.Namespace) -> int:
    address = _address(arguments.tcp) if arguments.tcp else None
    from rf_lsp.server.start import serve

    return serve(address)


def _address(text: str) -> tuple[str, int]:
    """``127.0.0.1:2087`` → host and port; raises :class:`UsageError`."""
    host, separator, port = text.rpartition(":")
    if not separator or not port.isdecimal() or int(port) > 65535:
        raise UsageError(f"impossible address {text!r}; write it like 127.0.0.1:2087")
    return host.strip("[]") or "127.0.0.1", int(port)
