"""The hostile files: each entry is a name and the text (or bytes) of ``hostile.py``, or several files."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

Files = dict[str, "str | bytes"]
CASES: dict[str, Callable[[], str | bytes | Files]] = {}

HEADER = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n\n\n"


def case(builder: Callable[[], str | bytes | Files]) -> Callable[[], str | bytes | Files]:
    CASES[builder.__name__] = builder
    return builder


def model(init: str = "pass", forward: str = "return self.conv(x)", top: str = "", body: str = "") -> str:
    """A model whose constructor, ``forward``, class body or module does what is given."""
    parts = [HEADER, textwrap.dedent(top).strip("\n"), "\n\n\nclass Net(nn.Module):\n"]
    parts.append(textwrap.indent(textwrap.dedent(body).strip("\n"), "    ") + "\n\n" if body else "")
    parts.append(
        "    def __init__(self):\n        super().__init__()\n        self.conv = nn.Conv2d(3, 8, 3)\n",
    )
    parts.append(textwrap.indent(textwrap.dedent(init).strip("\n"), "        "))
    parts.append("\n\n    def forward(self, x):\n")
    parts.append(textwrap.indent(textwrap.dedent(forward).strip("\n"), "        ") + "\n")
    return "".join(parts)


def table(**expressions: str) -> None:
    """Expressions for sizes, eight to a file: each in a class of its own, which uses it for a layer."""
    names = list(expressions)
    for start in range(0, len(names), 8):
        group = {name: expressions[name] for name in names[start : start + 8]}
        CASES[f"{names[start]}_and_more"] = lambda group=group: expression_classes(group)


def expression_classes(expressions: dict[str, str]) -> str:
    parts = [HEADER]
    for name, text in expressions.items():
        title = "".join(word.capitalize() for word in name.split("_"))
        parts.append(
            f"class {title}(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            f"        self.conv = nn.Conv2d(3, 8, 3)\n        value = {text}\n"
            f"        self.fc = nn.Linear(value, value)\n\n    def forward(self, x):\n"
            f"        return self.conv(x)\n\n\n"
        )
    return "".join(parts)


# -- loops that do not end --------------------------------------------------------------------------


@case
def endless_loop_in_module() -> str:
    return HEADER + "while True:\n    pass\n\nmodel = nn.Conv2d(3, 8, 3)\n"


@case
def endless_loop_in_constructor() -> str:
    return model("while True:\n    self.conv = nn.Conv2d(3, 8, 3)")


@case
def endless_loop_in_forward() -> str:
    return model(forward="while x.shape[1] > 0:\n    x = torch.relu(x)\nreturn x")


@case
def endless_module_list() -> str:
    return model("self.layers = nn.ModuleList()\nwhile True:\n    self.layers.append(nn.Linear(10, 10))")


@case
def endless_growth() -> str:
    return model(
        ("items = [1]\nfor item in items:\n    items.append(item)\ntext = 'a'\nwhile text:\n    text += text"),
    )


@case
def endless_numbers() -> str:
    return model("n = 2\nwhile n:\n    n = n ** n\nself.fc = nn.Linear(n, n)")


@case
def endless_generators() -> str:
    return model(
        """
        import itertools
        a = list(itertools.count())
        b = sum(itertools.cycle([1, 2]))
        c = list(itertools.product(range(10 ** 6), repeat=10 ** 6))
        d = max(itertools.permutations(range(1000)))
        e = [*itertools.repeat(1)]
        f = dict(zip(itertools.count(), itertools.count()))
        def forever():
            while True:
                yield 1
        g = list(forever())
        h = sorted(forever())
        i = any(x is None for x in forever())
        self.layers = nn.Sequential(*(nn.ReLU() for _ in itertools.count()))
        """
    )


@case
def long_loops() -> str:
    return model(
        "total = 0\nfor i in range(10 ** 12):\n    total += i\n"
        "for i in range(10 ** 4):\n    for j in range(10 ** 4):\n"
        "        for k in range(10 ** 4):\n            total += k"
    )


@case
def nested_comprehensions() -> str:
    loops = " ".join(f"for v{i} in range(100)" for i in range(20))
    return model(
        (f"self.layers = nn.Sequential(*[nn.ReLU() {loops}])\nlost = {{v0: [v1 {loops}] for v0 in range(10 ** 9)}}"),
    )


# -- numbers, strings, collections ------------------------------------------------------------------

table(
    power_tower="10 ** 10 ** 10",
    power_chain="9 ** 9 ** 9 ** 9 ** 9 ** 9",
    huge_shift="1 << 10 ** 10",
    huge_shift_pair="(1 << 10 ** 7) * (1 << 10 ** 7) * (1 << 10 ** 9)",
    repeated_product="[n := 7, *[n := n * n for _ in range(100)]][-1]",
    builtin_pow="pow(10, 10 ** 10)",
    modular_pow="pow(3, 10 ** 10 ** 3, 10 ** 10 ** 3)",
    huge_list="[0] * 10 ** 12",
    huge_tuple="(0,) * 10 ** 12",
    doubled_lists="[[[0] * 10 ** 5] * 10 ** 5] * 10 ** 5",
    huge_string="'a' * 10 ** 10",
    huge_bytes="b'a' * 10 ** 10",
    huge_bytearray="bytearray(10 ** 12)",
    huge_range_list="list(range(10 ** 18))",
    huge_range_sum="sum(range(10 ** 18))",
    huge_set="set(range(10 ** 10))",
    huge_dictionary="dict.fromkeys(range(10 ** 10), 1)",
    huge_factorial="__import__('math').factorial(10 ** 8)",
    huge_combination="__import__('math').comb(10 ** 8, 10 ** 7)",
    huge_literal="int('9' * 10 ** 7)",
    huge_join="len(','.join(['a' * 10 ** 6] * 10 ** 6))",
    huge_replace="len(('a' * 10 ** 6).replace('a', 'b' * 10 ** 6))",
    percent_width="'%1000000000d' % 1",
    percent_star="'%*d' % (10 ** 9, 1)",
    percent_precision="'%.1000000000f' % 1.5",
    format_width="'{:>1000000000}'.format(1)",
    format_nested="'{:{w}}'.format(1, w=10 ** 9)",
    format_call="format(1, '1000000000')",
    f_string_width="f'{1:>1000000000}'",
    f_string_nested="f'{1:{10 ** 9}}'",
    justified="'a'.ljust(10 ** 10) + 'a'.center(10 ** 10) + 'a'.zfill(10 ** 10)",
    expanded_tabs="('\\t' * 10 ** 5).expandtabs(10 ** 9)",
    regular_expression="__import__('re').match('(a+)+$', 'a' * 64 + 'b')",
    huge_float="int(1e308) ** 1000",
    enormous_layer="nn.Conv2d(10 ** 30, 10 ** 30, 10 ** 10)",
    enormous_tensor="torch.zeros(10 ** 9, 10 ** 9).sum()",
    enormous_arange="torch.arange(10 ** 15).tolist()",
    enormous_linspace="[v.item() for v in torch.linspace(0, 1, 10 ** 9)]",
    sequential_of_many="nn.Sequential(*[nn.ReLU()] * 10 ** 9)",
    module_list_of_many="nn.ModuleList([nn.Linear(3, 3) for _ in range(10 ** 9)])",
    starred_call="max(*[1] * 10 ** 9)",
    cartesian="len([a + b for a in range(10 ** 5) for b in range(10 ** 5)])",
    sliced_range="[0] * len(range(10 ** 18)[::2])",
    deep_merge="__import__('functools').reduce(lambda a, b: a + a, range(10 ** 4), [1])",
    text_doubling="__import__('functools').reduce(lambda a, b: a + a, range(10 ** 4), 'x')",
    round_digits="round(10 ** 5000, -4999) + int(str(10 ** 100000))",
    huge_hash="hash((1,) * 10 ** 8) + len(repr([0] * 10 ** 8))",
    translate_bomb="len(('a' * 10 ** 6).translate({97: 'b' * 10 ** 6}))",
)


@case
def doubled_by_hand() -> str:
    lines = "\n".join(f"a{i + 1} = a{i} + a{i}" for i in range(200))
    return model(f"a0 = [1, 2, 3]\n{lines}\nself.fc = nn.Linear(len(a200), 3)")


@case
def billion_laughs() -> str:
    lines = "\n".join(f"l{i + 1} = [l{i}] * 10" for i in range(40))
    return model(
        (
            f"l0 = ['lol'] * 10\n{lines}\ntext = str(l40)\nother = repr(l40)\nimport copy\n"
            f"again = copy.deepcopy(l40)\nsame = l40 == again"
        ),
    )


@case
def chained_powers_in_class() -> str:
    return model(body="a = 7\n" + "\n".join(["a = a ** a"] * 30) + "\nb = [a] * a\nc = 'x' * a")


@case
def image_of_enormous_size() -> str:
    return model(
        forward=("return F.interpolate(self.conv(x), size=(10 ** 40, 10 ** 40)).repeat(10 ** 30, 1, 1, 1).view(-1)")
    )


# -- recursion --------------------------------------------------------------------------------------


@case
def recursive_function() -> str:
    return model("self.fc = nn.Linear(f(1), 2)", top="def f(n):\n    return f(n + 1) + f(n + 2)")


@case
def mutual_recursion() -> str:
    return model(
        "self.fc = nn.Linear(even(3), 2)",
        top="def even(n):\n    return odd(n)\ndef odd(n):\n    return even(n) + even(n)",
    )


@case
def recursive_module() -> str:
    return model("self.child = Net()", "return self.child(x)")


@case
def module_inside_itself() -> str:
    return model(
        "self.me = self\nself.modules_of_me = list(self.modules())\nself.apply(lambda m: m)",
        "return self.me(x)",
    )


@case
def recursive_lambda() -> str:
    return model("y = (lambda f: f(f))(lambda f: f(f))\nself.fc = nn.Linear(y, y)")


@case
def recursive_decorator() -> str:
    top = "def again(f):\n    return again(again(f))\n\n\n@again\n@again\ndef width():\n    return 3"
    return model("self.fc = nn.Linear(width(), 2)", top=top)


@case
def recursive_property() -> str:
    body = (
        "@property\ndef width(self):\n    return self.width + self.height\n\n@property\n"
        "def height(self):\n    return self.width"
    )
    return model("self.fc = nn.Linear(self.width, 2)", body=body)


@case
def attribute_bomb() -> str:
    body = (
        "def __getattr__(self, name):\n    return getattr(self, name + name)\n\n"
        "def __setattr__(self, name, value):\n    setattr(self, name + '_', value)\n\n"
        "def __getattribute__(self, name):\n    return getattr(self, name)"
    )
    return model("self.fc = nn.Linear(self.missing, 2)", body=body)


@case
def operator_bomb() -> str:
    top = """
    class Bomb:
        def __add__(self, other):
            return self + other
        __radd__ = __mul__ = __rmul__ = __add__
        def __len__(self):
            return len(self)
        def __iter__(self):
            return iter(self)
        def __eq__(self, other):
            return self == other
        def __hash__(self):
            return hash(self)
        def __repr__(self):
            return repr(self)
        def __bool__(self):
            return bool(self)
        def __index__(self):
            return int(self)
        def __call__(self, *args):
            return self(*args)
        def __getitem__(self, index):
            return self[index]
        def __contains__(self, item):
            return item in self
        def __lt__(self, other):
            return self < other
    """
    init = """
    b = Bomb()
    values = [lambda: b + 1, lambda: len(b), lambda: list(b), lambda: {b: 1}, lambda: repr(b)]
    values += [lambda: b(), lambda: b[0]]
    for value in values:
        try:
            value()
        except RecursionError:
            pass
    items = sorted([b, b, b])
    text = f"{b}" if b else str(b)
    self.fc = nn.Linear(b, 1 in b)
    """
    return model(init, top=top)


@case
def recursive_sort_key() -> str:
    top = "def key(value):\n    return sorted([value, value], key=key)"
    return model(
        "order = sorted(range(100), key=key)\nself.fc = nn.Linear(order[0], max([1], key=key))",
        top=top,
    )


@case
def self_referential_lists() -> str:
    return model(
        """
        import copy
        a = []
        a.append(a)
        d = {}
        d["d"] = d
        t = (a, d)
        b = copy.deepcopy(a)
        c = copy.deepcopy(t)
        text = repr(a) + str(d) + f"{t}"
        same = a == b
        flat = sum([a], [])
        small = sorted([a, b])
        self.layers = nn.Sequential(*a)
        self.table = nn.ModuleDict(d)
        self.fc = nn.Linear(a, d)
        """
    )


@case
def exponential_hierarchy() -> str:
    lines = ["class A0(nn.Module): pass", "class B0(nn.Module): pass"]
    for i in range(1, 60):
        lines.append(f"class A{i}(A{i - 1}, B{i - 1}): pass")
        lines.append(f"class B{i}(A{i - 1}, B{i - 1}): pass")
    return model("self.a = A59()\nself.b = B59()", top="\n".join(lines))


@case
def long_hierarchy() -> str:
    lines = ["class A0(nn.Module): pass"]
    lines += [
        f"class A{i}(A{i - 1}):\n    def __init__(self):\n        super().__init__()"
        for i in range(
            1,
            1500,
        )
    ]
    return model("self.a = A1499()", top="\n".join(lines))


@case
def cyclic_hierarchy() -> str:
    return model(
        "self.a = A()",
        top="class A(B): pass\nclass B(A): pass\nclass C(C): pass\nclass D(D, D, nn.Module): pass",
    )


@case
def exponential_calls() -> str:
    lines = ["def f0(x): return x + 1"]
    lines += [f"def f{i}(x): return f{i - 1}(x) + f{i - 1}(x)" for i in range(1, 64)]
    return model("self.fc = nn.Linear(f63(1), 2)", "return f63(x)", top="\n".join(lines))


@case
def exponential_modules() -> str:
    lines = [
        (
            "class M0(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.c = nn.Conv2d(3, 3, 3, padding=1)\n    def forward(self, x):\n"
            "        return self.c(x)"
        ),
    ]
    lines += [
        f"class M{i}(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        f"        self.a = M{i - 1}()\n        self.b = M{i - 1}()\n"
        "    def forward(self, x):\n        return self.a(x) + self.b(x)"
        for i in range(1, 40)
    ]
    return model("self.m = M39()", "return self.m(x)", top="\n".join(lines))


@case
def exponential_branches() -> str:
    lines = "\n".join(
        (f"if torch.rand(1) > 0.5:\n    x = x + {i}\nelse:\n    x = torch.cat([x, x], 1)") for i in range(200)
    )
    return model(forward=f"{lines}\nreturn self.conv(x)")


@case
def deep_module_tree() -> str:
    return model(
        "layer = nn.Identity()\nfor _ in range(5000):\n    layer = nn.Sequential(layer)\nself.deep = layer",
        "return self.deep(x)",
    )


@case
def layers_by_the_thousand() -> str:
    return model(
        "self.layers = nn.Sequential(*[nn.Conv2d(3, 3, 3, padding=1) for _ in range(100000)])",
        "return self.layers(x)",
    )


# -- nesting ----------------------------------------------------------------------------------------

DEEP = 10_000


@case
def deep_brackets() -> str:
    return HEADER + "x = " + "[" * DEEP + "]" * DEEP + "\nmodel = nn.Conv2d(3, 8, 3)\n"


@case
def deep_parentheses() -> str:
    return HEADER + "x = " + "(" * DEEP + "1" + ")" * DEEP + "\nmodel = nn.Conv2d(3, 8, 3)\n"


@case
def deep_calls() -> str:
    return HEADER + "x = " + "f(" * DEEP + ")" * DEEP + "\nmodel = nn.Conv2d(3, 8, 3)\n"


@case
def deep_sequentials() -> str:
    return HEADER + "model = " + "nn.Sequential(" * DEEP + "nn.ReLU()" + ")" * DEEP + "\n"


@case
def moderately_deep_sequentials() -> str:
    return HEADER + "model = " + "nn.Sequential(" * 90 + "nn.Conv2d(3, 4, 1)" + ")" * 90 + "\n"


@case
def deep_unary() -> str:
    lines = ("x = " + "-" * DEEP + "1", "y = " + "not " * DEEP + "1", "z = " + "~" * DEEP + "1")
    return HEADER + "\n".join([*lines, "model = nn.ReLU()", ""])


@case
def deep_attributes() -> str:
    lines = ("x = a" + ".b" * DEEP, "y = a" + "[0]" * DEEP, "z = a" + "()" * DEEP)
    return HEADER + "\n".join([*lines, "model = nn.ReLU()", ""])


@case
def long_sums() -> str:
    return (
        HEADER
        + "x = "
        + " + ".join(["1"] * DEEP)
        + "\ny = "
        + " and ".join(
            ["x"] * DEEP,
        )
        + "\nmodel = nn.Linear(x, y)\n"
    )


@case
def long_comparison() -> str:
    return (
        HEADER
        + "x = "
        + " < ".join(
            ["1"] * DEEP,
        )
        + "\ny = "
        + "1 if x else " * DEEP
        + "2\nmodel = nn.Linear(y, 2)\n"
    )


@case
def deep_powers() -> str:
    return (
        HEADER
        + "x = "
        + "**".join(
            ["2"] * DEEP,
        )
        + "\ny = "
        + "lambda: " * DEEP
        + "1\nmodel = nn.Linear(x, y)\n"
    )


@case
def deep_blocks() -> str:
    lines = [" " * depth + "if True:" for depth in range(95)] + [" " * 95 + "x = 1"]
    more = [" " * depth + "if x:" for depth in range(3000)] + [" " * 3000 + "y = 1"]
    return HEADER + "\n".join(lines) + "\nmodel = nn.ReLU()\n" + "\n".join(more) + "\n"


@case
def long_elif_chain() -> str:
    chain = "if n == 0:\n    n = 1\n" + "".join(f"elif n == {i}:\n    n = {i}\n" for i in range(1, DEEP // 4))
    return model(f"n = -1\n{chain}self.fc = nn.Linear(n, 2)")


@case
def deep_functions() -> str:
    functions = ["    " * depth + f"def f{depth}():" for depth in range(60)] + ["    " * 60 + "return 1"]
    classes = ["  " * depth + f"class A{depth}:" for depth in range(60)] + ["  " * 60 + "pass"]
    return HEADER + "\n".join([*functions, *classes, "model = nn.ReLU()", ""])


@case
def deep_f_strings() -> str:
    text = "1"
    for quote in ('"', "'", '"""', "'''"):
        text = f"f{quote}{{{text}}}{quote}"
    lines = (f"x = {text}", "y = f'" + "{x:" * 50 + "}" * 50 + "'", "z = f'" + "{" * DEEP + "'")
    return HEADER + "\n".join([*lines, "model = nn.ReLU()", ""])


