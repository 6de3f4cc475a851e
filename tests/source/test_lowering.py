"""From libcst's trees to programs: every kind of node, and what Python's own ``ast`` says of the same text."""

from __future__ import annotations

import inspect
import marshal
import sys
import sysconfig
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import libcst as cst
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzers.source import lowering, lowering_state, program
from analyzers.source.blocks import Block, split
from analyzers.source.parsed import attempt
from analyzers.source.positions import Positions
from analyzers.source.program import FIELDS, KINDS, Node, made_of, plain
from analyzers.source.quoted import expression_of
from analyzers.source.tree import parse
from tests.source.both_parsers import differences, shown

TABLES = (
    lowering.EXPRESSIONS, lowering.STATEMENTS, lowering.PATTERNS, lowering_state.REFUSED,
    lowering_state.BINARY, lowering_state.AUGMENTED, lowering_state.COMPARISONS, lowering_state.UNARY,
)  # fmt: skip
PARTS = set(
    """
    And Annotation Arg AsName AssignEqual AssignTarget Asynchronous Colon Comma Comment ComparisonTarget CompFor CompIf
    Decorator DictElement Dot Element Else EmptyLine ExceptHandler ExceptStarHandler Finally FormattedStringExpression
    FormattedStringText From ImportAlias ImportStar IndentedBlock Index LeftCurlyBrace LeftParen LeftSquareBracket
    MatchCase MatchKeywordElement MatchMappingElement MatchOrElement MatchSequenceElement Module NameItem Newline Or
    Param Parameters ParamSlash ParamSpec ParamStar ParenthesizedWhitespace RightCurlyBrace RightParen
    RightSquareBracket Semicolon SimpleStatementLine SimpleStatementSuite SimpleWhitespace Slice StarredDictElement
    SubscriptElement TemplatedStringExpression TemplatedStringText TrailingWhitespace TypeParam TypeParameters TypeVar
    TypeVarTuple WithItem
    """.split()
)
"""libcst's kinds that are lowered with the node they are a part of, or say nothing."""


def programs(text: str) -> program.Suite:
    parsed = parse(text)
    assert parsed.errors == [] and parsed.program is not None
    return parsed.program


def expression(text: str) -> Any:
    (statement,) = programs(text + "\n")
    assert isinstance(statement, program.Expr)
    return statement.value


def below(part: Any) -> Iterator[Node]:
    """A node and all below it, or those of a suite."""
    if isinstance(part, tuple):
        for item in part:
            yield from below(item)
    elif isinstance(part, Node):
        yield part
        for name in FIELDS[type(part)]:
            yield from below(getattr(part, name))


# -- every kind of node ------------------------------------------------------------------------


def test_every_kind_of_libcst_is_lowered_refused_or_a_part():
    kinds = {k for k in vars(cst).values() if isinstance(k, type) and issubclass(k, cst.CSTNode)}
    known = {kind for table in TABLES for kind in table}
    left = {kind.__name__ for kind in kinds - known if not inspect.isabstract(kind)}
    assert left - PARTS == set()
    assert PARTS & {kind.__name__ for kind in known} == set()


SNIPPETS = (Path(__file__).parent / "snippets.txt").read_text(encoding="utf-8").split("---\n")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("text", SNIPPETS, ids=lambda text: text.split("\n")[0])
def test_a_program_says_what_ast_says_and_where(text: str, newline: str):
    """But for parentheses, which are no part of a tuple, a generator or a pattern here; the tuple of several keys is
    where its subscript is."""
    text = text.replace("\n", newline)
    try:
        found = differences(programs(text), text)
    except SyntaxError:
        pytest.skip("Python is older than this syntax")
    assert found == []


def test_every_kind_of_program_is_in_a_snippet():
    found = {type(node) for text in SNIPPETS for node in below(programs(text))}
    assert set(KINDS) - found == {program.Refused}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_node_has_a_place_and_its_fields_and_nothing_else(kind: type[Node]):
    assert FIELDS[kind][0] == "at"
    own = {name.lstrip("_") for name in kind.__slots__}
    assert own == set(FIELDS[kind][1:])
    assert not hasattr(kind(0, *FIELDS[kind][1:]), "__dict__")


