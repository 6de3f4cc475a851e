"""``rf-lsp trace --save``: effective fields as pictures side by side, or as numbers; drawn by an optional library."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from rf_lsp.errors import UsageError

if TYPE_CHECKING:
    from rf_lsp.output import TraceReport

ENDINGS = (".png", ".svg", ".npz")
INCHES = 3.2


def check_name(path: str) -> None:
    """Raises :class:`UsageError` for what cannot be written, before anything is measured."""
    if not path.endswith(ENDINGS):
        raise UsageError(f"cannot write {path}: its name must end in {', '.join(ENDINGS)}")
    _numpy(path) if path.endswith(".npz") else _figures(path)


def _numpy(path: str) -> Any:
    try:
        import numpy
    except ImportError:
        raise _missing(path, "numpy") from None
    return numpy


def _figures(path: str) -> Any:
    try:
        import matplotlib.figure  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise _missing(path, "matplotlib") from None
    return matplotlib.figure


def _missing(path: str, library: str) -> UsageError:
    return UsageError(f"{path} needs {library}: pip install 'rf-lsp[plot]'")


def save(report: TraceReport, path: str) -> None:
    """Write all maps that were measured; the results name the file."""
    maps = [one for result in report.models for one in result.erf or () if one.get("map")]
    if not maps:
        raise UsageError(f"{path} is not written: no effective field was measured")
    try:
        _arrays(maps, path) if path.endswith(".npz") else _figure(maps, path)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
    for one in maps:
        one["image"] = os.path.abspath(path)


def plane(energy: list[Any]) -> list[list[float]]:
    """The map as rows: one of a series; of a volume the sum along its first axis."""
    if not isinstance(energy[0], list):
        return [energy]
    if not isinstance(energy[0][0], list):
        return energy
    return [[sum(values) for values in zip(*lines, strict=True)] for lines in zip(*energy, strict=True)]


def brightness(energy: list[Any]) -> list[list[float]]:
    """From 0 to 1, by the fourth root of the energy: what falls off as fast as this is not seen otherwise."""
    rows = plane(energy)
    most = max(max(row) for row in rows) or 1.0
    return [[(value / most) ** 0.25 for value in row] for row in rows]


def _arrays(maps: list[dict[str, Any]], path: str) -> None:
    numpy = _numpy(path)
    numpy.savez_compressed(path, **{one["layer"]: numpy.asarray(one["map"]) for one in maps})


def _figure(maps: list[dict[str, Any]], path: str) -> None:
    figure = _figures(path).Figure(figsize=(INCHES * len(maps), INCHES * 1.15), layout="constrained")
    for axes, one in zip(figure.subplots(1, len(maps), squeeze=False)[0], maps, strict=True):
        axes.imshow(brightness(one["map"]), cmap="viridis", aspect="auto")
        sizes = "×".join(f"{size:g}" for size in one["width"])
        axes.set_title(f"{one['layer']}: {sizes}", fontsize=9)
    figure.savefig(path, dpi=150)
