"""``warnings``, ``logging``, ``os``, ``sys``, ``re``, ``random``, ``time`` … – what has no bearing on shapes.

Nothing here touches the machine it runs on: paths are text, the environment is empty.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, NamedTuple

from analyzers.interpreter.capabilities import OpenList, SupportsAttributes, SupportsCall, SupportsMissing
from analyzers.interpreter.library.files_ import EXISTS
from analyzers.interpreter.library.functools_ import same
from analyzers.interpreter.library.typing_ import NamedClass
from analyzers.interpreter.values import MISSING, HostMethod
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


class VersionInfo(NamedTuple):
    """``sys.version_info``"""

    major: int
    minor: int
    micro: int
    releaselevel: str
    serial: int


def _nothing(*_: Any, **__: Any) -> None:
    return None


class Silent(SupportsAttributes, SupportsCall):
    """A logger or similar: every method does nothing."""

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        return [] if name in ("filters", "handlers") else _nothing

    def call_value(self, machine: Machine, args: Any, kwargs: Any) -> Any:
        return None


SILENT = Silent()


def _logger(*_: Any, **__: Any) -> Silent:
    return SILENT


def _join(a: Any, *parts: Any) -> str:
    return posixpath.join(a, *parts)


def _basename(p: Any) -> str:
    return posixpath.basename(p)


def _dirname(p: Any) -> str:
    return posixpath.dirname(p)


def _splitext(p: Any) -> tuple:
    return posixpath.splitext(p)


def _same_path(p: Any) -> Any:
    return p


class Environment(dict[Any, Any], SupportsAttributes):
    """``os.environ``: empty here, and who knows what elsewhere."""

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        machine.recorder.has_choices = True
        return HostMethod(self, name) if hasattr(dict, name) else MISSING


def _environ_get(key: Any, default: Any = None, *, machine: Machine) -> Any:
    machine.recorder.has_choices = True
    return default


def _time(*_: Any) -> Any:
    return Unknown("the time")


def _random(*_: Any, **__: Any) -> Any:
    return Unknown("a random number")


def _unknown_path(*_: Any, **__: Any) -> Any:
    return Unknown("the file system")


class Loaded(dict, SupportsMissing):
    """``sys.modules``: a module is imported by being asked for."""

    def make_entry(self, machine: Machine, key: Any) -> Any:
        same_name = (m for m in machine.modules.by_path.values() if m.name == key)
        return next(same_name, None) or machine.modules.import_module(key)


_LOGGING: dict[str, Any] = {
    "getLogger": _logger, "basicConfig": _nothing,
    **dict.fromkeys("debug info warning error critical exception log disable".split(), _nothing),
    **dict.fromkeys("DEBUG INFO WARNING ERROR CRITICAL NOTSET".split(), 0),
    "Logger": NamedClass("Logger"), "StreamHandler": _logger, "Formatter": _logger, "FileHandler": _logger,
}  # fmt: skip

_RANDOM = "random randint choice choices uniform shuffle sample gauss randrange normalvariate betavariate getrandbits"

MODULES: dict[str, dict[str, Any]] = {
    "warnings": {
        "warn": _nothing, "filterwarnings": _nothing, "simplefilter": _nothing, "catch_warnings": _nothing,
        "warn_explicit": _nothing,
    },
    "logging": _LOGGING,
    "os": {
        "environ": Environment(), "getenv": _environ_get, "sep": "/", "linesep": "\n", "name": "posix", "getcwd": _unknown_path,
        "makedirs": _nothing, "PathLike": NamedClass("PathLike"), "cpu_count": lambda: 1,
    },
    "os.path": {
        "join": _join, "basename": _basename, "dirname": _dirname, "splitext": _splitext, "abspath": _same_path,
        "expanduser": _same_path, "realpath": _same_path, "normpath": _same_path, "exists": EXISTS,
        "isfile": EXISTS, "isdir": _unknown_path, "sep": "/",
    },
    "sys": {
        "version_info": VersionInfo(3, 12, 0, "final", 0),
        "platform": "linux", "maxsize": 2**63 - 1, "argv": OpenList([""]),
        "version": "3.12.0", "float_info": Unknown("the machine's floats"), "exit": _nothing,
        "byteorder": "little", "getrecursionlimit": lambda: 1000, "setrecursionlimit": _nothing,
        "stdout": SILENT, "stderr": SILENT, "path": [],
        "modules": Loaded({"**": Unknown("which modules are loaded")}),
    },
    "random": {**dict.fromkeys(_RANDOM.split(), _random), "seed": _nothing},
    "time": {"time": _time, "perf_counter": _time, "sleep": _nothing, "strftime": _time, "monotonic": _time},
    "gc": {"collect": _nothing},
    "traceback": {"print_exc": _nothing, "format_exc": lambda: ""},
    "atexit": {"register": same},
    "pprint": {"pprint": _nothing},
}  # fmt: skip
