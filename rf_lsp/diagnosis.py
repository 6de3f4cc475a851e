"""What ``rf-lsp doctor`` finds out: which Python, environment, sources, settings and caches count, and what to do about what is
missing. Everything is found by looking at files; no interpreter is started."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from analyzers.imports.environment import of_interpreter, packages_for
from analyzers.imports.folders import listing, small_text
from analyzers.imports.missing import imported_packages
from analyzers.imports.resolver import ImportResolver, workspace_root
from analyzers.source.sources import SourceError, Sources
from rf_lsp import __version__
from rf_lsp.cache import FOLDER
from rf_lsp.engine import is_missed, own_search_paths, settings_for
from rf_lsp.errors import UsageError
from rf_lsp.files import python_files
from rf_lsp.output.text import enumerated
from rf_lsp.settings import Settings
from rf_lsp.user_cache import VARIABLE, user_path

TRACED = ("torch", "keras")
"""What ``rf-lsp trace`` runs models with."""
FOR_CONTRIBUTORS = ("test", "dev")
"""Extras that nobody needs who uses rf-lsp."""
MOST_READ = 500
"""Files of a folder that are looked through for what they import."""
_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)[^;]*(?:;(?P<marker>.*))?")
_EXTRA = re.compile(r"\bextra\s*==\s*[\"'](\w+)[\"']")
_INFO = re.compile(r"(?P<name>[\w.]+)-(?P<version>[\w.!+]+?)(?:-py[\d.]+)?\.(?:dist|egg)-info")
_VERSION = re.compile(r"""^__version__(?:\s*:\s*\w+)?\s*=\s*["']([^"'\n]+)["']""", re.MULTILINE)


@dataclass(frozen=True)
class Package:
    """A package that is installed for the folder: its version, where its source is (None: nothing that could be read)."""

    name: str
    version: str | None
    source: str | None


@dataclass(frozen=True)
class EnvironmentFound:
    """``why`` it is this one; ``without`` are the ones before it in which there are no packages."""

    prefix: str
    why: str
    python_version: str | None
    folders: list[str]
    without: list[str]
    server: str | None
    """The version of rf-lsp in it, if there is one: the VS Code extension starts that one."""


@dataclass(frozen=True)
class Kept:
    """A folder of ours and how many bytes are in it; None where there is no such folder."""

    folder: str | None
    bytes: int | None


@dataclass
class FolderDiagnosis:
    """What counts for a file or folder."""

    path: str
    workspace: str
    settings: str | None
    """The file; None where the defaults count."""
    environment: EnvironmentFound | None
    packages: list[Package]
    missing: list[str]
    """Packages that its files import and whose source is neither there nor needed."""
    search_paths: list[str]
    tracing: str | None
    """The interpreter that ``trace`` and "Confirm with torch" would start, and who names it."""
    cache: Kept
    advice: list[str] = field(default_factory=list)


@dataclass
class Diagnosis:
    """``installed`` is what rf-lsp needs, ``extras`` what it can use (None: not there); ``command`` is the ``rf-lsp`` that
    PATH leads to, which editors start."""

    version: str
    python: str
    executable: str
    system: str
    installed: dict[str, str | None]
    extras: dict[str, dict[str, str | None]]
    command: str | None
    cache: Kept
    folders: list[FolderDiagnosis]
    advice: list[str]

    def to_json(self) -> dict[str, Any]:
        return {"schema": "rf-lsp.doctor/1", **asdict(self)}


def diagnosis(paths: Sequence[str], config: str | None = None, python: str | None = None) -> Diagnosis:
    """Raises :class:`UsageError` for a path that does not exist."""
    for path in paths:
        if not os.path.exists(path):
            raise UsageError(f"{path}: no such file or folder")
    command, needed = shutil.which("rf-lsp"), _requirements()
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return Diagnosis(
        __version__,
        platform.python_version(),
        sys.executable,
        system.strip(),
        {name: _own_version(name) for name in needed.pop("", ())},
        {extra: {name: _own_version(name) for name in names} for extra, names in needed.items()},
        command,
        _kept(user_path()),
        [_of_folder(path, config, python) for path in paths],
        list(_general_advice(command)),
    )


def _requirements() -> dict[str, list[str]]:
    """The distributions that rf-lsp itself needs (``""``) and those of each of its extras but for contributors' ones, as
    its installation says. One that only some interpreters need (``python_version < "3.11"``) counts where it is."""
    from importlib import metadata

    try:
        stated = metadata.requires("rf-lsp") or []
    except metadata.PackageNotFoundError:
        stated = []
    found: dict[str, list[str]] = {}
    for match in filter(None, map(_REQUIREMENT.match, stated)):
        name, marker = match["name"], match["marker"] or ""
        extra, rest = _EXTRA.search(marker), _EXTRA.sub("", marker)
        if not rest.strip(" ()") or _own_version(name) is not None:
            found.setdefault(extra[1] if extra else "", []).append(name)
    return {extra: names for extra, names in found.items() if extra not in FOR_CONTRIBUTORS}


def _own_version(name: str) -> str | None:
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _general_advice(command: str | None) -> Iterator[str]:
    if command is None:
        yield "rf-lsp is not on PATH: editors other than VS Code will not find the server (uv tool install, pipx install)"
    if _own_version("pygls") is None:
        yield "pygls is not installed: the language server cannot run (pip install --force-reinstall rf-lsp)"
    if user_path() is None:
        yield f"there is no folder for the cache: name one with {VARIABLE}"


# one folder ---------------------------------------------------------------------------------------


def _of_folder(path: str, config: str | None, python: str | None) -> FolderDiagnosis:
    advice: list[str] = []
    root = workspace_root(path)
    settings = Settings(root=root)
    try:
        settings = settings_for(path, config)
    except UsageError as error:
        advice.append(f"the settings cannot be used, editors go on without: {error}")
    environment = _environment(settings, root, python, advice)
    named = [settings.path(text) for text in settings["search-paths"]]
    folders = own_search_paths(settings, root)
    advice.extend(
        f"search-paths names {text}, which is outside of {root} and does not count"
        for text in named
        if text not in folders
    )
    advice.extend(f"search-paths names {folder}, which is no folder" for folder in folders if not os.path.isdir(folder))
    sites = environment.folders if environment is not None else []
    imported = _imported(path, settings)
    packages = list(_packages(imported, sites, root, folders))
    there = {package.name for package in packages if package.source}
    missing = sorted(name for name in imported - there if is_missed(name) and not _is_of_workspace(name, root, folders))
    advice.extend(_package_advice(environment, packages, missing))
    return FolderDiagnosis(
        os.path.abspath(path),
        root,
        settings.source,
        environment,
        packages,
        missing,
        folders,
        _tracing(settings, path, python),
        _kept(os.path.join(root, FOLDER)),
        advice,
    )


def _environment(settings: Settings, root: str, python: str | None, advice: list[str]) -> EnvironmentFound | None:
    """As :func:`rf_lsp.engine.project_settings_for` finds it."""
    named = settings["python"]
    if python or named:
        executable = python or (settings.path(named) if os.path.dirname(named) or named.startswith(".") else named)
        why = "named by --python" if python else f"named by the setting python in {settings.source}"
        folders = of_interpreter(executable)
        if not folders:
            advice.append(f"there is no Python environment at {executable}, which is {why}")
            return None
        return _found(executable, why, folders, [])
    found = packages_for(root)
    without = [f"{environment.prefix} ({environment.origin})" for environment in found.without]
    advice.extend(f"there are no packages in {text}: is the environment finished, or moved?" for text in without)
    if found.environment is None:
        advice.append(
            "the folder has no environment of its own (none is active, no .venv, venv or .pixi; none of poetry or hatch): "
            "packages are read from the one that runs rf-lsp; activate yours, or name it with --python or the setting python"
        )
        return _found(sys.prefix, "the one that runs rf-lsp", found.folders, without)
    return _found(found.environment.prefix, found.environment.origin, found.folders, without)


def _found(prefix: str, why: str, folders: list[str], without: list[str]) -> EnvironmentFound:
    return EnvironmentFound(prefix, why, _python_version(folders), folders, without, _versions(folders).get("rf_lsp"))


def _python_version(folders: Sequence[str]) -> str | None:
    """The version in ``lib/python3.11/site-packages``."""
    found = (re.search(r"python(3\.\d+)t?[/\\]", folder) for folder in folders)
    return next((match[1] for match in found if match), None)


def _packages(imported: set[str], sites: Sequence[str], root: str, folders: Sequence[str]) -> Iterator[Package]:
    """Those that models can be traced with, and those that the files import."""
    resolver = ImportResolver(Sources(), [], [], list(sites))
    others = sorted(name for name in imported.difference(TRACED) if not _is_of_workspace(name, root, folders))
    for name in (*TRACED, *others):
        source = resolver.find(name)
        beside = os.path.dirname(os.path.dirname(source)) if source else ""
        version = _version_of(name, [*sites, beside]) or _written_version(source)
        if source or version:
            yield Package(name, version, source)


def _is_of_workspace(name: str, root: str, folders: Sequence[str]) -> bool:
    return ImportResolver(Sources(), [root], list(folders)).find(name) is not None


def _version_of(name: str, sites: Sequence[str]) -> str | None:
    """Of the distribution of that name, or of one that says that it brings the package."""
    versions = _versions(sites)
    if name in versions:
        return versions[name]
    for site in sites:
        for folder in listing(site):
            match = _INFO.fullmatch(folder)
            if match and name in small_text(os.path.join(site, folder, "top_level.txt"), 2_000).split():
                return match["version"]
    return None


def _versions(sites: Sequence[str]) -> dict[str, str]:
    """Distribution → version, from the names of the folders that installers write."""
    infos = (_INFO.fullmatch(name) for site in reversed(sites) for name in listing(site))
    return {re.sub(r"[-.]", "_", info["name"]).lower(): info["version"] for info in infos if info}


def _written_version(source: str | None) -> str | None:
    if source is None:
        return None
    texts = (small_text(os.path.join(os.path.dirname(source), name), 20_000) for name in ("version.py", "__init__.py"))
    return next((match[1] for text in texts if (match := _VERSION.search(text))), None)


def _imported(path: str, settings: Settings) -> set[str]:
    """The packages that the files of a folder import."""
    try:
        files = python_files([path], settings["exclude"], settings.root)[:MOST_READ]
    except UsageError:
        return set()
    sources, found = Sources(), set[str]()
    for file in files:
        try:
            found.update(imported_packages(sources.read(file)))
        except SourceError:
            continue
    return found


def _package_advice(
    environment: EnvironmentFound | None, packages: Sequence[Package], missing: Sequence[str]
) -> Iterator[str]:
    where = environment.prefix if environment is not None else "the environment"
    if missing:
        yield (
            f"files here import {enumerated(missing)}, whose source is not found: what is built with it stays unknown; "
            f"pip install --no-deps it into {where} (its source is only read)"
        )
    if not any(package.name in TRACED for package in packages):
        yield f"there is neither torch nor keras in {where}: inspect and check need none, rf-lsp trace does"


def _tracing(settings: Settings, path: str, python: str | None) -> str | None:
    """Only named, never started."""
    from analyzers.tracing.interpreters import choose
    from rf_lsp.trust import is_trusted

    named = settings["python"]
    found = choose(python, path, settings.path(named) if named and os.sep in named else named)
    if found is None:
        return None
    asks = "" if is_trusted(found) else ", asks before it is started for the first time"
    return f"{found.path} ({found.origin}{asks})"


def _kept(folder: str | None) -> Kept:
    if folder is None or not os.path.isdir(folder) or os.path.islink(folder):
        return Kept(folder, None)
    sizes = (
        os.lstat(os.path.join(where, name)).st_size
        for where, _, names in os.walk(folder)
        for name in names
        if not os.path.islink(os.path.join(where, name))
    )
    return Kept(folder, sum(sizes))
