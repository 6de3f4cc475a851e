"""``# rf:`` comments."""

from __future__ import annotations

import pytest

from analyzers.source.comments import directives, parse_input, parse_inputs, parse_shape


def only(text: str):
    (found,) = directives(text)
    return found


def test_input_on_its_own_line():
    found = only("import a\n\n# rf: input=1x3x224x224\nclass A: pass\n")
    assert (found.kind, found.line, found.column, found.end_column, found.trailing) == (
        "input",
        2,
        0,
        23,
        False,
    )
    assert found.inputs == ((None, (1, 3, 224, 224)),)
    assert found.error is None


def test_trailing_input_with_names():
    found = only("model = A()  # rf: input=1x3x32x32, mask=1x10\n")
    assert (found.line, found.column, found.trailing) == (0, 13, True)
    assert found.inputs == ((None, (1, 3, 32, 32)), ("mask", (1, 10)))


def test_model():
    found = only("# rf: model=ResNet(Bottleneck, [3, 4, 6, 3], name='a=b')\n")
    assert (found.kind, found.value) == ("model", "ResNet(Bottleneck, [3, 4, 6, 3], name='a=b')")


@pytest.mark.parametrize(
    ("comment", "kind", "codes"),
    [
        ("# rf: ignore[RF201, channel-mismatch]", "ignore", ("RF201", "channel-mismatch")),
        ("# rf: ignore[rf201]", "ignore", ("RF201",)),
        ("#rf:ignore", "ignore", ()),
        ("# rf: ignore  # noqa", "ignore", ()),
        ("# noqa  # rf: ignore[RF101]", "ignore", ("RF101",)),
        ("# rf: ignore - checked by hand", "ignore", ()),
        ("# RF: file-ignore[RF301]", "file-ignore", ("RF301",)),
        ("# rf: file-ignore", "file-ignore", ()),
    ],
)
def test_suppressions(comment, kind, codes):
    found = only(f"x = 1  {comment}\n")
    assert (found.kind, found.codes, found.error) == (kind, codes, None)


@pytest.mark.parametrize(
    ("comment", "error"),
    [
        ("# rf: inptu=1x3", "'inptu' is not one of input=, model=, ignore, file-ignore; did you mean input=?"),
        ("# rf:", "'' is not one of input=, model=, ignore, file-ignore."),
        ("# rf: input=", "input= needs a value."),
        (
            "# rf: input=1x3y224",
            "'3y224' in '1x3y224' is neither a number nor a letter; write a shape like 1x3x224x224.",
        ),
        ("# rf: input=1xx3", "'1xx3' has an empty dimension; write a shape like 1x3x224x224."),
        ("# rf: input=1x0", "the dimension 0 in '1x0' is not between 1 and 10^12."),
        ("# rf: ignore[]", "the list of rules is empty."),
        ("# rf: ignore[RF201", "the list of rules is not closed with ']'."),
        ("# rf: ignore[R F]", "'R F' is not a rule code or name."),
        ("# rf: ignore RF201", "after 'ignore' comes nothing or a list in brackets, such as [RF201]."),
    ],
)
def test_errors_say_what_is_wrong(comment, error):
    assert only(comment + "\n").error == error


def test_strings_are_not_comments():
    text = 'a = "# rf: ignore"\nb = """\n# rf: ignore\n"""\nc = f\'# rf: ignore\'\n\'\'\'open\n# rf: ignore\n'
    assert directives(text) == []


def test_words_that_begin_with_rf():
    assert directives("# rfc: 2119\n# perf: slow\n# the rf is 7\n") == []


def test_lines_are_counted_as_python_counts():
    assert only("x = '\u2028'\r\ny = 1\r# rf: ignore\n").line == 2


@pytest.mark.parametrize(
    ("text", "shape"),
    [("1x3x224x224", (1, 3, 224, 224)), ("Nx3xHxW", ("N", 3, "H", "W")), ("16", (16,)), (" 1 x 3 ", (1, 3))],
)
def test_shapes(text, shape):
    assert parse_shape(text) == shape


def test_named_shapes():
    assert parse_input("mask=1x10") == ("mask", (1, 10))
    assert parse_inputs("1x3,b=2x4") == ((None, (1, 3)), ("b", (2, 4)))


@pytest.mark.parametrize("text", ["", "x", "1x", "-1x3", "1x3.5", "a b", "1x3x224x224)"])
def test_malformed_shapes(text):
    with pytest.raises(ValueError, match=r"shape|dimension"):
        parse_shape(text)
