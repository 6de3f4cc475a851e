"""``rf-lsp watch [PATHS…]``: ``check`` again whenever a file changes."""

from __future__ import annotations

import argparse
import os
import sys
import time

from rf_lsp.cli import check
from rf_lsp.errors import UsageError

INTERVAL = 0.3
"""Seconds between two looks at the files."""
CLEAR = "\x1b[2J\x1b[3J\x1b[H"

Stamps = dict[str, tuple[int, int]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    check.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Until it is interrupted; raises :class:`UsageError` for what cannot be watched."""
    for option in ("fix", "diff", "update_baseline", "show_settings"):
        if getattr(arguments, option):
            raise UsageError(f"--{option.replace('_', '-')} is for check; watch changes nothing")
    if "-" in arguments.paths:
        raise UsageError("standard input cannot be watched")
    try:
        while True:
            files, seen = _seen(arguments)
            _check(arguments, files)
            while _seen(arguments)[1] == seen:
                time.sleep(INTERVAL)
    except KeyboardInterrupt:
        return 0


def _check(arguments: argparse.Namespace, count: int) -> None:
    """A mistake in the settings is said and waits to be mended."""
    if sys.stdout.isatty():
        sys.stdout.write(CLEAR)
    try:
        check.run(arguments)
    except UsageError as error:
        print(f"rf-lsp: {error}", file=sys.stderr)
    sys.stdout.flush()
    if not arguments.quiet:
        print(f"watching {count} file{'s' * (count != 1)}; Ctrl-C ends", file=sys.stderr)


def _seen(arguments: argparse.Namespace) -> tuple[int, Stamps]:
    """How many files are checked; the stamps of those and of the settings that count for them."""
    from rf_lsp.engine import settings_for

    try:
        files = check.files(arguments)
        sources = [settings_for(path, arguments.config).source for path in arguments.paths]
    except UsageError:
        if not all(map(os.path.lexists, arguments.paths)):
            raise
        files, sources = [], []
    found: Stamps = {}
    for path in (*files, *(source for source in sources if source is not None)):
        try:
            stat = os.stat(path)
        except OSError:
            continue
        found[path] = (stat.st_mtime_ns, stat.st_size)
    return len(files), found
