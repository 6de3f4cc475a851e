"""How layers and expressions get into a model: the ways people build, keep, name and call them.

A writer takes the draft and the name of the variable to go on with, and returns a snippet in which
that variable is assigned anew (or None). Indentation inside a statement is four spaces.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from tests.differential.arguments import divisor, width
from tests.differential.draft import Draft, Shape, Snippet, as_function
from tests.differential.expressions import size_text, write_expression
from tests.differential.layers import write_layer

Writer = Callable[[Draft, str], "Snippet | None"]
STRUCTURES: list[tuple[int, Writer]] = []


def structure(weight: int) -> Callable[[Writer], Writer]:
    def register(writer: Writer) -> Writer:
        STRUCTURES.append((weight, writer))
        return writer

    return register


def write_structure(draft: Draft, name: str) -> Snippet | None:
    writer = draft.rng.choices([w for _, w in STRUCTURES], [weight for weight, _ in STRUCTURES])[0]
    return writer(draft, name)


def shape_of(draft: Draft, name: str) -> Shape:
    return tuple(draft.values[name].shape)


def chain(draft: Draft, tensor: Tensor, count: int, keep_shape: bool = False) -> list[str]:
    """Constructors of layers, each of which takes what the one before makes; may be fewer."""
    texts: list[str] = []
    for _ in range(count * 4):
        text = write_layer(draft, tuple(tensor.shape))
        output = draft.passed_through(text, tensor) if text else None
        if text and output is not None and (not keep_shape or output.shape == tensor.shape):
            texts.append(text)
            tensor = output
        if len(texts) == count:
            break
    return texts


def one_layer(draft: Draft, x: str, keep_shape: bool = False) -> str | None:
    return next(iter(chain(draft, draft.values[x], 1, keep_shape)), None)


def attribute(draft: Draft, constructor: str) -> str:
    """A name for a layer: ``conv1``, ``bn``, ``fc2``."""
    kind = constructor.split("(", 1)[0].rsplit(".", 1)[-1]
    stems = {
        "Conv2d": "conv",
        "Linear": "fc",
        "BatchNorm2d": "bn",
        "MaxPool2d": "pool",
        "Sequential": "block",
    }
    return draft.name(stems.get(kind, kind.lower()))


def indented(lines: list[str], depth: int = 1) -> str:
    return "\n".join("    " * depth + line for text in lines for line in text.split("\n"))


# -- a single layer ---------------------------------------------------------------------------------


@structure(16)
def plain_layer(draft: Draft, x: str) -> Snippet | None:
    text = one_layer(draft, x)
    if text is None:
        return None
    name = attribute(draft, text)
    forward = draft.choice((f"{x} = self.{name}({x})",) * 5 + (f"{x} = self.{name}.forward({x})",))
    return Snippet([forward], [f"self.{name} = {text}"])


@structure(22)
def plain_expression(draft: Draft, x: str) -> Snippet | None:
    text = write_expression(draft, x, shape_of(draft, x))
    return Snippet([f"{x} = {text}"]) if text else None


@structure(5)
def layer_inside_function(draft: Draft, x: str) -> Snippet | None:
    """``x = F.relu(self.conv(x))``."""
    text = one_layer(draft, x)
    after = draft.passed_through(text, draft.values[x]) if text else None
    if text is None or after is None:
        return None
    name = attribute(draft, text)
    outer = write_expression(draft, "PLACE", tuple(after.shape))
    if outer is None or outer.count("PLACE") != 1:
        return None
    return Snippet([f"{x} = {outer.replace('PLACE', f'self.{name}({x})')}"], [f"self.{name} = {text}"])


@structure(3)
def new_branch(draft: Draft, x: str) -> Snippet | None:
    """A second variable, to be merged later."""
    other = draft.name(draft.choice(("y", "identity", "skip", "branch", "residual")))
    if draft.chance(0.4):
        return Snippet([f"{other} = {x}"])
    text = one_layer(draft, x)
    if text is None:
        return None
    name = attribute(draft, text)
    return Snippet([f"{other} = self.{name}({x})"], [f"self.{name} = {text}"])


@structure(4)
def residual(draft: Draft, x: str) -> Snippet | None:
    layers = chain(draft, draft.values[x], draft.choice((1, 2, 3)), keep_shape=True)
    if not layers:
        return None
    names = [attribute(draft, text) for text in layers]
    init = [f"self.{name} = {text}" for name, text in zip(names, layers, strict=True)]
    out = draft.name("out")
    forward = [f"{out} = {x}", *(f"{out} = self.{name}({out})" for name in names)]
    last = draft.choice((f"{x} = {x} + {out}", f"{out} += {x}\n{x} = {out}", f"{x} = F.relu({out} + {x})"))
    return Snippet([*forward, last], init)


@structure(3)
def computed_attribute(draft: Draft, x: str) -> Snippet | None:
    """Layers named by a loop: ``setattr``/``add_module`` in the constructor, ``getattr`` in forward."""
    text = one_layer(draft, x, keep_shape=True)
    if text is None:
        return None
    stem, count = draft.name(draft.choice(("stage", "layer", "unit"))), draft.choice((1, 2, 3))
    pattern = draft.choice(
        (f'f"{stem}{{i}}"', f"'{stem}%d' % i", f"'{stem}_{{}}'.format(i)", f"'{stem}' + str(i)"),
    )
    keep = draft.choice(
        ("setattr(self, {p}, {t})", "self.add_module({p}, {t})", "self.register_module({p}, {t})"),
    )
    init = f"for i in range({count}):\n    {keep.format(p=pattern, t=text)}"
    forward = f"for i in range({count}):\n    {x} = getattr(self, {pattern})({x})"
    return Snippet([forward], [init])


@structure(2)
def layer_built_on_the_spot(draft: Draft, x: str) -> Snippet | None:
    text = one_layer(draft, x)
    return Snippet([f"{x} = {text}({x})"]) if text and "Lazy" not in text else None


# -- containers -------------------------------------------------------------------------------------


@structure(9)
def sequential(draft: Draft, x: str) -> Snippet | None:
    layers = chain(draft, draft.values[x], draft.choice((2, 2, 3, 4)))
    if not layers:
        return None
    name = draft.name(draft.choice(("features", "block", "stem", "head", "layers")))
    return Snippet([f"{x} = self.{name}({x})"], draft.choice(SEQUENTIALS)(draft, name, layers))


def literal_sequential(_: Draft, name: str, layers: list[str]) -> list[str]:
    return [f"self.{name} = nn.Sequential(\n{indented([text + ',' for text in layers])}\n)"]


def listed_sequential(draft: Draft, name: str, layers: list[str]) -> list[str]:
    if draft.chance(0.4):
        return [f"layers = [{', '.join(layers)}]", f"self.{name} = nn.Sequential(*layers)"]
    grow = ("layers.append({})", "layers += [{}]", "layers.extend([{}])", "layers = layers + [{}]")
    lines = [draft.choice(grow).format(text) for text in layers]
    return ["layers = []", *lines, f"self.{name} = nn.Sequential(*layers)"]


def named_sequential(draft: Draft, name: str, layers: list[str]) -> list[str]:
    pairs = [
        f"('{draft.choice(('conv', 'norm', 'act'))}{index}', {text})"
        for index, text in enumerate(
            layers,
        )
    ]
    return [f"self.{name} = nn.Sequential(OrderedDict([\n{indented([p + ',' for p in pairs])}\n]))"]


def grown_sequential(draft: Draft, name: str, layers: list[str]) -> list[str]:
    add = draft.choice(('add_module("m{i}", {t})', "append({t})", 'add_module(f"part_{{{i}}}", {t})'))
    lines = [f"self.{name}.{add.format(i=index, t=text)}" for index, text in enumerate(layers)]
    return [f"self.{name} = nn.Sequential()", *lines]


def edited_sequential(draft: Draft, name: str, layers: list[str]) -> list[str]:
    """Built with a stranger among the layers that is replaced or removed afterwards."""
    built = f"self.{name} = nn.Sequential({', '.join([*layers, 'nn.Linear(3, 5)'])})"
    last = len(layers)
    edits = (
        f"self.{name}[{last}] = nn.Identity()",
        f"self.{name}[-1] = nn.ReLU()",
        f"del self.{name}[{last}]",
        f"self.{name} = self.{name}[:{last}]",
        f"self.{name} = self.{name}[:-1]",
        f"self.{name}.pop(-1)",
        f"self.{name} = nn.Sequential(*list(self.{name}.children())[:-1])",
        f"self.{name} = nn.Sequential(*list(self.{name})[:{last}])",
    )
    return [built, draft.choice(edits)]


SEQUENTIALS = (
    literal_sequential,
    literal_sequential,
    listed_sequential,
    named_sequential,
    grown_sequential,
    edited_sequential,
)


@structure(7)
def module_list(draft: Draft, x: str) -> Snippet | None:
    layers = chain(draft, draft.values[x], draft.choice((2, 3)))
    if len(layers) < 2:
        return None
    name = draft.name(draft.choice(("layers", "blocks", "convs")))
    text = ", ".join(layers)
    builds = (
        [f"self.{name} = nn.ModuleList([{text}])"],
        [f"self.{name} = nn.ModuleList()", *(f"self.{name}.append({t})" for t in layers)],
        [f"self.{name} = nn.ModuleList([{layers[0]}])", f"self.{name}.extend([{', '.join(layers[1:])}])"],
        [f"self.{name} = nn.ModuleList([{', '.join(layers[1:])}])", f"self.{name}.insert(0, {layers[0]})"],
        [f"self.{name} = nn.ModuleList([{text}])", f"assert len(self.{name}) == {len(layers)}"],
    )
    return Snippet([draft.choice(loops(x, name, len(layers)))], draft.choice(builds))


def loops(x: str, name: str, count: int) -> list[str]:
    one_by_one = "\n".join(f"{x} = self.{name}[{index}]({x})" for index in range(count))
    return [
        f"for layer in self.{name}:\n    {x} = layer({x})",
        f"for i, layer in enumerate(self.{name}):\n    {x} = layer({x})",
        f"for i in range(len(self.{name})):\n    {x} = self.{name}[i]({x})",
        f"{x} = self.{name}[0]({x})\nfor layer in self.{name}[1:]:\n    {x} = layer({x})",
        f"i = 0\nwhile i < len(self.{name}):\n    {x} = self.{name}[i]({x})\n    i += 1",
        f"for layer, last in zip(self.{name}, [False] * {count}):\n    {x} = layer({x}) if not last else {x}",
        f"{x} = functools.reduce(lambda value, layer: layer(value), self.{name}, {x})",
        f"for layer in list(self.{name}.children()):\n    {x} = layer({x})",
        one_by_one,
    ]


@structure(4)
def branches(draft: Draft, x: str) -> Snippet | None:
    """Several layers over the same tensor, their results joined."""
    layers = [text for _ in range(draft.choice((2, 3))) if (text := one_layer(draft, x))]
    if not layers:
        return None
    name = draft.name(draft.choice(("branches", "paths", "heads")))
    dim = draft.choice((1, 1, 1, -1))
    joins = (
        f"{x} = torch.cat([branch({x}) for branch in self.{name}], dim={dim})",
        f"outs = []\nfor branch in self.{name}:\n    outs.append(branch({x}))\n{x} = torch.cat(outs, {dim})",
        f"{x} = sum(branch({x}) for branch in self.{name})",
        f"{x} = torch.stack([branch({x}) for branch in self.{name}]).mean(0)",
        f"outs = [{x}]\nfor branch in self.{name}:\n    outs += [branch({x})]\n{x} = torch.cat(outs, {dim})",
        f"{x} = torch.cat(tuple(map(lambda branch: branch({x}), self.{name})), {dim})",
        f"first, *rest = [branch({x}) for branch in self.{name}]\n{x} = torch.cat([first, *rest], {dim})",
    )
    return Snippet([draft.choice(joins)], [f"self.{name} = nn.ModuleList([{', '.join(layers)}])"])


@structure(3)
def repeated_list(draft: Draft, x: str) -> Snippet | None:
    """``nn.ModuleList([Layer(…) for _ in range(n)])`` of a layer that keeps the shape."""
    text = one_layer(draft, x, keep_shape=True)
    if text is None:
        return None
    name, count = draft.name("blocks"), draft.choice((2, 3))
    if draft.chance(0.5):
        return Snippet(
            [f"for block in self.{name}:\n    {x} = block({x})"],
            [f"self.{name} = nn.ModuleList([{text} for _ in range({count})])"],
        )
    forms = (
        f"nn.Sequential(*[{text} for _ in range({count})])",
        f"nn.Sequential(*({text} for i in range({count})))",
        f"nn.Sequential(OrderedDict((f'b{{i}}', {text}) for i in range({count})))",
        f"nn.Sequential(*[copy.deepcopy({text}) for _ in range({count})])",
    )
    return Snippet([f"{x} = self.{name}({x})"], [f"self.{name} = {draft.choice(forms)}"])


@structure(3)
def module_dictionary(draft: Draft, x: str) -> Snippet | None:
    layers = chain(draft, draft.values[x], 2)
    if len(layers) < 2:
        return None
    name = draft.name("parts")
    builds = (
        [f'self.{name} = nn.ModuleDict({{"down": {layers[0]}, "up": {layers[1]}}})'],
        [
            f"self.{name} = nn.ModuleDict()",
            f'self.{name}["down"] = {layers[0]}',
            f'self.{name}["up"] = {layers[1]}',
        ],
        [
            f"self.{name} = nn.ModuleDict([('down', {layers[0]})])",
            f"self.{name}.update({{'up': {layers[1]}}})",
        ],
    )
    uses = (
        f'{x} = self.{name}["up"](self.{name}["down"]({x}))',
        f"for key in ('down', 'up'):\n    {x} = self.{name}[key]({x})",
        f"for key, part in self.{name}.items():\n    {x} = part({x})",
        f"for part in self.{name}.values():\n    {x} = part({x})",
        f"if 'down' in self.{name}:\n    {x} = self.{name}['down']({x})",
    )
    return Snippet([draft.choice(uses)], draft.choice(builds))


@structure(3)
def configured_list(draft: Draft, x: str) -> Snippet | None:
    """A VGG-like list of numbers and letters."""
    shape = shape_of(draft, x)
    if len(shape) != 4 or min(shape[2:]) < 4:
        return None
    name, table = draft.name("features"), draft.name("cfg").upper()
    config = [draft.choice((8, 16, 16, 32, "M")) for _ in range(4)]
    conv = "nn.Conv2d(channels, item, kernel_size=3, padding=1)"
    middle = draft.choice(
        (f"[{conv}, nn.BatchNorm2d(item), nn.ReLU(inplace=True)]", f"[{conv}, nn.ReLU(True)]"),
    )
    build = [
        "layers = []",
        f"channels = {shape[1]}",
        f"for item in {table}:\n"
        "    if item == 'M':\n"
        "        layers += [nn.MaxPool2d(2, ceil_mode=True)]\n"
        "    else:\n"
        f"        layers += {middle}\n"
        "        channels = item",
        f"self.{name} = nn.Sequential(*layers)",
    ]
    return Snippet([f"{x} = self.{name}({x})"], build, [f"{table} = {config}"])


@structure(3)
def stages(draft: Draft, x: str) -> Snippet | None:
    """``zip(widths, widths[1:])``, ``enumerate`` and friends."""
    shape = shape_of(draft, x)
    rank = len(shape) - 2
    if rank not in (1, 2, 3):
        return None
    name, widths = draft.name("stages"), [shape[1], *(width(draft) for _ in range(draft.choice((2, 3))))]
    layer = f"nn.Conv{rank}d(a, b, 3, padding=1)"
    heads = (
        "for a, b in zip(widths[:-1], widths[1:]):",
        "for a, b in zip(widths, widths[1:]):",
        "for i, (a, b) in enumerate(zip(widths, widths[1:])):",
        "for a, b in list(itertools.pairwise(widths)):",
        "for i in range(len(widths) - 1):\n    a, b = widths[i], widths[i + 1]",
        "for i in range(1, len(widths)):\n    a = widths[i - 1]\n    b = widths[i]",
        "for (a, b) in [(widths[i], widths[i + 1]) for i in range(len(widths) - 1)]:",
    )
    init = [f"widths = {widths}", "stages = []", f"{draft.choice(heads)}\n    stages.append({layer})"]
    return Snippet([f"{x} = self.{name}({x})"], [*init, f"self.{name} = nn.Sequential(*stages)"])


# -- functions, classes, parameters -----------------------------------------------------------------


@structure(3)
def helper_constructor(draft: Draft, x: str) -> Snippet | None:
    """``def conv_bn(inp, oup, kernel=3): return nn.Sequential(…)`` at the top of the file."""
    shape = shape_of(draft, x)
    rank = len(shape) - 2
    if rank not in (1, 2, 3):
        return None
    helper, name, out = draft.name("conv_block"), draft.name("stem"), width(draft)
    conv = f"nn.Conv{rank}d(inp, oup, kernel, padding=kernel // 2, **options)"
    bodies = (
        f"return {conv}",
        f"return nn.Sequential({conv}, nn.BatchNorm{rank}d(oup), nn.ReLU(inplace=True))",
        (f"layers = [{conv}]\nif norm:\n    layers.append(nn.BatchNorm{rank}d(oup))\nreturn nn.Sequential(*layers)"),
        (f"yield_ = {conv}\nif not norm:\n    return yield_\nreturn nn.Sequential(yield_, nn.GroupNorm(1, oup))"),
    )
    arguments = ["inp", "oup", "kernel=3", "norm=True", "**options"]
    top = as_function(helper, arguments, [draft.choice(bodies)])
    calls = (
        f"{shape[1]}, {out}",
        f"{shape[1]}, {out}, 1",
        f"inp={shape[1]}, oup={out}, norm=False",
        f"*({shape[1]}, {out}), bias=False",
        f"{shape[1]}, {out}, kernel=5, groups=1",
        f"{shape[1]}, oup={out}, **dict(kernel=3, stride=2)",
    )
    return Snippet([f"{x} = self.{name}({x})"], [f"self.{name} = {helper}({draft.choice(calls)})"], [top])


@structure(3)
def layer_class_as_value(draft: Draft, x: str) -> Snippet | None:
    """partial, lambda, a table of classes, a class in a variable."""
    shape = shape_of(draft, x)
    rank = len(shape) - 2
    if rank not in (1, 2, 3):
        return None
    name, out, channels = draft.name("proj"), width(draft), shape[1]
    forms = (
        [
            f"conv = partial(nn.Conv{rank}d, kernel_size=3, padding=1)",
            f"self.{name} = conv({channels}, {out})",
        ],
        [
            f"conv = functools.partial(nn.Conv{rank}d, {channels}, {out})",
            f"self.{name} = conv(kernel_size=1, stride=2)",
        ],
        [f"conv = lambda i, o: nn.Conv{rank}d(i, o, 1)", f"self.{name} = conv({channels}, {out})"],
        [
            "acts = {'relu': nn.ReLU, 'gelu': nn.GELU}",
            f"self.{name} = acts['{draft.choice(('relu', 'gelu'))}']()",
        ],
        [f"norm = nn.BatchNorm{rank}d if {channels} > 4 else nn.Identity", f"self.{name} = norm({channels})"],
        [
            f"norm = {draft.choice(('None', f'nn.InstanceNorm{rank}d'))}",
            f"if norm is None:\n    norm = nn.BatchNorm{rank}d",
            f"self.{name} = norm({channels})",
        ],
        [f"conv = getattr(nn, 'Conv{rank}d')", f"self.{name} = conv({channels}, {out}, 2)"],
        [
            f"dims = {rank}",
            "conv = [None, nn.Conv1d, nn.Conv2d, nn.Conv3d][dims]",
            f"self.{name} = conv({channels}, {out}, 1)",
        ],
        [
            "options = dict(kernel_size=3, padding=1, bias=False)",
            f"self.{name} = nn.Conv{rank}d({channels}, {out}, **options)",
        ],
        [f"def make(width):\n    return nn.Conv{rank}d({channels}, width, 1)", f"self.{name} = make({out})"],
    )
    return Snippet([f"{x} = self.{name}({x})"], draft.choice(forms))


@structure(8)
def block_class(draft: Draft, x: str) -> Snippet | None:
    """A class of its own, with a body grown like the model's."""
    if draft.depth > 1:
        return None
    from tests.differential.classes import write_block

    return write_block(draft, x)


