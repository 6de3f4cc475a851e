"""``rf-lsp config``: every settings key with its type, default and meaning."""

from __future__ import annotations

import argparse
import json
from typing import Any

from rf_lsp.errors import UsageError
from rf_lsp.settings import KEYS, LAYER_KEYS, MODEL_KEYS, TABLE, Setting, Settings, schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("keys", nargs="*", metavar="KEY", help="only these keys")
    parser.add_argument(
        "--format", choices=("text", "json-schema"), default="text", help="text (default) or a JSON schema"
    )


def run(arguments: argparse.Namespace) -> int:
    if arguments.format == "json-schema":
        print(json.dumps(schema(), indent=2))
        return 0
    unknown = next((name for name in arguments.keys if name not in TABLE), None)
    if unknown is not None:
        raise UsageError(f"unknown settings key {unknown!r}")
    keys = [TABLE[name] for name in arguments.keys] or list(KEYS)
    print("\n".join(line for key in keys for line in _lines(key)))
    return 0


def _lines(key: Setting) -> list[str]:
    lines = [f"{key.name}: {key.kind.text} (default: {toml_text(key.default)})", f"    {key.description}"]
    for group, inner in (("models", MODEL_KEYS), ("layers", LAYER_KEYS)):
        if key.name == group:
            lines.extend(f"    - {part.name}: {part.kind.text} – {part.description}" for part in inner)
    return lines


def settings_text(settings: Settings) -> str:
    """The values that count, with the file they come from."""
    origin = settings.source or "no settings file; these are the defaults"
    lines = [
        f"# {origin}",
        *(f"{key.name} = {toml_text(settings[key.name])}" for key in KEYS if key.name != "extend"),
    ]
    return "\n".join(lines) + "\n"


def toml_text(value: Any) -> str:
    """A value as TOML writes it; ``none`` for a key that is not set."""
    if value is None:
        return "none"
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(name)} = {toml_text(item)}" for name, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml_text, value))}]"
    return json.dumps(value, ensure_ascii=False)
