"""What is known of a file without parsing it, and what an edit keeps."""

from __future__ import annotations

import subprocess
import sys

import pytest

from analyzers.source.module import SourceModule
from analyzers.source.names import changed_parameters

TEXT = '''"""Doc."""
import torch

model = Net()
model.fc = Linear(3, 4)
model[0] = 1
model += 1
model.eval()
other.eval()
width = model.width
if training:
    model = wrap(model)
for layer in layers:
    layer.bias = None


class Net:
    model = 1


if __name__ == "__main__":
    print(model)
'''


def texts(blocks):
    return [block.text.splitlines()[0] for block in blocks]


def test_binders_in_order():
    module = SourceModule("m.py", TEXT)
    assert texts(module.binders("model")) == ["model = Net()", "model += 1", "if training:"]
    assert texts(module.binders("Net")) == ["class Net:"]
    assert module.binders("nothing") == []


def test_effects_are_what_may_change_a_value():
    module = SourceModule("m.py", TEXT)
    assert texts(module.effects("model")) == [
        "model.fc = Linear(3, 4)",
        "model[0] = 1",
        "model += 1",
        "model.eval()",
        "if training:",
        'if __name__ == "__main__":',
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "kind = options.pop('type')",
        "kind = options['net'].pop('type')",
        "kind = options.nets[keys[0]].pop('type')",
        "kind = options.get('net').pop('type')",
        "kind = take(options)",
        "kind, other = 1, take(options['net'])",
    ],
)
def test_a_value_that_changes_where_another_one_is_bound(statement):
    module = SourceModule(
        "m.py",
        "def take(given, *, key=('type', (1, 2))):\n    return given['net'].pop(key)\n"
        "def look(given):\n    found = given['net']\n    return found\n"
        f"options = {{}}\nseen = look(options)\n{statement}\n",
    )
    assert texts(module.effects("options")) == [statement]


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ("a['x'] = 1", {"a"}),
        ("a.x += 1", {"a"}),
        ("del b['x'].y", {"b"}),
        ("b.update(a)", {"b"}),
        ("c = a\n    c['x'] = 1", set()),
        ("a = 1\n    print(a.x == b, a.y(b=1))", set()),
    ],
)
def test_changed_parameters(body, changed):
    assert changed_parameters(f"def f(a, b: dict[str, int] = {{}}):\n    {body}\n") == changed


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('__all__ = ["a", "b"]\n', ("a", "b")),
        ("__all__ = ('a',)\n__all__ += ['b', # c\n  'd']\n", ("a", "b", "d")),
        ("__all__: list[str] = [\n    'a',\n]\n", ("a",)),
        ("__all__ = ['a'] + ['b']\n", ("a", "b")),
        ("__all__ = ['a']\n__all__.extend(['b'])\n__all__.append('c')\n", ("a", "b", "c")),
        ("__all__ = []\n", ()),
        ("__all__ = [name for name in dir()]\n", None),
        ("__all__ = ['a']\n__all__ += other.__all__\n", None),
        ("x = 1\n", None),
        ("# __all__ = ['a']\n", None),
    ],
)
def test_all_names(text, names):
    assert SourceModule("m.py", text).all_names == names


def test_main_block():
    assert SourceModule("m.py", TEXT).main_blocks
    assert not SourceModule("m.py", "x = '''\nif __name__ == \"__main__\":\n'''\n").main_blocks


def test_block_at_line():
    module = SourceModule("m.py", TEXT)
    assert module.block_at(17).binds == ("Net",)
    assert module.block_at(10_000) is None


def test_edit_keeps_the_trees_of_other_blocks():
    before = SourceModule("m.py", TEXT)
    trees = {block.text: block.tree() for block in before.blocks}
    after = before.updated("# a new first line\n" + TEXT.replace("model.eval()", "model.eval().cuda("))
    for block in after.blocks:
        if block.text in trees and block.kind != "comment":
            assert block.tree() is trees[block.text]
    net = after.binders("Net")[0]
    assert net.tree_span(net.tree().body[0])[0] == 17


def test_equal_blocks_have_trees_of_their_own():
    module = SourceModule("m.py", "x = Net()\nx = Net()\n")
    first, second = module.blocks
    assert first.tree() is not second.tree()
    assert first.tree_span(first.tree().body[0])[0] == 0
    assert second.tree_span(second.tree().body[0])[0] == 1


def test_undo_finds_the_old_tree():
    before = SourceModule("m.py", TEXT)
    tree = before.binders("Net")[0].tree()
    typed = before.updated(TEXT.replace("    model = 1", "    model = 12"))
    assert typed.binders("Net")[0].tree() is not tree
    assert typed.updated(TEXT).binders("Net")[0].tree() is tree


def test_last_good_tree_stands_in_when_repair_fails(monkeypatch):
    from analyzers.source import repair, tree

    before = SourceModule("m.py", "def f():\n    return 1\n")
    good = before.blocks[0].tree()
    monkeypatch.setattr(repair, "repaired", lambda text, error: tree.Parsed(text, None, [(0, "invalid syntax")]))
    block = before.updated("\ndef f():\n    return return\n").binders("f")[0]
    assert block.stale
    assert block.tree() is good
    assert block.errors == [(1, "invalid syntax")]


def test_source_package_does_not_import_libcst():
    program = (
        "import sys\n"
        "from analyzers.source.sources import Sources\n"
        "from analyzers.source.module import SourceModule\n"
        "from analyzers.imports import environment, resolver\n"
        "module = SourceModule('m.py', 'import a\\nx = [1]\\n')\n"
        "module.binders('x'), module.effects('x'), module.comments, module.all_names\n"
        "assert 'libcst' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=_root())


def _root() -> str:
    import os

    import analyzers

    return os.path.dirname(os.path.dirname(os.path.abspath(analyzers.__file__ or "")))
