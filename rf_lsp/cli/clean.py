"""``rf-lsp clean``: remove what is kept from one run to the next."""

from __future__ import annotations

import argparse
import os

from rf_lsp.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        default=["."],
        metavar="PATH",
        help="remove .rf_lsp_cache in the workspaces of these (default: .), and what is kept of installed packages",
    )


def run(arguments: argparse.Namespace) -> int:
    from analyzers.imports.resolver import workspace_root
    from rf_lsp import user_cache
    from rf_lsp.cache import FOLDER

    for path in arguments.paths:
        if not os.path.exists(path):
            raise UsageError(f"{path}: no such file or folder")
        _remove(os.path.join(workspace_root(path), FOLDER))
    try:
        removed = user_cache.remove_all()
    except OSError as error:
        raise UsageError(f"cannot remove {error.filename}: {error.strerror}") from None
    if removed is not None:
        print(f"removed {removed}")
    return 0


def _remove(folder: str) -> None:
    import shutil

    if os.path.islink(folder):
        raise UsageError(f"cannot remove {folder}: it is a link")
    if os.path.isdir(folder):
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise UsageError(f"cannot remove {folder}: {error.strerror}") from None
        print(f"removed {folder}")