@structure(3)
def helper_function(draft: Draft, x: str) -> Snippet | None:
    """A function over tensors, at the top of the file or inside forward."""
    text = write_expression(draft, "t", shape_of(draft, x)) if "t" not in draft.values else None
    if text is None or any(other != x and other in text.split("t")[0] for other in draft.values):
        return None
    helper = draft.name("transform")
    forms = (
        Snippet([f"{x} = {helper}({x})"], top=[as_function(helper, ["t"], [f"return {text}"])]),
        Snippet([f"{as_function(helper, ['t'], [f'return {text}'])}\n{x} = {helper}({x})"]),
        Snippet([f"{helper} = lambda t: {text}", f"{x} = {helper}({x})"]),
        Snippet(
            [f"{x} = {helper}(t={x})"],
            top=[as_function(helper, ["t", "*rest", "scale=None"], [f"return {text}"])],
        ),
        Snippet([f"{x} = {helper}({x})[0]"], top=[as_function(helper, ["t"], [f"return {text}, t.shape"])]),
        Snippet(
            [f"{x}, *_ = {helper}({x})"],
            top=[as_function(helper, ["t"], [f"u = {text}", "return u, t, None"])],
        ),
    )
    return draft.choice(forms)


@structure(4)
def learned_parameter(draft: Draft, x: str) -> Snippet | None:
    shape = shape_of(draft, x)
    name = draft.name(draft.choice(("scale", "gamma", "pos_embed", "weight", "bias")))
    sizes = [draft.choice((1, size)) for size in shape[1:]] or [1]
    text = ", ".join(map(str, sizes))
    makes = (
        f"self.{name} = nn.Parameter(torch.zeros(1, {text}))",
        f"self.{name} = nn.Parameter(torch.ones({text}))",
        f"self.{name} = nn.Parameter(torch.randn(({text},)) * 0.02)",
        f"self.{name} = nn.Parameter(torch.empty([{text}]))",
        f"self.register_buffer('{name}', torch.zeros({text}))",
        f"self.{name} = nn.Parameter(0.1 * torch.ones({text}), requires_grad=False)",
        f"self.register_parameter('{name}', nn.Parameter(torch.zeros({text})))",
        f"self.{name} = nn.Parameter(torch.Tensor({text}))",
    )
    uses = (
        f"{x} = {x} * self.{name}",
        f"{x} = {x} + self.{name}",
        f"{x} = {x} + self.{name}.expand_as({x})" if len(sizes) else f"{x} = {x}",
        f"{x} = {x} - self.{name}[None]" if len(shape) < 4 else f"{x} = {x} * torch.sigmoid(self.{name})",
        f"if self.{name} is not None:\n    {x} = {x} * self.{name}",
    )
    return Snippet([draft.choice(uses)], [draft.choice(makes)])


