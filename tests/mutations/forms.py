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
    written(original, source, folder)
    models = static_inspect(folder / original.main, original.expression, original.static_inputs)["models"]
    errors = errors_of([located(original, finding) for model in models for finding in model["findings"]])
    return Said(errors, all(model["status"] == "complete" for model in models))


def as_script(original: Original, source: str, folder: Path) -> Said:
    path = folder / original.file
    text = original.run_by_itself(source)
    path.write_text(text, encoding="utf-8")
    return checked(path, text, source)


def as_found(original: Original, source: str, folder: Path) -> Said:
    path = written(original, source, folder)
    if not original.files:
        return checked(path, source, source)
    found = static_check(path.parent)
    findings = [located(original, finding) for finding in found["findings"]]
    complete = set(found["summary"]["models"]) <= {"complete"}
    return Said(errors_of(findings), complete, warnings=list(filter(is_warning_of_shapes, findings)))


def written(original: Original, source: str, folder: Path) -> Path:
    """The file of the program, and those beside it, on disk."""
    path = folder / original.file
    path.parent.mkdir(parents=True, exist_ok=True)
    for name, text in {**original.beside(), path.name: source}.items():
        (path.parent / name).write_text(text, encoding="utf-8")
    return path


def located(original: Original, finding: dict[str, Any]) -> dict[str, Any]:
    """A finding whose lines are counted through all files of the folder."""
    others = [{**other, "place": in_folder(original, other["place"])} for other in finding.get("related", ())]
    return {**finding, "place": in_folder(original, finding["place"]), "related": others}


def in_folder(original: Original, place: dict[str, Any]) -> dict[str, Any]:
    name = Path(place["file"]).name
    before = original.first_line(name) if name in original.files else 0
    return {**place, "line": before + place["line"], "end_line": before + (place.get("end_line") or place["line"])}


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
    if original.files:
        return ["target", "found"]
    several = len(notebooks.cells_of(original.source)) > 2
    return [form for form in FORMS if several or form != "notebook"]
