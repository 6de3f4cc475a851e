"""Where a project begins that has no marker: at the folder from which its own imports are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers.imports.resolver import workspace_root
from tests.models.analysed import HEADER

FILES = {
    "copy-of/model/resnet.py": "import torch\n",
    "copy-of/model/pspnet.py": "import torch\nimport model.resnet as models\n",
    "copy-of/model/plain.py": "import os\n",
    "copy-of/tool/train.py": "from model.pspnet import PSPNet\nfrom util import dataset\n",
    "copy-of/util/dataset.py": "import numpy\n",
    "copy-of/alone/a.py": "import numpy\nfrom b import c\n",
    "copy-of/alone/b.py": "c = 1\n",
    "copy-of/deep/er/x.py": "from deep.er.y import z\n",
    "copy-of/deep/er/y.py": "z = 1\n",
    "copy-of/pack/__init__.py": "",
    "copy-of/pack/inner/__init__.py": "",
    "copy-of/pack/inner/x.py": "from pack.inner import y\n",
    "copy-of/pack/inner/y.py": "",
    "numpy/__init__.py": "",
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path / "copy-of"


@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("model/pspnet.py", ""),
        ("model/plain.py", ""),  # (as its neighbours')
        ("tool/train.py", ""),
        ("deep/er/x.py", ""),
        ("alone/a.py", "alone"),  # (what lies above a name that is no package's is another project's)
        ("model", "model"),
        ("pack/inner/x.py", "pack/inner"),  # (found from its package)
    ],
)
def test_the_root_is_where_imports_begin(copy: Path, path: str, root: str):
    assert workspace_root(str(copy / path)) == str(copy / root).rstrip("/")


def test_a_marker_comes_first(copy: Path):
    (copy / "model" / "setup.py").touch()
    assert workspace_root(str(copy / "model" / "pspnet.py")) == str(copy / "model")


def test_models_are_built_on_the_neighbours(copy: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    from rf_lsp.cli import main

    (copy / "model" / "resnet.py").write_text(HEADER + "def stem(width):\n    return nn.Conv2d(3, width, 3)\n")
    net = "from model.resnet import stem\n\n\nclass Net(nn.Sequential):\n    def __init__(self, width):\n        super().__init__(stem(width))\n"
    (copy / "model" / "pspnet.py").write_text(HEADER + net)
    (copy / "tool" / "train.py").write_text("from model.pspnet import Net\n\nnet = Net(24)\n")
    assert main(["inspect", "--format", "csv", str(copy / "model" / "pspnet.py")]) == 0
    assert "672" in capsys.readouterr().out
