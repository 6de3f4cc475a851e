"""Hostile texts neither end the process nor take seconds; ordinary texts are never refused."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig

import pytest

import analyzers
from analyzers.source import parse_limits
from analyzers.source.blocks import split

pytestmark = pytest.mark.slow

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(analyzers.__file__ or "")))

HOSTILE = {
    "parentheses": "'x = ' + '(' * n + '1' + ')' * n",
    "open parentheses": "'x = ' + '(' * n",
    "lists": "'x = ' + '[' * n + ']' * n",
    "dictionaries": "'x = ' + '{1:' * n + '1' + '}' * n",
    "calls": "'x = ' + 'f(' * n + '1' + ')' * n",
    "sum": "'x = ' + '+'.join(['a'] * n)",
    "sum over lines": "'x = (' + '\\n + '.join(['a'] * n) + ')'",
    "sum over blank lines": "'x = (' + '\\n\\n# c\\n + '.join(['a'] * n) + ')'",
    "power": "'x = ' + '**'.join(['a'] * n)",
    "and": "'x = ' + ' and '.join(['a'] * n)",
    "comparison": "'x = ' + ' < '.join(['a'] * n)",
    "not": "'x = ' + 'not ' * n + 'a'",
    "minus": "'x = ' + '-' * n + 'a'",
    "attributes": "'x = a' + '.b' * n",
    "call chain": "'x = a' + '()' * n",
    "subscripts": "'x = a' + '[0]' * n",
    "method chain over lines": "'x = (a' + '\\n    .b(1, 2)' * n + ')'",
    "lambda": "'x = ' + 'lambda: ' * n + '1'",
    "lambda defaults": "'x = ' + 'lambda a=' * n + '1' + ': 0' * n",
    "lambda several": "'x = ' + 'lambda a, b=' * n + '1' + ': 0' * n",
    "ternary": "'x = ' + 'a if b else ' * n + '1'",
    "elif": "'if a:\\n pass\\n' + 'elif a:\\n pass\\n' * n",
    "indentation": "''.join(' ' * i + 'if a:\\n' for i in range(min(n, 2000))) + ' ' * 2000 + 'pass\\n'",
    "strings in a row": "'x = ' + '\"a\" ' * n",
    "nested f-strings": "'x = ' + 'f\"{' * n + 'a' + '}\"' * n",
    "format specifications": "'x = f\"' + '{a:' * n + '}' * n + '\"'",
    "comprehension clauses": "'x = [a ' + 'for a in b ' * n + ']'",
    "case patterns": "'match x:\\n case ' + '[' * 12 + ']' * 12 + ':\\n  pass\\n'",
    "case tuples": "'match x:\\n case ' + '(' * 12 + '1' + ',)' * 12 + ':\\n  pass\\n'",
    "case mappings": "'match x:\\n case ' + '{1:' * 12 + '1' + '}' * 12 + ':\\n  pass\\n'",
    "delete tuples": "'del ' + '(' * 30 + 'a' + ',)' * 30",
    "delete after semicolon": "'x; del ' + '(' * 30 + 'a' + ',)' * 30",
    "import path": "'import ' + '.'.join(['a'] * n)",
    "mixed": "'x = ' + '(-(not ' * n + '1' + '))' * n",
    "generators": "'x = ' + 'f(a for a in ' * n + 'b' + ')' * n",
    "long list": "'x = [' + '1,' * n * 10 + ']'",
    "long function": "'def f():\\n' + ' x = a.b(c, d=1)\\n' * n * 2",
    "long string": "'x = \"' + 'a' * n * 200 + '\"'",
    "backslashes": "'x = 1' + '\\\\\\n' * n",
    "decorators": "'@a\\n' * n + 'def f(): pass'",
    "quotes": "'\"' * n",
    "unclosed triple quotes": "('\"\"\"\\ndef f():\\n' + 'x = 1\\n') * (n // 10)",
    "half statements": "'def f():\\n' + ''.join(f' x{i} = (\\n' for i in range(n // 10))",
    "blank lines of Windows": "'def f():\\n' + '\\r\\n' * n + ' x = 1\\r\\n' + '\\r\\n' * n + 'y'",
    "many tuples": "', '.join(['(a)'] * n)",
    "brackets open at column 0": "'x = (\\n' * n",
    "import with spaces": "'from ' + ' ' * n + 'x'",
    "all with spaces": "'__all__ = [' + ' \\n' * n + '#'",
    "orphaned bodies": "'def f():\\n  pass\\n' + 'x\\n  y\\n' * n",
    "unknown characters": "'def f():\\n' + ' x = $\\n' * n",
    "grammar errors": "'def f():\\n' + ' x = a b\\n' * n",
    "errors in a list": "'x = [\\n' + ' a b\\n' * n + ']'",
    "open elements in a list": "'x = [\\n' + ' f(\\n' * n + ']'",
    "annotations": "'x: ' + 'A[' * n + 'int' + ']' * n",
}
PROGRAM = """
import resource, sys, threading, time
sys.path.insert(0, {root!r})
from libcst import native
from analyzers.source.module import SourceModule
n = {count}
text = {text}
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
def run():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    for block in SourceModule("m.py", text).blocks:
        tree = block.tree()
        assert tree is not None or block.refusal or block.errors
        if tree is not None:
            block.tree_span(tree)
        block.binds, block.identifiers
    elapsed = time.process_time() - started
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    assert elapsed < 6, elapsed
    assert grown < 400, grown
    print("done")
threading.stack_size(1 << 20)
thread = threading.Thread(target=run)
thread.start()
thread.join()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX")
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("count", [150, 10_000])
def test_hostile_text(name, count):
    program = PROGRAM.format(root=ROOT, count=count, text=HOSTILE[name])
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert result.stdout.strip() == "done", result.stderr[-2000:]


def test_refusal_says_why():
    block = split("x = " + "[" * 10_000 + "]" * 10_000 + "\n")[0]
    assert block.tree() is None
    assert block.refusal == "brackets are nested too deep to be analysed (10000 levels)"
    assert block.errors == [(0, block.refusal)]


@pytest.mark.parametrize("file", ["argparse.py", "typing.py", "tarfile.py", "turtle.py", "_pydecimal.py", "locale.py"])
def test_ordinary_code_is_not_refused(file):
    path = os.path.join(sysconfig.get_paths()["stdlib"], file)
    with open(path, encoding="utf-8") as opened:
        assert [block for block in split(opened.read()) if parse_limits.refusal(block.text, block.depth)] == []
