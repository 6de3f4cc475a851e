"""From the table of settings: the reference and the JSON schema."""

from __future__ import annotations

import json
from collections.abc import Iterator

from rf_lsp.cli.config import toml_text
from rf_lsp.settings import KEYS, LAYER_KEYS, MODEL_KEYS, Setting, schema
from tests.generate.marks import cell

INTRODUCTION = """\
<!-- Made by `python -m tests.generate` from the table in rf_lsp/settings.py. -->
# Settings

They stand in `[tool.rf-lsp]` of pyproject.toml or, unprefixed, in rf-lsp.toml. For each file the nearest of these counts, whole;
`extend` names a file whose keys are taken where this one has none. Relative paths are relative to the settings file. Options of the
command line come before the settings, and a settings file before those of an editor. A key that does not exist is an error on the
command line and a warning in an editor.

`rf-lsp config` prints this list, `rf-lsp check --show-settings` the values that count for a file, and
[rf-lsp.schema.json](rf-lsp.schema.json) is their JSON schema, for editors that complete and check TOML.
"""
INNER = {"models": MODEL_KEYS, "layers": LAYER_KEYS}
"""Keys whose entries are tables, and the keys of those."""
EXAMPLES = {
    "severity": '[tool.rf-lsp.severity]\nreceptive-field-below-input = "information"',
    "per-file-ignores": '[tool.rf-lsp.per-file-ignores]\n"tests/*" = ["RF1"]',
    "models": '[[tool.rf-lsp.models]]\ntarget = "nets/unet.py::UNet(3, 2)"\ninput = ["1x3x512x512"]',
    "layers": '[tool.rf-lsp.layers."mylib.ConvBNAct"]\nlike = "torch.nn.Conv2d"',
}


def texts() -> Iterator[tuple[str, str]]:
    yield "docs/settings.md", "\n".join(_reference()) + "\n"
    yield "docs/rf-lsp.schema.json", json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _reference() -> Iterator[str]:
    yield INTRODUCTION
    yield from ("| key | type | default |", "|---|---|---|")
    for key in KEYS:
        yield f"| [`{key.name}`](#{anchor(key.name)}) | {cell(key.kind.text)} | {_default(key)} |"
    for key in KEYS:
        yield from _section(key)


def _section(key: Setting) -> Iterator[str]:
    yield from ("", f"## {key.name}", "")
    yield f"{key.description[0].upper()}{key.description[1:]}."
    if key.name in INNER:
        yield from ("", "| key | type | meaning |", "|---|---|---|")
        yield from (f"| `{part.name}` | {cell(part.kind.text)} | {part.description} |" for part in INNER[key.name])
    if key.name in EXAMPLES:
        yield from ("", "```toml", EXAMPLES[key.name], "```")


def _default(key: Setting) -> str:
    return "–" if key.default is None else f"`{toml_text(key.default)}`"


def anchor(name: str) -> str:
    """The anchor that GitHub gives the heading of a key."""
    return name.replace(".", "")
