"""``open``, ``yaml`` and ``json``: models that are built from a configuration file of the workspace.

Only small text files inside the workspace are read, through the project's sources, so that a result that came of
them is known to depend on them. Whatever else would be read stays unknown; nothing is ever written.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.capabilities import SupportsAttributes
from analyzers.interpreter.contexts import Context
from analyzers.source.sources import SourceError
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from analyzers.interpreter.machine import Machine

TEXT_FILES = (".py", ".yaml", ".yml", ".json", ".cfg", ".ini", ".conf", ".toml", ".txt", ".names")
MAXIMUM_LENGTH = 64 * 1024
"""Characters of a file; configurations of networks have a tenth of that."""
MAXIMUM_VALUES = 20_000
DEEPEST_DOCUMENT = 50
STEPS_PER_CHARACTER = 4
"""What reading YAML takes."""
_BRACKET = re.compile(r"[\[\]{}]")
_DASHES = re.compile(r"(?:[-?:] +){50}")
READING = frozenset(["r", "rt", "tr"])


class TextFile(Context):
    """A file that was opened for reading."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name

    def enter(self, machine: Machine) -> Any:
        return self

    def read(self, *_: Any) -> str:
        text, self.text = self.text, ""
        return text

    def readlines(self, *_: Any) -> list[str]:
        return self.read().splitlines(keepends=True)

    def readline(self, *_: Any) -> str:
        line, end, self.text = self.text.partition("\n")
        return line + end

    def close(self) -> None:
        return None

    def __iter__(self) -> Iterator[str]:
        return iter(self.readlines())

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        if name in ("read", "readlines", "readline", "close", "name"):
            return getattr(self, name)
        return Unknown(f"{name} of a file")


class FilePath(SupportsAttributes):
    """``pathlib.Path``: a path as text; of the file system only the workspace is known."""

    def __init__(self, path: PurePosixPath) -> None:
        self.path = path

    def __fspath__(self) -> str:
        return str(self.path)

    __str__ = __repr__ = __fspath__

    def __truediv__(self, other: Any) -> FilePath:
        return FilePath(self.path / os.fspath(other))

    def __rtruediv__(self, other: Any) -> FilePath:
        return FilePath(other / self.path)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FilePath) and self.path == other.path

    def __hash__(self) -> int:
        return hash(self.path)

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        if name in ("name", "stem", "suffix", "parts", "suffixes"):
            found = getattr(self.path, name)
            return tuple(found) if name == "parts" else found
        if name == "parent":
            return FilePath(self.path.parent)
        if name == "parents":
            return [FilePath(path) for path in self.path.parents]
        return METHODS[name](self) if name in METHODS else Unknown(f"{name} of a path")

    def itself(self) -> Any:
        return lambda *_, **__: self

    def text(self) -> Any:
        return lambda: str(self.path)

    def changed(self, method: str) -> Any:
        return lambda *args: FilePath(getattr(self.path, method)(*map(os.fspath, args)))

    def opened(self) -> Any:
        def opened(*args: Any, machine: Machine, **kwargs: Any) -> Any:
            return _open(self, *args, machine=machine, **kwargs)

        return opened

    def read(self) -> Any:
        def read_text(*_: Any, machine: Machine, **__: Any) -> Any:
            file = _open(self, machine=machine)
            return file.read() if isinstance(file, TextFile) else file

        return read_text

    def exists(self) -> Any:
        def exists(*, machine: Machine) -> Any:
            return _exists(self, machine=machine)

        return exists

    def nothing(self) -> Any:
        return lambda *_, **__: None


METHODS: dict[str, Callable[[FilePath], Any]] = {
    **dict.fromkeys(("resolve", "absolute", "expanduser"), FilePath.itself),
    **dict.fromkeys(("as_posix", "__str__", "__fspath__"), FilePath.text),
    **dict.fromkeys(("exists", "is_file"), FilePath.exists),
    **dict.fromkeys(("mkdir", "touch", "unlink"), FilePath.nothing),
    **{name: (lambda self, name=name: self.changed(name)) for name in ("joinpath", "with_suffix", "with_name")},
    "open": FilePath.opened,
    "read_text": FilePath.read,
}


def _path(*parts: Any) -> Any:
    from pathlib import PurePosixPath

    unknown = next((p for p in parts if not isinstance(p, (str, FilePath))), None)
    return FilePath(PurePosixPath(*map(os.fspath, parts))) if unknown is None else Unknown("a path that is not known")


_path.makes = FilePath  # type: ignore[attr-defined]  # what isinstance(…, Path) looks for


