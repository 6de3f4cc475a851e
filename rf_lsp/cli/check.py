"""``rf-lsp check [PATHS…]``"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analyzers.tensors.dim_text import counted
from analyzers.vocabulary import FAIL_LEVELS, SEVERITIES
from rf_lsp.cli import options, outputs
from rf_lsp.errors import UsageError
from rf_lsp.output import CheckReport

if TYPE_CHECKING:
    from analyzers.facts import Finding
    from rf_lsp.check_run import CheckOptions
    from rf_lsp.cli.apply_fixes import FixedFile
    from rf_lsp.results import FileResult, FixScope
    from rf_lsp.shards import Shard


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        default=["."],
        metavar="PATH",
        help="Python files, notebooks and folders (default: .); - is standard input",
    )
    _add_output(parser)
    _add_rules(parser)
    _add_fixes(parser)
    _add_files(parser)
    options.add_sources(parser)
    options.add_config(parser)
    options.add_color(parser)


def _add_output(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    outputs.add_arguments(parser)
    add(
        "--show",
        choices=SEVERITIES,
        help="lowest level that is shown (default: warning, and what --fail-level says; json shows all)",
    )
    add("--quiet", "-q", action="store_true", help="only the findings: no totals, no progress, no remarks")
    add("--statistics", action="store_true", help="count findings by rule, and where shapes were lost")
    add(
        "--show-settings",
        action="store_true",
        help="print the settings that count for the first path, and stop",
    )


def _add_rules(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--select",
        action="append",
        metavar="RULES",
        help="rules to run: codes, prefixes (RF2), names, ALL; comma-separated",
    )
    add("--ignore", action="append", metavar="RULES", help="rules not to run")
    add(
        "--fail-level",
        choices=FAIL_LEVELS,
        default="warning",
        help="lowest level of a finding that makes the exit code 1 (default: warning)",
    )
    add("--baseline", metavar="F", help="report only findings that this file does not list")
    add("--update-baseline", action="store_true", help="write all findings to the baseline file instead")


def _add_fixes(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--fix", action="store_true", help="apply the safe fixes to the files, then report what is left")
    add("--diff", action="store_true", help="print what --fix would change; exit code 1 if anything")


def _add_files(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--stdin-filename", metavar="F", help="the file that standard input stands for")
    add(
        "--exclude",
        action="append",
        default=[],
        metavar="GLOB",
        help="leave out, as in .gitignore; added to the settings",
    )
    add("--force-exclude", action="store_true", help="leave out excluded files also when they are named")
    add(
        "--jobs",
        type=int,
        metavar="N",
        help="processes (default: one for each core when there are many files)",
    )
    add("--executor", metavar="WHERE", help="let other machines check: dask:ADDRESS of a scheduler (docs/machines.md)")
    add("--shard", metavar="K/N", help="check only the K-th of N parts of the files, which together are all")
    add(
        "--no-cache",
        action="store_true",
        help="neither read nor write .rf_lsp_cache and what is kept of installed packages",
    )


def run(arguments: argparse.Namespace) -> int:
    wanted = outputs.outputs(arguments)
    if arguments.jobs is not None and arguments.jobs < 1:
        raise UsageError("--jobs must be at least 1")
    if arguments.update_baseline and not arguments.baseline:
        raise UsageError("--update-baseline needs --baseline F")
    _check_machines(arguments)
    if arguments.show_settings:
        return _show_settings(arguments)
    given = _standard_input(arguments) if "-" in arguments.paths else None
    if arguments.diff:
        return _show_changes(arguments, given)
    unwritten = _apply_fixes(arguments, given) if arguments.fix else []
    results = _results(arguments, given, outputs.scope_of(wanted))
    report = _report(results, arguments)
    _tell_errors(results, arguments.quiet)
    outputs.write(report, wanted, arguments, sys.stderr if given and arguments.fix else sys.stdout)
    for error in unwritten:
        options.note(error)
    return 2 if unwritten else _exit_code(report, arguments.fail_level)


def _check_machines(arguments: argparse.Namespace) -> None:
    """Raises :class:`UsageError` for what does not go together."""
    if arguments.executor and arguments.jobs is not None:
        raise UsageError("--jobs are processes of this machine: give them or --executor")
    needing_all = [name for name in ("fix", "diff", "update_baseline") if getattr(arguments, name)]
    if arguments.shard and needing_all:
        raise UsageError(f"--shard cannot be used with --{needing_all[0].replace('_', '-')}, which needs all files")
    if (arguments.shard or arguments.executor) and "-" in arguments.paths:
        raise UsageError("- (standard input) is one file, which is checked here")


def _split(texts: list[str] | None) -> list[str] | None:
    """``["RF1,RF2", "RF3"]`` → ``["RF1", "RF2", "RF3"]``."""
    if texts is None:
        return None
    return [part.strip() for text in texts for part in text.split(",") if part.strip()]


def _options(arguments: argparse.Namespace) -> CheckOptions:
    """Raises :class:`UsageError`."""
    from rf_lsp.check_run import CheckOptions
    from rf_lsp.shapes import parse_input

    return CheckOptions(
        _split(arguments.select),
        _split(arguments.ignore),
        tuple(parse_input(text) for text in arguments.input),
        arguments.config,
        options.checked_folders(arguments.search_path),
        arguments.python,
        tuple(arguments.exclude),
        arguments.force_exclude,
        not arguments.no_cache,
        arguments.jobs or os.cpu_count() or 1,
        shard=_shard(arguments.shard),
        progress=_say_nothing if arguments.quiet else _show_progress,
        note=options.note_once,
    )


def _shard(text: str | None) -> Shard | None:
    if text is None:
        return None
    from rf_lsp.shards import parse_shard

    return parse_shard(text)


def _show_settings(arguments: argparse.Namespace) -> int:
    from rf_lsp.cli.config import settings_text

    path = arguments.paths[0] if arguments.paths[0] != "-" else arguments.stdin_filename or "."
    task = _options(arguments).task(path)
    changes = {"select": _split(arguments.select)} if arguments.select else {}
    ignored = [*task.project.settings["ignore"], *(_split(arguments.ignore) or [])]
    exclude = [*task.project.settings["exclude"], *arguments.exclude]
    sys.stdout.write(settings_text(task.project.settings.with_values(**changes, ignore=ignored, exclude=exclude)))
    return 0


@dataclass(slots=True)
class _Given:
    """What standard input holds, and the file that it stands for; whether that is left out."""

    path: str
    data: bytes
    excluded: bool

    @property
    def text(self) -> str:
        return self.data.decode("utf-8-sig")


def _standard_input(arguments: argparse.Namespace) -> _Given:
    if arguments.paths != ["-"]:
        raise UsageError("- (standard input) cannot be mixed with other paths")
    name = os.path.abspath(arguments.stdin_filename or "stdin.py")
    given = _Given(name, sys.stdin.buffer.read(), False)
    try:
        if "\0" in given.text:
            raise UsageError("standard input contains null bytes")
    except UnicodeDecodeError as error:
        raise UsageError(f"standard input is not UTF-8 (byte {error.start})") from None
    given.excluded = arguments.force_exclude and not _options(arguments).files([name], must_exist=False)
    return given


def _from_standard_input(arguments: argparse.Namespace, given: _Given, fixes: FixScope) -> list[FileResult]:
    from rf_lsp.check_run import declared_models
    from rf_lsp.checking import Checker

    if given.excluded:
        return []
    task = _options(arguments).task(given.path, fixes)
    result = Checker(task).check(given.path, given.text)
    result.text = given.text
    return [result, *declared_models(task, [])]


def files(arguments: argparse.Namespace) -> list[str]:
    """The files that are checked, absolute."""
    return _options(arguments).files(arguments.paths)


def _results(arguments: argparse.Namespace, given: _Given | None, fixes: FixScope = "safe") -> list[FileResult]:
    from rf_lsp.check_run import check_paths

    if given:
        return _from_standard_input(arguments, given, fixes)
    asked = _options(arguments)
    if arguments.executor is None:
        return check_paths(arguments.paths, asked, fixes)
    from rf_lsp.dask_executor import connected

    with connected(arguments.executor, options.note) as executor:
        return check_paths(arguments.paths, replace(asked, executor=executor), fixes)


def _fixed_files(
    arguments: argparse.Namespace, given: _Given | None, results: Sequence[FileResult]
) -> Iterator[FixedFile]:
    """What the safe fixes change."""
    from rf_lsp.cli.apply_fixes import fixed_files

    if given is not None:
        return fixed_files(results, {given.path: _options(arguments).task(given.path)})
    groups = _options(arguments).groups([result.path for result in results])
    return fixed_files(results, {path: task for task, paths in groups for path in paths})


def _show_changes(arguments: argparse.Namespace, given: _Given | None) -> int:
    """``--diff``: 1 where there is something to change, 2 where a file cannot be read."""
    results = _results(arguments, given)
    _tell_errors(results)
    changed = False
    for found in _fixed_files(arguments, given, results):
        sys.stdout.write(found.diff())
        options.note(f"{options.path_text(found.path)}: would make {found.fixes}")
        changed = True
    return 2 if any(result.error for result in results) else int(changed)


def _apply_fixes(arguments: argparse.Namespace, given: _Given | None) -> list[str]:
    """``--fix``: make the safe fixes. Standard input goes to standard output, changed or not. Returned are
    the reasons why files could not be written."""
    from rf_lsp.cli.apply_fixes import write

    failures = []
    for found in _fixed_files(arguments, given, _results(arguments, given)):
        try:
            if given is not None:
                given.data = found.rewritten(given.data)
            else:
                write(found)
        except UsageError as error:
            failures.append(str(error))
        else:
            options.note(f"{options.path_text(found.path)}: {found.fixes}")
    if given is not None:
        sys.stdout.buffer.write(given.data)
        sys.stdout.flush()
    return failures


def _say_nothing(finished: int, total: int) -> None:
    """``--quiet``"""


def _show_progress(finished: int, total: int) -> None:
    """Counts on standard error, only in a terminal and only where it takes a while."""
    if total < 20 or not sys.stderr.isatty():
        return
    end = "\r\x1b[K" if finished >= total else ""
    sys.stderr.write(f"\r{finished}/{total} files{end}")
    sys.stderr.flush()


def _report(results: Sequence[FileResult], arguments: argparse.Namespace) -> CheckReport:
    """All findings; those of the baseline and those that are not to be shown apart."""
    from rf_lsp import baseline
    from rf_lsp.checking import merged, silenced

    report = CheckReport([], list(results), arguments.statistics, silenced=silenced(results), quiet=arguments.quiet)
    findings = merged(results)
    if arguments.update_baseline:
        baseline.write(arguments.baseline, findings)
        options.note(f"{counted(len(findings), 'finding')} written to {arguments.baseline}")
        return report
    if arguments.baseline:
        compared = baseline.compare(arguments.baseline, findings, [result.path for result in results])
        report.known, report.gone, report.compared = compared.known, compared.gone, True
        findings = compared.fresh
    for finding in findings:
        (report.findings if _is_shown(finding, arguments) else report.hidden).append(finding)
    return report


def _is_shown(finding: Finding, arguments: argparse.Namespace) -> bool:
    """What is only worth knowing is shown to who asks for it: by level, or by the rule's own code or name."""
    asked = {text.lower() for text in _split(arguments.select) or []}
    if not arguments.show and asked & {finding.code.lower(), finding.name}:
        return True
    lowest = arguments.show or ("information" if arguments.fail_level == "information" else "warning")
    return SEVERITIES.index(finding.severity) <= SEVERITIES.index(lowest)


def _tell_errors(results: Sequence[FileResult], quiet: bool = False) -> None:
    """What could not be read is said in any case."""
    for result in results:
        if result.error:
            options.note(result.error)
        if result.skipped and not quiet:
            options.note(f"skipped: {result.skipped}")
        for line, text, cell in result.broken:
            options.tell_broken(result.path, line, text, cell)


def _exit_code(report: CheckReport, fail_level: str) -> int:
    """101 after an internal error, 2 for a file that cannot be read, 1 for findings at or above the level,
    2 where a file is not Python and nothing else was found."""
    if any(result.crash for result in report.files):
        return 101
    if any(result.error for result in report.files):
        return 2
    failing = FAIL_LEVELS[: FAIL_LEVELS.index(fail_level) + 1] if fail_level != "never" else ()
    if any(finding.severity in failing for finding in report.everything):
        return 1
    return 2 if any(result.broken for result in report.files) else 0
