"""``rf-lsp doctor [PATHS…]``: what counts for a folder, and what to do about what is missing."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rf_lsp.cli import options
from rf_lsp.output.escape import visible
from rf_lsp.output.text import enumerated

if TYPE_CHECKING:
    from rf_lsp.diagnosis import Diagnosis, FolderDiagnosis, Kept


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", default=["."], metavar="PATH", help="files and folders (default: .)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="text (default) or json")
    parser.add_argument("--python", metavar="EXE", help="interpreter whose site-packages are read (it is not started)")
    options.add_config(parser)


def run(arguments: argparse.Namespace) -> int:
    from rf_lsp.diagnosis import diagnosis
    from rf_lsp.output.serialize import dumps

    found = diagnosis(arguments.paths, arguments.config, arguments.python)
    is_json = arguments.format == "json"
    sys.stdout.write(dumps(found.to_json()) if is_json else "".join(f"{visible(line)}\n" for line in _lines(found)))
    return 0


def _lines(found: Diagnosis) -> Iterator[str]:
    yield f"rf-lsp {found.version}"
    yield from _rows(_program(found))
    for folder in found.folders:
        yield ""
        yield folder.path
        yield from _rows(_folder(folder, found))
    advice = list(dict.fromkeys([*found.advice, *(text for folder in found.folders for text in folder.advice)]))
    yield ""
    yield "what to do" if advice else "nothing is missing"
    yield from (f"  - {text}" for text in advice)


def _rows(rows: Iterator[tuple[str, str]]) -> Iterator[str]:
    """Aligned; what goes on has no title."""
    yield from (f"  {title:13} {text}" for title, text in rows)


def _program(found: Diagnosis) -> Iterator[tuple[str, str]]:
    yield "Python", f"{found.python}, {found.executable}"
    yield "system", found.system
    yield "packages", ", ".join(f"{name} {version or 'missing'}" for name, version in found.installed.items())
    extras = (f"{extra} {_extra(versions)}" for extra, versions in found.extras.items())
    yield "extras", ", ".join(extras) or "none is named by the installation"
    yield "on PATH", found.command or "no rf-lsp"
    yield "cache", _kept(found.cache)


def _extra(versions: dict[str, str | None]) -> str:
    lacking = [name for name, version in versions.items() if version is None]
    return f"lacks {enumerated(lacking)}" if lacking else "installed"


def _folder(folder: FolderDiagnosis, found: Diagnosis) -> Iterator[tuple[str, str]]:
    yield "workspace", folder.workspace
    yield "settings", folder.settings or "no file, the defaults"
    environment = folder.environment
    if environment is not None:
        version = f", Python {environment.python_version}" if environment.python_version else ""
        yield "environment", f"{environment.prefix} ({environment.why}{version})"
        yield from (("", f"packages in {text}") for text in environment.folders)
    else:
        yield "environment", "none"
    for index, package in enumerate(folder.packages):
        text = f"{package.name} {package.version or '?'}, {package.source or 'no source that could be read'}"
        yield "" if index else "sources", text
    if not folder.packages:
        yield "sources", "none of a known framework or library"
    if folder.missing:
        yield "imported", f"but not found: {', '.join(folder.missing)}"
    yield from (("" if index else "search paths", text) for index, text in enumerate(folder.search_paths))
    yield "trace", folder.tracing or "no interpreter"
    yield "editor", _editor(folder, found)
    yield "cache", _kept(folder.cache)


def _editor(folder: FolderDiagnosis, found: Diagnosis) -> str:
    """The server that editors start; settings and environment are those above unless the editor's settings say otherwise."""
    server = folder.environment.server if folder.environment is not None else None
    usual = found.command or "no server on PATH"
    return f"VS Code: rf-lsp {server} of the environment; others: {usual}" if server else usual


def _kept(kept: Kept) -> str:
    if kept.folder is None:
        return "none"
    return f"{kept.folder} ({'nothing yet' if kept.bytes is None else _size(kept.bytes)})"


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"
