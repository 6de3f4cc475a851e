"""The effective field, as the network has it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from rf_lsp.cli import main

NET = """
from torch import nn

# rf: input=1x3x41x41
net = nn.Sequential(*[nn.Conv2d(3 if i == 0 else 8, 8, (3, 5), padding=(1, 2)) for i in range(4)])
"""


def trace(tmp_path: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    path = tmp_path / "net.py"
    path.write_text(NET)
    code = main(["trace", f"{path}::net", "--python", sys.executable, "--no-fields", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_random_walk_over_the_taps(tmp_path: Path, capsys):
    """Of linear layers: the variance of each is (k² − 1)/12."""
    code, out, _ = trace(tmp_path, capsys, "--erf", "--layer", "1", "--layer", "3", "--seeds", "12", "--format", "json")
    assert code == 0
    first, last = json.loads(out)["models"][0]["erf"]
    assert (first["layer"], first["theoretical"], first["seeds"]) == ("1", [5, 9], 12)
    assert last["theoretical"] == [9, 17]
    for measured, theoretical, kernel in zip(last["width"], last["theoretical"], (3, 5), strict=True):
        expected = 4 * (4 * (kernel**2 - 1) / 12) ** 0.5
        assert measured == pytest.approx(expected, rel=0.2) and measured < theoretical
    areas = [last["area_ratio"][share] for share in ("20", "30", "50", "99")]
    assert areas == sorted(areas) and areas[-1] < 0.2


def test_it_is_drawn(tmp_path: Path, capsys):
    _, out, _ = trace(tmp_path, capsys, "--erf", "--seeds", "1")
    assert "effective field of 3: " in out and "@@" in out and "of a theoretical 9×17" in out


def test_a_layer_that_has_no_map(tmp_path: Path, capsys):
    code, out, _ = trace(tmp_path, capsys, "--layer", "9")
    assert code == 1 and "'9' is no layer with a map" in out


def test_names_of_pictures_are_checked_first(tmp_path: Path, capsys):
    code, _, err = trace(tmp_path, capsys, "--save", "erf.bmp")
    assert code == 2 and "its name must end in .png, .svg, .npz" in err


@pytest.mark.parametrize("ending", ["png", "svg", "npz"])
def test_pictures_are_saved(tmp_path: Path, capsys, ending: str):
    pytest.importorskip("numpy" if ending == "npz" else "matplotlib")
    path = tmp_path / f"erf.{ending}"
    code, out, _ = trace(tmp_path, capsys, "--save", str(path), "--seeds", "1", "--format", "json")
    assert code == 0 and path.stat().st_size > 500
    assert json.loads(out)["models"][0]["erf"][0]["image"] == str(path)
