"""Positions are libcst's, and a half-typed statement costs nothing but itself."""

from __future__ import annotations

import os
import random
import sysconfig

import libcst
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libcst.metadata import MetadataWrapper, PositionProvider

from analyzers.source import tree
from analyzers.source.blocks import split
from analyzers.source.module import SourceModule

STANDARD_LIBRARY = sysconfig.get_paths()["stdlib"]

MODEL = '''import torch
from torch import nn


def conv3x3(in_planes, out_planes, stride=1):
    """3x3 convolution with padding"""
    return nn.Conv2d(in_planes, out_planes, kernel_size=3, stride=stride, padding=1, bias=False)


class Block(nn.Module):
    expansion = 1

    def __init__(self, inplanes, planes, stride=1):
        super().__init__()
        self.conv1 = conv3x3(inplanes, planes, stride)
        self.body = nn.Sequential(
            nn.BatchNorm2d(planes),
            nn.ReLU(inplace=True),
            nn.Dropout(p=0.5),
        )
        if stride != 1:
            self.downsample = nn.Conv2d(inplanes, planes, 1, stride)
        else:
            self.downsample = None

    def forward(self, x):
        """Forward."""
        identity = x
        out = self.body(self.conv1(x))
        for layer in self.layers:
            out = layer(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        return out + identity

    def extra_repr(self):
        return f"{self.expansion}"


def make(name: str, *, width: int = 64) -> nn.Module:
    blocks = [Block(width, width) for _ in range(3)]
    return nn.Sequential(*blocks, nn.Flatten(), nn.Linear(width, 10))


model = make("resnet", width=32)
'''


def functions(module: SourceModule) -> dict[str, tuple[int, str]]:
    """Every function by name: (line, its code)."""
    found: dict[str, tuple[int, str]] = {}
    for block in module.blocks:
        parsed = block.tree()
        if parsed is None:
            continue
        for node in _functions(parsed):
            found[node.name.value] = (block.tree_span(node.name)[0], libcst.Module([node]).code.strip())
    return found


def _functions(node: libcst.CSTNode) -> list[libcst.FunctionDef]:
    own = [node] if isinstance(node, libcst.FunctionDef) else []
    return own + [function for child in node.children for function in _functions(child)]


def repaired(text: str) -> str:
    parsed = tree.parse(text)
    assert parsed.tree is not None
    assert parsed.errors
    return parsed.tree.code


@pytest.mark.parametrize("file", ["functools.py", "dataclasses.py", "webbrowser.py", "test/test_fstring.py"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_positions_are_those_of_libcst(file, end):
    path = os.path.join(STANDARD_LIBRARY, file)
    if not os.path.exists(path):
        pytest.skip("this Python comes without that file")
    with open(path, encoding="utf-8", newline="") as opened:
        text = opened.read().replace("\n", end)
    for block in split(text):
        parsed = block.tree()
        assert parsed is not None
        wanted = MetadataWrapper(parsed, unsafe_skip_copy=True).resolve(PositionProvider)
        for node, place in wanted.items():
            start, stop, first = place.start, place.end, block.first_line - 1
            assert block.tree_span(node) == (start.line + first, start.column, stop.line + first, stop.column)


def test_positions_count_code_points():
    block = split("größe = '👍' + änderung\n")[0]
    name = block.tree().body[0].body[0].value.right
    assert block.tree_span(name) == (0, 14, 0, 22)


def test_position_of_a_foreign_node():
    block, other = split("x = 1\ny = 2\n")
    with pytest.raises(KeyError):
        block.tree_span(other.tree().body[0])


def test_a_deep_expression_has_positions_on_a_deep_stack():
    block = split("x = " + " + ".join(["a"] * 180) + "\n")[0]

    def descend(depth: int):
        return block.tree_span(block.tree().body[0]) if depth == 0 else descend(depth - 1)

    assert descend(600) == (0, 0, 0, 4 + 180 * 4 - 3)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("def f(a, b\n    return a\n", "def f(a, b):\n    return a\n"),
        ("def f(:\n    pass\n", "def f():\n    pass\n"),
        ("class A(nn.Module\n    x = 1\n", "class A(nn.Module):\n    x = 1\n"),
        ("def f(a=, b):\n    return 1\n", "def f(*args, **kwargs):\n    return 1\n"),
        (
            "def f():\n    self.c = nn.Conv2d(16,\n    self.d = 3\n",
            "def f():\n    self.c = _incomplete_\n    self.d = 3\n",
        ),
        ("def f():\n    x = self.\n    return x\n", "def f():\n    x = _incomplete_\n    return x\n"),
        ("def f():\n    return self.\n", "def f():\n    return _incomplete_\n"),
        ("def f():\n    x = 'abc\n    y = 2\n", "def f():\n    x = _incomplete_\n    y = 2\n"),
        ('def f():\n    """Doc\n    y = 2\n', "def f():\n    pass\n    y = 2\n"),
        ("def f():\n    for i in x:\n    y = 2\n", "def f():\n    for i in x: pass\n    y = 2\n"),
        ("def f():\n    for i in x:  # all\n    y = 2\n", "def f():\n    for i in x: pass\n    y = 2\n"),
        ("if x\n    y = 1\nelse:\n    z = 2\n", "if x:\n    y = 1\nelse:\n    z = 2\n"),
        ("for i in :\n    x = 1\n", "if _incomplete_:\n    x = 1\n"),
        (
            "def f():\n    try:\n        x = 1\n    y = 2\n",
            "def f():\n    if True:\n        x = 1\n    y = 2\n",
        ),
        ("def f():\n    x = 1\n   y = 2\n", "def f():\n    x = 1\n    y = 2\n"),
        ("class A:\n    @\n    def f(self): pass\n", "class A:\n    \n    def f(self): pass\n"),
        ("def f():\n", "def f(): pass\n"),
        ("x = $\n", "x = _incomplete_\n"),
        ("x = 1)\n", "x = _incomplete_\n"),
        ("print 'a'\n", "pass\n"),
        ("x = [\n    a,\n    nn.Con\n    nn.B(),\n]\n", "x = [\n    a,\n    _incomplete_,\n    nn.B(),\n]\n"),
        (
            "x = [\n    a,\n    nn.Conv2d(4,\n    nn.B(),\n]\n",
            "x = [\n    a,\n    _incomplete_,\n    nn.B(),\n]\n",
        ),
    ],
)
def test_stand_ins(text, wanted):
    assert repaired(text) == wanted


