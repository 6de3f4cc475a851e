"""Where the results of ``check`` go: ``--format FORMAT[:FILE]``, once for each output, and ``--output-file``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TextIO

from rf_lsp.cli import options
from rf_lsp.errors import UsageError
from rf_lsp.output import CheckReport, formats, renderer, shows_fixes, shows_notes, summarizer
from rf_lsp.results import FixScope

DEFAULT = "full"


@dataclass(frozen=True, slots=True)
class Output:
    """A format and the file it is written to; ``None``: the stream."""

    format: str
    file: str | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    others = ", ".join(name for name in formats("check") if name != DEFAULT)
    parser.add_argument(
        "--format",
        action="append",
        metavar="FORMAT[:FILE]",
        help=f"{DEFAULT} (default), {others}; once for each output, all but one with a file",
    )
    parser.add_argument("--output-file", metavar="F", help="write what has no file of its own to this one")


def outputs(arguments: argparse.Namespace) -> list[Output]:
    """The outputs that are asked for; raises :class:`UsageError`."""
    found = []
    for text in arguments.format or [DEFAULT]:
        name, separator, file = text.partition(":")
        renderer("check", name)
        if separator and not file:
            raise UsageError(f"no file behind {text!r}: give one ({name}:FILE), or leave the colon out")
        found.append(Output(name, file or arguments.output_file))
    files = [os.path.abspath(output.file) if output.file else None for output in found]
    twice = next((output for output, file in zip(found, files, strict=True) if files.count(file) > 1), None)
    if twice is not None:
        where = twice.file or "standard output"
        raise UsageError(f"two formats write to {where}: give each its own file, such as sarif:report.sarif")
    return found


def scope_of(wanted: Sequence[Output]) -> FixScope:
    """Which fixes the outputs need."""
    return "all" if any(shows_fixes("check", output.format) for output in wanted) else "safe"


def write(report: CheckReport, wanted: Sequence[Output], arguments: argparse.Namespace, stream: TextIO) -> None:
    """Write all outputs; raises :class:`UsageError`."""
    for output in wanted:
        own = report
        if shows_notes("check", output.format) and not arguments.show:
            own = replace(report, findings=report.everything, hidden=[])
        looks = options.render_options_for(arguments.color, stream.isatty() and not output.file)
        options.write(renderer("check", output.format)(own, looks), output.file, stream)
        _summarize(own, output)


def _summarize(report: CheckReport, output: Output) -> None:
    """Add the page in Markdown to the file that the service names, if it does."""
    found = summarizer("check", output.format)
    file = os.environ.get(found.SUMMARY_VARIABLE) if found is not None else None
    if found is None or not file:
        return
    try:
        with open(file, "a", encoding="utf-8", newline="\n") as page:
            page.write(found.summary(report))
    except OSError as error:
        print(f"rf-lsp: cannot write {file}: {error.strerror}", file=sys.stderr)
