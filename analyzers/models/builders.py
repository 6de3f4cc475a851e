"""Builders that the file itself does not call: functions and plain classes that make models of what they are given.

They are called with placeholders: a shape where the code makes an input of a parameter, a configuration where it reads
attributes, else a symbol of the parameter's name. What comes of it is shown; what is wrong with it says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from analyzers.interpreter.framework import FRAMEWORKS, Made, is_model_class, walk
from analyzers.interpreter.values import BoundMethod, Class, Function, StaticMethod
from analyzers.models.placeholder_arguments import paths_read, symbolic_config
from analyzers.models.runner import STEPS_PER_CANDIDATE
from analyzers.models.signatures import constructor_parameters, required_parameters
from analyzers.tensors.dims import symbol
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.values import Instance
    from analyzers.models.context import FileContext
    from analyzers.source.blocks import Block

MAKES_MODELS = re.compile(r"\b(?:Model|Sequential)[ \t]*\(")
SHAPES = (("H", "W", "C"), ("T", "C"), ("C",), ("D", "H", "W", "C"))
"""What the shape of an input may be, likeliest first."""
NO_NUMBERS = frozenset(
    "activation name kernel_initializer bias_initializer kernel_regularizer bias_regularizer padding loss optimizer weights "
    "dtype metrics data_format interpolation".split()
)
"""Arguments of Keras' own functions that are no numbers."""
MAXIMUM_BUILDERS = 40


class Built(NamedTuple):
    """A model that a builder made, and whether of placeholders."""

    name: str
    model: Instance
    is_guessed: bool


def uncalled(context: FileContext) -> Iterator[Built]:
    """The models of the functions and classes that make some and that the file's own run does not call."""
    session = context.session
    blocks = [b for b in context.module.source.blocks if b.kind in ("def", "class") and MAKES_MODELS.search(b.text)]
    for block in blocks[:MAXIMUM_BUILDERS] if session is not None else ():
        for name in block.binds:
            value = context.runner.own_code(STEPS_PER_CANDIDATE, lambda name=name: context.module.look_up(name))
            if isinstance(value, Function):
                yield from _of_function(context, name, value)
            elif isinstance(value, Class) and value.host is None and not is_model_class(value):
                yield from _of_class(context, block, value)


def _of_function(context: FileContext, name: str, function: Function) -> Iterator[Built]:
    """Functions that need nothing and return something are candidates of their own."""
    text = function.site.block.text
    needed = required_parameters(function)
    if context.session is None or context.session.called(function) or (not needed and "return" in text):
        return
    yield from _built(context, name, function, needed, text)


def _of_class(context: FileContext, block: Block, class_: Class) -> Iterator[Built]:
    """Models that the constructor makes, or static methods, or what a tuner calls."""
    methods = {name: value for name, value in class_.namespace.items() if _function_of(value) is not None}
    if context.session is None or any(context.session.called(_function_of(m)) for m in methods.values()):  # type: ignore[arg-type]
        return
    yield from _built(context, class_.name, class_, constructor_parameters(class_), block.text)
    for name, value in methods.items():
        function = _function_of(value)
        if function is None or name.startswith("__") or not _makes_models(function):
            continue
        needed = required_parameters(function)
        if isinstance(value, StaticMethod):
            yield from _built(context, class_.name, function, needed, block.text)
        elif needed[1:] == ["hp"] and not constructor_parameters(class_):
            made = context.runner.own_code(STEPS_PER_CANDIDATE, lambda: context.machine.call(class_))
            yield from _built(context, class_.name, BoundMethod(made, function), ["hp"], block.text)


def _function_of(value: Any) -> Function | None:
    found = value.function if isinstance(value, StaticMethod) else value
    return found if isinstance(found, Function) else None


def _makes_models(function: Function) -> bool:
    """Whether the function's own lines make a model."""
    site = function.site
    first, _, last, _ = site.block.span(site.node)
    lines = site.block.text.splitlines()[first - site.block.first_line : last - site.block.first_line + 1]
    return MAKES_MODELS.search("\n".join(lines)) is not None


def _built(context: FileContext, name: str, builder: Any, needed: list[str], text: str) -> Iterator[Built]:
    """What a call gives, for the first shape of which nothing is refused, or else the first."""
    trials = SHAPES if any(_is_shape(parameter, text) for parameter in needed) else SHAPES[:1]
    found = [_trial(context, builder, {p: _placeholder(p, text, axes) for p in needed}) for axes in trials[:1]]
    for axes in trials[1:]:
        if found[0][1] == 0 and found[0][0]:
            break
        found.append(_trial(context, builder, {p: _placeholder(p, text, axes) for p in needed}))
        found.sort(key=lambda trial: (not trial[0], trial[1]))
    made = found[0][0]
    for one in made:
        site = one.model.site
        is_one = len(made) == 1
        title = name if is_one or context.session is None else context.session.at_line(name, site)
        yield Built(title, one.model, not {"self", "hp"}.issuperset(needed))


def _trial(context: FileContext, builder: Any, arguments: dict[str, Any]) -> tuple[list[Made], int]:
    """(the models that are part of no other, how much was refused)."""
    machine = context.machine
    before = {id(made.model) for made in _made(context)}
    for framework in FRAMEWORKS:
        framework.before_build(machine)
    with machine.recorder.separate_errors() as errors:
        context.runner.own_code(STEPS_PER_CANDIDATE, lambda: machine.call(builder, (), arguments))
        count = len(errors)
    fresh = [made for made in _made(context) if id(made.model) not in before]
    parts = {id(part) for made in fresh for _, part in walk(made.model) if part is not made.model}
    return [made for made in fresh if id(made.model) not in parts], count


def _made(context: FileContext) -> list[Made]:
    return [made for framework in FRAMEWORKS for made in framework.made(context.machine)]


# -- placeholders ----------------------------------------------------------------------------------


def _is_shape(name: str, text: str) -> bool:
    """Whether an input is made of the parameter."""
    word = re.escape(name)
    return (
        re.search(rf"\bInput\(\s*(?:shape\s*=\s*)?{word}\s*[,)]|\b(?:input_)?shape\s*=\s*{word}\s*[,)]", text)
        is not None
    )


def _placeholder(name: str, text: str, axes: tuple[str, ...]) -> Any:
    for framework in FRAMEWORKS:
        known = framework.argument_of_builder(name)
        if known is not None:
            return known
    if _is_shape(name, text):
        return tuple(symbol(axis) for axis in axes)
    paths = [path for path in paths_read(name, text) if path]
    if paths:
        return symbolic_config(paths)
    given_as = re.findall(rf"\b(\w+)\s*=\s*{re.escape(name)}\b", text)
    if not NO_NUMBERS.isdisjoint(given_as) or name in NO_NUMBERS:
        return Unknown(f"nobody says what {name} is")
    return symbol(name)
