"""From the table of settings: those that the extension for VS Code shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rf_lsp.settings import schema
from tests.generate import ROOT

MANIFEST = "editors/vscode/package.json"
EDITORS_OWN = ("rf-lsp.path", "rf-lsp.trace.server")
"""Settings of the extension itself: written by hand in its manifest, first there."""
IN_FILES_ONLY = frozenset(("extend",))
"""Keys that mean something in a settings file alone."""


def texts() -> Iterator[tuple[str, str]]:
    file = ROOT / MANIFEST
    if not file.exists():  # a source distribution has no editors
        return
    manifest = json.loads(file.read_text(encoding="utf-8"))
    configuration = manifest["contributes"]["configuration"]
    own = {name: configuration["properties"][name] for name in EDITORS_OWN}
    configuration["properties"] = {**own, **dict(_properties(schema()["properties"], "rf-lsp."))}
    yield MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def _properties(table: dict[str, Any], prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each key by its dotted name; groups such as ``hints`` have no entry of their own."""
    for name, entry in table.items():
        if name in IN_FILES_ONLY:
            continue
        if "description" in entry:
            yield prefix + name, _property(entry)
        else:
            yield from _properties(entry["properties"], f"{prefix}{name}.")


def _property(entry: dict[str, Any]) -> dict[str, Any]:
    text = entry["description"]
    made = {**entry, "description": f"{text[0].upper()}{text[1:]}.", "scope": "window"}
    if isinstance(made.get("default"), float) and made["default"].is_integer():
        made["default"] = int(made["default"])  # as JavaScript writes it
    return made