@structure(2)
def class_token(draft: Draft, x: str) -> Snippet | None:
    shape = shape_of(draft, x)
    if len(shape) != 3:
        return None
    name = draft.name("cls_token")
    batch = size_text(draft, x, shape, 0)
    uses = (
        f"{x} = torch.cat([self.{name}.expand({batch}, -1, -1), {x}], dim=1)",
        f"tokens = self.{name}.repeat({batch}, 1, 1)\n{x} = torch.cat((tokens, {x}), 1)",
    )
    return Snippet([draft.choice(uses)], [f"self.{name} = nn.Parameter(torch.zeros(1, 1, {shape[2]}))"])


@structure(3)
def layer_used_twice(draft: Draft, x: str) -> Snippet | None:
    """One module under two names, called twice, or with its weight shared."""
    text = one_layer(draft, x, keep_shape=True)
    if text is None:
        return None
    name, other = attribute(draft, text), draft.name("shared")
    forms = (
        Snippet([f"{x} = self.{name}(self.{name}({x}))"], [f"self.{name} = {text}"]),
        Snippet(
            [f"{x} = self.{other}(self.{name}({x}))"],
            [f"self.{name} = {text}", f"self.{other} = self.{name}"],
        ),
        Snippet(
            [f"{x} = self.{name}({x})\n{x} = self.{other}({x})"],
            [f"self.{name} = {text}", f"self.{other} = copy.deepcopy(self.{name})"],
        ),
        Snippet(
            [f"{x} = self.{name}({x})\n{x} = self.{other}[0]({x})"],
            [f"self.{name} = {text}", f"self.{other} = nn.ModuleList([self.{name}])"],
        ),
    )
    return draft.choice(forms)


