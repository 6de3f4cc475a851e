"""A file is cut into the statements Python sees at column 0, whatever state its text is in."""

from __future__ import annotations

import ast
import os
import sysconfig

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzers.source.blocks import Block, split
from analyzers.source.module import SourceModule

STANDARD_LIBRARY = sysconfig.get_paths()["stdlib"]
FILES = (
    "argparse.py",
    "dataclasses.py",
    "functools.py",
    "tarfile.py",
    "typing.py",
    "webbrowser.py",
    "turtle.py",
)

MODEL = '''"""A model."""
import torch
from torch import (nn,
    optim as opt)

WIDTHS = [
    16,
    32,
]


def conv(a, b):
    """Not a line of code:
def inner():
    """
    return nn.Conv2d(a, b, 3)


@torch.jit.script
# a comment in between
@register("net")
class Net(nn.Module):
    def __init__(self):
        super().__init__()
# a comment at column 0 inside the class
        self.conv = conv(3, WIDTHS[0])

    def forward(self, x):
        return self.conv(x)


if torch.cuda.is_available():
    device = "cuda"
else:
    device = "cpu"

model = Net()
'''


def code(text: str) -> list[Block]:
    return [block for block in split(text) if block.kind != "comment"]


def firsts(text: str) -> list[str]:
    """The first line of every statement."""
    return [block.text.splitlines()[0] for block in code(text)]


def test_blocks_of_a_model():
    kinds = [(block.kind, block.binds) for block in code(MODEL)]
    assert kinds == [
        ("other", ()),
        ("import", ("torch",)),
        ("import", ("nn", "opt")),
        ("assign", ("WIDTHS",)),
        ("def", ("conv",)),
        ("class", ("Net",)),
        ("other", ("device",)),
        ("assign", ("model",)),
    ]


def test_block_texts_joined_are_the_file():
    assert "".join(block.text for block in split(MODEL)) == MODEL


def test_block_lines_are_the_files_lines():
    lines = MODEL.splitlines(keepends=True)
    for block in split(MODEL):
        assert "".join(lines[block.first_line : block.end_line]) == block.text


def test_block_decorators():
    assert code(MODEL)[5].decorated


def test_block_mentions_code_only():
    block = split("def f():\n    x = 'width'  # height\n    return f'{depth}' + channels\n")[0]
    assert [name for name in ("x", "width", "height", "depth", "channels") if block.mentions(name)] == [
        "x",
        "depth",
        "channels",
    ]


@pytest.mark.parametrize("file", FILES)
def test_blocks_are_the_statements_of_the_standard_library(file):
    with open(os.path.join(STANDARD_LIBRARY, file), encoding="utf-8") as opened:
        text = opened.read()
    statements = ast.parse(text).body
    wanted = {min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]) - 1 for node in statements}
    assert {block.first_line for block in code(text)} == wanted
    assert not any(block.broken for block in split(text))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a = b = 1\n", ("a", "b")),
        ("a, (b, *c) = f(d=1)\n", ("a", "b", "c")),
        ("[a, b] = 1, 2\n", ("a", "b")),
        ("a: int = 3\n", ("a",)),
        ("a: dict[str, int]\n", ("a",)),
        ("a += 1\n", ("a",)),
        ("a.b = c[0] = 1\n", ()),
        ("a[i, j], k = 1, 2\n", ("k",)),
        ("f(a=1)\n", ()),
        ("a == b\n", ()),
        ("x = lambda a=1: a\n", ("x",)),
        ("(a,\n b) = 1, 2\n", ("a", "b")),
        ("a = 1; b = 2; f(c=3)\n", ("a", "b")),
        ("import a.b, c.d as e\n", ("a", "e")),
        ("from .x import a, b as c\n", ("a", "c")),
        ("from x import (  # noqa\n    a,  # one\n    b as c,\n)\n", ("a", "c")),
        ("from . import \\\n    a\n", ("a",)),
        ("async def f(): pass\n", ("f",)),
        ("for i, (j, k) in x:\n    y = i\n", ("i", "j", "k", "y")),
        ("with f() as (a, b), g() as c: d = 1\n", ("a", "b", "c", "d")),
        ("try:\n    import a\nexcept ImportError as e:\n    a = None\n", ("a", "e")),
        ("if x:\n    def f():\n        y = 1\n    class C:\n        z = 2\n    w = 3\n", ("f", "C", "w")),
        ("if x:\n    from a import (\n        b,\n        c as d,\n    )\n", ("b", "d")),
        ("match x:\n    case [a, B()]:\n        c = 1\n", ("a", "B", "c")),
        ("match = 3\n", ("match",)),
        ("match.x = 3\n", ()),
        ("print(a)\n", ()),
        ("del a\n", ()),
    ],
)
def test_names_a_block_binds(text, names):
    blocks = split(text)
    assert len(blocks) == 1
    assert blocks[0].binds == names


