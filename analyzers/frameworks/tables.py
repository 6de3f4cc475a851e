"""Tables that are filled by importing: a package of layers or functions is whatever files are in it."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable
from importlib import import_module


def fill(package: str, path: Iterable[str]) -> None:
    """Import every module of ``analyzers.frameworks.<package>``, in order of name; their decorators register what is in them."""
    for entry in sorted(pkgutil.iter_modules(path), key=lambda entry: entry.name):
        import_module(f"analyzers.frameworks.{package}.{entry.name}")
