"""What is different in the models of two trees."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from analyzers.facts import FieldFact, Finding, LayerFact, ModelFact
from analyzers.rules.support.memory import Memory, memory_of
from rf_lsp.comparison.layers import LayerChange, LayerChanges, compare_layers
from rf_lsp.comparison.looking import Looked
from rf_lsp.comparison.trees import FilePair, Tree
from rf_lsp.output.serialize import receptive_field
from rf_lsp.output.text import covers_text, field_text, outputs_text
from rf_lsp.shapes import dim_text, shape_text

ALIKE = 0.6
"""Share of layers that two models have in common when one is the other renamed."""
MOST_VARIANTS = 3
_NUMBERS = re.compile(r"\d[\d.,]*(?: *[×…] *\d[\d.,]*)*")


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers of a model."""

    parameters: Any
    macs: Any
    outputs: tuple[tuple[str, str], ...]
    field: FieldFact | None
    coverage: tuple[float | None, ...] | None
    memory: Memory
    status: str
    inputs: str
    trainable: Any


@dataclass(slots=True)
class ModelChange:
    """A model that is not what it was. ``target`` is its own and ``old_target`` what it was called, if otherwise."""

    target: str
    change: Literal["added", "removed", "changed"]
    old: ModelFact | None
    new: ModelFact | None
    layers: LayerChanges = field(default_factory=LayerChanges)
    new_findings: list[Finding] = field(default_factory=list)
    fixed_findings: list[Finding] = field(default_factory=list)
    old_target: str | None = None


@dataclass(slots=True)
class BlockChange:
    """One change of the source and all models that it reaches: ``what`` is one sentence, ``place`` where it is now."""

    place: str
    what: str
    models: list[str]


@dataclass(slots=True)
class Comparison:
    """``findings`` beside those of models are of files as a whole."""

    base: Tree
    head: Tree
    models: list[ModelChange] = field(default_factory=list)
    new_findings: list[Finding] = field(default_factory=list)
    fixed_findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def all_new_findings(self) -> list[Finding]:
        return [*self.new_findings, *(finding for model in self.models for finding in model.new_findings)]

    @property
    def all_fixed_findings(self) -> list[Finding]:
        return [*self.fixed_findings, *(finding for model in self.models for finding in model.fixed_findings)]


def worth_telling(findings: Sequence[Finding]) -> list[Finding]:
    """Errors, then warnings."""
    return [finding for level in ("error", "warning") for finding in findings if finding.severity == level]


def summary_of(model: ModelFact) -> Summary:
    field = model.field
    return Summary(
        model.parameters,
        model.macs,
        tuple((output.path, " ".join(map(dim_text, output.shape or (None,)))) for output in model.outputs),
        field,
        field.coverage if field is not None else None,
        memory_of(model),
        model.status,
        ", ".join(f"{given.name} {' '.join(map(dim_text, given.shape))}" for given in model.inputs),
        model.trainable_parameters,
    )


def _numbers(model: ModelFact) -> tuple[Any, ...]:
    """All that is told of a model, as it is told: a symbol of one tree is none of the other."""
    summary = summary_of(model)
    counts = [dim_text(value) for value in (summary.parameters, summary.trainable, summary.macs)]
    return *counts, summary.outputs, summary.inputs, summary.memory, summary.status, receptive_field(model.field)


def compare(base: Tree, head: Tree, looked: Sequence[tuple[FilePair, Looked, Looked]]) -> Comparison:
    """Everything that is different; what could not be looked at on one side is left out and noted."""
    result = Comparison(base, head)
    left: list[ModelFact] = []
    fresh: list[ModelFact] = []
    findings: list[tuple[list[Finding], list[Finding]]] = [([], [])]
    pairs: list[tuple[ModelFact, ModelFact]] = []
    for _, old, new in looked:
        errors = [f"{tree.name}: {side.error}" for tree, side in ((base, old), (head, new)) if side.error]
        result.notes.extend(errors)
        if errors and not (old.models and new.models):
            continue
        matched = list(_paired(base, head, old.models, new.models))
        pairs.extend(matched)
        left.extend(model for model in old.models if all(model is not a for a, _ in matched))
        fresh.extend(model for model in new.models if all(model is not b for _, b in matched))
        findings.append((old.findings, new.findings))
    moved = list(_moved(base, head, left, fresh))
    pairs.extend(moved)
    names = _Names(base, head, {a.target: b.target for a, b in pairs})
    new, fixed = _differing(names, [f for a, _ in findings for f in a], [f for _, b in findings for f in b])
    changes = [_changed(names, a, b, new, fixed) for a, b in pairs]
    changes += [
        _one_sided(names, "removed", model, new, fixed) for model in left if all(model is not a for a, _ in moved)
    ]
    changes += [
        _one_sided(names, "added", model, new, fixed) for model in fresh if all(model is not b for _, b in moved)
    ]
    result.models = sorted((change for change in changes if change is not None), key=lambda change: change.target)
    told = {id(f) for change in result.models for f in (*change.new_findings, *change.fixed_findings)}
    result.new_findings = [finding for finding in new if id(finding) not in told]
    result.fixed_findings = [finding for finding in fixed if id(finding) not in told]
    return result


