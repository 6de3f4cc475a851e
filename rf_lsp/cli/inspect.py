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
from rf_lsp.output import InspectReport, renderer, shows_fixes
from rf_lsp.suggestions import did_you_mean

if TYPE_CHECKING:
    from analyzers.rules.support.settings import RuleSettings
    from rf_lsp.engine import Engine
    from rf_lsp.programs import Programs


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
    from rf_lsp.inspection import Inspection, targets_in
    from rf_lsp.shapes import parse_input

    inspection = Inspection([parse_input(text) for text in arguments.input], wants_fixes)
    for target in [part for text in arguments.targets for part in targets_in(text)]:
        inspection.look(target, *_engine_for(target, arguments, programs))
        while inspection.notes:
            options.note(inspection.notes.pop(0))
    return inspection.report


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


def _engine_for(target: str, arguments: argparse.Namespace, programs: Programs) -> tuple[Engine, RuleSettings]:
    from rf_lsp.engine import Engine, outside_search_paths, project_settings_for, rule_settings, settings_for

    path = target.partition("::")[0]
    anchor = path if os.path.exists(path) else os.getcwd()
    settings = settings_for(anchor, arguments.config)
    folders = options.checked_folders(arguments.search_path)
    project = project_settings_for(settings, anchor, folders, arguments.python)
    if project.names_others:
        options.note_once(outside_search_paths(project))
    return Engine(project, programs=programs), rule_settings(project)
