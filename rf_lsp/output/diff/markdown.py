"""``diff --format markdown``: a comment for a review."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import Finding
from analyzers.rules.support.registry import RULES
from analyzers.tensors.dim_text import counted
from rf_lsp.comparison.models import BlockChange, Comparison, ModelChange, block_changes, rows, worth_telling
from rf_lsp.comparison.trees import Tree
from rf_lsp.output import RenderOptions
from rf_lsp.output.markdown import code, plain, table
from rf_lsp.output.text import short_count, summary_text

MOST_MODELS, MOST_CHANGES, MOST_FINDINGS = 20, 40, 40
MOST_NAMES = 4
COUNTS = ("parameters", "MACs")


def render(report: Comparison, options: RenderOptions) -> str:
    lines = list(_lines(report))
    return "\n".join(lines).rstrip() + "\n"


def _lines(report: Comparison) -> Iterator[str]:
    yield f"### What this changes in the models ({code(report.base.name)} → {code(report.head.name)})"
    yield ""
    if not report.models and not worth_telling((*report.new_findings, *report.fixed_findings)):
        yield "No number of any model is different."
        yield ""
    yield from _findings(report)
    yield from _numbers(report.models)
    yield from _changes(block_changes(report))
    for note in report.notes:
        yield f"> {plain(note)}"


def _numbers(models: list[ModelChange]) -> Iterator[str]:
    cells = [row for change in models[:MOST_MODELS] for row in _rows(change)]
    if cells:
        yield from table(("model", "", "before", "after"), cells)
        yield ""
    if len(models) > MOST_MODELS:
        yield f"… and {counted(len(models) - MOST_MODELS, 'more model')}"
        yield ""


def _rows(change: ModelChange) -> Iterator[tuple[str, str, str, str]]:
    model = change.new or change.old
    name = code(change.target) + (f" (was {code(change.old_target)})" if change.old_target else "")
    if change.change != "changed" and model is not None:
        shown = plain(summary_text(model).partition(" · ")[2])
        before, after = ("", shown) if change.change == "added" else (shown, "")
        yield name, f"**{change.change}**", before, after
        return
    for what, before, after in rows(change):
        yield name, what, plain(before), f"{plain(after)}{_growth(before, after) if what in COUNTS else ''}"
        name = ""
    if name:
        layers = len(change.layers.added) + len(change.layers.removed) + len(change.layers.changed)
        yield name, "layers" if layers else "findings", "", f"{layers} different" if layers else "see above"


def _growth(before: str, after: str) -> str:
    """`` (+12.5 %)`` where both are plain counts; what would be rounded to nothing is told in words."""
    old, new = (text.replace(",", "") for text in (before, after))
    if not (old.isdigit() and new.isdigit() and int(old)):
        return ""
    share = 100 * (int(new) - int(old)) / int(old)
    return f" ({share:+.1f} %)" if abs(share) >= 0.05 or not share else " (less than 0.1 %)"


def _changes(changes: list[BlockChange]) -> Iterator[str]:
    if not changes:
        return
    yield "**Layers**"
    yield ""
    for change in changes[:MOST_CHANGES]:
        place = f"{code(change.place)} " if change.place else ""
        yield f"- {place}{plain(change.what)}{_reach(change.models)}"
    if len(changes) > MOST_CHANGES:
        yield f"- … and {len(changes) - MOST_CHANGES} more"
    yield ""


def _reach(models: list[str]) -> str:
    """The models that one change reaches, by the names of their expressions."""
    names = [code(target.partition("::")[2] or target) for target in dict.fromkeys(models)]
    more = f" and {short_count(len(names) - MOST_NAMES)} more" if len(names) > MOST_NAMES else ""
    return f" – in {', '.join(names[:MOST_NAMES])}{more}"


def _findings(report: Comparison) -> Iterator[str]:
    groups = (
        ("New findings", worth_telling(report.all_new_findings), report.head),
        ("Fixed findings", worth_telling(report.all_fixed_findings), report.base),
    )
    for title, findings, tree in groups:
        if findings:
            yield f"**{title}**"
            yield ""
            yield from (_finding(finding, tree) for finding in findings[:MOST_FINDINGS])
            if len(findings) > MOST_FINDINGS:
                yield f"- … and {len(findings) - MOST_FINDINGS} more"
            yield ""


def _finding(finding: Finding, tree: Tree) -> str:
    place = finding.place
    cell = "" if place.cell is None else f"cell {place.cell + 1}:"
    where = code(f"{tree.relative(place.file)}:{cell}{place.line + 1}")
    return f"- {finding.severity} [{finding.code}]({RULES[finding.code].url}) {where} {plain(finding.message)}"
