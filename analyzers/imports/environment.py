"""Where an environment keeps its packages, found by looking at directories; no interpreter is run."""

from __future__ import annotations

import os
import re
import site
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from analyzers.imports.environments import Environment, environments
from analyzers.imports.folders import ancestors, listing, small_text

_VERSIONED = re.compile(r"(?:python|pypy)(\d+)\.?(\d*)t?")


@dataclass(frozen=True, slots=True)
class Packages:
    """The ``folders`` that packages are read from, those of ``environment``; ``without`` are those that come before it,
    active or there, and hold none. None: the interpreter that runs."""

    folders: list[str]
    environment: Environment | None = None
    without: tuple[Environment, ...] = ()


def site_packages(python: str | None, start: str) -> list[str]:
    """The directories packages are installed in, for the environment of an interpreter.

    Args:
        python: an interpreter's executable, or the directory of an environment. Without one: the
            first of :func:`environments` that has packages, the interpreter that runs.
        start: the file or directory that is analysed.
    """
    return of_interpreter(python) if python else packages_for(start).folders


def packages_for(start: str) -> Packages:
    """The packages of the first environment that has any."""
    without: list[Environment] = []
    for environment in environments(start):
        found = of_prefix(environment.prefix)
        if found:
            return Packages(found, environment, tuple(without))
        if environment.is_active or os.path.isdir(environment.prefix):
            without.append(environment)
    return Packages(_existing([*site.getsitepackages(), site.getusersitepackages()]), None, tuple(without))


def of_interpreter(python: str) -> list[str]:
    """The package directories of an interpreter given by path, command name or environment directory."""
    path = os.path.expanduser(python)
    if os.path.isdir(path):
        return of_prefix(path)
    executable = path if os.path.exists(path) else _which(path)
    if executable is None:
        return []
    executable = os.path.abspath(executable)
    for candidate in (executable, *_behind_shim(executable), os.path.realpath(executable)):
        found = of_prefix(_prefix_of(candidate), _version_of(candidate))
        if found:
            return found
    return []


def _which(command: str) -> str | None:
    import shutil

    return shutil.which(command)


def _prefix_of(executable: str) -> str:
    """The directory above ``bin`` or ``Scripts``; on Windows a base installation's own directory."""
    directory = os.path.dirname(executable)
    if os.path.basename(directory).lower() in ("bin", "scripts"):
        return os.path.dirname(directory)
    return directory


def _version_of(executable: str) -> tuple[str, str] | None:
    """The version in a name such as ``python3.11``, if there is one."""
    match = _VERSIONED.match(os.path.basename(os.path.realpath(executable)))
    return (match[1], match[2]) if match and match[2] else None


def _behind_shim(executable: str) -> Iterator[str]:
    """The interpreters a pyenv shim may stand for: pyenv's chosen versions, the file nearest first."""
    shims = os.path.dirname(executable)
    if os.path.basename(shims) != "shims":
        return
    root = os.path.dirname(shims)
    for version in _chosen_versions(root):
        yield os.path.join(root, "versions", version, "bin", os.path.basename(executable))
        yield os.path.join(root, "versions", version, "bin", "python")


def _chosen_versions(root: str) -> list[str]:
    chosen = os.environ.get("PYENV_VERSION", "").split(":")
    for directory in ancestors(os.getcwd()):
        chosen += _words(os.path.join(directory, ".python-version"))
    chosen += _words(os.path.join(root, "version"))
    installed = listing(os.path.join(root, "versions"))
    matches = [name for wish in chosen if wish for name in installed if name == wish or name.startswith(wish + ".")]
    return list(dict.fromkeys(matches))


def _words(path: str) -> list[str]:
    return small_text(path, 4096).split()


def of_prefix(prefix: str, version: tuple[str, str] | None = None) -> list[str]:
    """The package directories below an environment's or installation's directory, existing ones only.

    A virtual environment that includes its base installation's packages lists those after its own.
    """
    prefix = os.path.abspath(prefix)
    settings = _settings(os.path.join(prefix, "pyvenv.cfg"))
    found = list(_libraries(prefix, version))
    if not found and not settings:
        return []
    if settings.get("include-system-site-packages", "").lower() == "true" and (home := settings.get("home")):
        base = _prefix_of(os.path.join(home, "python"))
        if base != prefix:
            found += of_prefix(base, _version_in(settings))
    return list(dict.fromkeys(found))


def _settings(path: str) -> dict[str, str]:
    """The keys of a ``pyvenv.cfg``."""
    lines = small_text(path, 20_000).splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def _version_in(settings: dict[str, str]) -> tuple[str, str] | None:
    match = re.match(r"(\d+)\.(\d+)", settings.get("version") or settings.get("version_info") or "")
    return (match[1], match[2]) if match else None


def _libraries(prefix: str, version: tuple[str, str] | None) -> Iterator[str]:
    """The layouts of CPython on POSIX, Debian and Windows."""
    for library in ("lib", "lib64", os.path.join("local", "lib")):
        directory = os.path.join(prefix, library)
        for name in _python_directories(directory, version):
            for packages in ("site-packages", "dist-packages"):
                yield from _existing([os.path.join(directory, name, packages)])
    if version is None or version[0] == "3":
        yield from _existing([os.path.join(prefix, "lib", "python3", "dist-packages")])
    if not os.path.isdir(os.path.join(prefix, "lib", "site-packages")) or os.name == "nt":
        yield from _existing([os.path.join(prefix, "Lib", "site-packages")])


def _python_directories(directory: str, version: tuple[str, str] | None) -> list[str]:
    """``python3.12`` and the like in a library directory: of the version, else the newest first."""
    versions = [(match, name) for name in listing(directory) if (match := _VERSIONED.fullmatch(name)) and match[2]]
    if version is not None:
        exact = [name for match, name in versions if (match[1], match[2]) == version]
        if exact:
            return exact
    versions.sort(key=lambda pair: (int(pair[0][1]), int(pair[0][2])), reverse=True)
    return [name for _, name in versions[:1]]


def _existing(directories: list[str]) -> list[str]:
    return [directory for directory in directories if os.path.isdir(directory)]


def running() -> str:
    """The interpreter that runs this program."""
    return sys.executable