@case
def unclosed_brackets() -> str:
    return HEADER + "model = nn.Conv2d(3, 8, 3)\n" + "x = " + "(" * DEEP + "\n" + "[{(\n" * 1000


# -- long and odd text ------------------------------------------------------------------------------


@case
def megabyte_list() -> str:
    return HEADER + "x = [" + ", ".join(["1000"] * 170_000) + "]\nmodel = nn.Linear(len(x), 2)\n"


@case
def megabyte_string() -> str:
    return HEADER + "x = '" + "a" * 1_000_000 + "'\nmodel = nn.Linear(len(x), 2)\n"


@case
def megabyte_name() -> str:
    return HEADER + "a" * 1_000_000 + " = 1\nmodel = nn.ReLU()\n"


@case
def megabyte_number() -> str:
    return HEADER + "x = " + "9" * 1_000_000 + "\nmodel = nn.Linear(x, x)\n"


@case
def megabyte_comment() -> str:
    lines = ("# rf: input=" + "1x" * 500_000 + "3", "# rf: ignore[" + "RF201," * 100_000 + "]")
    return HEADER + "\n".join([*lines, "model = nn.ReLU()", ""])


@case
def megabyte_line_inside_model() -> str:
    return model("widths = [" + "3, " * 300_000 + "]\nself.fc = nn.Linear(widths[0], 2)")


