"""What goes into a model that is trained on torchvision's data: its pictures, as its transforms make them.

Sizes of transformed pictures are what torchvision 0.28 with Pillow makes of one of 50 × 30 pixels; those of data sets are
the ones their pages give.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.models.analysed import inputs_of, model_of, outputs_of

NET = """
import numpy as np
import torch
import torch.nn as nn
import torchvision
import torchvision.transforms as T
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import datasets
from torchvision.transforms import v2


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.LazyConv2d(8, 3, padding=1)

    def forward(self, x):
        return self.conv(x)


net = Net()
"""
LOOP = """
for epoch in range(2):
    for i, (images, labels) in enumerate(DataLoader({data}, batch_size=4, shuffle=True)):
        images = images.to("cuda")
        net(images)
"""


def given(folder: Path, data: str, before: str = "") -> tuple[str, str]:
    """Shape and origin of the input of a model that is trained on the data."""
    ((_, shape, origin),) = inputs_of(model_of(folder, NET + before + LOOP.format(data=data), "net"))
    return shape, origin


@pytest.mark.parametrize(
    ("made", "shape"),
    [
        ("T.ToTensor()", "4x3x30x50"),
        ("T.Compose([T.Resize(20), T.ToTensor()])", "4x3x20x33"),
        ("T.Compose([T.Resize([7]), T.ToTensor()])", "4x3x7x11"),
        ("T.Compose([T.Resize((12, 14)), T.ToTensor()])", "4x3x12x14"),
        ("T.Compose([T.CenterCrop(24), T.RandomHorizontalFlip(), T.ToTensor()])", "4x3x24x24"),
        ("T.Compose([T.RandomCrop(20, padding=4), T.ToTensor(), T.RandomErasing()])", "4x3x20x20"),
        ("T.Compose([T.RandomResizedCrop(16), T.ToTensor()])", "4x3x16x16"),
        ("T.Compose([T.Pad(3), T.ToTensor()])", "4x3x36x56"),
        ("T.Compose([T.Pad((1, 2)), T.ToTensor()])", "4x3x34x52"),
        ("T.Compose([T.Pad((1, 2, 3, 4)), T.ToTensor()])", "4x3x36x54"),
        ("T.Compose([T.Grayscale(), T.ToTensor(), T.Normalize((0.5,), (0.5,))])", "4x1x30x50"),
        ("T.Compose([T.Grayscale(3), T.ToTensor()])", "4x3x30x50"),
        ("T.Compose([T.RandomApply([T.ColorJitter(0.1)], p=0.5), T.ToTensor()])", "4x3x30x50"),
        ("T.Compose([T.RandomChoice([T.CenterCrop(8), T.RandomCrop(8)]), T.ToTensor()])", "4x3x8x8"),
        ("T.Compose([T.Lambda(lambda image: image.convert('L').resize((8, 9))), T.ToTensor()])", "4x1x9x8"),
        ("T.Compose([T.Lambda(lambda image: image.crop((2, 3, 10, 20))), T.ToTensor()])", "4x3x17x8"),
        ("lambda image: torch.from_numpy(np.array(image)).permute(2, 0, 1)", "4x3x30x50"),
        ("T.Compose([np.array, T.ToPILImage(), T.ToTensor()])", "4x3x30x50"),
        ("v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])", "4x3x30x50"),
    ],
)
def test_transformed(tmp_path: Path, made: str, shape: str) -> None:
    before = f"""
class Pictures(Dataset):
    def __init__(self, transform):
        self.transform = transform

    def __len__(self):
        return 100

    def __getitem__(self, index):
        return self.transform(Image.new("RGB", (50, 30))), index

made = {made}
"""
    assert given(tmp_path, "Pictures(made)", before) == (shape, "data")


@pytest.mark.parametrize(
    ("data", "shape"),
    [
        ("datasets.MNIST('.', True, T.ToTensor(), download=True)", "4x1x28x28"),
        ("torchvision.datasets.CIFAR10(root='.', train=True, transform=T.ToTensor())", "4x3x32x32"),
        ("datasets.CIFAR100('.', transform=T.Compose([T.Resize(224), T.ToTensor()]))", "4x3x224x224"),
        ("datasets.SVHN('.', 'train', T.ToTensor())", "4x3x32x32"),
        ("datasets.STL10('.', transform=T.ToTensor())", "4x3x96x96"),
        ("datasets.FakeData(100, (3, 40, 44), 10, T.ToTensor())", "4x3x40x44"),
        ("datasets.ImageFolder('.', T.Compose([T.Resize(256), T.CenterCrop(224), T.ToTensor()]))", "4x3x224x224"),
        ("datasets.CelebA('.', transform=T.Compose([T.Resize(64), T.CenterCrop(64), T.ToTensor()]))", "4x3x64x64"),
        ("torch.utils.data.random_split(datasets.MNIST('.', transform=T.ToTensor()), [50000, 10000])[0]", "4x1x28x28"),
    ],
)
def test_data_sets(tmp_path: Path, data: str, shape: str) -> None:
    assert given(tmp_path, data) == (shape, "data")


def test_pictures_of_many_sizes_say_nothing(tmp_path: Path) -> None:
    shape, origin = given(tmp_path, "datasets.ImageFolder('.', T.Compose([T.Resize(256), T.ToTensor()]))")
    assert origin in ("default", "solved")
    assert shape.startswith("N")


def test_a_file_that_is_opened(tmp_path: Path) -> None:
    before = """
class Files(Dataset):
    def __init__(self, names):
        self.names = names
        self.transform = T.Compose([T.Resize((48, 64)), T.ToTensor()])

    def __len__(self):
        return len(self.names)

    def __getitem__(self, index):
        return self.transform(Image.open(self.names[index]).convert("RGB")), index
"""
    assert given(tmp_path, "Files(open('names.txt').read().split())", before) == ("4x3x48x64", "data")


def test_classes_are_counted(tmp_path: Path) -> None:
    head = "\ntrain = datasets.CIFAR100('.', transform=T.ToTensor())\nhead = nn.Linear(8, len(train.classes))\n"
    model = model_of(tmp_path, NET + head + "head(torch.rand(2, 8))\n", "head")
    assert outputs_of(model) == ["2x100"]
