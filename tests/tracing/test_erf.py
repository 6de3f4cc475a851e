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


def trace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *arguments: str, text: str = NET, name: str = "net"
) -> tuple[int, str, str]:
    path = tmp_path / "net.py"
    path.write_text(text)
    code = main(["trace", f"{path}::{name}", "--python", sys.executable, "--no-fields", *arguments])
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


RESIDUAL = """import torch
from torch import nn


# rf: input=1x3x48x48
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 5, padding=2)
        self.second = nn.Conv2d(8, 8, 5, padding=2)
        self.shortcut = nn.Conv2d(3, 8, 1)

    def forward(self, x):
        return torch.relu(self.second(self.first(x)) + self.shortcut(x))
"""


def test_the_last_map_is_not_a_shortcut_beside_it(tmp_path: Path, capsys):
    _, out, _ = trace(tmp_path, capsys, "--erf", "--seeds", "1", "--format", "json", text=RESIDUAL, name="Net()")
    (found,) = json.loads(out)["models"][0]["erf"]
    assert found["layer"] == "second" and found["theoretical"] == [9, 9]


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


# -- with weights and pictures that a person names ------------------------------------------------------


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """Weights of :data:`NET` that read the centre of every kernel alone, kept as a wrapper of the model names them."""
    torch = pytest.importorskip("torch")
    state = {}
    for layer in range(4):
        weight = torch.zeros(8, 3 if layer == 0 else 8, 3, 5)
        weight[:, :, 1, 2] = 1
        state.update({f"module.{layer}.weight": weight, f"module.{layer}.bias": torch.zeros(8)})
    path = tmp_path / "weights.pth"
    torch.save({"epoch": 3, "state_dict": state}, path)
    return path


def test_the_weights_of_a_checkpoint(tmp_path: Path, capsys, checkpoint: Path):
    given = ("--erf", "--seeds", "2", "--checkpoint", str(checkpoint), "--format", "json")
    code, out, _ = trace(tmp_path, capsys, *given)
    (model,) = json.loads(out)["models"]
    assert code == 0
    assert model["erf"][0]["width"] == [pytest.approx(1, abs=0.1)] * 2
    assert model["checkpoint"] == {
        "file": str(checkpoint), "loaded": 8, "missing": [], "unexpected": [], "mismatched": []
    }  # fmt: skip


def test_names_of_a_checkpoint_that_do_not_fit_are_listed(tmp_path: Path, capsys, checkpoint: Path):
    torch = pytest.importorskip("torch")
    kept = torch.load(checkpoint, weights_only=True)
    state = kept["state_dict"]
    del state["module.3.bias"]
    state["module.1.bias"] = torch.zeros(5)
    state["module.head.weight"] = torch.zeros(2)
    torch.save(kept, checkpoint)
    code, out, _ = trace(tmp_path, capsys, "--checkpoint", str(checkpoint))
    assert code == 0
    assert "6 tensors loaded" in out
    assert "1 missing in it: 3.bias" in out and "1 unknown to the model: head.weight" in out
    assert "1 of another shape: 1.bias (5, here 8)" in out


class Touch:
    """Pickled, it makes a file when it is loaded."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return open, (self.path, "w")


def test_a_checkpoint_runs_nothing(tmp_path: Path, capsys):
    torch = pytest.importorskip("torch")
    mark, path = tmp_path / "mark", tmp_path / "evil.pth"
    torch.save({"state_dict": Touch(str(mark))}, path)
    code, out, _ = trace(tmp_path, capsys, "--checkpoint", str(path), "--erf")
    assert code == 1 and "evil.pth cannot be read as a checkpoint of tensors alone" in " ".join(out.split())
    assert not mark.exists()


@pytest.mark.parametrize(
    ("name", "said"), [("none.pth", "there is no checkpoint"), ("list.pth", "holds no state dict")]
)
def test_what_is_no_checkpoint(tmp_path: Path, capsys, name: str, said: str):
    pytest.importorskip("torch").save([1, 2], tmp_path / "list.pth")
    code, out, _ = trace(tmp_path, capsys, "--checkpoint", str(tmp_path / name))
    assert code == 1 and said in " ".join(out.split())


def test_pictures_of_a_folder(tmp_path: Path, capsys):
    """Where the picture is dark nothing passes the ReLU, so the field ends there."""
    image = pytest.importorskip("PIL.Image")
    folder = tmp_path / "pictures"
    folder.mkdir()
    picture = image.new("RGB", (82, 82), (255, 255, 255))
    picture.paste((0, 0, 0), (0, 0, 41, 82))
    picture.save(folder / "half.png")
    (folder / "notes.txt").write_text("no picture")
    torch = pytest.importorskip("torch")
    eye = torch.zeros(3, 3, 1, 1)
    eye[range(3), range(3)] = 1
    torch.save({"0.weight": eye, "2.weight": torch.ones(1, 3, 1, 21)}, tmp_path / "weights.pth")
    path = tmp_path / "net.py"
    path.write_text(
        "from torch import nn\n# rf: input=1x3x41x41\nnet = nn.Sequential(nn.Conv2d(3, 3, 1, bias=False), nn.ReLU(),"
        " nn.Conv2d(3, 1, (1, 21), padding=(0, 10), bias=False))\n"
    )
    arguments = ["trace", f"{path}::net", "--python", sys.executable, "--no-fields", "--seeds", "1", "--format", "json"]
    assert main([*arguments, "--images", str(folder), "--checkpoint", str(tmp_path / "weights.pth")]) == 0
    (found,) = json.loads(capsys.readouterr().out)["models"][0]["erf"]
    assert found["theoretical"] == [1, 21] and found["width"][1] == pytest.approx(11, abs=1)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (None, "there is no folder"),
        ((), "there is no picture in"),
        (("a.png",), "a.png is no picture that can be read"),
    ],
)
def test_what_holds_no_pictures(tmp_path: Path, capsys, files: tuple[str, ...] | None, said: str):
    pytest.importorskip("PIL.Image")
    folder = tmp_path / "pictures"
    if files is not None:
        folder.mkdir()
        for name in files:
            (folder / name).write_text("?")
    _, out, _ = trace(tmp_path, capsys, "--images", str(folder))
    assert said in " ".join(out.split()) and "effective field of" not in out


def test_the_device_that_is_asked_for(tmp_path: Path, capsys):
    code, out, _ = trace(tmp_path, capsys, "--device", "cpu", "--format", "json")
    assert code == 0 and json.loads(out)["models"][0]["device"] == "cpu"
    torch = pytest.importorskip("torch")
    absent = "cuda" if not torch.cuda.is_available() else "xpu"
    code, out, _ = trace(tmp_path, capsys, "--device", absent)
    assert code == 1 and f"this interpreter's torch has no device {absent}" in " ".join(out.split())
