"""Classes: blocks grown like the model itself, and constants turned into arguments and settings.

``dress`` rewrites number literals of a constructor into the ways people really pass numbers on:
parameters with and without defaults, class attributes, ``self`` attributes, locals, tables,
arithmetic. The meaning stays the same.
"""

from __future__ import annotations

import io
import textwrap
import tokenize
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.differential.draft import Draft, Snippet

Way = Callable[[Draft, int, "Dressing", str], str]


@dataclass(slots=True)
class Dressing:
    """Where a class keeps the numbers that were taken out of its constructor."""

    parameters: list[str] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    top: list[str] = field(default_factory=list)


def write_block(draft: Draft, x: str) -> Snippet | None:
    """A new class with a body of its own, and the statement that uses it."""
    from tests.differential.generator import grow

    inner = Draft(draft.rng, {"x": draft.values[x]}, parent=draft)
    mark = len(draft.top)
    grow(inner, draft.choice((2, 3, 4)))
    helpers, draft.top[mark:] = draft.top[mark:], []
    if not inner.forward:
        return None
    residual = draft.chance(0.3) and inner.values["x"].shape == draft.values[x].shape
    name = draft.name(draft.choice(("Block", "Stage", "Layer", "ConvBlock")))
    text, arguments, top = class_text(inner, name, returned(inner, residual), residual)
    use = draft.name(name.lower())
    statement = [f"{x} = self.{use}({x})"]
    return Snippet(statement, [f"self.{use} = {name}({arguments})"], [*helpers, *top, text])


def returned(draft: Draft, residual: bool) -> str:
    if not residual:
        return "return x"
    return draft.choice(("return x + identity", "x += identity\nreturn x", "return F.relu(x + identity)"))


def class_text(draft: Draft, name: str, ending: str, residual: bool) -> tuple[str, str, list[str]]:
    """The text of a class, the arguments that build it, and what must stand above it."""
    dressing = Dressing()
    init = dress(draft, draft.init, dressing, name)
    body = dress(draft, draft.forward, dressing, name, FORWARD_WAYS) if draft.chance(0.25) else draft.forward
    forward = [*(["identity = x"] if residual else []), *body, ending]
    signature = ", ".join(["self", *dressing.parameters])
    base, super_call = base_and_super(draft, name, dressing)
    lines = [f"class {name}({base}):"]
    lines += (
        textwrap.indent("\n".join(dressing.attributes), "    ").split(
            "\n",
        )
        if dressing.attributes
        else []
    )
    lines += [f"    def __init__({signature}):"]
    lines += indent([super_call, *dressing.before, *init])
    lines += ["", *helpers_of(draft, forward)]
    lines += [f"    def forward(self, {', '.join(draft.arguments)}):", *indent(forward)]
    return "\n".join(lines), ", ".join(dressing.arguments), dressing.top


def base_and_super(draft: Draft, name: str, dressing: Dressing) -> tuple[str, str]:
    """The base class, now and then one of the file's own, and the call of its constructor."""
    call = draft.choice(
        ("super().__init__()",) * 4 + (f"super({name}, self).__init__()", "nn.Module.__init__(self)"),
    )
    if draft.chance(0.1):
        base = draft.name("Base")
        dressing.top.append(
            (f"class {base}(nn.Module):\n    kind = 'base'\n\n    def describe(self):\n        return self.kind"),
        )
        return base, call if "nn.Module" not in call else "super().__init__()"
    return "nn.Module", call


def helpers_of(draft: Draft, forward: list[str]) -> list[str]:
    """Sometimes the middle of forward moves into a method of its own."""
    if len(forward) < 3 or not draft.chance(0.25) or draft.arguments != ["x"]:
        return []
    cut = len(forward) - 2
    if any(value not in ("x", "identity") for value in draft.values):
        return []
    body = forward[:cut]
    if any(line.lstrip().startswith("identity") or "return " in line for line in body):
        return []
    forward[:cut] = [draft.choice(("x = self.features_of(x)", "x = self.features_of(x=x)"))]
    return ["    def features_of(self, x):", *indent([*body, "return x"]), ""]


def indent(statements: list[str]) -> list[str]:
    return textwrap.indent("\n".join(statements), " " * 8).split("\n")


# -- numbers ----------------------------------------------------------------------------------------


def dress(
    draft: Draft,
    statements: list[str],
    dressing: Dressing,
    class_name: str,
    ways: Sequence[Way] | None = None,
) -> list[str]:
    """The statements with a few of their numbers moved elsewhere."""
    amount = draft.choice((0, 0, 1, 2, 4))
    out = []
    for statement in statements:
        for _ in range(amount if draft.chance(0.5) else 0):
            statement = dress_one(draft, statement, dressing, class_name, ways or WAYS)
        out.append(statement)
    return out


def dress_one(draft: Draft, statement: str, dressing: Dressing, class_name: str, ways: Sequence[Way]) -> str:
    numbers = integers_in(statement)
    if not numbers:
        return statement
    start, end, value = draft.choice(numbers)
    text = draft.choice(ways)(draft, value, dressing, class_name)
    return statement[:start] + text + statement[end:]


