"""Messages speak of what stands in the source, never of the names that things have inside of rf-lsp."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from analyzers.interpreter import overlays
from analyzers.interpreter.machine import Machine
from analyzers.interpreter.words import function_name
from analyzers.request import Request
from analyzers.rules.support.report import check
from analyzers.rules.support.settings import RuleSettings
from rf_lsp.engine import Engine, ProjectSettings
from rf_lsp.settings import Settings

BLOCK = """
class Block(nn.Module):
    def __init__(self, width, kernel=3):
        super().__init__()
        self.conv = nn.Conv2d(3, width, kernel)
    def forward(self, x, scale=1):
        return self.conv(x) * scale
"""


def messages(folder: Path, source: str) -> list[str]:
    path = folder / "net.py"
    path.write_text(source)
    facts = Engine(ProjectSettings(Settings(), str(folder))).facts(Request(str(path)))
    return [finding.message for finding in check(facts, RuleSettings()) if finding.severity == "error"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("a + b", "`+` cannot combine 2×3 with 2×4"),
        ("a - b", "`-` cannot combine 2×3 with 2×4"),
        ("2.0 * a / b", "`/` cannot combine 2×3 with 2×4"),
        ("a += b", "`+=` cannot combine 2×3 with 2×4"),
        ("a *= b", "`*=` cannot combine 2×3 with 2×4"),
        ("a @ b", "`@` cannot multiply 2×3 by 2×4: 3 columns, 2 rows"),
        ("a > b", "`>` cannot combine 2×3 with 2×4"),
        ("a & b", "`&` cannot combine 2×3 with 2×4"),
        ("a[0, 0, 0]", "`x[…]` gets 3 indices, its input has 2 dimensions"),
        ("a[:, 0] = b", "`x[…] = …` cannot put 2×4 into 2"),
        ("a.add_(b)", "add_ cannot combine 2×3 with 2×4"),
        ("a.add(b)", "add cannot combine 2×3 with 2×4"),
        ("torch.mul(a, b)", "mul cannot combine 2×3 with 2×4"),
        ("torch.multiply(a, b)", "multiply cannot combine 2×3 with 2×4"),
        ("torch.concat([a, b])", "concat along dim 0 cannot join 2×3 with 2×4"),
        ("F.max_pool2d(torch.rand(3), 2)", "max_pool2d expects"),
        ("Block(8, kernal=5)", "Block(…) has no argument kernal; did you mean kernel?"),
        ("Block()", "Block(…) needs the argument width"),
        ("Block(1, 2, 3)", "Block(…) takes 2 positional arguments, gets 3"),
        ("Block(8, 3, width=3)", "Block(…) got two values for the argument width"),
        ("nn.Linear(3, 4, baias=True)", "Linear has no argument baias; did you mean bias?"),
        ("torch.cat([a, a], axes=1)", "cat has no argument axes"),
        ("(lambda x: x)(1, 2)", "the lambda() takes 1 positional argument, gets 2"),
    ],
)
def test_calls_and_operators(tmp_path: Path, code: str, said: str) -> None:
    head = f"import torch\nfrom torch import nn\nimport torch.nn.functional as F\n{BLOCK}"
    tensors = "a = torch.rand(2, 3)\nb = torch.rand(2, 4)\n"
    (found,) = messages(tmp_path, f"{head}{tensors}{code if '=' in code.split('(')[0] else f'print({code})'}\n")
    assert found.startswith(said)


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ("nn.Conv2d(3, 8, 3), nn.BatchNorm2d(4)", "layer 1 (BatchNorm2d) expects 4 input channels, gets 8"),
        ("nn.Sequential(nn.Conv2d(4, 8, 3))", "layer 0.0 (Conv2d) expects 4 input channels, gets 3"),
    ],
)
def test_layers_that_have_only_a_number(tmp_path: Path, layers: str, said: str) -> None:
    source = f"import torch\nfrom torch import nn\nnet = nn.Sequential({layers})\nnet(torch.rand(1, 3, 8, 8))\n"
    assert messages(tmp_path, source) == [said]


def test_layers_that_have_a_name(tmp_path: Path) -> None:
    source = f"import torch\nfrom torch import nn\n{BLOCK}net = Block(8)\nnet(torch.rand(1, 4, 8, 8))\n"
    assert messages(tmp_path, source) == ["conv expects 3 input channels, gets 4"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("tf.concat([x, y], axis=2)", "concat along dim 2 cannot join"),
        ("keras.ops.sort(x, axes=1)", "sort has no argument axes"),
        ("keras.ops.add(x, y)", "add cannot combine"),
    ],
)
def test_functions_of_keras(tmp_path: Path, code: str, said: str) -> None:
    head = "import keras\nimport tensorflow as tf\nx = keras.Input((8, 4))\ny = keras.Input((6, 5))\n"
    (found, *_) = messages(tmp_path, f"{head}z = {code}\nmodel = keras.Model([x, y], z)\n")
    assert found.startswith(said)


def test_names_that_are_registered_later_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A framework's tables are filled when a program first names it: that may be long after the first message."""

    def native() -> None: ...

    machine = cast(Machine, SimpleNamespace(frames=[]))
    assert function_name(machine, native) == "native"
    monkeypatch.setitem(overlays.NAMES, "some.package.spelling", native)
    assert function_name(machine, native) == "spelling"
