"""``rf-lsp inspect TARGET…``"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from rf_lsp.cli import options
from rf_lsp.errors import UsageError
from rf_lsp.output import Inspected, InspectReport, renderer, shows_fixes
from rf_lsp.output.text import enumerated
from rf_lsp.suggestions import did_you_mean

if TYPE_CHECKING:
    from analyzers.facts import FileFacts, Finding, Fix, Place
    from analyzers.request import Request
    from analyzers.rules.support.settings import RuleSettings
    from rf_lsp.cells import Cells
    from rf_lsp.engine import Engine
    from rf_lsp.programs import Programs

    Fixes = dict[tuple[str, Place, str | None], list[Fix]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_targets(parser)
    options.add_format(parser, "inspect", "table")
    options.add_view(parser)
    options.add_sources(parser)
    options.add_config(parser)
    options.add_color(parser)


def run(arguments: argparse.Namespace) -> int:
    from rf_lsp.programs import Programs

    render = renderer("inspect", arguments.format)
    view = options.view_of(arguments)
    programs = Programs()
    report = report_of(arguments, programs, shows_fixes("inspect", arguments.format))
    _require_layer(report, view.choice.layer)
    shown = replace(options.render_options_for(arguments.color, sys.stdout.isatty()), view=view)
    sys.stdout.write(render(report, shown))
    sys.stdout.flush()
    programs.save()
    return code_of(report, arguments.targets)


def report_of(arguments: argparse.Namespace, programs: Programs, wants_fixes: bool) -> InspectReport:
    """What all targets hold, with the options that :func:`options.add_sources` adds; raises :class:`UsageError`."""
    from rf_lsp.shapes import parse_input

    inputs = [parse_input(text) for text in arguments.input]
    report = InspectReport()
    for target in _expanded(arguments.targets):
        _inspect(target, inputs, arguments, report, programs, wants_fixes)
    return report


def code_of(report: InspectReport, targets: list[str]) -> int:
    """The exit code; raises :class:`UsageError` where there is no model."""
    if not report.models:
        raise UsageError(f"no model found in {', '.join(targets)}")
    findings = [*report.findings, *(finding for item in report.models for finding in item.findings)]
    return 1 if any(finding.severity == "error" for finding in findings) else 0


def _require_layer(report: InspectReport, glob: str | None) -> None:
    """Raises :class:`UsageError` where no layer or module of any model has such a name."""
    if glob is None or not report.models:
        return
    names = [layer.name for item in report.models for layer in (*item.model.layers, *item.model.stages)]
    if not any(fnmatchcase(name, glob) for name in names):
        raise UsageError(f"--layer: no layer fits {glob!r}{did_you_mean(glob, names)}")


def _expanded(targets: list[str]) -> list[str]:
    """Folders replaced by the Python files and notebooks in them; raises :class:`UsageError`."""
    from rf_lsp.files import python_files, with_code

    found: list[str] = []
    for target in targets:
        with_code(target.partition("::")[0])
        found.extend(python_files([target]) if os.path.isdir(target) else [target])
    return found


def _inspect(
    target: str,
    inputs: list,
    arguments: argparse.Namespace,
    report: InspectReport,
    programs: Programs,
    wants_fixes: bool,
) -> None:
    from analyzers.source.sources import NothingToRead, SourceError
    from rf_lsp.cells import Cells

    engine, rules = _engine_for(target, arguments, programs)
    try:
        request = engine.request(target)
        request.inputs, request.tiling = inputs or request.inputs, True
        facts = engine.facts(request)
    except NothingToRead as error:
        options.note(f"skipped: {error}")
        return
    except SourceError as error:
        raise UsageError(str(error).rstrip(".")) from None
    if not facts.models and (missing := engine.missing_packages(request.path)):
        there = f"in {engine.project.site_packages[0]}" if engine.project.site_packages else "in any environment"
        options.note(f"{target}: {enumerated(missing)} not found {there}; --python names another environment")
    cells = Cells(facts, engine.sources.notebook(request.path))
    for place, text in cells(facts.broken_blocks):
        options.tell_broken(place.file, place.line, text, place.cell)
    fixes = _fixes(engine, rules, request, facts) if wants_fixes else {}
    _add(facts, engine, rules, report, cells, fixes)


def _fixes(engine: Engine, rules: RuleSettings, request: Request, facts: FileFacts) -> Fixes:
    """The fixes that hold for the file as a whole."""
    from rf_lsp.checking import add_fixes

    findings = engine.report(facts, rules).findings
    add_fixes(engine, rules, request, facts, findings)
    return {(finding.code, finding.place, finding.model): finding.fixes for finding in findings}


def _engine_for(target: str, arguments: argparse.Namespace, programs: Programs) -> tuple[Engine, RuleSettings]:
    from rf_lsp.engine import Engine, project_settings_for, rule_settings, settings_for

    path = target.partition("::")[0]
    anchor = path if os.path.exists(path) else os.getcwd()
    settings = settings_for(anchor, arguments.config)
    folders = options.checked_folders(arguments.search_path)
    project = project_settings_for(settings, anchor, folders, arguments.python)
    options.tell_search_paths(project)
    return Engine(project, programs=programs), rule_settings(project)


def _add(
    facts: FileFacts, engine: Engine, rules: RuleSettings, report: InspectReport, cells: Cells, fixes: Fixes
) -> None:
    """Judge each model by itself, so that a finding of two models stands with both."""
    from analyzers.facts import FileFacts

    parts = [FileFacts(facts.path, models=[model], ignores=facts.ignores) for model in facts.models]
    for part in parts:
        findings = _findings(part, engine, rules, fixes)
        report.models.append(Inspected(cells(part.models[0]), cells(findings)))
    loose = FileFacts(facts.path, problems=facts.problems, ignores=facts.ignores)
    report.findings.extend(cells(_findings(loose, engine, rules, fixes)))
    report.unknowns.extend(cells(facts.unknowns))


def _findings(part: FileFacts, engine: Engine, rules: RuleSettings, fixes: Fixes) -> list[Finding]:
    """Without unused ignores: a part of a file cannot tell."""
    findings = [finding for finding in engine.report(part, rules).findings if finding.code != "RF903"]
    for finding in findings:
        finding.fixes = fixes.get((finding.code, finding.place, finding.model), [])
    return findings