@dataclass(frozen=True)
class _Names:
    """How both sides call a model: by its name in the new tree."""

    base: Tree
    head: Tree
    partner: dict[str, str]

    def old(self, target: str) -> str:
        return self.base.relative(target)

    def new(self, target: str) -> str:
        return self.head.relative(target)

    def key(self, finding: Finding, is_old: bool) -> tuple[str, ...]:
        """What makes two findings the same: rule, model and message. Its numbers may differ, they are told by themselves."""
        model = finding.model or ""
        target = (
            self.new(self.partner[model])
            if is_old and model in self.partner
            else (self.old if is_old else self.new)(model)
        )
        return target, finding.code, _NUMBERS.sub("0", finding.message)


def _differing(names: _Names, old: Sequence[Finding], new: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    """The findings that only one side has, each as often as it has it more."""
    before = Counter(names.key(finding, True) for finding in old)
    after = Counter(names.key(finding, False) for finding in new)
    return _more(new, after - before, lambda f: names.key(f, False)), _more(
        old, before - after, lambda f: names.key(f, True)
    )


def _more(findings: Sequence[Finding], counts: Counter[tuple[str, ...]], key: Any) -> list[Finding]:
    found = []
    for finding in findings:
        if counts[key(finding)] > 0:
            counts[key(finding)] -= 1
            found.append(finding)
    return found


def _expression(target: str) -> str:
    return target.partition("::")[2]


def _paired(
    base: Tree, head: Tree, old: Sequence[ModelFact], new: Sequence[ModelFact]
) -> Iterator[tuple[ModelFact, ModelFact]]:
    """The models of one file that belong together: of the same expression, or asked for in the same place, or alike."""
    if base.expressions and len(base.expressions) == len(head.expressions) == len(old) == len(new):
        yield from zip(old, new)
        return
    after = {_expression(model.target): model for model in new}
    same = [(model, after[_expression(model.target)]) for model in old if _expression(model.target) in after]
    yield from same
    left = [model for model in old if all(model is not a for a, _ in same)]
    fresh = [model for model in new if all(model is not b for _, b in same)]
    yield from _alike(left, fresh)


def _moved(
    base: Tree, head: Tree, left: Sequence[ModelFact], fresh: Sequence[ModelFact]
) -> Iterator[tuple[ModelFact, ModelFact]]:
    """Models that stand in another file under the same name."""
    after: dict[str, ModelFact] = {}
    for model in fresh:
        after.setdefault(_expression(model.target), model)
    for model in left:
        found = after.pop(_expression(model.target), None)
        if found is not None and _likeness(model, found) >= ALIKE:
            yield model, found


def _alike(left: Sequence[ModelFact], fresh: Sequence[ModelFact]) -> Iterator[tuple[ModelFact, ModelFact]]:
    """The most alike first."""
    pairs = [(_likeness(a, b), n, m) for n, a in enumerate(left) for m, b in enumerate(fresh)]
    olds: set[int] = set()
    news: set[int] = set()
    for share, n, m in sorted(pairs, key=lambda pair: (-pair[0], pair[1:])):
        if share >= ALIKE and n not in olds and m not in news:
            olds.add(n)
            news.add(m)
            yield left[n], fresh[m]


def _likeness(a: ModelFact, b: ModelFact) -> float:
    """Layers that have the same name and type, of all."""
    before, after = (
        Counter((layer.name, layer.type) for layer in model.layers if not layer.functional) for model in (a, b)
    )
    most = max(sum(before.values()), sum(after.values()))
    return sum((before & after).values()) / most if most else 0.0


def _changed(
    names: _Names, old: ModelFact, new: ModelFact, found: list[Finding], fixed: list[Finding]
) -> ModelChange | None:
    """None where nothing is different but perhaps names and lines."""
    change = ModelChange(names.new(new.target), "changed", old, new, compare_layers(old.layers, new.layers))
    _add_findings(change, found, fixed)
    if names.old(old.target) != change.target:
        change.old_target = names.old(old.target)
    same = _numbers(old) == _numbers(new) and not change.layers
    return None if same and not worth_telling([*change.new_findings, *change.fixed_findings]) else change


def _one_sided(
    names: _Names, kind: Literal["added", "removed"], model: ModelFact, found: list[Finding], fixed: list[Finding]
) -> ModelChange:
    change = (
        ModelChange(names.new(model.target), kind, None, model)
        if kind == "added"
        else ModelChange(names.old(model.target), kind, model, None)
    )
    _add_findings(change, found, fixed)
    return change


def _add_findings(change: ModelChange, found: list[Finding], fixed: list[Finding]) -> None:
    if change.new is not None:
        change.new_findings = [finding for finding in found if finding.model == change.new.target]
    if change.old is not None:
        change.fixed_findings = [finding for finding in fixed if finding.model == change.old.target]


def block_changes(comparison: Comparison) -> list[BlockChange]:
    """The changes of layers, each told once with all models it reaches, and all numbers that it stands for in them."""
    found: dict[tuple[str, ...], tuple[list[str], dict[str, dict[str, None]]]] = {}
    for model in comparison.models:
        if model.change != "changed":
            continue
        for place, name, different in _told(comparison, model.layers):
            models, variants = found.setdefault((place, name, *different), ([], {}))
            if model.target not in models:
                models.append(model.target)
            for what, (before, after) in different.items():
                variants.setdefault(what, {})[f"{before} → {after}"] = None
    return [
        BlockChange(place, _sentence(name, variants), models) for (place, name, *_), (models, variants) in found.items()
    ]


def _sentence(name: str, variants: dict[str, dict[str, None]]) -> str:
    """``conv (Conv2d): stride 2 → 1``, ``Conv2d: out_channels 64 → 32, 128 → 64, …``"""
    parts = [
        f"{what} {', '.join([*list(pairs)[:MOST_VARIANTS], *['…'] * (len(pairs) > MOST_VARIANTS)])}"
        for what, pairs in variants.items()
    ]
    return f"{name}: {'; '.join(parts)}" if parts else name


def _told(comparison: Comparison, layers: LayerChanges) -> Iterator[tuple[str, str, dict[str, tuple[str, str]]]]:
    """(place, name, what is different) of layers themselves."""
    for change in layers.changed:
        if change.own:
            yield _place(comparison.head, change.new), _short(change), _causes(change)
    for layer in layers.added:
        yield _place(comparison.head, layer), f"{layer.short_type} added", {}
    for layer in layers.removed:
        yield _place(comparison.base, layer), f"{layer.short_type} removed", {}


def _causes(change: LayerChange) -> dict[str, tuple[str, str]]:
    """Without the number of parameters, where an argument says why there are others."""
    causes = {what: pair for what, pair in change.own.items() if what != "parameters"}
    return causes or change.own


def _short(change: LayerChange) -> str:
    """The attribute, for the rest of a name is where the block stands in a model."""
    last = change.name.rpartition(".")[2]
    return change.new.short_type if change.new.functional or last.isdigit() else f"{last} ({change.new.short_type})"


def _place(tree: Tree, layer: LayerFact) -> str:
    place = layer.definition or layer.call
    if place is None:
        return ""
    cell = "" if place.cell is None else f"cell {place.cell + 1}:"
    return f"{tree.relative(place.file)}:{cell}{place.line + 1}"


def rows(change: ModelChange) -> list[tuple[str, str, str]]:
    """(what, before, after) of the numbers of a model that are different."""
    if change.old is None or change.new is None:
        return []
    old, new = summary_of(change.old), summary_of(change.new)
    found = [
        ("input", *_inputs_of(change.old, change.new)),
        ("parameters", count(old.parameters), count(new.parameters)),
        ("trainable parameters", count(old.trainable), count(new.trainable)),
        ("MACs", count(old.macs), count(new.macs)),
        ("memory", *_memories(old.memory, new.memory)),
        ("output", outputs_text(change.old), outputs_text(change.new)),
        ("receptive field", field_text(old.field) or "none", field_text(new.field) or "none"),
        ("coverage", covers_text(change.old), covers_text(change.new)),
        ("halo", halo_text(old.field), halo_text(new.field)),
        ("status", old.status, new.status),
    ]
    return [row for row in found if row[1] != row[2]]


def _inputs_of(old: ModelFact, new: ModelFact) -> tuple[str, str]:
    """The inputs' shapes, with their names where these are not all the same."""
    has_names = [given.name for given in old.inputs] != [given.name for given in new.inputs] or len(new.inputs) > 1
    texts = [
        ", ".join(f"{given.name} " * has_names + shape_text(given.shape) for given in model.inputs)
        for model in (old, new)
    ]
    return texts[0], texts[1]


def _memories(old: Memory, new: Memory) -> tuple[str, str]:
    """Rounded, unless nothing of the difference would be left."""
    before, after = memory_text(old), memory_text(new)
    if before == after and old.forward != new.forward:
        return f"{count(old.forward)} bytes", f"{count(new.forward)} bytes"
    return before, after


def count(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else dim_text(value)


def memory_text(memory: Memory) -> str:
    from analyzers.rules.support.memory import bytes_text

    return "?" if memory.forward is None else bytes_text(memory.forward)


def halo_text(field: FieldFact | None) -> str:
    if field is None:
        return "none"
    texts = ["?" if pair is None else f"{pair[0]}+{pair[1]}" for pair in field.halo]
    return texts[0] if len(set(texts)) == 1 else " × ".join(texts)
