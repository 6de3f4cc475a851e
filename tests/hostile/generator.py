"""Costly sources without end: every kind of value, function and layer with arguments that grow, from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from analyzers.interpreter.builtins import BUILTINS
from analyzers.interpreter.library import STANDARD_LIBRARY
from tests.hostile.sources import HEADER, model


class Costly(NamedTuple):
    """A file whose analysis may cost too much; ``kind`` says why."""

    kind: str
    text: str


KINDS: dict[str, Callable[[random.Random], str]] = {}


def kind(builder: Callable[[random.Random], str]) -> Callable[[random.Random], str]:
    KINDS[builder.__name__] = builder
    return builder


def costly_sources(seed: int, count: int, kinds: tuple[str, ...] = ()) -> Iterator[Costly]:
    """``count`` files, of every kind in turn; the same for the same seed."""
    names = kinds or tuple(KINDS)
    for number in range(count):
        name = names[number % len(names)]
        yield Costly(name, KINDS[name](random.Random(f"{seed} {number} {name}")))


# -- values ------------------------------------------------------------------------------------------

SIZES = (0, 1, 7, 100, 4_000, 50_000, 99_999, 100_001, 10**6, 10**9, 10**30)
TURNS = (3, 30, 300, 3_000, 20_000, 10**6, 10**9)


def size(at: random.Random) -> str:
    return str(at.choice(SIZES))


def turns(at: random.Random) -> str:
    return str(at.choice(TURNS))


def number(at: random.Random) -> str:
    return at.choice(("0", "1", "-1", "2", "3.5", "1e308", "-7", "i", "True", "None", "10 ** 30", size(at), size(at)))


def sequence(at: random.Random) -> str:
    made = at.choice(
        (
            "[0] * {n}", "[[]] * {n}", "[[1, 2]] * {n}", "['a'] * {n}", "['ab' * 50] * {n}", "list(range({n}))",
            "(1, 2) * {n}", "range({n})", "range(0, {n}, 3)", "set(range({n}))", "frozenset(range({n}))",
            "dict.fromkeys(range({n}), 0)", "{{k: [k] for k in range({n})}}", "{{str(k): k for k in range({n})}}",
            "[k % 7 for k in range({n})]", "[(k, -k) for k in range({n})]", "[0.5] * {n}", "[i] * {n}",
            "itertools.count()", "itertools.repeat(0)", "itertools.cycle('ab')", "iter(range({n}))",
            "(k for k in range({n}))", "map(str, range({n}))", "zip(range({n}), range({n}))", "kept", "kept[-1:]",
            "collections.deque(range({n}))", "collections.Counter(range({n}))", "enumerate(range({n}))",
            "torch.arange({n})", "torch.zeros({n}, 3)", "[torch.zeros(3)] * {n}", "[nn.ReLU()] * {n}", "big",
            "np.arange({n})", "np.zeros({n}).tolist()", "[big] * {n}",
        )
    )  # fmt: skip
    return made.format(n=size(at))


def text(at: random.Random) -> str:
    made = at.choice(
        (
            "'a' * {n}", "'ab' * {n}", "'a,' * {n}", "'\\t' * {n}", "'a b ' * {n}", "'9' * {n}", "'\\n' * {n}",
            "'\\U0001f600' * {n}", "b'ab' * {n}", "str(i) * {n}", "'{{}}' * {n}", "'%s' * {n}", "'%d' * {n}", "long",
            "repr(list(range({n})))", "','.join(map(str, range({n})))", "'x' + long", "'ﬁ' * {n}", "'ß' * {n}",
        )
    )  # fmt: skip
    return made.format(n=size(at))


FUNCTIONS = ("len", "str", "lambda *a: a", "lambda *a: big", "lambda a, *b: a", "operator.add", "sorted", "list",
             "lambda *a: long", "print", "id", "tuple", "lambda *a: kept", "lambda *a: i", "lambda *a: [a] * 1000")  # fmt: skip


def value(at: random.Random) -> str:
    return at.choice((number, sequence, sequence, text, lambda at: f"({at.choice(FUNCTIONS)})"))(at)


ALL_FUNCTIONS = [
    *((name, "") for name in BUILTINS if name.isidentifier() and name not in ("super", "True", "False", "None")),
    *((name, module) for module, names in STANDARD_LIBRARY.items() for name in names if name.isidentifier()),
]
METHODS = sorted(
    {
        f"{kind.__name__}.{name}"
        for kind in (str, bytes, list, tuple, dict, set, frozenset, int, float, range)
        for name in dir(kind)
        if not name.startswith("_") or name in ("__add__", "__mul__", "__contains__", "__getitem__", "__eq__", "__lt__")
    }
)
RECEIVERS = {
    "str": text,
    "bytes": lambda at: f"b'a,b ' * {size(at)}",
    "list": lambda at: f"list(range({size(at)}))",
    "tuple": lambda at: f"tuple(range({size(at)}))",
    "dict": lambda at: f"dict.fromkeys(range({size(at)}), long)",
    "set": lambda at: f"set(range({size(at)}))",
    "frozenset": lambda at: f"frozenset(range({size(at)}))",
    "int": lambda at: f"(10 ** {size(at)})",
    "float": number,
    "range": lambda at: f"range({size(at)})",
}

IMPORTS = (
    "import argparse, collections, contextlib, copy, dataclasses, enum, functools, inspect, itertools, json, math, "
    "operator, os, random, re, string, sys, time, typing, yaml\nimport numpy as np\n"
)
START = "kept = []\nbig = list(range(50_000))\nlong = 'ab,' * 30_000\ni = 3\n"


def looped(at: random.Random, body: str, *, keep: bool | None = None) -> str:
    """The expression again and again in a constructor, in a forward pass or at module level, what comes of it kept."""
    keep = at.random() < 0.6 if keep is None else keep
    guard = at.random() < 0.5
    line = f"kept.append({body})" if keep else body
    if guard:
        line = f"try:\n        {line}\n    except Exception:\n        pass"
    loop = f"{START}for i in range({turns(at)}):\n    {line}"
    where = at.randrange(3)
    if where == 0:
        return IMPORTS + model(f"{loop}\nself.fc = nn.Linear(len(kept), 2)")
    if where == 1:
        return IMPORTS + model(forward=f"{loop}\nreturn self.conv(x)")
    return IMPORTS + model(top=loop)


# -- calls -------------------------------------------------------------------------------------------


def _arguments(at: random.Random, most: int = 4) -> str:
    given = [value(at) for _ in range(at.randint(0 if at.random() < 0.1 else 1, most))]
    if at.random() < 0.15:
        given.append(f"*({sequence(at)})")
    if at.random() < 0.1:
        given.append(f"key={at.choice(FUNCTIONS)}")
    return ", ".join(given)


@kind
def library_call(at: random.Random) -> str:
    name, module = at.choice(ALL_FUNCTIONS)
    return looped(at, f"{module + '.' if module else ''}{name}({_arguments(at)})")


@kind
def library_call_drained(at: random.Random) -> str:
    name, module = at.choice(ALL_FUNCTIONS)
    drain = at.choice(("list", "sorted", "sum", "max", "len", "str", "set", "tuple", "dict", "''.join", "any", "all"))
    return looped(at, f"{drain}({module + '.' if module else ''}{name}({_arguments(at, 3)}))")


@kind
def builtin_call(at: random.Random) -> str:
    name, _ = at.choice([entry for entry in ALL_FUNCTIONS if not entry[1]])
    return looped(at, f"{name}({_arguments(at, 3)})")


@kind
def method_call(at: random.Random) -> str:
    receiver, _, name = at.choice(METHODS).partition(".")
    return looped(at, f"({RECEIVERS[receiver](at)}).{name}({_arguments(at, 3)})")


@kind
def method_of_kept(at: random.Random) -> str:
    """A method of something that grows with every turn."""
    receiver, _, name = at.choice(METHODS).partition(".")
    start = RECEIVERS[receiver](at)
    step = at.choice((
        f"grown = grown.{name}({_arguments(at, 2)}) or grown", f"grown.{name}({_arguments(at, 2)})",
        f"grown.{name}(i)", f"kept.append(grown.{name}(i))", f"grown += grown.{name}({value(at)})",
        f"grown.{name}(0, i)", f"kept.insert(0, grown.{name}(long))",
    ))  # fmt: skip
    loop = f"{START}grown = {start}\nfor i in range({turns(at)}):\n    {step}"
    return IMPORTS + model(f"{loop}\nself.fc = nn.Linear(len(kept), 2)")


@kind
def operators(at: random.Random) -> str:
    sign = at.choice([*"+ - * / // % ** << >> & | ^ == != < <= in is".split(), "not in", "and", "@", "*", "**"])
    return looped(at, f"({value(at)}) {sign} ({value(at)})")


@kind
def items(at: random.Random) -> str:
    place = at.choice(("i", "-1", "::2", "::-1", "1:", ":", f"{size(at)}:", "i:", f"::{size(at)}", value(at)))
    target = at.choice((sequence, text))(at)
    return looped(at, f"({target})[{place}]")


@kind
def unpacked(at: random.Random) -> str:
    form = at.choice(("[*{a}, *{b}]", "{{*{a}, *{b}}}", "{{**dict.fromkeys({a}), **dict.fromkeys({b})}}", "max(*{a}, *{b})",
                      "[(a, b) for a in {a} for b in {b}]", "{{a: b for a, b in zip({a}, {b})}}",
                      "sum(len(str(a)) for a in {a})", "[list({b}) for a in {a}]", "(lambda *a, **k: a)(*{a})",
                      "[[{b}] for a in {a} if a in {b}]", "[b for a in {a} for b in [a] * 1000]"))  # fmt: skip
    return looped(at, form.format(a=f"({sequence(at)})", b=f"({sequence(at)})"))


@kind
def growing(at: random.Random) -> str:
    """What grows with every statement."""
    start, step = at.choice((
        ("a = [1]", "a = a + a"), ("a = 'x'", "a = a + a"), ("a = (1,)", "a += a"), ("a = 2", "a = a * a"),
        ("a = 3", "a = a ** 3 % 10 ** 5000"), ("a = {0: 0}", "a = {**a, i: long + str(i)}"), ("a = []", "a = [a, a]"),
        ("a = []", "a.append(list(big))"), ("a = {}", "a[i] = big + [i]"), ("a = set()", "a = a | {str(i) * 1000}"),
        ("a = ''", "a += str(i) * 1000"), ("a = []", "a.append('x' * (90_000 + i % 7))"), ("a = []", "a.append(a[:])"),
        ("a = []", "a += big; a = a[:90_000]; kept.append(a)"), ("a = []", "a.insert(0, a[:])"), ("a = 1 / 3", "a = (a, a)"),
        ("a = lambda: 0", "a = functools.partial(a, *big)"), ("a = lambda x=0: x", "a = (lambda f: lambda x=0: f(f(x)))(a)"),
        ("a = frozenset()", "a = frozenset([a, i])"), ("a = b''", "a = a + bytes(big[:200])"), ("a = 1", "a = a << 1000"),
        ("a = torch.zeros(2)", "a = torch.cat([a, a])"), ("a = torch.zeros(2)", "a = torch.stack([a, a])"),
        ("a = nn.ReLU()", "a = nn.Sequential(a, a)"), ("a = []", "a.append(nn.Linear(i + 1, i + 1))"),
        ("a = np.zeros(2)", "a = np.concatenate([a, a])"), ("a = 1j", "a = a * a"), ("a = 0.1", "a = divmod(a, 3)"),
        ("a = {}", "a[tuple(big[:i])] = i"), ("a = []", "a = sorted(a + [i])"), ("a = range(9)", "a = [*a, *a][:99_000]"),
        ("a = []", "a = list(zip(big, big))"), ("a = []", "kept.append([list(p) for p in zip(big, big)])"),
        ("a = []", "a = list(itertools.accumulate(big, lambda x, y: x + y)); kept.append(a)"),
        ("a = 'ab'", "a = a.replace('a', 'ab').replace('b', 'ba')"), ("a = []", "kept.append(copy.deepcopy(kept))"),
        ("a = []", "kept.append(kept.copy())"), ("a = []", "kept = kept * 2 or [big]"), ("a = 5", "a = math.factorial(a % 900) * a"),
    ))  # fmt: skip
    body = f"{START}{start}\nfor i in range({turns(at)}):\n    {step}"
    where = at.randrange(3)
    if where == 0:
        return IMPORTS + model(body)
    return IMPORTS + (model(forward=f"{body}\nreturn self.conv(x)") if where == 1 else model(top=body))


@kind
def towers(at: random.Random) -> str:
    parts = [
        at.choice(("2", "9", "10", "i", "0.5", "3", "-1", "1e3", "7", "len(big)", "1 << i"))
        for _ in range(at.randint(2, 6))
    ]
    tower = at.choice((" ** ", " << ", " * ", " ** ")).join(parts)
    form = at.choice(("{0}", "({0}) % 10 ** 7", "pow(3, {0}, 10 ** 4000)", "int(str({0}))", "[0] * ({0})", "'a' * ({0})",
                      "math.gcd({0}, 3 ** 9000)", "math.comb({0}, 5)", "math.isqrt({0})", "bin({0})", "hash({0})",
                      "math.prod([{0}] * 50_000)", "sum([{0}] * 50_000)", "({0}).bit_length()", "float({0})", "hex({0})",
                      "round({0}, -4)", "divmod({0}, 7)", "oct({0})", "math.lcm(*range(1, 90_000))", "f'{{{0}:,}}'",
                      "functools.reduce(operator.mul, range(1, 90_000))", "functools.reduce(lambda a, b: a * b, [{0}] * 9000)",
                      "complex({0}, 1) ** 1000", "math.perm({0})", "({0}).to_bytes(10 ** 8, 'big')", "math.ldexp(1.0, {0})"))  # fmt: skip
    return looped(at, form.format(tower))


@kind
def recursion(at: random.Random) -> str:
    bodies = (
        "return f(n + 1)", "return f(n + 1) + f(n + 2)", "return [f(n + 1), big[:]]", "return f(n, *big)", "yield from f(n + 1)",
        "return sorted(big, key=lambda v: f(v))", "return [f(v) for v in big]", "yield list(f(n))", "return f(n + 1) if n < 120 else big + [n]",
        "return (lambda m: f(m))(n + 1)", "return max(map(f, big))", "return {n: f(n + 1), -n: f(n + 1)} if n < 40 else 1",
        "return str([f(n + 1)] * 3) if n < 60 else 'a'", "kept.append(big[:]); return f(n + 1)", "return f(n - 1) + f(n - 2) if n > 1 else n",
        "return [f(n - 1) for _ in range(10)] if n > 0 else big[:]", "return f'{f(n - 1)}{f(n - 1)}' if n > 0 else long",
    )  # fmt: skip
    cache = at.choice(("", "@functools.lru_cache(None)\n", "@functools.cache\n"))
    top = f"{START}{cache}def f(n, *more):\n    {at.choice(bodies)}\n"
    use = at.choice(("f(1)", "list(f(1))", "f(90)", "[f(k) for k in range(3000)]", "f(30)", "str(f(9))", "len(f(7))"))
    return IMPORTS + model(f"value = {use}\nself.fc = nn.Linear(value, 2)", top=top)


@kind
def classes(at: random.Random) -> str:
    count = at.choice((10, 300, 5_000))
    top = at.choice((
        "\n".join(f"class A{k}: x{k} = [0] * 90_000" for k in range(count)),
        "class A:\n    def __init__(self, n): self.kept = list(range(n)); self.me = self",
        "A = type\nfor k in range(20_000):\n    A = type(f'A{k}', (), {'x': [0] * 50_000})",
        "@dataclasses.dataclass\nclass A:\n" + "\n".join(f"    a{k}: int = {k}" for k in range(count)),
        "class A(enum.Enum):\n" + "\n".join(f"    a{k} = {k}" for k in range(count)),
        "A = collections.namedtuple('A', [f'a{k}' for k in range(50_000)])",
        "class A:\n    __slots__ = [str(k) for k in range(90_000)]\n    def __init__(self, *n): self.__dict__.update({str(k): [k] * 99 for k in range(9000)})",
        "class A:\n    def __init__(self, *n): pass\n    def __getattr__(self, name): return [0] * 90_000\n    def __len__(self): return 10 ** 9\n    def __iter__(self): return iter(range(10 ** 9))\n    def __getitem__(self, k): return k",
    ))  # fmt: skip
    use = at.choice(("A({n})", "list(A({n}))", "[A({n}) for _ in range({n})]", "copy.deepcopy(A({n}))", "repr(A({n}))", "vars(A({n}))", "dir(A)",
                     "dataclasses.replace(A({n}))", "sorted(A({n}))", "A(*range({n}))", "dataclasses.asdict(A({n}))", "hash(A({n}))"))  # fmt: skip
    return looped(at, use.format(n=size(at))).replace("\n\n\nclass Net", f"\n{top}\n\n\nclass Net")


# -- texts -------------------------------------------------------------------------------------------


@kind
def regular_expression(at: random.Random) -> str:
    atoms = ("a", "b", ".", "[ab]", r"\w", r"\d*", "a?", "a*", "a+", "(a)", "(a|b)", "(a|ab|b)", "(?:aa?)", "(?=a)", r"\b", "a{0,25}", "(a+)", "(a?){30}",
             "(?:a|a)", "(?P<n>a*)", "((a*)*)", "x", "^", "$", "(?i:a)", "[^b]*", "(?:.*)", "(?<=a)", "(a|b|ab){9}", "(.?){20}", "a{1,30}?", "(?:a{0,9}){0,9}")  # fmt: skip
    pattern = "".join(
        at.choice(atoms) + at.choice(("", "", "", "?", "*", "{0,29}", "{25}", "{3,9}")) * (at.random() < 0.5)
        for _ in range(at.randint(1, 14))
    )
    if at.random() < 0.3:
        pattern = (
            at.choice(("a?", "(a|aa)", "a{0,20}", "(a?b?)", "(?:a|a|a)", ".?", "[ab]?", "(?:a?a?)")) * at.randint(5, 40)
            + "a" * at.randint(5, 40)
            + "$"
        )
    function = at.choice(("match", "search", "fullmatch", "findall", "split", "finditer", "sub"))
    subject = at.choice(
        ("'a' * {n} + 'c'", "'ab' * {n}", "'a' * {n}", "'aab' * {n} + '!'", "'b' * {n}", "' ' * {n}")
    ).format(n=at.choice((5, 20, 25, 40, 200, 900, 1990)))
    extra = (
        at.choice(("'b'", "'ab' * 9000", r"'\\g<0>' * 3000", "lambda m: long", "lambda m: m.group() * 999")) + ", "
        if function == "sub"
        else ""
    )
    return looped(at, f"re.{function}({pattern!r}, {extra}{subject})")


@kind
def formatting(at: random.Random) -> str:
    n = at.choice((3, 99, 999, 1000, 9999, 99_999, 10**6, 10**9, 10**20))
    form = at.choice(("'{{:{n}}}'.format({v})", "'{{:>{n}}}'.format({v})", "'{{:.{n}f}}'.format({v})", "'%{n}d' % {v}", "'%.{n}f' % {v}", "'%*d' % ({n}, {v})",
                      "f'{{{v}:{n}}}'", "f'{{{v}!r:>{n}}}'", "format({v}, '{n}')", "('%s' * 9000) % tuple(['ab' * 9000] * 9000)", "('{{}}' * 9000).format(*[long] * 9000)",
                      "'{{0}}{{0}}{{0}}'.format(long) * 3", "'%999d' * 900 % tuple(range(900))", "('{{:999}}' * 999).format(*range(999))", "'{{0[{n}]}}'.format(big)",
                      "str({v}).zfill({n})", "('\\t' * 9000).expandtabs({n})", "str({v}).center({n})", "'%(a)s' * 9000 % dict(a=long)", "f'{{long}}{{long}}{{long}}{{long}}'",
                      "('{{a}}' * 9000).format_map(dict(a=long))", "'{{:{{}}}}'.format({v}, {n})", "long.format()", "'%%' * 90_000 % ()", "repr(long) + repr(long)",
                      "ascii('\\U0001f600' * 90_000)", "('ß' * 90_000).upper()", "long.encode('utf-32')", "str([long] * 900)", "'{{}}'.format([long] * 900)", "'%s' % ([long] * 900,)",
                      "'%r' % dict.fromkeys(range(999), long)", "json.loads('[' * {n})", "yaml.safe_load(long)", "json.loads('[' + '1,' * 20_000 + '1]')", "int('9' * ({n} % 9999))",
                      "yaml.safe_load('a: 1\\n' * 9000)", "yaml.safe_load('- ' * 9000)", "yaml.safe_load('{{a: ' * 45)", "json.loads('1' * ({n} % 60_000))"))  # fmt: skip
    return looped(at, form.format(n=n, v=at.choice(("1", "1.5", "'a'", "10 ** 300", "i", "big", "1e300"))))


# -- tensors and layers ------------------------------------------------------------------------------

DIMS = (0, 1, 2, 3, 7, 64, 1000, 99_991, 10**6, 10**9, 10**12, 10**18, 10**30)


def dim(at: random.Random) -> int:
    return at.choice(DIMS)


def shape(at: random.Random, most: int = 5) -> str:
    return ", ".join(str(dim(at)) for _ in range(at.randint(1, most)))


LAYERS = (
    "nn.Conv2d({c}, {d}, {k}, stride={d}, padding={d}, dilation={d})", "nn.Conv2d(3, 8, {d})", "nn.Conv2d(3, 8, 3, dilation={d}, padding={d})",
    "nn.Conv2d(3, 8, 3, stride={d})", "nn.ConvTranspose2d(3, 8, {d}, stride={d}, padding={d}, output_padding={d})", "nn.MaxPool2d({d})", "nn.MaxPool2d({k}, {d}, {d}, {d})",
    "nn.AvgPool2d({d}, 1, {d})", "nn.AdaptiveAvgPool2d({d})", "nn.AdaptiveMaxPool2d(({d}, {d}))", "nn.Upsample(scale_factor={d})", "nn.Upsample(size={d}, mode='bilinear')",
    "nn.Upsample(scale_factor={d} / 7, mode='bicubic')", "nn.Sequential(nn.Flatten(), nn.Linear({d}, {d}))", "nn.Linear({d}, {d})", "nn.ZeroPad2d({d})", "nn.ReflectionPad2d({d})",
    "nn.PixelShuffle({d})", "nn.PixelUnshuffle({d})", "nn.Unfold({k}, dilation={d}, padding={d}, stride={d})", "nn.Fold({d}, {k})", "nn.LSTM(8, {d}, num_layers={d})",
    "nn.GroupNorm({d}, {d})", "nn.BatchNorm2d({d})", "nn.LayerNorm([{d}] * 2000)", "nn.Embedding({d}, {d})", "nn.MultiheadAttention({d}, {d})", "nn.TransformerEncoderLayer({d}, 2)",
    "nn.Transformer({d}, 2, {d}, {d})", "nn.Conv3d({c}, {d}, {k}, dilation={d})", "nn.Conv1d(3, {d}, {k}, groups={d})", "nn.Conv2d({d}, {d}, {k}, groups={d})", "nn.LPPool2d(2, {d})",
    "nn.FractionalMaxPool2d({k}, output_size={d})", "nn.ChannelShuffle({d})", "nn.Bilinear({d}, {d}, {d})", "nn.CircularPad2d({d})", "nn.MaxUnpool2d({d})", "nn.LocalResponseNorm({d})",
    "nn.Unflatten(1, ({d},) * 500)", "nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2), {d})", "nn.LSTM(3, 4, {d})", "nn.GRU({d}, {d}, 99_999)",
)  # fmt: skip


@kind
def layers(at: random.Random) -> str:
    made = [at.choice(LAYERS) for _ in range(at.randint(1, 5))]
    lines = [
        layer.format(
            c=at.choice((3, 8, dim(at))), d=at.choice((1, 2, 3, dim(at), dim(at))), k=at.choice((1, 3, 7, 1001))
        )
        for layer in made
    ]
    comment = f"# rf: input={_input(at)}\n" if at.random() < 0.6 else ""
    return HEADER + f"{comment}net = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1),\n    " + ",\n    ".join(lines) + ")\n"


def _input(at: random.Random) -> str:
    if at.random() < 0.3:
        return at.choice(("1x3xHxW", "Nx3xHxW", "Nx3x2*Hx4*W", "1xCxHxW"))
    return "x".join(
        ["1", "3", *(str(at.choice((0, 1, 8, 64, 224, 10_000, 10**6, 10**7, 10**10, 10**15))) for _ in range(2))]
    )


TENSOR_CALLS = (
    "x.view({s})", "x.reshape({s})", "x.view([1] * {d})", "x.reshape(*[1] * 50_000)", "x.view(*x.shape, *[1] * 9000)", "x.repeat({s}, 1, 1, 1, 1)", "x.expand({s}, 3, 8, 8)",
    "x.permute(*range({d}))", "torch.cat([x] * {d}, 1)", "torch.stack([x] * {d})", "x.unsqueeze({d})", "x.flatten()", "x.split({d})", "x.split([1] * {d}, 1)", "x.chunk({d}, 3)",
    "x.unbind(1)", "torch.zeros({s})", "torch.zeros([1] * {d})", "torch.arange({d})", "torch.arange({d}).tolist()", "torch.linspace(0, 1, {d})", "F.pad(x, ({s}, 0, 1))", "F.pad(x, [1] * {d})",
    "F.interpolate(x, size=({d}, {d}))", "F.interpolate(x, scale_factor={d})", "F.conv2d(x, torch.zeros(8, 3, {d}, {d}), dilation={d})", "F.unfold(x, 3, dilation={d}, padding={d})", "x[{items}]",
    "x[..., ::{d}]", "x[:, torch.arange({d})]", "x[:, list(range({d}))]", "torch.einsum('{e}', x)", "torch.einsum(','.join(['ab'] * {m}) + '->ab', *[torch.zeros(2, 2)] * {m})",
    "torch.einsum('...' * {m} + 'a', x)", "x @ torch.zeros({d}, {d})", "torch.meshgrid(*[torch.arange(3)] * {m})", "torch.eye({d})", "torch.tensor([0] * {d})", "torch.tensor([[0] * 900] * 900)",
    "torch.tensor(big)", "x.roll({d}, 1)", "x.unfold(2, 1, {d})", "x.unfold(2, {d}, 1)", "torch.kron(x, x)", "x.tile([2] * {d})", "x.movedim(list(range({d})), list(range({d})))", "x.sum(list(range({d})))",
    "x.repeat_interleave({d}, 2)", "F.one_hot(torch.arange(9), {d})", "torch.cartesian_prod(*[torch.arange(9)] * {m})", "torch.combinations(torch.arange({d}), 5)", "torch.block_diag(*[x[0, 0]] * {d})",
    "torch.broadcast_tensors(*[x] * {d})", "torch.tensordot(x, x, {d})", "x.transpose({d}, 1)", "x.squeeze(tuple(range({d})))", "torch.tril(torch.ones({d}, {d}))", "torch.randperm({d})", "x.new_zeros({s})",
    "rearrange(x, '{r}')", "rearrange(x, 'a b c d -> ' + ' '.join(f'n{{k}}' for k in range({m})))", "rearrange(x, 'b c (' + ' '.join(f'n{{k}}' for k in range({m})) + ') d -> b c d', **{{f'n{{k}}': 1 for k in range({m})}})",
    "repeat(x, 'b c h w -> b c (h r) w', r={d})", "reduce(x, 'b c (h a) (w b2) -> b c h w', 'max', a={d}, b2={d})", "rearrange(x, 'b ' + '1 ' * {m} + '-> b')", "torch.stack(x.unbind(2) * 300)",
    "sum([x] * {d})", "torch.cat([x, torch.zeros(1, {d}, 8, 8)], 1)", "[x := x + x for _ in range({d})]", "[x := self.conv(x) for _ in range({d})]", "[x := torch.cat([x, x], 1) for _ in range({d})]",
    "[x := F.max_pool2d(x, 3, 1, 1) for _ in range({d})]", "[x := x[..., ::2] for _ in range({d})]", "[x := F.pad(x, (1, 2, 3, 4)) for _ in range({d})]", "[x := x.flip(3) for _ in range({d})]",
)  # fmt: skip


@kind
def tensors(at: random.Random) -> str:
    lines = []
    for _ in range(at.randint(1, 3)):
        call = at.choice(TENSOR_CALLS).format(
            s=shape(at), d=at.choice((dim(at), 30, 3000, 50_000)), m=at.choice((3, 30, 60, 5_000, 20_000)), items=", ".join(["None"] * at.choice((3, 99, 9_000))),
            e=at.choice(("abcd->dcba", "abcd->", "aaaa->a", "...->...", "abcd,->abcd", "ab" * 5000)), r=at.choice(("b c h w -> (b c h w)", "b c (h " + "1 " * 3000 + ") w -> b c h w", "(" * 900 + "b c h w" + ")" * 900 + " -> b", "... -> ... ...")),
        )  # fmt: skip
        lines.append(f"y = {call}" if at.random() < 0.5 else f"x = {call}")
    body = (
        START + "\n".join(lines)
        if at.random() < 0.7
        else START + f"for i in range({turns(at)}):\n    " + "\n    ".join([*lines, "kept.append(x)"])
    )
    comment = f"# rf: input={_input(at)}\n" if at.random() < 0.7 else ""
    return (
        IMPORTS
        + "from einops import rearrange, reduce, repeat\n"
        + model(forward=f"{body}\nreturn x").replace("class Net", f"{comment}class Net")
    )


@kind
def long_supports(at: random.Random) -> str:
    """Hundreds of layers whose units repeat with long periods, or whose sets are large."""
    block = at.choice((
        "F.interpolate(F.conv2d(x, w, stride={a}, padding=1), scale_factor={b})", "F.interpolate(x, scale_factor={a} / {b})", "torch.cat([x[:, :, ::{a}], x[:, :, ::{b}]], 2)",
        "F.interpolate(F.max_pool2d(x, {a}), scale_factor={b}, mode='bilinear')", "F.conv_transpose2d(x, w, stride={a})[..., ::{b}]", "x.roll({a}, 3) + x[..., :].flip(3)",
        "F.adaptive_avg_pool2d(x, ({a}, {b}))", "F.pixel_unshuffle(F.pixel_shuffle(torch.cat([x] * 3, 1)[:, :4], 2), 2)", "F.conv2d(x, w, dilation={a}, padding={a}) + F.conv2d(x, w, dilation={b}, padding={b})",
        "F.unfold(x, 3, dilation={a}, padding={a}).view(1, -1, 8, 8)", "x + F.interpolate(x[..., ::{a}, ::{b}], size=x.shape[2:])", "x[..., list(range({a})) * {b}]", "x.flatten(2).view(1, -1, {a}, {b})",
        "x.transpose(2, 3).reshape(x.shape)", "F.interpolate(x, size=({a} + i, {b} + i), mode='bicubic')", "F.conv2d(x, w, stride={a}, dilation={b}, padding={b})", "F.avg_pool2d(F.pad(x, ({a},) * 4), {b}, 1)",
    ))  # fmt: skip
    primes = (2, 3, 5, 7, 11, 13, 17, 31, 97, 251, 997, 4999, 10**5, 10**9)
    body = "\n".join(
        f"    x = {block.format(a=at.choice(primes), b=at.choice(primes))}" for _ in range(at.randint(1, 4))
    )
    forward = f"w = torch.zeros(3, 3, 3, 3)\nfor i in range({at.choice((3, 30, 300, 1000))}):\n{body}\nreturn x"
    return model(forward=forward).replace("class Net", f"# rf: input={_input(at)}\nclass Net")


@kind
def polynomials(at: random.Random) -> str:
    names = "ABCDEFGHIJ"[: at.randint(1, 8)]
    step = at.choice((
        "x = torch.cat([x, x.flatten(1).unsqueeze(1).expand(-1, 3, -1)], 2) if x.dim() == 3 else x.flatten(2)", "n = n * (n + 1) + x.shape[2] * x.shape[-1]", "n = n * n + x.shape[2]", "n = n + x.shape[2] ** i * x.shape[-1]",
        "x = F.pad(x, (x.shape[2], x.shape[3], 1, 2))", "n = (n * x.shape[2] + x.shape[3]) // 2", "n = (n * (x.shape[2] + 1)) // (x.shape[3] + i)", "n = n * (x.shape[2] + x.shape[3] + x.shape[0])",
        "x = torch.cat([x, F.pad(x, (i, x.shape[2], i, x.shape[3]))], 1)", "n = max(n, x.shape[2] * n)", "n = n % (x.shape[2] + i) + n", "x = x.repeat(1, 1, x.shape[2], x.shape[3])", "n = (n + 1) ** 3 + x.shape[3]",
        "n = n // 2 + (n + i) // 3 + x.shape[2]", "x = F.max_pool2d(x, 2, ceil_mode=True) + 0 * n", "n = sum([x.shape[2] * k for k in range(2000)], n) * n", "n = (n + x.shape[2]) * (n + x.shape[3])",
    ))  # fmt: skip
    use = at.choice(
        (
            "return x.new_zeros(n)",
            "return x.view(n, -1)",
            "return self.conv(x)",
            "return torch.zeros(n, n) + torch.zeros(n + 1, n)",
            "return F.interpolate(x, size=(n, n))",
        )
    )
    forward = f"n = 1\nfor i in range({at.choice((5, 50, 500, 5000))}):\n    {step}\n{use}"
    comment = f"# rf: input={'x'.join(['1', '3', *at.choices(names, k=2)])}\n"
    return model(forward=forward).replace("class Net", f"{comment}class Net")


# -- whole files -------------------------------------------------------------------------------------


@kind
def many_models(at: random.Random) -> str:
    count, depth = at.choice((1, 30, 300, 3000)), at.choice((10, 100, 1000))
    made = at.choice((
        "model{k} = nn.Sequential(*[nn.Conv2d(3, 3, 3, padding=1) for _ in range({d})])\n",
        "class Net{k}(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.body = nn.Sequential(*[nn.Conv2d(3, 3, 3, padding=1) for _ in range({d})])\n    def forward(self, x):\n        return self.body(x)\n",
        "class Net{k}(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.c = nn.Conv2d(3, 3, 3)\n    def forward(self, x):\n        for _ in range({d}):\n            x = self.c(F.pad(x, (1, 1, 1, 1))) + x\n        return x\n",
        "class Net{k}(nn.Module):\n    def __init__(self, kept=list(range(9000))):\n        super().__init__()\n        self.kept = [list(kept) for _ in range({d})]\n        self.c = nn.Conv2d(3, 3, 3)\n    def forward(self, x):\n        return self.c(x)\n",
        "def build{k}(n={d}):\n    return nn.Sequential(*[nn.Linear(n, n) for _ in range(n)])\n",
        "class Net{k}(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.body = nn.ModuleList([nn.Linear(64, 64) for _ in range({d})])\n    def forward(self, x):\n        for layer in self.body:\n            x = layer(x)\n        return x\n",
    ))  # fmt: skip
    return (
        HEADER
        + "".join(made.format(k=k, d=depth) for k in range(count))
        + ("" if at.random() < 0.5 else "nets = [" + ", ".join(f"Net{k}()" for k in range(count)) + "]\n")
    )


@kind
def comments(at: random.Random) -> str:
    line = at.choice((
        "# rf: input=1x3x{k}x8\n", "# rf: ignore[RF201]\n", "# rf: model=Net()\n", "# rf: ignore\n", "x{k} = {k}  # rf: ignore[RF201, RF301]\n", "# rf: input=1x3x8x8\nnet{k} = nn.Conv2d(3, 4, 3)\n", "# rf: {k}\n",
        "# rf: file-ignore[RF201]\n", "# rf: model=Net({k})\n", "#\n", "# rf: model=nn.Sequential(*[nn.Conv2d(3, 3, 3)] * {k})\n", "net{k} = nn.Conv2d(3, 4, 3)(torch.zeros(1, 4, 8, 8))  # rf: ignore\n",
    ))  # fmt: skip
    return (
        HEADER
        + "".join(line.format(k=k) for k in range(at.choice((100, 2_000, 10_000))))
        + model().partition("\n\n\n")[2]
    )


@kind
def syntax(at: random.Random) -> str:
    n = at.choice((100, 3_000, 30_000))
    made = at.choice((
        "x = " + "[" * (n // 30) + "]" * (n // 30), "x = {" + ", ".join(f"'k{k}': [{k}, ({k},)]" for k in range(n)) + "}", "x = " + " + ".join(f"a{k}" for k in range(n)), "\n".join(f"a{k} = a{k + 1} = {k}" for k in range(n)),
        "x = f'" + "{1}" * n + "'", "x = '''" + "\n" * n + "'''", "def f(" + ", ".join(f"a{k}={k}" for k in range(n)) + "): pass", "x = [" + "lambda: " * (n // 30) + "0]", "@" + "(lambda f: f)" + "\n@".join([""] * (n // 30)) + "\ndef f(): pass",
        "\n".join(f"def f{k}(x):\n    return f{k - 1}(f{k - 1}(x))" for k in range(n // 10)), "\n".join(f"if a{k}:\n    b{k} = 1\nelse:\n    b{k} = [0] * 90_000" for k in range(n // 10)), "with " + ", ".join(["open('a')"] * (n // 30)) + ": pass",
        "match x:\n" + "\n".join(f"    case [{k}, *_]: pass" for k in range(n // 10)), "try:\n    pass\n" + "\n".join(f"except E{k}: pass" for k in range(n // 10)), "from hostile import " + ", ".join(f"a{k}" for k in range(n)), "import " + ", ".join(f"a{k}.b.c" for k in range(n)),
        "x" + ".a" * (n // 20), "x = " + "-" * (n // 20) + "1", "x = 1 if a else " * (n // 40) + "2", "class A(" + ", ".join(f"B{k}" for k in range(n)) + "): pass", "global " + ", ".join(f"a{k}" for k in range(n)), "x = 0x" + "f" * n, "x = " + "9" * n, "x = 1" + "_0" * n,
        "x: " + "list[" * (n // 40) + "int" + "]" * (n // 40), "print(" + "(" * n, "'" * n, "\\\n" * n + "x = 1", "\t" * n + "x = 1", "\r" * n + "x = 1", "x = 1;" * n, "x = '" + "\\N{BULLET}" * n + "'", "# -*- coding: punycode -*-\n" + "x" * n, "é" * n + " = 1",
        "for " + ", ".join(f"a{k}" for k in range(n)) + " in x: pass", "x = [0 " + "for a in b " * (n // 40) + "]", "del " + ", ".join(f"a{k}" for k in range(n)), "async def f():\n    " + "await " * (n // 40) + "x", "x = a" + "[0]" * (n // 20), "x = a" + "()" * (n // 20),
    ))  # fmt: skip
    if made.startswith("# -*-"):
        return made + "\n" + model()
    return HEADER + made + "\n" + model().partition("\n\n\n")[2]


@kind
def cookies(at: random.Random) -> str:
    """A text in an encoding that is named in its first line; Python's slower codecs take quadratic time."""
    codec = at.choice(
        (
            "punycode",
            "idna",
            "utf-7",
            "unicode_escape",
            "raw_unicode_escape",
            "utf-16",
            "hz",
            "iso2022_jp",
            "utf-8-sig",
            "cp037",
            "rot13",
            "bz2",
            "mbcs",
            "utf-32",
            "undefined",
            "base64",
        )
    )
    return (
        f"# -*- coding: {codec} -*-\n"
        + at.choice(("x", "-a", "+AGE-", "\\x41", "~{", "a-")) * at.choice((100, 9_000, 300_000))
        + "\n"
        + model()
    )
