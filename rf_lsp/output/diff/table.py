"""``diff --format table``: for people, in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import Finding
from rf_lsp.comparison.models import Comparison, ModelChange, block_changes, rows, worth_telling
from rf_lsp.comparison.trees import Tree
from rf_lsp.output import RenderOptions
from rf_lsp.output.escape import visible
from rf_lsp.output.style import Style
from rf_lsp.output.text import summary_text

SIGNS = {"added": "+", "removed": "-", "changed": "~"}
MOST_NAMES = 6


def render(report: Comparison, options: RenderOptions) -> str:
    style = Style(options.color)
    lines = [line for change in report.models for line in (*_model(change, style), "")]
    lines.extend(_changes(report, style))
    found = list(_findings(report, style))
    lines.extend([*found, ""] if found else [])
    lines.append(_total(report))
    return "".join(f"{line}\n" for line in lines)


def _model(change: ModelChange, style: Style) -> Iterator[str]:
    was = f" (was {change.old_target})" if change.old_target else ""
    yield style("bold", visible(f"{SIGNS[change.change]} {change.target}{was}"))
    model = change.new or change.old
    if change.change != "changed" and model is not None:
        yield f"    {visible(summary_text(model))}"
    found = rows(change)
    width = max((len(what) for what, _, _ in found), default=0)
    for what, before, after in found:
        yield f"    {what.ljust(width)}  {visible(before)} → {visible(after)}"
    following = sum(not item.own for item in change.layers.changed)
    if following:
        yield style(
            "dim", f"    {following} layer{'s' * (following != 1)} with other shapes, MACs or fields in consequence"
        )


def _changes(report: Comparison, style: Style) -> Iterator[str]:
    found = block_changes(report)
    if found:
        yield style("bold", "layers")
    for change in found:
        place = f"{change.place} " if change.place else ""
        names = list(dict.fromkeys(target.partition("::")[2] or target for target in change.models))
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        yield f"    {visible(place + change.what)}" + style(
            "dim", visible(f"  in {', '.join(names[:MOST_NAMES])}{more}")
        )
    if found:
        yield ""


def _findings(report: Comparison, style: Style) -> Iterator[str]:
    groups = (("new", report.all_new_findings, report.head), ("fixed", report.all_fixed_findings, report.base))
    for sign, findings, tree in groups:
        findings = worth_telling(findings)
        yield from (_finding(sign, finding, tree, style) for finding in findings)


def _finding(sign: str, finding: Finding, tree: Tree, style: Style) -> str:
    place = finding.place
    cell = "" if place.cell is None else f"cell {place.cell + 1}:"
    where = visible(f"{tree.relative(place.file)}:{cell}{place.line + 1}")
    level = style(finding.severity if sign == "new" else "dim", f"{sign} {finding.severity}")
    return f"{level} {finding.code} {where}: {visible(finding.message)}"


def _total(report: Comparison) -> str:
    counts = [(sum(model.change == kind for model in report.models), kind) for kind in SIGNS]
    parts = [f"{count} {kind}" for count, kind in counts if count]
    models = f"models: {', '.join(parts)}" if parts else "no model is different"
    return f"{models} ({visible(report.base.name)} → {visible(report.head.name)})"