@structure(3)
def after_building(draft: Draft, x: str) -> Snippet | None:
    """What people do to layers once they are there: initialise, freeze, tie, replace."""
    layers = chain(draft, draft.values[x], 2)
    if not layers or any("Lazy" in text for text in layers):
        return None
    name = draft.name("body")
    more = (
        f"for m in self.{name}.modules():\n    if isinstance(m, (nn.Conv2d, nn.Linear)):\n"
        "        nn.init.xavier_uniform_(m.weight)\n        if m.bias is not None:\n"
        "            nn.init.zeros_(m.bias)",
        f"for p in self.{name}.parameters():\n    p.requires_grad = False",
        f"self.{name}[0].requires_grad_(False)",
        f"self.{name}.apply(lambda m: None)\nself.{name}.eval()",
        f"for name, p in self.{name}.named_parameters():\n    if name.endswith('bias'):\n"
        "        p.requires_grad_(False)",
        f"self.{name}.extra = nn.Linear(3, 4)\nself.{name}.extra = nn.Identity()",
        f"for i, m in enumerate(self.{name}.children()):\n    if isinstance(m, nn.Dropout):\n"
        f"        self.{name}[i] = nn.Identity()",
        f"self.total = sum(p.numel() for p in self.{name}.parameters())",
        f"assert len(list(self.{name}.named_children())) == len(self.{name})",
        f"first = self.{name}[0]\nif hasattr(first, 'weight') and first.weight is not None:\n"
        "    first.weight.requires_grad = False",
    )
    return Snippet(
        [f"{x} = self.{name}({x})"],
        [f"self.{name} = nn.Sequential({', '.join(layers)})", draft.choice(more)],
    )


