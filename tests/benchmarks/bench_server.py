"""How long after an edit its hints and diagnostics are there: ``python -m tests.benchmarks.bench_server [EDITS]``.

Every edit changes a number or a name inside a model; measured is the time from sending it to having both
answers, over the real process. Also: hints on an unchanged document, cancellation, start, memory.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import tempfile
import time
from pathlib import Path

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
    found = importlib.util.find_spec("torchvision")
    assert found is not None and found.origin is not None
    return (Path(found.origin).parent / "models" / f"{name}.py").read_text()


def spots(text: str) -> list[tuple[int, int, int]]:
    """(line, first column, last column) of numbers that may change: strides, paddings, channels in layers."""
    found = []
    for number, line in enumerate(text.split("\n")):
        if re.search(r"Conv2d\(|MaxPool2d\(|Linear\(", line):
            found += [(number, *match.span()) for match in re.finditer(r"(?<=padding=)\d|(?<=kernel_size=)\d", line)]
            found += [(number, match.start(1), match.end(1)) for match in re.finditer(r", (\d+)\)", line)]
    return found


def edits(client: LspClient, name: str, text: str, count: int) -> list[float]:
    uri = client.open(name, text)
    client.settled(uri)
    document = {"textDocument": {"uri": uri}}
    places, times, version = spots(text), [], 1
    lines = text.split("\n")
    for number in range(count):
        line, first, last = places[(number // 2) % len(places)]
        old = lines[line][first:last]
        new = old if number % 2 else str(int(old) + 2)
        end = last if not number % 2 else first + len(str(int(old) + 2))
        version += 1
        area = span(max(line - 25, 0), 0, line + 25, 0)
        begun = time.perf_counter()
        client.change(uri, version, {"range": span(line, first, line, end), "text": new})
        hints = client.send("textDocument/inlayHint", {**document, "range": area})
        diagnostics = client.send("textDocument/diagnostic", document)
        client.result(hints)
        client.result(diagnostics)
        times.append(time.perf_counter() - begun)
        time.sleep(0.15)
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
            resnet = torchvision_file("resnet")
            print("resnet.py      ", quantiles(edits(client, "resnet.py", resnet, count)))
            print("3,000 lines    ", quantiles(edits(client, "long.py", long_file(3_000), count)))
            uri = client.uri("resnet.py")
            print("unchanged hints", quantiles(unchanged(client, uri)))
            print("cancellation   ", quantiles(cancelled(client, uri, resnet) or [float("nan")]))
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
            print(f"memory with ten files {memory(client):.0f} MB")


if __name__ == "__main__":
    main()
