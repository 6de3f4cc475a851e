"""RF404: the convolution before the batch norm gets ``bias=False``."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import Fix
from analyzers.fixes.support.bench import Bench

BIAS, KERAS_BIAS = ("bias", 7), ("use_bias", None)


def propose(bench: Bench) -> Iterator[Fix]:
    call = bench.call(bench.finding.place)
    model = bench.model
    if call is None or model is None:
        return
    name, index = KERAS_BIAS if model.framework == "keras" else BIAS
    edit = call.set(name, index, "False")
    if edit is not None:
        yield Fix(f"Set {name}=False", False, (edit,))
