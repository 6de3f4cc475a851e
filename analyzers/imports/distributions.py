"""Which distributions are installed: the folders ``<name>-<version>.dist-info`` beside the packages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzers.imports.resolver import ImportResolver, is_stdlib

_RECORD = re.compile(r"(?P<name>[\w.]+)-(?P<version>[\w.+!]+)\.(?:dist|egg)-info")


def version_of(name: str, resolver: ImportResolver) -> str | None:
    """The version of an installed distribution; of several, the one that is found first."""
    records = (_RECORD.fullmatch(entry) for entry in _entries(resolver))
    return next((r["version"] for r in records if r is not None and normalised(r["name"]) == normalised(name)), None)


def is_beside(package: str, resolver: ImportResolver) -> bool:
    """Whether anything of that name lies in site-packages, be it compiled, or comes with Python."""
    return is_stdlib(package) or any(entry.partition(".")[0] == package for entry in _entries(resolver))


def _entries(resolver: ImportResolver) -> Iterator[str]:
    return (entry for site in resolver.site_directories() for entry in resolver.sources.list_dir(site))


def normalised(name: str) -> str:
    """``Segmentation.Models-PyTorch`` → ``segmentation_models_pytorch``, as the folders are called."""
    return re.sub(r"[-_.]+", "_", name).lower()
