"""RF404: the convolution before the batch norm gets ``bias=False``."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import Fix
from analyzers.fixes.support.arguments import argument, change
from analyzers.fixes.support.context import Bench


def propose(bench: Bench) -> Iterator[Fix]:
    call = bench.call(bench.finding.place)
    if call is None:
        return
    for layer in bench.layers_at(bench.finding.place)[:1]:
        edit = change(call, layer, "bias", "False")
        if edit is not None:
            yield Fix(f"Set {argument(layer, 'bias').name}=False", False, (edit,))
