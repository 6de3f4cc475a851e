"""``rf-lsp diff OLD NEW`` and ``rf-lsp diff --base REV [PATHS…]``"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rf_lsp.cli import options
from rf_lsp.errors import UsageError
from rf_lsp.output import renderer

if TYPE_CHECKING:
    from rf_lsp.comparison.sides import DiffOptions
    from rf_lsp.comparison.trees import Tree


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="OLD and NEW: two files (with ::EXPR for one model of each) or two folders; with --base the files and folders to "
        "compare (default: .)",
    )
    add = parser.add_argument
    add("--base", metavar="REV", help="compare with this revision of git; main... is where HEAD left main")
    options.add_format(parser, "diff", "table")
    add("--output-file", metavar="F", help="write the result to a file")
    add(
        "--fail-on",
        action="append",
        default=[],
        metavar="WHAT",
        help="exit with 1 on: coverage-drop, output-change, model-removed, new-errors, new-warnings, new-findings, or "
        "parameters, macs or memory above a limit (macs>4000000000) or growth (parameters>+10%%); comma-separated",
    )
    options.add_sources(parser)
    options.add_config(parser)
    options.add_color(parser)


def run(arguments: argparse.Namespace) -> int:
    from rf_lsp.comparison.conditions import met, parse
    from rf_lsp.comparison.sides import DiffOptions
    from rf_lsp.shapes import parse_input

    render = renderer("diff", arguments.format)
    conditions = parse(arguments.fail_on)
    inputs = tuple(parse_input(text) for text in arguments.input)
    folders = options.checked_folders(arguments.search_path)
    asked = DiffOptions(inputs, arguments.config, folders, arguments.python)
    with _trees(arguments, asked) as (old, new):
        result = asked.compared(old, new)
        looks = options.render_options_for(arguments.color, sys.stdout.isatty() and not arguments.output_file)
        text = render(result, looks)
    options.write(text, arguments.output_file)
    for note in result.notes:
        options.note(note)
    broken = met(conditions, result)
    for sentence in broken:
        options.note(f"--fail-on {sentence}")
    return 1 if broken else 0


@contextmanager
def _trees(arguments: argparse.Namespace, asked: DiffOptions) -> Iterator[tuple[Tree, Tree]]:
    """The two sides. Raises :class:`UsageError`."""
    if arguments.base is not None:
        with asked.since(arguments.base, arguments.paths or ["."]) as trees:
            yield trees
        return
    if len(arguments.paths) != 2:
        raise UsageError("give OLD and NEW, or --base REV")
    old, new = map(asked.given, arguments.paths)
    yield old, new
