"""``rf-lsp report TARGET… [-o FILE.html]``"""

from __future__ import annotations

import argparse
import errno
import sys

from rf_lsp import own_files
from rf_lsp.cli import options
from rf_lsp.cli.inspect import code_of, report_of
from rf_lsp.errors import UsageError
from rf_lsp.output import RenderOptions, renderer

STREAM = "-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_targets(parser)
    parser.add_argument(
        "-o",
        "--output-file",
        default="report.html",
        metavar="F",
        help="the page that is written (default: report.html); - is standard output",
    )
    options.add_sources(parser)
    options.add_config(parser)


def run(arguments: argparse.Namespace) -> int:
    from rf_lsp.output.page.charts import library
    from rf_lsp.programs import Programs

    library()
    programs = Programs()
    report = report_of(arguments, programs, wants_fixes=False)
    code = code_of(report, arguments.targets)
    _write(renderer("report", "html")(report, RenderOptions()).encode(), arguments.output_file)
    programs.save()
    return code


def _write(page: bytes, path: str) -> None:
    if path == STREAM:
        sys.stdout.buffer.write(page)
        return
    try:
        own_files.write(path, page)
    except OSError as error:
        reason = "it is a link" if error.errno == errno.ELOOP else error.strerror
        raise UsageError(f"cannot write {path}: {reason}") from None
    options.note(f"wrote {path}")
