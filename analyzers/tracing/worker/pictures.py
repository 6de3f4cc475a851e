"""Pictures of a folder as inputs of a model."""

from __future__ import annotations

import os
from typing import Any

import torch
import torch.nn.functional as F

from analyzers.tracing.worker.building import Impossible
from analyzers.tracing.worker.failures import first_sentence

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif", ".tif", ".tiff", ".ppm", ".pgm")
MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)
"""Of ImageNet's pictures, by which models with three channels are used to have theirs scaled."""


class Pictures:
    """The files of one folder, in the order of their names, again from the start when they are used up."""

    def __init__(self, folder: str) -> None:
        """Raises :class:`Impossible` where there are none, or nothing reads them."""
        if not os.path.isdir(folder):
            raise Impossible(f"there is no folder {folder}")
        names = sorted(name for name in os.listdir(folder) if name.lower().endswith(ENDINGS))
        self.files = [os.path.join(folder, name) for name in names]
        if not self.files:
            raise Impossible(f"there is no picture in {folder} ({', '.join(ENDINGS)})")
        try:
            from PIL import Image  # type: ignore[import-not-found]
        except ImportError:
            raise Impossible("pictures are read with Pillow, which this interpreter does not have") from None
        self._open = Image.open

    def batch(self, items: int, first: int, shape: list[int], axes: list[int], channels: int | None) -> torch.Tensor:
        """``items`` pictures from number ``first`` on, in the layout of ``shape``, of which ``axes`` are height and width."""
        found = [self._one(self.files[(first + at) % len(self.files)], shape, axes, channels) for at in range(items)]
        return torch.stack(found)

    def _one(self, path: str, shape: list[int], axes: list[int], channels: int | None) -> torch.Tensor:
        """One item, without the batch: channels where they stand in ``shape``."""
        if len(axes) != 2:
            raise Impossible("pictures have two axes, the input has not")
        count = 1 if channels is None else shape[channels]
        if count not in (1, 3, 4):
            raise Impossible(f"a picture has 1, 3 or 4 channels, the input has {count}")
        values = self._pixels(path, {1: "L", 3: "RGB", 4: "RGBA"}[count], count)
        size = (shape[axes[0]], shape[axes[1]])
        values = F.interpolate(values[None], size=size, mode="bilinear", antialias=True, align_corners=False)[0]
        mean, deviation = (MEAN, DEVIATION) if count == 3 else ((0.5,) * count, (0.5,) * count)
        values = (values - torch.tensor(mean)[:, None, None]) / torch.tensor(deviation)[:, None, None]
        order = sorted(range(3), key=lambda at: ([-1 if channels is None else channels, *axes])[at])
        values = values.permute(order)
        return values.reshape([size for dim, size in enumerate(shape) if dim > 0])

    def _pixels(self, path: str, mode: str, count: int) -> torch.Tensor:
        """Channels × height × width, 0 to 1."""
        try:
            with self._open(path) as picture:
                picture = picture.convert(mode)
                width, height = picture.size
                data = bytearray(picture.tobytes())
        except Exception as error:
            raise Impossible(
                f"{os.path.basename(path)} is no picture that can be read: {first_sentence(error)}"
            ) from None
        values: Any = torch.frombuffer(data, dtype=torch.uint8)
        return values.reshape(height, width, count).permute(2, 0, 1).float() / 255