@case
def many_small_lines() -> str:
    return HEADER + "x = 1\n" * 600_000 + "model = nn.ReLU()\n"


@case
def many_classes() -> str:
    block = (
        "class C{i}(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.c = nn.Conv2d(3, 3, 1)\n    def forward(self, x):\n        return self.c(x)\n"
        "\n"
    )
    return HEADER + "".join(block.replace("{i}", str(i)) for i in range(3000))


@case
def five_megabytes() -> str:
    return (
        HEADER
        + "".join((f"def f{i}(x):\n    return x + {i} * [1, 2, 3][0] - 'text'.count('t')\n\n") for i in range(75_000))
        + "model = nn.ReLU()\n"
    )


@case
def null_bytes() -> bytes:
    return b"import torch\nmodel = torch.nn.ReLU()\n\x00\x00\x00x = '\x00'\n"


@case
def only_null_bytes() -> bytes:
    return b"\x00" * 100_000


@case
def random_bytes() -> bytes:
    return bytes((i * i * 31 + i * 7) % 256 for i in range(50_000))


@case
def utf16() -> bytes:
    return (HEADER + "model = nn.ReLU()\n").encode("utf-16")


@case
def latin1_without_cookie() -> bytes:
    return ("# caf\xe9\n" + HEADER + "model = nn.ReLU()\n").encode("latin-1")