def needs_libcst_for(text: str) -> None:
    """Older versions that may be installed know less of the newest syntax."""
    try:
        cst.parse_module(text)
    except cst.ParserSyntaxError:
        pytest.skip(f"this libcst does not read {text}")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("t'{a}'", "a template string is not interpreted"),
        ("t'{a}' 'b'", "a template string is not interpreted"),
        ("[*a for a in b]", "unpacking in a comprehension is not interpreted"),
        ("{**a for a in b}", "unpacking in a comprehension is not interpreted"),
        ("1" * 5000, "a literal that is too long"),
        (f"'{'a' * 100_000}'", "a literal that is too long"),
        (f"'{'a' * 100_000}' 'b'", "a literal that is too long"),
    ],
    ids=lambda value: value[:20],
)
def test_what_nobody_interprets_is_refused_with_its_reason(text: str, reason: str):
    needs_libcst_for(text)
    assert shown(expression(text)) == f"Refused(reason={reason!r})"


def test_a_type_alias_binds_its_name():
    (statement,) = programs("type X[T] = list[T]\n")
    assert shown(statement) == (
        "Assign(targets=(Name(id='X')), value=Refused(reason='a type alias is not interpreted'))"
    )


def test_lazy_imports_are_imports():
    needs_libcst_for("lazy import a.b as c")
    found, from_ = programs("lazy import a.b as c\nlazy from d import e\n")
    assert shown(found) == "Import(names=(Alias(name='a.b', asname='c')))"
    assert shown(from_) == "ImportFrom(module='d', level=0, names=(Alias(name='e', asname=None)))"
    (block,) = split("lazy from d import e\n")
    assert (block.kind, block.binds) == ("import", ("e",))
    (block,) = split("lazy = 3\n")
    assert (block.kind, block.binds) == ("assign", ("lazy",))


def test_type_parameters_do_not_stand_in_the_way():
    function, class_ = programs("def f[T: int](a: T) -> T: pass\nclass A[*Ts](B): pass\n")
    assert isinstance(function, program.FunctionDef) and isinstance(class_, program.ClassDef)
    assert function.name == "f" and shown(class_.arguments[0].value) == "Name(id='B')"


def test_strings_and_bytes_in_a_row_are_an_error():
    """libcst refuses them with an error of another class than its others."""
    parsed = parse("a = b'c' 'd'\n")
    assert [message for _, message in parsed.errors] == ["the parser gave up: Cannot concatenate string and bytes."]


def test_escapes_that_python_does_not_know_are_read_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert expression(r"'silent \d'").value == r"silent \d"
        assert expression(r"f'silent \d{a}'").parts[0] == r"silent \d"


def test_code_in_a_string_stands_nowhere():
    found = expression_of("Float[Tensor, 'b c']")
    assert found is not None and {node.at for node in below(found)} == {program.NOWHERE}
    with pytest.raises(KeyError):
        _ = found.span


# -- places ------------------------------------------------------------------------------------


@pytest.mark.parametrize("span", [(0, 0, 0, 0), (1, 2, 3, 4), (2**24 - 1, 2**24 - 1, 2**24 - 1, 2**24 - 1)])
def test_a_place_is_packed_into_one_number(span: program.Span):
    assert program.Pass(program.packed(span)).span == span


def test_in_repaired_code_places_are_those_of_the_text_as_it_is():
    block = split("def f():\n    x = 1\n   y = 2\n")[0]
    (function,) = block.program or ()
    assert isinstance(function, program.FunctionDef)
    assert [statement.span for statement in function.body] == [(1, 4, 1, 9), (2, 3, 2, 8)]


# -- as plain data -----------------------------------------------------------------------------


def again(suite: Any) -> Any:
    return made_of(marshal.loads(marshal.dumps(plain(suite))))


def same(first: Any, second: Any) -> bool:
    """Whether two programs are equal with all their places."""
    if type(first) is not type(second):
        return False
    if isinstance(first, tuple):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, Node):
        return all(same(getattr(first, name), getattr(second, name)) for name in FIELDS[type(first)])
    return repr(first) == repr(second)


@pytest.mark.parametrize("text", SNIPPETS, ids=lambda text: text.split("\n")[0])
def test_a_program_is_the_same_after_it_was_kept(text: str):
    suite = programs(text)
    assert same(again(suite), suite)
    assert same(again(again(suite)), suite)


@pytest.mark.parametrize(
    "value", [0, -0.0, float("inf"), float("nan"), 10**400, 1j, "", "\ud800", "\0", b"\xff", ..., None, True]
)
def test_a_constant_is_the_same_after_it_was_kept(value: object):
    found = again(program.Constant(0, value)).value
    assert type(found) is type(value) and repr(found) == repr(value)


def test_the_body_of_a_function_is_made_when_somebody_asks():
    (function,) = again(programs("def f():\n    def g():\n        return 1\n"))
    assert isinstance(function._body, bytes)
    (inner,) = function.body
    assert function.body[0] is inner and isinstance(inner._body, bytes)


