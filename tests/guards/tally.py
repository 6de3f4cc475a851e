"""Counts of one kind of guard, and what became of them since they were recorded."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

BASELINE = Path(__file__).with_name("baseline.json")

GOOD = ("found", "silent", "complete", "layers", "fields", "held")
"""Counts that must not fall."""
BAD = ("missed", "misplaced", "wrong", "unknown")
"""Counts that must not rise. (What is ``open`` among the shared cases may: others add to them.)"""
NEVER = ("false", "internal", "unfit")
"""Counts that must be nought, whatever was recorded: an error where the program runs, a crash of ours, a program that
does not do what it was written for."""
Counts = dict[str, int]


@dataclass(slots=True)
class Tally:
    """The counts of one line, and in words what is not as it should be."""

    name: str
    counts: Counts = field(default_factory=dict)
    open: dict[str, str] = field(default_factory=dict)
    """What is counted as bad → what is to be said about it."""
    skipped: str = ""
    """Why nothing was counted here."""

    def add(self, key: str, number: int = 1) -> None:
        self.counts[key] = self.counts.get(key, 0) + number

    def merge(self, other: Tally) -> None:
        for key, number in other.counts.items():
            self.add(key, number)
        self.open.update(other.open)
        self.skipped = self.skipped or other.skipped


def merged(tallies: Iterable[Tally]) -> dict[str, Tally]:
    """One tally a name; parts of one line may be counted by different processes."""
    found: dict[str, Tally] = {}
    for tally in tallies:
        found.setdefault(tally.name, Tally(tally.name)).merge(tally)
    return found


@dataclass(slots=True)
class Recorded:
    """The counts of a line when it was recorded, and what was open then."""

    counts: Counts
    open: list[str]


def load(path: Path = BASELINE) -> dict[str, Recorded]:
    if not path.exists():
        return {}
    return {name: Recorded(**line) for name, line in json.loads(path.read_text(encoding="utf-8")).items()}


def record(tallies: dict[str, Tally], all_lines: bool, path: Path = BASELINE) -> None:
    """Write the counts; a line that was skipped keeps what was recorded of it, and one that is no more goes, unless
    these are only some of the lines."""
    lines = load(path)
    counted = {name: Recorded(t.counts, sorted(t.open)) for name, t in tallies.items() if not t.skipped}
    kept = {
        name: line for name, line in lines.items() if not all_lines or name in tallies or was_skipped(name, tallies)
    }
    new = {name: asdict(line) for name, line in sorted({**kept, **counted}.items())}
    path.write_text(json.dumps(new, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def was_skipped(name: str, tallies: dict[str, Tally]) -> bool:
    """Whether a line belongs to a kind that was skipped as a whole: ``slips · keras`` without Keras."""
    return any(tally.skipped and name.startswith(other) for other, tally in tallies.items())


def worse(tally: Tally, recorded: Recorded | None) -> list[str]:
    """The counts that got worse, in words."""
    never = [f"{tally.counts[key]} {key}" for key in NEVER if tally.counts.get(key)]
    if recorded is None:
        return [*never, "not recorded"]
    return never + changed(tally.counts, recorded.counts, fallen=GOOD, risen=BAD)


def better(tally: Tally, recorded: Recorded | None) -> list[str]:
    return changed(tally.counts, recorded.counts, fallen=BAD, risen=GOOD) if recorded else []


def changed(now: Counts, then: Counts, fallen: Iterable[str], risen: Iterable[str]) -> list[str]:
    down = [key for key in fallen if now.get(key, 0) < then.get(key, 0)]
    up = [key for key in risen if now.get(key, 0) > then.get(key, 0)]
    return [f"{key} {then.get(key, 0)} → {now.get(key, 0)}" for key in [*down, *up]]