@case
def latin1_with_cookie() -> bytes:
    return ("# -*- coding: latin-1 -*-\n# caf\xe9\n" + HEADER + "model = nn.ReLU()\n").encode("latin-1")


@case
def unknown_cookie() -> bytes:
    return b"# -*- coding: no-such-encoding -*-\nimport torch\nmodel = torch.nn.ReLU()\n"


@case
def harmful_cookie() -> bytes:
    return b"# -*- coding: zlib_codec -*-\nimport torch\nmodel = torch.nn.ReLU()\n"


@case
def byte_order_mark() -> bytes:
    return b"\xef\xbb\xbf" + (HEADER + "model = nn.Conv2d(3, 8, 3)\n").encode()


@case
def lone_surrogates() -> bytes:
    return b"x = '\xed\xa0\x80'\nimport torch\nmodel = torch.nn.ReLU()\n"


@case
def odd_newlines() -> bytes:
    text = HEADER.replace("\n", "\r") + "x = 1\x0c\r\ny = 2\x0b\x1c\x85\u2028\nmodel = nn.ReLU()"
    return text.encode()


@case
def tabs_and_spaces() -> str:
    return HEADER + "if True:\n\tx = 1\n        y = 2\n    \tz = 3\nmodel = nn.ReLU()\n"


