"""The settings: one typed table from which reading, checking, help and the JSON schema are made.

They stand in ``[tool.rf-lsp]`` of pyproject.toml or, unprefixed, in rf-lsp.toml. For each file the
nearest such table counts, whole; ``extend`` names a file whose keys are taken where this one has none.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from analyzers.source.gate import read_bytes
from analyzers.vocabulary import LEVELS
from rf_lsp.errors import UsageError
from rf_lsp.shapes import Shape, parse_input, parse_shape
from rf_lsp.suggestions import did_you_mean

LARGEST = 1_000_000
"""Bytes of a settings file that is read."""
DEEPEST_KEY = 100
_QUOTED = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
FILE_NAMES = ("rf-lsp.toml", "pyproject.toml")
HINT_POSITIONS = ("end-of-line", "after-call")

Check = Callable[[Any], str | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of setting: how it is called, what is wrong with a value (``None``: nothing), its schema."""

    text: str
    wrong: Check
    schema: Mapping[str, Any]


def _is(kind: type, name: str) -> Check:
    def wrong(value: Any) -> str | None:
        fits = isinstance(value, kind) and not (kind is not bool and isinstance(value, bool))
        return None if fits else f"must be {name}"

    return wrong


def _all_of(wrong: Check) -> Check:
    def check(value: Any) -> str | None:
        if not isinstance(value, list):
            return "must be a list"
        return next((f"item {item!r} {text}" for item in value if (text := wrong(item))), None)

    return check


def _table_of(wrong: Check) -> Check:
    def check(value: Any) -> str | None:
        if not isinstance(value, dict):
            return "must be a table"
        return next((f"entry {key!r} {text}" for key, item in value.items() if (text := wrong(item))), None)

    return check


def _one_of(choices: tuple[str, ...]) -> Check:
    return lambda value: None if value in choices else f"must be one of {', '.join(choices)}"


def _share(value: Any) -> str | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return None if number and 0 < value <= 1 else "must be a number above 0, at most 1"


def _positive(value: Any) -> str | None:
    return None if type(value) is int and value > 0 else "must be a positive whole number"


def _parses(parse: Callable[[str], Any]) -> Check:
    def wrong(value: Any) -> str | None:
        try:
            return None if isinstance(value, str) and parse(value) else "must be a string"
        except UsageError as error:
            return f"is an {error}"

    return wrong


def _target_size(value: Any) -> str | None:
    values = value if isinstance(value, list) and value else [value]
    return next((text for item in values if (text := _positive(item))), None)