@structure(4)
def container_subclass(draft: Draft, x: str) -> Snippet | None:
    """A class of its own derived from Sequential, ModuleList or a layer."""
    shape = shape_of(draft, x)
    layers = chain(draft, draft.values[x], 2)
    if not layers:
        return None
    title, name = draft.name("Custom"), draft.name("custom")
    inner = indented([text + "," for text in layers], 3)
    rank = len(shape) - 2
    forms = [
        (
            f"class {title}(nn.Sequential):\n    def __init__(self):\n        super().__init__(\n{inner}\n        )",
            f"{title}()",
        ),
        (
            f"class {title}(nn.Sequential):\n    def __init__(self, *layers):\n"
            "        super().__init__(*layers)\n\n    def forward(self, x):\n"
            "        for layer in self:\n            x = layer(x)\n        return x",
            f"{title}({', '.join(layers)})",
        ),
        (
            f"class {title}(nn.ModuleList):\n    def forward(self, x):\n"
            "        for layer in self:\n            x = layer(x)\n        return x",
            f"{title}([{', '.join(layers)}])",
        ),
        (
            f"class {title}(nn.Sequential):\n    def __init__(self):\n        super().__init__()\n"
            + "\n".join(f"        self.layer{i} = {text}" for i, text in enumerate(layers)),
            f"{title}()",
        ),
    ]
    if rank in (1, 2, 3):
        out = width(draft)
        forms += [
            (
                f"class {title}(nn.Conv{rank}d):\n    def __init__(self, *args, **kwargs):\n"
                "        super().__init__(*args, **kwargs)\n        self.scale = 2.0\n\n"
                "    def forward(self, x):\n        return super().forward(x) * self.scale",
                f"{title}({shape[1]}, {out}, kernel_size=3, padding=1)",
            ),
            (
                f"class {title}(nn.Conv{rank}d):\n    def forward(self, x):\n"
                f"        return F.conv{rank}d(x, self.weight, self.bias, self.stride, self.padding)",
                f"{title}({shape[1]}, {out}, 2)",
            ),
            (
                f"class {title}(nn.LayerNorm):\n    def forward(self, x):\n"
                "        x = x.movedim(1, -1)\n"
                "        x = F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)\n"
                "        return x.movedim(-1, 1)",
                f"{title}({shape[1]})",
            ),
        ]
    top, build = draft.choice(forms)
    return Snippet([f"{x} = self.{name}({x})"], [f"self.{name} = {build}"], [top])


