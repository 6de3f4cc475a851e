"""Notebooks: the cells are one module in order, places are given by cell and line in the cell."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from analyzers.source import notebook
from analyzers.source.notebook import python_of
from tests.notebooks import cell, text_of, write

DIGITS = (
    "#md # Handwritten digits",
    "%matplotlib inline\n!pip install keras\nimport keras\nfrom keras import layers",
    "#md ## The network",
    "model = keras.Sequential([\n"
    "    keras.Input(shape=(28, 28, 1)),\n"
    '    layers.Conv2D(8, 3, activation="relu"),\n'
    "    layers.MaxPooling2D(2),\n"
    '    layers.Conv2D(16, 3, activation="relu"),\n'
    "    layers.MaxPooling2D(2),\n"
    "    layers.Flatten(),\n"
    '    layers.Dense(64, activation="relu"),\n'
    '    layers.Dense(10, activation="softmax"),\n'
    "])\n",
    "model.summary()\nmodel.fit?",
)
NET = (
    "import torch\nfrom torch import nn",
    "#md ## A convolution too many",
    "class Net(nn.Module):\n"
    "    def __init__(self):\n"
    "        super().__init__()\n"
    "        self.first = nn.Conv2d(3, 8, 3)\n"
    "        self.second = nn.Conv2d(16, 8, 3)\n"
    "\n"
    "    def forward(self, x):\n"
    "        return torch.flatten(self.second(self.first(x)), 1)\n",
    "net = Net()\nnet(torch.randn(1, 3, 32, 32))",
)


def inspected(run, *arguments: str) -> dict[str, Any]:
    outcome = run("inspect", *arguments, "--format", "json")
    assert outcome.code in (0, 1), outcome.err
    return json.loads(outcome.out)


def checked(run, *arguments: str) -> list[dict[str, Any]]:
    return json.loads(run("check", *arguments, "--no-cache", "--format", "json").out)["findings"]


def errors(findings: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    return [
        (found["code"], found["place"]["cell"], found["place"]["line"])
        for found in findings
        if found["severity"] == "error"
    ]


# -- the module that the cells are ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "python"),
    [
        ("%matplotlib inline\nx = 1", "\nx = 1\n"),
        ("!pip install torch\nx = 1\n", "\nx = 1\n"),
        ("pip install torch\nconda install -y keras\ncd ..\n", "\n\n\n"),
        ("!pip install \\\n    torch \\\n    keras\nx = 1", "\n\n\nx = 1\n"),
        ("if colab:\n    !pip install torch\nx = 1", "if colab:\n    pass\nx = 1\n"),
        ("if colab:\n  # one\n  %cd /content\nx = 1", "if colab:\n  # one\n  pass\nx = 1\n"),
        ("model.fit?\nnn.Conv2d??\n?model\n??model\nx[0].y?", "\n\n\n\n\n"),
        ("%%bash\npip install torch\nls", "\n\n\n"),
        ("# note\n\n%%html\n<b>", "# note\n\n\n\n"),
        ("%%time\nx = 1", "\nx = 1\n"),
        ("%%capture out\n%%time\nx = 1", "\n\nx = 1\n"),
        ("%%capture\n%%bash\nls", "\n\n\n"),
        ("%%bash\nx=1\nls", "\n\n\n"),
        (
            "%%backend torch\nimport torch\n\ndef step(x):\n    y = x\na, b = 1, 2\n",
            "torch = step = a = b = get_ipython()\n\n\n\n\n\n",
        ),
        ("%time x = f()", "x = f()\n"),
        ("%timeit f()", "\n"),
        ("files = !ls *.py\nx = %env HOME", "files = get_ipython()\nx = get_ipython()\n"),
        ("get_ipython().run_line_magic('matplotlib', 'inline')\nx = 1", "\nx = 1\n"),
        ("get_ipython().system(\n    'ls')\nx = 1", "\n\nx = 1\n"),
        ("x = (7\n% 2)\ny = 7 \\\n% 2", "x = (7\n% 2)\ny = 7 \\\n% 2\n"),
        ('text = """\n!no\n%no\n"""', 'text = """\n!no\n%no\n"""\n'),
        ("!echo \"it's\nx = 1", "\nx = 1\n"),
        ("    x = 1\n    y = 2", "x = 1\ny = 2\n"),
        ("cat = 3\nls == 4\nmv(1)\ncd in x\nx %= 3\nx = a if b != c else d", None),
        ("x = 1\r\n!ls\r\ny = 2", "x = 1\r\n\r\ny = 2\n"),
        ("", "\n"),
    ],
)
def test_what_only_ipython_understands_is_blanked_and_no_line_moves(source: str, python: str | None) -> None:
    assert python_of(source)[0] == (source + "\n" if python is None else python)


def test_columns_count_what_was_taken_from_the_start_of_a_line() -> None:
    book = notebook.read(text_of("x = 1", "%time y = f()\n", "    z = 1"))
    assert book.text == "x = 1\ny = f()\nz = 1\n"
    assert [tuple(book.spot(line, 4)) for line in range(3)] == [(0, 0, 4), (1, 0, 10), (2, 0, 8)]


@pytest.mark.parametrize("broken", ["x = (1,", 's = """open', "def f(", "class A:", "    x = [\n", "return }", "if x:"])
def test_a_broken_cell_ends_where_it_ends(broken: str) -> None:
    from analyzers.source.module import SourceModule

    book = notebook.read(text_of("a = 1", broken, "b = f(2)\n# rf: input=1x3x8x8", "c = 3"))
    module = SourceModule("book.ipynb", book.text, offsets=book.offsets)
    assert "".join(block.text for block in module.blocks) == book.text
    assert [module.binders(name)[-1].text for name in "abc"] == ["a = 1\n", "b = f(2)\n", "c = 3\n"]
    assert [(item.kind, item.line) for item in module.comments] == [("input", book.text.count("\n") - 2)]


