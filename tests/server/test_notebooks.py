"""The cells of one notebook are one module."""

from __future__ import annotations

from pathlib import Path

from tests.server.client import LspClient, span
from tests.server.conftest import NET, STEM

BLOCK, MODEL = NET.split("\n\n\n# rf:")
CELLS = ["%matplotlib inline\n!pip install torch", BLOCK, f"# rf:{MODEL}".rstrip("\n")]
CELL_STEM = STEM - 14


class Notebook:
    def __init__(self, client: LspClient) -> None:
        self.client = client
        self.uri = client.uri("book.ipynb")
        self.cells = [self.document(f"cell{index}", text) for index, text in enumerate(CELLS)]
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


def test_cells_are_one_module(folder: Path) -> None:
    with LspClient(folder) as client:
        book = Notebook(client)
        assert book.hints(2)[CELL_STEM] == "16×32×32 · RF 7"
        assert book.hints(1)[7] == "32…64 ch · RF 11…19"
        assert book.hints(0) == {}
        text = client.hover(book.cells[2]["uri"], CELL_STEM, 25)
        assert "RF = 1 + (7 − 1) = 7" in text

        edit = {"range": span(CELL_STEM, 33, CELL_STEM, 35), "text": "24"}
        change = {"document": {"uri": book.cells[2]["uri"], "version": 2}, "changes": [edit]}
        book.change(textContent=[change])
        found = [item["code"] for item in client.diagnostics(book.cells[2]["uri"])]
        client.settled(book.cells[1]["uri"])
        found += [item["code"] for item in client.diagnostics(book.cells[1]["uri"])]
        assert "RF201" in found


def test_cells_come_move_and_go(folder: Path) -> None:
    with LspClient(folder) as client:
        book = Notebook(client)
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
        client.notify(
            "notebookDocument/didClose",
            {"notebookDocument": {"uri": book.uri}, "cellTextDocuments": [{"uri": book.cells[2]["uri"]}]},
        )
        assert client.hints(book.cells[2]["uri"]) == []