# -- layers with several inputs or outputs ----------------------------------------------------------


@structure(4)
def recurrent(draft: Draft, x: str) -> Snippet | None:
    shape = shape_of(draft, x)
    if len(shape) not in (2, 3):
        return None
    kind = draft.choice(("LSTM", "GRU", "RNN"))
    name, hidden = draft.name(kind.lower()), draft.choice((4, 8, 16))
    options = "".join(
        draft.choice(("", "", text))
        for text in (
            ", num_layers=2",
            ", bidirectional=True",
            ", batch_first=True",
            ", bias=False",
            ", dropout=0.1",
        )
    )
    if kind == "LSTM" and draft.chance(0.2):
        options += ", proj_size=3"
    state = "_" if draft.chance(0.5) else draft.choice(("hidden", "state"))
    uses = [
        f"{x}, {state} = self.{name}({x})",
        f"{x} = self.{name}({x})[0]",
        (f"_, state = self.{name}({x})\n{x} = state[0]") if kind == "LSTM" else f"_, {x} = self.{name}({x})",
        f"out, _ = self.{name}({x})\n{x} = out[-1]",
    ]
    if kind == "LSTM":
        uses.append(f"{x}, (h, c) = self.{name}({x})\n{x} = torch.cat([h, c], -1)")
    return Snippet([draft.choice(uses)], [f"self.{name} = nn.{kind}({shape[-1]}, {hidden}{options})"])


@structure(1)
def recurrent_cell(draft: Draft, x: str) -> Snippet | None:
    shape = shape_of(draft, x)
    if len(shape) != 2:
        return None
    kind = draft.choice(("LSTMCell", "GRUCell", "RNNCell"))
    name, hidden = draft.name("cell"), draft.choice((4, 8))
    use = f"{x}, c = self.{name}({x})" if kind == "LSTMCell" else f"{x} = self.{name}({x})"
    if draft.chance(0.5) and kind != "LSTMCell":
        use = f"state = torch.zeros({x}.size(0), {hidden})\n{x} = self.{name}({x}, state)"
    return Snippet([use], [f"self.{name} = nn.{kind}({shape[1]}, {hidden})"])


@structure(3)
def multihead_attention(draft: Draft, x: str) -> Snippet | None:
    shape = shape_of(draft, x)
    if len(shape) not in (2, 3):
        return None
    name, heads = draft.name("attn"), divisor(draft, shape[-1], 8)
    options = draft.choice(("", ", batch_first=True", ", batch_first=True, bias=False", ", dropout=0.1"))
    call = draft.choice(("", ", need_weights=False"))
    uses = (
        f"{x}, weights = self.{name}({x}, {x}, {x}{call})",
        f"{x} = {x} + self.{name}({x}, {x}, {x}{call})[0]",
        f"out, _ = self.{name}(query={x}, key={x}, value={x}{call})\n{x} = out",
    )
    return Snippet(
        [draft.choice(uses)],
        [f"self.{name} = nn.MultiheadAttention({shape[-1]}, {heads}{options})"],
    )


@structure(2)
def own_attention(draft: Draft, x: str) -> Snippet | None:
    """Attention written out: qkv projection, heads split off and joined again."""
    shape = shape_of(draft, x)
    if len(shape) != 3:
        return None
    width_, heads = shape[2], divisor(draft, shape[2], 8)
    qkv, proj = draft.name("qkv"), draft.name("proj")
    init = [f"self.{qkv} = nn.Linear({width_}, {width_} * 3)", f"self.{proj} = nn.Linear({width_}, {width_})"]
    split = draft.choice(
        (
            (
                f"qkv = self.{qkv}({x}).reshape(B, N, 3, {heads}, C // {heads}).permute(2, 0, 3, 1, 4)\n"
                f"q, k, v = qkv[0], qkv[1], qkv[2]"
            ),
            (f"q, k, v = self.{qkv}({x}).reshape(B, N, 3, {heads}, C // {heads}).permute(2, 0, 3, 1, 4).unbind(0)"),
            (
                f"q, k, v = self.{qkv}({x}).chunk(3, dim=-1)\n"
                f"q, k, v = [t.view(B, N, {heads}, -1).transpose(1, 2) for t in (q, k, v)]"
            ),
            (f"q, k, v = map(lambda t: t.reshape(B, N, {heads}, -1).transpose(1, 2), self.{qkv}({x}).split(C, dim=2))"),
        )
    )
    attend = draft.choice(
        (
            "attn = (q @ k.transpose(-2, -1)) * (C ** -0.5)\nattn = attn.softmax(dim=-1)\nout = attn @ v",
            "out = F.scaled_dot_product_attention(q, k, v)",
            "attn = torch.einsum('bhid,bhjd->bhij', q, k)\nout = torch.einsum('bhij,bhjd->bhid', attn, v)",
            "attn = F.softmax(torch.matmul(q, k.mT), dim=-1)\nout = torch.matmul(attn, v)",
        )
    )
    join = draft.choice(
        (
            f"{x} = self.{proj}(out.transpose(1, 2).reshape(B, N, C))",
            f"{x} = self.{proj}(out.transpose(1, 2).flatten(2))",
            f"{x} = {x} + self.{proj}(out.permute(0, 2, 1, 3).contiguous().view(B, N, -1))",
        )
    )
    return Snippet([f"B, N, C = {x}.shape\n{split}\n{attend}\n{join}"], init)


