"""``python -m tests.hostile.run --count 2500``: costly sources from a seed, each within its limits of time and memory."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.hostile.forked import Outcome, checked, turn_seconds, warm_up
from tests.hostile.generator import KINDS, costly_sources

MILLION_TURNS = 40
"""An input may take as long as so many million turns of a plain loop: two seconds where a million take 50 ms."""
MEGABYTES = 300
WORDS = ("Traceback", "RecursionError", "MemoryError", "RF900", "internal-error", "internal error")


def complaints(outcome: Outcome, seconds: float) -> list[str]:
    """What is wrong with how an input was answered."""
    found = []
    if outcome.code not in (0, 1, 2):
        found.append(f"exit {outcome.code}")
    if outcome.seconds > seconds:
        found.append(f"{outcome.seconds:.1f} s")
    if outcome.megabytes > MEGABYTES:
        found.append(f"{outcome.megabytes:.0f} MB")
    return found + [f"says {word}" for word in WORDS if word in outcome.output]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=2500)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--kinds", nargs="*", default=(), choices=list(KINDS))
    parser.add_argument("--keep", type=Path, help="folder for the inputs that fell")
    given = parser.parse_args()
    seconds = MILLION_TURNS * min(turn_seconds() for _ in range(5))
    fell: Counter[str] = Counter()
    count, slowest, largest, started = 0, 0.0, 0.0, time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        warm_up(folder)
        for number, source in enumerate(costly_sources(given.seed, given.count, tuple(given.kinds))):
            if number < given.start:
                continue
            (folder / "hostile.py").write_text(source.text, encoding="utf-8", errors="surrogatepass")
            outcome = checked(folder, "hostile.py")
            found = complaints(outcome, seconds)
            count, slowest, largest = count + 1, max(slowest, outcome.seconds), max(largest, outcome.megabytes)
            if found:
                fell[source.kind] += 1
                print(f"{number} {source.kind}: {', '.join(found)}", flush=True)
                if given.keep:
                    given.keep.mkdir(parents=True, exist_ok=True)
                    (given.keep / f"{source.kind}_{number}.py").write_text(source.text, errors="surrogatepass")
    print(f"{count} inputs in {time.monotonic() - started:.0f} s, {sum(fell.values())} fell: {dict(fell)}")
    print(
        f"the slowest took {slowest:.2f} s of processor time, {seconds:.2f} are allowed; the largest {largest:.0f} MB"
    )
    return 1 if fell else 0


if __name__ == "__main__":
    sys.exit(main())
