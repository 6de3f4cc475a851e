"""RF104: the run of dilations gets a schedule that leaves no holes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzers.facts import Fix
from analyzers.fixes.support.context import Bench
from analyzers.fixes.support.dilations import dilated

_SCHEDULE = re.compile(r"; ([\d, ]+) would leave none")


def propose(bench: Bench) -> Iterator[Fix]:
    match = _SCHEDULE.search(bench.finding.message)
    model = bench.model
    if match is None or model is None:
        return
    schedule = [int(text) for text in match[1].split(",")]
    places = [bench.finding.place, *(place for _, place in bench.finding.related)]
    layers = [layer for layer in model.layers if layer.definition in places]
    edits = dilated(bench, layers, schedule) if len(layers) == len(schedule) else None
    if edits:
        yield Fix(f"Dilate by {match[1]}", False, edits)
