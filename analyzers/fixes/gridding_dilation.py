"""RF104: the run of dilations gets a schedule that leaves no holes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzers.facts import Fix
from analyzers.fixes.support.context import FixContext
from analyzers.fixes.support.windows import dilated

_SCHEDULE = re.compile(r"; ([\d, ]+) would leave none")


def propose(context: FixContext) -> Iterator[Fix]:
    match = _SCHEDULE.search(context.finding.message)
    model = context.model
    if match is None or model is None:
        return
    schedule = [int(text) for text in match[1].split(",")]
    places = [context.finding.place, *(place for _, place in context.finding.related)]
    layers = [layer for layer in model.layers if layer.definition in places]
    edits = dilated(context, layers, schedule) if len(layers) == len(schedule) else None
    if edits:
        yield Fix(f"Dilate by {match[1]}", edits)