@structure(2)
def unpooling(draft: Draft, x: str) -> Snippet | None:
    shape = shape_of(draft, x)
    rank = len(shape) - 2
    if rank not in (1, 2, 3) or min(shape[2:]) < 2:
        return None
    pool, unpool = draft.name("pool"), draft.name("unpool")
    size = f", output_size={x}.size()" if draft.chance(0.5) else ""
    before = f"before = {x}\n" if size else ""
    use = f"{before}{x}, where = self.{pool}({x})\n{x} = self.{unpool}({x}, where{size.replace(x + '.', 'before.')})"
    return Snippet(
        [use],
        [
            f"self.{pool} = nn.MaxPool{rank}d(2, stride=2, return_indices=True)",
            f"self.{unpool} = nn.MaxUnpool{rank}d(2, stride=2)",
        ],
    )


@structure(2)
def two_inputs(draft: Draft, x: str) -> Snippet | None:
    shape = shape_of(draft, x)
    other = draft.partner(x, lambda value: tuple(value.shape) == shape) or x
    name = draft.name("pairwise")
    if len(shape) < 2:
        return None
    options = (
        (f"nn.Bilinear({shape[-1]}, {shape[-1]}, 5)", f"{x} = self.{name}({x}, {other})"),
        ("nn.CosineSimilarity(dim=1)", f"{x} = self.{name}({x}, {other})"),
        ("nn.PairwiseDistance(2)", f"{x} = self.{name}({x}, {other})"),
        ("nn.MSELoss(reduction='none')", f"{x} = self.{name}({x}, {other})"),
        ("nn.L1Loss()", f"loss = self.{name}({x}, {other})\n{x} = {x} * loss"),
        ("nn.SmoothL1Loss()", f"{x} = {x} + self.{name}({x}, {other})"),
        ("nn.CrossEntropyLoss()", f"{x} = {x} + self.{name}({x}, {other}.softmax(1))"),
    )
    text, use = draft.choice(options)
    return Snippet([use], [f"self.{name} = {text}"])


@structure(2)
def embedding(draft: Draft, x: str) -> Snippet | None:
    shape = shape_of(draft, x)
    if len(shape) > 3:
        return None
    name, dim = draft.name("embed"), width(draft)
    options = draft.choice(("", ", padding_idx=0", ", max_norm=1.0"))
    uses = (
        f"{x} = self.{name}({x}.long().clamp(0, 99))",
        f"{x} = self.{name}({x}.abs().to(torch.int64).clamp(max=99))",
        f"{x} = self.{name}({x}.argmax(dim=-1))",
        f"{x} = {x}.sum() + self.{name}(torch.arange({x}.shape[-1], device={x}.device))",
        f"{x} = self.{name}.weight[:3] * {x}.mean()",
    )
    return Snippet([draft.choice(uses)], [f"self.{name} = nn.Embedding(100, {dim}{options})"])


@structure(1)
def decoder(draft: Draft, x: str) -> Snippet | None:
    shape = shape_of(draft, x)
    if len(shape) != 3:
        return None
    name, heads = draft.name("decoder"), divisor(draft, shape[2], 4)
    layer = f"nn.TransformerDecoderLayer({shape[2]}, {heads}, dim_feedforward=16, batch_first=True)"
    text = draft.choice(
        (
            layer,
            f"nn.TransformerDecoder({layer}, num_layers=2)",
            f"nn.Transformer({shape[2]}, {heads}, 1, 1, 16, batch_first=True)",
        )
    )
    return Snippet([f"{x} = self.{name}({x}, {x})"], [f"self.{name} = {text}"])


@structure(3)
def taken_apart(draft: Draft, x: str) -> Snippet | None:
    """chunk and split into variables, one transformed, joined again."""
    shape = shape_of(draft, x)
    dims = [dim for dim, size in enumerate(shape) if size % 2 == 0]
    if not dims:
        return None
    dim = draft.choice(dims)
    half = shape[dim] // 2
    takes = (
        f"a, b = {x}.chunk(2, dim={dim})",
        f"a, b = torch.chunk({x}, 2, {dim})",
        f"a, b = {x}.split({half}, dim={dim})",
        f"a, b = torch.split({x}, [{half}, {half}], dim={dim})",
        f"(a, b) = {x}.split({x}.shape[{dim}] // 2, {dim})",
        f"parts = {x}.chunk(2, {dim})\na = parts[0]\nb = parts[-1]",
        f"a = {x}.narrow({dim}, 0, {half})\nb = {x}.narrow({dim}, {half}, {half})",
    )
    joins = (
        f"{x} = torch.cat([a, b], {dim})",
        f"{x} = a * torch.sigmoid(b)",
        f"{x} = a + b",
        f"{x} = torch.cat((b, F.relu(a)), dim={dim})",
        f"{x} = torch.stack((a, b), dim={dim}).flatten({dim}, {dim + 1})",
        f"{x} = a",
        f"del b\n{x} = a",
    )
    return Snippet([f"{draft.choice(takes)}\n{draft.choice(joins)}"])


@structure(3)
def merge_live(draft: Draft, x: str) -> Snippet | None:
    """Bring a live variable to this one's size, then join: the step of every U-Net and FPN."""
    shape = shape_of(draft, x)
    other = draft.partner(x, lambda value: value.dim() == len(shape) and value.dim() in (3, 4))
    if other is None:
        return None
    there = shape_of(draft, other)
    rank = len(shape) - 2
    spatial = f"{x}.shape[2:]" if draft.chance(0.6) else f"{x}.size()[-{rank}:]"
    fit = f"{other}_ = F.interpolate({other}, size={spatial})" if rank in (1, 2) else f"{other}_ = {other}"
    if draft.chance(0.4):
        name = draft.name("lateral")
        init = [f"self.{name} = nn.Conv{rank}d({there[1]}, {shape[1]}, 1)"]
        return Snippet([f"{fit}\n{x} = {x} + self.{name}({other}_)"], init)
    return Snippet([f"{fit}\n{x} = torch.cat([{x}, {other}_], dim=1)"])


