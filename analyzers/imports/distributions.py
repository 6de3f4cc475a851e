"""Which distributions are installed: the folders ``<name>-<version>.dist-info`` beside the packages."""

from __future__ import annotations

import re
from collections.abc import Iterable

_RECORD = re.compile(r"(?P<name>[\w.]+)-(?P<version>[\w.+!]+)\.(?:dist|egg)-info")


def installed_versions(names: Iterable[str]) -> dict[str, str]:
    """Of the names in site-packages, the version of each distribution by its normalised name; of several the first."""
    found: dict[str, str] = {}
    for record in map(_RECORD.fullmatch, names):
        if record is not None:
            found.setdefault(normalised(record["name"]), record["version"])
    return found


def normalised(name: str) -> str:
    """``Segmentation.Models-PyTorch`` → ``segmentation_models_pytorch``, as the folders are called."""
    return re.sub(r"[-_.]+", "_", name).lower()
