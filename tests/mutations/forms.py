"""The forms in which a program is put before rf-lsp.

``target``: inspected as ``FILE::EXPRESSION`` with its inputs told; ``script``: the file checked as it is, with the call
of the model where the inputs stand in nothing else; ``notebook``: the same, cut into cells at the script's markers;
``found``: the file checked as it is, though nothing may say its inputs.
The lines of what is said are always those of the program's own text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests import notebooks
from tests.differential.static import static_check, static_inspect
from tests.mutations.originals import Original


class Said(NamedTuple):
    """The errors that are reported, whether every model that was found is complete, the line that was added to
    call the model, and warnings of what fits with a degenerate input alone."""

    errors: list[dict[str, Any]]
    complete: bool
    call: int | None = None
    warnings: Sequence[dict[str, Any]] = ()


def errors_of(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [finding for finding in findings if finding["severity"] == "error"]


def as_target(original: Original, source: str, folder: Path) -> Said:
    path = folder / original.file
    path.write_text(source, encoding="utf-8")
    models = static_inspect(path, original.expression, original.static_inputs)["models"]
    errors = errors_of([finding for model in models for finding in model["findings"]])
    return Said(errors, all(model["status"] == "complete" for model in models))


def as_script(original: Original, source: str, folder: Path) -> Said:
    path = folder / original.file
    text = original.run_by_itself(source)
    path.write_text(text, encoding="utf-8")
    return checked(path, text, source)


def as_found(original: Original, source: str, folder: Path) -> Said:
    path = folder / original.file
    path.write_text(source, encoding="utf-8")
    return checked(path, source, source)


def is_warning_of_shapes(finding: dict[str, Any]) -> bool:
    return finding["severity"] == "warning" and finding["code"].startswith("RF2")


def as_notebook(original: Original, source: str, folder: Path) -> Said:
    path = (folder / original.file).with_suffix(".ipynb")
    text = original.run_by_itself(source)
    cells = notebooks.cells_of(text)
    notebooks.write(path, *cells)
    said = checked(path, text, source)
    before = notebooks.lines_before(cells)
    for error in said.errors:
        error["place"] = in_script(error["place"], before)
    return said


def in_script(place: dict[str, Any], before: list[int]) -> dict[str, Any]:
    """A place in a cell (both counted from 1) as one in the script that the cells are cut from."""
    first = before[place["cell"] - 1]
    return {**place, "line": first + place["line"], "end_line": first + place["end_line"]}


def checked(path: Path, text: str, source: str) -> Said:
    found = static_check(path)
    call = text.count("\n") if text != source else None
    warnings = [finding for finding in found["findings"] if is_warning_of_shapes(finding)]
    return Said(errors_of(found["findings"]), set(found["summary"]["models"]) <= {"complete"}, call, warnings)


Form = Callable[[Original, str, Path], Said]
FORMS: dict[str, Form] = {"target": as_target, "script": as_script, "notebook": as_notebook, "found": as_found}


def forms_of(original: Original) -> list[str]:
    """The forms a program can have: what stands in a main block is run by rf-lsp, not by the judge, and a notebook
    has several cells."""
    if "__main__" in original.source:
        return ["target"]
    several = len(notebooks.cells_of(original.source)) > 2
    return [form for form in FORMS if several or form != "notebook"]
