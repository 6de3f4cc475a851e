"""How long after an edit its hints and diagnostics are there: ``python -m tests.benchmarks.bench_server [EDITS]``.

Every edit changes a number inside a model; measured is the time from sending it to having both answers, over the
real process: in a file, in a file of 3,000 lines, and in a notebook with the same code in its cells. Also: the file's
other models, libcst's parse of the same file, hints on an unchanged document, cancellation, start, memory.

``PYREFLY=path/to/pyrefly`` has Pyrefly's server answer the same edits in the same run.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
import tempfile
import time
from bisect import bisect_right
from pathlib import Path
from typing import Any, NamedTuple

import libcst
from libcst.metadata import MetadataWrapper, PositionProvider

from tests.server.client import LspClient, ServerError, span

CLASS = """
class Net{number}(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 32, 3, stride=2, padding=1)
        self.second = nn.Conv2d(32, 64, 3, stride=2, padding=1)
        self.third = nn.Conv2d(64, 128, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(128)
        self.head = nn.Linear(128, 10)

    def helper(self, x):
{padding}
        return x

    def forward(self, x):
        x = torch.relu(self.first(x))
        x = torch.relu(self.second(x))
        x = torch.relu(self.norm(self.third(x)))
        return self.head(x.mean((2, 3)))

"""


def long_file(lines: int) -> str:
    """Models with some plain code in between, as real files have it."""
    padding = "\n".join(f"        y{number} = x * {number}" for number in range(20))
    text, number = "import torch\nfrom torch import nn\n\n", 0
    while text.count("\n") < lines:
        text += CLASS.format(number=number, padding=padding)
        number += 1
    return text


def torchvision_file(name: str) -> str:
    """A file of models as one has it in one's own folder: what it imports is installed."""
    found = importlib.util.find_spec("torchvision")
    assert found is not None and found.origin is not None
    text = (Path(found.origin).parent / "models" / f"{name}.py").read_text()
    text = re.sub(r"(?m)^from \.\.(\w)", r"from torchvision.\1", text)
    return re.sub(r"(?m)^from \.(\w)", r"from torchvision.models.\1", text)


def spots(text: str) -> list[tuple[int, int, int]]:
    """(line, first column, last column) of numbers that may change: strides, paddings, channels in layers."""
    found = []
    for number, line in enumerate(text.split("\n")):
        if re.search(r"Conv2d\(|MaxPool2d\(|Linear\(", line):
            found += [(number, *match.span()) for match in re.finditer(r"(?<=padding=)\d|(?<=kernel_size=)\d", line)]
            found += [(number, match.start(1), match.end(1)) for match in re.finditer(r", (\d+)\)", line)]
    return found


class File:
    """An open file."""

    def __init__(self, client: LspClient, name: str, text: str) -> None:
        self.client = client
        self.uri = client.open(name, text)
        self.version = 1

    def at(self, line: int) -> tuple[str, int]:
        """The document that a line of the text is in, and its line there."""
        return self.uri, line

    def change(self, uri: str, edit: dict[str, Any]) -> None:
        self.version += 1
        self.client.change(uri, self.version, edit)


class Notebook:
    """An open notebook; what two empty lines part stands in cells of its own."""

    def __init__(self, client: LspClient, name: str, text: str) -> None:
        self.client = client
        self.uri = client.uri(name)
        self.version = 1
        self.first_lines: list[int] = []
        cells, line = [], 0
        for number, cell in enumerate(text.split("\n\n\n")):
            uri = f"vscode-notebook-cell:{self.uri[5:]}#{number}"
            cells.append({"uri": uri, "languageId": "python", "version": 1, "text": cell})
            self.first_lines.append(line)
            line += cell.count("\n") + 3
        self.uris = [cell["uri"] for cell in cells]
        listed = [{"kind": 2, "document": uri} for uri in self.uris]
        notebook = {"uri": self.uri, "notebookType": "jupyter-notebook", "version": 1, "cells": listed}
        client.notify("notebookDocument/didOpen", {"notebookDocument": notebook, "cellTextDocuments": cells})

    def at(self, line: int) -> tuple[str, int]:
        index = bisect_right(self.first_lines, line) - 1
        return self.uris[index], line - self.first_lines[index]

    def change(self, uri: str, edit: dict[str, Any]) -> None:
        self.version += 1
        document = {"uri": self.uri, "version": self.version}
        changed = {"document": {"uri": uri, "version": self.version}, "changes": [edit]}
        change = {"cells": {"textContent": [changed]}}
        self.client.notify("notebookDocument/didChange", {"notebookDocument": document, "change": change})


class Measured(NamedTuple):
    """Seconds by the clock, and seconds of the processor."""

    times: list[float]
    running: list[float]

    def __str__(self) -> str:
        return f"{quantiles(self.times)}   processor {quantiles(self.running)}"


def processor_time(client: LspClient) -> float:
    """Seconds the server's process has been running (not a number where the system does not tell)."""
    if not sys.platform.startswith("linux"):
        return float("nan")
    return time.clock_gettime((~client.process.pid << 3) | 2)  # clock_getcpuclockid(3)


def edits(
    client: LspClient, opened: File | Notebook, text: str, count: int, pause: float = 0.15, whole: bool = False
) -> Measured:
    """Seconds of every edit until its answers are there; ``whole``: until all models of the file are known again.

    Beside them the seconds that the server's process was running meanwhile, which a busy machine blurs less.
    """
    places, times, running = spots(text), [], []
    lines = text.split("\n")
    for number in range(count):
        line, first, last = places[(number // 2) % len(places)]
        old = lines[line][first:last]
        new = old if number % 2 else str(int(old) + 2)
        end = last if not number % 2 else first + len(str(int(old) + 2))
        uri, row = opened.at(line)
        document = {"textDocument": {"uri": uri}}
        area = span(max(row - 25, 0), 0, row + 25, 0)
        begun, before = time.perf_counter(), processor_time(client)
        opened.change(uri, {"range": span(row, first, row, end), "text": new})
        hints = client.send("textDocument/inlayHint", {**document, "range": area})
        diagnostics = client.send("textDocument/diagnostic", document)
        client.result(hints)
        client.result(diagnostics)
        if whole:
            client.settled(uri)
        times.append(time.perf_counter() - begun)
        running.append(processor_time(client) - before)
        time.sleep(pause)
    return Measured(times, running)


def edited(client: LspClient, label: str, opened: File | Notebook, text: str, count: int) -> None:
    """Wait until everything is known of what was opened, edit it, and say how long the answers took."""
    client.settled(opened.at(0)[0])
    print(f"{label:16}", edits(client, opened, text, count))


def pyrefly(program: str, text: str, count: int) -> None:
    """The same edits, answered by Pyrefly's server."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "pyrefly.toml").write_text(f'python-interpreter-path = "{sys.executable}"\n')
        (folder / "resnet.py").write_text(text)
        with LspClient(folder, command=[program, "lsp"]) as client:
            client.answers["workspace/configuration"] = lambda asked: [{} for _ in asked["items"]]
            opened = File(client, "resnet.py", text)
            edits(client, opened, text, 6, pause=1.0)
            print("Pyrefly         ", edits(client, opened, text, count))


def parse_times(text: str) -> list[float]:
    """libcst's parse with positions of the whole text."""
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        MetadataWrapper(libcst.parse_module(text)).resolve(PositionProvider)
        times.append(time.perf_counter() - begun)
    return times


def quantiles(times: list[float]) -> str:
    ordered = sorted(times)
    middle, high = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    return f"p50 {1000 * middle:6.1f} ms   p95 {1000 * high:6.1f} ms   max {1000 * ordered[-1]:6.1f} ms"


def unchanged(client: LspClient, uri: str) -> list[float]:
    times = []
    for _ in range(50):
        begun = time.perf_counter()
        client.request("textDocument/inlayHint", {"textDocument": {"uri": uri}, "range": span(0, 0, 60, 0)})
        times.append(time.perf_counter() - begun)
    return times


def cancelled(client: LspClient, uri: str, text: str) -> list[float]:
    times = []
    for number in range(20):
        client.change(uri, 1000 + number, {"text": text + f"\n# {number}\nx = {number}\n"})
        params = {"textDocument": {"uri": uri}, "range": span(0, 0, 60, 0)}
        waiting = client.send("textDocument/codeAction", {**params, "context": {"diagnostics": []}})
        time.sleep(0.02)
        begun = time.perf_counter()
        client.notify("$/cancelRequest", {"id": waiting})
        try:
            client.result(waiting)
        except ServerError:
            times.append(time.perf_counter() - begun)
    return times


def memory(client: LspClient) -> float:
    """Resident megabytes of the server."""
    status = Path(f"/proc/{client.process.pid}/status").read_text()
    match = re.search(r"VmRSS:\s+(\d+)", status)
    return int(match[1]) / 1024 if match else float("nan")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as name:
        begun = time.perf_counter()
        with LspClient(Path(name)) as client:
            print(f"start to initialized {time.perf_counter() - begun:.2f} s")
            resnet, long = torchvision_file("resnet"), long_file(3_000)
            print("libcst's parse  ", quantiles(parse_times(resnet)))
            file = File(client, "resnet.py", resnet)
            edited(client, "resnet.py", file, resnet, count)
            print("… all its models", edits(client, file, resnet, 20, whole=True))
            edited(client, "3,000 lines", File(client, "long.py", long), long, count)
            edited(client, "notebook", Notebook(client, "book.ipynb", resnet), resnet, count)
            uri = client.uri("resnet.py")
            print("unchanged hints ", quantiles(unchanged(client, uri)))
            print("cancellation    ", quantiles(cancelled(client, uri, resnet) or [float("nan")]))
            others = [
                "alexnet",
                "vgg",
                "densenet",
                "googlenet",
                "inception",
                "squeezenet",
                "mobilenetv2",
                "swin_transformer",
            ]
            for other in others:
                client.settled(client.open(f"{other}.py", torchvision_file(other)))
            print(f"memory with twelve documents {memory(client):.0f} MB")
    if "PYREFLY" in os.environ:
        pyrefly(os.environ["PYREFLY"], resnet, count)


if __name__ == "__main__":
    main()