# -- control flow -----------------------------------------------------------------------------------


@structure(5)
def condition(draft: Draft, x: str) -> Snippet | None:
    """An ``if`` whose condition the source decides; what is not taken need not fit."""
    shape = shape_of(draft, x)
    text = write_expression(draft, x, shape)
    if text is None:
        return None
    flag = draft.name("use")
    true = (
        f"{x}.dim() == {len(shape)}",
        f"{x}.shape[-1] == {shape[-1]}",
        f"{x}.size(0) <= {shape[0]}",
        f"not {x}.ndim > {len(shape)}",
        f"self.{flag}",
        "not self.training",
        f"{x} is not None",
        f"isinstance({x}, torch.Tensor)",
        f"self.{flag} and {x}.numel() > 0",
        f"{shape[-1]} >= {x}.shape[-1] > 0",
        f"hasattr(self, '{flag}')",
        "not torch.jit.is_scripting()",
    )
    test = draft.choice(true)
    init = [f"self.{flag} = {draft.choice(('True', '1', str(bool(shape))))}"] if flag in test else []
    wrong = draft.choice(
        (
            "raise ValueError('unexpected shape')",
            f"{x} = self.missing({x})",
            f"{x} = {x}.view(7, 7, 7, 7)",
            f"return {x}",
        )
    )
    forms = (
        f"if {test}:\n    {x} = {text}",
        f"if {test}:\n    {x} = {text}\nelse:\n    {wrong}",
        f"if not ({test}):\n    {wrong}\n{x} = {text}",
        f"{x} = {text} if {test} else {x}.view(1, 2, 3)",
        f"if not ({test}):\n    {wrong}\nelif {test}:\n    {x} = {text}",
        f"assert {test}, f'got {{{x}.shape}}'\n{x} = {text}",
        f"{x} = {text} if {test} and True else None",
    )
    return Snippet([draft.choice(forms)], init)


@structure(3)
def loop(draft: Draft, x: str) -> Snippet | None:
    text = write_expression(draft, x, shape_of(draft, x))
    if text is None:
        return None
    count = draft.choice((1, 2, 2, 3))
    forms = (
        f"for _ in range({count}):\n    {x} = {text}",
        f"for step in range(5):\n    if step == {count}:\n        break\n    {x} = {text}",
        f"for step in range(4):\n    if step % 2:\n        continue\n    {x} = {text}",
        f"step = 0\nwhile step < {count}:\n    {x} = {text}\n    step += 1",
        f"step = {count}\nwhile True:\n    {x} = {text}\n    step -= 1\n    if step <= 0:\n        break",
        (f"history = []\nfor _ in range({count}):\n    {x} = {text}\n    history.append({x})\n{x} = history[-1]"),
        f"for a, b in [(1, 2), (3, 4)][:{count}]:\n    {x} = {text}\nelse:\n    {x} = {x} * 2",
        f"for scale in ({', '.join(['1.0'] * count)},):\n    {x} = {text}\n    {x} = {x} * scale",
    )
    return Snippet([draft.choice(forms)])


@structure(2)
def odd_statement(draft: Draft, x: str) -> Snippet | None:
    """with, try, walrus, match, nested tuples, augmented assignment."""
    shape = shape_of(draft, x)
    text = write_expression(draft, x, shape)
    if text is None:
        return None
    forms = (
        f"with torch.no_grad():\n    {x} = {text}",
        f"try:\n    {x} = {text}\nexcept KeyError:\n    pass",
        f"try:\n    {x} = {text}\nfinally:\n    done = True",
        f"if (n := {x}.shape[0]) > 0:\n    {x} = {text}",
        (f"match {x}.dim():\n    case {len(shape)}:\n        {x} = {text}\n    case _:\n        raise ValueError"),
        f"keep = {{'value': {x}}}\n{x} = {text}\n{x} = {x} + keep['value'].mean()",
        f"{x} += 1\n{x} *= 2\n{x} = {text}",
        f"store = [{x}]\nstore[0] = {text}\n{x} = store.pop()",
        f"shape = tuple({x}.shape)\n{x} = {text}\nassert len(shape) == {len(shape)}",
        f"{x} = (lambda t: t)({text})",
        f"{x} = [{text} for _ in range(2)][0]",
        f"results = {{name: {text} for name in ('a', 'b')}}\n{x} = results['b']",
        f"(first, second), third = ({x}, {text}), None\n{x} = second",
        f"import math as maths\n{x} = {text}\n{x} = {x} * maths.sqrt(4)",
        f"{x} = next(iter([{text}]))",
        f"print({x}.shape)\n{x} = {text}",
    )
    return Snippet([draft.choice(forms)])


@structure(1)
def written_into(draft: Draft, x: str) -> Snippet | None:
    """Assignment into a tensor."""
    shape = shape_of(draft, x)
    if len(shape) < 2:
        return None
    forms = (
        f"{x} = {x}.clone()\n{x}[:, 0] = 0",
        f"buffer = torch.zeros({x}.shape)\nbuffer[:, :1] = {x}[:, :1]\n{x} = buffer",
        f"buffer = torch.zeros_like({x})\nbuffer[0] = {x}[0]\n{x} = {x} + buffer",
        f"buffer = {x}.new_zeros({x}.shape[0], 2 * {x}.shape[1])\n{x} = torch.cat([buffer, buffer], 1)",
        f"mask = {x} > 0\n{x} = {x} * mask",
    )
    return Snippet([draft.choice(forms)])