def test_an_edited_cell_keeps_the_trees_of_the_others(tmp_path: Path) -> None:
    from analyzers.source.sources import Sources

    sources, path = Sources(), str(tmp_path / "book.ipynb")
    sources.overlay(path, notebook.read(text_of("a = 1", "b = (", "c = 3")))
    before = sources.module(path)
    tree = before.binders("c")[0].tree()
    sources.overlay(path, notebook.read(text_of("a = 1", "b = (1,\n2)", "c = 3")))
    assert sources.module(path).binders("c")[0].tree() is tree


# -- inspect and check ------------------------------------------------------------------------------


def test_the_lecture_s_classifier(run, tmp_path: Path) -> None:
    write(tmp_path / "digits.ipynb", *DIGITS)
    model = inspected(run, "digits.ipynb")["models"][0]
    layers = [(layer["name"], layer["output_shape"][1:], layer["parameters"]) for layer in model["layers"]]
    assert layers == [
        ("conv2d", [26, 26, 8], 80),
        ("max_pooling2d", [13, 13, 8], 0),
        ("conv2d_1", [11, 11, 16], 1168),
        ("max_pooling2d_1", [5, 5, 16], 0),
        ("flatten", [400], 0),
        ("dense", [64], 25664),
        ("dense_1", [10], 650),
    ]
    assert (model["status"], model["framework"], model["cell"], model["line"]) == ("complete", "keras", 4, 1)
    assert [(layer["definition"]["cell"], layer["definition"]["line"]) for layer in model["layers"]] == [
        (4, line) for line in range(3, 10)
    ]


def test_a_finding_carries_the_cell_and_the_line_in_it(run, tmp_path: Path) -> None:
    write(tmp_path / "net.ipynb", *NET)
    found = next(item for item in checked(run, "net.ipynb") if item["code"] == "RF201")
    place = {"file": "net.ipynb", "line": 8, "column": 30, "end_line": 8, "end_column": 56, "cell": 3}
    assert found["place"] == place
    assert [(at["place"]["cell"], at["place"]["line"]) for at in found["related"]] == [(3, 5), (3, 4)]


def test_a_beginner_s_keyword_in_a_keras_cell(run, tmp_path: Path) -> None:
    cells = [source.replace("Conv2D(16, 3", "Conv2D(16, filter_size=3") for source in DIGITS[:-1]]
    write(tmp_path / "digits.ipynb", *cells)
    found = [item for item in checked(run, "digits.ipynb") if item["severity"] == "error"]
    assert [(item["code"], item["place"]["cell"], item["place"]["line"]) for item in found] == [("RF301", 4, 5)]
    assert "kernel_size" in found[0]["message"]


