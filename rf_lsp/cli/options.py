"""Options that several commands share, and what follows from them."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from typing import TextIO

from rf_lsp.errors import UsageError
from rf_lsp.output import RenderOptions, formats
from rf_lsp.output.escape import visible
from rf_lsp.output.text import line_text
from rf_lsp.output.text import path_text as path_text

USUAL_WIDTH = 120
"""Columns of what is no terminal."""


def add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", metavar="F", help="settings file to use instead of the nearest one")


def add_format(parser: argparse.ArgumentParser, command: str, default: str) -> None:
    """``--format`` with the formats there are; one that there is not is told by :func:`rf_lsp.output.renderer`."""
    *others, last = (name for name in formats(command) if name != default)
    listed = f"{', '.join([f'{default} (default)', *others])} or {last}"
    parser.add_argument("--format", default=default, help=listed)


def add_color(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="colours (default: auto)")


def add_sources(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="SHAPE",
        help="input of the model, such as 1x3x224x224 or mask=1x1x64x64; once for each input",
    )
    parser.add_argument(
        "--search-path",
        action="append",
        default=[],
        metavar="DIR",
        help="folder in which imports are looked for",
    )
    parser.add_argument("--python", metavar="EXE", help="interpreter whose site-packages are read (as source only)")


def checked_folders(folders: list[str]) -> tuple[str, ...]:
    """The ``--search-path`` folders; raises :class:`UsageError`."""
    for folder in folders:
        if not os.path.isdir(folder):
            raise UsageError(f"{folder}: no such folder (--search-path)")
    return tuple(folders)


def render_options_for(color: str, to_terminal: bool) -> RenderOptions:
    """Colours as asked for; on ``auto`` only in a terminal and unless NO_COLOR is set."""
    automatic = to_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    width = _columns()
    return RenderOptions(color == "always" or (color == "auto" and automatic), max(width, 40))


def _columns() -> int:
    """As wide as the environment or the terminal says, as ``shutil`` reads them."""
    with contextlib.suppress(KeyError, ValueError):
        if (said := int(os.environ["COLUMNS"])) > 0:
            return said
    stream = sys.__stdout__
    with contextlib.suppress(ValueError, OSError):
        return (os.get_terminal_size(stream.fileno()).columns if stream is not None else 0) or USUAL_WIDTH
    return USUAL_WIDTH


def write(text: str, path: str | None, stream: TextIO | None = None) -> None:
    """Write results to a file or to a stream, standard output by default; raises :class:`UsageError`."""
    if path is None:
        (stream or sys.stdout).write(text)
        return
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None


def tell_broken(path: str, line: int, text: str, cell: int | None) -> None:
    """A syntax error for standard error."""
    note(f"{line_text(path_text(path), line, cell)}: cannot be parsed: {text}")


def note(text: str) -> None:
    """A remark for standard error."""
    print(f"rf-lsp: {visible(text)}", file=sys.stderr)