@case
def backslashes() -> str:
    return HEADER + "x = 1 + \\\n" * 20_000 + "1\n" + "\\\n" * 20_000 + "model = nn.ReLU()\n\\"


@case
def decorators_by_the_thousand() -> str:
    return (
        HEADER
        + "def d(f):\n    return f\n"
        + "@d\n" * 5000
        + ("def width():\n    return 3\nmodel = nn.Linear(width(), 2)\n")
    )


@case
def arguments_by_the_thousand() -> str:
    names = ", ".join(f"a{i}=1" for i in range(20_000))
    return HEADER + f"def f({names}):\n    return 3\nmodel = nn.Linear(f({names}), 2)\n"


# -- imports ----------------------------------------------------------------------------------------


@case
def imports_itself() -> Files:
    text = "import hostile\nfrom hostile import *\nfrom hostile import Net as Other\nfrom . import hostile as again\n"
    return {"hostile.py": text + model("self.other = Other()\nself.fc = nn.Linear(hostile.width, 2)")}


@case
def mutual_imports() -> Files:
    return {
        "hostile.py": "from other import width, Part\n"
        + model(
            "self.part = Part()\nself.fc = nn.Linear(width, 2)",
        ),
        "other.py": HEADER + ("from hostile import Net, width\nclass Part(Net):\n    pass\nwidth = width + 1\n"),
    }


