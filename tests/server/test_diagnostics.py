"""What is underlined."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.client import LspClient

TEXTS = {
    "a name": ("nn.Conv2d(3, 8, 3, «strides=2»)", "RF301"),
    "with spaces": ("nn.Conv2d(3, 8, 3, «strides = 2», padding=1)", "RF301"),
    "in brackets": ("nn.Conv2d(3, 8, 3, «strides=(2»))", "RF301"),
    "on a line of its own": ("nn.Conv2d(\n    3, 8,\n    «kernel=3»,\n)", "RF301"),
    "a value by position": ("«nn.Conv2d(3, 8, 3, 1, 1, 1, 5)»", "RF208"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_the_argument_that_is_wrong(folder: Path, case: str) -> None:
    marked, code = TEXTS[case]
    text = f"from torch import nn\n\n# rf: input=1x3x32x32\nnet = nn.Sequential({marked})\n"
    plain = text.replace("«", "").replace("»", "")
    with LspClient(folder) as client:
        uri = client.open("net.py", plain)
        client.settled(uri)
        (found,) = [one for one in client.diagnostics(uri) if one["code"] == code]
    lines = text.split("\n")
    start = next((at, line.index("«")) for at, line in enumerate(lines) if "«" in line)
    end = next((at, line.replace("«", "").index("»")) for at, line in enumerate(lines) if "»" in line)
    area = found["range"]
    assert (area["start"]["line"], area["start"]["character"]) == start
    assert (area["end"]["line"], area["end"]["character"]) == end
