"""Options that several commands share, and what follows from them."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from rf_lsp import own_files
from rf_lsp.errors import UsageError
from rf_lsp.files import checked_folders as checked_folders
from rf_lsp.output import RenderOptions, formats
from rf_lsp.output.escape import visible
from rf_lsp.output.text import line_text
from rf_lsp.output.text import path_text as path_text
from rf_lsp.output.view import Choice, View

if TYPE_CHECKING:
    from rf_lsp.output.columns import Column

USUAL_WIDTH = 120
"""Columns of what is no terminal."""


def add_targets(parser: argparse.ArgumentParser, remark: str = "a .ipynb is a PATH too") -> None:
    meant = "PATH[::EXPR] or package.module[::EXPR]; without EXPR every model of the file"
    parser.add_argument("targets", nargs="+", metavar="TARGET", help=f"{meant}; {remark}")


def add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", metavar="F", help="settings file to use instead of the nearest one")


def add_format(parser: argparse.ArgumentParser, command: str, default: str) -> None:
    """``--format`` with the formats there are; one that there is not is told by :func:`rf_lsp.output.renderer`."""
    *others, last = (name for name in formats(command) if name != default)
    listed = f"{', '.join([f'{default} (default)', *others])} or {last}"
    parser.add_argument("--format", default=default, help=listed)


def add_view(parser: argparse.ArgumentParser) -> None:
    """Which rows and columns a table of layers has; read by :func:`view_of`."""
    parser.add_argument("--depth", type=int, metavar="N", help="modules in modules that are listed (default: all)")
    parser.add_argument(
        "--columns",
        metavar="NAMES",
        help="columns, comma-separated: " + ", ".join(column.key for column in _columns_there_are()),
    )
    parser.add_argument("--sort", metavar="COLUMN", help="list the layers by a column, most first")
    parser.add_argument("--layer", metavar="GLOB", help="list only layers and modules with such a name: 'layer4.*'")
    parser.add_argument("--no-fold", action="store_true", help="list equal blocks one by one")
    parser.add_argument("--details", action="store_true", help="list the layers of every model, however many there are")


def _columns_there_are() -> Sequence[Column]:
    from rf_lsp.output.columns import COLUMNS

    return COLUMNS


def view_of(arguments: argparse.Namespace) -> View:
    """What of the layers is to be shown; raises :class:`UsageError`."""
    from rf_lsp.output.columns import column_named, sorting_column

    if arguments.depth is not None and arguments.depth < 1:
        raise UsageError(f"--depth: at least 1, not {arguments.depth}")
    names = [name for name in (arguments.columns or "").split(",") if name.strip()]
    return View(
        tuple([column_named(name, "--columns") for name in names]),
        None if arguments.sort is None else sorting_column(arguments.sort),
        Choice(arguments.depth, arguments.layer, not arguments.no_fold),
        arguments.details,
    )


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
        own_files.write(path, text.encode("utf-8", "replace"))
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None


def note_once(text: str) -> None:
    """A remark that is made once, however many files it is about."""
    if text not in _noted:
        _noted.add(text)
        note(text)


_noted: set[str] = set()


def tell_broken(path: str, line: int, text: str, cell: int | None) -> None:
    """A syntax error for standard error."""
    note(f"{line_text(path_text(path), line, cell)}: cannot be parsed: {text}")


def note(text: str) -> None:
    """A remark for standard error."""
    print(f"rf-lsp: {visible(text)}", file=sys.stderr)