@case
def star_import_cycle() -> Files:
    files: Files = {
        f"m{i}.py": (f"from m{(i + 1) % 50} import *\nfrom m{(i + 7) % 50} import *\na{i} = b{i}\n") for i in range(50)
    }
    files["hostile.py"] = "from m0 import *\n" + model("self.fc = nn.Linear(a3, missing)")
    return files


@case
def long_import_chain() -> Files:
    files: Files = {f"m{i}.py": f"from m{i + 1} import value\n" for i in range(2000)}
    files["m2000.py"] = "value = 3\n"
    files["hostile.py"] = "from m0 import value\n" + model("self.fc = nn.Linear(value, 2)")
    return files


@case
def package_that_imports_up() -> Files:
    return {
        "hostile.py": "from pkg import Net\nmodel = Net()\n",
        "pkg/__init__.py": (
            "from .a import *\nfrom .. import hostile\nfrom ......... import nothing\nfrom .a.b.c import d\n"
        ),
        "pkg/a.py": "from . import *\nfrom pkg import *\n" + model(),
    }


@case
def imports_of_odd_things() -> Files:
    return {
        "hostile.py": (
            "import broken, binary, empty, os, sys, numpy, antigravity, this\n"
            "from broken import x\nfrom binary import y\n"
        )
        + model("self.fc = nn.Linear(x, y)"),
        "broken.py": "def (:\n x = = 3\n",
        "binary.py": bytes(range(256)) * 100,
        "empty.py": "",
    }


