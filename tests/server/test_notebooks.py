"""The cells of one notebook are one module."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.server.client import LspClient, span
from tests.server.conftest import NET, STEM

BLOCK, MODEL = NET.split("\n\n\n# rf:")
CELLS = ("%matplotlib inline\n!pip install torch", BLOCK, f"# rf:{MODEL}".rstrip("\n"))
CELL_STEM = STEM - 14


class Notebook:
    def __init__(self, client: LspClient, name: str, cells: Sequence[str]) -> None:
        self.client = client
        self.uri = client.uri(name)
        self.cells = [self.document(f"cell{index}", text) for index, text in enumerate(cells)]
        self.version = 1
        notebook = {
            "uri": self.uri,
            "notebookType": "jupyter-notebook",
            "version": 1,
            "cells": [self.cell(document["uri"]) for document in self.cells],
        }
        params = {"notebookDocument": notebook, "cellTextDocuments": self.cells}
        client.notify("notebookDocument/didOpen", params)

    def document(self, name: str, text: str) -> dict:
        uri = f"vscode-notebook-cell://ssh-remote%2Bhost/{self.uri[8:]}#{name}"
        return {"uri": uri, "languageId": "python", "version": 1, "text": text}

    @staticmethod
    def cell(uri: str) -> dict:
        return {"kind": 2, "document": uri}

    def change(self, **cells: object) -> None:
        self.version += 1
        document = {"uri": self.uri, "version": self.version}
        self.client.notify("notebookDocument/didChange", {"notebookDocument": document, "change": {"cells": cells}})

    def hints(self, index: int) -> dict[int, str]:
        self.client.settled(self.cells[index]["uri"])
        return dict(self.client.hints(self.cells[index]["uri"], 10_000))


Opener = Callable[..., Notebook]


@pytest.fixture
def opened(shared: LspClient, request: pytest.FixtureRequest) -> Opener:
    """Opens the notebook of a test: ``opened(*texts)``."""
    return lambda *cells: Notebook(shared, f"{request.node.name}.ipynb", cells)


def test_cells_are_one_module(opened: Opener) -> None:
    book = opened(*CELLS)
    assert book.hints(2)[CELL_STEM] == "16×32×32 · RF 7"
    assert book.hints(1)[7] == book.hints(1)[11] == "32…64 ch · RF 11…19"
    assert [book.hints(2)[line] for line in (CELL_STEM + 6, CELL_STEM + 8, CELL_STEM + 9)] == [
        "16×32×32 · RF 7",
        "64×8×8 · RF 19",
        "10 · global",
    ]
    assert book.hints(0) == {}
    text = book.client.hover(book.cells[2]["uri"], CELL_STEM, 25)
    assert "RF = 1 + (7 − 1) = 7" in text

    edit = {"range": span(CELL_STEM, 33, CELL_STEM, 35), "text": "24"}
    change = {"document": {"uri": book.cells[2]["uri"], "version": 2}, "changes": [edit]}
    book.change(textContent=[change])
    found = [item["code"] for item in book.client.diagnostics(book.cells[2]["uri"])]
    book.client.settled(book.cells[1]["uri"])
    found += [item["code"] for item in book.client.diagnostics(book.cells[1]["uri"])]
    assert "RF201" in found


def test_cells_come_move_and_go(opened: Opener) -> None:
    book = opened(*CELLS)
    before = book.hints(2)
    new = book.document("new", "import torch\nx = 1\n\n\n")
    array = {"start": 0, "deleteCount": 0, "cells": [book.cell(new["uri"])]}
    book.change(structure={"array": array, "didOpen": [new]})
    assert book.hints(2) == before

    blocks = book.cell(book.cells[1]["uri"])
    book.change(structure={"array": {"start": 2, "deleteCount": 1, "cells": []}})
    book.change(structure={"array": {"start": 0, "deleteCount": 0, "cells": [blocks]}, "didOpen": [book.cells[1]]})
    assert book.hints(2) == before

    gone = {"start": 0, "deleteCount": 1, "cells": []}
    book.change(structure={"array": gone, "didClose": [{"uri": book.cells[1]["uri"]}]})
    assert "32…64 ch · RF 11…19" not in book.hints(2).values()
    book.client.notify(
        "notebookDocument/didClose",
        {"notebookDocument": {"uri": book.uri}, "cellTextDocuments": [{"uri": book.cells[2]["uri"]}]},
    )
    assert book.client.hints(book.cells[2]["uri"]) == []


# -- code actions ----------------------------------------------------------------------------------


def actions(book: Notebook, index: int, line: int, only: list[str] | None = None) -> dict[str, Any]:
    context: dict[str, Any] = {"diagnostics": [], "triggerKind": 1, **({"only": only} if only else {})}
    params = {
        "textDocument": {"uri": book.cells[index]["uri"]},
        "range": span(line, 0, line, 0),
        "context": context,
    }
    return {action["title"]: action for action in book.client.request("textDocument/codeAction", params)}


def made(book: Notebook, action: dict[str, Any]) -> dict[int, str]:
    """The texts of the cells that an action edits, each edit inside the cell it is addressed to (ASCII only)."""
    index_of = {cell["uri"]: index for index, cell in enumerate(book.cells)}
    texts = {}
    for change in action["edit"]["documentChanges"]:
        index = index_of[change["textDocument"]["uri"]]
        lines = book.cells[index]["text"].split("\n")
        for edit in sorted(change["edits"], key=lambda edit: edit["range"]["start"]["line"], reverse=True):
            start, end = edit["range"]["start"], edit["range"]["end"]
            assert end["line"] < len(lines) and end["character"] <= len(lines[end["line"]])
            rest = lines[end["line"]][end["character"] :]
            lines[start["line"] : end["line"] + 1] = [
                lines[start["line"]][: start["character"]] + edit["newText"] + rest
            ]
        texts[index] = "\n".join(lines)
    return texts


def test_fixes_are_addressed_to_cells(opened: Opener) -> None:
    head = "# rf: input=1x3x32x32\nmodel = nn.Sequential(\n    nn.Conv2d(3, 8, kernel=3),\n    nn.Conv2d(8, 8, 3),\n)"
    unused = "x = 1\n# rf: ignore[RF201]"
    book = opened("%matplotlib inline\nfrom torch import nn", head, unused, "y = nn.ReLU(inplac=True)")
    book.client.settled(book.cells[1]["uri"])
    fix = actions(book, 1, 2)["Rename kernel to kernel_size"]
    assert made(book, fix) == {1: head.replace("kernel=", "kernel_size=")}
    gone = actions(book, 2, 1)["Remove the comment"]
    assert made(book, gone) == {2: "x = 1\n"}
    ignored = actions(book, 1, 2)["Ignore RF301 on this line"]
    assert made(book, ignored) == {1: head.replace("3),", "3),  # rf: ignore[RF301]", 1)}
    every = actions(book, 1, 0, ["source.fixAll"])["Apply all safe fixes"]
    assert made(book, every) == {
        1: head.replace("kernel=", "kernel_size="),
        2: "x = 1\n",
        3: "y = nn.ReLU(inplace=True)",
    }


def test_comments_with_numbers_in_every_cell(opened: Opener) -> None:
    layers = (
        "from torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.first = nn.Conv2d(3, 8, 3)\n        self.second = nn.Conv2d(8, 8, 3)\n"
        "    def forward(self, x):\n        return self.second(self.first(x))"
    )
    model = "# rf: input=1x3x32x32\nmodel = nn.Sequential(Net(), nn.Conv2d(8, 8, 3))\n"
    book = opened(layers, model)
    book.client.settled(book.cells[1]["uri"])
    texts = made(book, actions(book, 1, 1)["Write shapes and fields as comments"])
    assert texts[0].split("\n")[4:6] == [
        "        self.first = nn.Conv2d(3, 8, 3)  # → 8×30×30 · RF 3",
        "        self.second = nn.Conv2d(8, 8, 3)  # → 8×28×28 · RF 5",
    ]
    assert texts[1].split("\n")[1].endswith("  # → 8×26×26 · RF 7")
    for index, text in texts.items():
        whole = {"document": {"uri": book.cells[index]["uri"], "version": 2}, "changes": [{"text": text}]}
        book.change(textContent=[whole])
        book.cells[index]["text"] = text
    book.client.settled(book.cells[1]["uri"])
    removed = made(book, actions(book, 1, 1)["Remove the comments with shapes and fields"])
    assert removed == {0: layers, 1: model}
