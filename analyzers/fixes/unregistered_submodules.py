"""RF401: the list or dict of layers becomes a ModuleList or ModuleDict."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from analyzers.facts import Edit, Fix, Place
from analyzers.fixes.support.bench import Bench
from analyzers.fixes.support.calls import nodes_in
from analyzers.source.blocks import Block
from analyzers.source.module import SourceModule


def propose(bench: Bench) -> Iterator[Fix]:
    place = bench.finding.place
    module = bench.module(place.file)
    value = _assigned(module, place) if module is not None else None
    if module is None or value is None:
        return
    block, node = value
    kind = "ModuleDict" if isinstance(node, cst.Dict | cst.DictComp) else "ModuleList"
    prefix = _spelling(module)
    if prefix is None:
        return
    at = Place(place.file, *block.span(node))
    start = Place(at.file, at.line, at.column, at.line, at.column)
    end = Place(at.file, at.end_line, at.end_column, at.end_line, at.end_column)
    yield Fix(f"Use {prefix}.{kind}", False, (Edit(start, f"{prefix}.{kind}("), Edit(end, ")")))


def _assigned(module: SourceModule, place: Place) -> tuple[Block, cst.BaseExpression] | None:
    """The list or dict display whose value the statement around a place assigns."""
    line = Place(place.file, place.line, 0, place.end_line, 1_000_000)
    found = nodes_in(module, line, cst.Assign, cst.AnnAssign)
    if found is None:
        return None
    block, nodes = found
    displays = cst.List | cst.ListComp | cst.Dict | cst.DictComp
    values = [node.value for node in nodes if isinstance(node.value, displays)]
    return (block, values[0]) if len(values) == 1 else None


def _spelling(module: SourceModule) -> str | None:
    """How the file names ``torch.nn``."""
    if module.binders("nn"):
        return "nn"
    return "torch.nn" if module.binders("torch") else None