# -- classes that lie -------------------------------------------------------------------------------


@case
def metaclasses() -> str:
    top = """
    class Meta(type):
        def __call__(cls, *args, **kwargs):
            return cls(*args, **kwargs)
        def __new__(mcs, name, bases, namespace):
            return Meta(name, bases, namespace)
        def __prepare__(name, bases):
            return {}
        def __getattr__(cls, name):
            return getattr(cls, name)
        def __instancecheck__(cls, instance):
            return isinstance(instance, cls)
        def __iter__(cls):
            return iter(cls)


    class Strange(nn.Module, metaclass=Meta):
        pass


    class Stranger(metaclass=lambda *args: args):
        pass


    Made = type("Made", (nn.Module,), {"forward": lambda self, x: Made()(x)})
    """
    return model(
        (
            "self.a = Strange()\nself.b = Made()\nself.c = isinstance(3, Strange)\nself.d = list(Strange)\n"
            "self.e = Stranger.x"
        ),
        top=top,
    )


@case
def constructors_that_lie() -> str:
    top = """
    class Other(nn.Module):
        def __new__(cls, *args):
            return Other(*args)
        def __init_subclass__(cls):
            class Sub(cls): pass
        def __class_getitem__(cls, item):
            return cls[item]
        def __del__(self):
            self.__del__()
        def __enter__(self):
            return self.__enter__()
        def __exit__(self, *args):
            raise self


    class Child(Other): pass
    """
    return model(
        (
            "self.a = Other()\nself.b = Child[3]\nwith self.a as y:\n    raise y from y\n"
            "self.__class__ = Child\nself.__dict__ = None\ndel self.conv"
        ),
        top=top,
    )


@case
def exceptions_in_circles() -> str:
    return model(
        """
        while True:
            try:
                raise ValueError from None
            except ValueError:
                continue
            finally:
                continue
        """
    )


