"""Whole programs from a seed: a model grown statement by statement, then perhaps broken.

The same seed gives the same program under the same version of torch.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

import torch

from tests.differential.classes import class_text
from tests.differential.draft import HEADER, Draft, Shape, Snippet
from tests.differential.layouts import Front, laid_out, plain_front
from tests.differential.networks import grow_network
from tests.differential.structures import write_structure
from tests.mutations.mutator import mutants

Accept = Callable[[str, str, list[Shape]], "bool | None"]


@dataclass(slots=True)
class Program:
    """A program's text, the expression that builds its model, and the shapes of its inputs."""

    source: str
    expression: str
    inputs: list[Shape]
    axes: dict[str, str] | None = None
    """Which dims of the input are which axes of space, where that is known: ``{"2": "H", "3": "W"}``."""


def generate_network(seed: int, layouts: bool, accept: Accept) -> Program:
    """A random network over maps that runs, ``layouts``: behind statements that rearrange its input."""
    rng = random.Random(seed)
    while True:
        program = network_program(rng, laid_out(rng) if layouts else plain_front(rng))
        if program is not None and accept(program.source, program.expression, program.inputs) is False:
            return program


def network_program(rng: random.Random, front: Front) -> Program | None:
    with torch.device("meta"):
        draft = Draft(rng, {"x": torch.zeros(front.shape)})
    if not all(draft.attempt(Snippet([statement])) for statement in front.forward):
        return None
    grow_network(draft, rng.randint(2, 7))
    text, arguments, top = class_text(draft, "Model", "return x", residual=False)
    built, extra = model_expression(draft, arguments)
    body = "\n\n\n".join([*draft.top, *top, text, *extra]) + "\n"
    source = restyled(rng, "\n".join(imports(rng, body)) + "\n\n\n" + body)
    return Program(source, built, [front.shape], front.axes)


def generate(seed: int, invalid: float, accept: Accept) -> Program:
    """A random program; about ``invalid`` of them raise.

    ``accept`` runs one: False, it runs; True, it raises as it should; None, it is of no use.
    """
    rng = random.Random(seed)
    while True:
        program = valid_program(rng)
        if accept(program.source, program.expression, program.inputs) is not False:
            continue
        if rng.random() < invalid:
            return broken(rng, program, accept)
        return program


def broken(rng: random.Random, program: Program, accept: Accept) -> Program:
    """The program with one token changed so that it raises, where such a change is found."""
    changes = mutants(program.source, broad=True)
    for mutant in rng.sample(changes, min(12, len(changes))):
        if accept(mutant.source, program.expression, program.inputs):
            return Program(mutant.source, program.expression, program.inputs)
    return program


def valid_program(rng: random.Random) -> Program:
    inputs = input_shapes(rng)
    names = ["x", "z"][: len(inputs)]
    with torch.device("meta"):
        draft = Draft(rng, {name: torch.zeros(shape) for name, shape in zip(names, inputs, strict=True)})
    grow(draft, rng.randint(2, 9))
    text, arguments, top = class_text(draft, "Model", ending(draft), residual=False)
    built, extra = model_expression(draft, arguments)
    body = "\n\n\n".join([*draft.top, *top, text, *extra]) + "\n"
    source = "\n".join(imports(rng, body)) + "\n\n\n" + body
    return Program(restyled(rng, source), built, inputs)


def input_shapes(rng: random.Random) -> list[Shape]:
    batch = rng.choice((1, 2, 2, 3))
    size = rng.choice((7, 8, 12, 16, 16, 17, 28, 32))
    other = rng.choice((size, size, rng.choice((9, 10, 20))))
    channels = rng.choice((1, 3, 3, 4, 6, 8))
    image = (batch, channels, size, other)
    shape = rng.choices(
        (
            image,
            (batch, channels, size),
            (batch, channels, 6, 8, 8),
            (batch, size),
            (batch, size, 4 * channels),
        ),
        (10, 3, 2, 2, 3),
    )[0]
    return [shape, shape] if rng.random() < 0.12 else [shape]


def grow(draft: Draft, steps: int) -> None:
    """Write that many statements, each tried on the tensors at hand before it is kept."""
    for _ in range(steps):
        for _ in range(10):
            snippet = write_structure(draft, next_variable(draft))
            if snippet is not None and draft.attempt(snippet):
                break


def next_variable(draft: Draft) -> str:
    """Mostly ``x``."""
    floats = draft.tensors(lambda value: value.is_floating_point() and value.dim() > 0)
    if draft.chance(0.9) or not floats:
        return "x"
    return draft.choice(floats)


def ending(draft: Draft) -> str:
    """What the model returns."""
    names = draft.tensors()
    other = draft.choice(names)
    forms = (
        "return x",
        f"return x, {other}",
        f"return {{'out': x, 'aux': {other}}}",
        f"return [x, {other}]",
        f"return OrderedDict(out=x, last={other})",
        f"result = (x, {other})\nreturn result",
    )
    return draft.rng.choices(forms, (14, 2, 1, 1, 1, 1))[0]


def model_expression(draft: Draft, arguments: str) -> tuple[str, list[str]]:
    """How the model is asked for (an expression, a module-level name, a function), and its definition."""
    built, more = f"Model({arguments})", f"{arguments}, " if arguments else ""
    subclass = f"(Model):\n    def __init__(self):\n        super().__init__({arguments})\n"
    build = f"def build(**kwargs):\n    model = Model({more}**kwargs)\n    return model.eval()"
    make = f"def make(cls, *args, **kwargs):\n    return cls(*args, **kwargs)\n\n\nnet = make(Model, {more})"
    forward = "\n    def forward(self, *inputs):\n        return super().forward(*inputs)"
    forms = [
        (built, []),
        (built, []),
        ("model", [f"model = {built}"]),
        ("build()", [f"def build():\n    return {built}"]),
        ("build()", [build]),
        ("net", [make]),
        ("Wide()", [f"class Wide{subclass}        self.extra = nn.Linear(2, 2)"]),
        ("Logits()", [f"class Logits{subclass}{forward}"]),
    ]
    if draft.arguments == ["x"]:
        forms.append((f"nn.Sequential({built})", []))
    return draft.choice(forms)


def imports(rng: random.Random, body: str) -> list[str]:
    lines = [line for line in HEADER if "einops" not in line or f"{line.rsplit(None, 1)[-1]}." in body]
    if rng.random() < 0.3:
        lines = [line.replace("from torch import nn", "import torch.nn as nn") for line in lines]
        lines = [
            line.replace(
                "from torch.nn import functional as F",
                "import torch.nn.functional as F",
            )
            for line in lines
        ]
    return lines


def restyled(rng: random.Random, source: str) -> str:
    """Other spellings of the same names."""
    style = rng.randrange(8)
    if style == 0:
        return re.sub(r"\bF\.(\w+)\(", r"nn.functional.\1(", source)
    if style == 1:
        body = re.sub(r"(?<![\w.'\"])nn\.(?!functional|Module\.)(\w+)", r"torch.nn.\1", source)
        return body.replace("import torch.torch.nn", "import torch.nn")
    if style == 2:
        names = sorted(set(re.findall(r"(?<![\w.])nn\.([A-Z]\w+)", source)))
        if names:
            body = re.sub(r"(?<![\w.])nn\.([A-Z]\w+)", r"\1", source)
            return f"from torch.nn import {', '.join(names)}\n{body}"
    if style == 3 and not re.search(r"\bF = |relu=", source):
        return source.replace(
            "from torch.nn import functional as F",
            "from torch.nn import functional as F\nfrom torch.nn.functional import relu",
        ).replace("F.relu(", "relu(")
    return source
