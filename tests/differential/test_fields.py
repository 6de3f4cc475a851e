"""Fields element by element against what torch measures."""

from __future__ import annotations

from pathlib import Path

from tests.differential.static import static_inspect

HEADER = "import torch\nfrom torch import nn\nfrom torch.nn import functional as F\n\n\n"


def test_a_model_names_its_axes_after_the_layers_inside(tmp_path: Path) -> None:
    """The last layer moves over one axis of the two; what it hands on is what the model does, whose call began first."""
    path = tmp_path / "net.py"
    path.write_text(
        HEADER
        + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.along = nn.Conv1d(40, 8, 3)

    def forward(self, x):
        x = self.conv(x.permute(0, 3, 1, 2))
        return self.along(x.flatten(1, 2))
"""
    )
    (model,) = static_inspect(path, "Net()", [[1, 12, 16, 3]])["models"]
    assert [layer["receptive_field"]["axes"] for layer in model["layers"] if not layer.get("functional")] == [
        ["H", "W"]
    ] * 2