_UNITS = {"": 1, "B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


def parse_bytes(value: int | str | None) -> int | None:
    """``1000``, ``"500 MB"``, ``"1.5GiB"`` in bytes; raises :class:`UsageError`."""
    if value is None or type(value) is int:
        return value
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", value) if isinstance(value, str) else None
    if found is None or found[2] not in _UNITS:
        raise UsageError(f"impossible size {value!r}; write it like 500 MB")
    return int(float(found[1]) * _UNITS[found[2]])


def _bytes(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return "must be bytes, or a text such as 500 MB"
    try:
        return None if (parse_bytes(value) or 0) > 0 else "must be above 0"
    except UsageError as error:
        return f"is an {error}"


def _rule(value: Any) -> str | None:
    from analyzers.rules.support.selection import UnknownRule, rules_of

    if not isinstance(value, str):
        return "must be a rule's code, prefix or name"
    try:
        rules_of(value)
    except UnknownRule as error:
        return f"is an {error}"
    return None


def _rule_levels(value: Any) -> str | None:
    return _table_of(_one_of(LEVELS))(value) or _all_of(_rule)(list(value))


_STRING_SCHEMA = {"type": "string"}
_SHAPE_SCHEMA = {"type": "string", "pattern": "^([A-Za-z_]\\w* *= *)?\\d+(x\\d+)*$"}


def _list_schema(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


def _table_schema(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": item}


STRING = Kind("string", _is(str, "a string"), _STRING_SCHEMA)
BOOLEAN = Kind("true or false", _is(bool, "true or false"), {"type": "boolean"})
STRINGS = Kind("list of strings", _all_of(_is(str, "no string")), _list_schema(_STRING_SCHEMA))
RULES = Kind("list of rules", _all_of(_rule), _list_schema(_STRING_SCHEMA))
RULE_TABLE = Kind("table: glob → rules", _table_of(_all_of(_rule)), _table_schema(_list_schema(_STRING_SCHEMA)))
RULE_LEVELS = Kind("table: rule → level", _rule_levels, _table_schema({"enum": list(LEVELS)}))
SHAPE = Kind("shape", _parses(parse_shape), _SHAPE_SCHEMA)
SHAPES = Kind("list of shapes", _all_of(_parses(parse_input)), _list_schema(_SHAPE_SCHEMA))
SHARE = Kind("number, 0…1", _share, {"type": "number", "exclusiveMinimum": 0, "maximum": 1})
POSITIVE = Kind("whole number", _positive, {"type": "integer", "minimum": 1})
PIXELS = Kind(
    "pixels, or a list of them",
    _target_size,
    {"anyOf": [{"type": "integer", "minimum": 1}, _list_schema({"type": "integer", "minimum": 1})]},
)
BYTES = Kind(
    "bytes, or a text such as 500 MB",
    _bytes,
    {
        "anyOf": [
            {"type": "integer", "minimum": 1},
            {"type": "string", "pattern": "^\\s*\\d+(\\.\\d+)?\\s*([kKMG]i?)?B?\\s*$"},
        ]
    },
)
OUTPUTS = Kind(
    "list of shapes",
    _all_of(_parses(parse_shape)),
    _list_schema({"type": "string", "pattern": "^(\\d+|[A-Za-z]\\d?|\\?|\\*)(x(\\d+|[A-Za-z]\\d?|\\?|\\*))*$"}),
)
POSITION = Kind(" | ".join(HINT_POSITIONS), _one_of(HINT_POSITIONS), {"enum": list(HINT_POSITIONS)})


@dataclass(frozen=True, slots=True)
class Setting:
    name: str
    kind: Kind
    default: Any
    description: str


def _group(keys: tuple[Setting, ...]) -> Kind:
    """A table whose keys are described by ``keys``."""
    names = {key.name: key for key in keys}
    properties = {key.name: {**key.kind.schema, "description": key.description} for key in keys}
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return Kind("table", lambda value: _wrong_in(value, names), schema)


def _wrong_in(value: Any, keys: Mapping[str, Setting]) -> str | None:
    if not isinstance(value, dict):
        return "must be a table"
    for name, item in value.items():
        if name not in keys:
            return f"has no key {name!r}{_meant(name, keys)}"
        if text := keys[name].kind.wrong(item):
            return f"key {name!r} {text}"
    return None


def _meant(name: str, keys: Mapping[str, Any]) -> str:
    return did_you_mean(name.replace("_", "-"), keys)


MODEL_KEYS = (
    Setting("target", STRING, None, "the model, PATH[::EXPR]"),
    Setting("input", SHAPES, None, "its inputs, batch first"),
    Setting("required-coverage", SHARE, None, "as the general key, for this model"),
    Setting("target-size", PIXELS, None, "as the general key, for this model"),
    Setting(
        "output", OUTPUTS, None, "the shapes that come out, batch first, a letter for any size; RF211 reports others"
    ),
    Setting("max-parameters", POSITIVE, None, "RF405 reports a model with more"),
    Setting("max-macs", POSITIVE, None, "multiply-accumulates for one item of the batch; RF405 reports more"),
    Setting("max-memory", BYTES, None, "input, outputs of all layers and parameters; RF405 reports more"),
)
LAYER_KEYS = (Setting("like", STRING, None, "dotted name of the layer it behaves like"),)
_MODEL, _LAYER = _group(MODEL_KEYS), _group(LAYER_KEYS)


def _model_entry(value: Any) -> str | None:
    text = _MODEL.wrong(value)
    return text or (None if "target" in value else "needs a target")


MODELS = Kind("list of tables", _all_of(_model_entry), _list_schema({**_MODEL.schema, "required": ["target"]}))
LAYERS = Kind("table of tables", _table_of(_LAYER.wrong), _table_schema(_LAYER.schema))

KEYS = (
    Setting("extend", STRING, None, "another settings file, for keys that are not given here"),
    Setting("select", RULES, None, "rules to run, by code, prefix (RF2), name or ALL; default: those not off"),
    Setting("ignore", RULES, [], "rules not to run"),
    Setting("per-file-ignores", RULE_TABLE, {}, "rules not to run in files that fit a glob"),
    Setting("severity", RULE_LEVELS, {}, "levels of rules: error, warning, information, off"),
    Setting("exclude", STRINGS, [], "files and folders to leave out, as in .gitignore; added to the usual ones"),
    Setting("default-input", SHAPE, None, "the input where nothing says it; default 224 pixels for images"),
    Setting("search-paths", STRINGS, [], "folders in which imports are looked for"),
    Setting(
        "python",
        STRING,
        None,
        "interpreter whose site-packages are read, and that trace runs; default: VIRTUAL_ENV, .venv, own",
    ),
    Setting("required-coverage", SHARE, 1.0, "share of the input that the last map's field must cover (RF101)"),
    Setting("target-size", PIXELS, None, "pixels that it must cover instead, for all axes or each"),
    Setting("hints.shape", BOOLEAN, True, "show output shapes in the editor"),
    Setting("hints.receptive-field", BOOLEAN, True, "show receptive fields in the editor"),
    Setting("hints.parameters", BOOLEAN, False, "show parameter counts in the editor"),
    Setting("hints.position", POSITION, "end-of-line", "where the editor shows hints"),
    Setting("trace.timeout", POSITIVE, 120, "seconds that tracing one model may take"),
    Setting("trace.memory", POSITIVE, 8, "GiB of memory that the traced program and all it starts may take"),
    Setting("models", MODELS, [], "models by target, with their inputs and demands"),
    Setting("layers", LAYERS, {}, "custom layers: dotted name → the known layer they are like"),
)
TABLE = {key.name: key for key in KEYS}


@dataclass(slots=True)
class Settings:
    """Checked values by dotted key. ``source`` is the file they come from; paths in them are relative to
    ``root``, its folder (or the workspace's where there is no file)."""

    values: dict[str, Any] = field(default_factory=dict)
    root: str = "."
    source: str | None = None

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name, TABLE[name].default)

    def path(self, text: str) -> str:
        return os.path.normpath(os.path.join(self.root, os.path.expanduser(text)))

    @property
    def default_input(self) -> Shape | None:
        text = self["default-input"]
        return parse_shape(text) if text else None

    @property
    def target_size(self) -> tuple[int, ...] | None:
        return pixels(self["target-size"])

    def with_values(self, **changes: Any) -> Settings:
        """A copy with keys replaced; underscores stand for hyphens."""
        named = {name.replace("_", "-"): value for name, value in changes.items()}
        return Settings({**self.values, **named}, self.root, self.source)


def pixels(value: int | list[int] | None) -> tuple[int, ...] | None:
    """The value of a ``target-size`` key as a tuple."""
    return None if value is None else (value,) if isinstance(value, int) else tuple(value)


def find(folder: str, may_read: Callable[[str], bool] = os.path.isfile) -> str | None:
    """The nearest file with settings, from ``folder`` upwards."""
    current = os.path.abspath(folder)
    while True:
        for name in FILE_NAMES:
            path = os.path.join(current, name)
            if may_read(path) and (name != "pyproject.toml" or _mentions_us(path)):
                return path
        parent = os.path.dirname(current)
        if parent == current:
            return None
        current = parent


def _mentions_us(path: str) -> bool:
    """Whether a pyproject.toml has our table; a broken one counts only when it names us."""
    try:
        content = read_bytes(path, LARGEST)
    except OSError:
        return False
    return b"rf-lsp" in content and _table_in(path) is not None


def load(path: str) -> Settings:
    """Read and check one settings file with what it extends; raises :class:`UsageError`."""
    return _load(os.path.abspath(path), ())


def _is_within_workspace(named: str, path: str) -> bool:
    """Whether a file that the settings of a repository name lies in it; links are followed first."""
    from analyzers.imports.resolver import workspace_root

    root = os.path.realpath(workspace_root(path))
    return os.path.realpath(named).startswith(os.path.join(root, ""))


def extended_by(path: str) -> str | None:
    """The file that a settings file extends, if it says so; raises :class:`UsageError`."""
    extended = (_table_in(path) or {}).get("extend")
    return _beside(path, extended) if isinstance(extended, str) else None


def _beside(path: str, text: str) -> str:
    return os.path.normpath(os.path.join(os.path.dirname(path), os.path.expanduser(text)))


def _load(path: str, inside: tuple[str, ...]) -> Settings:
    if path in inside:
        raise UsageError(f"{path}: extends itself")
    table = _table_in(path) or {}
    own = checked(table, path)
    base: dict[str, Any] = {}
    if "extend" in own:
        extended = _beside(path, own["extend"])
        if not _is_within_workspace(extended, path):
            raise UsageError(f"{path}: extend names a file outside of the workspace")
        base = _rebased(_load(extended, (*inside, path)), os.path.dirname(path))
    return Settings({**base, **own}, os.path.dirname(path), path)


def _rebased(settings: Settings, root: str) -> dict[str, Any]:
    """The values of an extended file, its relative paths made relative to the folder that extends it."""

    def moved(text: str) -> str:
        return os.path.relpath(settings.path(text), root)

    values = dict(settings.values)
    if "search-paths" in values:
        values["search-paths"] = [moved(text) for text in values["search-paths"]]
    if os.sep in values.get("python", ""):
        values["python"] = moved(values["python"])
    if "models" in values:
        values["models"] = [
            {**entry, "target": "::".join([moved(path), *rest])}
            for entry in values["models"]
            for path, *rest in [entry["target"].split("::", 1)]
        ]
    return values


def _table_in(path: str) -> dict[str, Any] | None:
    """Our table of a TOML file; ``None`` for a pyproject.toml that has none."""
    content = _read_toml(path)
    if os.path.basename(path) != "pyproject.toml":
        return content
    tool = content.get("tool")
    table = tool.get("rf-lsp") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise UsageError(f"{path}: tool.rf-lsp must be a table")
    return table


def _read_toml(path: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib  # pyright: ignore[reportMissingImports]
    try:
        text = read_bytes(path, LARGEST).decode()
        if any(_QUOTED.sub("", line).count(".") > DEEPEST_KEY for line in text.splitlines()):
            raise UsageError(f"{path} is not read: a key of more than {DEEPEST_KEY} parts")
        return tomllib.loads(text)
    except OSError as error:
        raise UsageError(f"{path}: cannot read the settings file: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from None


def checked(table: Mapping[str, Any], origin: str) -> dict[str, Any]:
    """The values of a settings table by dotted key; raises :class:`UsageError` at the first wrong one."""
    values: dict[str, Any] = {}
    for name, value in _flat(table).items():
        key = TABLE.get(name)
        if key is None:
            raise UsageError(f"{origin}: unknown settings key {name!r}{_meant(name, TABLE)}")
        if text := key.kind.wrong(value):
            raise UsageError(f"{origin}: settings key {name!r} {text}")
        values[name] = value
    return values


def _flat(table: Mapping[str, Any]) -> dict[str, Any]:
    """Groups such as ``hints`` flattened to dotted keys."""
    groups = {name.split(".")[0] for name in TABLE if "." in name}
    flat: dict[str, Any] = {}
    for name, value in table.items():
        if name in groups and isinstance(value, dict):
            flat.update({f"{name}.{inner}": item for inner, item in value.items()})
        else:
            flat[name] = value
    return flat


def schema() -> dict[str, Any]:
    """A JSON schema of the settings, for editors."""
    properties: dict[str, Any] = {}
    for key in KEYS:
        entry = {**key.kind.schema, "description": key.description}
        if key.default is not None:
            entry["default"] = key.default
        group, _, name = key.name.rpartition(".")
        home = properties
        if group:
            empty = {"type": "object", "properties": {}, "additionalProperties": False}
            home = properties.setdefault(group, empty)["properties"]
        home[name] = entry
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of rf-lsp",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