def test_the_text_formats_name_the_cell(run, tmp_path: Path) -> None:
    write(tmp_path / "net.ipynb", *NET)
    concise = run("check", "net.ipynb", "--no-cache", "--format", "concise").out
    assert "net.ipynb:cell 3:8:30: error: RF201" in concise
    full = run("check", "net.ipynb", "--no-cache").out
    assert "--> net.ipynb:cell 3:8:30\n" in full
    assert "8 |         return torch.flatten(self.second(self.first(x)), 1)\n" in full
    table = run("inspect", "net.ipynb::net").out
    assert "\nnet.ipynb:cell 3:1:1\n" in table and "flatten@cell 3:8" in table
    assert "`net.ipynb:cell 3:1:1`" in run("inspect", "net.ipynb::net", "--format", "markdown").out
    assert ",net.ipynb:cell 3,4," in run("inspect", "net.ipynb::net", "--format", "csv").out
    assert "flatten@1" not in concise + full + table


def test_the_command_line_s_input_and_an_expression(run, tmp_path: Path) -> None:
    write(tmp_path / "net.ipynb", *NET[:3])
    model = inspected(run, "net.ipynb::Net()", "--input", "2x3x20x20")["models"][0]
    assert model["inputs"] == [{"name": "x", "shape": [2, 3, 20, 20], "origin": "option"}]
    outcome = run("inspect", "net.ipynb::Other()")
    assert outcome.code == 2 and "Net" in outcome.err


def test_comments_work_in_cells(run, tmp_path: Path) -> None:
    commented = "# rf: input=1x3x20x20\n" + NET[2]
    write(tmp_path / "net.ipynb", NET[0], commented)
    model = inspected(run, "net.ipynb::Net()")["models"][0]
    assert model["inputs"] == [{"name": "x", "shape": [1, 3, 20, 20], "origin": "comment"}]
    silenced = NET[2].replace("(x)), 1)", "(x)), 1)  # rf: ignore[RF201]")
    write(tmp_path / "net.ipynb", NET[0], silenced, "x = 1  # rf: ignore[RF201]")
    found = checked(run, "net.ipynb")
    assert not errors(found)
    assert [item["place"]["cell"] for item in found if item["code"] == "RF903"] == [3]


def test_a_broken_cell_hides_no_other(run, tmp_path: Path) -> None:
    write(tmp_path / "net.ipynb", NET[0], "x = (1,\n", 's = """open', *NET[2:], "def f(:")
    outcome = run("check", "net.ipynb", "--no-cache", "--format", "json")
    assert errors(json.loads(outcome.out)["findings"]) == [("RF201", 4, 8)]
    assert [line.partition(": cannot")[0] for line in outcome.err.splitlines()] == [
        "rf-lsp: net.ipynb:cell 2:1",
        "rf-lsp: net.ipynb:cell 3:1",
        "rf-lsp: net.ipynb:cell 6:1",
    ]
    assert "net.ipynb:cell 2:1: cannot be parsed" in run("inspect", "net.ipynb").err


def test_folders_are_walked_and_checkpoints_left_out(run, tmp_path: Path) -> None:
    (tmp_path / "books" / ".ipynb_checkpoints").mkdir(parents=True)
    write(tmp_path / "books" / "net.ipynb", *NET)
    write(tmp_path / "books" / ".ipynb_checkpoints" / "net.ipynb", *NET)
    found = [item for item in checked(run, ".") if item["code"] == "RF201"]
    assert [item["place"]["file"] for item in found] == ["books/net.ipynb"]
    assert {item["file"] for item in inspected(run, "books")["models"]} == {"books/net.ipynb"}


def test_a_kept_result_is_the_same(run, tmp_path: Path) -> None:
    write(tmp_path / "net.ipynb", *NET, "x = (")
    first, second = (run("check", "net.ipynb") for _ in range(2))
    assert first == second and "cell 5:1: cannot be parsed" in first.err


def test_a_module_beside_the_notebook_keeps_its_lines(run, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("\n".join([NET[0], NET[2]]))
    write(tmp_path / "use.ipynb", "from net import Net", "#md", f"import torch\n{NET[3]}")
    found = [item for item in checked(run, "use.ipynb") if item["code"] == "RF201"]
    assert [(item["place"]["file"], item["place"]["line"], item["place"].get("cell")) for item in found] == [
        ("net.py", 10, None)
    ]


def test_an_unsaved_notebook_comes_from_standard_input(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text_of(*NET).encode())))
    outcome = run("check", "-", "--stdin-filename", "net.ipynb")
    assert "net.ipynb:cell 3:8:30" in outcome.out and "8 |         return torch.flatten(" in outcome.out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"{}")))
    outcome = run("check", "-", "--stdin-filename", "net.ipynb")
    assert outcome.code == 2 and "net.ipynb is not a notebook" in outcome.err


# -- fixing -----------------------------------------------------------------------------------------

