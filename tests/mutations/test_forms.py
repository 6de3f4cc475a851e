"""A program is judged the same whether it is inspected, checked as a script or checked as a notebook."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutations.forms import FORMS, forms_of
from tests.mutations.originals import LINES, ORIGINALS, PACKAGES, Original
from tests.notebooks import cells_of, lines_before

LENET = next(original for original in ORIGINALS if original.file == "lenet.py")


@pytest.mark.parametrize("form", FORMS)
def test_a_slip_is_told_on_the_line_of_the_script(form: str, tmp_path: Path) -> None:
    source = LENET.source.replace("self.conv2 = nn.Conv2d(6, 16, 5)", "self.conv2 = nn.Conv2d(16, 6, 5)")
    line = 1 + source.split("\n").index("        x = self.pool(F.relu(self.conv2(x)))")
    errors = FORMS[form](LENET, source, tmp_path).errors
    assert ("RF201", line) in [(error["code"], error["place"]["line"]) for error in errors]


@pytest.mark.parametrize("form", ("target", "found"))
@pytest.mark.parametrize(
    ("before", "after", "line"),
    [("nn.Linear(hidden, channels)", "nn.Linear(channels, channels)", "self.expand(F.relu")],
)
def test_a_slip_in_a_block_whose_model_stands_elsewhere(
    form: str, before: str, after: str, line: str, tmp_path: Path
) -> None:
    blocks = next(package for package in PACKAGES if package.file == "pyramid/blocks.py")
    source = blocks.source.replace(before, after)
    places = [error["place"]["line"] for error in FORMS[form](blocks, source, tmp_path).errors]
    assert [n for n, text in enumerate(source.split("\n"), 1) if line in text] == sorted(set(places))


def test_every_line_of_a_package_is_counted_once() -> None:
    blocks = next(package for package in PACKAGES if package.file == "pyramid/blocks.py")
    assert [(module["name"], module["first"]) for module in blocks.modules("pass")] == [
        ("blocks", 0),
        ("net", 2 * LINES),
    ]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.file)
@pytest.mark.parametrize("form", ("target", "found"))
def test_nothing_is_said_of_a_package(form: str, package: Original, tmp_path: Path) -> None:
    assert FORMS[form](package, package.source, tmp_path).errors == []


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_said_of_the_program_itself(form: str, tmp_path: Path) -> None:
    said = FORMS[form](LENET, LENET.source, tmp_path)
    assert said.errors == [] and said.complete


def test_a_script_ends_with_the_call_that_tells_the_input() -> None:
    assert LENET.run_by_itself("pass").endswith("network = LeNet()\noutput = network(torch.zeros((4, 1, 32, 32)))\n")


def test_a_main_block_is_run_by_rf_lsp_alone() -> None:
    program = Original("net.py", "Net()", ((1, 3),), text="# %%\na\n# %%\nb\nif __name__ == '__main__':\n    c\n")
    assert forms_of(program) == ["target"]


def test_cells_hold_every_line_once() -> None:
    cells = cells_of(LENET.source)
    assert "".join(cells) == LENET.source and len(cells) == 3
    assert [LENET.source.split("\n")[n] for n in lines_before(cells)[1:3]] == ["# %%", "# %%"]
