"""``rf-lsp trace TARGET…``"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rf_lsp.cli import options
from rf_lsp.errors import UsageError
from rf_lsp.output import RenderOptions, TraceReport, renderer

if TYPE_CHECKING:
    from analyzers.facts import FileFacts, ModelFact
    from analyzers.rules.support.settings import RuleSettings
    from analyzers.tracing.results import ModelResult
    from analyzers.tracing.tracer import Tracer, Wishes
    from rf_lsp.engine import Engine, ProjectSettings
    from rf_lsp.programs import Programs

ALLOWED = ("programs", "network")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_targets(parser, "its code is executed")
    options.add_format(parser, "trace", "table")
    options.add_sources(parser)
    parser.add_argument("--timeout", type=float, metavar="S", help="seconds that one model may take (default: 120)")
    parser.add_argument("--memory", type=float, metavar="GIB", help="memory the program may take (default: 8)")
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        choices=ALLOWED,
        help="let the program start other programs, or open connections; refused otherwise",
    )
    parser.add_argument("--no-fields", action="store_true", help="only shapes and parameters, no receptive fields")
    parser.add_argument("--erf", action="store_true", help="measure the effective receptive field and draw it")
    parser.add_argument(
        "--layer", action="append", default=[], metavar="NAME", help="layer whose effective field is measured"
    )
    parser.add_argument("--seeds", type=int, default=8, metavar="N", help="random initialisations (default: 8)")
    parser.add_argument(
        "--checkpoint", metavar="FILE", help="weights to measure with, a state dict; names that do not fit are listed"
    )
    parser.add_argument("--images", metavar="DIR", help="pictures to measure with, instead of random inputs")
    parser.add_argument("--device", metavar="NAME", help="run on this device (cpu, cuda, mps) where there is one")
    parser.add_argument("--save", metavar="F", help="write the effective fields as a picture (.png, .svg) or .npz")
    parser.add_argument("--yes", action="store_true", help="start an interpreter that the project brings along")
    options.add_config(parser)
    options.add_color(parser)


def run(arguments: argparse.Namespace) -> int:
    from rf_lsp.erf_picture import check_name, save
    from rf_lsp.programs import Programs
    from rf_lsp.shapes import parse_input

    render = renderer("trace", arguments.format)
    if arguments.save:
        check_name(arguments.save)
    inputs = [parse_input(text) for text in arguments.input]
    report, programs = TraceReport(), Programs()
    for target in arguments.targets:
        Tracing(target, arguments, programs).run(inputs, report)
    if arguments.save:
        save(report, arguments.save)
    sys.stdout.write(render(report, _render_options(arguments)))
    sys.stdout.flush()
    programs.save()
    if not report.models:
        raise UsageError(f"no model found in {', '.join(arguments.targets)}")
    return 1 if any(result.verdict != "confirmed" for result in report.models) else 0


def _render_options(arguments: argparse.Namespace) -> RenderOptions:
    return options.render_options_for(arguments.color, sys.stdout.isatty())


class Tracing:
    """One target: its static facts, then each of its models in the worker."""

    def __init__(self, target: str, arguments: argparse.Namespace, programs: Programs) -> None:
        self.target = target
        self.arguments = arguments
        path = target.partition("::")[0]
        self.anchor = path if os.path.exists(path) else os.getcwd()
        self.engine, self.rules, self.project = _engine_for(self.anchor, arguments, programs)

    def run(self, inputs: list[Any], report: TraceReport) -> None:
        from analyzers.source.sources import NothingToRead, SourceError

        try:
            request = self.engine.request(self.target)
            request.inputs = inputs or request.inputs
            facts = self.engine.facts(request)
        except NothingToRead as error:
            options.note(f"skipped: {error}")
            return
        except SourceError as error:
            raise UsageError(str(error).rstrip(".")) from None
        if facts.models:
            with self._tracer(facts.path) as tracer:
                report.models.extend(self._traced(tracer, model, facts) for model in facts.models)

    def _tracer(self, path: str) -> Tracer:
        from analyzers.tracing.tracer import Tracer
        from rf_lsp.tracing import folders_of, interpreter_of
        from rf_lsp.trust import confirm

        interpreter = interpreter_of(self.project, path, self.arguments.python)
        confirm(interpreter, self.arguments.yes)
        return Tracer(interpreter, folders_of(self.project))

    def _traced(self, tracer: Tracer, model: ModelFact, facts: FileFacts) -> ModelResult:
        from analyzers.tracing.problems import problems_of

        module = self.engine.sources.module(facts.path)
        text = module.text if facts.path.endswith(".ipynb") else None
        progress = Progress(model.name)
        result = tracer.trace(model, self._wishes(), text, progress=progress.tell)
        progress.clear()
        loose = replace(facts, models=[], problems=problems_of(result), unknowns=[], broken_blocks=[], losses=[])
        found = self.engine.report(loose, self.rules).findings
        result.findings = [finding for finding in found if finding.code.startswith("RF5")]
        for finding in result.findings:
            finding.model = model.target
        return result

    def _wishes(self) -> Wishes:
        from analyzers.tracing.tracer import Wishes
        from rf_lsp.tracing import limits_of

        given = self.arguments
        erf = bool(given.erf or given.layer or given.save or given.images)
        return Wishes(
            limits=limits_of(self.project, given.timeout, given.memory),
            allow=tuple(given.allow),
            fields=not given.no_fields,
            erf=erf,
            layers=tuple(given.layer),
            seeds=max(given.seeds, 1),
            whole=bool(given.save),
            checkpoint=os.path.abspath(given.checkpoint) if given.checkpoint else None,
            images=os.path.abspath(given.images) if given.images else None,
            device=given.device,
        )


def _engine_for(
    anchor: str, arguments: argparse.Namespace, programs: Programs
) -> tuple[Engine, RuleSettings, ProjectSettings]:
    from rf_lsp.engine import Engine, project_settings_for, rule_settings, settings_for

    settings = settings_for(anchor, arguments.config)
    folders = options.checked_folders(arguments.search_path)
    project = project_settings_for(settings, anchor, folders, arguments.python)
    return Engine(project, programs=programs), rule_settings(project), project


class Progress:
    """One line on a terminal's standard error, which is taken back in the end."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.width = 0

    def tell(self, event: dict[str, Any]) -> None:
        if not sys.stderr.isatty():
            return
        from analyzers.tracing.process import STAGES

        text = event.get("text") or STAGES.get(event.get("stage", ""), "")
        line = f"{self.name}: {text}"[:100]
        print(f"\r{line.ljust(self.width)}", end="", file=sys.stderr, flush=True)
        self.width = max(self.width, len(line))

    def clear(self) -> None:
        if self.width:
            print(f"\r{' ' * self.width}\r", end="", file=sys.stderr, flush=True)