@case
def names_that_are_taken() -> str:
    top = (
        "nn = nn\ntorch = torch\nrange = list = len = super = print = int = lambda *a: a\n"
        "True_ = None\n__builtins__ = {}\n__name__ = '__main__'\nobject = type"
    )
    return model(
        (
            "self.fc = nn.Linear(len([1, 2]), int(3))\nself.forward = self\nself.training = None\n"
            "self._modules = 3\nself._parameters['x'] = 4"
        ),
        top=top,
    )


@case
def matches_and_walrus() -> str:
    return model(
        (
            "match [1] * 10 ** 9:\n    case [*rest]:\n        pass\n    case {'a': x, **y} | [x, *y]:\n"
            "        pass\nwhile (y := [1]):\n    y = (z := y)"
        ),
    )


@case
def asynchronous() -> str:
    return model(
        "pass",
        "return self.conv(x)",
        (
            "async def f():\n    async for x in f():\n        async with x as y:\n            await f()\n"
            "            yield [z async for z in f()]\nimport asyncio\nasyncio.run(f())"
        ),
    )


# -- what must never run ----------------------------------------------------------------------------

MARKER = "it-ran"


@case
def commands_that_must_not_run() -> str:
    attempts = f"""
    import os, subprocess, shutil, pathlib, importlib, ctypes, socket, pickle, sys, builtins, io
    import tempfile, runpy, code, webbrowser, atexit
    os.system("touch {MARKER}")
    os.popen("touch {MARKER}").read()
    subprocess.run(["touch", "{MARKER}"])
    subprocess.Popen("touch {MARKER}", shell=True)
    open("{MARKER}", "w").write("x")
    io.open("{MARKER}", "w").close()
    builtins.open("{MARKER}", "w").close()
    pathlib.Path("{MARKER}").write_text("x")
    pathlib.Path("{MARKER}").touch()
    os.mkdir("{MARKER}")
    os.open("{MARKER}", os.O_CREAT)
    shutil.rmtree("victim")
    os.remove("victim/file")
    exec("open('{MARKER}', 'w')")
    eval("open('{MARKER}', 'w')")
    eval(compile("open('{MARKER}', 'w')", "f", "exec"))
    __import__("os").system("touch {MARKER}")
    importlib.import_module("os").system("touch {MARKER}")
    getattr(os, "sys" + "tem")("touch {MARKER}")
    globals()["__builtins__"]["open"]("{MARKER}", "w")
    (lambda: None).__globals__["os"].system("touch {MARKER}")
    ().__class__.__base__.__subclasses__()
    "".__class__.__mro__[1].__subclasses__()[0]("{MARKER}")
    pickle.loads(b"cos\\nsystem\\n(S'touch {MARKER}'\\ntR.")
    torch.save(3, "{MARKER}")
    torch.load("victim/file")
    torch.hub.load("a/b", "c")
    ctypes.CDLL(None).system(b"touch {MARKER}")
    atexit.register(lambda: open("{MARKER}", "w"))
    sys.exit(3)
    """
    attempts = textwrap.dedent(attempts).strip("\n")
    guarded = "\n".join(f"try:\n    {line}\nexcept BaseException:\n    pass" for line in attempts.split("\n"))
    return model(guarded, f"{guarded}\nreturn self.conv(x)", top=f"{attempts}\n{guarded}", body=guarded)


@case
def exits() -> str:
    return model(
        "exit()\nquit()\nraise SystemExit(77)",
        "raise KeyboardInterrupt",
        "import sys\nraise SystemExit(99)\nsys.exit(98)",
    )


@case
def reads_the_machine() -> str:
    return model(
        """
        import os, sys, glob
        for root, dirs, files in os.walk("/"):
            for name in files:
                with open(os.path.join(root, name)) as stream:
                    self.text = stream.read()
        items = glob.glob("/**", recursive=True)
        line = input("size? ")
        data = sys.stdin.read()
        self.fc = nn.Linear(int(os.environ["SIZE"]), len(items))
        """
    )


@case
def waits() -> str:
    return model(
        (
            "import time, threading\ntime.sleep(10 ** 6)\nthreading.Event().wait()\n"
            "threading.Thread(target=print).join()"
        ),
    )