def integers_in(statement: str) -> list[tuple[int, int, int]]:
    """Start, end and value of every whole number outside strings."""
    starts = [0]
    for line in statement.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(statement).readline):
            if token.type == tokenize.NUMBER and token.string.isdigit():
                base = starts[token.start[0] - 1]
                found.append((base + token.start[1], base + token.end[1], int(token.string)))
    except (tokenize.TokenError, IndentationError):
        return []
    return found


def as_parameter(draft: Draft, value: int, dressing: Dressing, _: str) -> str:
    name = draft.name(draft.choice(("width", "channels", "planes", "size")))
    if draft.chance(0.6):
        default = value if draft.chance(0.6) else value + 1
        dressing.parameters.append(f"{name}={default}")
        if default != value or draft.chance(0.4):
            dressing.arguments.append(f"{name}={value}")
    elif draft.chance(0.5):
        dressing.parameters.insert(0, name)
        dressing.arguments.insert(0, str(value))
    else:
        required = sum("=" not in parameter for parameter in dressing.parameters)
        dressing.parameters.insert(required, name)
        dressing.arguments.append(f"{name}={value}")
    return name


def as_class_attribute(draft: Draft, value: int, dressing: Dressing, class_name: str) -> str:
    name = draft.name(draft.choice(("expansion", "depth", "base_width")))
    dressing.attributes.append(f"{name} = {value}")
    return draft.choice(
        (f"self.{name}", f"{class_name}.{name}", f"type(self).{name}", f"self.__class__.{name}"),
    )


def as_own_attribute(draft: Draft, value: int, dressing: Dressing, _: str) -> str:
    name = draft.name(draft.choice(("n", "dim", "units")))
    dressing.before.append(f"self.{name} = {value}")
    return f"self.{name}"


def as_local(draft: Draft, value: int, dressing: Dressing, _: str) -> str:
    name = draft.name(draft.choice(("c", "hidden", "k")))
    other = draft.name("unused")
    forms = (
        f"{name} = {value}",
        f"{name}, {other} = {value}, 0",
        f"{name} = {other} = {value}",
        f"{name} = max({value}, 1) if {value} else 0",
        f"{name}: int = {value}",
        f"{name} = [{value}, 3][0]",
        f"({name}, *{other}) = [{value}, 1, 2]",
        f"{name} = None or {value}" if value else f"{name} = {value}",
        f"{name} = 0\n{name} += {value}",
    )
    dressing.before.append(draft.choice(forms))
    return name


def as_table(draft: Draft, value: int, dressing: Dressing, _: str) -> str:
    name = draft.name(draft.choice(("CONFIG", "SIZES", "Settings")))
    key = draft.choice(("width", "size"))
    if name.startswith("CONFIG"):
        forms = (f"{name} = {{'{key}': {value}}}", f"{name} = dict({key}={value})")
        dressing.top.append(draft.choice(forms))
        return draft.choice((f"{name}['{key}']", f"{name}.get('{key}', 7)", f"{name}.get('{key}')"))
    if name.startswith("SIZES"):
        dressing.top.append(f"{name} = ({value}, {value + 1}, {value + 2})")
        return draft.choice((f"{name}[0]", f"{name}[-3]", f"min({name})"))
    forms = (
        f"class {name}(NamedTuple):\n    {key}: int = {value}",
        f"class {name}:\n    def __init__(self):\n        self.{key} = {value}",
        f"class {name}:\n    @property\n    def {key}(self):\n        return {value}",
    )
    dressing.top.append(draft.choice(forms))
    return f"{name}().{key}"


def as_constant(draft: Draft, value: int, dressing: Dressing, _: str) -> str:
    name = draft.name(draft.choice(("WIDTH", "DEPTH")))
    dressing.top.append(f"{name} = {value}")
    return name


def as_arithmetic(draft: Draft, value: int, _: Dressing, __: str) -> str:
    forms = [
        f"({value + 2} - 2)",
        f"({value * 2} // 2)",
        f"int({value}.0)",
        f"int({value * 2} / 2)",
        f"max({value}, 0)",
        f"sum([{value}, 0])",
        f"({value} if True else 99)",
        f"len(range({value}))",
        f"round({value}.2)",
        f"abs(-{value})",
        f"int('{value}')",
        f"min({value}, 10 ** 6)",
        f"math.ceil({value} - 0.5)",
        f"[{value}][-1]",
        f"({value} or {value})",
        f"dict(a={value})['a']",
        f"({value}, 5)[0]",
        f"int(math.sqrt({value * value}))",
        f"divmod({value * 3}, 3)[0]",
        f"(lambda: {value})()",
    ]
    if value and value & (value - 1) == 0:
        forms += [f"2 ** {value.bit_length() - 1}", f"(1 << {value.bit_length() - 1})"]
    if value % 2 == 0:
        forms += [f"({value // 2} * 2)", f"2 * {value // 2}" if value > 2 else f"{value}"]
    return draft.choice(forms)


WAYS = (
    as_parameter,
    as_parameter,
    as_class_attribute,
    as_own_attribute,
    as_local,
    as_table,
    as_constant,
    as_arithmetic,
)
FORWARD_WAYS = (as_class_attribute, as_own_attribute, as_table, as_constant, as_arithmetic)
