"""Models that `[[tool.rf-lsp.models]]` declares: what they must keep to, and entries that name nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

UNET = """
from torch import nn


class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3, padding=1)
        self.fc = nn.Linear(width, 10)

    def forward(self, x):
        return self.fc(self.conv(x).mean((2, 3)))
"""
HEAD = '[[models]]\ntarget = "nets/unet.py::Net(8)"\n'
INPUT = 'input = ["1x3x32x32"]\n'


@pytest.fixture
def found(run, tmp_path: Path):
    """``found(settings)``: (code, level, file, message) of every finding."""
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "unet.py").write_text(UNET)

    def of(settings: str, *arguments: str) -> list[tuple[str, str, str, str]]:
        (tmp_path / "rf-lsp.toml").write_text(settings)
        out = run("check", *(arguments or (".",)), "--no-cache", "--format", "json", "--show", "warning").out
        return [(f["code"], f["severity"], f["place"]["file"], f["message"]) for f in json.loads(out)["findings"]]

    return of


@pytest.mark.parametrize(
    ("budget", "code", "message"),
    [
        # 3·8·9 + 8 weights and biases of conv, 8·10 + 10 of fc; MACs 216·1024 + 80, as torch counts parameters and fvcore MACs
        ("max-parameters = 313", "RF405", "314 parameters, 313 are allowed"),
        ("max-macs = 221_263", "RF405", "221,264 MACs, 221,263 are allowed"),
        ('max-memory = "46 kB"', "RF405", "46.4 kB of memory, 46.0 kB are allowed"),
        ('output = ["Nx11"]', "RF211", "Net returns 1×10, the settings say N×11"),
        ('output = ["Nx10", "Nx4"]', "RF211", "Net returns 1×10, the settings say N×10, N×4"),
        (
            "required-coverage = 0.5",
            "RF101",
            "RF 3 px covers 18 % of the 16 px required; units of `conv` see less than that",
        ),
        ("target-size = 20", "RF101", "RF 3 px covers 15 % of the 20 px required; units of `conv` see less than that"),
    ],
)
def test_a_breach_is_a_finding_at_the_model(found, budget, code, message):
    level = "error" if code == "RF211" else "warning"
    assert found(HEAD + INPUT + budget) == [(code, level, "nets/unet.py", message)]


@pytest.mark.parametrize(
    "budget",
    [
        "max-parameters = 314",
        "max-macs = 221_264",
        "max-memory = 46_384",
        'output = ["Nx10"]',
        "required-coverage = 0.09",
    ],
)
def test_what_is_kept_is_silent(found, budget):
    assert found(HEAD + INPUT + budget) == []


def test_nothing_is_said_about_a_size_that_nobody_says(found):
    assert found(HEAD + "max-macs = 1\nmax-memory = 1\n") == []


@pytest.mark.parametrize(
    ("target", "file", "message"),
    [
        ("nets/unte.py::Net(8)", "rf-lsp.toml", "the settings declare a model in nets/unte.py, which does not exist; did you mean nets/unet.py?"),
        ("nets::Net(8)", "rf-lsp.toml", "the settings declare a model in nets, which is a folder"),
        ("netz.unet::Net(8)", "rf-lsp.toml", "the settings declare a model in netz.unet, which does not exist"),
        ("nets/unet.py::Nett(8)", "nets/unet.py", "the settings name Nett(8), which this file does not have; did you mean Net?"),
        ("nets.unet::Nett(8)", "nets/unet.py", "the settings name Nett(8), which this file does not have; did you mean Net?"),
    ],
)  # fmt: skip
def test_an_entry_that_names_nothing(found, target, file, message):
    assert found(f'[[models]]\ntarget = "{target}"\n') == [("RF904", "warning", file, message)]
    assert found(f'ignore = ["RF904"]\n[[models]]\ntarget = "{target}"\n') == []


def test_an_entry_that_names_nothing_is_told_whatever_file_is_checked(found, tmp_path):
    (tmp_path / "other.py").write_text("x = 1\n")
    assert [row[:3] for row in found('[[models]]\ntarget = "gone.py::Net()"\n', "other.py")] == [
        ("RF904", "warning", "rf-lsp.toml")
    ]


@pytest.mark.parametrize(
    "text", ['max-memory = "5 parsecs"', "max-memory = 0", "max-memory = true", 'output = ["8y8"]']
)
def test_impossible_budgets(run, tmp_path, text):
    (tmp_path / "net.py").write_text("x = 1\n")
    (tmp_path / "rf-lsp.toml").write_text(HEAD + text)
    outcome = run("check", "net.py")
    assert outcome.code == 2 and text.split(" =")[0] in outcome.err