PICTURE = {"data": {"text/plain": ["filter_size=3\n", "é ü"]}, "metadata": {}, "output_type": "display_data"}


def broken(indent: int | None, **metadata: Any) -> str:
    """The classifier with the name of another library for its kernel, outputs and all."""
    cells = [cell(source, "markdown" if source.startswith("#md") else "code") for source in DIGITS]
    cells[3]["source"] = [line.replace("Conv2D(16, 3", "Conv2D(16, filter_size=3") for line in cells[3]["source"]]
    cells[3] |= {"outputs": [PICTURE], "execution_count": 7, "id": "a1"}
    cells[4]["source"] = "model.summary()  # rf: ignore[RF201]\nmodel.fit?"
    data = {"cells": cells, "metadata": {"é": 1.50, **metadata}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(data, indent=indent, ensure_ascii=False)


@pytest.mark.parametrize("indent", [1, 4, None])
def test_fixing_changes_nothing_but_the_lines_of_cells(run, tmp_path: Path, indent: int | None) -> None:
    text, path = broken(indent) + "\n", tmp_path / "digits.ipynb"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    outcome = run("check", "--fix", "digits.ipynb", "--no-cache", "--fail-level", "error")
    assert (outcome.code, outcome.err) == (0, "rf-lsp: digits.ipynb: 2 fixes\n")
    wanted = text.replace("Conv2D(16, filter_size=3", "Conv2D(16, kernel_size=3").replace("  # rf: ignore[RF201]", "")
    assert path.read_bytes() == b"\xef\xbb\xbf" + wanted.encode()
    assert run("check", "--diff", "digits.ipynb", "--no-cache").code == 0


def test_a_diff_is_by_cells(run, tmp_path: Path) -> None:
    (tmp_path / "digits.ipynb").write_text(broken(1), encoding="utf-8")
    outcome = run("check", "--diff", "digits.ipynb", "--no-cache")
    heads = [line for line in outcome.out.splitlines() if line.startswith("+++")]
    assert heads == ["+++ b/digits.ipynb:cell 4", "+++ b/digits.ipynb:cell 5"]
    assert '+    layers.Conv2D(16, kernel_size=3, activation="relu"),\n' in outcome.out
    assert (outcome.code, outcome.err) == (1, "rf-lsp: digits.ipynb: would make 2 fixes\n")


def test_an_unsaved_notebook_is_fixed_on_its_way_through(run, monkeypatch: pytest.MonkeyPatch) -> None:
    text = broken(2)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    outcome = run("check", "-", "--stdin-filename", "digits.ipynb", "--fix", "--fail-level", "error")
    wanted = text.replace("Conv2D(16, filter_size=3", "Conv2D(16, kernel_size=3").replace("  # rf: ignore[RF201]", "")
    assert (outcome.code, outcome.out) == (0, wanted)


def test_json_has_the_edits_of_cells(run, tmp_path: Path) -> None:
    (tmp_path / "digits.ipynb").write_text(broken(1), encoding="utf-8")
    found = {item["code"]: item for item in checked(run, "digits.ipynb")}
    (fix,) = found["RF301"]["fixes"]
    place = {"file": "digits.ipynb", "line": 5, "column": 23, "end_line": 5, "end_column": 34, "cell": 4}
    assert (fix["title"], fix["safe"]) == ("Rename filter_size to kernel_size", True)
    assert fix["edits"] == [{"place": place, "text": "kernel_size"}]
    (fix,) = found["RF903"]["fixes"]
    assert fix["edits"] == [{"place": {**found["RF903"]["place"], "column": 16}, "text": ""}]


def test_whole_lines_go_and_magics_and_indents_stay(run, tmp_path: Path) -> None:
    source = (
        "    %time a = nn.ReLU()\n    # rf: ignore[RF201]\n    b = nn.Conv2d(3, 8, kernel=3)\n    # rf: ignore[RF202]"
    )
    book = json.dumps({"cells": [cell(NET[0]), cell(source)], "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    (tmp_path / "net.ipynb").write_text(book)
    run("check", "--fix", "net.ipynb", "--no-cache")
    fixed = json.loads((tmp_path / "net.ipynb").read_text())["cells"][1]["source"]
    assert "".join(fixed).splitlines() == [
        "    %time a = nn.ReLU()",
        "    b = nn.Conv2d(3, 8, kernel_size=3)",
        *["    "] * (len("".join(fixed).splitlines()) - 2),
    ]


def test_old_notebooks_have_worksheets(run, tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "language": "python", "input": source, "outputs": []} for source in (NET[0], NET[2])]
    data = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}
    (tmp_path / "old.ipynb").write_text(json.dumps(data))
    assert errors(checked(run, "old.ipynb")) == [("RF201", 2, 8)]


# -- what is no notebook ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is not a notebook: it is empty"),
        ("{'cells': []}", "is not a notebook: it is not valid JSON (line 1: "),
        ("[" * 100_000, "is not a notebook: it"),  # too deep for Python's parser, or not at its end
        ("[1]", "is not a notebook: its JSON has no list of cells"),
        ('{"cells": 3}', "is not a notebook: its JSON has no list of cells"),
        ('{"cells": [3]}', "is not a notebook: its JSON has no list of cells"),
        ('{"worksheets": []}', "is not a notebook: its JSON has no list of cells"),
        (text_of(), "is a notebook without code"),
        (text_of("#md only text", "", "  \n"), "is a notebook without code"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_and_exit_code_2(run, tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "book.ipynb").write_text(text)
    for command in ("inspect", "check"):
        outcome = run(command, "book.ipynb")
        assert (outcome.code, outcome.err.count("\n")) == (2, 1)
        assert sentence in outcome.err and "Traceback" not in outcome.err


def test_a_folder_s_empty_notebook_is_nothing_to_complain_about(run, tmp_path: Path) -> None:
    write(tmp_path / "net.ipynb", NET[0], NET[2].replace("16", "8"))
    write(tmp_path / "untitled.ipynb", "")
    outcome = run("check", ".", "--no-cache", "--fail-level", "error")
    assert outcome.code == 0 and "untitled.ipynb is a notebook without code" in outcome.err
    assert run("inspect", ".").code == 0


@pytest.mark.parametrize(
    "metadata",
    [
        {"kernelspec": {"name": "ir", "display_name": "R"}},
        {"kernelspec": {"name": "ir", "language": "R"}},
        {"language_info": {"name": "R"}},
    ],
)
def test_another_kernel_is_skipped_with_a_note(run, tmp_path: Path, metadata: dict[str, Any]) -> None:
    write(tmp_path / "torch.ipynb", "library(torch)\nnet <- nn_conv2d(3, 8, 3)", **metadata)
    outcome = run("check", "torch.ipynb", "--no-cache")
    assert (outcome.code, outcome.err.count("\n")) == (0, 1)
    assert "skipped: " in outcome.err and "is a notebook in R, not in Python" in outcome.err
    assert run("inspect", "torch.ipynb").code == 2


def test_a_cell_in_another_language_is_no_code(run, tmp_path: Path) -> None:
    write(tmp_path / "net.ipynb", NET[0], cell("SELECT (", vscode={"languageId": "sql"}), NET[2])
    outcome = run("check", "net.ipynb", "--no-cache", "--format", "concise")
    assert "net.ipynb:cell 3:8:30: error: RF201" in outcome.out and not outcome.err


def test_nbformat_reads_the_same_cells() -> None:
    """Of nbformat 3 with worksheets and of nbformat 4: the same code in the same order."""
    nbformat = pytest.importorskip("nbformat")
    old = [{"cell_type": "code", "language": "python", "input": text, "outputs": []} for text in (NET[0], NET[2])]
    worksheets = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": old}]}
    for text in (text_of(*DIGITS), text_of(*NET), json.dumps(worksheets)):
        book = nbformat.reads(text, as_version=4)
        nbformat.validate(book)
        code = [(n, c.source) for n, c in enumerate(book.cells) if c.cell_type == "code"]
        assert [(c.index, "".join(c.lines)) for c in notebook.read(text).cells] == code


def test_nbformat_accepts_what_is_fixed(run, tmp_path: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    path = tmp_path / "digits.ipynb"
    path.write_text(broken(1), encoding="utf-8")
    run("check", "--fix", "digits.ipynb", "--no-cache")
    book = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    nbformat.validate(book)
    assert any("kernel_size=3" in c.source for c in book.cells)


def test_what_a_library_s_cell_magic_defines_is_not_missing(run, tmp_path: Path) -> None:
    cells = (
        "%%backend torch\ndef step(x):\n    return x",
        "import keras\nnet = keras.Sequential()\nstep(net)",
        "stop(net)",
    )
    path = tmp_path / "book.ipynb"
    path.write_text(text_of(*cells))
    assert [found["message"].split(" is ")[0] for found in checked(run, str(path))] == ["the name stop"]
