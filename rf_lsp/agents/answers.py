"""What the tools answer: short texts with places, from source that is read within a confinement."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from analyzers.facts import Finding, LayerFact, ModelFact
from analyzers.tensors.dim_text import counted
from analyzers.vocabulary import SEVERITIES
from rf_lsp.agents.confinement import Confinement
from rf_lsp.agents.tools import TOOLS
from rf_lsp.engine import Engine, rule_settings
from rf_lsp.errors import UsageError
from rf_lsp.output import Inspected, InspectReport, RenderOptions
from rf_lsp.output.escape import visible
from rf_lsp.output.text import field_text, input_text, per_axis, place_text, short_count, summary_text
from rf_lsp.shapes import parse_input, shape_text

LONGEST = 20_000
"""Characters of an answer."""
LONGEST_JSON = 200_000
MOST_MODELS, MOST_LAYERS, MOST_FINDINGS, MOST_UNKNOWNS = 20, 200, 50, 3
MOST_FILES = 2_000

Arguments = Mapping[str, Any]


def answer(tool: str, arguments: Arguments, confinement: Confinement) -> str:
    """Raises :class:`UsageError` with a sentence for whoever asks."""
    confinement.refresh()
    text = _ANSWERS[tool](TOOLS[tool].checked(arguments), confinement)
    is_json = arguments.get("detail") == "json"
    if is_json and len(text) > LONGEST_JSON:
        raise UsageError(f"the JSON has {len(text):,} characters: name one model (PATH::EXPR) or its layers (layer)")
    return text if is_json else _bounded(text)


def _bounded(text: str) -> str:
    """Up to the last line that fits."""
    if len(text) <= LONGEST:
        return text.rstrip()
    kept = text[:LONGEST].rpartition("\n")[0]
    left = text.count("\n") - kept.count("\n")
    return f"{kept}\n… {left} more lines: ask for less at a time"


def _lines_of(lines: Sequence[str], most: int, what: str) -> Iterator[str]:
    yield from lines[:most]
    if len(lines) > most:
        yield f"… and {len(lines) - most} more {what}"


# inspect_model ------------------------------------------------------------------------------------


def _inspect_model(arguments: Arguments, confinement: Confinement) -> str:
    from rf_lsp.inspection import Inspection
    from rf_lsp.output.inspect.json import render

    detail = arguments.get("detail", "layers" if "layer" in arguments else "summary")
    is_whole = detail == "json"
    inspection = Inspection([parse_input(text) for text in arguments.get("inputs", ())], is_whole, is_whole)
    for target in _targets(arguments["target"], confinement):
        path = target.partition("::")[0]
        project, rules = confinement.project(path if os.path.isabs(path) else confinement.roots[0])
        inspection.look(target, Engine(project, confinement.sources), rules)
    report = inspection.report
    if not report.models:
        raise UsageError("; ".join([f"no model found in {arguments['target']}", *inspection.notes]))
    pattern = arguments.get("layer")
    if pattern is not None:
        _keep_layers(report, pattern)
    if is_whole:
        return render(report, RenderOptions())
    return "\n".join(visible(line) for line in _inspected(report, inspection.notes, detail == "layers"))


def _targets(target: str, confinement: Confinement) -> list[str]:
    """Paths absolute, the files of folders; a dotted name stays what it is."""
    path, separator, expression = target.partition("::")
    is_module = path.replace(".", "").isidentifier() and not path.endswith((".py", ".ipynb"))
    if is_module and not _exists(path, confinement):
        return [target]
    files = confinement.files(path)
    if separator and files != [confinement.path(path)]:
        raise UsageError(f"{path} is a folder: name a file in it")
    return [f"{file}{separator}{expression}" for file in files]


def _exists(path: str, confinement: Confinement) -> bool:
    try:
        return bool(confinement.path(path))
    except UsageError:
        return False


def _keep_layers(report: InspectReport, pattern: str) -> None:
    found = False
    for item in report.models:
        item.model.layers = [layer for layer in item.model.layers if fnmatchcase(layer.name, pattern)]
        found = found or bool(item.model.layers)
    if not found:
        raise UsageError(f"no layer fits {pattern!r}: its names are seen with detail layers")


def _inspected(report: InspectReport, notes: Sequence[str], with_layers: bool) -> Iterator[str]:
    for item in report.models[:MOST_MODELS]:
        yield from _model(item, with_layers)
    if len(report.models) > MOST_MODELS:
        yield f"… and {counted(len(report.models) - MOST_MODELS, 'more model')}: name one with PATH::EXPR"
    yield from map(_finding, report.findings[:MOST_FINDINGS])
    yield from notes


def _model(item: Inspected, with_layers: bool) -> Iterator[str]:
    model = item.model
    yield summary_text(model)
    yield f"  {place_text(model.place) if model.place else model.target}, {model.status}"
    yield from (f"  input {input_text(entry.name, entry.shape, entry.origin)}" for entry in model.inputs)
    if with_layers:
        yield from _lines_of([f"  {_layer(layer)}" for layer in model.layers], MOST_LAYERS, "layers (layer=GLOB)")
    yield from _lines_of([f"  {_finding(found)}" for found in item.findings], MOST_FINDINGS, "findings")
    yield from _lines_of([f"  {text}" for text in _unknowns(model)], MOST_UNKNOWNS, "places that could not be followed")


def _layer(layer: LayerFact) -> str:
    place = layer.definition or layer.call
    field = layer.field
    parts = [
        layer.name,
        "" if layer.functional else layer.short_type,
        f"→ {shape_text(layer.output_shape)}",
        f"{short_count(layer.parameters)} params" if layer.parameters else "",
        f"RF {field_text(field)} stride {per_axis(field.stride)}" if field is not None else "",
        f"called {layer.calls} times" if layer.calls > 1 else "",
        f"({place_text(place)})" if place is not None else "",
    ]
    return " ".join(part for part in parts if part)


def _finding(finding: Finding) -> str:
    return f"{finding.severity} {finding.code} {place_text(finding.place)} {finding.message}"


def _unknowns(model: ModelFact) -> list[str]:
    lines = (
        f"not known: {place_text(unknown.place) + ' ' if unknown.place else ''}{unknown.reason}"
        for unknown in model.unknowns
    )
    return list(dict.fromkeys(lines))


# check_files --------------------------------------------------------------------------------------


def _check_files(arguments: Arguments, confinement: Confinement) -> str:
    from rf_lsp.checking import Checker, CheckTask, merged
    from rf_lsp.relevance import Relevance
    from rf_lsp.results import FileResult

    inputs = tuple(parse_input(text) for text in arguments.get("inputs", ()))
    files = list(dict.fromkeys(file for path in _paths(arguments, confinement) for file in confinement.files(path)))
    if len(files) > MOST_FILES:
        raise UsageError(f"{len(files)} files are too many for one question (at most {MOST_FILES}): name a folder")
    checkers: dict[str, tuple[Checker, Relevance]] = {}
    results: list[FileResult] = []
    for file in files:
        project, _ = confinement.project(file)
        task = CheckTask(project, rule_settings(project, arguments.get("select"), arguments.get("ignore")), inputs)
        if task.key not in checkers:
            relevance = Relevance([project.root], project.search_paths, confinement.sources)
            checkers[task.key] = Checker(task, confinement.sources), relevance
        checker, relevance = checkers[task.key]
        results.append(checker.check(file) if relevance.of(file) else FileResult(file))
    return _checked(results, merged(results), arguments.get("lowest", "warning"))


def _checked(results: Sequence[Any], findings: Sequence[Finding], lowest: str) -> str:
    from rf_lsp.output.statistics import counts

    levels = SEVERITIES[: SEVERITIES.index(lowest) + 1]
    shown = sorted((f for f in findings if f.severity in levels), key=lambda f: SEVERITIES.index(f.severity))
    models = sum(sum(result.models.values()) for result in results)
    counted = ", ".join(text for _, text in counts(findings)) or "no findings"
    lines = [f"{counted} in {_counted(len(results), 'file')} with {_counted(models, 'model')}"]
    lines.extend(_lines_of(list(map(_finding, shown)), MOST_FINDINGS, "findings (name fewer paths, or select rules)"))
    lines.extend(_lines_of([f"not read: {result.error}" for result in results if result.error], 10, "files not read"))
    return "\n".join(map(visible, lines))


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'s' * (count != 1)}"


def _paths(arguments: Arguments, confinement: Confinement) -> list[str]:
    return arguments.get("paths") or [confinement.roots[0]]


# explain_rule, compare_models ---------------------------------------------------------------------


def _explain_rule(arguments: Arguments, confinement: Confinement) -> str:
    return rule_page(arguments["rule"])


def rule_page(rule: str) -> str:
    """A rule's page as Markdown; raises :class:`UsageError`."""
    from analyzers.rules.support.registry import MODULES
    from rf_lsp.cli.rule import code_of, document

    return "\n".join(document(MODULES[code_of(rule)]))


def _compare_models(arguments: Arguments, confinement: Confinement) -> str:
    from rf_lsp.agents.compared import compared
    from rf_lsp.output.diff.table import render

    if ("old" in arguments) != ("new" in arguments) or ("old" in arguments and "base" in arguments):
        raise UsageError("compare_models takes old and new, or base with paths")
    return render(compared(arguments, _paths(arguments, confinement), confinement), RenderOptions())


_ANSWERS: dict[str, Callable[[Arguments, Confinement], str]] = {
    "inspect_model": _inspect_model,
    "check_files": _check_files,
    "explain_rule": _explain_rule,
    "compare_models": _compare_models,
}