def _open(file: Any, mode: Any = "r", *_: Any, machine: Machine, **__: Any) -> Any:
    path = _found(machine, file) if mode in READING else None
    if path is None:
        return machine.unknown("a file that is only known when the code runs")
    try:
        text = machine.modules.resolver.sources.read(path)
    except SourceError as error:
        return machine.unknown(str(error))
    if len(text) > MAXIMUM_LENGTH:
        return machine.unknown(f"a file of more than {MAXIMUM_LENGTH:,} characters")
    return TextFile(text.replace("\r\n", "\n"), str(file))


def _found(machine: Machine, name: Any) -> str | None:
    """The file of the workspace that a path means; a relative one is taken from the roots and search paths, as
    a program is started there, then from the folder of the code that opens it."""
    name = str(name) if isinstance(name, FilePath) else name
    resolver = machine.modules.resolver
    workspace = [*resolver.search_paths, *resolver.roots]
    if not isinstance(name, str) or not name.endswith(TEXT_FILES) or "\0" in name:
        return None
    folders = workspace if not machine.frames else [*workspace, os.path.dirname(machine.frames[-1].module.path)]
    for folder in folders:
        path = os.path.realpath(os.path.join(folder, name))
        inside = any(path.startswith(os.path.join(os.path.realpath(root), "")) for root in workspace)
        if inside and resolver.sources.is_file(path):
            return path
    return None


def _parsed_yaml(stream: Any, *_: Any, machine: Machine, **__: Any) -> Any:
    text = stream.read() if isinstance(stream, TextFile) else stream
    if isinstance(text, Unknown) or not isinstance(text, str) or len(text) > MAXIMUM_LENGTH:
        return text if isinstance(text, Unknown) else machine.unknown("a YAML document that is not known")
    try:
        import yaml
    except ImportError:
        return machine.unknown("a YAML document")
    if _is_deep(text):
        return machine.unknown("a YAML document with brackets in brackets")
    machine.budget.spend(len(text) * STEPS_PER_CHARACTER)
    try:
        return _plain(machine, yaml.safe_load(text), [MAXIMUM_VALUES])
    except (yaml.YAMLError, ValueError, RecursionError):
        return machine.unknown("a YAML document that cannot be read")


def _is_deep(text: str) -> bool:
    """Whether it takes the parser very long: brackets nested deeper than a configuration has them."""
    if _DASHES.search(text):
        return True
    depth = deepest = 0
    for bracket in _BRACKET.findall(text):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest > DEEPEST_DOCUMENT


def _parsed_json(text: Any, *_: Any, machine: Machine, **__: Any) -> Any:
    text = text.read() if isinstance(text, TextFile) else text
    if not isinstance(text, str) or len(text) > MAXIMUM_LENGTH:
        return machine.unknown("a JSON document that is not known")
    machine.budget.visit(len(text))
    try:
        return _plain(machine, json.loads(text), [MAXIMUM_VALUES])
    except (ValueError, RecursionError):
        return machine.unknown("a JSON document that cannot be read")


def _plain(machine: Machine, value: Any, left: list[int]) -> Any:
    """The document's values, no more than may be held (aliases may stand for many), dates and the like unknown."""
    left[0] -= 1
    if left[0] < 0:
        raise ValueError("too many values")
    if isinstance(value, dict):
        return {key: _plain(machine, item, left) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(machine, item, left) for item in value]
    known = value is None or isinstance(value, (bool, int, float, str))
    return value if known else machine.unknown("a value of a document that is no number or text")


def _exists(path: Any, *, machine: Machine) -> Any:
    """True for a file of the workspace; what else there will be when the code runs is not known."""
    return True if _found(machine, path) is not None else machine.unknown("the file system")


_LOADERS = ("Loader", "FullLoader", "SafeLoader", "BaseLoader", "UnsafeLoader", "CLoader", "CSafeLoader", "CFullLoader")
OPEN = _open
EXISTS = _exists
MODULES: dict[str, dict[str, Any]] = {
    "pathlib": {"Path": _path, "PurePath": _path, "PosixPath": _path, "PurePosixPath": _path},
    "yaml": {
        **dict.fromkeys(("safe_load", "load", "full_load", "unsafe_load"), _parsed_yaml),
        **dict.fromkeys(_LOADERS, None),
        "dump": lambda *_, **__: Unknown("text that is written"),
    },
    "json": {
        **dict.fromkeys(("load", "loads"), _parsed_json),
        "dump": lambda *_, **__: None,
        "dumps": lambda *_, **__: Unknown("text that is written"),
    },
}