STANDARD = """
    argparse ast bisect calendar cmd contextlib copy csv dataclasses enum fnmatch fractions functools heapq inspect
    pprint queue shlex textwrap
""".split()


def installed(*parts: str) -> Path | None:
    spec = find_spec(parts[0])
    path = Path(str(spec.origin)).parent.joinpath(*parts[1:]) if spec is not None and spec.origin else None
    return path if path is not None and path.is_file() else None


def blocks_of(path: Path) -> list[Block]:
    with path.open(encoding="utf-8", newline="") as file:
        return [block for block in split(file.read()) if block.kind != "comment"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [*STANDARD, "timm"])
def test_whole_files_are_what_ast_says_and_the_same_after_they_were_kept(name: str):
    standard = Path(sysconfig.get_path("stdlib"), f"{name}.py")
    path = standard if name != "timm" else installed("timm", "models", "convnext.py")
    if path is None:
        pytest.skip("timm is not installed")
    for block in blocks_of(path):
        suite = block.program
        assert suite is not None and differences(suite, block.text) == [], block
        assert same(again(suite), suite)


# -- long and deep code ------------------------------------------------------------------------


DEEP = {
    "sum": " + ".join("a" for _ in range(190)) + "\n",
    "and": " and ".join("a" for _ in range(190)) + "\n",
    "power": " ** ".join("a" for _ in range(190)) + "\n",
    "not": "not " * 190 + "a\n",
    "attributes": "a" + ".b" * 190 + "\n",
    "calls": "a" + ".b()" * 60 + "\n",
    "conditional": "a if b else " * 90 + "c\n",
    "brackets": "[" * 40 + "]" * 40 + "\n",
    "lambdas": "lambda: " * 30 + "a\n",
    "strings": "(" + "'a'\n" * 300 + ")\n",
    "elif": "if a: pass\n" + "elif b: pass\n" * 150,
    "nested": "".join("    " * depth + "if a:\n" for depth in range(24)) + "    " * 24 + "pass\n",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_what_is_parsed_does_not_recurse_too_deep(text: str):
    """With Python's own limit; deeper code is refused before it is parsed."""
    assert sys.getrecursionlimit() <= 1000
    suite = programs(text)
    assert same(again(suite), suite)


@pytest.mark.parametrize("factor", [2, 8])
def test_the_cost_grows_with_the_text(factor: int):
    """Counted are the nodes that are asked for their place."""

    def asked(text: str) -> int:
        tree, _ = attempt(text)
        assert tree is not None
        positions, count = Positions(tree), 0

        def at(node: cst.CSTNode) -> int:
            nonlocal count
            count += 1
            return positions.at(node)

        lowering.lowered(tree, at)
        return count

    text = "def f(a, *, b=1):\n    if a + b * 2 > 3:\n        return [c[1:] for c in a(b, *d)]\n"
    assert asked(text * factor) == factor * asked(text)
    terms = "+".join("abcde") + "\n"
    assert asked("+".join("abcde" * factor) + "\n") <= factor * asked(terms)


# -- generated programs ------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", "é", "_"])
ATOMS = st.one_of(
    NAMES,
    st.integers(0, 10**20).map(str),
    st.floats(0, allow_nan=False, allow_infinity=False).map(repr),
    st.text(max_size=5).map(repr),
    st.binary(max_size=5).map(repr),
    st.sampled_from(["None", "True", "...", "f'a{b!r:>{c}}'"]),
)


def _larger(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(parts, min_size=1, max_size=3).map(", ".join)
    binary = st.sampled_from(["+", "-", "*", "@", "//", "**", "<", "in", "is not", "and", "or", "<<", "&"])
    return st.one_of(
        st.tuples(parts, binary, parts).map(" ".join),
        several.map("({},)".format),
        several.map("[{}]".format),
        several.map("{{*b, {}}}".format),
        parts.map("({})".format),
        parts.map("-({})".format),
        parts.map("(not {})".format),
        st.builds("({}).b({}, *a, c={})".format, parts, several, parts),
        st.builds("({})[{}, {}:]".format, parts, parts, parts),
        st.builds("{{{}: ({}), **a}}".format, parts, parts),
        st.builds("[{} for b in ({}) if ({})]".format, parts, parts, parts),
        st.builds("(lambda a={}: {})".format, parts, parts),
        st.builds("({} if {} else {})".format, parts, parts, parts),
    )


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=100, deadline=None)
@given(st.recursive(ATOMS, _larger, max_leaves=12))
def test_generated_expressions_are_what_ast_says(code: str):
    text = f"x = (\n  {code})\n"
    suite = programs(text)
    assert differences(suite, text) == []
    assert same(again(suite), suite)
