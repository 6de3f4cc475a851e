"""``rf-lsp clean``: remove the cache."""

from __future__ import annotations

import argparse
import os

from rf_lsp.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="*", default=["."], metavar="PATH", help="in the workspaces of these (default: .)"
    )


def run(arguments: argparse.Namespace) -> int:
    import shutil

    from analyzers.imports.resolver import workspace_root
    from rf_lsp.cache import FOLDER

    for path in arguments.paths:
        if not os.path.exists(path):
            raise UsageError(f"{path}: no such file or folder")
        folder = os.path.join(workspace_root(path), FOLDER)
        if os.path.isdir(folder):
            try:
                shutil.rmtree(folder)
            except OSError as error:
                raise UsageError(f"cannot remove {folder}: {error.strerror}") from None
            print(f"removed {folder}")
    return 0
