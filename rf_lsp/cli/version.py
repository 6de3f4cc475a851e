"""``rf-lsp version``"""

from __future__ import annotations

import argparse

from rf_lsp import __version__


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(arguments: argparse.Namespace) -> int:
    print(f"rf-lsp {__version__}")
    return 0