def test_star_imports():
    module = SourceModule("m.py", "from a.b import *\nif x:\n    from . import *\n")
    assert module.star_imports == ("a.b", ".")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x = f(\n    1,\ndef g():\n    pass\n", ["x = f(", "def g():"]),
        ("x = f(\n    1,\ny = 2\nz = 3\n", ["x = f(", "y = 2", "z = 3"]),
        ("x = [\n1,\n2]\ny = 2\n", ["x = [", "y = 2"]),
        ("x = {\nclass A:\n    pass\n", ["x = {", "class A:"]),
        ("x = f(\n@decorated\ndef g(): pass\n", ["x = f(", "@decorated"]),
        ("def f(a, b:\n    return a\nimport x\n", ["def f(a, b:", "import x"]),
        (
            "def f():\n    x = (1,\n    return x\n\nif __name__ == '__main__':\n    f()\n",
            ["def f():", "if __name__ == '__main__':"],
        ),
        ("x = 'abc\ny = 2\n", ["x = 'abc", "y = 2"]),
        ("x = don't\ny = 2\n", ["x = don't", "y = 2"]),
        ("x = 1)\ny = 2\n", ["x = 1)", "y = 2"]),
        ("@dec\nx = 1\n", ["@dec", "x = 1"]),
        ("else:\n    x\ny = 1\n", ["else:", "y = 1"]),
    ],
)
def test_half_typed_statement_ends_at_the_next(text, wanted):
    assert firsts(text) == wanted
    assert "".join(block.text for block in split(text)) == text


def test_open_docstring_does_not_swallow_the_file():
    text = (
        'def f():\n    """Half a docstring\n    return 1\n\n\n'
        'def g():\n    """A docstring."""\n\n\nclass A:\n    """Another."""\n'
        '\n\nasync def h():\n    """Last."""\n'
    )
    assert firsts(text) == ["def f():", "def g():", "class A:", "async def h():"]
    assert [block.broken for block in code(text)] == [True, False, False, False]


def test_whole_docstring_may_hold_code_at_column_zero():
    text = '"""Usage:\n\nimport torch\ndef f():\nclass A:\n"""\nimport os\n'
    assert firsts(text) == ['"""Usage:', "import os"]


def test_branches_belong_to_their_head():
    text = "try:\n    a\nexcept A:\n    b\n# comment\nelse:\n    c\nfinally:\n    d\n"
    text += "for i in x:\n    e\nelse:\n    f\n"
    assert firsts(text) == ["try:", "for i in x:"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end):
    text = MODEL.replace("\n", end)
    assert "".join(block.text for block in split(text)) == text
    assert [(block.kind, block.first_line) for block in split(text)] == [
        (block.kind, block.first_line) for block in split(MODEL)
    ]


def test_characters_that_do_not_end_a_line():
    text = "x = 'a\u2028b\x0bc\x85'\ny = 1\n"
    assert [(block.first_line, block.line_count) for block in split(text)] == [(0, 1), (1, 1)]


def test_form_feeds_start_at_column_zero():
    text = "x = 1\n\f\nclass A:\n    pass\n\fdef f():\n    pass\n"
    blocks = code(text)
    assert [(block.kind, block.first_line, block.first_column) for block in blocks] == [
        ("assign", 0, 0),
        ("class", 2, 0),
        ("def", 4, 1),
    ]
    function = blocks[2].tree().body[0]
    assert blocks[2].tree_span(function)[:2] == (4, 1)


def test_empty_and_blank_files():
    assert split("") == []
    assert [block.kind for block in split("\n  \n# only\n   ")] == ["comment"]


def test_indented_first_line():
    assert firsts("   x = 1\ny = 2\n") == ["   x = 1", "y = 2"]


CODE = r"def f(x):|class A:|x = |(|)|[|]|{|}|#|\|@dec|import a|from a import b|é|if __name__|f'{|case|match x:"
SNIPPETS = st.sampled_from(
    [*CODE.split("|"), '"""', "'", '"', "\n", "\r", "\r\n", "\n    ", "else:", "\f", "\t", "\0", "\u2028"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(SNIPPETS | st.text(max_size=3), max_size=30).map("".join))
def test_any_text_is_split_without_loss(text):
    blocks = split(text)
    assert "".join(block.text for block in blocks) == text
    for block in blocks:
        assert isinstance(block.binds, tuple)
        assert isinstance(block.identifiers, frozenset)
    module = SourceModule("m.py", text)
    assert module.comments is not None
    assert module.all_names is None or module.all_names is not None
