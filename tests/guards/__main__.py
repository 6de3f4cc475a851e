"""What was found must still be found: samples of every style, held against what was recorded.

    python -m tests.guards [--only WORD] [--record] [--verbose]

Prints a line for each kind, framework, style and form: what was counted, and behind a bar what was recorded. The exit code is 1 when a count got worse, or when an error is reported where the program runs. ``--record``
writes the counts to tests/guards/baseline.json instead of judging them; what is skipped keeps its record.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from tests.guards.lines import TASKS, Task
from tests.guards.tally import Recorded, Tally, better, load, merged, record, worse

WIDTH = 44
"""Columns for the name of a line."""
LONGEST = 260
"""Characters of a sentence about what is open."""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--only", default="", help="kinds whose name contains this: slips, mutants, pack, shared, …")
    parser.add_argument("--record", action="store_true", help="take these counts as the ones to hold")
    parser.add_argument("--verbose", action="store_true", help="everything that is open, not only what is new")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    started = time.perf_counter()
    tallies = merged(counted([task for task in TASKS if arguments.only in str(task)], arguments.jobs))
    if arguments.record:
        record(tallies, all_lines=not arguments.only)
    good = report(tallies, load(), arguments.verbose)
    print(f"{time.perf_counter() - started:.0f} s")
    return 0 if good else 1


def counted(tasks: list[Task], jobs: int) -> Iterator[Tally]:
    with ProcessPoolExecutor(jobs) as pool:
        for future in [pool.submit(function, *arguments) for function, arguments in tasks]:
            yield from future.result()


def report(tallies: dict[str, Tally], recorded: dict[str, Recorded], verbose: bool) -> bool:
    """Print every line and what is newly open in it; returns whether nothing got worse."""
    good = True
    print(f"{'':{WIDTH}s}counted|recorded")
    for name, tally in sorted(tallies.items()):
        then = recorded.get(name)
        fell = [] if tally.skipped else worse(tally, then)
        print(f"{name:{WIDTH}s}{line(tally, then)}{remark('WORSE', fell)}{remark('better', better(tally, then))}")
        known = set() if verbose or then is None else set(then.open)
        for label in sorted(set(tally.open) - known):
            print(f"    {one_line(tally.open[label])}")
        good &= not fell
    return good


def line(tally: Tally, then: Recorded | None) -> str:
    if tally.skipped:
        return f"skipped: {tally.skipped}"
    old = then.counts if then else {}
    keys = dict.fromkeys([*tally.counts, *old])
    return "  ".join(f"{key} {tally.counts.get(key, 0)}|{old.get(key, 0) if then else '-'}" for key in keys)


def remark(word: str, changes: list[str]) -> str:
    return f"  {word}: {', '.join(changes)}" if changes else ""


def one_line(said: str) -> str:
    """Without the line breaks and colours of exceptions, and not for ever."""
    plain = " ".join(re.sub(r"\x1b\[[0-9;]*m", "", said).split())
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}…"


if __name__ == "__main__":
    sys.exit(main())