def test_errors_tell_the_line_in_the_file():
    module = SourceModule("m.py", "import a\n\n\ndef f():\n    x = 1\n    y = (\n    return x\n")
    block = module.binders("f")[0]
    assert block.errors == [(5, "'(' was never closed")]


def test_lines_of_a_repaired_block_are_true():
    text = MODEL.replace("self.conv1 = conv3x3(inplanes, planes, stride)", "self.conv1 = conv3x3(inplanes, (")
    whole, broken = functions(SourceModule("m.py", MODEL)), functions(SourceModule("m.py", text))
    assert {name: line for name, (line, _) in whole.items()} == {name: line for name, (line, _) in broken.items()}


def test_columns_of_a_moved_line_are_true():
    block = split("def f():\n    x = 1\n   y = 2\n")[0]
    statement = block.tree().body[0].body.body[1].body[0]
    assert block.tree_span(statement) == (2, 3, 2, 8)


def _edited(seed: int) -> tuple[str, int, int]:
    """A half-typed text and the lines touched: a span deleted, a line cut, or half a line typed anew."""
    chance = random.Random(seed)
    lines = MODEL.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    how = seed % 3
    line = lines[at].rstrip("\n")
    cut = chance.randrange(len(line) + 1)
    if how == 0:
        end = min(len(line), cut + chance.randrange(1, 12))
        lines[at] = line[:cut] + line[end:] + "\n"
    elif how == 1:
        lines[at] = line[:cut] + "\n"
    else:
        typed = chance.choice(
            [
                "self.conv2 = nn.Conv2d(64, ",
                "x = self.",
                "for i in ",
                "if x",
                "return (",
                "self.a = [1, ",
                "x = 'a",
                '"""Doc',
            ]
        )
        indent = line[: len(line) - len(line.lstrip())]
        lines.insert(at, indent + typed + "\n")
    return "".join(lines), at, 1 if how == 2 else 0


@pytest.mark.slow
@pytest.mark.parametrize("part", range(6))
def test_half_typed_edits_keep_every_other_function(part):
    whole = functions(SourceModule("m.py", MODEL))
    ends = {name: line + text.count("\n") for name, (line, text) in whole.items()}
    for seed in range(part * 70, part * 70 + 70):
        text, at, added = _edited(seed)
        found = functions(SourceModule("m.py", text))
        for name, (line, code) in whole.items():
            if line - 2 <= at <= ends[name] + 2:
                continue  # in the function, or in the header of the next
            moved = line + added if at <= line else line
            assert found.get(name) == (moved, code), (seed, name, text)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, len(MODEL)),
    st.integers(0, 60),
    st.text(alphabet="()[]{}'\"\\\n\r\t\f\0 :,=#@.defx", max_size=6),
)
def test_no_edit_makes_parsing_fail(start, length, typed):
    module = SourceModule("m.py", MODEL[:start] + typed + MODEL[start + length :])
    for block in module.blocks:
        parsed = block.tree()
        if parsed is None:
            assert block.errors
        else:
            assert block.tree_span(parsed.body[0] if parsed.body else parsed)


@pytest.mark.parametrize(
    "text",
    ["x = 1\0\n", "\fx = 1\n", "  x = 1\n", "x = 1\r\ry = 2\r", "\ufeffx = 1\n", "\\\n", "x = \\", "\t\f x"],
)
def test_odd_characters_never_raise(text):
    for block in split(text):
        block.tree()
        assert isinstance(block.errors, list)
