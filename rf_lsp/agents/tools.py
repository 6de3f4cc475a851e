"""The tools that agents are offered: what they are called, what they take, and what is wrong with what they are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analyzers.vocabulary import SEVERITIES
from rf_lsp.errors import UsageError

LONGEST_TEXT = 2_000
"""Characters of one argument."""
MOST_ITEMS = 100

Schema = dict[str, Any]


def _text(description: str, **more: Any) -> Schema:
    return {"type": "string", "description": description, "maxLength": LONGEST_TEXT, **more}


def _texts(description: str) -> Schema:
    items = {"type": "string", "maxLength": LONGEST_TEXT}
    return {"type": "array", "description": description, "items": items, "maxItems": MOST_ITEMS}


INPUTS = _texts(
    "shapes of the inputs, batch first, such as 1x3x224x224 or mask=1x1x64x64, where the code does not say them"
)
DETAILS = ("summary", "layers", "json")


@dataclass(frozen=True, slots=True)
class Tool:
    """``properties`` are the JSON schemas of its arguments."""

    name: str
    title: str
    description: str
    properties: Mapping[str, Schema]
    required: tuple[str, ...] = ()

    @property
    def schema(self) -> Schema:
        head = {"type": "object", "properties": dict(self.properties), "additionalProperties": False}
        return {**head, "required": list(self.required)} if self.required else head

    def checked(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments; raises :class:`UsageError` with one sentence on what is wrong with them."""
        for name in self.required:
            if name not in arguments:
                raise UsageError(f"{self.name} needs the argument {name}")
        for name, value in arguments.items():
            if name not in self.properties:
                raise UsageError(f"{self.name} has no argument {name!r}; it takes {', '.join(self.properties)}")
            if wrong := _wrong(value, self.properties[name]):
                raise UsageError(f"{self.name}: {name} {wrong}")
        return dict(arguments)


def _wrong(value: Any, schema: Schema) -> str | None:
    if schema["type"] == "array":
        if not isinstance(value, list):
            return "must be a list of texts"
        if len(value) > schema["maxItems"]:
            return f"has more than {schema['maxItems']} items"
        return next((wrong for item in value if (wrong := _wrong(item, schema["items"]))), None)
    if not isinstance(value, str):
        return "must be a text"
    if len(value) > schema["maxLength"]:
        return f"is longer than {schema['maxLength']} characters"
    if "\0" in value:
        return "contains null bytes"
    if "enum" in schema and value not in schema["enum"]:
        return f"must be one of {', '.join(schema['enum'])}"
    return None


TOOLS = {
    tool.name: tool
    for tool in (
        Tool(
            "inspect_model",
            "Shapes, parameters and receptive fields",
            "Reads PyTorch and Keras models from source, without running it: output shapes, parameters, MACs and the receptive "
            "field of a model (detail: summary), of each layer (layers), or everything (json); with what is wrong and where.",
            {
                "target": _text(
                    "PATH, PATH::EXPR or package.module::EXPR, such as net.py::UNet(3, 2); without EXPR every model"
                ),
                "inputs": INPUTS,
                "detail": _text("summary (default), layers or json", enum=list(DETAILS)),
                "layer": _text("only layers whose name fits this glob, such as layer4.*"),
            },
            ("target",),
        ),
        Tool(
            "check_files",
            "Errors in models",
            "Finds shape errors, misused arguments and too small receptive fields in files and folders: one line each, with the "
            "place and the rule, the worst first.",
            {
                "paths": _texts("Python files, notebooks and folders (default: the first root)"),
                "select": _texts("rules to run: codes, prefixes (RF2), names, ALL"),
                "ignore": _texts("rules not to run"),
                "lowest": _text("lowest level that is listed (default: warning)", enum=list(SEVERITIES)),
                "inputs": INPUTS,
            },
        ),
        Tool(
            "explain_rule",
            "What a rule means",
            "Why a rule matters, how to fix what it finds, and an example.",
            {"rule": _text("code or name, such as RF201 or channel-mismatch")},
            ("rule",),
        ),
        Tool(
            "compare_models",
            "What a change does to the models",
            "Says what is different in shapes, parameters, MACs, receptive fields and findings, with places: of the work tree "
            "since a git revision (base), or between two files or folders (old and new).",
            {
                "base": _text("git revision to compare the work tree with, such as HEAD (default) or main..."),
                "paths": _texts("files and folders to compare with base (default: the first root)"),
                "old": _text("a file, PATH::EXPR or a folder; together with new, in place of base"),
                "new": _text("a file, PATH::EXPR or a folder"),
                "inputs": INPUTS,
            },
        ),
    )
}
