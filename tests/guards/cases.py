"""The programs of cases.md: one of each style, and the slips somebody made in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.fixes.run import PROGRAMS
from tests.literate import cases_of
from tests.mutations.mutator import Mutant
from tests.mutations.originals import Original

_SLIP = re.compile(r"^(?P<indent> *)(?P<code>.*?)  # slip: (?P<slip>.*)$", re.MULTILINE)
TEXTS = cases_of(Path(__file__).with_name("cases.md"))


class Case(NamedTuple):
    """A program without its slips, and each slip as a mutant of it."""

    framework: str
    program: Original
    slips: list[Mutant]


def cases(framework: str) -> list[Case]:
    parts = [(title.split(" · "), text) for title, text in TEXTS.items()]
    return [case_of(framework, style, text) for (name, style), text in parts if name == framework]


def case_of(framework: str, style: str, blocks: dict[str, str]) -> Case:
    ((info, text),) = blocks.items()
    _, expression, *shapes = info.split()
    inputs = tuple(tuple(map(int, shape.split("x"))) for shape in shapes)
    kind = type(PROGRAMS[framework][0])
    file = f"{style.replace(' ', '_')}.py"
    program = kind(file, expression, inputs, style, _SLIP.sub(r"\g<indent>\g<code>", text))
    return Case(framework, program, list(slips_of(program, text)))


def slips_of(program: Original, text: str) -> Iterator[Mutant]:
    for number, line in enumerate(text.split("\n")):
        if found := _SLIP.match(line):
            lines = program.source.split("\n")
            lines[number] = found["indent"] + found["slip"]
            yield Mutant("\n".join(lines), number + 1, "slip", found["code"], found["slip"])
